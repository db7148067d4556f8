"""Files of units, contacts and regimes are refused as a whole, with all faults and their places."""

import unicodedata
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from services.cli.data import REGIME_FILES, UNIT_FILES
from services.cli.files import regime_files, unit_files
from services.cli.files.faults import FaultsError
from services.cli.files.regime_files import RegimeFile
from shared.words.reference import Reference
from shared.words.refusals import refusal
from shared.words.units import Contact, Unit

HEADER = "code,name,level,kind,parent,valid_from,valid_to"
PROVINCE = "20,Tỉnh Lạng Sơn,province,peoples_committee,,2024-01-01,"
DISTRICT = "184,Huyện Văn Quan,district,peoples_committee,20,2024-01-01,"
COMMUNE = "06253,Thị trấn Văn Quan,commune,peoples_committee,184,2024-01-01,"


def csv(folder: Path, *lines: str, header: str = HEADER, name: str = "units.csv") -> Path:
    path = folder / name
    path.write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
    return path


def units(folder: Path, *lines: str, stored: list[Unit] | None = None) -> list[Unit]:
    return unit_files.read_units([csv(folder, *lines)], stored or [])


def refused(folder: Path, *lines: str, stored: list[Unit] | None = None) -> list[tuple[str, str]]:
    """Where and why the lines are refused."""
    with pytest.raises(FaultsError) as found:
        units(folder, *lines, stored=stored)
    assert all(fault.file == folder / "units.csv" for fault in found.value.faults)
    return [(fault.where, fault.refusal.line("vi")) for fault in found.value.faults]


# Units


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


# Contacts


def contacts(folder: Path, *lines: str) -> dict[str, tuple[Contact, ...]]:
    read = units(folder, PROVINCE, DISTRICT)
    return unit_files.read_contacts(csv(folder, *lines, header="unit,name,phone,email", name="contacts.csv"), read)


def test_a_unit_may_have_several_contacts(tmp_path: Path) -> None:
    assert contacts(tmp_path, "20,Văn phòng,0205,a@b.vn", "184,Phòng,0205,", "20,Chủ tịch,,c@d.vn") == {
        "20": (Contact("Văn phòng", "0205", "a@b.vn"), Contact("Chủ tịch", "", "c@d.vn")),
        "184": (Contact("Phòng", "0205", ""),),
    }


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("99,Văn phòng,,a@b.vn", "contact.unknown_unit"),
        ("20,Văn phòng,,a b@c.vn", "contact.invalid_email"),
        ("20,Văn phòng,,ab.vn", "contact.invalid_email"),
        ("20,Văn phòng,,a@b.vn>", "contact.invalid_email"),
        ('20,Văn phòng,,"a@b.vn,c@d.vn"', "contact.invalid_email"),
        ("184,,,", "contact.unreachable"),
        ("184,\u200b,\u00a0,", "contact.unreachable"),
        ("184,Văn phòng,,", "contact.unreachable"),
    ],
)
def test_a_wrong_contact_is_named_by_its_line(tmp_path: Path, line: str, reason: str) -> None:
    with pytest.raises(FaultsError, match=rf"contacts.csv: line 3: .*\[{reason}\]"):
        contacts(tmp_path, "20,Văn phòng,0205,", line)


def test_an_address_that_stands_twice_for_a_unit_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FaultsError, match=r"contacts\.csv: line 2: .*“20”.*contact\.repeated"):
        contacts(tmp_path, "20,Văn phòng,,a@b.vn", "20,Chủ tịch,,a@b.vn")


def test_a_contact_is_of_the_latest_bearer_of_a_code_or_of_an_id(tmp_path: Path) -> None:
    later = DISTRICT.replace("2024-01-01", "2025-07-01")
    read = units(tmp_path, PROVINCE, DISTRICT + "2025-07-01", later)
    path = csv(tmp_path, "184,A,,a@b.vn", "20,B,,b@b.vn", header="unit,name,phone,email", name="contacts.csv")

    assert list(unit_files.read_contacts(path, read)) == ["184-2025", "20"]


# Files as spreadsheets and editors write them

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


# Regimes

REGIME = """id: thu
title: Thử
legal_basis: []
periods: ["2024"]
recipient: "20"
calendar: report_year
reporters:
  huyen: {label: Huyện, level: district}
obligation:
  deadlines:
    huyen: {before: "12-20"}
indicators:
  - code: so
    label: Số
    kind: quantity
    decimals: 2
  - code: co
    label: Có
    kind: flag
"""
DERIVED = 'id: dan-xuat\ntitle: Dẫn xuất\nlegal_basis: []\nrecipient: "20"\nderived_from: thu\nderived_groups: [huyen]\n'


def regime(folder: Path, text: str = REGIME, name: str = "thu.yaml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def faults(*paths: Path) -> list[tuple[str, str, str]]:
    """File name, place and reason of all that is wrong."""
    with pytest.raises(FaultsError) as found:
        regime_files.read_regimes(paths)
    return [(fault.file.name, fault.where, fault.refusal.line("vi")) for fault in found.value.faults]


def test_a_folder_of_regimes_is_read(tmp_path: Path) -> None:
    regime(tmp_path)
    regime(tmp_path, DERIVED, "dan-xuat.yaml")

    assert [found.id for found in regime_files.read_regimes([tmp_path])] == ["dan-xuat", "thu"]


def test_the_regimes_of_the_product_are_right_and_name_known_units(reformed: Reference, reference: Reference) -> None:
    read = regime_files.read_each(REGIME_FILES)

    assert len(read) == 8
    assert regime_files.judge(read, [], reformed.registry, date(2026, 11, 26)) == ([], [])
    assert regime_files.changed_meaning(read, {one.id: one.kinds for one in reference.regimes.values()}) == []


@pytest.mark.parametrize(
    ("old", "new", "where", "reason"),
    [
        ("title: Thử", "title: [Thử", "dòng 3", "yaml.not_yaml"),
        ("title: Thử", "title: Thử: lại", "dòng 2", "yaml.not_yaml"),
        ("title: Thử", "\ttitle: Thử", "dòng 2", "yaml.not_yaml"),
        ("title: Thử", "title: !!python/object:os.system Thử", "dòng 2", "yaml.not_yaml"),
        ("title: Thử", "? [title]\n: Thử", "dòng 2", "yaml.not_yaml"),
        ("title: Thử", "title: Thử\n---\nid: hai", "dòng 3", "yaml.not_yaml"),
        ("title: Thử", "title: Thử\ntitel: Thử", "dòng 3, titel", "Có thể tên đúng là “title”"),
        ("    kind: flag", "    kind: flag\n    kinds: flag", "dòng 20, indicators.1.kinds", "Có thể tên đúng là “kind”"),
        (
            "    kind: flag",
            "    kind: flags",
            "dòng 19, indicators.1.kind",
            "Chọn một trong: quantity, ratio, flag, choice.",
        ),
        ("    decimals: 2", "    decimals: 010", "dòng 16, indicators.0.decimals", "YAML đọc “010” thành 8."),
        ("    decimals: 2", "    decimals: 0b10", "dòng 16, indicators.0.decimals", "YAML đọc “0b10” thành 2."),
        ("    decimals: 2", "    decimals: 0_2", "dòng 16, indicators.0.decimals", "yaml.strange_number"),
        ("    decimals: 2", "    decimals: 2.5", "dòng 16, indicators.0.decimals", "“2.5” không đúng dạng. Ghi số nguyên"),
        (
            "    decimals: 2",
            "    decimals: 2\n    min: 0",
            "dòng 17, indicators.0.min",
            '“0” không phải là chữ. Đặt trong ngoặc kép, ví dụ "0".',
        ),
        ("    decimals: 2", "    decimals: 2\n    max: 1.000", "dòng 17, indicators.0.max", 'Ghi "1000"'),
        ('["2024"]', "[2024]", "dòng 4, periods.0", "“2024” không phải là chữ. Đặt trong ngoặc kép"),
        ('["2024"]', '["2024-13"]', "dòng 4, periods", "regime.no_such_period"),
        ('{before: "12-20"}', '{before: "20-12"}', "dòng 11, obligation.deadlines.huyen.before", "“20-12” không đúng dạng. Ghi ngày MM-DD"),
        ('{before: "12-20"}', "{before: 2024-12-20}", "dòng 11, obligation.deadlines.huyen.before", "“2024-12-20” không phải là chữ"),
        ('{before: "12-20"}', "{before: 2024-02-30}", "dòng 11", "yaml.no_such_day"),
        ("title: Thử\n", "", "dòng 1, title", "field.missing"),
        ("title: Thử", "title: Thử\ntitle: Lại", "dòng 3", "“title” xuất hiện hai lần, lần đầu ở dòng 2"),
        ("title: Thử", "title: &chu Thử\nwithin: *chu", "dòng 3", "yaml.alias"),
        ("title: Thử", "title: &chu [*chu]", "dòng 2", "yaml.alias"),
        ("title: Thử", "title: Thử\u202e", "dòng 2", "U+202E"),
        ("title: Thử", "title: no", "dòng 2, title", "“no” không phải là chữ"),
        ('recipient: "20"', "recipient: 06253", "dòng 5, recipient", 'ví dụ "06253"'),
        ("level: district", "level: district, units: [ab]", "dòng 8, reporters.huyen", "regime.level_or_units"),
        ('periods: ["2024"]', 'periods: "2024"', "dòng 4, periods", "“2024” không đúng dạng. Ghi danh sách"),
        ('periods: ["2024"]', 'within: "Lạng Sơn"', "dòng 4, within", "“Lạng Sơn” không đúng dạng. Ghi mã đơn vị"),
        ("    label: Có", "    label: Có\n    label: Không", "dòng 19", "“label” xuất hiện hai lần"),
        ("code: co", "code: so", "dòng 13, indicators", "hai lần: so."),
        ("id: thu", "id: khac", "dòng 1, id", "regime.file_name_differs"),
        ("calendar: report_year", "calendar: year", "dòng 11, obligation.deadlines.huyen", "NĐ 09/2019"),
        (
            'huyen: {before: "12-20"}',
            'huyen: {before: "12-20"}\n  confirm: {level: district, before: "12-19"}',
            "dòng 12, obligation.confirm",
            "regime.confirmed_before_reported",
        ),
    ],
)
def test_a_wrong_regime_file_is_named_with_line_path_and_reason(tmp_path: Path, old: str, new: str, where: str, reason: str) -> None:
    found = faults(regime(tmp_path, REGIME.replace(old, new, 1)))

    assert {name for name, _, _ in found} == {"thu.yaml"}
    assert found[0][1].startswith(where)
    assert reason in found[0][2]


def test_a_wrong_file_name_hides_no_other_fault(tmp_path: Path) -> None:
    found = faults(regime(tmp_path, REGIME.replace("calendar: report_year", "calendar: year"), "khac.yaml"))

    assert [reason.rpartition("[")[2].rstrip("]") for _, _, reason in found] == ["regime.file_name_differs", "regime.no_working_day_left"]


@pytest.mark.parametrize("text", ["", "# không có gì\n", "thu\n", "[]\n", "3\n", "\x00", "- " * 5000 + "x"], ids=range(7))
def test_what_is_no_regime_is_refused(tmp_path: Path, text: str) -> None:
    assert [name for name, _, _ in faults(regime(tmp_path, text))] == ["thu.yaml"]


def test_the_faults_of_all_files_are_named_at_once(tmp_path: Path) -> None:
    found = faults(
        regime(tmp_path, REGIME.replace("flag", "flags").replace("decimals: 2", "decimals: -1")),
        regime(tmp_path, "id: [", "hai.yaml"),
        tmp_path / "ba.yaml",
    )

    assert [name for name, _, _ in found] == ["thu.yaml", "thu.yaml", "hai.yaml", "ba.yaml"]


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    assert faults(tmp_path) == [(tmp_path.name, "", refusal("file.folder_without_yaml").line("vi"))]


def test_a_regime_that_stands_in_two_files_is_named_with_both(tmp_path: Path) -> None:
    (tmp_path / "khac").mkdir()
    first, second = regime(tmp_path), regime(tmp_path / "khac")

    [(_, where, reason)] = faults(first, second)

    assert where == "dòng 1, id"
    assert f"đã có ở tệp {first}" in reason


def test_a_derived_regime_needs_its_source(tmp_path: Path) -> None:
    [(name, where, reason)] = faults(regime(tmp_path, DERIVED, "dan-xuat.yaml"))

    assert (name, where) == ("dan-xuat.yaml", "dòng 5, derived_from")
    assert "regime.unknown_source" in reason


def test_a_unit_that_the_registry_never_had_is_named_with_its_place(reference: Reference, tmp_path: Path) -> None:
    text = REGIME.replace('recipient: "20"', 'recipient: "98"').replace("level: district", 'units: ["184", "99"]')
    read = regime_files.read_each([regime(tmp_path, text)])

    assert [(fault.file.name, fault.where) for fault in regime_files.judge(read, [], reference.registry, date(2024, 11, 26)).faults] == [
        ("thu.yaml", "dòng 5, recipient"),
        ("thu.yaml", "dòng 8, reporters.huyen.units.1"),
    ]


def load(folder: Path, text: str = REGIME) -> list[RegimeFile]:
    return regime_files.read_each([regime(folder, text)])


@pytest.mark.parametrize(
    ("old", "new", "indicator"),
    [("kind: flag", "kind: quantity", "co"), ("decimals: 2", "decimals: 3", "so"), ("kind: quantity\n    decimals: 2", "kind: flag", "so")],
)
def test_an_indicator_never_changes_its_kind_or_decimals(tmp_path: Path, old: str, new: str, indicator: str) -> None:
    stored = {found.regime.id: found.regime.kinds for found in load(tmp_path)}

    found = regime_files.changed_meaning(load(tmp_path, REGIME.replace(old, new, 1)), stored)

    assert [(fault.file.name, fault.where.partition(", ")[2]) for fault in found] == [("thu.yaml", f"indicators.{indicator}")]


def test_an_indicator_may_change_its_label_and_a_new_one_may_come(tmp_path: Path) -> None:
    stored = {found.regime.id: found.regime.kinds for found in load(tmp_path)}
    changed = REGIME.replace("label: Số", "label: Số lượng") + "  - {code: moi, label: Mới, kind: flag}\n"

    assert regime_files.changed_meaning(load(tmp_path, changed), stored) == []
