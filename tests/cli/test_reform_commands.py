"""`tonghop reform check|areas`: what they print, their exit codes, and the comparison with an official list."""

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import orjson
import pytest
from typer.testing import CliRunner, Result

from services.cli import session
from services.cli.app import app
from services.cli.files import reform_list
from services.devstack.ports import choose_ports
from shared.words.units import Unit
from tests.cli.conftest import Cli
from tests.cli.reform_folders import tree, write

NATIONAL = Path("deploy/reforms/2025-07-01")


@pytest.fixture
def no_mongo(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TONGHOP_MONGO_URL", f"mongodb://127.0.0.1:{choose_ports(defaults=False).mongo}/?replicaSet=rs0")
    monkeypatch.setattr("services.cli.known_data.STORED_S", 0.2)


def run(*words: str | Path) -> Result:
    return CliRunner().invoke(app, ["reform", *(str(word) for word in words)])


def answer(*words: str | Path, code: int) -> Any:
    result = run(*words, "--json")
    assert result.exit_code == code, result.output
    return orjson.loads(result.stdout)


def official(path: Path, changed: dict[str, str]) -> Path:
    """The units of 1 July 2025 as an official list, with some lines changed (to "": left out)."""
    units = csv.DictReader(io.StringIO((NATIONAL / "units.csv").read_text(encoding="utf-8")))
    lines = {unit["code"]: ",".join(unit[column] for column in reform_list.COLUMNS) for unit in units if unit["kind"] != "office"}
    text = "\n".join([",".join(reform_list.COLUMNS), *(line for line in (lines | changed).values() if line)])
    path.write_text(text, encoding="utf-8")
    return path


# check


@pytest.mark.usefixtures("no_mongo")
def test_a_check_without_servers_is_held_against_the_units_and_earlier_reforms_of_the_product() -> None:
    result = run("check", NATIONAL)

    assert result.exit_code == session.FINE, result.output
    assert "Đợt sắp xếp 2025-07-01 hợp lệ: " in result.stdout
    assert "3.321" in result.stdout
    assert "Địa bàn tỉnh Quảng Bình (cũ) (44-QB): 41 đơn vị. Gồm 145 trong 145 đơn vị cũ của Tỉnh Quảng Bình." in result.stdout
    assert "[reform.assumed_weights]" in result.stderr


@pytest.mark.usefixtures("no_mongo")
def test_without_folders_all_reforms_of_the_product_are_checked() -> None:
    found = answer("check", code=session.FINE)

    assert [reform["id"] for reform in found["reforms"]] == ["2025-03-01-quang-binh", "2025-07-01"]
    assert found["faults"] == []
    assert found["reforms"][1]["counts"]["begins"] == {"commune": 3184, "office": 21, "province": 23}


@pytest.mark.usefixtures("no_mongo")
def test_a_strict_check_lists_all_that_an_authority_has_to_declare() -> None:
    result = run("check", NATIONAL, "--strict")

    assert result.exit_code == session.NO
    assert result.stderr.count("[reform.weights_to_declare]") == 442
    assert result.stderr.count("[reform.heir_to_declare]") == 126
    assert "lineage.csv: dòng 5: Phải khai trọng số các phần của Phường Cống Vị (00007), Thành phố Hà Nội" in result.stderr


@pytest.mark.usefixtures("no_mongo")
def test_faults_are_printed_with_file_and_line_or_as_json(tmp_path: Path) -> None:
    folder = write(tmp_path, {"lineage.csv": "old,new,share,weight,basis,heir,note\n6253,20,none,,,x,\n"})

    result = run("check", folder)
    assert result.exit_code == session.NO
    assert result.stdout == ""
    assert f"{folder / 'lineage.csv'}: dòng 2: Không có mã “6253”. Có phải “06253”?" in result.stderr

    found = answer("check", folder, code=session.NO)
    assert found["reforms"] == []
    assert {fault["code"] for fault in found["faults"]} >= {"reform.lost_zero"}


@pytest.mark.usefixtures("no_mongo")
def test_a_folder_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    result = run("check", tmp_path / "khong-co")

    assert result.exit_code == session.NO
    assert "[file.missing]" in result.stderr


def test_units_that_are_stored_come_first_and_nothing_is_written(cli: Cli, tmp_path: Path) -> None:
    units = tmp_path / "units.csv"
    units.write_text("\n".join(["code,name,level,kind,parent,valid_from,valid_to", *_rows(tree().units)]), encoding="utf-8")
    cli.json("units", "import", units)
    generation = cli.generation()

    found = cli.json("reform", "check", write(tmp_path / "reform"))

    assert found["reforms"][0]["counts"]["after"] == {"commune": 4, "office": 2, "province": 2}
    assert cli.generation() == generation


def test_a_folder_that_is_applied_is_checked_as_before_and_with_other_content_refused(cli: Cli, tmp_path: Path) -> None:
    units = tmp_path / "units.csv"
    units.write_text("\n".join(["code,name,level,kind,parent,valid_from,valid_to", *_rows(tree().units)]), encoding="utf-8")
    cli.json("units", "import", units)
    folder = write(tmp_path / "reform", {"lineage.csv": {4: "06268,06268,part,1,assumed,,", 5: "06268,06211,part,1,assumed,?,"}})
    checked = cli.json("reform", "check", folder)
    cli.json("reform", "apply", folder)

    assert cli.json("reform", "check", folder) == checked
    codes = [fault["code"] for fault in cli.json("reform", "check", folder, "--strict", code=session.NO)["faults"]]
    assert codes == ["reform.weights_to_declare", "reform.heir_to_declare"]
    faults = cli.json("reform", "check", write(tmp_path / "other"), code=session.NO)["faults"]
    assert [(fault["code"], fault["line"]) for fault in faults] == [("reform.other_content", 1)]


def _rows(units: Sequence[Unit]) -> list[str]:
    return [f"{unit.code},{unit.name},{unit.level},{unit.kind},{unit.parent or ''},{unit.valid_from},,"[:-1] for unit in units]


# an official list


@pytest.mark.usefixtures("no_mongo")
def test_a_list_that_agrees_is_fine(tmp_path: Path) -> None:
    result = run("check", NATIONAL, "--against", official(tmp_path / "list.csv", {}))

    assert result.exit_code == session.FINE, result.output
    assert "Đối chiếu 3.355 đơn vị với danh sách: khác 0 mã, 0 tên, 0 cấp, 0 đơn vị cấp trên; 0 tên chỉ khác cách đặt dấu." in result.stdout


@pytest.mark.usefixtures("no_mongo")
def test_differences_from_a_list_are_told_apart_from_spelling(tmp_path: Path) -> None:
    changed = {
        "06286": "",  # in the reform only
        "06999": "06999,Xã Mới,commune,20",  # in the list only
        "06253": "06253,Xã Văn Quang,commune,20",
        "06280": "06280,Xã Điềm He,commune,19",
        "04795": "04795,Phường Hoà Bình,commune,25",  # the reform has Hòa
        "44": "44,Tỉnh Quảng Trị,thành phố,",
    }
    found = answer("check", NATIONAL, "--against", official(tmp_path / "list.csv", changed), code=session.NO)["against"]

    assert [(fault["code"], fault["line"]) for fault in found["codes"]] == [("reform.only_in_list", 3356), ("reform.not_in_list", None)]
    assert [fault["message_vi"].partition(". ")[0] for fault in found["names"]] == [
        "Mã 06253, cột name: danh sách ghi “Xã Văn Quang”, đợt sắp xếp ghi “Xã Văn Quan”"
    ]
    assert len(found["parents"]) == len(found["spelling"]) == len(found["levels"]) == 1


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Xã Hòa Bình", "Xã Hoà Bình", True),
        ("Xã Hòa Bình", "Xã Hòa Bình", True),
        ("Xã Cư M'gar", "Xã Cư M’gar", True),
        ("Phường Thủy Xuân", "Phường Thuỷ Xuân", True),
        ("Xã Hòa Bình", "Xã Hóa Bình", False),
        ("Xã Hòa Bình", "Xã Hoa Bình", False),
        ("Xã Ea Rôk", "Xã Ea Rốk", False),
        ("Xã Đông A", "Phường Đông A", False),
    ],
)
def test_a_spelling_is_the_place_of_tone_marks_and_unicode_only(one: str, other: str, same: bool) -> None:
    assert (reform_list.same_spelling(one) == reform_list.same_spelling(other)) is same


@pytest.mark.usefixtures("no_mongo")
def test_a_list_with_faults_is_refused(tmp_path: Path) -> None:
    listed = tmp_path / "list.csv"
    listed.write_text("code,name,level,parent\n06253,Xã Văn Quan,commune,20\n06253,Xã Văn Quan,commune,20\n", encoding="utf-8")
    result = run("check", NATIONAL, "--against", listed)

    assert result.exit_code == session.NO
    assert result.stderr.count("[unit.repeated]") == 2


# areas


@pytest.mark.usefixtures("no_mongo")
def test_a_draft_of_areas_is_a_file_and_a_report_beside_it(tmp_path: Path) -> None:
    result = run("areas", NATIONAL, "--of", "184", "--of", "44")

    assert result.exit_code == session.FINE, result.output
    rows = list(csv.DictReader(io.StringIO(result.stdout)))
    assert [row["member"] for row in rows if row["area"] == "184-VQ"] == ["06253", "06280", "06298", "06313", "06316"]
    assert len([row for row in rows if row["area"] == "44-QB"]) == 41
    assert "Một phần: Xã Tân Đoàn (06316) 2 trong 3 đơn vị cũ. Không đưa vào: Xã Khánh Khê (06286) 1 trong 3 đơn vị cũ." in result.stderr

    found = answer("areas", NATIONAL, "--of", "184", code=session.FINE)
    assert [(area["code"], area["inside"], area["sources"], area["total"]) for area in found["areas"]] == [("184-VQ", 14, 15, 15)]


@pytest.mark.usefixtures("no_mongo")
def test_an_area_of_a_unit_that_does_not_end_is_refused() -> None:
    result = run("areas", NATIONAL, "--of", "20")

    assert result.exit_code == session.NO
    assert "[reform.no_former_unit]" in result.stderr
