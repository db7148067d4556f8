"""Forms that are on somebody's disk go on: whatever the writer and the regimes became, a filled one says what it said, or comes back as the
form of today with its figures.
"""

from datetime import date
from pathlib import Path
from typing import Any

import orjson
import pytest

from services.cli.data import REGIME_FILES
from shared.sheets import jobs, judging, layout, reading, table, table_form
from shared.sheets.judging import NewForm
from shared.sheets.reading import Reading
from shared.sheets.stamp import Core
from shared.words.forms import Asked
from shared.words.reference import Reference
from tests.data_formats import kept_forms
from tests.sheets import files

TAKEN = sorted(path for path in kept_forms.KEPT.rglob("*.xlsx") if path.name != "ct27-van-quan_2026_06253.xlsx")
CHANGED = kept_forms.KEPT / "of-1772fbed" / "ct27-van-quan_2026_06253.xlsx"
OLD = ("of-1772fbed", "of-aef58879")


def told(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = orjson.loads(path.with_suffix(".json").read_bytes())
    return found


def asked(path: Path, reference: Reference) -> Asked:
    regime, period, unit, day = told(path)["about"]
    return kept_forms.asked((regime, period, unit, date.fromisoformat(day)), reference)


def read(path: Path, reference: Reference) -> tuple[Asked, Core, Reading | NewForm]:
    """What becomes of a file at a door that has these units and regimes."""
    one = asked(path, reference)
    filled = files.found(path.read_bytes())
    core = reading.stamped(filled)
    assert isinstance(core, Core)
    assert reading.other_form(core, one) == []
    return one, core, judging.read(kept_forms.form(one), core, filled, files.NOW)


@pytest.mark.parametrize("path", TAKEN, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_filled_form_says_what_it_said_when_it_was_kept(path: Path) -> None:
    one, core, found = read(path, files.known())
    assert isinstance(found, Reading)
    assert (found.faults, core.revision) == ([], 1)
    expected = told(path)
    assert kept_forms.normal(one, found.values) == expected["values"]
    for name in ("narratives", "notes", "status"):
        assert getattr(found, name) == expected.get(name, {})
    assert len(expected["values"]) == len(one.indicators)


@pytest.mark.parametrize("path", TAKEN, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_filled_table_says_what_it_said_when_it_was_kept(path: Path) -> None:
    one = asked(path, files.known())
    own = table_form.read(table.read(path.with_suffix(".csv").read_bytes()), one)
    expected = told(path)
    assert own.faults == []
    assert kept_forms.normal(one, own.content.values) == expected["values"]
    for name in ("narratives", "notes", "status"):
        assert getattr(own.content, name) == expected.get(name, {})


def test_a_form_of_every_regime_that_is_reported_to_is_kept_and_of_two_older_versions() -> None:
    kept = {(path.parent.name, told(path)["about"][0]) for path in TAKEN}
    assert {name for name, _ in kept} >= {"of-2026-11-27", *OLD}
    for about in files.REPORTED:
        assert ("of-2026-11-27", about[0]) in kept


def test_a_form_of_an_older_version_that_asks_less_comes_back_as_todays_form_with_its_figures() -> None:
    """Since 01/07/2025 communes answer what a department did: 15 indicators became 20. What was filled in is in the new form."""
    today = kept_forms.of_files(*REGIME_FILES, is_reformed=False)
    one, _, found = read(CHANGED, today)
    assert isinstance(found, NewForm)
    assert found.reason.code == "sheet.other_version"
    new = [
        one.regime.by_code[code].label for code in ("gd_truong_tu_chu", "gdnn_hoc_vien", "yt_co_so_tu_nhan", "nv_hoan_thanh", "nv_tien_do")
    ]
    assert all(label in found.reason.message_vi for label in new)
    renewed = jobs.write(b"", orjson.loads(orjson.dumps(found.layout)))
    assert judged(renewed, one) == {name: told(CHANGED)[name] for name in ("values", "narratives", "notes")}
    assert reading.stamped(files.found(renewed)) == layout.core(kept_forms.form(one))


def judged(given: bytes, one: Asked) -> dict[str, Any]:
    found = files.read(given, one)
    assert found.faults == []
    return {"values": kept_forms.normal(one, found.values), "narratives": found.narratives, "notes": found.notes}
