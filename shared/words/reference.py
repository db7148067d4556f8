"""Reference data: the units and regimes of one generation, and how they apply to a period."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import NamedTuple

from shared.words import periods
from shared.words.calendar import COMMON, WorkingDays
from shared.words.periods import Period
from shared.words.regimes import Confirmation, Regime
from shared.words.units import Registry, Tree, Unit

ONE_DAY = timedelta(days=1)
Pins = Mapping[tuple[str, str], date]
"""The reference days of pinned periods, by (source) regime and period: an on-call period that was answered before a reform keeps the units
of then.
"""


def reference_day(pins: Pins, regime: Regime, period: Period) -> date:
    """The day whose units and version of the regime a period has: the cut-off, or for a pinned period the day before the reform."""
    return pins.get((regime.source_id, period.code), period.cut_off)


@dataclass(frozen=True, repr=False, eq=False)
class Version:
    """A regime with the units to which it applies, from the day `since` until either changes."""

    regime: Regime
    since: date
    tree: Tree

    @cached_property
    def groups(self) -> dict[str, str]:
        """Group name by unit id, for every reporter."""
        return self.regime.group_of(self.tree)

    @cached_property
    def confirmations(self) -> list[Confirmation]:
        """Which units confirm which views, the lowest first."""
        return self.regime.confirmations(self.tree)


class Setting(NamedTuple):
    """A regime as it is in one period: the version in force on the reference day, with the units of that day."""

    period: Period
    version: Version

    @property
    def regime(self) -> Regime:
        return self.version.regime

    @property
    def tree(self) -> Tree:
        return self.version.tree

    @property
    def groups(self) -> dict[str, str]:
        """Group name by unit id, for every reporter."""
        return self.version.groups

    @property
    def recipient(self) -> Unit | None:
        """The unit that receives the reports; None if no unit has its code on the reference day."""
        return self.tree.by_code.get(self.regime.recipient)


@dataclass(frozen=True, repr=False)
class Reference:
    """Units and regimes of one generation, and the agency's working days. `loaded_at` says when each regime was loaded."""

    generation: int
    registry: Registry
    regimes: dict[str, Regime]
    loaded_at: dict[str, datetime]
    working_days: WorkingDays = COMMON
    pins: Pins = field(default_factory=dict)
    reform_days: tuple[date, ...] = ()
    """The first days of the reforms that are applied, in order."""
    _versions: dict[tuple[str, date], Version] = field(default_factory=dict, init=False, repr=False, compare=False)
    _change_days: dict[str, list[date]] = field(default_factory=dict, init=False, repr=False, compare=False)
    _listed: dict[str, list[Setting]] = field(default_factory=dict, init=False, repr=False, compare=False)

    def day(self, regime: Regime, period: Period) -> date:
        """The reference day of a period."""
        return reference_day(self.pins, regime, period)

    def setting(self, regime_id: str, code: str) -> Setting | None:
        """A regime in a period; None if the regime or the period is unknown, or if the regime has ended before the reference day."""
        regime = self.regimes.get(regime_id)
        period = None if regime is None else regime.period(code)
        return None if regime is None or period is None else self.setting_on(regime, period, self.day(regime, period))

    def setting_on(self, regime: Regime, period: Period, day: date) -> Setting | None:
        """A regime in a period, with the units and the version of a day; None if the regime has ended by then.

        `regime` may be any version of the regime.
        """
        version = self.version_on(regime.id, day)
        return None if version is None else Setting(period, version)

    def version_on(self, regime_id: str, day: date) -> Version | None:
        """The version of a known regime on a day, with the units of that day; None if the regime has ended by then.

        Versions are cached, and periods share them: for 10,035 communes, computing the groups for every report is too slow.
        """
        whole = self.regimes[regime_id]
        if whole.has_ended(day):
            return None
        changes = self._change_days.get(regime_id)
        if changes is None:
            changes = self._change_days[regime_id] = whole.change_days
        since = max([self.registry.unchanged_since(day), *(first for first in changes if first <= day)])
        version = self._versions.get((whole.id, since))
        if version is None:
            version = self._versions[whole.id, since] = Version(whole.on(day), since, self.registry.at(day))
        return version

    def setting_at_receipt(self, regime_id: str, code: str, received: date) -> Setting | None:
        """A regime in a period, as a report that is received on a day is judged: by the reference day, or by the day of receipt if that is
        earlier. So a report before a reform is judged alike, whether the reform was registered before or after.
        """
        regime = self.regimes.get(regime_id)
        period = None if regime is None else regime.period(code)
        return None if regime is None or period is None else self.setting_on(regime, period, min(self.day(regime, period), received))

    def settings(self, regime_id: str) -> list[Setting]:
        """The periods that a regime lists, while it has not ended, in the order of time; none for a regime whose periods are opened."""
        found = self._listed.get(regime_id)
        if found is None:
            found = self._listed[regime_id] = self._settings(regime_id)
        return list(found)

    def _settings(self, regime_id: str) -> list[Setting]:
        regime = self.regimes[regime_id]
        listed = regime.periods if isinstance(regime.periods, list) else []
        found = [setting for code in listed if (setting := self.setting(regime_id, code)) is not None]
        return sorted(found, key=lambda setting: periods.order(setting.period.code))

    def early_days(self, regime: Regime, period: Period) -> list[date]:
        """The last day before each reform that began during the period and after which other units report: what was reported until then by
        units that have ended is the early block of that day.
        """
        day = self.day(regime, period)
        days = [first - ONE_DAY for first in self.reform_days if period.begins < first <= day]
        return [early for early in days if self._lose_reporters(regime, period, early)]

    def _lose_reporters(self, regime: Regime, period: Period, early: date) -> bool:
        before, after = self.setting_on(regime, period, early), self.setting_on(regime, period, early + ONE_DAY)
        return before is not None and (after is None or not before.groups.keys() <= after.groups.keys())

    def unit_of(self, setting: Setting, unit_id: str, code: str, received: date) -> str:
        """The id of the unit that an event of the log concerns in a period: the logged one if it exists on the reference day, otherwise
        the unit that has the logged code on that day, if it existed when the event was received. The second case is an event that was
        received after a reform that was not registered yet. A unit that nobody knows, because the reform that began it was reverted, stays
        what it is: its reports count again when the reform is applied again.
        """
        if unit_id in setting.tree.by_id or unit_id not in self.registry.ids:
            return unit_id
        bearer = setting.tree.by_code.get(code)
        if bearer is None or bearer.id in setting.tree.members:  # an area takes no reports
            return unit_id
        begins = self.registry.begins(bearer.id)
        is_later = self.registry.begins(unit_id) <= begins <= received  # a new unit never reports for the one that had its code before
        return bearer.id if is_later else unit_id

    def derived_of(self, source_id: str) -> list[Regime]:
        """The regime itself, if it exists, and the regimes that are derived from it."""
        return [regime for regime in self.regimes.values() if regime.source_id == source_id]
