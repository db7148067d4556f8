"""The file of units: every fault is named with its line, whatever a spreadsheet or an editor has made of the file."""

import unicodedata
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from services.cli.data import UNIT_FILES
from services.cli.files import unit_files
from services.cli.files.faults import FaultsError
from shared.words.reference import Reference
from shared.words.refusals import refusal
from shared.words.units import Contact, Unit
from tests.cli.files import COMMUNE, DISTRICT, HEADER, PROVINCE, csv, units


def refused(folder: Path, *lines: str, stored: list[Unit] | None = None) -> list[tuple[str, str]]:
    """Where and why the lines are refused."""
    with pytest.raises(FaultsError) as found:
        units(folder, *lines, stored=stored)
    assert all(fault.file == folder / "units.csv" for fault in found.value.faults)
    return [(fault.where, fault.refusal.line("vi")) for fault in found.value.faults]


def test_a_unit_file_is_read_with_parents_by_id(tmp_path: Path) -> None:
    assert units(tmp_path, PROVINCE, DISTRICT, COMMUNE) == [
        Unit("20", "20", "Tỉnh Lạng Sơn", "province", "peoples_committee", None, date(2024, 1, 1)),
        Unit("184", "184", "Huyện Văn Quan", "district", "peoples_committee", "20", date(2024, 1, 1)),
        Unit("06253", "06253", "Thị trấn Văn Quan", "commune", "peoples_committee", "184", date(2024, 1, 1)),
    ]


def test_a_parent_may_come_after_its_children_or_be_stored_already(tmp_path: Path) -> None:
    assert [unit.parent for unit in units(tmp_path, COMMUNE, DISTRICT, PROVINCE)] == ["184", "20", None]
    assert [unit.parent for unit in units(tmp_path, COMMUNE, stored=units(tmp_path, PROVINCE, DISTRICT))] == ["184"]


def test_a_file_that_a_spreadsheet_wrote_is_read(tmp_path: Path) -> None:
    path = tmp_path / "units.csv"
    path.write_bytes(("\ufeff" + "\r\n".join([HEADER, PROVINCE.replace("Tỉnh Lạng Sơn", '" Tỉnh Lạng Sơn, VN "'), ""])).encode())

    assert [unit.name for unit in unit_files.read_units([path])] == ["Tỉnh Lạng Sơn, VN"]


def test_the_files_of_the_product_are_right(reformed: Reference) -> None:
    read = unit_files.read_units(UNIT_FILES)

    assert len(read) == 63 + 696 + 10_035 + 24
    assert unit_files.read_units(UNIT_FILES, read) == read
    contacts = unit_files.read_contacts(UNIT_FILES[0].parent / "contacts-demo.csv", reformed.registry.units)
    assert len(contacts) == 60
    assert {reformed.registry.ids[unit_id][-1].valid_to for unit_id in contacts} == {None}


@pytest.mark.parametrize("header", ["", "code,name", HEADER.replace(",", ";"), HEADER + ",note", HEADER.upper(), "name," + HEADER])
def test_another_header_is_refused_with_the_columns_wanted(tmp_path: Path, header: str) -> None:
    with pytest.raises(FaultsError, match=rf"units\.csv: line 1: .*{HEADER}.*csv\."):
        unit_files.read_units([csv(tmp_path, PROVINCE, header=header)])


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (PROVINCE.replace("20,", ",", 1), "column code has the invalid value “”"),
        (PROVINCE.replace("20,", "2 0,", 1), "column code has the invalid value “2 0”"),
        (PROVINCE.replace("20,", "2.0,", 1), "column code has the invalid value “2.0”"),
        (PROVINCE.replace("20,", "20*,", 1), "column code has the invalid value “20[*]”"),
        (PROVINCE.replace("20,", "２０,", 1), "column code has the invalid value “２０”"),
        (PROVINCE.replace("20,", "x" * 33 + ",", 1), "column code has the invalid value “x"),
        (PROVINCE.replace("Tỉnh Lạng Sơn", " "), "name is empty"),
        (PROVINCE.replace("province", ""), "level is empty"),
        (PROVINCE.replace("peoples_committee", "committee"), "unit.unknown_kind"),
        (PROVINCE.replace("2024-01-01", ""), "valid_from has “”"),
        (PROVINCE.replace("2024-01-01", "01/01/2024"), "valid_from has “01/01/2024”"),
        (PROVINCE.replace("2024-01-01", "2024-02-30"), "valid_from has “2024-02-30”"),
        (PROVINCE.replace("2024-01-01", "2024-W01-1"), "valid_from has “2024-W01-1”"),
        (PROVINCE + "2024-13-01", "valid_to has “2024-13-01”"),
        (PROVINCE + "2024-01-01", "unit.ends_before_it_begins"),
        (PROVINCE + "2023-01-01", "unit.ends_before_it_begins"),
        (PROVINCE + ",", "csv.wrong_number_of_cells"),
        ("20,Tỉnh Lạng Sơn", "csv.wrong_number_of_cells"),
        (PROVINCE.replace("Tỉnh", '"Tỉnh'), "csv.wrong_number_of_cells"),
        (PROVINCE.replace("committee,,", "committee,99,"), "no parent unit “99”"),
        (PROVINCE.replace("committee,,", "committee,20,"), "unit.below_itself"),
    ],
)
def test_a_wrong_row_is_named_by_its_line(tmp_path: Path, line: str, reason: str) -> None:
    with pytest.raises(FaultsError, match=f"units.csv: line 2: .*{reason}") as found:
        units(tmp_path, line)

    assert len(found.value.faults) == 1


def test_all_wrong_rows_are_named_at_once(tmp_path: Path) -> None:
    found = refused(tmp_path, PROVINCE, DISTRICT.replace("2024", "24"), COMMUNE.replace("commune", ""), "!,,x,y,z z,,")

    assert [where for where, _ in found] == ["dòng 3", "dòng 4", *["dòng 5"] * 5]


def test_a_row_that_stands_twice_is_named_both_times(tmp_path: Path) -> None:
    assert [where for where, reason in refused(tmp_path, PROVINCE, DISTRICT, DISTRICT.replace("Huyện", "H.")) if "repeated" in reason] == [
        "dòng 3",
        "dòng 4",
    ]


def test_a_parent_that_is_not_valid_on_the_first_day_of_its_child_is_refused(tmp_path: Path) -> None:
    found = refused(tmp_path, PROVINCE + "2025-07-01", DISTRICT.replace("2024-01-01", "2025-07-01"))

    assert found == [("dòng 3", refusal("unit.unknown_parent", code="20", day="01/07/2025").line("vi"))]


def test_units_that_stand_below_each_other_are_refused(tmp_path: Path) -> None:
    circle = [PROVINCE.replace("committee,,", "committee,06253,"), DISTRICT, COMMUNE]

    assert [where for where, reason in refused(tmp_path, *circle) if "unit.below_itself" in reason] == ["dòng 2", "dòng 3", "dòng 4"]


def test_a_circle_through_units_that_are_stored_is_refused(tmp_path: Path) -> None:
    stored = units(tmp_path, PROVINCE, DISTRICT, COMMUNE)

    found = refused(tmp_path, PROVINCE.replace("committee,,", "committee,06253,"), stored=stored)

    assert found == [("dòng 2", "Đơn vị “20” nằm dưới chính nó. Sửa cột parent. [unit.below_itself]")]


def test_a_later_bearer_of_a_code_gets_an_id_of_its_own(tmp_path: Path) -> None:
    later = COMMUNE.replace("Thị trấn", "Xã").replace("2024-01-01", "2025-07-01")

    read = units(tmp_path, PROVINCE, DISTRICT, later, COMMUNE + "2025-07-01")

    assert [(unit.id, unit.code, unit.name) for unit in read[2:]] == [
        ("06253-2025", "06253", "Xã Văn Quan"),
        ("06253", "06253", "Thị trấn Văn Quan"),
    ]


def test_a_later_bearer_keeps_its_id_when_it_is_imported_again_alone(tmp_path: Path) -> None:
    later = COMMUNE.replace("2024-01-01", "2025-07-01")
    stored = units(tmp_path, PROVINCE, DISTRICT, COMMUNE + "2025-07-01", later)

    assert units(tmp_path, later, stored=stored) == [stored[3]]


def test_a_child_belongs_to_the_bearer_of_the_code_on_its_own_first_day(tmp_path: Path) -> None:
    read = units(
        tmp_path,
        PROVINCE,
        DISTRICT + "2025-07-01",
        DISTRICT.replace("2024-01-01", "2025-07-01"),
        COMMUNE,
        COMMUNE.replace("06253", "06256").replace("2024-01-01", "2025-07-01"),
    )

    assert [unit.parent for unit in read[3:]] == ["184", "184-2025"]


def test_two_bearers_of_a_code_on_one_day_are_refused(tmp_path: Path) -> None:
    later = DISTRICT.replace("2024-01-01", "2025-07-01")

    assert [(where, "184" in reason) for where, reason in refused(tmp_path, PROVINCE, DISTRICT, later)] == [("dòng 4", True)]
    assert [where for where, _ in refused(tmp_path, later, stored=units(tmp_path, PROVINCE, DISTRICT))] == ["dòng 2"]


def test_a_code_that_passes_on_twice_in_one_year_is_refused(tmp_path: Path) -> None:
    found = refused(
        tmp_path,
        PROVINCE,
        DISTRICT + "2025-01-01",
        DISTRICT.replace("2024-01-01", "2025-01-01") + "2025-07-01",
        DISTRICT.replace("2024-01-01", "2025-07-01"),
    )

    assert [(where, "184-2025" in reason) for where, reason in found] == [("dòng 5", True)]


def test_a_unit_keeps_its_contacts_when_its_file_is_imported_again(tmp_path: Path) -> None:
    province = units(tmp_path, PROVINCE)
    stored = [replace(province[0], contacts=(Contact("Văn phòng", "0205", "a@b.vn"),))]

    assert units(tmp_path, PROVINCE, stored=stored)[0].contacts == (Contact("Văn phòng", "0205", "a@b.vn"),)


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    binary = tmp_path / "units.csv"
    binary.write_bytes(b"\xff\xfe\x00")

    for path in (tmp_path / "none.csv", tmp_path, binary):
        with pytest.raises(FaultsError, match=r"file\.(missing|is_folder|utf_16)"):
            unit_files.read_units([path])


def test_a_file_with_an_endless_cell_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FaultsError, match=r"csv\.not_csv"):
        units(tmp_path, PROVINCE.replace("Tỉnh", "Tỉnh" * 50_000))


LINES = "\n".join([HEADER, PROVINCE]) + "\n"


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (LINES.encode("utf-16"), ("UTF-16", "CSV UTF-8")),
        (LINES.encode("utf-16-le"), ("UTF-16", "CSV UTF-8")),
        (LINES.replace(",", "\t").encode("utf-16"), ("UTF-16", "CSV UTF-8")),
        (LINES.encode("cp1258", "replace"), ("dòng 2", "Windows-1258", "CSV UTF-8")),
        ("name\nxã\n".encode("latin-1"), ("dòng 2", "file.not_utf_8")),
        (LINES.replace(",", ";").encode(), ("dòng 1", "dấu chấm phẩy", "List separator", HEADER)),
        (b"\xef\xbb\xbf" + LINES.replace(",", ";").encode(), ("dòng 1", "dấu chấm phẩy")),
        (("sep=;\n" + LINES.replace(",", ";")).encode(), ("dòng 1", "dấu chấm phẩy")),
        (LINES.replace(",", "\t").encode(), ("dòng 1", "dấu tab")),
        (b"PK\x03\x04" + b"\x00" * 100, ("Excel .xlsx", "CSV UTF-8")),
        (b"\xd0\xcf\x11\xe0" + b"\x00" * 100, ("Excel .xls", "CSV UTF-8")),
        (b"", ("dòng 1", HEADER)),
        (b"\x00\x01\x02\x03" * 9, ("file.",)),
        (LINES.replace("Tỉnh", "Tỉnh\u202e").encode(), ("dòng 2", "U+202E")),
        (LINES.replace("Tỉnh Lạng Sơn", "\u200b\u00a0").encode(), ("dòng 2", "Cột name để trống")),
        (LINES.replace("Tỉnh", '"Tỉnh\n').replace("Sơn,", 'Sơn",').encode(), ("Cột name có xuống dòng",)),
        (LINES.replace("Tỉnh", "Tỉnh\u2028").encode(), ("Cột name có xuống dòng",)),
    ],
    ids=range(17),
)
def test_a_file_in_another_form_is_refused_with_what_to_do(tmp_path: Path, raw: bytes, words: tuple[str, ...]) -> None:
    path = tmp_path / "units.csv"
    path.write_bytes(raw)

    with pytest.raises(FaultsError) as found:
        unit_files.read_units([path])

    text = "\n".join(fault.text("vi") for fault in found.value.faults)
    assert all(word in text for word in words), text


def test_a_file_that_never_ends_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FaultsError, match="larger than 16 MB"):
        unit_files.read_units([Path("/dev/zero")])


def test_names_are_stored_composed_whatever_keyboard_typed_them(tmp_path: Path) -> None:
    path = tmp_path / "units.csv"
    path.write_text(unicodedata.normalize("NFD", LINES).replace("\n", "\r"), encoding="utf-8-sig")

    assert [unit.name for unit in unit_files.read_units([path])] == ["Tỉnh Lạng Sơn"]
