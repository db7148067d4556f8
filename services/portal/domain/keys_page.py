"""Credentials as the page for operators lists them: never a secret, only what was issued, to whom, and until when."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from services.portal.domain import cursor
from shared.words import periods
from shared.words.credentials import Credential, Kind, State
from shared.words.principals import Right
from shared.words.units import Registry

PAGE: Final = 50
MOST_LETTERS: Final = 64
KINDS: Final[dict[Kind, str]] = {"http": "khóa HTTP", "nats": "chứng thư NATS"}
RIGHTS: Final[dict[Right, str]] = {"send": "gửi", "read": "đọc"}
STATES: Final[dict[State, str]] = {"valid": "còn hiệu lực", "expired": "hết hạn", "revoked": "đã thu hồi"}
ENDED: Final = "đơn vị đã kết thúc"


@dataclass(frozen=True, slots=True)
class Row:
    """One credential. `is_nats`: it is one of NATS, whose servers refuse it as soon as `tonghop nats keep` has told them."""

    id: str
    kind: str
    is_nats: bool
    holder: str
    may: str
    issued_at: datetime
    issued_by: str
    ends: datetime
    used_at: datetime | None
    state: str
    is_valid: bool
    may_revoke: bool


def row(credential: Credential, used_at: datetime | None, registry: Registry, now: datetime) -> Row:
    """A credential in words."""
    state, unit = credential.state(now), credential.holder.unit
    is_ended = unit is not None and registry.valid(unit, periods.local_day(now)) is None
    rows = registry.ids.get(unit or "", ())
    holder = f"{rows[-1].name} ({unit})" if rows else unit or credential.holder.receiver or ""
    return Row(
        credential.id,
        KINDS[credential.kind],
        credential.kind == "nats",
        holder,
        ", ".join(RIGHTS[right] for right in sorted(credential.may, reverse=True)),
        credential.issued_at,
        credential.issued_by,
        credential.expires_at,
        used_at,
        ENDED if is_ended and state == "valid" else STATES[state],
        state == "valid" and not is_ended,
        state == "valid",
    )


def after(credential: Credential, holder: str) -> str:
    """The cursor behind a credential, for the list of this holder."""
    at = int(credential.issued_at.timestamp() * 1000)
    return cursor.after(f"{at}/{credential.id}", "keys", holder)


def place(text: str, holder: str) -> tuple[datetime, str] | None:
    """Where the list goes on; None if the cursor is of another list."""
    at, _, id_ = (cursor.key_of(text, "keys", holder) or "").partition("/")
    is_instant = at.isascii() and at.isdecimal() and len(at) <= 14
    return (datetime.fromtimestamp(int(at) / 1000, UTC), id_) if is_instant else None
