"""`tonghop contacts` and `units import --contacts` on a real database: a file is the complete list for the units that it names."""

from pathlib import Path
from typing import Any

import pytest

from services.cli import session
from tests.cli.conftest import Cli
from tests.cli.files import COMMUNE, DISTRICT, PROVINCE, csv


def contacts(folder: Path, *lines: str) -> Path:
    return csv(folder, *lines, header="unit,name,phone,email", name="contacts.csv")


@pytest.fixture
def stored(cli: Cli, tmp_path: Path) -> Cli:
    """A province, a district and a commune; the first two have a contact."""
    cli.run("streams", "apply")
    cli.run("units", "import", csv(tmp_path, PROVINCE, DISTRICT, COMMUNE))
    given = contacts(tmp_path, "20,Văn phòng,0205,vp@tinh.vn", "184,Văn phòng,,vp@huyen.vn", "184,Chủ tịch,,ct@huyen.vn")
    assert cli.json("units", "import", "--contacts", given) == {"units": 2, "changed": 2}
    return cli


def addresses(cli: Cli) -> list[tuple[str, str]]:
    return [(found["unit"], found["email"]) for found in cli.json("contacts", "list")["contacts"]]


def test_contacts_of_units_that_are_stored_are_taken_without_their_file(stored: Cli) -> None:
    assert addresses(stored) == [("184", "vp@huyen.vn"), ("184", "ct@huyen.vn"), ("20", "vp@tinh.vn")]
    assert stored.generation() == 2


def test_a_file_of_contacts_replaces_all_of_the_units_that_it_names_and_no_others(stored: Cli, tmp_path: Path) -> None:
    given = contacts(tmp_path, "184,Phòng Tổng hợp,,th@huyen.vn")

    assert stored.json("contacts", "import", given) == {"units": 1, "changed": 1}
    assert addresses(stored) == [("184", "th@huyen.vn"), ("20", "vp@tinh.vn")]
    assert stored.json("contacts", "import", given) == {"units": 1, "changed": 0}
    assert stored.run("contacts", "import", given).stdout == "Đầu mối: đọc 1 đơn vị, không có gì thay đổi.\n"


def test_a_file_of_units_and_one_of_contacts_change_a_unit_once(stored: Cli, tmp_path: Path) -> None:
    renamed = csv(tmp_path, PROVINCE.replace("Tỉnh", "Tinh"))
    given = contacts(tmp_path, "20,Văn phòng,,moi@tinh.vn", "06253,Văn phòng,,vp@xa.vn")

    assert stored.json("units", "import", renamed, "--contacts", given) == {"units": 2, "changed": 2}
    assert stored.generation() == 3
    assert ("06253", "vp@xa.vn") in addresses(stored)


def test_a_person_reads_who_is_reminded(stored: Cli) -> None:
    said = stored.run("contacts", "list", "184", "06253").stdout

    assert [word in said for word in ("Huyện Văn Quan", "ct@huyen.vn", "chưa có đầu mối", "vp@tinh.vn")] == [True, True, True, False]


def test_contacts_of_a_unit_are_removed_all_or_one(stored: Cli) -> None:
    one: dict[str, Any] = stored.json("contacts", "remove", "184", "--email", "ct@huyen.vn")
    assert [found["email"] for found in one["removed"]] == ["ct@huyen.vn"]
    assert addresses(stored) == [("184", "vp@huyen.vn"), ("20", "vp@tinh.vn")]

    assert stored.run("contacts", "remove", "184", "20").stdout == "Đã bỏ 2 đầu mối.\n"
    assert addresses(stored) == []


def test_removing_what_is_not_there_says_that_nothing_changed(stored: Cli) -> None:
    generation = stored.generation()

    assert "không có gì thay đổi" in stored.run("contacts", "remove", "06253").stdout
    assert "không có gì thay đổi" in stored.run("contacts", "remove", "184", "--email", "ai@khac.vn").stdout
    assert stored.generation() == generation


@pytest.mark.parametrize("command", ["list", "remove"])
def test_a_unit_that_is_none_ends_with_1(stored: Cli, command: str) -> None:
    assert "“99”" in stored.refused("contacts", command, "20", "99", code=session.WRONG_USE)
    assert len(addresses(stored)) == 3


def test_an_import_of_nothing_says_that_nothing_changed(stored: Cli, tmp_path: Path) -> None:
    assert stored.run("units", "import", csv(tmp_path)).stdout == "Đơn vị: đọc 0, không có gì thay đổi.\n"


def test_a_file_of_contacts_that_is_wrong_changes_nothing(stored: Cli, tmp_path: Path) -> None:
    stored.refused("contacts", "import", contacts(tmp_path, "20,A,,a@b.vn", "20,B,,b"), code=session.NO)

    assert len(addresses(stored)) == 3
