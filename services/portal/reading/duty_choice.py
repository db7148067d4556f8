"""The filters by which a reader selects duties."""

from dataclasses import dataclass
from urllib.parse import urlencode

from services.portal.domain import cursor, duty_units, refused, search
from services.portal.domain.duties import DutyState
from services.portal.domain.duty_order import Sort
from services.portal.domain.duty_units import Periods
from services.portal.reading.duty_queries import Asked
from shared.words.scope import Scope


@dataclass(frozen=True, slots=True)
class Choice:
    """The filters. `only` leaves out the units below the unit; a period is more specific than a year."""

    regime: str | None
    period: str | None
    unit: str | None
    state: DutyState | None
    only: bool
    year: int | None = None
    q: str | None = None
    """Words of the unit's name, with or without accents, or a code's beginning."""
    sort: Sort | None = None

    def to(self, path: str = "/nghia-vu", **changes: object) -> str:
        """An address with the same filters, except for `changes`."""
        chosen = {name: getattr(self, name) for name in ("regime", "year", "period", "unit", "state", "q", "sort")} | {
            "only": int(self.only)
        }
        kept = {name: str(value) for name, value in (chosen | changes).items() if value}
        return f"{path}?{urlencode(kept)}" if kept else path

    def after(self, duty_id: str) -> str:
        """The cursor after a duty, valid for these filters."""
        return cursor.after(duty_id, "duties", *self._names)

    def behind(self, after: str | None) -> str | None:
        """The id of the duty after which the page begins. Raises `Refused` for a cursor with other filters."""
        if after is None:
            return None
        duty_id = cursor.key_of(after, "duties", *self._names)
        if duty_id is None:
            raise refused.bad_cursor("after")
        return duty_id

    def asked(self, scope: Scope, there: Periods) -> Asked:
        """The query for these filters and what is in scope, with the unit resolved in each period's tree. `there` are the existing periods.

        Raises `Refused` if the unit is out of scope.
        """
        unit = self.unit
        parts = duty_units.in_scope(scope, there) if unit is None else duty_units.below(scope, there, unit, only=self.only)
        named = (
            None if self.q is None else frozenset(hit.unit.id for hit in search.find(search.of_registry(scope.reference.registry), self.q))
        )
        return Asked(parts, self.regime, self.period, self.year, named)

    @property
    def _names(self) -> tuple[object, ...]:
        return self.regime, self.period, self.unit, self.state and self.state.value, self.only, self.year, self.q, self.sort
