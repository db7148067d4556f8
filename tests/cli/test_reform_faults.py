"""Everything that is wrong with the folder of a reform is said at once, each kind under its own code, with file and line."""

from dataclasses import asdict, replace
from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.cli.files import reform_check, reform_faults, reform_files
from services.cli.files.csv_rows import Row
from services.cli.files.faults import FaultsError
from services.cli.files.reform_files import Known, ReformFiles
from shared.words.lineage import Edge, Lineage
from shared.words.reform import Content
from shared.words.units import Area, Registry
from tests.cli.reform_folders import FILES, Edits, check, faults, tree, write
from tests.reform_builders import unit
from tests.reform_chains import Step, chains

UNITS, LINEAGE, AREAS, REFORM, CONTACTS = "units.csv", "lineage.csv", "areas.csv", "reform.yaml", "contacts.csv"
Place = tuple[str, str, int | None]

BAD: dict[str, tuple[Edits, list[Place]]] = {
    # codes
    "a code that no unit ever had": (
        {LINEAGE: {3: "06256,06253,whole,,,x,", 10: "99999,06253,whole,,,x,"}},
        [("reform.unknown_unit", LINEAGE, 10)],
    ),
    "a code that lost its zero": ({LINEAGE: {3: "6256,06253,whole,,,x,"}}, [("reform.lost_zero", LINEAGE, 3)]),
    "a new code that lost its zero": ({LINEAGE: {3: "06256,6253,whole,,,x,"}}, [("reform.lost_zero", LINEAGE, 3)]),
    "a parent that lost its zero": ({UNITS: {3: "06253,Xã Văn Quan,commune,peoples_committee,6268"}}, [("reform.lost_zero", UNITS, 3)]),
    "a new code that units.csv lacks": ({LINEAGE: {3: "06256,06999,whole,,,x,"}}, [("reform.not_listed", LINEAGE, 3)]),
    "a new unit without a source": (
        {UNITS: {7: "06300,Xã Mới,commune,peoples_committee,20"}},
        [("reform.without_source", UNITS, 7)],
    ),
    "a code twice in units.csv": (
        {UNITS: {7: "06253,Xã Văn Quan,commune,peoples_committee,20"}},
        [("unit.repeated", UNITS, 3), ("unit.repeated", UNITS, 7)],
    ),
    "a code that an untouched unit still has": (
        {
            LINEAGE: {2: "06256,06253,part,1,declared,x,", 3: "06256,06268,part,1,declared,,"},
            UNITS: {3: "06253,Xã A,commune,peoples_committee,20"},
        },
        [("reform.code_still_borne", LINEAGE, 2)],
    ),
    "a cell that is no code": (
        {LINEAGE: {3: "06 256,06253,whole,,,x,"}},
        [("unit.invalid_code", LINEAGE, 3), ("reform.orphan", LINEAGE, None)],
    ),
    "a law within an unknown unit": (
        {REFORM: {5: '  - {number: "1/NQ", day: 2025-06-12, within: "99"}'}},
        [("reform.unknown_unit", REFORM, 5)],
    ),
    # lines of one unit
    "whole beside others": (
        {LINEAGE: {2: "06253,06253,whole,,,,", 10: "06253,06268,part,1,declared,x,"}},
        [("reform.whole_beside_others", LINEAGE, 2)],
    ),
    "one lone part": ({LINEAGE: {3: "06256,06253,part,1180,declared,x,"}}, [("reform.lone_part", LINEAGE, 3)]),
    "the same pair twice": ({LINEAGE: {10: "06256,06253,whole,,,,"}}, [("reform.repeated_pair", LINEAGE, 10)]),
    "an unknown share": ({LINEAGE: {3: "06256,06253,toàn bộ,,,x,"}}, [("reform.unknown_share", LINEAGE, 3)]),
    # weights
    "a weight that is missing": ({LINEAGE: {4: "06268,06268,part,,declared,,"}}, [("reform.weight_missing", LINEAGE, 4)]),
    "a weight of 0": ({LINEAGE: {4: "06268,06268,part,0,declared,,"}}, [("reform.invalid_weight", LINEAGE, 4)]),
    "a negative weight": ({LINEAGE: {4: "06268,06268,part,-5,declared,,"}}, [("reform.invalid_weight", LINEAGE, 4)]),
    "a weight with decimals": ({LINEAGE: {4: "06268,06268,part,1.180,declared,,"}}, [("reform.invalid_weight", LINEAGE, 4)]),
    "a weight above ten million": (
        {LINEAGE: {4: "06268,06268,part,10000001,declared,,"}},
        [("reform.weight_too_large", LINEAGE, 4)],
    ),
    "a weight of a whole": ({LINEAGE: {3: "06256,06253,whole,5,,x,"}}, [("reform.weight_without_part", LINEAGE, 3)]),
    "a basis that is missing": ({LINEAGE: {4: "06268,06268,part,1180,,,"}}, [("reform.basis_missing", LINEAGE, 4)]),
    "an unknown basis": ({LINEAGE: {4: "06268,06268,part,1180,ước,,"}}, [("reform.unknown_basis", LINEAGE, 4)]),
    # heirs
    "no heir": ({LINEAGE: {3: "06256,06253,whole,,,,"}}, [("reform.no_heir", LINEAGE, 3)]),
    "two heirs": ({LINEAGE: {4: "06268,06268,part,1180,declared,x,"}}, [("reform.two_heirs", LINEAGE, 5)]),
    "an heir and an open heir": ({LINEAGE: {4: "06268,06268,part,1180,declared,?,"}}, [("reform.two_heirs", LINEAGE, 5)]),
    "an heir that is no target": ({LINEAGE: {3: "06256,06253,whole,,,06268,"}}, [("reform.unknown_heir", LINEAGE, 3)]),
    # parents
    "a unit that no line names although its parent ends": (
        {LINEAGE: {3: "06253,06253,whole,,,x,"}},
        [("reform.repeated_pair", LINEAGE, 3), ("reform.orphan", LINEAGE, None)],
    ),
    "an unknown parent": ({UNITS: {3: "06253,Xã Văn Quan,commune,peoples_committee,77"}}, [("unit.unknown_parent", UNITS, 3)]),
    "a parent that ends": ({UNITS: {3: "06253,Xã Văn Quan,commune,peoples_committee,184"}}, [("reform.parent_ended", UNITS, 3)]),
    "parents in a circle": (
        {UNITS: {3: "06253,Xã A,commune,peoples_committee,06268", 4: "06268,Xã B,commune,peoples_committee,06253"}, AREAS: None},
        [("unit.below_itself", UNITS, 3), ("unit.below_itself", UNITS, 4)],
    ),
    # areas
    "an unknown member": ({AREAS: {4: "184-VQ,Địa bàn huyện Văn Quan (cũ),06999"}}, [("reform.unknown_member", AREAS, 4)]),
    "a member that ends": ({AREAS: {4: "184-VQ,Địa bàn huyện Văn Quan (cũ),06256"}}, [("reform.unknown_member", AREAS, 4)]),
    "a member that lost its zero": ({AREAS: {3: "184-VQ,Địa bàn huyện Văn Quan (cũ),6268"}}, [("reform.lost_zero", AREAS, 3)]),
    "an area inside an area": ({AREAS: {4: "20-X,Địa bàn khác,184-VQ"}}, [("reform.area_nested", AREAS, 4)]),
    "a member below another": (
        {AREAS: {4: "184-VQ,Địa bàn huyện Văn Quan (cũ),20"}},
        [("reform.members_nested", AREAS, 2), ("reform.members_nested", AREAS, 3)],
    ),
    "a member twice": (
        {AREAS: {4: "184-VQ,Địa bàn huyện Văn Quan (cũ),06268"}},
        [("reform.repeated_member", AREAS, 3), ("reform.repeated_member", AREAS, 4)],
    ),
    "an area with two names": ({AREAS: {3: "184-VQ,Văn Quan,06268"}}, [("reform.area_names_differ", AREAS, 3)]),
    "an area with a unit's code": (
        {AREAS: "area,name,member\n20,Địa bàn,06253\n"},
        [("reform.area_code_taken", AREAS, 2)],
    ),
    # the reform
    "before the first day of the units": ({REFORM: {3: "valid_from: 2024-01-01"}}, [("reform.before_first_day", REFORM, 3)]),
    "after a reform that is not applied": ({REFORM: {6: 'after: ["2025-03-01-quang-binh"]'}}, [("reform.after_not_applied", REFORM, 6)]),
    "counts that are not met": (
        {REFORM: {6: "expect:", 7: "  ends: {commune: 4, district: 3}", 8: "  after: {commune: 5}", 9: "  goes_on: {commune: 1}"}},
        [("reform.expect_not_met", REFORM, 7), ("reform.expect_not_met", REFORM, 8)],
    ),
    "no change": ({UNITS: None, LINEAGE: None, AREAS: None}, [("reform.no_change", REFORM, 1)]),
    # files
    "a day in quotes": ({REFORM: {3: 'valid_from: "2025-07-01"'}}, [("field.wrong_form", REFORM, 3)]),
    "no law": ({REFORM: {4: "", 5: ""}}, [("field.missing", REFORM, 1)]),
    "an id that is no id": ({REFORM: {1: 'id: "1 tháng 7"'}}, [("field.wrong_form", REFORM, 1)]),
    "a period that is no period": ({REFORM: {6: 'keep: [{regime: ct27, period: "tháng 5"}]'}}, [("field.wrong_form", REFORM, 6)]),
    "a misspelt field": ({REFORM: {6: "expects: {}"}}, [("field.misspelt", REFORM, 6)]),
    "a key twice": ({REFORM: {6: 'id: "khác"'}}, [("yaml.repeated_key", REFORM, 6)]),
    "damaged YAML": ({REFORM: {3: "valid_from: [2025-07-01"}}, [("yaml.not_yaml", REFORM, 4)]),
    "no reform.yaml": ({REFORM: None}, [("file.missing", REFORM, None)]),
    "a NUL": ({LINEAGE: b"old,new,share,weight,basis,heir,note\n06253,\x0006253,whole,,,x,\n"}, [("file.forbidden_character", LINEAGE, 2)]),
    "too large": ({LINEAGE: b"old,new,share,weight,basis,heir,note\n" + b" " * 5 * 1024**2}, [("file.too_large", LINEAGE, None)]),
    "other columns": ({UNITS: {1: "code,name,level,kind"}}, [("csv.wrong_columns", UNITS, 1)]),
    "cells missing": ({LINEAGE: {4: "06268,06268,part"}}, [("csv.wrong_number_of_cells", LINEAGE, 4)]),
    "another encoding": ({UNITS: "code,name,level,kind,parent\n06253,Xã Văn Quan".encode("utf-16")}, [("file.utf_16", UNITS, None)]),
    "a file that nobody reads": ({"lineages.csv": "old,new\n"}, [("reform.unknown_file", "lineages.csv", None)]),
    # contacts
    "a contact of an unknown unit": ({CONTACTS: {3: "06999,Bà Lan,0200 000 002,"}}, [("contact.unknown_unit", CONTACTS, 3)]),
    "a contact of an untouched unit": ({CONTACTS: {3: "20,Bà Lan,0200 000 002,"}}, [("reform.contact_of_untouched", CONTACTS, 3)]),
    "a contact without address": ({CONTACTS: {3: "06268,Bà Lan,,"}}, [("contact.unreachable", CONTACTS, 3)]),
}  # fmt: skip


def test_the_folder_that_the_cases_change_has_no_fault(tmp_path: Path) -> None:
    checked = check(write(tmp_path))

    assert checked.plan.counts["begins"] == {"commune": 3}
    assert [fault.refusal.code for fault in checked.warnings] == ["reform.level_without_units", "reform.without_contact"]


def test_a_split_with_declared_weights_is_planned_as_the_file_has_it(tmp_path: Path) -> None:
    checked = check(write(tmp_path))
    lineage = checked.after.registry.lineage

    assert lineage.targets("06268", checked.plan.day) == {"06268-2025": Fraction(1180, 3820), "06211-2025": Fraction(2640, 3820)}
    assert lineage.heir("06268", checked.plan.day) == "06211-2025"
    assert {edge.basis for edge in lineage.out_of("06268")} == {"declared"}
    assert checked.to_declare == []


@pytest.mark.parametrize(("edits", "expected"), BAD.values(), ids=BAD.keys())
def test_a_fault_has_its_code_file_and_line(edits: Edits, expected: list[Place], tmp_path: Path) -> None:
    assert faults(write(tmp_path, edits)) == expected


def test_all_faults_of_all_files_are_said_at_once_in_the_order_of_files_and_lines(tmp_path: Path) -> None:
    edits: Edits = {
        REFORM: {5: '  - {number: "1/NQ", day: 2025-06-12, within: "99"}'},
        UNITS: {3: "06253,Xã Văn Quan,commune,peoples_committee,77", 7: "06300,Xã Mới,commune,office_,20"},
        LINEAGE: {2: "06253,06253,whole,1,,,", 4: "06268,06268,part,0,,,", 10: "6211,06253,whole,,,x,"},
        AREAS: {3: "184-VQ,Văn Quan,6268"},
        CONTACTS: {3: "06268,Bà Lan,,"},
    }

    assert faults(write(tmp_path, edits)) == [
        ("reform.unknown_unit", REFORM, 5),
        ("unit.unknown_parent", UNITS, 3),
        ("unit.unknown_kind", UNITS, 7),
        ("reform.without_source", UNITS, 7),
        ("reform.weight_without_part", LINEAGE, 2),
        ("reform.no_heir", LINEAGE, 2),
        ("reform.invalid_weight", LINEAGE, 4),
        ("reform.basis_missing", LINEAGE, 4),
        ("reform.lost_zero", LINEAGE, 10),
        ("reform.lost_zero", AREAS, 3),
        ("reform.area_names_differ", AREAS, 3),
        ("contact.unreachable", CONTACTS, 3),
    ]


def test_what_cannot_be_read_hides_no_fault_of_the_other_files(tmp_path: Path) -> None:
    edits: Edits = {REFORM: {3: "valid_from: morgen"}, UNITS: b"\xff\xfe", LINEAGE: {4: "06268,06268,part,0,declared,,"}}

    assert faults(write(tmp_path, edits)) == [
        ("field.wrong_form", REFORM, 3),
        ("file.utf_16", UNITS, None),
        ("reform.invalid_weight", LINEAGE, 4),
    ]


def test_a_fault_names_the_code_that_was_meant_in_both_languages(tmp_path: Path) -> None:
    with pytest.raises(FaultsError) as found:
        check(write(tmp_path, {LINEAGE: {3: "6256,06253,whole,,,x,"}}))
    (fault,) = found.value.faults

    assert "Có phải “06256”?" in fault.refusal.message_vi
    assert "Is it “06256”?" in fault.refusal.message_en


def test_a_code_that_could_be_several_names_them_all(tmp_path: Path) -> None:
    registry = tree()
    known = Known(Registry([*registry.units, unit("04", level="province"), unit("00004", "04")]))
    with pytest.raises(FaultsError) as found:
        check(write(tmp_path, {LINEAGE: {10: "4,06253,whole,,,x,"}}), known)

    assert "Có phải “04, 00004”?" in found.value.faults[0].refusal.message_vi


@given(chains())
def test_a_reform_as_a_strategy_draws_it_has_no_fault(steps: list[Step]) -> None:
    """So what the properties of `tests/shared/test_reform_chains.py` say holds for folders that the check accepts."""
    for step in steps:
        assert reform_faults.find(as_files(step.content), Known(step.before)) == []


def as_files(content: Content) -> ReformFiles:
    """The files with this content, without a folder."""
    lines = [{**asdict(one), "note": ""} for one in content.lines]
    weighted = [{**one, "weight": one["weight"] if one["share"] == "part" else ""} for one in lines]
    tables = {UNITS: [asdict(one) for one in content.units], LINEAGE: weighted, AREAS: [asdict(one) for one in content.areas], CONTACTS: []}
    rows = {
        name: [Row(Path(name), number, {column: str(cell) for column, cell in cells.items()}) for number, cells in enumerate(table, 2)]
        for name, table in tables.items()
    }
    return ReformFiles(Path(), content.reform, None, {}, rows)


CODES = ("20", "184", "185", "06253", "06256", "06268", "06211", "06214", "06300", "6253", "44", "44-SYT", "20-STC", "184-VQ")
WORDS = ("whole", "part", "none", "declared", "assumed", "commune", "province", "area", "office", "peoples_committee")
CELLS = st.sampled_from((*CODES, *WORDS, "", "x", "?", "1", "0", "10000001", "-", "Xã"))


@st.composite
def damaged(draw: st.DrawFn) -> Edits:
    """The folder with some lines or cells exchanged, added or removed."""
    edits: dict[str, str] = {}
    for name in (UNITS, LINEAGE, AREAS, CONTACTS):
        header, *lines = [line.split(",") for line in FILES[name].splitlines()]
        for _ in range(draw(st.integers(0, 3))):
            place = draw(st.integers(0, len(lines) - 1)) if lines else 0
            match draw(st.sampled_from(("cell", "cell", "copy", "remove"))):
                case "cell" if lines:
                    lines[place][draw(st.integers(0, len(header) - 1))] = draw(CELLS)
                case "copy" if lines:
                    lines.append(list(lines[place]))
                case "remove" if lines:
                    del lines[place]
        edits[name] = "".join(f"{','.join(line)}\n" for line in [header, *lines])
    return edits


@settings(max_examples=200)
@given(damaged())
def test_whatever_the_files_say_they_are_refused_with_faults_or_give_a_whole_tree(
    tmp_path_factory: pytest.TempPathFactory, edits: Edits
) -> None:
    folder = write(tmp_path_factory.mktemp("damaged"), edits)
    if faults(folder):
        return
    checked = check(folder)
    after, day = checked.after.registry, checked.plan.day
    there = [row for row in after.units if row.is_valid(day)]

    assert len({row.code for row in there}) == len(there)
    assert {row.parent for row in there if row.parent is not None} <= {row.id for row in there}
    assert {edge.new for edge in checked.plan.edges} <= {row.id for row in there}
    assert [fault for fault in checked.warnings if fault.file.parent != folder] == []
    assert repr(checked.plan.reverted(after).units) == repr(tree().units)


# Against what is known already


def after(folder: Path) -> Known:
    return check(folder).after


def test_a_code_that_no_unit_has_the_day_before_is_refused(tmp_path: Path) -> None:
    known = after(write(tmp_path / "first"))
    second = {
        REFORM: {1: 'id: "2026-01-01"', 3: "valid_from: 2026-01-01"},
        UNITS: "code,name,level,kind,parent\n06253,Xã,commune,peoples_committee,20\n",
        LINEAGE: "old,new,share,weight,basis,heir,note\n06256,06253,whole,,,x,\n06253,06253,whole,,,x,\n",
        AREAS: None,
        CONTACTS: None,
    }

    assert faults(write(tmp_path / "second", second), known) == [("reform.unit_not_valid", LINEAGE, 2)]


def test_a_reform_before_one_that_is_applied_to_the_same_units_is_refused(tmp_path: Path) -> None:
    known = after(write(tmp_path / "first"))
    earlier: Edits = {
        REFORM: {1: 'id: "2025-03-01"', 3: "valid_from: 2025-03-01"},
        UNITS: "code,name,level,kind,parent\n06256,Xã Trấn Ninh,commune,peoples_committee,184\n06300,Xã,commune,peoples_committee,184\n",
        LINEAGE: "old,new,share,weight,basis,heir,note\n06253,06300,whole,,,x,\n06268,06300,whole,,,x,\n",
        AREAS: None,
        CONTACTS: None,
    }

    assert faults(write(tmp_path / "earlier", earlier), known) == [
        ("reform.applied_later", UNITS, 3),
        ("reform.applied_later", LINEAGE, 2),
        ("reform.applied_later", LINEAGE, 3),
    ]


def test_a_reform_before_one_that_is_applied_to_other_units_is_fine(tmp_path: Path) -> None:
    known = after(write(tmp_path / "first"))
    earlier: Edits = {
        REFORM: {1: 'id: "2025-03-01"', 3: "valid_from: 2025-03-01"},
        UNITS: "code,name,level,kind,parent\n44-SNV,Sở Nội vụ,province,office,44\n",
        LINEAGE: "old,new,share,weight,basis,heir,note\n44-SYT,44-SNV,none,,,x,\n",
        AREAS: None,
        CONTACTS: None,
    }

    assert faults(write(tmp_path / "earlier", earlier), known) == []


def test_an_applied_reform_with_other_content_is_refused_and_with_equal_content_is_not(tmp_path: Path) -> None:
    files = reform_files.read(write(tmp_path / "first"))
    known = Known(tree(), {files.reform.id: files.digest})

    assert faults(tmp_path / "first", known) == []
    assert faults(write(tmp_path / "other", {LINEAGE: {4: "06268,06268,part,1181,declared,,"}}), known) == [
        ("reform.other_content", REFORM, 1)
    ]


def test_two_folders_with_one_id_are_refused(tmp_path: Path) -> None:
    with pytest.raises(FaultsError) as found:
        reform_check.read_all([write(tmp_path / "one"), write(tmp_path / "two")])

    assert [(fault.refusal.code, fault.file, fault.line) for fault in found.value.faults] == [
        ("reform.repeated_id", tmp_path / "two" / REFORM, 1)
    ]


def test_a_unit_may_not_take_the_code_of_an_area_that_goes_on(tmp_path: Path) -> None:
    registry = tree()
    known = Known(Registry(registry.units, [Area("06300", "06300", "Địa bàn", ("44",), date(2024, 1, 1))]))
    edits: Edits = {UNITS: {7: "06300,Xã Mới,commune,peoples_committee,20"}, LINEAGE: {3: "06256,06300,whole,,,x,"}}

    assert faults(write(tmp_path, edits), known) == [("reform.area_code_taken", UNITS, 7)]


def test_a_row_that_another_reform_closes_later_is_not_open_for_a_second_end(tmp_path: Path) -> None:
    registry = tree()
    ended = [replace(row, valid_to=date(2026, 1, 1)) if row.code == "06256" else row for row in registry.units]
    edge = Edge("06256", "06253", date(2026, 1, 1), "whole", is_heir=True, reform="2026")

    assert faults(write(tmp_path), Known(Registry(ended, lineage=Lineage([edge])))) == [("reform.applied_later", LINEAGE, 3)]
