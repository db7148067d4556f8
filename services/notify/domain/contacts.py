"""How a unit is addressed and reached: only by what can be seen and used of its contacts."""

import re
from typing import Final

from shared import texts
from shared.units import Unit

ADDRESS: Final = re.compile(r"[^\x00-\x20\x7f-\U0010ffff\"(),:;<>@\[\\\]]{1,64}@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*")
KINDS_OF_PLACE: Final = ("Thành phố", "Thị trấn", "Thị xã", "Đặc khu", "Phường", "Quận", "Huyện", "Tỉnh", "Xã")
COMMITTEE: Final = "UBND"


def addresses(unit: Unit) -> list[str]:
    """The mail addresses of a unit, each once."""
    return sorted({contact.email for contact in unit.contacts if ADDRESS.fullmatch(contact.email)})


def phones(unit: Unit) -> list[str]:
    """Whom to call: name and telephone of each contact that has one."""
    return [f"{texts.one_line(contact.name)} {phone}".strip() for contact in unit.contacts if (phone := texts.one_line(contact.phone))]


def is_reachable(unit: Unit) -> bool:
    """Whether anybody of the unit can be called or written to."""
    return bool(addresses(unit) or phones(unit))


def name(unit: Unit) -> str:
    """The unit's name; its code when nothing of the name can be seen."""
    return texts.one_line(unit.name) or f"đơn vị {unit.code}"


def addressee(unit: Unit) -> str:
    """The unit as one writes to it: `UBND xã Tú Xuyên`; an office by its name."""
    found = name(unit)
    if unit.kind != "peoples_committee" or found.startswith((COMMITTEE, "Ủy ban")):
        return found
    kind = next((kind for kind in KINDS_OF_PLACE if found.startswith(f"{kind} ")), "")
    return f"{COMMITTEE} {kind.lower()}{found.removeprefix(kind)}"


def with_reach(unit: Unit) -> str:
    """The unit as one writes to it, and whom to call or write to there."""
    reach = "; ".join(phones(unit)), ", ".join(addresses(unit))
    said = [f"{word} {value}" for word, value in zip(("điện thoại", "thư"), reach, strict=True) if value]
    return f"{addressee(unit)} ({said[0]})" if said else addressee(unit)
