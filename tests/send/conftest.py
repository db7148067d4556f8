"""A commune's machine: an outbox, files, and the command in this process; and the small server to which it sends."""

import io
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from services.send import command
from services.send.command import Terminal
from services.send.settings import Options
from tests.send import office
from tests.send.office import KEY, UNIT, Json, Office


@dataclass
class Machine:
    """Runs the command. `said` is what it printed on standard error at the last run, `printed` on standard output."""

    folder: Path
    address: str
    environment: dict[str, str] = field(default_factory=dict)
    said: str = ""
    printed: str = ""
    pauses: list[float] = field(default_factory=list)

    @property
    def outbox(self) -> Path:
        return self.folder / "outbox"

    def file(self, *reports: Json, name: str = "reports.ndjson") -> str:
        path = self.folder / name
        path.write_text("".join(json.dumps(one) + "\n" for one in reports), encoding="utf-8")
        return str(path)

    def run(self, *files: str, stdin: bytes = b"", **more: Any) -> int:
        out, notes = io.StringIO(), io.StringIO()

        async def pause(seconds: float) -> None:
            self.pauses.append(seconds)

        terminal = Terminal(Console(file=out, width=160), Console(file=notes, soft_wrap=True), lambda: io.BytesIO(stdin), pause)
        environment = {"TONGHOP_KEY": KEY, "TONGHOP_UNIT": UNIT, **self.environment}
        options = Options(**{"files": files, "url": self.address, "outbox": str(self.outbox), **more})
        code = command.run(options, environment, terminal)
        self.printed, self.said = out.getvalue(), notes.getvalue()
        return code

    def rows(self, *files: str, code: int = 0, **more: Any) -> list[Json]:
        """The objects that a run prints as JSON."""
        found = self.run(*files, as_json=True, **more)
        assert found == code, self.said
        return [json.loads(line) for line in self.printed.splitlines()]


@pytest.fixture
def server() -> Iterator[Office]:
    with office.opened() as opened:
        yield opened


@pytest.fixture
def machine(server: Office, tmp_path: Path) -> Machine:
    return Machine(tmp_path, server.address)


def report(period: str = "2026", regime: str = "ct27-van-quan", **more: Any) -> Json:
    return {"regime": regime, "period": period, "values": {"gd_ngay_cong": 340}, **more}
