"""Bugs to be planted: each breaks one rule of the notifier, and the simulation must find it.

A bug replaces something public of `services.notify` or `shared`, small enough that somebody could have written it. None of them changes a
stand-in, the oracle or the judge.
"""

from collections.abc import Callable, Iterable, Sequence, Set
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any, Final
from unittest import mock

from services.notify.domain import addressing, bundles, digest, due, duties, live, news, notices, reminders
from services.notify.domain.addressing import Addressed
from services.notify.domain.alerts import Alert, Matter
from services.notify.domain.bundles import Bundle
from services.notify.domain.due import DueRungs
from services.notify.domain.duties import OFFICIAL, Duty
from services.notify.domain.notices import NOW, Notice
from services.notify.domain.watch import Watch
from services.notify.store import alerts as alert_store
from services.notify.store import report_states
from services.notify.store.alerts import AlertStore
from services.notify.texts import reminder_list
from services.notify.texts.mail import Text
from shared.plumbing import mongo
from shared.wire import events
from shared.words import deadlines, instants, ladder, periods
from shared.words.calendar import COMMON, WorkingDays
from shared.words.instants import Given
from shared.words.ladder import Rung, Steps
from shared.words.lineage import Lineage
from shared.words.obligations import DeadlineRule, Ladder
from shared.words.periods import Length, Period
from shared.words.reference import Reference
from shared.words.regimes import Regime
from shared.words.report_state import PeriodState, ReportState, StateEvent
from shared.words.units import Registry, Unit
from tests.simulation.planting import Plant, put, together
from tests.simulation.reminders.fakes import pause
from tests.simulation.reminders.keeper import LONG_AGO


def _forward(day: date) -> date:
    while not COMMON.includes(day):
        day += timedelta(days=1)
    return day


_due_rungs, _rungs = due.due_rungs, ladder.rungs


def _all_missed(steps: Sequence[Rung], alerted: Set[str], loaded_at: datetime, now: datetime, days: WorkingDays) -> DueRungs:
    """One after the other, the oldest first."""
    missed = [rung for rung in steps if loaded_at <= rung.at <= now and rung.name not in alerted]
    return DueRungs(missed[0]) if missed and due.may_go_out(missed[0], now, days) and not due.is_too_old(missed[0], now) else DueRungs()


def _before_load(steps: Sequence[Rung], alerted: Set[str], _: datetime, now: datetime, days: WorkingDays) -> DueRungs:
    return _due_rungs(steps, alerted, steps[0].at, now, days)


def _unmerged(deadline: datetime, steps: Any, days: WorkingDays) -> tuple[Rung, ...]:
    """The last rung comes under a second name on the same instant."""
    found = _rungs(deadline, steps, days)
    return (*found, replace(found[-1], name=f"{found[-1].name}-again"))


def _open_earliest(period: PeriodState, event: StateEvent) -> bool:
    deadline = instants.given(event, "deadline")
    if deadline is None:
        return False
    earliest = min([*period.openings.values(), deadline], key=lambda given: given.at)
    period.openings, period.opening = {earliest.key: earliest}, earliest
    return True


_apply = ReportState.apply


def _apply_no_extension(report: ReportState, event: StateEvent) -> bool:
    return event.type != events.EXTENDED and _apply(report, event)


def _dated_id(alert: Alert, channel: str) -> str:
    return f"{alert.matter.ladder_id}/{alert.rung.name}/{alert.raised_at.isoformat()}/{channel}"


async def _insert_over(collection: Any, documents: Sequence[Any]) -> list[Any]:
    """Whoever claims last wins."""
    await pause()
    for document in documents:
        collection.claim_over(document)
    return []


def _unleased(*_: object) -> dict[str, object]:
    return {}


async def _none(*_: object) -> list[Alert]:
    return []


def _ungrouped(items: Iterable[Any], _: object) -> list[tuple[Any, ...]]:
    return [(item,) for item in items]


def _split(unsent: Iterable[Bundle], most: int) -> Iterable[Sequence[Bundle]]:
    """Batches of so many alerts, wherever a bundle ends."""
    alerts = [alert for bundle in unsent for alert in bundle]
    return ([tuple(alerts[first : first + most])] for first in range(0, len(alerts), most))


_compose = reminder_list.compose


def _first_only(contents: Sequence[Any], *more: Any) -> Text:
    return _compose(contents[:1], *more)


def _in_force_plain(given_ones: Iterable[Given]) -> Given | None:
    """The latest instant, also when a correction took it back."""
    return max(given_ones, key=lambda one: (one.at, one.key), default=None)


def _unfiltered(duty: Duty, notice: Notice | None) -> tuple[Rung, ...]:
    """Rungs from before the notice too, in the order of time."""
    steps = ladder.rungs(duty.reminded_of, duty.ladder, duty.working_days)
    told = () if notice is None else (Rung(NOW, notice.at),)
    return tuple(sorted((*steps, *told), key=lambda rung: rung.at))


def _nothing_dropped(unsent: Iterable[Alert], *_: object) -> reminders.Leftovers:
    """What was raised is sent, whatever was reported since."""
    return reminders.Leftovers(tuple(unsent), ())


MORNING_BUGS: Final[dict[str, Plant]] = {  # `mornings` finds them too
    "reminders of one unit are several mails": put(bundles, "group", _ungrouped),
    "a batch splits the reminders of a unit": put(bundles, "batches", _split),
}
_group_deadline, _steps_of, _parse, _last_of_month = deadlines.group_deadline, ladder.steps_of, periods.parse, periods.last_of_month


def _of_next_period(regime: Regime, group: str, period: Period, opened: datetime | None, days: WorkingDays) -> datetime | None:
    return _group_deadline(regime, group, regime.period(periods.following(period.code)) or period, opened, days)


def _day_longer(code: str, calendar: str) -> Period | None:
    """A month ends on the 15th."""
    period = _parse(code, calendar)
    return period if period is None or calendar != "report_year" else replace(period, cut_off=period.cut_off + periods.ONE_DAY)


def _by_calendar(code: str, calendar: str) -> Period | None:
    """The months of the report year are those of the calendar."""
    return _parse(code, "year" if calendar == "report_year" else calendar)


def _weekdays_later(_: WorkingDays, day: date, count: int) -> date:
    """Counts Tết as working days."""
    while count:
        day += periods.ONE_DAY
        count -= day.weekday() < 5
    return day


def _in_same_year(year: int, month: int) -> date:
    """The month after December is January of the same year."""
    return _last_of_month(year - (month == 1), month)


def _steps_of_longer(own: Ladder, length: Length) -> Steps:
    return _steps_of(own, "quarter" if length == "month" else length)


def _put_closed(watch: Watch[Any], member_id: str, member: object) -> None:
    """A duty that has changed is not looked at before the next rung."""
    watch.members[member_id] = member


YEARLY: Final[dict[str, Plant]] = {
    "counts from the exclusive deadline": put(deadlines, "last_day", periods.local_day),
    "a weekend moves a reminder forward": put(WorkingDays, "before_or_on", lambda _, day: _forward(day)),
    "an overdue step comes on a day off": put(WorkingDays, "after_or_on", lambda _, day: day),
    "a report does not stop the ladder": put(duties, "owes", lambda duty: True),
    "a returned duty is not owed": put(ReportState, "counts", property(lambda report: report.is_submission)),
    "a withdrawn report counts as received": put(ReportState, "withdraw", ReportState.submit),
    "an extension is ignored": put(ReportState, "apply", _apply_no_extension),
    "the cause of a return is not in the ladder": put(Duty, "cause", property(lambda duty: duty.task)),
    "all missed rungs go out": put(due, "due_rungs", _all_missed),
    "a rung of any age goes out": put(due, "is_too_old", lambda *_: False),
    "goes out on a day off": put(due, "may_go_out", lambda rung, now, _: now >= rung.at),
    "a rung from before the load goes out": put(due, "due_rungs", _before_load),
    "rungs of one instant are not merged": put(ladder, "rungs", _unmerged),
    "an alert's id lacks the deadline": put(Matter, "ladder_id", property(lambda matter: f"{matter.duty}/{matter.cause}")),
    "an alert's id is another each time": put(Alert, "id", _dated_id),
    "the claim is not checked": put(mongo, "insert_new", _insert_over),
    "the lease is not checked": together(put(alert_store, "is_free", _unleased), put(AlertStore, "leased_by_others", _none)),
    "a list names only its first duty": put(reminder_list, "compose", _first_only),
    **MORNING_BUGS,
    "a moved deadline may be earlier": put(PeriodState, "apply", _open_earliest),
    "what was raised is sent whatever came since": put(reminders, "sort_out", _nothing_dropped),
    "a return waits for the first rung of its ladder": put(notices, "of_duty", lambda duty: None),
    "a notice goes out at night and on days off": put(notices, "goes_out_at", lambda received, _: received.replace(microsecond=0)),
    "a notice that was held up goes out in the evening": put(due, "LAST_HOUR", time(23, 59)),
    "rungs from before a notice go out": put(notices, "rungs", _unfiltered),
    "a correction counts like any other": put(instants, "in_force", _in_force_plain),
    "a deadline by day is exclusive": put(deadlines, "DAY", mock.Mock(fullmatch=lambda text: None)),
}
"""Found where periods are years."""

PARTS: Final[dict[str, Plant]] = {
    "a rung is counted from the next period": put(deadlines, "group_deadline", _of_next_period),
    "a cut-off is a day off": put(periods, "parse", _day_longer),
    "months of the report year are those of the calendar": put(periods, "parse", _by_calendar),
    "a chain counts the days of Tết": put(WorkingDays, "after", _weekdays_later),
    "a chain counts all days": put(WorkingDays, "after", lambda _, day, count: day + timedelta(days=count)),
    "the month after December is in the same year": put(periods, "last_of_month", _in_same_year),
    "inclusive is taken as exclusive": put(DeadlineRule, "is_inclusive", property(lambda rule: False)),
    "exclusive is taken as inclusive": put(DeadlineRule, "is_inclusive", property(lambda rule: True)),
    "a month has the ladder of a year": put(ladder, "steps_of", lambda own, _: _steps_of(own, "year")),
    "a month has the ladder of a quarter": put(ladder, "steps_of", _steps_of_longer),
    "a period leaves memory with its last reminder": put(live, "SETTLED", timedelta()),
    "a claimed duty is not looked at again": put(Watch, "next_at", property(lambda watch: None)),
    "a duty that has changed is not looked at": put(Watch, "put", _put_closed),
}
"""Found where periods are parts of years."""


_heir, _recipients, _addressed = Lineage.heir, digest.recipients, addressing.addressed


def _first_in_list(lineage: Lineage, unit_id: str, day: date) -> str | None:
    """The heir is the first unit that follows, whoever is declared."""
    acting = unit_id
    while (out := lineage.out_of(acting)) and out[0].day <= day:
        acting = out[0].new
    return acting


def _declared_or_first(lineage: Lineage, unit_id: str, day: date) -> str | None:
    """Where nobody is declared, the first unit that follows is alerted."""
    return _heir(lineage, unit_id, day) or _first_in_list(lineage, unit_id, day)


def _itself(registry: Registry, unit_id: str, day: date) -> Unit | None:
    """A unit that has ended is alerted itself."""
    return registry.row(unit_id, day)


def _to_both(alerts: Iterable[Alert], registry: Registry, at: datetime) -> Addressed:
    """The heir gets the alert, and the unit that has ended too."""
    found = _addressed(alerts, registry, at)
    found.to_units.extend([replace(alert, to=alert.matter.unit_id) for alert in found.to_units if alert.to != alert.matter.unit_id])
    return found


def _on_the_day_of_the_rung(alerts: Iterable[Alert], registry: Registry, _: datetime) -> Addressed:
    found = [_addressed([replace(alert, raised_at=alert.rung.at)], registry, alert.rung.at) for alert in alerts]
    return Addressed([alert for one in found for alert in one.to_units], [alert for one in found for alert in one.to_nobody])


def _dropped(alerts: Iterable[Alert], registry: Registry, at: datetime) -> Addressed:
    """What was raised for a unit that has ended is sent to nobody."""
    found = _addressed(alerts, registry, at)
    return Addressed([alert for alert in found.to_units if alert.to == alert.matter.unit_id], found.to_nobody)


def _of_first_version(reference: Reference, regime_id: str, period_code: str) -> tuple[Unit | None, Unit | None]:
    """The recipient that the regime names at first."""
    _, above = _recipients(reference, regime_id, period_code)
    setting = reference.setting(regime_id, period_code)
    return None if setting is None else setting.tree.by_code.get(reference.regimes[regime_id].recipient), above


_of_entries, _document = news.of_entries, report_states.document


def _entries_of_owed(duty: Duty) -> list[Notice]:
    """Of a report that counts nothing is told."""
    return [] if duty.is_done else _of_entries(duty)


def _entries_with_deadline(duty: Duty) -> list[Notice]:
    """Told under the deadline of today, so once more when it moves."""
    return [replace(entry, deadline=duty.deadline) for entry in _of_entries(duty)]


def _entries_of_winner(duty: Duty) -> list[Notice]:
    """What the unit itself has replaced since is not told any more."""
    return [entry for entry in _of_entries(duty) if entry.cause == f"{notices.ENTERED}{duty.state.winner.number}"]


def _without(name: str) -> Any:
    """A part of a report's state is not stored."""
    return lambda state: {key: value for key, value in _document(state).items() if key != name}


def _with_the_reports(regime: Regime, period: Period, days: WorkingDays) -> datetime | None:
    """Official figures are due with the reports."""
    return None if regime.estimates is None else _group_deadline(regime, next(iter(regime.reporters)), period, None, days)


ESTIMATES: Final[dict[str, Plant]] = {
    "official figures do not end their duty": put(ReportState, "is_official", property(lambda report: False)),
    "estimates are official": put(ReportState, "is_official", property(lambda report: report.counts)),
    "official figures are asked of who owes the report": put(duties, "is_reminded", duties.owes),
    "official figures are due with the reports": put(deadlines, "official_deadline", _with_the_reports),
    "a rung from before the estimates goes out": put(Duty, "asked_since", property(lambda duty: None)),
    "a restart forgets that there were estimates": put(report_states, "document", _without("was_estimated")),
    "official figures are reminded of like a report": put(
        Duty, "cause", property(lambda duty: "report" if duty.task == OFFICIAL else duty.task)
    ),
    "an entry is told only while the report is owed": put(news, "of_entries", _entries_of_owed),
    "an entry is told again when the deadline moves": put(news, "of_entries", _entries_with_deadline),
    "an entry that was replaced is not told": put(news, "of_entries", _entries_of_winner),
    "a restart forgets what others entered": put(report_states, "document", _without("entered")),
    "an entry is told as it comes, at night too": put(notices, "goes_out_at", lambda received, _: received.replace(microsecond=0)),
    "an entry is dropped like a reminder": put(Matter, "is_entry", property(lambda matter: False)),
}
"""Found where estimates are taken and reports are entered for others."""

_of_requests, _of_undoings = news.of_requests, news.of_undoings
_ladder_id: Final[Callable[[Matter], str]] = Matter.ladder_id.fget  # type: ignore[attr-defined]


def _requests_of_all(duty: Duty) -> list[Notice]:
    """Who owes nothing any more is asked too."""
    with mock.patch.object(duties, "is_reminded", return_value=True):
        return _of_requests(duty)


def _requests_of_later(duty: Duty) -> list[Notice]:
    """What came to be owed after the request is asked for too."""
    with mock.patch.object(Duty, "owed_since", None):
        return _of_requests(duty)


def _requests_by_view(duty: Duty) -> list[Notice]:
    """A request is for the unit whose view it is, whoever confirms it."""
    return _of_requests(duty if duty.view is None else replace(duty, unit=duty.view, view=None))


def _undoings_of_own(duty: Duty) -> list[Notice]:
    """Who undid its own confirmation is told so."""
    state = duty.state
    others = {name: replace(undoing, by="another") for name, undoing in state.undoings.items()}
    return _of_undoings(replace(duty, state=replace(state, undoings=others)))


def _undoings_told_late(duty: Duty) -> list[Notice]:
    """Who has confirmed again is told too."""
    return _of_undoings(replace(duty, state=replace(duty.state, confirmations={})))


def _ladder_id_with_deadline(matter: Matter) -> str:
    return f"{_ladder_id(matter)}-{events.to_ms(matter.deadline)}" if matter.asked_by else _ladder_id(matter)


REQUESTS: Final[dict[str, Plant]] = {
    "who owes nothing is asked": put(news, "of_requests", _requests_of_all),
    "what came to be owed since is asked for": put(news, "of_requests", _requests_of_later),
    "only the last request of a unit counts": put(news, "of_requests", lambda duty: _of_requests(duty)[-1:]),
    "a request is for the unit whose view it is": put(news, "of_requests", _requests_by_view),
    "a request is repeated when the deadline moves": put(Matter, "ladder_id", property(_ladder_id_with_deadline)),
    "a restart forgets who asked": put(report_states, "document", _without("asked")),
    "a confirmation that was undone counts": put(
        ReportState, "confirmation", property(lambda report: max(report.confirmations.values(), default=None))
    ),
    "who undid its own confirmation is told so": put(news, "of_undoings", _undoings_of_own),
    "who has confirmed again is told what was undone": put(news, "of_undoings", _undoings_told_late),
    "a rung from before an undoing goes out": put(
        Duty, "asked_since", property(lambda duty: duty.owed_since if duty.task == OFFICIAL else None)
    ),
    "a restart forgets that a confirmation was undone": put(report_states, "document", _without("undone")),
    "a restart forgets what undid a confirmation": put(report_states, "document", _without("undoings")),
}
"""Found where recipients ask for what is owed and confirmations are undone."""

REFORMED: Final[dict[str, Plant]] = {
    "a rung from before the first day goes to a new unit": put(addressing, "first_instant", lambda *_: LONG_AGO),
    "the heir is the first in the list": put(Lineage, "heir", _first_in_list),
    "where no heir is declared, the first in the list is alerted": put(Lineage, "heir", _declared_or_first),
    "a unit that has ended is alerted": put(Registry, "acting", _itself),
    "an heir and the unit that has ended are alerted": put(addressing, "addressed", _to_both),
    "who acts is asked of the day of the rung": put(addressing, "addressed", _on_the_day_of_the_rung),
    "what was raised for a unit that has ended is lost": put(addressing, "addressed", _dropped),
    "the recipient is that of another version": put(digest, "recipients", _of_first_version),
    "a pin is ignored": put(Reference, "day", lambda reference, regime, period: period.cut_off),
    "an event after the reform is its old unit's": put(Reference, "unit_of", lambda reference, setting, unit_id, *_: unit_id),
    "an early report is the new unit's": put(Registry, "begins", lambda registry, unit_id: date(2024, 1, 1)),
}
"""Found where units are reformed."""

BUGS: Final = YEARLY | PARTS | REFORMED | ESTIMATES | REQUESTS
