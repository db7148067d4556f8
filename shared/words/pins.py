"""Pinned periods: periods that keep the units of the day before a reform although their cut-off is later.

These are the periods whose last deadline was before the reform, such as an on-call period that was asked for and answered in May with the
cut-off 31/12, and those that `keep` in reform.yaml names. Units that ended reported for them; their heirs complete them. Source: ADR 0045.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from shared.words import deadlines, periods
from shared.words.reference import ONE_DAY, Reference
from shared.words.reform import Reform
from shared.words.regime_versions import periods_of
from shared.words.regimes import Regime
from shared.words.report_state import PeriodState, ReportState, StateEvent

RegimePeriod = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Terms:
    """What the recipient set for a regime and period: the deadline with which it was opened, and the latest extension of a unit."""

    opened: datetime | None = None
    extended_to: datetime | None = None


NONE = Terms()


def terms_of(events: Iterable[tuple[RegimePeriod, str, StateEvent]]) -> dict[RegimePeriod, Terms]:
    """What openings and extensions set, by regime and period. Each event comes with its regime and period and the id of its unit ("" for
    an opening); events of other types change nothing.
    """
    openings: dict[RegimePeriod, PeriodState] = {}
    extensions: dict[RegimePeriod, dict[str, ReportState]] = {}
    for pair, unit_id, event in events:
        openings.setdefault(pair, PeriodState()).apply(event)
        extensions.setdefault(pair, {}).setdefault(unit_id, ReportState()).apply(event)
    return {
        pair: Terms(state.deadline, max(filter(None, (unit.extended_to for unit in extensions[pair].values())), default=None))
        for pair, state in openings.items()
    }


def of_reform(before: Reference, reform: Reform, terms: Mapping[RegimePeriod, Terms]) -> dict[RegimePeriod, date]:
    """The periods that a reform pins, by (source) regime and period, with their reference day. `before` is without the reform."""
    kept, last = {(keep.regime, keep.period) for keep in reform.keep}, reform.valid_from - ONE_DAY
    return dict.fromkeys(sorted(_pinned(before, reform.valid_from, terms, kept)), last)


def last_deadline(before: Reference, regime: Regime, code: str, day: date, terms: Terms) -> datetime | None:
    """The last deadline of a period's reports as the regime is on a day, extensions included; None if the period has no deadline."""
    period = regime.period(code)
    setting = None if period is None else before.setting_on(regime, period, day)
    if setting is None:
        return None
    by_group = [
        deadlines.group_deadline(setting.regime, name, setting.period, terms.opened, before.working_days)
        for name in setting.regime.reporters
    ]
    last = max(filter(None, by_group), default=None)
    return deadlines.effective(last, terms.extended_to)


def _pinned(before: Reference, day: date, terms: Mapping[RegimePeriod, Terms], kept: set[RegimePeriod]) -> Iterator[RegimePeriod]:
    for regime in before.regimes.values():
        if regime.obligation is None:
            continue
        for period in periods_of(regime, [code for of_regime, code in (*terms, *kept) if of_regime == regime.id]):
            if before.day(regime, period) < day:
                continue
            last = last_deadline(before, regime, period.code, day - ONE_DAY, terms.get((regime.id, period.code), NONE))
            if (regime.id, period.code) in kept or (last is not None and last <= periods.start_of(day)):
                yield regime.id, period.code
