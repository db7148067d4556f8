"""Notices: what a unit is told at once, outside its reminder ladder: its report was sent back, its deadline has changed, or news that is
told by itself (`services/notify/domain/news.py`).

A notice is a rung named `now`. The first two kinds come before the later rungs of the ladder, and only the latest of them counts.
Source: design, section 5, "Alerts at once".
"""

from dataclasses import dataclass
from datetime import datetime, time
from typing import Final

from services.notify.domain import duties
from services.notify.domain.duties import Duty
from shared.wire import events
from shared.words import instants, ladder, periods
from shared.words.calendar import ONE_DAY, WorkingDays
from shared.words.ladder import OFFICE_OPENS, Rung
from shared.words.report_state import Return

NOW: Final = "now"
RETURNED: Final = "returned-"
MOVED: Final = "moved-"
ENTERED: Final = "entered-for-"
UNDONE: Final = "undone-"
ASKED: Final = "asked-"
FIRST_HOUR, LAST_HOUR = time(7), time(18)
BEFORE_ALL: Final[instants.GivenKey] = (0, "")


@dataclass(frozen=True, slots=True)
class Notice:
    """News that a unit gets at once.

    `cause` is `returned-<revision>`, `moved-<n>`, or of news that is told by itself (`news`) `entered-for-<revision>`, `undone-<n>` or
    `asked-<event id>`. `at` is when the notice goes out, `before` is the deadline before a move, `act` the event that caused the notice.
    `entered_by` is the id of the unit that entered a report, `deadline` the deadline at that time: a later one does not repeat the news.
    `asked_by` and `undone_by` are the unit that asked, with its words in `reason`, and the one that undid a confirmation.
    """

    cause: str
    at: datetime
    reason: str
    act: instants.GivenKey
    before: datetime | None = None
    entered_by: str = ""
    deadline: datetime | None = None
    asked_by: str = ""
    undone_by: str = ""

    @property
    def by(self) -> str:
        """The id of the unit that entered, asked or undid something; "" for other notices."""
        return self.entered_by or self.asked_by or self.undone_by


@dataclass(frozen=True, slots=True)
class _Move:
    """A change of the deadline, caused by the `number`-th of the openings and extensions that apply to it."""

    number: int
    key: instants.GivenKey
    before: datetime


def of_duty(duty: Duty) -> Notice | None:
    """The unit's latest news: the return of its report or the last move of its deadline, whichever is later; None if there is none, or if
    reports of the period were imported since.
    """
    notice = _latest(duty)
    return None if notice is None or notice.act[0] <= duty.imported_ms else notice


def _latest(duty: Duty) -> Notice | None:
    returned = duty.returned
    if returned is None and not duty.state.extensions and len(duty.openings) < 2:
        return None
    reasons = {opening.key: opening.reason for opening in duty.openings[1:]}
    reasons |= {key: extension.reason for key, extension in duty.state.extensions.items()}
    since = duty.openings[0].key if duty.openings else BEFORE_ALL
    if returned is not None:
        since = max(since, (returned.received_ms, returned.event_id))
    move = _last_move(duty, sorted(reasons), since)
    if move is not None:
        return Notice(f"{MOVED}{move.number}", goes_out(move.key[0], duty), reasons[move.key], move.key, move.before)
    return None if returned is None else _of_return(returned, duty)


def rungs(duty: Duty, notice: Notice | None) -> tuple[Rung, ...]:
    """The rungs of a duty: its notice, if it has one, then the rungs of its ladder that come after the notice."""
    steps = ladder.rungs(duty.reminded_of, duty.ladder, duty.working_days)
    return steps if notice is None else (Rung(NOW, notice.at), *(rung for rung in steps if rung.at > notice.at))


def goes_out_at(received: datetime, working_days: WorkingDays) -> datetime:
    """When a notice goes out: at once on a working day from 07:00 to 18:00, otherwise at the next 08:00 of a working day. Truncated to
    seconds.
    """
    local = received.astimezone(periods.VIETNAM).replace(microsecond=0)
    if working_days.includes(local.date()) and FIRST_HOUR <= local.time() < LAST_HOUR:
        return local
    earliest = local.date() if local.time() < OFFICE_OPENS else local.date() + ONE_DAY
    return datetime.combine(working_days.after_or_on(earliest), OFFICE_OPENS, periods.VIETNAM)


def _of_return(returned: Return, duty: Duty) -> Notice:
    act = returned.received_ms, returned.event_id
    return Notice(f"{RETURNED}{returned.revision}", goes_out(returned.received_ms, duty), returned.reason, act)


def goes_out(received_ms: int, duty: Duty) -> datetime:
    """When a notice of what was received then goes out."""
    return goes_out_at(events.from_ms(received_ms), duty.working_days)


def _last_move(duty: Duty, keys: list[instants.GivenKey], since: instants.GivenKey) -> _Move | None:
    """The last opening or extension after `since` that changed the deadline; None if none did."""
    last, before = None, _reminded_at(duty, since)
    for number, key in enumerate(keys, start=1):
        after = _reminded_at(duty, key) if key > since else before
        if after != before:
            last, before = _Move(number, key, before), after
    return last


def _reminded_at(duty: Duty, key: instants.GivenKey) -> datetime:
    """The deadline of the ladder as it was after the opening or extension `key`."""
    return deadline_at(duty, key, None if duty.returned is None else duty.returned.fix_by)


def deadline_at(duty: Duty, key: instants.GivenKey, fix_by: datetime | None) -> datetime:
    """The deadline as it was after the event `key`; of a returned report from its fix-by date."""
    extension = instants.in_force(entry for entry in duty.state.extensions.values() if entry.key <= key)
    opening = max((entry for entry in duty.openings if entry.key <= key), key=lambda entry: entry.key, default=None)
    base = fix_by or (duty.due if opening is None else opening.at)
    return duties.later(base, None if extension is None else extension.at)
