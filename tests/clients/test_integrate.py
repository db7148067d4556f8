"""The curl and JavaScript of docs/integrate.md work against a real ingest (the Python is tested in tests/ingest/test_integrate.py)."""

import re
from pathlib import Path

import pytest

from shared.shell.service import Connections
from shared.shell.settings import Settings
from tests import running
from tests.ingest.test_integrate import blocks, run

pytestmark = pytest.mark.clients


async def test_the_curl_does_what_it_says(known: Connections, settings: Settings, tmp_path: Path) -> None:
    async with running.running(settings, tmp_path, "ingest"):
        lines = await run("bash", "-e", "-c", "\n".join(blocks("bash", settings)), folder=tmp_path)
    text = "\n".join(lines)
    assert re.findall(r"HTTP/1.1 ([0-9]+)", text) == ["201", "200", "200", "201", "201"]
    assert re.findall(r'"verdict":"(\w+)"', text) == ["accepted", "accepted", "duplicate", "accepted", "accepted"]
    assert re.findall(r'"code":"(\S+?)"', text) == []


async def test_the_javascript_does_what_it_says(known: Connections, settings: Settings, tmp_path: Path) -> None:
    [code] = blocks("javascript", settings)
    (tmp_path / "example.mjs").write_text(code, encoding="utf-8")
    async with running.running(settings, tmp_path, "ingest"):
        lines = await run("node", "example.mjs", folder=tmp_path)
    assert lines[:4] == ["report 201 accepted", "again 200 duplicate", "correction 201 accepted", "withdrawal 201 accepted"]
    assert lines[4].startswith("receipt accepted 20")
