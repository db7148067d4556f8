"""The versions of a regime: the days on which each is in force, and the periods that have it.

A period has the version that is in force on its reference day. Source: design, section 5, "Regimes"; ADR 0043.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from shared.words import periods
from shared.words.periods import Period
from shared.words.regimes import Regime

ONE_DAY = timedelta(days=1)
DayOf = Callable[[Regime, Period], date]
"""The reference day of a period of a regime."""


def cut_off(_: Regime, period: Period) -> date:
    """The reference day of every period that no reform has pinned."""
    return period.cut_off


@dataclass(frozen=True, slots=True)
class DatedVersion:
    """A version of a regime with the first and last day on which it is in force. The regime's end comes before them if it never is."""

    regime: Regime
    first_day: date
    last_day: date
    changes: int
    """How many of the regime's changes it has."""

    @property
    def is_first(self) -> bool:
        """Whether it is the version of the beginning."""
        return self.first_day == date.min

    def includes(self, day: date) -> bool:
        return self.first_day <= day <= self.last_day


def dated(regime: Regime) -> list[DatedVersion]:
    """Every version, the first one first."""
    end = date.max if regime.ends is None else date.fromisoformat(regime.ends) - ONE_DAY
    firsts = [date.min, *regime.change_days]
    lasts = [*(min(end, following - ONE_DAY) for following in regime.change_days), end]
    return [DatedVersion(*of, changes) for changes, of in enumerate(zip(regime.versions, firsts, lasts, strict=True))]


def periods_of(regime: Regime, called: Iterable[str] = ()) -> list[Period]:
    """The periods of a regime in the order of time: those that it lists; of a regime that does not list its periods, those in `called`."""
    codes = set(called) if regime.periods == "any" else regime.periods
    found = [period for code in codes if (period := regime.period(code)) is not None]
    return sorted(found, key=lambda period: periods.order(period.code))


def listed(regime: Regime, day_of: DayOf = cut_off) -> list[tuple[Period, date]]:
    """The periods that a regime lists, with their reference days, in the order of time; without those after its end."""
    return [(period, day) for period in periods_of(regime) if not regime.has_ended(day := day_of(regime, period))]


def in_force(regime: Regime, version: DatedVersion, day_of: DayOf = cut_off) -> list[Period]:
    """The periods that have a version."""
    return [period for period, day in listed(regime, day_of) if version.includes(day)]


def judged_on(regime: Regime, version: DatedVersion, today: date, day_of: DayOf = cut_off) -> list[date]:
    """The days by which a version is judged: the reference days of its periods.

    If it has none, the last of its days inside a period, because the early block of that period has the version. If the periods are not
    listed, today, or the nearest day on which the version is in force. Empty if the version is for no period.
    """
    if version.first_day > version.last_day:
        return []
    if isinstance(regime.periods, str):
        return [min(max(today, version.first_day), version.last_day)]
    found = listed(regime, day_of)
    if days := [day for _, day in found if version.includes(day)]:
        return days
    return [version.last_day] if any(period.begins <= version.last_day < day for period, day in found) else []
