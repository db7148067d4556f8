"""What became of units after reforms, and who acts for them: for pages that show names of then beside those of today.

Two ids are never joined: a page about one unit only says which other units had its code, from which units it was formed, and which follow
it.
Source: ADR 0050.
"""

from collections.abc import Iterable, Sequence
from datetime import date

from shared.words.lineage import Edge
from shared.words.reference import ONE_DAY
from shared.words.units import Registry, Tree, Unit


def bearer(registry: Registry, name: str, today: date) -> Unit | None:
    """The unit or area that a code or an id names where no period says on which day: today's one, otherwise the latest."""
    found = registry.at(today).named(name)
    rows = registry.bearers(name)
    return found or (rows[-1] if rows else None)


def others(registry: Registry, unit: Unit) -> list[Unit]:
    """The last row of each other unit that ever had the unit's code, in the order of time."""
    return list({row.id: row for row in registry.bearers(unit.code) if row.id != unit.id and row.code == unit.code}.values())


def last_day(registry: Registry, unit_id: str) -> date | None:
    """The last day of a unit or area; None if no end is known."""
    rows = registry.ids.get(unit_id)
    ends = registry.area(unit_id) if rows is None else rows[-1]
    return None if ends is None or ends.valid_to is None else ends.valid_to - ONE_DAY


def has_ended(registry: Registry, unit_id: str, today: date) -> bool:
    last = last_day(registry, unit_id)
    return last is not None and last < today


def acting(registry: Registry, unit_id: str, today: date) -> Unit | None:
    """The other unit that acts for an ended unit today; None if the unit acts itself, or if no heir is declared."""
    found = registry.acting(unit_id, today) if has_ended(registry, unit_id, today) else None
    return None if found is None or found.id == unit_id else found


def today_name(registry: Registry, unit: Unit, today: date) -> str:
    """As `note`, for the row of a unit."""
    return note(registry, unit.id, unit.name, today)


def note(registry: Registry, unit_id: str, name: str, today: date) -> str:
    """What follows a unit's name of then on a page of today: `nay là …` if the unit has another name, `nay thuộc …` if it has ended; "" if
    nothing differs.
    """
    now = registry.row(unit_id, today)
    if now is None:
        return ""
    if has_ended(registry, unit_id, today):
        heir = acting(registry, unit_id, today)
        return f"nay thuộc {heir.name}" if heir is not None else "chưa khai đơn vị kế thừa"
    return "" if now.name == name else f"nay là {now.name}"


def formed_from(registry: Registry, unit_id: str, on: date) -> list[Edge]:
    """The edges from the units of which a unit was formed on its first day `on`: those with land, and offices and units of its level."""
    unit = registry.row(unit_id, on)
    return [] if unit is None else [edge for edge in registry.lineage.into(unit_id) if edge.day == on and _is_source(registry, edge, unit)]


def taken_over(registry: Registry, unit_id: str) -> list[Edge]:
    """The edges from the other units for which a unit acts since their end."""
    return [edge for edge in registry.lineage.into(unit_id) if edge.is_heir and edge not in formed_from(registry, unit_id, edge.day)]


def represented(registry: Registry, unit_ids: Iterable[str], today: date) -> set[str]:
    """The ids of the ended units for which one of these units acts today."""
    return {source for unit_id in unit_ids for source in registry.lineage.sources(unit_id, today)}


def predecessors(registry: Registry, unit_id: str, since: date) -> list[str]:
    """The ids of the units that ended on `since` or later and that a unit follows, directly or through others, without repetition."""
    found: dict[str, None] = {}
    for edge in registry.lineage.into(unit_id):
        if edge.day >= since:
            found[edge.old] = None
            found |= dict.fromkeys(predecessors(registry, edge.old, since))
    return list(found)


def _is_source(registry: Registry, edge: Edge, unit: Unit) -> bool:
    old = registry.row(edge.old, edge.day - ONE_DAY)
    return old is not None and (edge.share != "none" or (old.level, old.kind) == (unit.level, unit.kind))


def rows(registry: Registry, ids: Sequence[str], day: date) -> list[Unit]:
    """The rows of units on a day, by code; an unknown id is left out."""
    return sorted((row for unit_id in ids if (row := registry.row(unit_id, day)) is not None), key=lambda row: row.code)


def former(registry: Registry, tree: Tree, unit: Unit) -> set[str]:
    """The ids of the units that had a unit's code before it and are not in its tree."""
    if not registry.lineage.edges:
        return set()
    return {row.id for row in registry.bearers(unit.code) if row.code == unit.code and row.valid_from < unit.valid_from} - tree.by_id.keys()
