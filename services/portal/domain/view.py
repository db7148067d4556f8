"""The View as the portal reads it. Source: design, section 4, "View"."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from services.portal.domain.wording import Number


class Read(BaseModel):
    """Our own data: what is not known yet is passed over."""

    model_config = ConfigDict(extra="ignore", frozen=True, populate_by_name=True)


class UnitName(Read):
    id: str
    code: str
    name: str
    level: str
    parent: str | None = None


class Position(Read):
    """Which event touched the view last: compared by generation first, then sequence."""

    generation: int
    partition: int
    sequence: int

    def __str__(self) -> str:
        return f"{self.generation}-{self.partition}-{self.sequence}"


class Reporting(Read):
    """How complete the view is. `missing` holds unit codes, sorted; rates are percentages, one decimal."""

    expected: int
    received: int
    on_time: int
    late: int
    missing: list[str] = []
    rate: Number = None
    timely_rate: Number = None


class Target(Read):
    at_least: str
    by: str
    met: bool


class Quantity(Read):
    kind: Literal["quantity"]
    total: Number
    measure: str = ""
    reported: int
    target: Target | None = None


class Ratio(Read):
    kind: Literal["ratio"]
    numerator: Number
    denominator: Number
    reported: int
    percent: Number
    measure: str = ""
    target: Target | None = None


class Flag(Read):
    kind: Literal["flag"]
    true: int
    reported: int
    percent: Number
    target: Target | None = None


class Choice(Read):
    kind: Literal["choice"]
    counts: dict[str, int]
    reported: int
    target: Target | None = None


Figure = Annotated[Quantity | Ratio | Flag | Choice, Field(discriminator="kind")]


class View(Read):
    """The roll-up of one unit's subtree for one regime and period."""

    regime: str
    period: str
    unit: UnitName
    position: Position
    updated_at: str | None = None
    hash: str = ""
    reporting: Reporting
    indicators: dict[str, Figure] = {}
    narratives: dict[str, int] = {}
