"""Which period of a regime matters now, and which are over. Pure. Source: design, section 4, "Portal"; ADR 0081."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from shared.words import deadlines, periods
from shared.words.calendar import WorkingDays
from shared.words.periods import Period
from shared.words.reference import Reference
from shared.words.regimes import Regime

OVER_AFTER: Final = timedelta(days=92)  # after its deadline; a quarter, so that a late report of the last period is not folded away
ONE_DAY: Final = timedelta(days=1)
NOBODY: Final = frozenset[str]()

Due = Mapping[str, datetime]
"""The last deadline by rule of each period, by its code."""


def due_of(source: Regime, groups: Iterable[str], listed: Iterable[Period], days: WorkingDays) -> dict[str, datetime]:
    """The last deadline of the groups in each period; none in a regime on call. `source` is the regime with the obligation."""
    found = {}
    for period in listed if not source.is_on_call else ():
        due = [deadlines.group_deadline(source, group, period, None, days) for group in groups if group in source.reporters]
        if (last := max((at for at in due if at is not None), default=None)) is not None:
            found[period.code] = last
    return found


def by_rule(reference: Reference, regime_id: str, listed: Iterable[Period]) -> dict[str, datetime]:
    """The last deadline by rule of each period of a regime, by the version of the period."""
    found: dict[str, datetime] = {}
    for period in listed:
        own = reference.setting(regime_id, period.code)
        source = None if own is None else reference.setting(own.regime.source_id, period.code)
        if own is not None and source is not None:
            found |= due_of(source.regime, own.regime.reporters, [period], reference.working_days)
    return found


def due(period: Period, dues: Due) -> datetime:
    """When a period is due; without a deadline by rule at the end of its cut-off."""
    return dues.get(period.code) or periods.start_of(period.cut_off + ONE_DAY)


def present(listed: Sequence[Period], dues: Due, complete: Collection[str], now: datetime) -> Period | None:
    """The period that matters now; None if none has begun.

    It is the one that is due next. But a period whose deadline was the last to pass and of which reports are missing (it is not in
    `complete`) comes before that one while its deadline is the nearer of the two: so the day after a deadline shows who is late, and not
    the period of which nobody expects anything for a year.
    """
    begun = [period for period in listed if period.has_begun(now)]
    ahead = min((one for one in begun if due(one, dues) > now), key=lambda one: (due(one, dues), one.cut_off), default=None)
    passed = max((one for one in begun if due(one, dues) <= now), key=lambda one: (due(one, dues), one.begins), default=None)
    if ahead is None or passed is None:
        return ahead or passed
    is_nearer = now - due(passed, dues) < due(ahead, dues) - now
    return passed if is_nearer and passed.code not in complete else ahead


def is_over(present: Period, dues: Due, now: datetime) -> bool:
    """Whether even the present period of a regime was due so long ago that the regime is one of the past."""
    return now - due(present, dues) > OVER_AFTER
