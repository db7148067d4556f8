"""The curl and JavaScript of docs/integrate.md work against real services (the Python is tested in tests/ingest/test_integrate.py)."""

import asyncio
import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx2
import pytest

from shared.shell.service import Connections
from shared.shell.settings import Settings
from tests import running, scans
from tests.identities import bearer, put_key
from tests.ingest.test_integrate import SENDER, blocks, run
from tests.sheets import files

pytestmark = pytest.mark.clients

SENDING = 4  # blocks of curl about a unit's own report; the others confirm, return and extend
DAY_TO_COME = "2026-12-10"  # in the page; the test must also run after it


async def test_the_curl_does_what_it_says(today: Connections, settings: Settings, tmp_path: Path) -> None:
    key = await put_key(today.database, SENDER)
    async with running.running(settings, tmp_path, "ingest"):
        sending = blocks("bash", settings)[:SENDING]
        lines = await run("bash", "-e", "-c", "\n".join(sending), folder=tmp_path, TONGHOP_KEY=key)
    text = "\n".join(lines)
    assert re.findall(r"HTTP/1.1 ([0-9]+)", text) == ["201", "200", "200", "201", "201", "200"]
    assert re.findall(r'"verdict":"(\w+)"', text) == ["accepted", "accepted", "duplicate", "accepted", "accepted", "accepted"]
    assert re.findall(r'"code":"(\S+?)"', text) == []
    form, schema = (json.loads((tmp_path / f"{name}.json").read_text(encoding="utf-8")) for name in ("form", "schema"))
    assert (form["data"]["unit"], form["standing_revision"], form["next_revision"]) == ("06253", 0, 4)  # withdrawn
    assert schema["properties"]["unit"] == {"const": "06253"}
    assert (tmp_path / "regimes.json").exists()


async def test_the_curl_of_workbooks_scans_and_tables_does_what_it_says(today: Connections, settings: Settings, tmp_path: Path) -> None:
    get, send, attach, table = blocks("sh", settings)
    keys = {"TONGHOP_KEY": await put_key(today.database, SENDER)}
    form = tmp_path / "form.xlsx"
    async with running.running(settings, tmp_path, "ingest"):
        await run("bash", "-e", "-c", get, folder=tmp_path, **keys)
        form.write_bytes(files.filled(form.read_bytes(), {"v.gd_ngay_cong": 340}))
        assert await verdicts(send, tmp_path, keys) == ["201 accepted"]
        scan = scans.pdf()
        (tmp_path / "ban-quet.pdf").write_bytes(scan)
        attached = json.loads("".join(await run("bash", "-e", "-c", attach, folder=tmp_path, **keys)))
        said = json.loads("".join(await run("bash", "-e", "-c", table, folder=tmp_path, **keys)))
    assert (attached["size"], attached["media_type"], bool(attached["ref"])) == (len(scan), "application/pdf", True)
    assert (said["accepted"], said["rejected"], said["receipts"][0]["revision"]) == (1, 0, 2)


async def test_confirming_returning_and_extending_do_what_they_say(today: Connections, settings: Settings, tmp_path: Path) -> None:
    report, confirm, act, confirm_old_figures = blocks("bash", settings)[SENDING:]
    assert act.count(DAY_TO_COME) == 2
    act = act.replace(DAY_TO_COME, f"{datetime.now(UTC) + timedelta(days=20):%Y-%m-%d}")
    reporter, recipient = [await put_key(today.database, unit) for unit in ("18880-2025", "44-SNV-2025")]
    keys = {"REPORTER_KEY": reporter, "RECIPIENT_KEY": recipient}
    async with running.running(settings, tmp_path, "ingest", "aggregate", "portal"):
        assert await verdicts(report, tmp_path, keys) == ["201 accepted"]
        await until_received(1, settings, recipient)
        assert await verdicts(confirm, tmp_path, keys) == ["201 accepted"]
        assert await verdicts(act, tmp_path, keys) == ["201 accepted", "201 accepted"]
        await until_received(0, settings, recipient)
        assert await verdicts(confirm_old_figures, tmp_path, keys) == ["422 action.view_moved"]


async def verdicts(code: str, folder: Path, keys: dict[str, str]) -> list[str]:
    """Status and verdict, or the code of a refusal, of each event that the commands send."""
    text = "\n".join(await run("bash", "-e", "-c", code, folder=folder, **keys))
    return [" ".join(found) for found in re.findall(r'HTTP/1.1 ([0-9]+).+?"(?:verdict|code)":"(\S+?)"', text, re.DOTALL)]


async def until_received(count: int, settings: Settings, key: str) -> None:
    """Waits until the view of Quảng Trị has so many reports."""
    address = f"http://127.0.0.1:{settings.portal_port}/api/v1/views/nq68-quang-binh/2026/44"
    async with asyncio.timeout(running.READY_S), httpx2.AsyncClient(headers=bearer(key)) as client:
        while (answer := await client.get(address)).status_code != 200 or answer.json()["reporting"]["received"] != count:
            await asyncio.sleep(0.1)


async def test_the_javascript_does_what_it_says(today: Connections, settings: Settings, tmp_path: Path) -> None:
    [code] = blocks("javascript", settings)
    (tmp_path / "example.mjs").write_text(code, encoding="utf-8")
    key = await put_key(today.database, SENDER)
    async with running.running(settings, tmp_path, "ingest"):
        lines = await run("node", "example.mjs", folder=tmp_path, TONGHOP_KEY=key)
    assert lines[:4] == ["report 201 accepted", "again 200 duplicate", "correction 201 accepted", "withdrawal 201 accepted"]
    assert lines[4].startswith("receipt accepted 20")
