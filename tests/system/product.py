"""A copy of the product with its own stack, as after a clone: `tonghop up` starts real servers there."""

import json
import os
import shutil
import subprocess
import sys
import urllib.request
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import orjson

from services.devstack.ports import Ports, choose_ports
from services.devstack.runfolder import Recorded, RunFolder
from shared.wire import events

ROOT = Path(__file__).parents[2]
PARTS = ("services", "shared", "deploy")
COMMAND_S = 240.0
PERIOD = str(datetime.now(UTC).year)  # has begun: report years begin in December


@dataclass(frozen=True)
class Product:
    """The copy's folder, and what a person does there."""

    folder: Path
    ports: Ports

    @property
    def run_folder(self) -> RunFolder:
        return RunFolder(self.folder / ".run")

    def tonghop(self, *words: str, code: int = 0, stdin: str = "") -> str:
        """What a command says, standard output and error; it must end with `code`."""
        done = subprocess.run(
            [sys.executable, "-m", "services.cli.app", *words],
            cwd=self.folder,
            env=self.environment(),
            input=stdin,
            capture_output=True,
            text=True,
            timeout=COMMAND_S,
            check=False,
        )
        assert done.returncode == code, done.stdout + done.stderr
        assert "Traceback" not in done.stderr
        return done.stdout + done.stderr

    def environment(self) -> dict[str, str]:
        """Nothing of the tester's own settings."""
        return {name: value for name, value in os.environ.items() if not name.startswith("TONGHOP_")} | {"PYTHONPATH": str(self.folder)}

    def processes(self) -> dict[str, Recorded]:
        return {one.name: one for one in self.run_folder.processes() if one.is_running}

    def report(self, unit: str, revision: int, event_id: str | None = None) -> dict[str, Any]:
        """Sends a small report of a commune of Văn Quan; the receipt."""
        data = {"regime": "ct27-van-quan", "period": PERIOD, "unit": unit, "revision": revision, "values": {"gd_ngay_cong": 7}}
        event = {
            "specversion": "1.0",
            "id": event_id or str(uuid4()),
            "source": f"/units/{unit}",
            "type": events.SUBMITTED,
            "data": data,
        }
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.ports.ingest}/v1/reports",
            orjson.dumps(event),
            {"content-type": "application/cloudevents+json"},
            method="POST",
        )
        with urllib.request.urlopen(request, timeout=20) as answer:
            receipt: dict[str, Any] = orjson.loads(answer.read())
        assert receipt["verdict"] == "accepted"
        return receipt


def copy(folder: Path) -> Product:
    """The product in a folder, on free ports, with the units of its regimes' provinces alone (they load sooner); nothing runs."""
    for part in PARTS:
        shutil.copytree(ROOT / part, folder / part, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", folder)
    (folder / "tonghop_data").symlink_to("deploy")
    _keep(folder / "deploy/units/units.csv", {"20", "44", "52"})
    ports = choose_ports(defaults=False)
    (folder / ".run").mkdir()
    (folder / ".run" / "ports.json").write_text(json.dumps(asdict(ports)))
    return Product(folder, ports)


def _keep(path: Path, kept: set[str]) -> None:
    """Keeps the rows of the units with these codes and of all below them; parents stand before children."""
    header, *rows = path.read_text(encoding="utf-8").splitlines()
    lines = [header]
    for row in rows:
        code, parent = row.split(",")[0], row.split(",")[4]
        if code in kept or parent in kept:
            kept.add(code)
            lines.append(row)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
