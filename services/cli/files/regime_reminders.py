"""Finds deadlines that are over before a period begins, and reminders that never come. Pure."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from services.cli.files.regime_entries import Found
from shared.words import deadlines, ladder, periods, refusals
from shared.words.calendar import WorkingDays
from shared.words.ladder import Steps
from shared.words.obligations import MOST_STEP, Ladder
from shared.words.periods import Period
from shared.words.refusals import refusal
from shared.words.regimes import Regime


def find(version: Regime, listed: Sequence[Period], working_days: WorkingDays) -> Iterator[Found]:
    """Such entries of one version of a regime, in the periods that have it."""
    yield from _due_before_it_begins(version, listed, working_days)
    yield from _ladder(version, listed, working_days)


def _due_before_it_begins(version: Regime, listed: Sequence[Period], working_days: WorkingDays) -> Iterator[Found]:
    """Deadlines on a fixed date that is already over when a period begins: no unit could report on time."""
    for group, rule in version.obligation.deadlines.items() if version.obligation is not None else ():
        for period in listed:
            at = deadlines.group_deadline(version, group, period, None, working_days)
            if rule.is_one_date and at is not None and at <= periods.start_of(period.begins):
                begins = refusals.day(period.begins)
                yield ("obligation", "deadlines", group), refusal("regime.due_before_period", period=period.code, day=begins)


def _ladder(version: Regime, listed: Sequence[Period], working_days: WorkingDays) -> Iterator[Found]:
    """Reminders that never come in any period, for any group, or come before each period begins."""
    if version.obligation is None:
        return
    steps = version.obligation.ladder
    wrong: list[Found] = [
        (("obligation", "ladder", name, number), refusal("regime.days_out_of_range", days=days, most=MOST_STEP))
        for name in ("before_days", "after_days")
        for number, days in enumerate(getattr(steps, name) or ())
        if not 1 <= days <= MOST_STEP
    ]
    yield from wrong
    deadlines_of = [] if wrong else _deadlines(version, listed, working_days)
    if not deadlines_of:
        return
    for name in sorted(steps.model_fields_set):
        for number, step in enumerate(getattr(steps, name) or ()):
            alone = Steps(**{other: (step,) if other == name else () for other in Ladder.model_fields})
            rungs = [(period, ladder.rungs(deadline, alone, working_days)) for period, deadline in deadlines_of]
            if not any(found for _, found in rungs):
                yield ("obligation", "ladder", name, number), refusal("regime.reminder_never_comes", step=step)
            elif all(rung.at < periods.start_of(period.begins) for period, found in rungs for rung in found):
                first = rungs[0][0]
                why = refusal("regime.reminder_before_period", step=step, period=first.code, day=refusals.day(first.begins))
                yield ("obligation", "ladder", name, number), why


def _deadlines(version: Regime, listed: Sequence[Period], working_days: WorkingDays) -> list[tuple[Period, datetime]]:
    """Every deadline that the file determines, with its period."""
    obligation = version.obligation
    if obligation is None or obligation.on_call:
        return []
    reports = [(one, deadlines.group_deadline(version, name, one, None, working_days)) for name in obligation.deadlines for one in listed]
    confirmed = [(one, at) for one in listed for at in deadlines.confirm_deadlines(version, one, working_days).values()]
    return [*((one, at) for one, at in reports if at is not None), *confirmed]
