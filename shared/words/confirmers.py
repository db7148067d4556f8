"""Which confirmations concern a unit: those of the views that have its report, and those above a view.

Source: design, section 4, "Events"; ADR 0070.
"""

from collections.abc import Iterator

from shared.words.reference import Setting
from shared.words.regimes import Confirmation
from shared.words.units import Tree, Unit


def has(tree: Tree, view: Unit, unit: Unit) -> bool:
    """Whether the view of a unit or area has another unit's report."""
    line = {unit.id, *(above.id for above in tree.ancestors(unit.id))}
    return view.id in line or any(member.id in line for member in tree.members.get(view.id, ()))


def of(setting: Setting, view: str) -> list[Confirmation]:
    """The confirmations of the view of a unit (an id), the lowest first."""
    return [entry for entry in setting.version.confirmations if entry.of.id == view]


def about(setting: Setting, unit: Unit) -> Iterator[Confirmation]:
    """The confirmations of the views that have the report of a unit, the lowest first."""
    return (entry for entry in setting.version.confirmations if has(setting.tree, entry.of, unit))


def above(setting: Setting, view: Unit) -> list[Confirmation]:
    """The confirmations of the views above that of `view`."""
    return [entry for entry in about(setting, view) if entry.of.id != view.id]
