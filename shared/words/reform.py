"""A reform of units (đợt sắp xếp) as data: its law and first day, the lines of its files, and the plan of what it changes.

A reform never changes what was before its first day. Applying its plan closes rows and begins others; reverting it gives the registry of
before, byte for byte. Source: Luật 72/2025/QH15, NQ 202/2025/QH15 and the 34 resolutions on communes; ADR 0042.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Annotated, Final, Literal

from pydantic import Field

from shared.words.lineage import Basis, Edge, Lineage, Share
from shared.words.regime_fields import Data, PeriodCode, ReformId, RegimeId, UnitCode
from shared.words.units import Area, Contact, Registry, Unit

Count = Literal["ends", "goes_on", "begins", "untouched", "after"]
COUNTS: Final[tuple[Count, ...]] = ("ends", "goes_on", "begins", "untouched", "after")
OFFICE: Final = "office"
Heir = Literal["", "x", "?"]
"""`x`: this unit acts for the old one. `?`: nobody has declared an heir; what cannot be divided goes here, and nobody acts."""


class LegalBasis(Data):
    """One law or decision that the reform carries out."""

    number: str
    """Number and kind, such as `202/2025/QH15`."""
    day: date
    """The day on which it was passed."""
    about: str = ""
    """What it regulates."""
    within: UnitCode | None = None
    """The code of the unit to which it applies, if it does not apply to all units of the reform."""


class Keep(Data):
    """A period of a regime that keeps the units of the day before the reform although its cut-off is later."""

    regime: RegimeId
    """The regime's id."""
    period: PeriodCode
    """The period's code, such as `2025`."""


class Reform(Data):
    """The file reform.yaml."""

    id: ReformId
    """The reform's name, by convention the name of its folder: the first day, and what it is about."""
    title: str
    """What people read."""
    valid_from: date
    """The first day of the new units."""
    legal_basis: Annotated[list[LegalBasis], Field(min_length=1)]
    """The laws and decisions that the reform carries out."""
    after: list[ReformId] = Field(default=[])
    """Ids of the reforms that must be applied before this one."""
    expect: dict[Count, dict[str, Annotated[int, Field(ge=0)]]] = Field(default={})
    """How many units end, go on, begin, stay untouched and exist after the reform, by level (`office`: offices of all levels)."""
    keep: list[Keep] = Field(default=[])
    """Periods that keep the units of the day before."""


@dataclass(frozen=True, slots=True)
class NewUnit:
    """A line of units.csv: a unit as it is from the first day on. `parent` is a code of that day; "" for none."""

    code: str
    name: str
    level: str
    kind: str
    parent: str


@dataclass(frozen=True, slots=True)
class Line:
    """A line of lineage.csv. `old` is a code of the day before, `new` a code of the first day."""

    old: str
    new: str
    share: Share
    weight: int = 1
    basis: Basis = ""
    heir: Heir = ""


@dataclass(frozen=True, slots=True)
class AreaLine:
    """A line of areas.csv: one member, by its code on the first day."""

    area: str
    name: str
    member: str


@dataclass(frozen=True, slots=True)
class Content:
    """What the files of a reform's folder say."""

    reform: Reform
    units: Sequence[NewUnit] = ()
    lines: Sequence[Line] = ()
    areas: Sequence[AreaLine] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """What a reform changes. Every sequence has one order, whatever the order of the files' lines was."""

    reform: Reform
    closed: tuple[Unit, ...]
    """Rows as they were before; they end on the reform's first day."""
    begun: tuple[Unit, ...]
    """New rows. A unit that goes on has a new row under its id."""
    edges: tuple[Edge, ...]
    """From every unit that ends to those that follow it."""
    open_heirs: tuple[Edge, ...] = ()
    """The edges among `edges` that are marked `?`."""
    areas_closed: tuple[Area, ...] = ()
    areas_begun: tuple[Area, ...] = ()
    contacts: Mapping[str, tuple[Contact, ...]] = field(default_factory=dict)
    """The contacts that the reform brings, by unit id. Rows in `begun` have them already."""
    counts: Mapping[Count, Mapping[str, int]] = field(default_factory=dict)
    """How many units end, go on, begin, stay untouched and exist after, by level (offices: `office`)."""

    @property
    def day(self) -> date:
        """The first day of the new units."""
        return self.reform.valid_from

    @property
    def changes_territory(self) -> bool:
        """Whether land passes from one unit to another. Renames and changes of offices move none."""
        return any(edge.share != "none" for edge in self.edges)

    def with_contacts(self, contacts: Mapping[str, tuple[Contact, ...]]) -> "Plan":
        """The plan with contacts, by unit id, for some of the units that have a new row."""
        begun = tuple(replace(row, contacts=contacts.get(row.id, row.contacts)) for row in self.begun)
        return replace(self, begun=begun, contacts=dict(contacts))

    def applied(self, registry: Registry) -> Registry:
        """The registry after the reform. Rows keep their places; new ones come last."""
        units, areas = set(self.closed), set(self.areas_closed)
        return Registry(
            (*(replace(row, valid_to=self.day) if row in units else row for row in registry.units), *self.begun),
            (*(replace(area, valid_to=self.day) if area in areas else area for area in registry.areas), *self.areas_begun),
            Lineage((*registry.lineage.edges, *self.edges)),
        )

    def reverted(self, registry: Registry) -> Registry:
        """The registry without the reform, which was the last one applied to its units."""
        added: list[Unit | Area] = [*self.begun, *self.areas_begun]
        ended: list[Unit | Area] = [*self.closed, *self.areas_closed]
        begun = {(row.id, row.valid_from) for row in added}
        ends = {(row.id, row.valid_from): row.valid_to for row in ended}

        def of_before(row: Unit | Area) -> date | None:
            return ends.get((row.id, row.valid_from), row.valid_to)

        return Registry(
            (replace(row, valid_to=of_before(row)) for row in registry.units if (row.id, row.valid_from) not in begun),
            (replace(area, valid_to=of_before(area)) for area in registry.areas if (area.id, area.valid_from) not in begun),
            Lineage(edge for edge in registry.lineage.edges if edge.reform != self.reform.id),
        )
