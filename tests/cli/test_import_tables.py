"""Tables of earlier reports (CSV) for `tonghop import`."""

from datetime import date
from pathlib import Path

from services.cli.files import import_tables
from services.cli.files.import_lines import Entry
from tests.builders import COMMUNE, CT27
from tests.ingest.reforming import reformed


def test_a_code_is_read_whose_leading_zero_a_spreadsheet_has_dropped(tmp_path: Path) -> None:
    table = tmp_path / "bao-cao.csv"
    table.write_text(f"regime;unit;received_at;gd_ngay_cong\n{CT27};{COMMUNE.lstrip('0')};10/12/2024 09:30;5\n", encoding="utf-8")
    [found] = import_tables.read(table, "2024", reformed(), "operator/lan", date(2026, 11, 28), "comma")
    assert isinstance(found, Entry), found
    assert found.event["data"]["unit"] == COMMUNE
