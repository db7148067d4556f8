"""Finds groups of a regime without reporters, and figures that nobody is asked for, in the units of some days. Pure."""

from collections.abc import Iterable, Iterator, Sequence

from services.cli.files.regime_entries import Found
from shared.words.refusals import Both, Refusal, refusal
from shared.words.regime_parts import Group
from shared.words.regime_paths import Path
from shared.words.regimes import Regime
from shared.words.units import Tree, Unit


def find(own: Regime, version: Regime, trees: Sequence[Tree]) -> Iterator[Found]:
    """Such entries of one version. `own` is it as its file has it, `version` is completed if derived; `trees` are those of its periods."""
    yield from _empty_groups(own, version, trees)
    yield from _asked_of_nobody(own, version, trees)


def _empty_groups(own: Regime, version: Regime, trees: Sequence[Tree]) -> Iterator[Found]:
    members = [version.group_members(tree) for tree in trees]
    for name, group in version.reporters.items():
        where: Path = ("reporters", name) if own.derived_from is None else ("derived_groups",)
        if not any(found[name] for found in members) and not (group.units and own.derived_from is None):
            part = ("level",) if group.level is not None and own.derived_from is None else ()
            yield (*where, *part), _empty(name, group, version, trees[-1])
        if own.derived_from is None and (both := _in_two(name, version, members)):
            yield where, refusal("regime.unit_in_two_groups", codes=both[:5])


def _in_two(name: str, version: Regime, members: Sequence[dict[str, list[Unit]]]) -> list[str]:
    """Codes of units in this group that are also in an earlier group."""
    before = list(version.reporters)[: list(version.reporters).index(name)]
    return sorted({unit.code for found in members for unit in found[name] if any(unit in found[other] for other in before)})


def _empty(name: str, group: Group, version: Regime, tree: Tree) -> Refusal:
    """Why a group has no unit, and which levels it could name instead."""
    if group.units:
        return refusal("regime.units_gone", group=name)
    inside = levels(tree.within(version.within))
    if not version.within:
        return refusal("regime.empty_group", group=name, level=group.level, kind=group.kind, levels=inside)
    everywhere = levels(tree.by_id.values())
    return refusal(
        "regime.empty_group_within", group=name, level=group.level, kind=group.kind, within=version.within, levels=inside, others=everywhere
    )


def levels(units: Iterable[Unit]) -> list[str] | Both:
    """The levels of these units, each with its kinds."""
    kinds: dict[str, set[str]] = {}
    for unit in units:
        kinds.setdefault(unit.level, set()).add(unit.kind)
    return [f"{level} ({', '.join(sorted(of))})" for level, of in sorted(kinds.items())] or Both("không có", "none")


def _asked_of_nobody(own: Regime, version: Regime, trees: Sequence[Tree]) -> Iterator[Found]:
    """Indicators that no reporter is asked for, and names in `asked` that match no reporter."""
    reporters = {(name, unit.code) for tree in trees for name, units in version.group_members(tree).items() for unit in units}
    here = {name for name, _ in reporters} | {code for _, code in reporters}
    for number, indicator in enumerate(version.indicators):
        if own.derived_from is None:
            for place, name in enumerate(indicator.asked):
                if name not in here:
                    yield ("indicators", number, "asked", place), refusal("regime.asked_of_nobody", name=name)
        elif not any(version.is_asked(indicator, group, code) for group, code in reporters):
            yield ("derived_indicators", number), refusal("regime.indicator_of_no_derived_group", code=indicator.code)
