"""What a unit's calendar contains: what it owes, what it did lately, and the deadlines that are planned next.

A calendar stays small however many periods a regime has. It contains every owed duty, whatever its age, but at most `MOST`; the oldest ones
beyond that are only counted. What is done stays for `DONE_FOR` after its deadline. Planned are the periods that have not begun and whose
deadline by rule is at most `PLANNED_FOR` away.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from services.portal.domain.duties import Duty
from shared.wire.view_key import ViewKey
from shared.words import deadlines
from shared.words.calendar import WorkingDays
from shared.words.obligations import RECIPIENT
from shared.words.reference import Reference, Setting
from shared.words.regime_parts import Group
from shared.words.regimes import Regime
from shared.words.units import Tree, Unit

MOST: Final = 300  # duties of one calendar: about 300 KB
DONE_FOR: Final = timedelta(days=62)  # two months
PLANNED_FOR: Final = timedelta(days=100)  # three months, and a deadline some days after the last of them


@dataclass(frozen=True, slots=True)
class Planned:
    """A duty that will exist when its period begins, if neither the regime nor the units change until then. `id` is the duty's id."""

    id: str
    regime: str
    period: str
    unit_code: str
    unit_name: str
    is_report: bool
    due: datetime


@dataclass(frozen=True, slots=True)
class Agenda:
    """The content of a unit's calendar. `left_out` are owed duties beyond the calendar's limit, the newest first."""

    duties: Sequence[Duty]
    planned: Sequence[Planned] = ()
    left_out: Sequence[Duty] = ()


def agenda(duties: Iterable[Duty], planned: Iterable[Planned], now: datetime) -> Agenda:
    """What a calendar contains at `now`, in the order of deadlines."""
    chosen = [duty for duty in duties if duty.is_owed or duty.deadline > now - DONE_FOR]
    newest_first = sorted(chosen, key=lambda duty: (duty.is_owed, duty.due, duty.id), reverse=True)
    ids = {duty.id for duty in chosen}
    return Agenda(
        sorted(newest_first[:MOST], key=lambda duty: (duty.due, duty.id)),
        sorted((plan for plan in planned if plan.id not in ids), key=lambda plan: (plan.due, plan.id)),
        [duty for duty in newest_first[MOST:] if duty.is_owed],
    )


def planned(known: Reference, unit: Unit, now: datetime) -> Iterator[Planned]:
    """The coming duties of a unit, from the deadline rules of its regimes and the units of each reference day."""
    for regime in known.regimes.values():
        if regime.obligation is None or regime.is_on_call:
            continue
        for setting in known.settings(regime.id):
            if not setting.period.has_begun(now) and unit.id in setting.tree.by_id:
                yield from _in_period(setting, setting.tree.by_id[unit.id], known.working_days, now)


def _in_period(setting: Setting, unit: Unit, days: WorkingDays, now: datetime) -> Iterator[Planned]:
    regime, period, tree = setting.regime, setting.period, setting.tree
    report = ViewKey(regime.id, period.code, unit.id).text
    groups = [name for name, group in regime.reporters.items() if _is_member(group, regime, tree, unit)]
    confirming = [at for who, at in deadlines.confirm_deadlines(regime, period, days).items() if _confirms(who, regime, tree, unit)]
    due = {
        report: deadlines.group_deadline(regime, groups[-1], period, None, days) if groups else None,
        f"{report}/confirm": confirming[0] if confirming else None,
    }
    for duty_id, at in due.items():
        if at is not None and now < at <= now + PLANNED_FOR:
            yield Planned(duty_id, regime.id, period.code, unit.code, unit.name, duty_id == report, at)


def _is_member(group: Group, regime: Regime, tree: Tree, unit: Unit) -> bool:
    """Whether the unit reports in the group."""
    if group.units:
        return unit.code in group.units
    return (unit.level, unit.kind) == (group.level, group.kind) and _is_within(regime, tree, unit)


def _confirms(who: str, regime: Regime, tree: Tree, unit: Unit) -> bool:
    if who == RECIPIENT:
        return unit.code == regime.recipient
    return (unit.level, unit.kind) == (who, "peoples_committee") and _is_within(regime, tree, unit)


def _is_within(regime: Regime, tree: Tree, unit: Unit) -> bool:
    within = tree.by_code.get(regime.within)
    if not regime.within or within is None:
        return not regime.within
    members = {member.id for member in tree.members.get(within.id, (within,))}
    return any(above.id in members for above in (unit, *tree.ancestors(unit.id)))
