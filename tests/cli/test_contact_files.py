"""The file of contacts: who gets the reminders of a unit."""

from pathlib import Path

import pytest

from services.cli.files import unit_files
from services.cli.files.faults import FaultsError
from shared.words.units import Contact
from tests.cli.files import DISTRICT, PROVINCE, contacts, csv, units


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
