"""Clients generated from the committed OpenAPI document send a report to a real ingest and read its receipt.

The generators are openapi-typescript (with the TypeScript compiler) and openapi-python-client. They are installed and run in temporary
folders, in the versions named here and in `typescript/package-lock.json`. Needs Node, npm and the package registries. Takes about 60 s.
"""

import shutil
import sys
from pathlib import Path
from typing import Final

import pytest

from services.cli.contracts.documents import FOLDER
from shared.shell.service import Connections
from shared.shell.settings import Settings
from tests import running
from tests.identities import put_key
from tests.ingest.test_integrate import SENDER, run

pytestmark = pytest.mark.clients

HERE: Final = Path(__file__).parent
DOCUMENT: Final = FOLDER / "openapi-ingest.json"
GENERATOR: Final = "openapi-python-client==0.29.1"
EXPECTED: Final = ["201 accepted", "200 duplicate", "403 event.subject_mismatch"]


def copy(name: str, folder: Path) -> Path:
    return shutil.copytree(HERE / name, folder / name)


async def test_a_typescript_client_sends_a_report_and_its_body_has_a_type(today: Connections, settings: Settings, tmp_path: Path) -> None:
    folder = copy("typescript", tmp_path)
    await run("npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts", folder=folder)
    await run("npx", "openapi-typescript", str(DOCUMENT), "--output", "ingest.ts", folder=folder)
    assert "requestBody?: never" not in (folder / "ingest.ts").read_text(encoding="utf-8").partition("sendReport: {")[2][:400]
    await run("npx", "tsc", folder=folder)

    key = await put_key(today.database, SENDER)
    async with running.running(settings, tmp_path, "ingest"):
        lines = await run("node", "built/send.js", f"http://127.0.0.1:{settings.ingest_port}", folder=folder, TONGHOP_KEY=key)

    assert lines == [*EXPECTED, "receipt accepted typescript-0001"]


async def test_a_python_client_sends_a_report(today: Connections, settings: Settings, tmp_path: Path) -> None:
    folder = copy("python", tmp_path)
    python = str(tmp_path / "venv" / "bin" / "python")
    await run(sys.executable, "-m", "venv", str(tmp_path / "venv"), folder=folder)
    await run(python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", GENERATOR, folder=folder)
    generator = str(tmp_path / "venv" / "bin" / "openapi-python-client")
    await run(generator, "generate", "--path", str(DOCUMENT), "--meta", "none", "--output-path", "tong_hop_ingest_client", folder=folder)

    key = await put_key(today.database, SENDER)
    async with running.running(settings, tmp_path, "ingest"):
        lines = await run(python, "send.py", f"http://127.0.0.1:{settings.ingest_port}", folder=folder, TONGHOP_KEY=key)

    assert lines == [*EXPECTED, "receipt accepted python-0001"]
