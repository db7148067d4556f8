"""An area has a view: the exact sum over its members' rows, which are not next to each other."""

from datetime import date
from typing import Any

from services.aggregate.domain import tree as trees
from services.aggregate.domain.fold import Fold
from shared.wire import subjects, view_hash
from tests.aggregate import over_reforms
from tests.aggregate.over_reforms import PARTITIONS, REGIME, agreed, logged, views

DAY = date(2025, 12, 1)
AREA = f"{REGIME}/2025/11-cu"
REPORTS = [
    logged("111-2025", DAY, a=3, nhat=7),
    logged("121", DAY, a=100, nhat=100),
    logged("115", DAY, a=2, nhat=9),
    logged("122-2025", DAY, a=40, nhat=1),
]


def test_an_area_is_the_sum_over_its_members() -> None:
    found = views(over_reforms.after(), REPORTS)
    area, province = found[AREA], found[f"{REGIME}/2025/1"]
    assert (area["indicators"]["a"]["total"], area["indicators"]["nhat"]["total"]) == (5, 9)
    assert (province["indicators"]["a"]["total"], province["indicators"]["nhat"]["total"]) == (145, 100)
    assert found[f"{REGIME}/2025/cu"]["indicators"]["a"]["total"] == 42  # areas may overlap


def test_an_area_has_a_level_a_parent_and_a_hash_of_its_own_and_is_never_missing() -> None:
    found = views(over_reforms.after(), REPORTS[1:])
    area = found[AREA]
    assert area["unit"] == {"id": "11-cu", "code": "11-cu", "name": "Địa bàn huyện 11 (cũ)", "level": "area", "parent": "1"}
    assert (area["reporting"]["expected"], area["reporting"]["received"], area["reporting"]["missing"]) == (2, 1, ["111"])
    assert found[f"{REGIME}/2025/1"]["reporting"]["missing"] == ["111"]
    assert area["hash"] == view_hash.hash_of(REGIME, "2025", "11-cu", area)


def test_a_target_of_the_level_area_is_shown_in_areas_only() -> None:
    found = views(over_reforms.after(), REPORTS)
    assert found[AREA]["indicators"]["a"]["target"] == {"at_least": "5", "by": "2026", "met": True}
    assert "target" not in found[f"{REGIME}/2025/1"]["indicators"]["a"]
    assert "target" not in found[f"{REGIME}/2024/1"]["indicators"]["a"]
    assert "target" in found[f"{REGIME}/2024/11"]["indicators"]["a"]


def test_only_areas_that_the_regime_lists_and_that_have_reporters_have_a_view() -> None:
    found = views(over_reforms.after(changes=[]), REPORTS)
    assert {view_id.split("/")[2] for view_id in found if "/2025/" in view_id and "@" not in view_id} == {"1"}
    of_offices = {"vp": {"label": "văn phòng", "units": ["1-VP"]}}
    offices = over_reforms.after(reporters=of_offices, obligation={"deadlines": {"vp": {"before": "01-20"}}})
    assert AREA not in views(offices, [])


def test_an_area_comes_to_feed_under_its_id_below_its_province() -> None:
    reference = over_reforms.after()
    fold = Fold(reference, subjects.partition_of(REGIME, "2025", PARTITIONS), PARTITIONS)
    fold.take([(REPORTS[0], 1)])
    assert f"feed.1.{REGIME}.2025.11-cu" in {view.subject for view in fold.changed()}
    fold.take([(logged("121", DAY, a=1), 2)])
    assert {view.id for view in fold.changed()} == {f"{REGIME}/2025/1"}  # nothing else is rendered again


def test_a_member_that_has_reporters_below_it_brings_them_and_no_row_is_counted_twice() -> None:
    """The members are a unit and a unit below it."""
    tree = over_reforms.before().registry.at(date(2025, 1, 1))
    tree.members["nua"] = (tree.by_id["11"], tree.by_id["112"], tree.by_id["122"])
    tree.by_id["nua"] = tree.by_code["nua"] = over_reforms.unit("nua", "area", "1")
    rows = trees.ReporterTree(tree, [tree.by_id[code] for code in ("111", "112", "113", "121", "122")], ["nua"])
    assert [unit.id for unit in rows.reporters_of(rows.spans["nua"])] == ["111", "112", "113", "122"]
    assert rows.views_above[1] == ("1", "11", "nua")


def test_within_an_area_its_members_report() -> None:
    changes = [{"from": "2025-07-01", "within": "11-cu", "groupings": ["11-cu"]}]
    found = views(over_reforms.after(changes=changes), REPORTS)
    assert found[f"{REGIME}/2025/1"]["indicators"]["a"]["total"] == found[AREA]["indicators"]["a"]["total"] == 5
    assert found[f"{REGIME}/2025/1"]["reporting"]["expected"] == 2


def test_the_plain_recomputation_says_the_same_of_areas() -> None:
    within: list[dict[str, Any]] = [{"from": "2025-07-01", "within": "11-cu", "groupings": ["cu", "11-cu", "1", "khong"]}]
    for changes in (over_reforms.PLAN["changes"], within):
        reference = over_reforms.after(changes=changes)
        assert AREA in agreed(reference, REPORTS)
