"""Who is told about an act, and how they can be reached: no names and no addresses, only whether there are any. Pure.

Notify sends the message, to the unit or to the heir that acts for it. Source: design, section 5, "Alerts at once".
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final

from shared.words import mailboxes, texts
from shared.words.units import Registry, Unit

WHEN: Final = "Được báo ngay trong giờ làm việc (07:00–18:00 ngày làm việc); ngoài giờ thì lúc 08:00 ngày làm việc tiếp theo."


@dataclass(frozen=True, slots=True)
class Told:
    """A unit that an act concerns, and who is told for it. `to` is None if it has ended and no heir is declared."""

    unit: Unit
    to: Unit | None
    mails: int
    phones: int

    @property
    def is_reached(self) -> bool:
        """Whether a message can be sent to somebody."""
        return self.mails > 0

    @property
    def channel(self) -> str:
        """By which channel, in words."""
        if self.to is None:
            return "chưa khai đơn vị kế thừa, không báo được cho ai"
        if self.mails:
            return f"thư điện tử ({self.mails} địa chỉ), cổng này, và phần mềm của đơn vị nếu đã nối"
        if self.phones:
            return f"không có thư điện tử; có {self.phones} số điện thoại: cần gọi"
        return "chưa có đầu mối liên hệ: chỉ thấy khi mở cổng này, cần báo cách khác"


def told(registry: Registry, units: Iterable[Unit], day: date) -> list[Told]:
    """Who is told for each of these units on a day."""
    return [_told(registry, unit, day) for unit in units]


def _told(registry: Registry, unit: Unit, day: date) -> Told:
    to = registry.acting(unit.id, day)
    if to is None and unit.id in registry.ids and day < registry.begins(unit.id):
        to = registry.ids[unit.id][0]
    rows = () if to is None else registry.ids.get(to.id, ())
    contacts = rows[-1].contacts if rows else ()
    mails = {contact.email for contact in contacts if mailboxes.is_address(contact.email)}
    return Told(unit, to, len(mails), sum(not texts.is_blank(contact.phone) for contact in contacts))
