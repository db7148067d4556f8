"""Tree: the reporters of a regime in tree order, so that a unit's subtree is a contiguous range of rows. The rows of an area are not
contiguous.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from shared.words.units import Tree, Unit

Rows = slice | npt.NDArray[np.intp]
"""Which rows of a block: a range, or for an area their indices."""


@dataclass(frozen=True, slots=True, eq=False)
class Span:
    """The rows of one view: the reporters below a unit, or those in an area; `top` is the id of the highest unit above it."""

    unit: Unit
    rows: Rows
    top: str


@lru_cache(maxsize=64)  # the blocks of a regime's periods share it: it takes as much memory as half of a block
def of_reporters(tree: Tree, unit_ids: tuple[str, ...], areas: tuple[str, ...] = ()) -> "ReporterTree":
    """The reporters with these ids, and the areas with these codes."""
    return ReporterTree(tree, [tree.by_id[unit_id] for unit_id in unit_ids], areas)


class ReporterTree:
    """Reporters as rows, and a span for every unit above a reporter and for every area that has one. A reporter that is itself above other
    reporters is part of its own span.
    """

    def __init__(self, tree: Tree, reporters: Iterable[Unit], areas: Iterable[str] = ()) -> None:
        paths = {unit.id: [*reversed([above.id for above in tree.ancestors(unit.id)]), unit.id] for unit in reporters}
        ordered = sorted(paths.values(), key=lambda path: [tree.by_id[unit_id].code for unit_id in path])
        self.reporters: tuple[Unit, ...] = tuple(tree.by_id[path[-1]] for path in ordered)
        self.row_of: dict[str, int] = {unit.id: row for row, unit in enumerate(self.reporters)}
        ends: dict[str, tuple[int, int]] = {}
        for row, path in enumerate(ordered):
            for unit_id in path:
                ends[unit_id] = (ends.get(unit_id, (row, row))[0], row + 1)
        above = {unit_id for path in ordered for unit_id in path[:-1]}
        self.spans: dict[str, Span] = {
            unit_id: Span(tree.by_id[unit_id], slice(*ends[unit_id]), top=tree.top(unit_id).id) for unit_id in ends if unit_id in above
        }
        in_areas = self._add_areas(tree, areas, ordered)
        self.views_above: tuple[tuple[str, ...], ...] = tuple(
            (*(unit_id for unit_id in path if unit_id in above), *in_areas.get(row, ())) for row, path in enumerate(ordered)
        )

    def reporters_of(self, span: Span) -> Sequence[Unit]:
        """The reporters of a span, in the order of its rows."""
        rows = span.rows
        return self.reporters[rows] if isinstance(rows, slice) else [self.reporters[row] for row in rows.tolist()]

    def rows_about(self, row: int) -> slice:
        """A range with all rows of the views of which this row is part, and the row itself."""
        all_rows = [self.spans[unit_id].rows for unit_id in self.views_above[row]]
        firsts = [rows.start if isinstance(rows, slice) else int(rows[0]) for rows in all_rows]
        ends = [rows.stop if isinstance(rows, slice) else int(rows[-1]) + 1 for rows in all_rows]
        return slice(min(firsts, default=row), max(ends, default=row + 1))

    def _add_areas(self, tree: Tree, codes: Iterable[str], paths: Sequence[Sequence[str]]) -> dict[int, list[str]]:
        """Adds the spans of areas. Returns the ids of the areas of each row that is in one."""
        areas_of_row: dict[int, list[str]] = {}
        for area in sorted({tree.by_code[code].id for code in codes if code in tree.by_code}):
            members = {unit.id for unit in tree.members.get(area, ())}
            rows = [row for row, path in enumerate(paths) if not members.isdisjoint(path)]
            if rows:
                self.spans[area] = Span(tree.by_id[area], np.array(rows, dtype=np.intp), top=tree.top(area).id)
            for row in rows:
                areas_of_row.setdefault(row, []).append(area)
        return areas_of_row
