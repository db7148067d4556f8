"""Reference data as documents of MongoDB and back: rows of units, areas, regimes, edges.

Days are ISO text: BSON has no days, and text sorts correctly.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Final, Literal, cast

from shared.wire.documents.reference import AreaDocument, ContactDocument, RegimeDocument, UnitDocument
from shared.wire.documents.reforms import EdgeFields, ReformDocument
from shared.words.lineage import Basis, Edge, Share
from shared.words.regimes import Regime
from shared.words.units import Area, Contact, Unit

ROW: Final = "@"  # between id and first day in the `_id` of a later row; no code has it
APPLIED: Final[Literal["applied"]] = "applied"
REVERTED: Final[Literal["reverted"]] = "reverted"
RowKey = tuple[str, str]
"""What identifies a row of a unit: id and first day."""


def unit_id(document: UnitDocument) -> str:
    """The id of the unit to which a row belongs."""
    return document["_id"].partition(ROW)[0]


def row_key(document: UnitDocument) -> RowKey:
    return unit_id(document), document["valid_from"]


def new_key(unit_id: str, valid_from: date, taken: Iterable[str]) -> str:
    """The `_id` of a row that is not stored yet, if these are taken."""
    return unit_id if unit_id not in taken else f"{unit_id}{ROW}{valid_from.isoformat()}"


def unit_document(unit: Unit, key: str) -> UnitDocument:
    return {
        "_id": key,
        "code": unit.code,
        "name": unit.name,
        "level": unit.level,
        "kind": unit.kind,
        "parent": unit.parent,
        "valid_from": unit.valid_from.isoformat(),
        "valid_to": text(unit.valid_to),
        "contacts": contact_documents(unit.contacts),
    }


def contact_documents(contacts: Iterable[Contact]) -> list[ContactDocument]:
    return [{"name": contact.name, "phone": contact.phone, "email": contact.email} for contact in contacts]


def unit(document: UnitDocument) -> Unit:
    return Unit(
        id=unit_id(document),
        code=document["code"],
        name=document["name"],
        level=document["level"],
        kind=document["kind"],
        parent=document["parent"],
        valid_from=date.fromisoformat(document["valid_from"]),
        valid_to=day(document["valid_to"]),
        contacts=tuple(Contact(**contact) for contact in document["contacts"]),
    )


def area_document(area: Area) -> AreaDocument:
    return {
        "_id": area.id,
        "code": area.code,
        "name": area.name,
        "members": list(area.members),
        "valid_from": area.valid_from.isoformat(),
        "valid_to": text(area.valid_to),
        "covers": area.covers,
    }


def area(document: AreaDocument) -> Area:
    return Area(
        id=document["_id"],
        code=document["code"],
        name=document["name"],
        members=tuple(document["members"]),
        valid_from=date.fromisoformat(document["valid_from"]),
        valid_to=day(document["valid_to"]),
        covers=document["covers"],
    )


def edge_fields(edge: Edge) -> EdgeFields:
    return edge.old, edge.new, edge.share, edge.weight, edge.basis, edge.is_heir


def edges(document: ReformDocument) -> list[Edge]:
    """The edges of a reform."""
    first, reform = date.fromisoformat(document["valid_from"]), document["_id"]
    return [
        Edge(old, new, first, cast(Share, share), weight, cast(Basis, basis), is_heir, reform)
        for old, new, share, weight, basis, is_heir in document["edges"]
    ]


def pins(documents: Iterable[ReformDocument]) -> dict[tuple[str, str], date]:
    """The pinned periods of reforms. A period that several reforms pin has the earliest day."""
    found: dict[tuple[str, str], date] = {}
    for pin in (pin for document in documents for pin in document["pins"]):
        key, pinned = (pin["regime"], pin["period"]), date.fromisoformat(pin["day"])
        found[key] = min(pinned, found.get(key, pinned))
    return found


def kinds(document: RegimeDocument) -> dict[str, tuple[str, int]]:
    """The kinds of a stored regime's indicators. Documents written before the field existed have those of their file."""
    kept = {code: (kind, decimals) for code, (kind, decimals) in document.get("kinds", {}).items()}
    return kept or Regime.model_validate(document["file"]).kinds


def changed_regimes(loaded: Sequence[Regime], stored: Mapping[str, RegimeDocument], now: datetime) -> list[RegimeDocument]:
    """The documents of the regimes that differ from what is stored. A regime keeps the time when it was first loaded."""
    changed: list[RegimeDocument] = []
    for regime in loaded:
        file = regime.model_dump(mode="json", exclude_defaults=True, by_alias=True)
        before = stored.get(regime.id)
        if before is None or before["file"] != file:
            loaded_at = before["loaded_at"] if before else now
            of_both = (kinds(before) if before else {}) | regime.kinds
            changed.append({"_id": regime.id, "file": file, "loaded_at": loaded_at, "kinds": of_both})
    return changed


def day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def text(day: date | None) -> str | None:
    return day.isoformat() if day else None
