"""The calendar of a regime: its periods, the deadlines that its file determines, and the reminders before and after them. Pure."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from shared.words import deadlines, ladder, numbers, periods, regime_versions, rules_in_words, vietnamese
from shared.words.calendar import WorkingDays
from shared.words.ladder import Rung
from shared.words.obligations import Confirm, DeadlineRule, Obligation
from shared.words.periods import Period
from shared.words.regime_versions import DatedVersion, DayOf
from shared.words.regimes import Regime
from shared.words.units import Tree

REPORT: Final = "report"
CONFIRM: Final = "confirm"
OFFICIAL: Final = "official"
OFFICIAL_LABEL: Final = "số chính thức thay số ước"
NEXT: Final = 3  # deadlines that a check prints for each rule
PAST: Final = "Không còn hạn nào sắp tới."
NO_PERIOD: Final = "không kỳ nào chốt số liệu trong thời gian này"


@dataclass(frozen=True, slots=True)
class Due:
    """The deadline of one group in one period, of the units that confirm, or of official figures. `at` is the first instant that is late;
    `unit_count` is None if no units are loaded.
    """

    task: str
    name: str
    """The group, or the level of the units that confirm; `recipient` if the recipient confirms; `official` for official figures."""
    label: str
    rule: str
    at: datetime
    reminders: tuple[Rung, ...]
    unit_count: int | None

    def entry(self, *, is_short: bool = False) -> dict[str, object]:
        """As JSON; the short form has neither reminders nor the label of the group."""
        found: dict[str, object] = {
            "task": self.task,
            "level" if self.task == CONFIRM else "group": self.name,
            "rule": self.rule,
            "deadline": _with_offset(self.at),
            "last_day": deadlines.last_day(self.at).isoformat(),
            "deadline_vi": vietnamese.through(self.at),
            "units": self.unit_count,
        }
        if is_short:
            return found
        reminders = [{"rung": rung.name, "at": _with_offset(rung.at)} for rung in self.reminders]
        return found | {"label": self.label, "reminders": reminders}


@dataclass(frozen=True, slots=True)
class Dates:
    """One period, its reference day, and the deadlines of the version that it has."""

    period: Period
    day: date
    due: tuple[Due, ...]

    def entry(self, *, is_short: bool = False) -> dict[str, object]:
        """As JSON. The deadline of official figures is there if the regime takes estimates."""
        official = [one.entry(is_short=is_short) for one in self.due if one.task == OFFICIAL]
        return ({OFFICIAL: official[0]} if official else {}) | {
            "period": self.period.code,
            "name_vi": vietnamese.period_name(self.period.code),
            "begins": self.period.begins.isoformat(),
            "cut_off": self.period.cut_off.isoformat(),
            "deadlines": [one.entry(is_short=is_short) for one in self.due if one.task != OFFICIAL],
        }


TreeAt = Callable[[date], Tree]


def years(regime: Regime) -> list[int]:
    """The years of the regime's periods, if it lists them."""
    return sorted({period.year for period, _ in regime_versions.listed(regime)})


def dates(
    regime: Regime, days: WorkingDays, tree_at: TreeAt | None = None, year: int | None = None, day_of: DayOf = regime_versions.cut_off
) -> list[Dates]:
    """The periods (of one year) with their deadlines, in the order of time. Empty for a regime on call or derived, because its file
    determines no deadline.
    """
    if regime.obligation is None or regime.is_on_call:
        return []
    listed = [(period, day) for period, day in regime_versions.listed(regime, day_of) if year in (None, period.year)]
    return [Dates(period, day, tuple(_of_period(regime.on(day), period, day, days, tree_at))) for period, day in listed]


def _rules(version: Regime, obligation: Obligation) -> list[tuple[str, DeadlineRule]]:
    """Every deadline rule, and the name of its group, or the words for those who confirm and for official figures."""
    official = [] if version.estimates is None else [(OFFICIAL_LABEL, version.estimates.until)]
    return [*obligation.deadlines.items(), *((confirming(entry), entry) for entry in obligation.confirm), *official]


def confirming(entry: Confirm) -> str:
    """The words for those who confirm."""
    return f"chốt bảng tổng hợp, {'cơ quan nhận báo cáo' if entry.level is None else vietnamese.level(entry.level)}"


def lines(regime: Regime, found: Sequence[Dates], now: datetime, tree_at: TreeAt | None = None) -> Iterator[str]:
    """What a regime's deadlines mean: for each version each rule in words, how many units it is for, and the next deadlines that it gives.

    The units are those of the next deadline (of the last one if none is left); of a regime on call, today's.
    """
    if regime.obligation is None:
        yield f"{regime.id}: lấy từ {regime.derived_from}, không có hạn riêng."
        return
    for version in regime_versions.dated(regime):
        own = [one for one in found if version.includes(one.day)]
        title = f"{regime.id}{in_force(version)}"
        if regime.is_on_call:
            yield f"{title}: {rules_in_words.ON_CALL}."
            days = regime_versions.judged_on(regime, version, periods.local_day(now))
            members = version.regime.group_members(tree_at(days[-1])) if tree_at is not None and days else {}
            yield from (f"  {name}{_units(len(units))}." for name, units in members.items())
        elif found and not own:
            yield f"{title}: {NO_PERIOD}."
            continue
        else:
            yield f"{title}:"
        yield from _of_rules(version.regime, own, now)


def in_force(version: DatedVersion) -> str:
    """Since and until when a version is in force; empty if it always is."""
    since = "" if version.is_first else f", từ ngày {vietnamese.day(version.first_day)}"
    return since if version.last_day == date.max else f"{since}{' ' if since else ', '}đến hết ngày {vietnamese.day(version.last_day)}"


def _of_rules(version: Regime, found: Sequence[Dates], now: datetime) -> Iterator[str]:
    obligation = version.obligation
    if obligation is None:
        return
    for place, (name, rule) in enumerate(_rules(version, obligation)):
        coming = [(one.period, one.due[place].at) for one in found if one.due[place].at > now][:NEXT]
        counts = [one.due[place].unit_count for one in found if one.due[place].at > now] or [
            one.due[place].unit_count for one in found[-1:]
        ]
        said = "; ".join(f"{vietnamese.period_name(period.code)} {vietnamese.through(at)}" for period, at in coming)
        next_ones = f" Sắp tới: {said}." if coming else "" if obligation.on_call else f" {PAST}"
        yield f"  {name}{_units(counts[0] if counts else None)}: {rules_in_words.rule(rule)}.{next_ones}"
    if obligation.to_working_day:
        yield f"  {rules_in_words.MOVES[0].upper()}{rules_in_words.MOVES[1:]}."


def _units(count: int | None) -> str:
    return "" if count is None else f" ({numbers.vietnamese(count)} đơn vị)"


def _of_period(version: Regime, period: Period, day: date, days: WorkingDays, tree_at: TreeAt | None) -> Iterator[Due]:
    obligation = version.obligation
    if obligation is None:
        return
    tree = tree_at(day) if tree_at is not None else None
    members = version.group_members(tree) if tree is not None else {}
    steps = ladder.steps_of(obligation.ladder, period.length)

    def due(task: str, name: str, label: str, rule: DeadlineRule, at: datetime, units: Sequence[object] | None) -> Due:
        count = None if units is None else len(units)
        return Due(task, name, label, rules_in_words.rule(rule), at, ladder.rungs(at, steps, days), count)

    for name, rule in obligation.deadlines.items():
        at = deadlines.group_deadline(version, name, period, None, days)
        if at is not None:
            yield due(REPORT, name, version.reporters[name].label, rule, at, members.get(name))
    confirmed = deadlines.confirm_deadlines(version, period, days)
    for entry in obligation.confirm:
        units = [found for found in version.confirmations(tree) if found.rule is entry] if tree is not None else None
        yield due(CONFIRM, entry.who, confirming(entry), entry, confirmed[entry.who], units)

    official = deadlines.official_deadline(version, period, days)
    if official is not None and version.estimates is not None:
        reporters = None if tree is None else [unit for units in members.values() for unit in units]
        yield due(OFFICIAL, OFFICIAL, OFFICIAL_LABEL, version.estimates.until, official, reporters)


def _with_offset(at: datetime) -> str:
    """Vietnam time with its offset; milliseconds only if there are any (a deadline that includes 17:00 is 17:00:00.001)."""
    return at.astimezone(periods.VIETNAM).isoformat(timespec="milliseconds" if at.microsecond else "seconds")
