"""Reforms of a seed: three of them, applied and reverted at random moments, and what units and pins are then right.

The clock begins on 19/12/2024, six seconds before midnight. The first reform began ten days before and is always registered late; the
second begins at midnight; the third lies in the future. So the period 2025 of the yearly regime spans two of them, and so do periods on
call.
The oracle follows each row by itself; it does not call `Plan.applied` or `Plan.reverted`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from random import Random
from typing import Final

from shared.plumbing.reform_documents import Application
from shared.plumbing.reform_store import ReformStore, StaleError
from shared.shell.service import Connections
from shared.words import pins, reform_plan
from shared.words.lineage import Lineage
from shared.words.reference import Pins, Reference
from shared.words.reform import AreaLine, Content, Keep, LegalBasis, Line, NewUnit, Plan, Reform
from shared.words.regimes import Regime
from shared.words.units import Area, Registry, Unit

PAST, MIDNIGHT, FUTURE = date(2024, 12, 10), date(2024, 12, 20), date(2025, 6, 1)
AREA: Final = "dia-ban"
LATER: Final = {"X1": "X1-2024", "X3": "X3-2024", "X7": "X7"}
"""Codes of units that begin with a reform, and their ids."""


def _new(code: str, parent: str, level: str = "commune", kind: str = "peoples_committee", name: str = "") -> NewUnit:
    return NewUnit(code, name or f"Đơn vị {code}", level, kind, parent)


def _content(day: date, units: Sequence[NewUnit], lines: Sequence[Line], keep: Sequence[Keep], areas: Sequence[AreaLine] = ()) -> Content:
    law = LegalBasis(number="1/NQ", day=day)
    return Content(Reform(id=f"{day}", title="Sắp xếp", valid_from=day, legal_basis=[law], keep=list(keep)), units, lines, areas)


def contents(rng: Random) -> list[Content]:
    """A split with an open heir; a merger that uses a code again, a rename with another parent, and an area; an office that ends."""
    kept = [Keep(regime="theo-yeu-cau", period="2024"), Keep(regime="ke-hoach", period="2025")]
    split = [Line("X3", "X3", "part", 2, "declared", "?"), Line("X3", "X7", "part", 1, "declared", "")]
    merger = [Line("X1", "X1", "whole", heir="x"), Line("X2", "X1", "whole", heir="x")]
    area = [AreaLine(AREA, "Địa bàn", code) for code in ("X1", "X4")]
    renamed = [_new("X1", "D1"), _new("X4", "D1", name="Phường X4")]
    office = [Line("D1-VP", "D1-KT", "none", heir="x")]
    return [
        _content(PAST, [_new("X3", "D2"), _new("X7", "D1")], split, [one for one in kept if rng.random() < 0.2]),
        _content(MIDNIGHT, renamed, merger, [one for one in kept if rng.random() < 0.3], area),
        _content(FUTURE, [_new("D1-KT", "D1", "district", "office")], office, []),
    ]


@dataclass(frozen=True, slots=True)
class Applied:
    """A reform that is applied, with its pins."""

    plan: Plan
    pins: Pins


class Reforms:
    """The reforms of a seed, and which of them are applied."""

    def __init__(self, rng: Random, base: Sequence[Unit]) -> None:
        self.rng = rng
        self.base = tuple(base)
        self.applied: dict[str, Applied] = {}
        self._contents = contents(rng)

    def next(self, loaded: dict[str, Regime]) -> tuple[str, Applied | None]:
        """A reform to apply; or one to revert, then without a plan. It counts as done from now on."""
        chosen = self.rng.choice(self._contents)
        reform_id = chosen.reform.id
        if reform_id in self.applied:
            del self.applied[reform_id]
            return reform_id, None
        registry = self.registry()
        before = Reference(0, registry, loaded, {}, pins=self.pins, reform_days=self.days)
        done = Applied(reform_plan.make(chosen, registry), pins.of_reform(before, chosen.reform, {}))
        self.applied[reform_id] = done
        return reform_id, done

    @property
    def pins(self) -> dict[tuple[str, str], date]:
        """A period that two reforms pin keeps the earlier day."""
        found: dict[tuple[str, str], date] = {}
        for one in self.applied.values():
            for pair, day in one.pins.items():
                found[pair] = min(day, found.get(pair, day))
        return found

    @property
    def days(self) -> tuple[date, ...]:
        return tuple(sorted(one.plan.day for one in self.applied.values()))

    def registry(self) -> Registry:
        """The rows of the base tree with what the applied reforms say of each."""
        rows: dict[tuple[str, date], Unit] = {(unit.id, unit.valid_from): unit for unit in self.base}
        areas: list[Area] = []
        for one in sorted(self.applied.values(), key=lambda one: one.plan.day):
            for row in one.plan.closed:
                key = row.id, row.valid_from
                rows[key] = replace(rows[key], valid_to=one.plan.day)
            rows |= {(row.id, row.valid_from): row for row in one.plan.begun}
            areas += one.plan.areas_begun
        return Registry(rows.values(), areas, Lineage(edge for one in self.applied.values() for edge in one.plan.edges))


async def apply(connections: Connections, done: Applied) -> None:
    """`tonghop reform apply`: made again if units or regimes have changed meanwhile."""
    store = ReformStore(connections.reference, connections.database, connections.clock)
    while True:
        generation = await connections.reference.generation()
        application = Application(done.plan, {}, f"{done.plan.reform.id} {len(done.pins)}", generation, done.pins)
        try:
            await store.apply(application, "operator")
        except StaleError:
            continue
        return


async def revert(connections: Connections, reform_id: str) -> None:
    """`tonghop reform revert`."""
    await ReformStore(connections.reference, connections.database, connections.clock).revert(reform_id, "operator")
