"""Who reports, below whom, and by when: computed from units and regimes in the plain way, without the rules that the services use."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from shared.wire import events
from shared.wire.events import Logged
from shared.words.calendar import WorkingDays
from shared.words.obligations import DeadlineRule, Obligation
from shared.words.periods import VIETNAM, Period
from shared.words.regimes import Regime
from shared.words.units import Tree, Unit

ONE_DAY = timedelta(days=1)
ONE_MS = timedelta(milliseconds=1)
HALF_YEAR = timedelta(days=182)


def groups(regime: Regime, tree: Tree) -> dict[str, str]:
    """Group name by unit id, for every reporter. A unit in several groups belongs to the last one."""
    group_of = {}
    for name, group in regime.reporters.items():
        for unit in tree.by_id.values():
            is_named = unit.code in group.units
            is_meant = (unit.level, unit.kind) == (group.level, group.kind) and is_within(tree, unit, regime.within)
            if is_named or (not group.units and is_meant):
                group_of[unit.id] = name
    return group_of


def is_within(tree: Tree, unit: Unit, code: str) -> bool:
    """Whether a unit has the code `code`, is below the unit that has it, or is in the area that has it. Every unit is within ""."""
    return code in ("", unit.code) or code in [above.code for above in above_of(tree, unit)] or areas_of(tree, unit, [code]) != []


def areas_of(tree: Tree, unit: Unit, codes: Sequence[str]) -> list[Unit]:
    """The areas among those with these codes that have a unit, or a unit above it, as a member."""
    areas = [tree.by_code[code] for code in codes if code in tree.by_code and tree.by_code[code].id in tree.members]
    line = {unit.id, *(above.id for above in above_of(tree, unit))} if areas else set()
    return [area for area in areas if any(member.id in line for member in tree.members[area.id])]


def above_of(tree: Tree, unit: Unit) -> list[Unit]:
    """The units above a unit, nearest first."""
    above: list[Unit] = []
    while unit.parent in tree.by_id and tree.by_id[unit.parent] not in above:
        unit = tree.by_id[unit.parent]
        above.append(unit)
    return above


def deadline(regime: Regime, group: str, period: Period, opened: datetime | None, days: WorkingDays) -> datetime | None:
    """The first instant that is late for a group; None if the group has no deadline."""
    obligation = regime.obligation
    if obligation is None:
        return None
    if not obligation.on_call:
        return late_from(obligation.deadlines[group], obligation, period, days)
    if opened is not None and obligation.to_working_day:
        return _not_on_day_off(opened, days)
    return opened


def official_deadline(regime: Regime, period: Period, days: WorkingDays) -> datetime | None:
    """The first instant at which official figures are late; None if the regime takes no estimates."""
    if regime.estimates is None or regime.obligation is None:
        return None
    return late_from(regime.estimates.until, regime.obligation, period, days)


class Official(NamedTuple):
    """A unit's duty to replace its estimates. It is silent while the report itself is owed."""

    is_done: bool
    is_late: bool
    is_silent: bool
    deadline: datetime


def official(told: Sequence[Logged], until: datetime) -> Official | None:
    """The duty after everything that was logged about a unit's report; None if it never sent an estimate."""
    sent = [event for event in told if event.type == events.SUBMITTED]
    final = [event for event in sent if not event.data.get("status")]
    if len(final) == len(sent):
        return None
    standing = max((event for event in told if event.type in (events.SUBMITTED, events.WITHDRAWN)), key=_place)
    is_returned = any(event.type == events.RETURNED and event.revision == standing.revision for event in told)
    is_owed = standing.type == events.WITHDRAWN or is_returned
    is_done = not is_owed and standing in final
    deadline = max(until, _extended_to(told) or until)
    first_ms = min((event.received_ms for event in final), default=0)
    return Official(is_done, is_done and first_ms >= deadline.timestamp() * 1000, is_owed, deadline)


class Confirmed(NamedTuple):
    """The duty to confirm a view."""

    is_done: bool
    is_late: bool


def confirmed(told: Sequence[Logged], until: datetime) -> Confirmed:
    """The duty after everything that was logged about a view: done while a confirmation stands, late if the first one ever was."""
    confirmations = [event for event in told if event.type == events.CONFIRMED]
    undone = [event.data.get("confirmation") for event in told if event.type == events.UNDONE]
    is_done = any(event.id not in undone for event in confirmations)
    deadline = max(until, _extended_to(told) or until)
    first_ms = min((event.received_ms for event in confirmations), default=0)
    return Confirmed(is_done, is_done and first_ms >= deadline.timestamp() * 1000)


def _extended_to(told: Sequence[Logged]) -> datetime | None:
    """The end of the extension in force: the latest of those that no correction has taken back. A correction takes back all that was
    received before it.
    """
    extensions = [(event, at) for event in told if event.type == events.EXTENDED and (at := instant(event.data.get("until"))) is not None]
    given = sorted(extensions, key=lambda one: (one[0].received_ms, one[0].event_id))
    while any(event.data.get("corrects") for event, _ in given[1:]):
        given = given[1:]
    return max((at for _, at in given), default=None)


def _place(event: Logged) -> tuple[int, int, str]:
    return event.revision, event.received_ms, event.event_id


def late_from(rule: DeadlineRule, obligation: Obligation, period: Period, days: WorkingDays) -> datetime:
    """The first instant that is late by a rule of the obligation, after a last day off was moved."""
    day = _day(rule, obligation, period, days)
    stroke = datetime.combine(day, time.fromisoformat(rule.hour or "00:00"), VIETNAM)
    if rule.before or not rule.inclusive:
        late = stroke
    elif rule.hour:
        late = stroke + ONE_MS
    else:
        late = stroke + ONE_DAY
    return _not_on_day_off(late, days) if obligation.to_working_day else late


def _day(rule: DeadlineRule, obligation: Obligation, period: Period, days: WorkingDays) -> date:
    """The day that a rule names or counts to."""
    if rule.after_cut_off and rule.after_cut_off.days:
        return period.cut_off + rule.after_cut_off.days * ONE_DAY
    if rule.after_cut_off and rule.after_cut_off.working_days:
        return _working_day_after(period.cut_off, rule.after_cut_off.working_days, days)
    if rule.day_of_next_month:
        return _in_next_month(period.cut_off, rule.day_of_next_month)
    if rule.after is not None and rule.working_days:
        other = late_from(obligation.deadlines[rule.after], obligation, period, days)
        return _working_day_after(_last_day(other), rule.working_days, days)
    return _named_day(rule.before or rule.by or rule.once or "", period)


def _named_day(text: str, period: Period) -> date:
    """The day of a rule. A yearly day such as 12-20 is in the period's year. If the period ends on or after that day, and the same day of
    the next year comes within half a year of the period's end, it is that later day.
    """
    if len(text) == len("2026-12-20"):
        return date.fromisoformat(text)
    this_year, next_year = date.fromisoformat(f"{period.year}-{text}"), date.fromisoformat(f"{period.year + 1}-{text}")
    is_closed = period.cut_off < this_year
    return this_year if is_closed or next_year > period.cut_off + HALF_YEAR else next_year


def _working_day_after(day: date, count: int, days: WorkingDays) -> date:
    """The `count`-th working day after `day`, whether `day` is a working day or not."""
    while count > 0:
        day += ONE_DAY
        if days.includes(day):
            count -= 1
    return day


def _in_next_month(day: date, number: int) -> date:
    """The day `number` of the month after that of `day`, or the last day of that month if it is shorter."""
    first = day
    while first.month == day.month:
        first += ONE_DAY
    wanted = first + (number - 1) * ONE_DAY
    while wanted.month != first.month:
        wanted -= ONE_DAY
    return wanted


def _last_day(late: datetime) -> date:
    """The last day on which a report is on time, if `late` is the first late instant."""
    return (late - ONE_MS).astimezone(VIETNAM).date()


def _not_on_day_off(late: datetime, days: WorkingDays) -> datetime:
    """The same instant, or the end of the next working day if the last day is a day off."""
    last = _last_day(late)
    if days.includes(last):
        return late
    return datetime.combine(_working_day_after(last, 1, days) + ONE_DAY, time(), VIETNAM)


def instant(text: object) -> datetime | None:
    """The first late instant that an event names: a day YYYY-MM-DD lasts to its end. None if the text is no instant from 2000 to 2199."""
    try:
        if len(str(text)) == len("2026-12-20") and str(text)[4] == str(text)[7] == "-":
            at = datetime.combine(date.fromisoformat(str(text)) + ONE_DAY, time(), VIETNAM)
        else:
            at = datetime.fromisoformat(str(text))
            if str(at.date()) != str(text)[:10]:  # Python accepts more forms of a day than the contract allows
                return None
        is_sound = at.tzinfo is not None and 2000 <= at.astimezone(VIETNAM).year < 2200
    except (ValueError, OverflowError):
        return None
    return at if is_sound else None
