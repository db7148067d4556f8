"""For which unit a reviewer acts in one period of a regime, by his roles of today: as its recipient, or as who confirms a view.

Whether an act would have an effect now is decided in `acting_offers`. Ingest judges the event again when it is received. Source: design,
section 4, "Order"; ADR 0074.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property

from services.portal.domain.address import Address
from services.portal.domain.entering import Person
from shared.words import confirmers, periods
from shared.words.principals import Principal
from shared.words.reference import Reference, Setting
from shared.words.regimes import Confirmation
from shared.words.scope import Scope
from shared.words.units import AREA, Unit


@dataclass(frozen=True, slots=True)
class Right:
    """In whose name (a unit id) a person acts. `entry` is the confirmation that gives the right; None for the recipient. `as_successor`:
    the unit that would act has ended, and its heir says that it acts for it.
    """

    sender: str
    entry: Confirmation | None = None
    as_successor: bool = False


@dataclass(frozen=True)
class Matter:
    """A unit in one period of a regime, as an event of today is judged, and where the person who asks is a reviewer (ids of units)."""

    reference: Reference
    setting: Setting
    unit: Unit
    day: date
    reviewer_at: tuple[str, ...]

    @cached_property
    def recipient(self) -> Unit | None:
        """The unit that receives the reports."""
        return recipient(self.reference, self.setting)

    @cached_property
    def receiving(self) -> Right | None:
        """The right of the recipient: to extend, to open, to return and to ask."""
        return receiving(self.reference, self.setting, self.day, self.reviewer_at)

    @cached_property
    def below(self) -> list[Right]:
        """The rights of those who confirm a view that has the unit's report: to return it while they have not confirmed, and to ask."""
        return list(self._of(confirmers.about(self.setting, self.unit)))

    @cached_property
    def own(self) -> list[Confirmation]:
        """The confirmations of the unit's own view, whoever makes them."""
        return confirmers.of(self.setting, self.unit.id)

    @cached_property
    def confirming(self) -> Right | None:
        """The right to confirm the unit's view."""
        return next((right for entry in self.own if (right := self._confirms(entry)) is not None), None)

    @cached_property
    def above(self) -> list[Confirmation]:
        """The confirmations of the views above the unit's view."""
        return confirmers.above(self.setting, self.unit)

    def undoing(self, used: Iterable[str]) -> Right | None:
        """The right to undo a confirmation of the unit's view. `used` are the ids of the units above whose view is confirmed: then only
        who confirmed there may undo.
        """
        confirmed = set(used)
        allowed = [entry for entry in self.above if entry.of.id in confirmed] or self.own
        return next(self._of(allowed), None)

    @property
    def undoes_some(self) -> bool:
        """Whether there is anything that the person could undo, in some state."""
        return bool(self.own) and next(self._of([*self.own, *self.above]), None) is not None

    @property
    def asking(self) -> Right | None:
        """The right to ask the units at and below the unit for what they owe."""
        return self.receiving or next(iter(self.below), None)

    @property
    def early_day(self) -> date | None:
        """The last day of the early block to which a confirmation of today would belong; None if it is the period's own view."""
        days = self.reference.early_days(self.setting.regime, self.setting.period)
        return next((day for day in days if self.day <= day), None)

    def has_begun(self, now: datetime) -> bool:
        return now >= periods.start_of(self.setting.period.begins)

    def acts_for(self, unit: Unit) -> bool:
        """Whether the person acts for a unit today."""
        return self._acts_for(unit) is not None

    def _of(self, entries: Iterable[Confirmation]) -> Iterator[Right]:
        for entry in entries:
            if (sender := self._acts_for(entry.by)) is not None:
                yield Right(sender, entry)

    def _acts_for(self, unit: Unit) -> str | None:
        return _acts_for(self.reference, self.reviewer_at, unit, self.day)

    def _confirms(self, entry: Confirmation) -> Right | None:
        """The right to make a confirmation: of who confirms, or after its end, or that of the view's unit, of the heir."""
        if entry.by.id in self.reviewer_at:
            return Right(entry.by.id, entry)
        registry = self.reference.registry
        ended = [unit for unit in (entry.of, entry.by) if unit.level != AREA and registry.valid(unit.id, self.day) is None]
        heirs = [found.id for unit in ended if (found := registry.acting(unit.id, self.day)) is not None]
        sender = next((heir for heir in heirs if heir in self.reviewer_at), None)
        return None if sender is None else Right(sender, entry, as_successor=True)


def recipient(reference: Reference, setting: Setting) -> Unit | None:
    """The unit that receives the reports of a period; before the first units, the first one that ever had its code."""
    if setting.recipient is not None:
        return setting.recipient
    registry, code = reference.registry, setting.regime.recipient
    return next((row for row in registry.bearers(code) if row.code == code and row.id in registry.ids), None)


def receiving(reference: Reference, setting: Setting, day: date, reviewer_at: Sequence[str]) -> Right | None:
    """The right of a reviewer at the recipient, or at the unit that acts for it; None if he is none."""
    found = recipient(reference, setting)
    sender = None if found is None else _acts_for(reference, reviewer_at, found, day)
    return None if sender is None else Right(sender)


def _acts_for(reference: Reference, reviewer_at: Sequence[str], unit: Unit, day: date) -> str | None:
    return next((mine for mine in reviewer_at if reference.registry.acts_for(mine, unit.id, day)), None)


def matter(principal: Principal | None, at: Address, scope: Scope) -> Matter | None:
    """What a person may act on at an address. None for programs, for whoever is no reviewer today, for an early block and a derived regime,
    whose reports belong to another one, and for a unit that today's events cannot name.
    """
    person = Person.of_principal(principal, scope)
    if person is None or at.early is not None or at.regime.derived_from is not None:
        return None
    return of_unit(person, scope, at.regime.id, at.period.code, at.unit.id)


def of_unit(person: Person, scope: Scope, regime: str, period: str, unit_id: str) -> Matter | None:
    """As `matter`, for a unit in a period of a regime that has reports of its own."""
    setting = scope.reference.setting_at_receipt(regime, period, scope.today) if person.reviewer_at else None
    unit = None if setting is None else setting.tree.by_id.get(unit_id)
    if setting is None or unit is None:
        return None
    return Matter(scope.reference, setting, unit, scope.today, tuple(person.reviewer_at))
