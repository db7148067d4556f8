"""Finds what a regime says of views that do not exist in the units of some days: areas, confirmers and targets. Pure."""

from collections import Counter
from collections.abc import Iterator, Sequence

from services.cli.files import regime_groups
from services.cli.files.regime_entries import Found
from shared.words.refusals import refusal
from shared.words.regime_paths import Path
from shared.words.regimes import Regime
from shared.words.units import AREA, Tree


def find(own: Regime, version: Regime, trees: Sequence[Tree]) -> Iterator[Found]:
    """Such entries of one version. `own` is it as its file has it, `version` is completed if derived; `trees` are those of its periods."""
    yield from _groupings(version, trees)
    yield from _confirmers(version, trees)
    yield from _targets(own, version, trees)


def _groupings(version: Regime, trees: Sequence[Tree]) -> Iterator[Found]:
    """Areas in which no unit reports."""
    for number, code in enumerate(version.groupings):
        areas = [(tree, tree.by_code[code]) for tree in trees if code in tree.by_code and tree.by_code[code].level == AREA]
        if areas and not any(version.group_of(tree).keys() & {unit.id for unit in tree.subtree(area.id)} for tree, area in areas):
            yield ("groupings", number), refusal("regime.grouping_without_reporters", code=code)


def _confirmers(version: Regime, trees: Sequence[Tree]) -> Iterator[Found]:
    for number, confirm in enumerate(version.obligation.confirm if version.obligation else ()):
        where: Path = ("obligation", "confirm", number, "level" if confirm.level is not None else "recipient")
        confirming = [(tree, [found for found in version.confirmations(tree) if found.rule is confirm]) for tree in trees]
        has_view = any(with_view(version, tree) & {found.of.id for found in units} for tree, units in confirming)
        if confirm.level is None:
            if not has_view and any(units for _, units in confirming):
                yield where, refusal("regime.recipient_confirms_nothing", view=version.on_behalf_of or version.within)
        elif not any(units for _, units in confirming):
            there = regime_groups.levels(unit for unit in trees[-1].within(version.within) if unit.kind == "peoples_committee")
            yield where, refusal("regime.nobody_confirms", level=confirm.level, levels=there)
        elif not has_view:
            yield where, refusal("regime.confirmers_without_view", level=confirm.level)
        if confirm.level is None and _confirms_twice(version, trees):
            yield where, refusal("regime.recipient_confirms_twice", recipient=version.recipient)


def _confirms_twice(version: Regime, trees: Sequence[Tree]) -> bool:
    """Whether the recipient would confirm two views, or one twice: as the recipient, and as a unit of a level that confirms. A unit has one
    duty to confirm in a period.
    """
    counts = (Counter(found.by.id for found in version.confirmations(tree)) for tree in trees)
    return any(count > 1 for of_tree in counts for count in of_tree.values())


def with_view(version: Regime, tree: Tree) -> set[str]:
    """Ids of the units that have a view: the reporters, all units above them, and the regime's areas."""
    reporters = version.group_of(tree)
    above = {unit.id for unit_id in reporters for unit in tree.ancestors(unit_id)}
    named = [tree.by_code[code].id for code in (*version.groupings, version.within) if code in tree.by_code]
    return {*reporters, *above, *(unit_id for unit_id in named if unit_id in tree.members)}


def _targets(own: Regime, version: Regime, trees: Sequence[Tree]) -> Iterator[Found]:
    there = {tree.by_id[unit_id].level for tree in trees for unit_id in with_view(version, tree)}
    for number, indicator in enumerate(own.indicators):
        level = indicator.target.level if indicator.target else None
        if level is not None and level not in there:
            yield ("indicators", number, "target", "level"), refusal("regime.goal_without_view", level=level, levels=sorted(there))
