"""How mails name units, rungs and days: in Vietnamese, as official letters do. Dates and numbers: `shared/words/vietnamese.py`."""

from datetime import datetime
from typing import Final

from services.notify.domain import reach
from services.notify.domain.notices import NOW
from shared.words import deadlines, periods, texts
from shared.words.regimes import Regime
from shared.words.units import Unit

KINDS_OF_PLACE: Final = ("thành phố", "thị trấn", "thị xã", "đặc khu", "phường", "quận", "huyện", "tỉnh", "xã")
COMMITTEE: Final = "UBND"
COMMITTEE_KIND: Final = "peoples_committee"


def name(unit: Unit) -> str:
    """The unit's name; its code if the name shows nothing."""
    return texts.one_line(unit.name) or f"đơn vị {unit.code}"


def inside(plain: str) -> str:
    """A name inside a sentence: `xã Tú Xuyên`; that of an office as it is."""
    kind = next((kind for kind in KINDS_OF_PLACE if plain.casefold().startswith(f"{kind} ")), "")
    return f"{kind}{plain[len(kind) :]}"


def former(unit: Unit) -> str:
    """A unit that has ended: `xã Trấn Ninh cũ`."""
    return f"{inside(name(unit))} cũ"


def now_of(unit: Unit, heir: Unit) -> str:
    """What became of a unit: `nay thuộc xã Điềm He`; of an office or a district: `nay do Sở Nội vụ kế thừa`."""
    is_part = unit.kind == heir.kind == COMMITTEE_KIND and unit.level == heir.level
    return f"nay thuộc {inside(name(heir))}" if is_part else f"nay do {addressee(heir)} kế thừa"


def both(unit: Unit, heir: Unit) -> str:
    """A unit that has ended, with its heir: `xã Trấn Ninh cũ, nay thuộc xã Điềm He`."""
    return f"{former(unit)}, {now_of(unit, heir)}"


def addressee(unit: Unit) -> str:
    """The unit's name as an addressee: `UBND xã Tú Xuyên`; an office has its own name."""
    plain = name(unit)
    if unit.kind != COMMITTEE_KIND or plain.startswith((COMMITTEE, "Ủy ban")):
        return plain
    return f"{COMMITTEE} {inside(plain)}"


def with_reach(unit: Unit) -> str:
    """The unit's name as an addressee, with the people to call or write to."""
    phones = [", ".join(filter(None, (person, f"điện thoại {phone}"))) for person, phone in reach.phones(unit)]
    people = phones or [f"thư {address}" for address in reach.addresses(unit)]
    return f"{addressee(unit)} ({'; '.join(people)})" if people else addressee(unit)


def title(regime: Regime) -> str:
    """The regime's title on one line; its id if the title is blank."""
    return texts.one_line(regime.title) or regime.id


def rung(rung_name: str) -> str:
    """`before-7` is "trước 7 ngày", `last-day-0800` "ngày cuối, 08:00", `after-1` "quá hạn 1 ngày", `now` "báo ngay"."""
    kind, _, number = rung_name.rpartition("-")
    if kind == "last-day":
        return f"ngày cuối, {number[:2]}:{number[2:]}"
    if rung_name == NOW:
        return "báo ngay"
    return f"trước {number} ngày" if kind == "before" else f"quá hạn {number} ngày"


def time_left(deadline: datetime, now: datetime) -> str:
    """ "còn 8 ngày", "hôm nay là ngày cuối cùng", "đã hết hạn hôm nay", "đã quá hạn 3 ngày"."""
    days = days_late(deadline, now)
    if days > 0:
        return f"đã quá hạn {days} ngày"
    if days < 0:
        return f"còn {-days} ngày"
    return "hôm nay là ngày cuối cùng" if now < deadline else "đã hết hạn hôm nay"


def urgency(deadline: datetime, now: datetime) -> str:
    """ "Quá hạn 3 ngày", "Đã hết hạn hôm nay", "Hạn hôm nay", "Sắp đến hạn, còn 8 ngày": the beginning of an entry in a list."""
    days = days_late(deadline, now)
    if days > 0:
        return f"Quá hạn {days} ngày"
    if days < 0:
        return f"Sắp đến hạn, còn {-days} ngày"
    return "Hạn hôm nay" if now < deadline else "Đã hết hạn hôm nay"


def days_late(deadline: datetime, now: datetime) -> int:
    """Days since the last day that was on time; negative before that day."""
    return (periods.local_day(now) - deadlines.last_day(deadline)).days


def with_offset(at: datetime) -> str:
    """An instant for JSON: Vietnam time with its offset, with milliseconds if they are not 0 (a deadline that includes 17:00 is
    17:00:00.001).
    """
    return at.astimezone(periods.VIETNAM).isoformat(timespec="milliseconds" if at.microsecond else "seconds")
