"""Fixtures to test the command line on a real broker and a real database."""

import asyncio
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import pytest
import structlog
from typer.testing import CliRunner, Result

from services.cli import session
from services.cli.app import app
from shared.shell import service
from shared.shell.service import Connections
from shared.shell.settings import CliSettings, Settings
from tests import empty_streams
from tests.cli.files import COMMUNE, DISTRICT, PROVINCE, csv, regime

COMMUNES = ("06253", "06256", "06259")
YEAR = str(datetime.now(UTC).year)
PROVINCE_REGIME = f"""id: thu
title: Thử
legal_basis: []
calendar: "01-02"
periods: ["{YEAR}"]
recipient: "20"
within: "20"
reporters:
  huyen: {{label: Huyện, level: district}}
  xa: {{label: Xã, level: commune}}
obligation:
  deadlines:
    huyen: {{once: "{YEAR}-01-02"}}
    xa: {{once: "2099-12-31"}}
indicators: [{{code: so, label: Số, kind: quantity}}]
"""


class Cli:
    """The command line in this process, on servers of its own."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    def run(self, *arguments: str | Path) -> Result:
        return CliRunner().invoke(app, [str(argument) for argument in arguments])

    def json(self, *arguments: str | Path, code: int = session.FINE) -> Any:
        """The answer of a command that has ended with `code`: one JSON document, and nothing beside it on standard output."""
        result = self.run(*arguments, "--json")
        assert result.exit_code == code, result.output
        return orjson.loads(result.stdout)

    def refused(self, *arguments: str | Path, code: int = session.NO) -> str:
        """What a command that has ended with `code` says on standard error; standard output stays empty."""
        result = self.run(*arguments)
        assert result.exit_code == code, result.output
        assert result.stdout == ""
        assert "Traceback" not in result.stderr
        return result.stderr

    def ask(self, question: Any) -> Any:
        """What `question`, a coroutine function of open connections, finds."""

        async def act() -> Any:
            async with session.connected(self.settings) as connections:
                return await question(connections)

        return asyncio.run(act())

    def generation(self) -> int:
        async def question(connections: Connections) -> int:
            return await connections.reference.generation()

        found: int = self.ask(question)
        return found


def point_at(monkeypatch: pytest.MonkeyPatch, settings: Settings, **changes: Any) -> None:
    """The environment of commands: these settings, and no file."""
    monkeypatch.setitem(CliSettings.model_config, "env_file", None)
    for name, value in (settings.model_dump() | changes).items():
        monkeypatch.setenv(f"TONGHOP_{name.upper()}", str(value))


@pytest.fixture
def cli(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Cli]:
    """An empty broker and an empty database."""

    async def clean() -> None:
        connections = service.connections(settings, "test")
        await connections.broker.start()
        await empty_streams.remove(connections.streams.jetstream)
        await connections.mongo.drop_database(settings.database)
        await connections.close()

    asyncio.run(clean())
    point_at(monkeypatch, settings)
    yield Cli(settings)
    structlog.reset_defaults()


def load(cli: Cli, folder: Path, communes: Iterable[str], regime_text: str) -> None:
    """Imports a province with one district and these communes, by their lines, and the regime `thu`."""
    cli.run("streams", "apply")
    lines = [line.replace("2024-01-01", "2010-01-01") for line in (PROVINCE, DISTRICT, *communes)]
    assert cli.run("units", "import", csv(folder, *lines)).exit_code == session.FINE
    assert cli.json("regimes", "load", regime(folder, regime_text))["regimes"] == ["thu"]


def three_communes(cli: Cli, folder: Path, regime_text: str) -> None:
    """As `load`, with the communes `COMMUNES`."""
    load(cli, folder, [f"{code},Xã {code},commune,peoples_committee,184,2024-01-01," for code in COMMUNES], regime_text)


@pytest.fixture
def province(cli: Cli, tmp_path: Path) -> Cli:
    """A province with one district, whose duty is overdue, and one commune, whose duty is not."""
    load(cli, tmp_path, [COMMUNE], PROVINCE_REGIME)
    return cli
