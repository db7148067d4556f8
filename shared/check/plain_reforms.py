"""What reforms mean for a period, computed in the plain way, without the rules that the fold uses: its early days, and whom an event
concerns.
"""

from datetime import date, timedelta
from functools import cached_property

from shared.check import plain_duties, plain_periods
from shared.check.history import Noted
from shared.words.periods import Period
from shared.words.reference import Reference
from shared.words.regimes import Regime
from shared.words.units import Registry, Tree

ONE_DAY = timedelta(days=1)


def asked(reference: Reference, regime: Regime, day: date) -> set[str]:
    """The ids of the units that report in a period with this reference day: none once the regime has ended."""
    is_over = regime.ends is not None and regime.ends <= day.isoformat()
    return set() if is_over else set(plain_duties.groups(regime.on(day), reference.registry.at(day)))


def early_days(reference: Reference, regime: Regime, period: Period) -> list[date]:
    """The days before reforms in the middle of the period on whose first day a unit that reported until then does not report any more."""
    last = plain_periods.reference_day(reference, regime, period)
    eves = [first - ONE_DAY for first in reference.reform_days if period.begins <= first - ONE_DAY and first <= last]
    return [eve for eve in sorted(eves) if asked(reference, regime, eve) - asked(reference, regime, eve + ONE_DAY)]


class Concerned:
    """Whom the events about a period concern, by the units of a day: the unit that ingest logged, if it exists on that day. Otherwise it is
    the unit that has the code on that day, if that unit existed when the event was received.
    """

    def __init__(self, registry: Registry, tree: Tree) -> None:
        self._registry = registry
        self._tree = tree

    @cached_property
    def _bearers(self) -> dict[str, str]:
        return {unit.code: unit.id for unit in self._tree.by_id.values() if unit.id not in self._tree.members}

    def by(self, unit_id: str, noted: Noted) -> str:
        """The id of the unit that an event concerns."""
        if unit_id in self._tree.by_id or unit_id not in self._registry.ids or noted.code not in self._bearers:
            return unit_id
        bearer = self._bearers[noted.code]
        first_day, first_of_logged = (min(row.valid_from for row in self._registry.ids[found]) for found in (bearer, unit_id))
        return bearer if first_of_logged <= first_day <= noted.day else unit_id
