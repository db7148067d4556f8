"""The audit log: who did what, in a chain in which each entry has the hash of the one before.

An entry that is changed, dropped or moved no longer fits the next one. What an entry may hold is decided here too: never a secret, and only
texts of a limited size. Source: ADR 0059.
"""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final, Literal

import orjson

from shared.words import texts

Action = Literal[
    "login.succeeded",
    "login.refused",
    "login.delayed",
    "logout.completed",
    "session.ended",
    "request.refused",
    "person.added",
    "person.changed",
    "person.revoked",
    "person.restored",
    "person.reset",
    "person.moved",
    "person.invited",
    "person.bound",
    "password.changed",
    "totp.enabled",
    "totp.disabled",
    "calendar.renewed",
    "calendar.revoked",
    "role.granted",
    "role.revoked",
    "role.ended",
    "credential.issued",
    "credential.revoked",
    "credential.ended",
    "receiver.changed",
    "figures.exported",
    "duties.exported",
    "units.imported",
    "contacts.imported",
    "contacts.removed",
    "regimes.loaded",
    "regime.removed",
    "reform.applied",
    "reform.reverted",
    "reports.imported",
    "report.sent",
    "report.entered_for",
    "period.opened",
    "duty.extended",
    "report.returned",
    "view.confirmed",
    "confirmation.undone",
    "reminder.requested",
    "draft.sent_for_approval",
    "draft.taken_back",
    "draft.given_back",
    "draft.taken_over",
    "draft.discarded",
    "draft.restored",
    "narratives.exported",
    "document.exported",
    "attachment.exported",
    "event.sent",
    "views.rebuilt",
    "duties.rebuilt",
    "events.replayed",
    "events.dropped",
    "alerts.raised",
    "demo.removed",
    "certificates.issued",
]

ACTIONS: Final[dict[Action, str]] = {
    "login.succeeded": "đăng nhập",
    "login.refused": "đăng nhập bị từ chối",
    "login.delayed": "đăng nhập phải chờ",
    "logout.completed": "đăng xuất",
    "session.ended": "kết thúc phiên đăng nhập",
    "request.refused": "yêu cầu bị từ chối",
    "person.added": "thêm tài khoản",
    "person.changed": "sửa tài khoản",
    "person.revoked": "thu hồi tài khoản",
    "person.restored": "khôi phục tài khoản",
    "person.reset": "cấp lại mật khẩu",
    "person.moved": "chuyển vai trò theo đợt sắp xếp",
    "person.invited": "mời liên kết tài khoản",
    "person.bound": "liên kết tài khoản",
    "password.changed": "đổi mật khẩu",
    "totp.enabled": "bật mã xác thực",
    "totp.disabled": "tắt mã xác thực",
    "calendar.renewed": "đổi địa chỉ lịch",
    "calendar.revoked": "thu hồi địa chỉ lịch",
    "role.granted": "cấp vai trò",
    "role.revoked": "thu hồi vai trò",
    "role.ended": "vai trò hết hiệu lực",
    "credential.issued": "cấp khóa truy cập hoặc chứng thư",
    "credential.revoked": "thu hồi khóa truy cập hoặc chứng thư",
    "credential.ended": "khóa truy cập hoặc chứng thư hết hiệu lực",
    "receiver.changed": "sửa đơn vị nhận số liệu",
    "figures.exported": "xuất số liệu",
    "duties.exported": "xuất danh sách nghĩa vụ",
    "units.imported": "nạp danh mục đơn vị",
    "contacts.imported": "nạp đầu mối liên hệ",
    "contacts.removed": "bỏ đầu mối liên hệ",
    "regimes.loaded": "nạp chế độ báo cáo",
    "regime.removed": "bỏ chế độ báo cáo",
    "reform.applied": "áp dụng đợt sắp xếp",
    "reform.reverted": "thu hồi đợt sắp xếp",
    "reports.imported": "nhập báo cáo từ tệp",
    "report.sent": "gửi báo cáo",
    "report.entered_for": "nhập thay báo cáo",
    "period.opened": "mở kỳ báo cáo",
    "duty.extended": "gia hạn",
    "report.returned": "trả lại báo cáo",
    "view.confirmed": "chốt số liệu",
    "confirmation.undone": "hủy chốt",
    "reminder.requested": "đôn đốc",
    "draft.sent_for_approval": "trình duyệt bản nháp",
    "draft.taken_back": "rút lại bản nháp đã trình",
    "draft.given_back": "trả lại bản nháp đã trình",
    "draft.taken_over": "tiếp quản bản nháp",
    "draft.discarded": "bỏ bản nháp",
    "draft.restored": "lấy lại nội dung cũ của bản nháp",
    "narratives.exported": "xuất thuyết minh",
    "document.exported": "xuất báo cáo tổng hợp",
    "attachment.exported": "tải tệp đính kèm",
    "event.sent": "gửi sự kiện",
    "views.rebuilt": "tính lại bảng tổng hợp",
    "duties.rebuilt": "lập lại nghĩa vụ báo cáo",
    "events.replayed": "phát lại sự kiện",
    "events.dropped": "bỏ sự kiện",
    "alerts.raised": "gửi lời nhắc",
    "demo.removed": "xóa dữ liệu thử",
    "certificates.issued": "cấp chứng thư TLS",
}
"""Everything that is recorded, with its Vietnamese words. The list is closed: a new action is added here."""

Detail = str | int | bool | None | Sequence["Detail"] | Mapping[str, "Detail"]
"""A value in the details of an entry. Instants and days are texts."""

CANONICAL: Final = orjson.OPT_SORT_KEYS | orjson.OPT_UTC_Z

BEGINNING: Final = "0" * 64
"""`before` of the first entry."""

ACTOR: Final = re.compile(r"(people|operator|units|receivers|services)/[A-Za-z0-9._@-]{1,64}|nobody")
DETAIL: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_./-]{0,63}")
SECRET_NAME: Final = re.compile(r"(?:^|[^a-z])(passwords?|secrets?|tokens?|keys?|creds|seeds?|cookies?)(?:[^a-z]|$)", re.IGNORECASE)
SECRET_VALUE: Final = re.compile(
    r"th_[A-Za-z0-9_-]{32,}"  # an HTTP key
    r"|S[OAUNCX][A-Z2-7]{40,}"  # a seed of NATS
    r"|eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_.-]+"  # a JWT
    r"|\$argon2[^\s]*"
    r"|otpauth:[^\s]*"
    r"|-----BEGIN [^-]*(?:PRIVATE|SEED|JWT)[^-]*-----.*",
    re.DOTALL,
)
MASK: Final = "•••"
MOST_CHARACTERS: Final = 200  # of a text
MOST_ITEMS: Final = 50  # of a list or an object
MOST_DEPTH: Final = 3
MOST_BYTES: Final = 8192  # of the details of an entry, as JSON
CUT: Final = "…"


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry, without its hash. `at` has whole milliseconds, as it is stored."""

    number: int
    at: datetime
    actor: str
    action: str
    target: str
    details: Mapping[str, Detail]
    before: str


@dataclass(frozen=True, slots=True)
class Act:
    """What is to be recorded: an entry that has no place in the chain yet."""

    actor: str
    action: Action
    target: str
    details: Mapping[str, Detail] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Head:
    """Number and hash of an entry. Of an empty log: 0 and `BEGINNING`."""

    number: int
    hash: str


EMPTY: Final = Head(0, BEGINNING)


def words(action: str) -> str:
    """An action in Vietnamese; an action of a later version as it is."""
    return next((vietnamese for name, vietnamese in ACTIONS.items() if name == action), action)


def entry(head: Head, act: Act, at: datetime) -> Entry:
    """The entry that follows `head`. Raises ValueError if the act names no actor, or a detail whose name is that of a secret."""
    if ACTOR.fullmatch(act.actor) is None:
        raise ValueError(f"not an actor: {act.actor[:80]!r}")
    instant = at.astimezone(UTC)
    instant = instant.replace(microsecond=instant.microsecond // 1000 * 1000)
    return Entry(head.number + 1, instant, act.actor, act.action, _text(act.target), _details(act.details), head.hash)


def canonical(found: Entry) -> bytes:
    """The JSON that is hashed: UTF-8, keys by code point, no white space, instants as RFC 3339 in UTC, microseconds unless 0."""
    return orjson.dumps(
        {
            "action": found.action,
            "actor": found.actor,
            "at": found.at,
            "before": found.before,
            "details": found.details,
            "number": found.number,
            "target": found.target,
        },
        option=CANONICAL,
    )


def hash_of(found: Entry) -> str:
    """The hash of an entry: sha256 of its canonical JSON, in hex."""
    return hashlib.sha256(canonical(found)).hexdigest()


def _details(details: Mapping[str, Detail]) -> dict[str, Detail]:
    """Details as they are stored. Fields beyond the size limit are left out, and `cut` says so."""
    kept: dict[str, Detail] = {}
    size = 2
    for name, value in details.items():
        stored = _stored(value, 1)
        size += len(orjson.dumps({_name(name): stored}))
        if size > MOST_BYTES or len(kept) == MOST_ITEMS:
            return kept | {"cut": True}
        kept[name] = stored
    return kept


def _stored(value: Detail, depth: int) -> Detail:
    if isinstance(value, str):
        return _text(value)
    if value is None or isinstance(value, int):
        return value
    if depth == MOST_DEPTH:
        return CUT
    if isinstance(value, Mapping):
        return {_name(name): _stored(one, depth + 1) for name, one in list(value.items())[:MOST_ITEMS]}
    if isinstance(value, Sequence):
        return [_stored(one, depth + 1) for one in value[:MOST_ITEMS]] + [CUT] * (len(value) > MOST_ITEMS)
    raise ValueError(f"not a detail: {type(value).__name__}")


def _name(name: str) -> str:
    if DETAIL.fullmatch(name) is None:
        raise ValueError(f"not the name of a detail: {name[:80]!r}")
    if SECRET_NAME.search(name):
        raise ValueError(f"the name of a secret: {name!r}")
    return name


def _text(text: str) -> str:
    """A text on one line, cut, in which whatever looks like a secret is masked."""
    safe = texts.one_line(texts.normal(SECRET_VALUE.sub(MASK, text)))
    return safe if len(safe) <= MOST_CHARACTERS else safe[:MOST_CHARACTERS] + CUT
