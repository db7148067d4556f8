"""The document of a reform, and what a reform does to the documents of units, areas and regimes."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, TypeVar, cast

from shared.plumbing import reference_documents as stored
from shared.plumbing.reference_documents import APPLIED
from shared.wire.documents.reference import AreaDocument, RegimeDocument, UnitDocument
from shared.wire.documents.reforms import ClosedRowDocument, PinDocument, ReformActDocument, ReformDocument, ReplacedRegimeDocument
from shared.words.reference import Pins
from shared.words.reform import Count, Plan, Reform
from shared.words.regimes import Regime
from shared.words.units import Registry, Unit

Row = TypeVar("Row", UnitDocument, AreaDocument)


@dataclass(frozen=True, slots=True)
class Application:
    """A reform to apply: its plan for the units of `generation`, its files with their digest, the pinned periods, and the regimes that are
    loaded with it.
    """

    plan: Plan
    texts: Mapping[str, str]
    digest: str
    generation: int
    pins: Pins = field(default_factory=dict)
    regimes: Sequence[Regime] = ()


@dataclass(frozen=True, slots=True)
class ClosedRow:
    """A row that a reform closed on its first day, and the row's end before that."""

    reform: str
    day: date
    end_before: date | None


@dataclass(frozen=True, slots=True)
class Decided:
    """What the applied reforms decided about rows, by id and first day: which they closed, and which they began (with the reform's id)."""

    closed: Mapping[tuple[str, date], ClosedRow]
    begun: Mapping[tuple[str, date], str]


@dataclass(frozen=True, slots=True)
class Act:
    """An application or a revert."""

    what: str
    at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class StoredReform:
    """A reform that was applied at least once, without its rows and edges."""

    reform: Reform
    is_applied: bool
    digest: str
    counts: Mapping[Count, Mapping[str, int]]
    pins: Pins
    regimes: Sequence[str]
    """Ids of the regimes that were loaded with it."""
    history: Sequence[Act]


def new_rows(rows: Sequence[Unit], taken: Collection[str]) -> list[UnitDocument]:
    """The documents of rows that begin; `taken` are the `_id`s that are stored."""
    return [stored.unit_document(row, stored.new_key(row.id, row.valid_from, taken)) for row in rows]


def ends(rows: Sequence[UnitDocument] | Sequence[AreaDocument]) -> list[ClosedRowDocument]:
    """What a revert needs to open these rows again: their ends before the reform."""
    return [{"id": row["_id"], "valid_to": row["valid_to"]} for row in rows]


def until(rows: Sequence[Row], day: date) -> list[Row]:
    """The rows with an end: `day` is the first day on which they no longer hold."""
    return [_with(row, "valid_to", day.isoformat()) for row in rows]


def opened(rows: Mapping[str, Row], closed: Sequence[ClosedRowDocument]) -> list[Row]:
    """The rows that a reform closed, as they were before."""
    return [_with(rows[row["id"]], "valid_to", row["valid_to"]) for row in closed]


def _with(row: Row, name: str, value: object) -> Row:
    """The document with one field changed; the fields keep their order, because a revert must give the same bytes."""
    changed: Any = {**row, name: value}
    return cast(Row, changed)


def with_contacts(row: UnitDocument, contacts: object) -> UnitDocument:
    """The row with other contacts; as it is if `contacts` is None."""
    return row if contacts is None else _with(row, "contacts", contacts)


def contacts_since(reform: ReformDocument, units: Mapping[str, UnitDocument], opened: Mapping[str, UnitDocument]) -> dict[str, object]:
    """The contacts, by unit id, that were changed since a reform was applied to units that went on: they stay with the unit."""
    found: dict[str, object] = {}
    for row in (units[key] for key in reform["begun"] if stored.ROW in key):
        before = opened.get(stored.unit_id(row))
        given = reform["contacts"].get(stored.unit_id(row), before["contacts"] if before is not None else [])
        if row["contacts"] != given:
            found[stored.unit_id(row)] = row["contacts"]
    return found


def is_loaded_since(one: ReplacedRegimeDocument, regimes: Mapping[str, RegimeDocument]) -> bool:
    """Whether a regime was loaded again, or removed, since it was loaded with the reform."""
    present = regimes.get(one["id"])
    return present is None or present["file"] != one["file"]


def pin_documents(pins: Pins) -> list[PinDocument]:
    """The pinned periods, by regime and period."""
    return [{"regime": regime, "period": period, "day": day.isoformat()} for (regime, period), day in sorted(pins.items())]


def act(what: Any, at: datetime, by: str, digest: str) -> ReformActDocument:
    """An entry of a reform's history: `what` is `applied` or `reverted`, `digest` the SHA-256 of the files."""
    return {"what": what, "at": at, "by": by, "hash": digest}


def read(document: ReformDocument) -> StoredReform:
    """A reform from its document."""
    return StoredReform(
        reform=Reform.model_validate(document["reform"], strict=False),
        is_applied=document["state"] == APPLIED,
        digest=document["hash"],
        counts=cast(Mapping[Count, Mapping[str, int]], document["counts"]),
        pins=stored.pins([document]),
        regimes=[one["id"] for one in document["regimes"]],
        history=[Act(one["what"], one["at"], one["by"]) for one in document["history"]],
    )


def decided(documents: Sequence[ReformDocument], registry: Registry) -> Decided:
    """What applied reforms decided about the rows of a registry."""
    closed: dict[tuple[str, date], ClosedRow] = {}
    begun: dict[tuple[str, date], str] = {}
    for document in sorted(documents, key=lambda one: one["valid_from"], reverse=True):
        first = date.fromisoformat(document["valid_from"])
        begun |= {(key.partition(stored.ROW)[0], first): document["_id"] for key in document["begun"]}
        for row in document["closed"]:
            unit_id, _, since = row["id"].partition(stored.ROW)
            begins = date.fromisoformat(since) if since else registry.begins(unit_id)
            closed[unit_id, begins] = ClosedRow(document["_id"], first, stored.day(row["valid_to"]))
    return Decided(closed, begun)
