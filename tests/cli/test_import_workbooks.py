"""Filled forms (XLSX) of earlier reports for `tonghop import`."""

from pathlib import Path

import pytest

from services.cli.files import import_workbooks
from services.cli.files.faults import FaultsError
from services.cli.files.import_lines import Entry
from tests.sheets import files, hostile

BY = "operator/lan"
SAID: dict[str, object] = {"v.gd_ngay_cong": "1.234", "v.gd_tien_tai_tro": 12.5, "t.kho_khan": "Thiếu kinh phí."}


async def read(folder: Path, content: bytes, period: str = "2024", received_at: str = "10/12/2024") -> Entry:
    file = folder / "bieu.xlsx"
    file.write_bytes(content)
    [found] = await import_workbooks.read(file, period, received_at, files.known(), BY)
    assert isinstance(found, Entry), found
    return found


@pytest.mark.parametrize(
    ("received_at", "instant"),
    [
        ("10/12/2024", "2024-12-10T12:00:00+07:00"),
        ("10/12/2024 09:30", "2024-12-10T09:30:00+07:00"),
        ("2024-12-10T02:30:00Z", "2024-12-10T02:30:00Z"),
    ],
)
async def test_a_filled_form_is_an_event_received_when_the_operator_says(tmp_path: Path, received_at: str, instant: str) -> None:
    found = await read(tmp_path, files.filled(files.blank(), SAID), received_at=received_at)
    assert (found.sender, found.event["receivedat"], found.event["imported"]) == (files.asked().unit.id, instant, True)
    data = found.event["data"]
    assert (data["period"], data["revision"], data["narratives"]) == ("2024", 1, {"kho_khan": "Thiếu kinh phí."})
    assert data["values"] == {"gd_ngay_cong": "1234", "gd_tien_tai_tro": "12.5"}
    assert found.event["id"] == (await read(tmp_path, files.filled(files.blank(), SAID), received_at=received_at)).event["id"]


@pytest.mark.parametrize("about", [files.REPORTED[0], files.REPORTED[1], files.REPORTED[3]], ids=lambda about: about[0])
async def test_forms_of_every_unit_are_taken(tmp_path: Path, about: files.About) -> None:
    indicator = next(one for one in files.asked(about).indicators if one.kind == "quantity")
    found = await read(tmp_path, files.filled(files.blank(about), {f"v.{indicator.code}": 1}), about[1])
    assert (found.event["data"]["regime"], found.event["data"]["values"]) == (about[0], {indicator.code: "1"})


@pytest.mark.parametrize(
    ("content", "period", "received_at", "code", "where"),
    [
        (files.filled(files.blank(), {"v.gd_ngay_cong": "hai"}), "2024", "10/12/2024", "report.unreadable_number", "Biểu!"),
        (files.blank(), "2023", "10/12/2024", "import.other_period", "period"),
        (files.blank(), "2024", "", "import.no_received_at", "received_at"),
        (files.blank(), "2024", "31/02/2024", "import.no_received_at", "received_at"),
        (files.blank(), "2024", "2024-12-10T02:30:00", "import.no_received_at", "received_at"),
        (b"regime;unit", "2024", "10/12/2024", "sheet.not_a_workbook", ""),
        (hostile.old_format(), "2024", "10/12/2024", "sheet.old_format", ""),
        (hostile.overlapping(), "2024", "10/12/2024", "sheet.unpacks_too_much", ""),
    ],
)
async def test_what_is_wrong_is_told_by_cell_and_nothing_is_read(
    tmp_path: Path, content: bytes, period: str, received_at: str, code: str, where: str
) -> None:
    with pytest.raises(FaultsError) as refused:
        await read(tmp_path, content, period, received_at)
    [fault] = refused.value.faults
    assert fault.refusal.code == code
    assert str(fault.path[0] if fault.path else "").startswith(where)
