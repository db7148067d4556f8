"""A whole country's reports of 2024 are imported: 10,035 events, judged, sent, screened and folded.

Measured on 26/11/2026 on 2 cores that other tests shared (load 14): 26.1 s from the command's start to its answer; 1.6 s of CPU time judge
all lines. Again: `pytest -s tests/cli/test_import_country.py`.
"""

import asyncio
import json
import time
from pathlib import Path
from typing import Any

from services.cli import session
from services.cli.data import UNIT_FILES
from shared.shell.service import Connections
from tests import seeds
from tests.cli.conftest import Cli
from tests.cli.files import regime
from tests.running import running

REGIME = """id: toan-quoc
title: Toàn quốc
legal_basis: []
calendar: report_year
periods: ["2024"]
recipient: "01"
reporters:
  xa: {label: Xã, level: commune}
obligation:
  deadlines:
    xa: {before: "12-20"}
indicators: [{code: so, label: Số, kind: quantity}]
"""
LATE_OF = 10  # each tenth commune reported after the deadline


def test_the_reports_of_a_whole_country_are_imported_with_the_timeliness_of_then(cli: Cli, tmp_path: Path) -> None:
    communes = [unit for unit in seeds.units() if unit.level == "commune"]
    path = tmp_path / "2024.ndjson"
    with path.open("w", encoding="utf-8") as file:
        for number, unit in enumerate(communes):
            at = "2024-12-23T08:00:00+07:00" if number % LATE_OF == 0 else "2024-12-12T08:00:00+07:00"
            line = {"regime": "toan-quoc", "unit": unit.code, "revision": 1, "received_at": at, "values": {"so": number}}
            file.write(f"{json.dumps(line)}\n")
    assert cli.run("streams", "apply").exit_code == session.FINE
    assert cli.run("units", "import", *UNIT_FILES).exit_code == session.FINE
    assert cli.json("regimes", "load", regime(tmp_path, REGIME, "toan-quoc.yaml"))["regimes"] == ["toan-quoc"]

    async def act() -> tuple[Any, Any, float, Any]:
        async with running(cli.settings, tmp_path, "ingest", "aggregate"):
            began = time.perf_counter()
            first = await asyncio.to_thread(cli.json, "import", path, "--period", "2024")
            took = time.perf_counter() - began
            again = await asyncio.to_thread(cli.json, "import", path, "--period", "2024")
            async with asyncio.timeout(120):
                while sum(reporting["received"] for reporting in await asyncio.to_thread(_reporting, cli)) < len(communes):
                    await asyncio.sleep(0.5)
            found = await asyncio.to_thread(_reporting, cli)
            return first, again, took, found

    first, again, took, found = asyncio.run(act())
    print(f"\n{len(communes)} reports imported in {took:.1f} s")

    late = len(communes[::LATE_OF])
    assert (first["accepted"], first["duplicate"], first["rejected"]) == (len(communes), 0, 0)
    assert (again["accepted"], again["duplicate"]) == (0, len(communes))
    assert (sum(reporting["on_time"] for reporting in found), sum(reporting["late"] for reporting in found)) == (len(communes) - late, late)
    assert cli.run("notify", "tick").exit_code == session.FINE
    assert cli.ask(_alerts) == 0


def _reporting(cli: Cli) -> list[Any]:
    """How complete the view of each province is."""

    async def act(connections: Connections) -> list[Any]:
        found = connections.database["views"].find({"regime": "toan-quoc", "unit.level": "province"}, {"reporting": 1})
        return [view["reporting"] async for view in found]

    answer: list[Any] = cli.ask(act)
    return answer


async def _alerts(connections: Connections) -> int:
    return await connections.database["alerts"].count_documents({})
