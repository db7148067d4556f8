"""What a reform of units (đợt sắp xếp) does, as JSON: of `tonghop reform preview --json` and of the portal's API.

Lists are sorted. A unit is described as it is on the day before the reform or, if it is new, on the first day.
"""

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from shared.wire.published import Count, Published, UtcText
from shared.words.regime_fields import RegimeId

Day = Annotated[str, Field(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]
Periods = Annotated[list[str], Field(description="codes of periods; empty: every period that is opened from the first day on")]
Task = Literal["report", "confirm"]


class UnitOfReform(Published):
    """A unit: its id is stable, its code may be used again for another unit."""

    id: str
    code: str
    name: str
    level: str


class Law(Published):
    """A law or decision that the reform carries out. `within` is a unit's code if it does not apply everywhere."""

    number: str
    day: Day
    about: str
    within: str | None


class NewMeaning(Published):
    """A code that means another unit from the first day on."""

    code: str
    was: UnitOfReform
    now: UnitOfReform


class ReboundName(Published):
    """A code in a regime's file that means another unit from the first day on, or nobody (`now` is null): the reform is refused until the
    regime says what then. `field` is the path in the file.
    """

    regime: RegimeId
    field: str
    code: str
    was: UnitOfReform
    now: UnitOfReform | None
    periods: Periods


class EmptiedGroup(Published):
    """A group of reporters (`report`) or an entry of `confirm` that has no unit any more."""

    regime: RegimeId
    periods: Periods
    task: Task
    name: str


class DutyChange(Published):
    """How many duties of a regime change: `moved` pass to heirs, `dropped` pass to nobody, `begun` are new; `stay` do not change."""

    regime: RegimeId
    periods: Periods
    task: Task
    stay: Count
    moved: Count
    dropped: Count
    begun: Count


class UncountedReports(Published):
    """How many reports count no more: `early` were received before the first day (the early block), `later` on that day or later."""

    regime: RegimeId
    period: str
    early: Count
    later: Count


class DifferingEvents(Published):
    """Events that were received on the first day or later, before the reform was registered, and would have been judged otherwise.

    `unknown_code`: refused, because nobody had the code; `as_successor`: refused, because the unit had no successor yet;
    `own_after_end`: accepted from a unit that had ended, and stays accepted.
    """

    kind: Literal["unknown_code", "as_successor", "own_after_end"]
    regime: str
    period: str
    events: Count
    senders: Annotated[list[str], Field(description="ids of the senders")]


class Pin(Published):
    """A period that keeps the units of `day` although its cut-off is later."""

    regime: RegimeId
    period: str
    day: Day


class RegimePeriod(Published):
    """A period of a regime."""

    regime: RegimeId
    period: str


class WaitingDuty(Published):
    """A duty that nobody may do, because no heir is declared."""

    regime: RegimeId
    period: str
    task: Literal["report", "confirm", "official"]


class OpenHeir(Published):
    """A unit that ends and for which nobody acts until an heir is declared. `followers` have its land or its functions."""

    unit: UnitOfReform
    followers: list[UnitOfReform]
    waiting: list[WaitingDuty]


class HeirsComplete(Published):
    """How many duties of ended units stay theirs, because the period keeps the units of then; their heirs complete them."""

    regime: RegimeId
    period: str
    duties: Count


class EndAndBegin(Published):
    """How many units end and begin: whatever is bound to a unit ends with it and has to be given to a new unit."""

    end: Count
    begin: Count


class FeedRoute(Published):
    """Views of the units below a unit at the top are published under the subject `was` until it ends, and under `now` after it."""

    was: str
    now: str


class ReformAct(Published):
    """An application or a revert: when, and by whom."""

    what: Literal["applied", "reverted"]
    at: UtcText
    by: str


class ReformHead(Published):
    """A reform: its law, its first day, and how many units end, go on, begin, stay and exist after it, by level (offices: `office`)."""

    id: RegimeId
    title: str
    valid_from: Day
    legal_basis: list[Law]
    counts: dict[str, dict[str, Count]]


class StoredReform(ReformHead):
    """A reform that was applied. `applied` is false while it is reverted. `history` has the oldest act first."""

    applied: bool
    history: list[ReformAct]


class Reforms(Published):
    """The reforms that were ever applied, by first day."""

    reforms: list[StoredReform]


class AppliedFigures(Published):
    """What a reform does to units and duties, in figures. `new_meanings` counts codes that mean another unit, by level (offices:
    `office`). `credentials`, `roles`: how many units end and begin to which these are bound.
    """

    new_meanings: dict[str, Count]
    duties: list[DutyChange]
    pins: list[Pin]
    without_contact: Count
    open_heirs: list[OpenHeir]
    heirs_complete: list[HeirsComplete]
    credentials: EndAndBegin
    roles: EndAndBegin
    feed_routes: list[FeedRoute]


class ReformFigures(AppliedFigures):
    """What a reform does, in figures, before it is applied. `changed_views` are periods with an earlier reference day whose views would
    change: it is always empty.
    """

    rebound: list[ReboundName]
    emptied: list[EmptiedGroup]
    uncounted: list[UncountedReports]
    differing: list[DifferingEvents]
    changed_views: list[RegimePeriod]


class EndedUnit(Published):
    """A unit that ends, with its heir; null if nobody has declared one."""

    unit: UnitOfReform
    heir: UnitOfReform | None


class DutyMove(Published):
    """The units behind a `DutyChange`, by id. `moved` has pairs: the unit that ends, and its heir."""

    regime: RegimeId
    periods: Periods
    task: Task
    moved: list[tuple[str, str]]
    dropped: list[str]
    begun: list[str]


class EarlyBlock(Published):
    """The units, by id, whose reports count no more."""

    regime: RegimeId
    period: str
    early: list[str]
    later: list[str]


class EndedRole(Published):
    """A person's role that ends with its unit, and the unit's heir, which gets none by itself (`tonghop people move`)."""

    login: str
    name: str
    role: Literal["officer", "reviewer", "viewer"]
    unit: UnitOfReform
    heir: UnitOfReform | None


class EndedCredential(Published):
    """A key or NATS identity that ends with its unit, and the unit's heir. `id` is the credential's id, not a secret."""

    id: str
    kind: Literal["http", "nats"]
    unit: UnitOfReform
    heir: UnitOfReform | None


class ReformUnits(Published):
    """The units behind the figures."""

    new_meanings: list[NewMeaning]
    ended: list[EndedUnit]
    begun: list[UnitOfReform]
    goes_on: list[UnitOfReform]
    without_contact: Annotated[list[str], Field(description="ids of new units without a contact")]
    duties: list[DutyMove]
    uncounted: list[EarlyBlock]
    roles: list[EndedRole]
    credentials: list[EndedCredential]


class ReformPreview(ReformHead):
    """The answer of `tonghop reform preview --json`: the figures, and the units behind them."""

    figures: ReformFigures
    units: ReformUnits


class ReformDetail(StoredReform):
    """A reform that was applied, and what it did; `figures` is null while it is reverted."""

    figures: AppliedFigures | None


class LineageEdge(Published):
    """An edge between a unit that ended on `day` and a unit that follows it. `share`: `whole` or `part` of its land, or `none` (only its
    functions). `weight` is the part's weight among the parts of the unit that ended, `basis` where it is from; 1 and empty without parts.
    `heir`: whether the following unit acts for the one that ended.
    """

    unit: Annotated[UnitOfReform, Field(description="the other unit")]
    day: Day
    share: Literal["whole", "part", "none"]
    weight: Count
    basis: Literal["", "declared", "derived", "assumed"]
    heir: bool
    reform: RegimeId


class ReformLaw(Published):
    """The law of a reform."""

    reform: RegimeId
    title: str
    legal_basis: list[Law]


class UnitLineage(Published):
    """Which units a unit was formed from, and which follow it. `heir` is the unit that acts for it today: the unit itself while it exists;
    null if it has ended and nobody has declared an heir. `law` has the reforms concerned.
    """

    model_config = ConfigDict(serialize_by_alias=True)

    unit: UnitOfReform
    sources: Annotated[list[LineageEdge], Field(alias="from", description="the units that it follows")]
    targets: Annotated[list[LineageEdge], Field(alias="to", description="the units that follow it")]
    heir: UnitOfReform | None
    law: list[ReformLaw]
