"""Tree: the reporters of a regime in tree order, so that a unit's subtree is a contiguous range of rows."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from shared.words.units import Tree, Unit


@dataclass(frozen=True, slots=True)
class Span:
    """The rows from `first` to `end` (exclusive), which are the reporters below one unit; `top` is the id of the highest unit
    above it.
    """

    unit: Unit
    first: int
    end: int
    top: str


@lru_cache(maxsize=64)  # the blocks of a regime's periods share it: it takes as much memory as half of a block
def of_reporters(tree: Tree, unit_ids: tuple[str, ...]) -> "ReporterTree":
    """The reporters with these ids."""
    return ReporterTree(tree, [tree.by_id[unit_id] for unit_id in unit_ids])


class ReporterTree:
    """Reporters as rows, and a span for every unit above a reporter. A reporter that is itself above other reporters is part of its own
    span.
    """

    def __init__(self, tree: Tree, reporters: Iterable[Unit]) -> None:
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
            unit_id: Span(tree.by_id[unit_id], *ends[unit_id], top=tree.top(unit_id).id) for unit_id in ends if unit_id in above
        }
        self.views_above: tuple[tuple[str, ...], ...] = tuple(
            tuple(unit_id for unit_id in path if unit_id in self.spans) for path in ordered
        )
