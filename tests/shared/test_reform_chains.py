"""Whatever reforms follow each other: on any day a code has one bearer, an ended unit has at most one actor, an id is one territory; the
order of lines means nothing; reverted is as before.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from shared.words import reform_plan, reform_undone
from shared.words.reform import Content, Line
from shared.words.units import Registry
from tests.reform_builders import content, line, new, small_tree
from tests.reform_chains import Step, chains

DAY = timedelta(days=1)
Land = dict[str, frozenset[str]]
"""The pieces of land of each unit, by its code. A piece is named by how it came about."""


def days(registry: Registry) -> Iterator[date]:
    """Every day on which something changes, and the day before it."""
    for first in sorted({row.valid_from for row in registry.units} | {row.valid_to for row in registry.units if row.valid_to}):
        yield from (first - DAY, first)


@given(chains())
def test_on_any_day_a_code_has_one_bearer_and_an_id_one_row(steps: list[Step]) -> None:
    registry = steps[-1].after
    for day in days(registry):
        codes = [row.code for row in registry.units if row.is_valid(day)] + [area.code for area in registry.areas if area.is_valid(day)]
        ids = [row.id for row in registry.units if row.is_valid(day)] + [area.id for area in registry.areas if area.is_valid(day)]
        assert max(Counter(codes).values(), default=1) == 1
        assert max(Counter(ids).values(), default=1) == 1


@given(chains())
def test_every_parent_exists_while_its_children_do(steps: list[Step]) -> None:
    registry = steps[-1].after
    for day in days(registry):
        tree = registry.at(day)
        assert [unit.id for unit in tree.by_id.values() if unit.parent is not None and unit.parent not in tree.by_id] == []


@given(chains())
def test_an_ended_unit_has_at_most_one_actor_and_it_is_the_marked_heir(steps: list[Step]) -> None:
    registry = steps[-1].after
    for step in steps:
        today = registry.at(step.plan.day).by_code
        for edge in step.plan.edges:
            lines = [one for one in step.content.lines if step.before.at(step.plan.day - DAY).by_code[one.old].id == edge.old]
            marked = {today[one.new].id for one in lines if one.heir == "x"}
            actors = {row.id for row in registry.units if registry.acts_for(row.id, edge.old, step.plan.day)}
            assert actors == marked
            assert len(actors) <= 1


@given(chains())
def test_an_id_is_one_territory_and_one_territory_keeps_its_id(steps: list[Step]) -> None:
    """Against a model that moves pieces of land from code to code and knows no ids."""
    land: Land = {row.code: frozenset({row.code}) for row in steps[0].before.units if row.level == "commune"}
    for step in steps:
        before, after = step.before.at(step.plan.day - DAY).by_code, step.after.at(step.plan.day).by_code
        moved = moved_land(land, step.content)
        was = {before[code].id: pieces for code, pieces in land.items()}
        now = {after[code].id: pieces for code, pieces in moved.items()}
        kept = was.keys() & now.keys()
        assert [unit_id for unit_id in kept if was[unit_id] != now[unit_id]] == []
        assert set(was.values()) & set(now.values()) == {now[unit_id] for unit_id in kept}
        land = moved


def moved_land(land: Land, drawn: Content) -> Land:
    out: dict[str, list[Line]] = {}
    for one in drawn.lines:
        if one.share != "none":
            out.setdefault(one.old, []).append(one)
    moved: dict[str, set[str]] = {code: set(pieces) for code, pieces in land.items() if code not in out}
    for code, lines in out.items():
        for one in lines:
            pieces = land[code] if one.share == "whole" else {f"{piece}>{drawn.reform.id}:{code}>{one.new}" for piece in land[code]}
            moved.setdefault(one.new, set()).update(pieces)
    return {code: frozenset(pieces) for code, pieces in moved.items()}


@given(chains())
def test_land_is_passed_on_whole(steps: list[Step]) -> None:
    registry = steps[-1].after
    for row in steps[0].before.units:
        if row.level == "commune":
            assert sum(registry.lineage.targets(row.id, date(2030, 1, 1)).values()) == 1


@given(chains())
def test_reverted_in_turn_the_registry_is_byte_for_byte_as_before(steps: list[Step]) -> None:
    registry = steps[-1].after
    for step in reversed(steps):
        registry = step.plan.reverted(registry)
        assert repr(registry.units) == repr(step.before.units)
        assert repr(registry.areas) == repr(step.before.areas)
        assert repr(registry.lineage.edges) == repr(step.before.lineage.edges)


@given(chains())
def test_what_was_before_a_reform_can_be_computed_from_its_files(steps: list[Step]) -> None:
    registry = steps[-1].after
    for step in reversed(steps):
        registry = reform_undone.without(step.content, registry)
        assert repr(registry.units) == repr(step.before.units)
        assert repr(registry.areas) == repr(step.before.areas)
        assert repr(registry.lineage.edges) == repr(step.before.lineage.edges)


@given(chains())
def test_a_reform_leaves_every_earlier_day_as_it_was(steps: list[Step]) -> None:
    for step in steps:
        for day in days(step.before):
            if day < step.plan.day:
                was, now = step.before.at(day), step.after.at(day)
                assert {row.id: (row.code, row.name, row.parent) for row in was.by_id.values()} == {
                    row.id: (row.code, row.name, row.parent) for row in now.by_id.values()
                }


@given(chains(), st.randoms(use_true_random=False))
def test_the_order_of_lines_and_of_known_units_changes_nothing(steps: list[Step], rng: Random) -> None:
    for step in steps:
        drawn, before = step.content, step.before
        units, lines, areas = list(drawn.units), list(drawn.lines), list(drawn.areas)
        rows, edges = list(before.units), list(before.lineage.edges)
        for values in (units, lines, areas, rows, edges):
            rng.shuffle(values)
        shuffled = Registry(rows, before.areas, type(before.lineage)(edges))
        assert reform_plan.make(Content(drawn.reform, units, lines, areas), shuffled) == step.plan


def test_an_heir_is_marked_and_never_the_first_of_a_list() -> None:
    lines = [line("A", one, "part", heir="x" if one == "N2" else "") for one in ("N1", "N2", "N3")]
    units = [new(code, "184") for code in ("N1", "N2", "N3")]
    for order in (lines, lines[::-1], [lines[1], lines[0], lines[2]]):
        plan = reform_plan.make(content(*order, units=units), small_tree())
        assert [edge.new for edge in plan.edges if edge.is_heir] == ["N2"]
