"""Tables of earlier reports (CSV) for `tonghop import`."""

from datetime import date
from pathlib import Path

from services.cli.files import import_tables
from services.cli.files.import_lines import Entry
from tests.builders import COMMUNE, CT27
from tests.ingest.reforming import reformed

TODAY = date(2026, 11, 28)


def test_a_code_is_read_whose_leading_zero_a_spreadsheet_has_dropped(tmp_path: Path) -> None:
    table = tmp_path / "bao-cao.csv"
    table.write_text(f"regime;unit;received_at;gd_ngay_cong\n{CT27};{COMMUNE.lstrip('0')};10/12/2024 09:30;5\n", encoding="utf-8")
    [found] = import_tables.read(table, "2024", reformed(), "operator/lan", TODAY, "comma")
    assert isinstance(found, Entry), found
    assert found.event["data"]["unit"] == COMMUNE


def test_what_was_asked_and_of_whom_follows_from_the_day_of_receipt(tmp_path: Path) -> None:
    """A commune that ended within the period has reported before; its code is nobody's today."""
    table = tmp_path / "bao-cao.csv"
    head = "regime;unit;received_at;indicator;value"
    table.write_text(f"{head}\n{CT27};06256;10/06/2025;gd_ngay_cong;5\n{CT27};06256;;yt_ho_tro_bhyt;7\n", encoding="utf-8")
    [found] = import_tables.read(table, "2025", reformed(), "operator/lan", TODAY, "comma")
    assert isinstance(found, Entry), found
    assert (found.sender, found.event["data"]["values"]) == ("06256", {"gd_ngay_cong": "5", "yt_ho_tro_bhyt": "7"})
    table.write_text(f"{head}\n{CT27};06256;10/07/2025;gd_ngay_cong;5\n", encoding="utf-8")
    [refused] = import_tables.read(table, "2025", reformed(), "operator/lan", TODAY, "comma")
    assert not isinstance(refused, Entry)
    assert (refused[0], refused[1].code) == (2, "form.no_unit_then")
