"""Who reports, below whom, and by when: computed from units and regimes in the plain way, without the rules that the fold uses."""

from datetime import date, datetime, time, timedelta

from shared.words.calendar import WorkingDays
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
    """Whether a unit has the code `code` or is below the unit that has it. Every unit is within ""."""
    return code in ("", unit.code) or code in [above.code for above in above_of(tree, unit)]


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
    late: datetime | None = opened
    if not obligation.on_call:
        rule = obligation.deadlines[group]
        day = _day(rule.before or rule.by or rule.once or "", period)
        hour = time.fromisoformat(rule.hour) if rule.hour else None
        if rule.before:
            late = datetime.combine(day, hour or time(), VIETNAM)
        else:
            late = datetime.combine(day, hour, VIETNAM) + ONE_MS if hour else datetime.combine(day + ONE_DAY, time(), VIETNAM)
    if late is None or not obligation.to_working_day:
        return late
    last = (late - ONE_MS).astimezone(VIETNAM).date()
    working = last
    while not days.includes(working):
        working += ONE_DAY
    return late if working == last else datetime.combine(working + ONE_DAY, time(), VIETNAM)


def _day(text: str, period: Period) -> date:
    """The day of a rule. A yearly day such as 12-20 is in the period's year. If the period ends on or after that day, and the same day of
    the next year comes within half a year of the period's end, it is that later day.
    """
    if len(text) == len("2026-12-20"):
        return date.fromisoformat(text)
    this_year, next_year = date.fromisoformat(f"{period.year}-{text}"), date.fromisoformat(f"{period.year + 1}-{text}")
    is_closed = period.cut_off < this_year
    return this_year if is_closed or next_year > period.cut_off + HALF_YEAR else next_year


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
