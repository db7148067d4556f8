"""The reforms in deploy/reforms, on the units of deploy/units: the merged offices of Quảng Bình on 1/3/2025, the whole country on 1/7/2025;
and reforms that follow them with the same files.
"""

import csv
import io
from collections import Counter
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest

from services.cli import known_reforms
from services.cli.data import UNIT_FILES
from services.cli.files import reform_check, reform_files, unit_files
from services.cli.files.faults import Fault
from services.cli.files.reform_check import Checked
from services.cli.files.reform_files import Known
from shared.words import reform_areas
from shared.words.reform_sides import Sides
from shared.words.units import Registry

REFORM_DAY, LAST_DAY = date(2025, 7, 1), date(2025, 6, 30)
VAN_QUAN = ["06253", "06280", "06286", "06298", "06313", "06316"]
ISLANDS = {"318": "11948", "471": "19742", "498": "20333", "536": "21548", "755": "26732"}
FALSE_EDGES = """
06079>06184 10798>11911 11890>10804 11890>10843 25462>27694 27691>25459 28252>29869 28270>29869 28437>29869 28439>29869 28924>29734
29623>29182 29734>28921 29902>29869 29908>29869 31246>31726 31268>31666 31378>31654 31379>31582 31438>31741 31474>31741 31480>31639
31483>31591 31582>31378 31606>31495 31657>31378 31666>31288 31669>31480 31714>31246 31741>31408 31744>31473
"""
"""Edges of the mapping as it was published, between places of one name that lie 18 to 99 km apart."""


@pytest.fixture(scope="module")
def before() -> Registry:
    return Registry(unit_files.read_units(UNIT_FILES))


@pytest.fixture(scope="module")
def checked(before: Registry) -> Mapping[str, Checked]:
    """Both reforms, the second on top of the first."""
    read = reform_check.read_all(reform_files.folders(known_reforms.REFORM_FILES))
    return {one.files.reform.id: one for one in reform_check.check_each(read, Known(before))}


@pytest.fixture(scope="module")
def national(checked: Mapping[str, Checked]) -> Checked:
    return checked["2025-07-01"]


@pytest.fixture(scope="module")
def after(national: Checked) -> Known:
    return national.after


def with_code(faults: list[Fault], code: str) -> list[Fault]:
    return [fault for fault in faults if fault.refusal.code == code]


# What changes


def test_the_folders_have_no_fault_and_their_counts_are_those_of_the_law(national: Checked) -> None:
    assert national.plan.counts == {
        "ends": {"commune": 9903, "district": 691, "office": 22, "province": 52},
        "goes_on": {"commune": 137},
        "begins": {"commune": 3184, "office": 21, "province": 23},
        "untouched": {"province": 11},
        "after": {"commune": 3321, "office": 21, "province": 34},
    }


def test_five_island_districts_go_on_as_special_zones(before: Registry, after: Known) -> None:
    tree = after.registry.at(REFORM_DAY)

    assert {unit_id: tree.by_id[unit_id].code for unit_id in ISLANDS} == ISLANDS
    assert {tree.by_id[unit_id].level for unit_id in ISLANDS} == {"commune"}


def test_the_code_of_a_merged_province_means_another_unit(after: Known) -> None:
    registry = after.registry

    assert registry.at(LAST_DAY).by_code["44"].name == "Tỉnh Quảng Bình"
    assert (registry.at(REFORM_DAY).by_code["44"].id, registry.at(REFORM_DAY).by_code["44"].name) == ("44-2025", "Tỉnh Quảng Trị")
    assert registry.at(REFORM_DAY).by_code["20"].id == "20"


def test_the_offices_of_quang_binh_have_two_successions(checked: Mapping[str, Checked], after: Known) -> None:
    """Giảm nghèo and other tasks of Sở LĐTBXH went to Sở Nội vụ on 1 March, which went to that of Quảng Trị on 1 July."""
    registry = after.registry

    assert checked["2025-03-01-quang-binh"].plan.counts["untouched"]["office"] == 20
    assert registry.lineage.heir("44-SLDTBXH", date(2025, 2, 28)) == "44-SLDTBXH"
    assert registry.lineage.heir("44-SLDTBXH", date(2025, 3, 1)) == "44-SNV"
    assert registry.lineage.heir("44-SLDTBXH", REFORM_DAY) == "44-SNV-2025"


def test_an_office_of_the_new_province_is_a_new_unit_though_it_has_the_code_of_the_old_one(after: Known) -> None:
    row = after.registry.at(REFORM_DAY).by_code["44-SYT"]

    assert (row.id, row.name, row.parent) == ("44-SYT-2025", "Sở Y tế tỉnh Quảng Trị", "44-2025")


def test_earlier_trees_are_as_they_were(before: Registry, after: Known) -> None:
    for day in (date(2024, 11, 20), date(2024, 12, 14), date(2025, 2, 28)):
        tree, was = after.registry.at(day), before.at(day)
        assert [(unit.id, unit.code, unit.name, unit.parent) for unit in tree.by_id.values()] == [
            (unit.id, unit.code, unit.name, unit.parent) for unit in was.by_id.values()
        ]
    assert Counter(unit.level for unit in after.registry.at(LAST_DAY).by_id.values() if unit.kind != "office") == {
        "commune": 10035,
        "district": 696,
        "province": 63,
    }


def test_reverted_in_turn_the_registry_is_as_before(before: Registry, checked: Mapping[str, Checked], after: Known) -> None:
    registry = after.registry
    for one in reversed(list(checked.values())):
        registry = one.plan.reverted(registry)

    assert repr(registry.units) == repr(before.units)
    assert (registry.areas, registry.lineage.edges) == (before.areas, before.lineage.edges)


@pytest.mark.parametrize("name", ["2025-03-01-quang-binh", "2025-07-01"])
def test_a_reform_that_is_applied_already_is_checked_against_what_there_was_before_it(
    name: str, checked: Mapping[str, Checked], after: Known
) -> None:
    reading = known_reforms.read([known_reforms.REFORM_FILES / name])
    (again,) = known_reforms.check_with(reading, after)

    assert again.plan == checked[name].plan
    assert repr(again.before.registry.units) == repr(checked[name].before.registry.units)


# Areas


def test_the_areas_of_van_quan_and_quang_binh_say_what_they_cover(national: Checked, after: Known) -> None:
    areas = {area.code: area for area in national.plan.areas_begun}
    tree = after.registry.at(REFORM_DAY)

    assert [unit.code for unit in tree.members["184-VQ"]] == VAN_QUAN
    assert areas["184-VQ"].covers == "Gồm 15 trong 15 đơn vị cũ của Huyện Văn Quan và 3 đơn vị cũ ở ngoài"
    assert (len(areas["44-QB"].members), areas["44-QB"].covers) == (41, "Gồm 145 trong 145 đơn vị cũ của Tỉnh Quảng Bình")
    assert tree.by_code["44-QB"].parent == "44-2025"


def test_a_draft_says_which_of_its_units_fit_only_partly(national: Checked) -> None:
    sides = Sides(national.files.content, national.before.registry)
    drafts = {draft.code: draft for draft in reform_areas.drafts(national.files.content, sides)}
    draft = drafts["184-VQ"]

    assert draft.name == "Địa bàn huyện Văn Quan (cũ)"
    assert [(part.code, part.inside, part.sources) for part in draft.members if part.inside < part.sources] == [("06316", 2, 3)]
    assert [(part.name, part.inside, part.sources) for part in draft.left_out] == [("Xã Khánh Khê", 1, 3)]
    assert [part.code for part in drafts["44-QB"].members] == sorted(
        unit.code for unit in national.after.registry.at(REFORM_DAY).members["44-QB"]
    )


def test_areas_of_former_districts_hold_every_new_commune_once(national: Checked) -> None:
    sides = Sides(national.files.content, national.before.registry)
    districts = [
        draft
        for draft in reform_areas.drafts(national.files.content, sides)
        if draft.coverage.former is not None and draft.coverage.former.level == "district"
    ]
    members = Counter(part.code for draft in districts for part in draft.members)

    assert len(districts) == 691
    assert set(members.values()) == {1}
    assert len(members) == 3321 - len(ISLANDS)
    assert sum(draft.coverage.is_exact for draft in districts) == 409


# What an authority still has to declare


def test_strict_lists_every_split_unit_and_every_open_heir(national: Checked) -> None:
    faults = national.to_declare
    weights, heirs = with_code(faults, "reform.weights_to_declare"), with_code(faults, "reform.heir_to_declare")

    assert (len(weights), len(heirs), len(faults)) == (442, 126, 568)
    assert weights[0].refusal.message_vi == (
        "Phải khai trọng số các phần của Phường Cống Vị (00007), Thành phố Hà Nội: Phường Ngọc Hà (00008), Phường Giảng Võ (00025)."
    )
    assert len(national.plan.open_heirs) == 126
    assert all(national.after.registry.acting(edge.old, REFORM_DAY) is None for edge in national.plan.open_heirs)


def test_the_warnings_count_what_is_assumed_and_open(national: Checked) -> None:
    said = {fault.refusal.code: fault.refusal.message_vi for fault in national.warnings}

    assert set(said) == {"reform.assumed_weights", "reform.open_heirs", "reform.level_without_units", "reform.without_contact"}
    assert said["reform.assumed_weights"].startswith("Trọng số của 442 đơn vị bị chia (973 dòng) là giả định.")
    assert said["reform.open_heirs"].startswith("Chưa ai khai đơn vị kế thừa của 126 đơn vị, ví dụ: Phường Quang Trung (00688), ")


def as_published(folder: Path) -> Path:
    """The reform with the false edges of the published mapping."""
    source = known_reforms.REFORM_FILES / "2025-07-01"
    false = [edge.split(">") for edge in FALSE_EDGES.split()]
    split = {old for old, _ in false}
    folder.mkdir()
    for path in source.glob("*.*"):
        (folder / path.name).write_bytes(path.read_bytes())
    rows = list(csv.reader(io.StringIO((source / "lineage.csv").read_text(encoding="utf-8"))))
    rows = [[*row[:2], "part", "1", "assumed", *row[5:]] if row[0] in split and row[2] == "whole" else row for row in rows]
    rows += [[old, new, "part", "1", "assumed", "", ""] for old, new in false]
    yaml = (source / "reform.yaml").read_text(encoding="utf-8")
    (folder / "reform.yaml").write_text(yaml.partition("expect:")[0], encoding="utf-8")
    (folder / "lineage.csv").write_text("".join(f"{','.join(row)}\n" for row in rows), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def published(checked: Mapping[str, Checked], tmp_path_factory: pytest.TempPathFactory) -> Checked:
    folder = as_published(tmp_path_factory.mktemp("published") / "2025-07-01")
    return reform_check.check(reform_files.read(folder), checked["2025-03-01-quang-binh"].after)


def test_red_team_14_the_false_edges_of_the_published_mapping_are_noticed(published: Checked, national: Checked) -> None:
    namesakes = with_code(published.warnings, "reform.namesakes")
    said = " ".join(fault.refusal.message_vi for fault in namesakes)

    assert len(namesakes) == 16
    assert [edge for edge in FALSE_EDGES.split() if not all(f"({code})" in said or code in said for code in edge.split(">"))] == []
    assert with_code(national.warnings, "reform.namesakes") == []


def test_red_team_14_a_corrected_folder_takes_the_place_of_the_applied_one(published: Checked, national: Checked) -> None:
    """Revert, then apply the mended files."""
    known = published.before
    reverted = published.plan.reverted(published.after.registry)
    mended = reform_check.check(national.files, Known(reverted, known.applied))

    assert repr(reverted.units) == repr(known.registry.units)
    assert mended.plan == national.plan


def test_red_team_15_sources_in_several_provinces_are_a_warning(published: Checked) -> None:
    """All of them come from false edges: after mending, no new commune has land of two former provinces."""
    (mixed,) = with_code(published.warnings, "reform.several_provinces")
    assert mixed.refusal.message_vi.startswith("Có 23 đơn vị mới hình thành từ đơn vị của nhiều tỉnh cũ")


# Later reforms by the same files


def dong_nai(folder: Path, after: Known) -> Path:
    """Tỉnh Đồng Nai becomes Thành phố Đồng Nai, and ten of its xã become phường; no land moves (30/2026/QH15, 237/NQ-UBTVQH16)."""
    tree = after.registry.at(date(2026, 4, 29))
    wards = [unit for unit in tree.children("75-2025") if unit.name.startswith("Xã ")][:10]
    lines = ["code,name,level,kind,parent", "75,Thành phố Đồng Nai,province,peoples_committee,"]
    lines += [f"{unit.code},Phường {unit.name[3:]},commune,peoples_committee,75" for unit in wards]
    folder.mkdir()
    (folder / "units.csv").write_text("\n".join(lines), encoding="utf-8")
    law = 'legal_basis: [{number: "30/2026/QH16", day: 2026-04-24}, {number: "237/NQ-UBTVQH16", day: 2026-04-24}]'
    expect = "expect: {ends: {}, begins: {commune: 0}, goes_on: {province: 1, commune: 10}, after: {commune: 3321, province: 34}}"
    yaml = f'id: "2026-04-30-dong-nai"\ntitle: "Thành phố Đồng Nai"\nvalid_from: 2026-04-30\n{law}\nafter: ["2025-07-01"]\n{expect}\n'
    (folder / "reform.yaml").write_text(yaml, encoding="utf-8")
    return folder


def test_a_province_and_ten_wards_change_their_kind_without_a_new_id(after: Known, tmp_path: Path) -> None:
    one = reform_check.check(reform_files.read(dong_nai(tmp_path / "dong-nai", after)), after)
    then = one.after.registry

    assert len(one.plan.closed) == len(one.plan.begun) == 11
    assert {row.id for row in one.plan.begun} == {row.id for row in one.plan.closed}
    assert one.plan.edges == ()
    assert not one.plan.changes_territory
    assert [row.name for row in then.ids["75-2025"]] == ["Tỉnh Đồng Nai", "Thành phố Đồng Nai"]
    assert len(then.at(date(2026, 4, 30)).by_id) == len(then.at(date(2026, 4, 29)).by_id)


def test_red_team_25_each_day_has_its_name(after: Known, tmp_path: Path) -> None:
    then = reform_check.check(reform_files.read(dong_nai(tmp_path / "dong-nai", after)), after).after.registry

    shown = [then.row("75-2025", day) for day in (date(2026, 4, 29), date(2026, 4, 30))]
    assert [row.name if row else None for row in shown] == ["Tỉnh Đồng Nai", "Thành phố Đồng Nai"]


def test_red_team_26_a_commune_that_moves_to_another_province_goes_on(after: Known, tmp_path: Path) -> None:
    folder = tmp_path / "moved"
    folder.mkdir()
    (folder / "units.csv").write_text("code,name,level,kind,parent\n06286,Xã Khánh Khê,commune,peoples_committee,19\n", encoding="utf-8")
    yaml = 'id: "2027-01-01"\ntitle: "Chuyển xã"\nvalid_from: 2027-01-01\nlegal_basis: [{number: "1/NQ", day: 2026-12-01}]\n'
    (folder / "reform.yaml").write_text(yaml, encoding="utf-8")
    one = reform_check.check(reform_files.read(folder), after)

    assert [(row.id, row.parent) for row in one.plan.begun] == [("06286-2025", "19-2025")]
    assert [row.parent for row in one.after.registry.ids["06286-2025"]] == ["20", "19-2025"]
    assert one.plan.edges == ()


def test_red_team_27_an_office_whose_tasks_are_divided_has_one_heir(after: Known, tmp_path: Path) -> None:
    folder = tmp_path / "divided"
    folder.mkdir()
    offices = ["44-SNV,Sở Nội vụ tỉnh Quảng Trị,province,office,44", "44-SVH,Sở Văn hóa tỉnh Quảng Trị,province,office,44"]
    (folder / "units.csv").write_text("code,name,level,kind,parent\n" + "\n".join(offices), encoding="utf-8")
    lines = ["old,new,share,weight,basis,heir,note", "44-SVHTTDL,44-SVH,none,,,x,", "44-SVHTTDL,44-SNV,none,,,,thể thao"]
    (folder / "lineage.csv").write_text("\n".join(lines), encoding="utf-8")
    yaml = 'id: "2027-01-01"\ntitle: "Sắp xếp sở"\nvalid_from: 2027-01-01\nlegal_basis: [{number: "1/NQ", day: 2026-12-01}]\n'
    (folder / "reform.yaml").write_text(yaml, encoding="utf-8")
    one = reform_check.check(reform_files.read(folder), after)
    day = date(2027, 1, 1)

    assert one.plan.counts["begins"] == {"office": 1}
    assert one.after.registry.lineage.heir("44-SVHTTDL", day) == "44-SVH"
    assert not one.after.registry.acts_for("44-SNV-2025", "44-SVHTTDL", day)
