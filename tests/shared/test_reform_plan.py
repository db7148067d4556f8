"""The plan of a reform: which units end, go on and begin, under which ids, and what applying and reverting it does."""

from dataclasses import replace
from datetime import date

from shared.words import reform_plan
from shared.words.lineage import Edge
from shared.words.reform import AreaLine
from shared.words.units import Contact, Registry
from tests.reform_builders import REFORM_DAY, content, line, new, small_tree


def test_a_merger_ends_its_sources_and_begins_a_unit_whose_id_bears_the_year() -> None:
    plan = reform_plan.make(content(line("A", "A"), line("B", "A"), units=[new("A", "184")]), small_tree())

    assert [row.id for row in plan.closed] == ["A", "B"]
    assert [(row.id, row.code, row.parent, row.valid_from, row.valid_to) for row in plan.begun] == [
        ("A-2025", "A", "184", REFORM_DAY, None)
    ]
    assert plan.edges == (
        Edge("A", "A-2025", REFORM_DAY, "whole", is_heir=True, reform="2025-07-01"),
        Edge("B", "A-2025", REFORM_DAY, "whole", is_heir=True, reform="2025-07-01"),
    )


def test_the_first_unit_that_has_a_code_has_it_as_its_id() -> None:
    plan = reform_plan.make(content(line("A", "N"), line("B", "N"), units=[new("N", "184")]), small_tree())

    assert [row.id for row in plan.begun] == ["N"]


def test_a_code_that_a_unit_had_under_another_id_is_not_new() -> None:
    """A went on under the code N; when N is given to another unit later, that unit is not the first to have it."""
    registry = reform_plan.make(content(line("A", "N"), units=[new("N", "184")]), small_tree()).applied(small_tree())
    later = content(line("N", "N"), line("B", "N"), units=[new("N", "184")], day=date(2026, 1, 1))

    assert [row.id for row in reform_plan.make(later, registry).begun] == ["N-2026"]


def test_an_id_that_is_taken_gets_a_number_behind_it() -> None:
    first = reform_plan.make(content(line("A", "A"), line("B", "A"), units=[new("A", "184")]), small_tree())
    again = content(line("A", "A"), line("C", "A"), units=[new("A", "184")], day=date(2025, 9, 1))
    plan = reform_plan.make(again, first.applied(small_tree()))

    assert [row.id for row in plan.begun] == ["A-2025-2"]


def test_one_whole_edge_into_a_unit_and_out_of_its_source_is_the_same_territory() -> None:
    """A commune that got another name, code, kind and parent is the same unit."""
    plan = reform_plan.make(content(line("A", "N"), units=[new("N", "20", name="Phường N")]), small_tree())

    assert [(row.id, row.valid_to) for row in plan.closed] == [("A", None)]
    assert [(row.id, row.code, row.name, row.parent) for row in plan.begun] == [("A", "N", "Phường N", "20")]
    assert plan.edges == ()
    assert not plan.changes_territory


def test_an_edge_without_land_never_makes_two_units_the_same() -> None:
    office = content(line("44-SYT", "44-SYT", "none"), units=[new("44-SYT", "44", "province", "office", "Sở Y tế tỉnh Quảng Trị")])
    plan = reform_plan.make(office, small_tree())

    assert [row.id for row in plan.begun] == ["44-SYT-2025"]
    assert [(edge.old, edge.new, edge.share, edge.is_heir) for edge in plan.edges] == [("44-SYT", "44-SYT-2025", "none", True)]


def test_functions_that_a_unit_takes_over_leave_its_territory_as_it_is() -> None:
    plan = reform_plan.make(content(line("A", "A"), line("20-STC", "A", "none"), units=[new("A", "20")]), small_tree())

    assert [row.id for row in plan.begun] == ["A"]
    assert [(edge.old, edge.new) for edge in plan.edges] == [("20-STC", "A")]


def test_a_listed_unit_that_no_line_names_goes_on() -> None:
    renamed = new("A", "184", name="Phường A")
    as_before = new("B", "184")
    plan = reform_plan.make(content(units=[renamed, as_before]), small_tree())

    assert [row.id for row in plan.closed] == ["A"]
    assert [(row.id, row.name, row.valid_from) for row in plan.begun] == [("A", "Phường A", REFORM_DAY)]
    assert plan.counts["goes_on"] == {"commune": 1}
    assert plan.counts["untouched"] == {"commune": 4, "district": 2, "office": 2, "province": 2}


def test_a_unit_whose_parent_became_another_unit_has_a_new_row() -> None:
    """Province 44 merged with 20: its code is the same, its id is not."""
    merged = content(
        line("44", "44", "none"),
        line("20", "44", "none"),
        units=[
            new("44", "", "province"),
            new("184", "44", "district"),
            new("185", "44", "district"),
            new("44-SYT", "44", "province", "office"),
        ],
    )
    plan = reform_plan.make(merged, small_tree())

    assert [(row.id, row.parent) for row in plan.begun if row.code in ("44-SYT", "184")] == [("184", "44-2025"), ("44-SYT", "44-2025")]


def test_a_split_keeps_weights_bases_and_the_heir() -> None:
    split = content(line("A", "A", "part", 1180, heir=""), line("A", "N", "part", 2640, "derived"), units=[new("A"), new("N")])
    plan = reform_plan.make(split, small_tree())

    assert [(edge.new, edge.weight, edge.basis, edge.is_heir) for edge in plan.edges] == [
        ("A-2025", 1180, "declared", False),
        ("N", 2640, "derived", True),
    ]
    assert plan.applied(small_tree()).lineage.heir("A", REFORM_DAY) == "N"
    assert plan.changes_territory


def test_an_open_heir_is_nobody() -> None:
    split = content(line("A", "A", "part", heir=""), line("A", "N", "part", heir="?"), units=[new("A"), new("N")])
    plan = reform_plan.make(split, small_tree())

    assert plan.applied(small_tree()).acting("A", REFORM_DAY) is None
    assert [edge.new for edge in plan.open_heirs] == ["N"]


def test_an_area_has_the_ids_of_its_members_and_says_what_it_covers() -> None:
    lines = [line("A", "A"), line("B", "A"), line("D", "A"), line("C", "C"), line("E", "E")]
    ends = [line("184", "20", "none"), line("185", "20", "none")]
    areas = [AreaLine("184-X", "Địa bàn cũ", "A"), AreaLine("184-X", "Địa bàn cũ", "C")]
    merged = content(*lines, *ends, units=[new("A"), new("C"), new("E")], areas=areas)
    (area,) = reform_plan.make(merged, small_tree()).areas_begun

    assert (area.id, area.code, area.name, area.members) == ("184-X", "184-X", "Địa bàn cũ", ("A-2025", "C"))
    assert area.covers == "Gồm 3 trong 3 đơn vị cũ của Đơn vị 184 và 1 đơn vị cũ ở ngoài"


def test_a_reverted_plan_leaves_no_trace() -> None:
    before = small_tree()
    merged = content(
        line("B", "A"), line("A", "A"), line("C", "N"), units=[new("A", "184"), new("N", "184")], areas=[AreaLine("X", "X", "A")]
    )
    plan = reform_plan.make(merged, before)
    after = plan.applied(before)
    back = plan.reverted(after)

    assert [row.id for row in after.units] == [*(row.id for row in before.units), "A-2025", "C"]
    assert (back.units, back.areas, back.lineage.edges) == (before.units, before.areas, before.lineage.edges)


def test_contacts_are_those_of_the_reform_and_of_units_that_go_on() -> None:
    before = small_tree()
    known = Contact("Bà Lan", email="lan@bao-cao.example")
    kept = reform_plan.make(
        content(line("A", "N"), units=[new("N", "184")]), Registry([replace(row, contacts=(known,)) for row in before.units])
    )
    assert [row.contacts for row in kept.begun] == [(known,)]

    plan = reform_plan.make(content(line("A", "A"), line("B", "A"), units=[new("A", "184")]), before)
    assert [row.contacts for row in plan.begun] == [()]
    assert [row.contacts for row in plan.with_contacts({"A-2025": (known,)}).begun] == [(known,)]
