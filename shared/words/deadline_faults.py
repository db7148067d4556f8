"""Deadlines that cannot be meant, period by period. `regimes check` refuses them; regimes that are already stored are not checked.

Source: NĐ 09/2019/NĐ-CP, art. 12, 13; design, section 5, "Deadlines" and "Periods".
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Final

from shared.words import deadlines, periods, refusals, regime_paths, regime_versions
from shared.words.calendar import WorkingDays
from shared.words.deadlines import HALF_YEAR
from shared.words.ladder import OFFICE_OPENS
from shared.words.obligations import DeadlineRule, Obligation
from shared.words.periods import Period
from shared.words.refusals import Refusal, refusal
from shared.words.regime_paths import Path
from shared.words.regimes import Regime

BEFORE_OFFICE: Final = timedelta(hours=OFFICE_OPENS.hour, milliseconds=1)  # until just after the office opens, when nobody has worked yet


def of(regime: Regime, days: WorkingDays) -> Iterator[tuple[Path, Refusal]]:
    """The path of each such deadline in the regime's file, and the reason. Each version is judged in the periods that have it. For each
    rule only the first such period is named.
    """
    codes, seen = list(regime.by_code), set[tuple[Path, Refusal]]()
    for version in regime_versions.dated(regime):
        for path, why in _of_version(version.regime, regime_versions.in_force(regime, version), days):
            found = regime_paths.written(regime.changes[: version.changes], codes, path), why
            if found not in seen:
                seen.add(found)
                yield found


def _of_version(regime: Regime, in_force: Sequence[Period], days: WorkingDays) -> Iterator[tuple[Path, Refusal]]:
    obligation = regime.obligation
    if obligation is None or isinstance(regime.periods, str):
        return
    listed = sorted(in_force, key=lambda one: one.cut_off)
    for where, rule in obligation.rules():
        found = next((fault for period in listed if (fault := _fault(regime, obligation, rule, period, days)) is not None), None)
        if found is None and rule.is_one_date and len(listed) > 1:
            found = refusal("regime.one_date_for_all_periods", first=listed[0].code, other=listed[1].code)
        if found is not None:
            yield ("obligation", *where), found
    if regime.estimates is not None:
        until = regime.estimates.until
        if (found := next(_of_estimates(regime, obligation, until, listed, days), None)) is not None:
            yield ("estimates", "until"), found
        elif until.is_one_date and len(listed) > 1:
            yield ("estimates", "until"), refusal("regime.one_date_for_all_periods", first=listed[0].code, other=listed[1].code)
    for period in listed:
        before = max((deadlines.by_rule(rule, period, obligation, days) for rule in obligation.deadlines.values()), default=None)
        for place, confirmed in enumerate(deadlines.confirm_deadlines(regime, period, days).values()):
            if before is not None and confirmed < before:
                yield ("obligation", "confirm", str(place)), refusal("regime.confirmed_before_reported", period=period.code)
                return
            before = confirmed


def _of_estimates(
    regime: Regime, obligation: Obligation, until: DeadlineRule, listed: Sequence[Period], days: WorkingDays
) -> Iterator[Refusal]:
    """Why the deadline of the official figures cannot be meant, period by period. It must not come before the reports of the period are
    due, nor after those of the following period are.
    """
    for period in listed:
        official = deadlines.by_rule(until, period, obligation, days)
        for group, rule in obligation.deadlines.items():
            if official < deadlines.by_rule(rule, period, obligation, days):
                yield refusal("regime.official_before_reports", period=period.code, group=group)
        if (wrong := _fault(regime, obligation, until, period, days)) is not None:
            yield wrong
        following = regime.period(periods.following(period.code))
        if following is None or any(_is_once(rule, obligation) for rule in obligation.deadlines.values()):
            continue
        if official > min(deadlines.by_rule(rule, following, obligation, days) for rule in obligation.deadlines.values()):
            day = refusals.day(deadlines.last_day(official))
            yield refusal("regime.official_after_next_period", period=period.code, day=day, next=following.code)


def _fault(regime: Regime, obligation: Obligation, rule: DeadlineRule, period: Period, days: WorkingDays) -> Refusal | None:
    """Why one rule cannot be meant in one period; None if it can.

    A deadline must leave at least one working day after the cut-off (NĐ 09/2019/NĐ-CP), and after the deadline that it follows. A full date
    need not come after the cut-off, because the duty is due one time. A yearly day must not come after the end of the following period: it
    would belong to that one. A counted deadline must not come more than half a year after the cut-off.
    """
    deadline = deadlines.by_rule(rule, period, obligation, days)
    last = deadlines.last_day(deadline)
    if rule.after is not None:
        followed = deadlines.by_rule(obligation.deadlines[rule.after], period, obligation, days)
        if _last_day_worked(deadline) < days.after(deadlines.last_day(followed), 1):
            return refusal("regime.no_working_day_after_group", period=period.code, group=rule.after)
    if not _is_once(rule, obligation) and _last_day_worked(deadline) < days.after(period.cut_off, 1):
        return refusal("regime.no_working_day_left", period=period.code, day=refusals.day(period.cut_off))
    following = periods.parse(periods.following(period.code), regime.calendar)
    if rule.is_yearly and following is not None and last > following.cut_off:
        return refusal("regime.due_after_next_period", period=period.code, day=refusals.day(last), next=following.code)
    latest = period.cut_off + HALF_YEAR
    if not rule.has_own_day and not _is_once(rule, obligation) and last > latest:
        return refusal("regime.due_too_late", period=period.code, day=refusals.day(last), latest=refusals.day(latest))
    if rule.day_of_next_month is not None and rule.day_of_next_month > deadlines.end_of_next_month(period).day:
        month = f"{deadlines.end_of_next_month(period):%m/%Y}"
        return refusal("regime.no_such_day_in_month", period=period.code, day=rule.day_of_next_month, month=month)
    return None


def _last_day_worked(deadline: datetime) -> date:
    """The last day on which an office that works until the deadline has opened."""
    return deadlines.last_day(deadline - BEFORE_OFFICE)


def _is_once(rule: DeadlineRule, obligation: Obligation) -> bool:
    """Whether the rule is a full date, or follows a group whose rule is."""
    while rule.after is not None:
        rule = obligation.deadlines[rule.after]
    return rule.is_one_date
