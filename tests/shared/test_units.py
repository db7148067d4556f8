"""Units: `valid_to` is the first day after a unit's life, and a code belongs to one unit at a time."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.words.reference import Reference
from shared.words.units import AREA, Area, Registry, Tree, Unit

REFORM = date(2025, 7, 1)


def unit(unit_id: str, parent: str | None = None, *, code: str | None = None, begins: str = "2024-01-01", ends: str | None = None) -> Unit:
    return Unit(
        unit_id,
        code or unit_id,
        f"Đơn vị {unit_id}",
        "commune",
        "peoples_committee",
        parent,
        date.fromisoformat(begins),
        date.fromisoformat(ends) if ends else None,
    )


@pytest.mark.parametrize(("day", "is_valid"), [("2023-12-31", False), ("2024-01-01", True), ("2025-06-30", True), ("2025-07-01", False)])
def test_a_unit_is_valid_from_its_first_day_to_the_day_before_it_ends(day: str, is_valid: bool) -> None:
    assert unit("06253", ends="2025-07-01").is_valid(date.fromisoformat(day)) is is_valid


def test_a_unit_without_an_end_stays_valid() -> None:
    assert unit("06253").is_valid(date(2999, 1, 1))


def test_a_code_means_the_unit_that_bears_it_on_the_day() -> None:
    registry = Registry([unit("20"), unit("06253", "20", ends="2025-07-01"), unit("06253-2025", "20", code="06253", begins="2025-07-01")])

    assert registry.at(date(2025, 6, 30)).by_code["06253"].id == "06253"
    assert registry.at(REFORM).by_code["06253"].id == "06253-2025"


def test_a_tree_holds_the_units_of_its_day_only() -> None:
    registry = Registry(
        [unit("20"), unit("184", "20", ends="2025-07-01"), unit("06253", "184", ends="2025-07-01"), unit("1", "20", begins="2025-07-01")]
    )

    assert [found.id for found in registry.at(date(2024, 12, 14)).subtree("20")] == ["20", "184", "06253"]
    assert [found.id for found in registry.at(REFORM).subtree("20")] == ["20", "1"]


def test_children_are_given_by_code_whatever_the_order_of_the_file() -> None:
    tree = Tree([unit("c", "20"), unit("a", "20"), unit("20"), unit("b", "20")])

    assert [found.id for found in tree.children("20")] == ["a", "b", "c"]


def test_ancestors_come_nearest_first() -> None:
    tree = Tree([unit("20"), unit("184", "20"), unit("06253", "184")])

    assert [found.id for found in tree.ancestors("06253")] == ["184", "20"]
    assert tree.top("06253").id == "20"
    assert tree.top("20").id == "20"


def test_a_unit_whose_parent_is_not_of_the_day_is_a_top() -> None:
    tree = Registry([unit("20"), unit("184", "20", ends="2025-07-01"), unit("06253", "184")]).at(REFORM)

    assert list(tree.ancestors("06253")) == []
    assert tree.top("06253").id == "06253"


def test_ancestors_end_even_in_a_circle() -> None:
    tree = Tree([unit("a", "b"), unit("b", "a")])

    assert [found.id for found in tree.ancestors("a")] == ["b"]


def test_a_place_is_a_unit_with_all_below_it_or_the_whole_country() -> None:
    tree = Tree([unit("44"), unit("450", "44"), unit("20"), unit("184", "20"), unit("06253", "184")])

    assert [found.id for found in tree.within("20")] == ["20", "184", "06253"]
    assert [found.id for found in tree.within("")] == ["20", "184", "06253", "44", "450"]
    assert tree.within("99") == []


def test_the_registry_holds_the_real_tree(reference: Reference) -> None:
    tree = reference.registry.at(date(2024, 12, 14))
    levels = [found.level for found in tree.by_id.values() if found.kind == "peoples_committee"]

    assert {level: levels.count(level) for level in set(levels)} == {"province": 63, "district": 696, "commune": 10_035}
    assert [found.name for found in tree.ancestors("06253")] == ["Huyện Văn Quan", "Tỉnh Lạng Sơn"]


DAYS = st.dates(date(2024, 1, 1), date(2027, 12, 31))
LIVES = st.tuples(DAYS, st.none() | DAYS)


@given(lives=st.lists(LIVES, max_size=8), day=DAYS)
def test_the_tree_of_a_day_holds_exactly_the_units_that_are_valid_on_it(lives: list[tuple[date, date | None]], day: date) -> None:
    units = [unit(str(number), begins=str(begins), ends=str(ends) if ends else None) for number, (begins, ends) in enumerate(lives)]

    assert set(Registry(units).at(day).by_id) == {one.id for one in units if one.is_valid(day)}


def test_days_between_which_nothing_changes_share_a_tree() -> None:
    registry = Registry([unit("20"), unit("06253", "20", ends="2025-07-01"), unit("06253-2025", "20", code="06253", begins="2025-07-01")])

    assert registry.at(date(2024, 1, 1)) is registry.at(date(2025, 6, 30))
    assert registry.at(REFORM) is registry.at(date(2030, 1, 1))
    assert registry.at(date(2025, 6, 30)) is not registry.at(REFORM)


def test_a_code_or_an_id_leads_to_every_row_that_had_it() -> None:
    old, new = unit("06253", ends="2025-07-01"), unit("06253-2025", code="06253", begins="2025-07-01")
    area = Area("184-VQ", "184-VQ", "Địa bàn", ("06253-2025",), REFORM)
    registry = Registry([new, old], [area])

    assert registry.bearers("06253") == [old, new]
    assert registry.bearers("06253-2025") == [new]
    assert [(row.id, row.level, row.valid_from) for row in registry.bearers("184-VQ")] == [("184-VQ", AREA, REFORM)]
    assert registry.area("184-VQ") == area
    assert not registry.bearers("184")
    assert registry.area("06253") is None
