"""Filled forms on somebody's disk: workbooks and tables with the figures that they say beside them, kept in `forms/` for ever.

`of-<date>`: made by the writer and with the regimes of that day, one of each regime that is reported to; `-libreoffice` was saved by
LibreOffice 7.4 after that. `of-<commit>`: made with the regime files of that commit, by the writer of 27/11/2026. All were filled by
openpyxl. `of-1772fbed` has a form of ct27-van-quan/2026 as it was before the departments' indicators were given to the communes, for an
installation without the reforms of 2025.

They are never made again. When the layout of the writer changes, add a folder with files of the new one:

    .venv/bin/python -m tests.data_formats.kept_forms of-2027-01-31
"""

import sys
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any, Final

import orjson

from services.cli.files import regime_files
from services.ingest.domain import figures
from shared.sheets import table_form
from shared.words import forms, regimes
from shared.words.forms import Asked, Form, Held
from shared.words.reference import Reference
from shared.words.units import Registry
from tests import seeds
from tests.sheets import files, test_table_form
from tests.sheets.files import About

KEPT: Final = Path(__file__).parent / "forms"
UNREFORMED: Final = ("ct27-van-quan", "2026", "06253", date(2026, 12, 1))


def make(name: str, abouts: tuple[About, ...] = files.REPORTED, reference: Reference | None = None) -> None:
    """Writes a filled form of each, as a workbook and as a table, and what it says."""
    folder = KEPT / name
    folder.mkdir(parents=True)
    for about in abouts:
        one = asked(about, reference or files.known())
        said = files.report(one) | ({"status": {one.indicators[0].code: "estimate"}} if one.regime.estimates else {})
        now = datetime.combine(about[3], time(3), UTC)
        given = files.filled(files.written(form(one), now=now), files.typed(one, said))
        stem = f"{one.regime.id}_{one.period.code}_{one.unit.id}"
        (folder / f"{stem}.xlsx").write_bytes(given)
        (folder / f"{stem}.csv").write_bytes(test_table_form.filled(table_form.written(one), one, said))
        told = {"about": [*about[:2], one.unit.id, about[3].isoformat()], **said, "values": normal(one, said["values"])}
        (folder / f"{stem}.json").write_bytes(orjson.dumps(told, option=orjson.OPT_INDENT_2))


def asked(about: About, reference: Reference) -> Asked:
    """What the unit is asked for; "" is the first one that reports."""
    regime, period, unit, day = about
    setting = reference.setting_at_receipt(regime, period, day)
    assert setting is not None
    found = forms.find(reference, regime, period, unit or min(setting.groups), day)
    assert isinstance(found, Asked), found
    return found


def form(one: Asked) -> Form:
    filled = forms.fill(one, Held(), Held())
    return Form(one, filled.held, filled.before, {}, filled.deadline, filled.official_deadline, True)


def normal(one: Asked, values: Mapping[str, Any]) -> dict[str, object]:
    """Values as ingest logs them."""
    found = {}
    for code, value in values.items():
        found[code], faults = figures.judge(one.regime.by_code[code], value)
        assert not faults, faults
    return found


def of_files(folder: Path, *, is_reformed: bool) -> Reference:
    """The units, with or without the reforms of 2025, and the regimes of a folder."""
    whole = seeds.reformed_reference()
    loaded = regimes.resolve(tuple(regime_files.read_regimes(sorted(folder.glob("*.yaml")))))
    registry, days = (whole.registry, whole.reform_days) if is_reformed else (Registry(seeds.units()), ())
    return Reference(1, registry, loaded, dict.fromkeys(loaded, seeds.LOADED_AT), reform_days=days)


if __name__ == "__main__":
    make(sys.argv[1])
