"""How a unit is addressed and reached: only by what can be seen and used of its contacts."""

from typing import Final

from shared.words import mailboxes, texts
from shared.words.units import Unit

KINDS_OF_PLACE: Final = ("thành phố", "thị trấn", "thị xã", "đặc khu", "phường", "quận", "huyện", "tỉnh", "xã")
COMMITTEE: Final = "UBND"


def addresses(unit: Unit) -> list[str]:
    """The mail addresses of a unit, each once."""
    return sorted({contact.email for contact in unit.contacts if mailboxes.is_address(contact.email)})


def phones(unit: Unit) -> list[tuple[str, str]]:
    """Whom to call: name, which may be empty, and telephone of each contact that has one."""
    return [(texts.one_line(contact.name), phone) for contact in unit.contacts if (phone := texts.one_line(contact.phone))]


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
    kind = next((kind for kind in KINDS_OF_PLACE if found.casefold().startswith(f"{kind} ")), "")
    return f"{COMMITTEE} {kind}{found[len(kind) :]}"


def with_reach(unit: Unit) -> str:
    """The unit as one writes to it, and whom to call or write to there."""
    people = [", ".join(filter(None, (name, f"điện thoại {phone}"))) for name, phone in phones(unit)]
    reach = people or [f"thư {address}" for address in addresses(unit)]
    return f"{addressee(unit)} ({'; '.join(reach)})" if reach else addressee(unit)
