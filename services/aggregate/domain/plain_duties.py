"""Who reports, below whom, until when: read from units and regimes the plain way, without the rules that the fold uses."""

from datetime import date, datetime, time, timedelta

from shared import calendar
from shared.periods import VIETNAM, Period
from shared.regimes import Regime
from shared.units import Tree, Unit

ONE_DAY = timedelta(days=1)
ONE_MS = timedelta(milliseconds=1)


def groups(regime: Regime, tree: Tree) -> dict[str, str]:
    """Group name by unit id, for every reporter. A unit of several groups is of the last one."""
    found = {}
    for name, group in regime.reporters.items():
        for unit in tree.by_id.values():
            is_named = unit.code in group.units
            is_meant = (unit.level, unit.kind) == (group.level, group.kind) and is_within(tree, unit, regime.within)
            if is_named or (not group.units and is_meant):
                found[unit.id] = name
    return found


def is_within(tree: Tree, unit: Unit, code: str) -> bool:
    """Whether a unit is the one with a code, or below it; everything is within ""."""
    return code in ("", unit.code) or code in [above.code for above in above_of(tree, unit)]


def above_of(tree: Tree, unit: Unit) -> list[Unit]:
    """The units above a unit, nearest first."""
    found: list[Unit] = []
    while unit.parent in tree.by_id and tree.by_id[unit.parent] not in found:
        unit = tree.by_id[unit.parent]
        found.append(unit)
    return found


def deadline(regime: Regime, group: str, period: Period, opened: datetime | None) -> datetime | None:
    """The first instant that is late for a group; None when nothing is late."""
    obligation = regime.obligation
    if obligation is None:
        return None
    late: datetime | None = opened
    if not obligation.on_call:
        rule = obligation.deadlines[group]
        text = rule.before or rule.by or rule.once or ""
        day = date.fromisoformat(text if len(text) == len("2026-12-20") else f"{period.year}-{text}")
        hour = time.fromisoformat(rule.hour) if rule.hour else None
        if rule.before:
            late = datetime.combine(day, hour or time(), VIETNAM)
        else:
            late = datetime.combine(day, hour, VIETNAM) + ONE_MS if hour else datetime.combine(day + ONE_DAY, time(), VIETNAM)
    if late is None or not obligation.to_working_day:
        return late
    last = (late - ONE_MS).astimezone(VIETNAM).date()
    working = last
    while not calendar.is_working_day(working):
        working += ONE_DAY
    return late if working == last else datetime.combine(working + ONE_DAY, time(), VIETNAM)


def instant(text: object) -> datetime | None:
    """The first late instant that an event names: a day YYYY-MM-DD is meant to its end; None when it is none from 2000 to 2199."""
    try:
        if len(str(text)) == len("2026-12-20"):
            at = datetime.combine(date.fromisoformat(str(text)) + ONE_DAY, time(), VIETNAM)
        else:
            at = datetime.fromisoformat(str(text))
        is_sound = at.tzinfo is not None and 2000 <= at.astimezone(VIETNAM).year < 2200
    except (ValueError, OverflowError):
        return None
    return at if is_sound else None
