"""*Việc của tôi*: what a person's units owe, in the order in which it should be done, and what became of what they sent.

Nothing vanishes after a deadline: what is owed stays until it is done. What is done stays for `DONE_FOR` after its deadline.
Source: design, section 3 of the second part; ADR 0075.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from urllib.parse import quote

from services.portal.domain.duties import Duty, DutyState, urgency
from services.portal.domain.refused import Link
from shared.words import periods

DONE_FOR: Final = timedelta(days=62)  # two months
SOON: Final = timedelta(days=7)
MOST_REASONS: Final = 3  # of a rejected report, before "xem biên nhận"


class Section(StrEnum):
    """The parts of the page, in its order; the value is the anchor."""

    RETURNED = "tra-lai"
    OVERDUE = "qua-han"
    SOON = "sap-den-han"
    LATER = "con-han"
    DONE = "da-xong"


TITLES: Final[Mapping[Section, str]] = {
    Section.RETURNED: "Bị trả lại, cần sửa",
    Section.OVERDUE: "Quá hạn",
    Section.SOON: "Đến hạn trong 7 ngày",
    Section.LATER: "Còn hạn",
    Section.DONE: "Đã xong",
}


@dataclass(frozen=True, slots=True)
class Sent:
    """The newest report that was sent for a duty, and the verdict on it. `why` are the first reasons of a rejection."""

    event_id: str
    at: datetime
    revision: int
    is_accepted: bool
    why: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Draft:
    """A draft that was saved and not sent."""

    at: datetime
    by: str
    """Name of the person who saved it last, as it was then."""
    is_handed_in: bool = False
    """Whether it was handed in for approval."""
    is_given_back: bool = False
    """Whether the approver has given it back."""


@dataclass(frozen=True, slots=True)
class Handed:
    """A draft that waits for the person's approval: where, of which report (`unit` is the unit's name), who handed it in and when."""

    path: str
    regime: str
    period: str
    unit: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Task:
    """One duty, with all that helps to do it. `form` leads to the form if the person may enter the report."""

    duty: Duty
    form: Link | None = None
    sent: Sent | None = None
    draft: Draft | None = None

    @property
    def is_rejected(self) -> bool:
        """Whether what was sent last was not accepted, and so is still to be done."""
        return self.sent is not None and not self.sent.is_accepted

    @property
    def standing(self) -> int:
        """The revision that stands: the highest that was accepted, which the stored duty may not know yet."""
        return max(self.duty.revision, self.sent.revision if self.sent and self.sent.is_accepted else 0)

    @property
    def is_superseded(self) -> bool:
        """Whether what was sent last was accepted and does not count, because a later revision stands."""
        return self.sent is not None and self.sent.is_accepted and self.sent.revision < self.standing

    @property
    def receipt(self) -> str:
        """The address of the receipt of what was sent last; "" if nothing was."""
        duty = self.duty
        path = f"/bieu-mau/{duty.regime}/{duty.period}/{duty.unit_code}/bien-nhan"
        return f"{path}/{quote(self.sent.event_id, safe='')}" if self.sent else ""


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the page; never empty."""

    section: Section
    tasks: Sequence[Task]

    @property
    def title(self) -> str:
        return TITLES[self.section]


def section(duty: Duty, now: datetime) -> Section:
    """The part of the page in which a duty is shown."""
    states = duty.states(now)
    if DutyState.RETURNED in states:
        return Section.RETURNED
    if DutyState.OVERDUE in states:
        return Section.OVERDUE
    if DutyState.OWED in states:
        return Section.SOON if duty.due - now <= SOON else Section.LATER
    return Section.DONE


def parts(tasks: Iterable[Task], now: datetime) -> list[Part]:
    """The tasks in the parts of the page: returned ones first, then overdue ones, then by deadline; what is done last, the newest first."""
    by_section: dict[Section, list[Task]] = {}
    for task in sorted(tasks, key=lambda task: urgency(task.duty)):
        by_section.setdefault(section(task.duty, now), []).append(task)
    by_section.get(Section.DONE, []).reverse()
    return [Part(one, by_section[one]) for one in Section if one in by_section]


def left(parts_of: Iterable[Part]) -> int:
    """How many tasks are not done."""
    return sum(len(part.tasks) for part in parts_of if part.section is not Section.DONE)


def newest(sent: Iterable[tuple[str, Sent]]) -> dict[str, Sent]:
    """What was sent last for each duty, by the duty's id."""
    last: dict[str, Sent] = {}
    for duty_id, one in sent:
        if duty_id not in last or (one.at, one.event_id) > (last[duty_id].at, last[duty_id].event_id):
            last[duty_id] = one
    return last


def ago(at: datetime, now: datetime) -> str:
    """How long ago something was: `vừa xong`, `12 phút trước`, `3 giờ trước`, `hôm qua`, `5 ngày trước`. Days are days in Vietnam."""
    minutes, days = (now - at) // timedelta(minutes=1), (periods.local_day(now) - periods.local_day(at)).days
    if minutes < 1:
        return "vừa xong"
    if minutes < 60:
        return f"{minutes} phút trước"
    if days < 1 or minutes < 6 * 60:
        return f"{minutes // 60} giờ trước"
    return "hôm qua" if days == 1 else f"{days} ngày trước"
