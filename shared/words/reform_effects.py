"""What a reform does, before it is applied: codes with another meaning, regimes, duties, reports, pins, contacts, open heirs. Pure.

Source: ADR 0045.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Literal, NamedTuple

from shared.words import pins, rebinding, reform_bound, reform_duties, reform_events, reform_settings, regimes
from shared.words.pins import RegimePeriod
from shared.words.rebinding import Rebound
from shared.words.reference import ONE_DAY, Pins, Reference
from shared.words.reform import OFFICE, Plan
from shared.words.reform_bound import Bound
from shared.words.reform_duties import Emptied, Moves
from shared.words.reform_events import Differing, RefusedEvent, StoredEvent, Uncounted
from shared.words.regimes import Regime
from shared.words.units import Registry, Unit


@dataclass(frozen=True, slots=True)
class NewMeaning:
    """A code that means another unit from the first day on."""

    code: str
    was: Unit
    now: Unit


class Owed(NamedTuple):
    """A duty that is not done. `unit` is an id."""

    regime: str
    period: str
    unit: str
    task: Literal["report", "confirm", "official"]


@dataclass(frozen=True, slots=True)
class Ended:
    """A unit that ends, as it was, and its heir; None if nobody has declared one."""

    unit: Unit
    heir: Unit | None


@dataclass(frozen=True, slots=True)
class OpenHeir:
    """A unit that ends and for which nobody acts: the units that follow it, and the duties that wait."""

    unit: Unit
    followers: tuple[Unit, ...]
    waiting: tuple[Owed, ...]


@dataclass(frozen=True, slots=True)
class Stored:
    """What is stored and matters to a reform."""

    events: Sequence[StoredEvent] = ()
    """Accepted events: of the periods that span the first day, all that were received on that day or later, and all openings and
    extensions.
    """
    refused: Sequence[RefusedEvent] = ()
    """Events that were refused on the first day or later."""
    owed: Sequence[Owed] = ()
    """Duties that are not done."""
    bound: Bound = reform_bound.NOTHING
    """Roles and credentials at the units that end."""


NOTHING = Stored()


@dataclass(frozen=True, slots=True)
class Effects:
    """What a reform does. Every sequence has one order."""

    plan: Plan
    meanings: tuple[NewMeaning, ...]
    """Codes that come to mean another unit, sorted."""
    rebound: tuple[Rebound, ...]
    emptied: tuple[Emptied, ...]
    moves: tuple[Moves, ...]
    uncounted: tuple[Uncounted, ...]
    differing: tuple[Differing, ...]
    pins: Mapping[RegimePeriod, date]
    changed_views: tuple[RegimePeriod, ...]
    """Periods with an earlier reference day whose views would change. It is always empty."""
    begun: tuple[Unit, ...]
    """New units; those that go on are not among them."""
    goes_on: tuple[Unit, ...]
    """The new rows of units that go on."""
    ended: tuple[Ended, ...]
    open_heirs: tuple[OpenHeir, ...] = ()
    heirs_complete: tuple[Owed, ...] = ()
    """Duties of ended units that stay theirs, because their period keeps the units of then: the heirs complete them."""
    bound: Bound = reform_bound.NOTHING
    """Roles and credentials that end with their units."""

    @property
    def silent(self) -> tuple[Unit, ...]:
        """New units without a contact: nobody is reminded."""
        return tuple(unit for unit in self.begun if not unit.contacts)

    @property
    def routes(self) -> tuple[tuple[Unit, Unit], ...]:
        """The units at the top that end, each with its heir: the subjects under which their views are published change."""
        return tuple((one.unit, one.heir) for one in self.ended if one.unit.parent is None and one.heir is not None)


@dataclass(frozen=True, slots=True)
class Rules:
    """Regimes as their files have them: those of before, and those from the reform on."""

    before: Sequence[Regime]
    after: Sequence[Regime] = field(default=())

    @property
    def then(self) -> Sequence[Regime]:
        return self.after or self.before


def of_plan(before: Reference, files: Rules, plan: Plan, stored: Stored = NOTHING, pinned: Pins | None = None) -> Effects:
    """The effects of a reform on the reference data of before. `pinned` are its pins, if they are known already."""
    terms = pins.terms_of(((event.regime, event.period), event.unit_id, event) for event in stored.events)
    changed = before if not files.after else reform_settings.with_regimes(before, regimes.resolve(files.after))
    pinned = pins.of_reform(changed, plan.reform, terms) if pinned is None else pinned
    after = reform_settings.with_reform(before, plan, pinned, changed.regimes)
    opened = sorted({*(pair for pair, given in terms.items() if given.opened is not None), *pinned})
    concerned = list(reform_settings.concerned(before, after, plan.day, opened))
    going_on = {row.id for row in plan.begun if row.id in before.registry.ids}
    ended = _ended(plan, after.registry)
    effects = Effects(
        plan=plan,
        meanings=tuple(meanings(before.registry, after.registry, plan.day)),
        rebound=tuple(rebinding.find(files.then, before.registry, after.registry, plan.day, after.pins)),
        emptied=tuple(reform_duties.emptied(concerned)),
        moves=tuple(reform_duties.moves(concerned, after.registry, plan.day)),
        uncounted=tuple(reform_events.uncounted(concerned, stored.events, after, plan.day)),
        differing=tuple(reform_events.differing(plan, before.registry.ids.keys(), stored.events, stored.refused)),
        pins=dict(pinned),
        changed_views=tuple(reform_settings.changed(before, after, plan.day, opened)),
        begun=tuple(row for row in plan.begun if row.id not in going_on),
        goes_on=tuple(row for row in plan.begun if row.id in going_on),
        ended=ended,
        bound=stored.bound.to({one.unit.id for one in ended}),
    )
    return with_owed(effects, stored.owed, after)


def with_owed(effects: Effects, owed: Iterable[Owed], after: Reference) -> Effects:
    """The effects with the duties that are not done: who waits for an heir, and what heirs complete."""
    kept = [one for one in owed if _keeps_units(after, one, effects.plan.day)]
    heirs = {one.unit.id for one in effects.ended if one.heir is not None}
    complete = tuple(sorted(one for one in kept if one.unit in heirs))
    return replace(effects, open_heirs=tuple(_open_heirs(effects, kept, after.registry)), heirs_complete=complete)


def meanings(before: Registry, after: Registry, day: date) -> list[NewMeaning]:
    """The codes that mean another unit on a day than on the day before, sorted."""
    was, now = before.at(day - ONE_DAY).by_code, after.at(day).by_code
    return [NewMeaning(code, was[code], now[code]) for code in sorted(was.keys() & now.keys()) if was[code].id != now[code].id]


def level_of(unit: Unit) -> str:
    """The level under which a unit is counted."""
    return OFFICE if unit.kind == OFFICE else unit.level


def _ended(plan: Plan, after: Registry) -> tuple[Ended, ...]:
    ended = {edge.old for edge in plan.edges}
    return tuple(Ended(row, after.acting(row.id, plan.day)) for row in plan.closed if row.id in ended)


def _keeps_units(after: Reference, owed: Owed, day: date) -> bool:
    """Whether the period of a duty keeps the units of before."""
    regime = after.regimes.get(owed.regime)
    period = None if regime is None else regime.period(owed.period)
    return regime is not None and period is not None and after.day(regime, period) < day


def _open_heirs(effects: Effects, owed: Iterable[Owed], after: Registry) -> Iterator[OpenHeir]:
    waiting: dict[str, list[Owed]] = {}
    for one in owed:
        waiting.setdefault(one.unit, []).append(one)
    for end in effects.ended:
        if end.heir is None:
            followers = [after.valid(edge.new, effects.plan.day) for edge in after.lineage.out_of(end.unit.id)]
            yield OpenHeir(end.unit, tuple(unit for unit in followers if unit is not None), tuple(sorted(waiting.get(end.unit.id, ()))))
