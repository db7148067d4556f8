"""A copy of the product with its own stack, as after a clone: `tonghop up` starts real servers there."""

import csv
import json
import os
import re
import shutil
import subprocess
import sys
import time
import urllib.error
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
KEY_S = 10.0
PERIOD = str(datetime.now(UTC).year)  # has begun: report years begin in December
COMMUNE, OTHER_COMMUNE = "06253-2025", "06280-2025"  # ids of communes of today


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

    def key(self, unit: str) -> str:
        """A new key of a unit."""
        [issued] = orjson.loads(self.tonghop("credentials", "issue", unit, "--json"))
        key: str = issued["http_key"]
        return key

    def report(self, unit: str, revision: int, event_id: str | None = None) -> dict[str, Any]:
        """Sends a small report of a commune of Văn Quan, named by its id; the receipt."""
        code = unit.partition("-")[0]
        data = {"regime": "ct27-van-quan", "period": PERIOD, "unit": code, "revision": revision, "values": {"gd_ngay_cong": 7}}
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
            {"content-type": "application/cloudevents+json", "authorization": f"Bearer {self.key(unit)}"},
            method="POST",
        )
        receipt: dict[str, Any] = orjson.loads(_answer(request))
        assert receipt["verdict"] == "accepted"
        return receipt


def _answer(request: urllib.request.Request) -> bytes:
    """What the door answers. A new key is known within a moment: until then, the answer is 401."""
    give_up_at = time.monotonic() + KEY_S
    while True:
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                body: bytes = answer.read()
                return body
        except urllib.error.HTTPError as error:
            if error.code != 401 or time.monotonic() > give_up_at:
                raise
        time.sleep(0.05)


def copy(folder: Path) -> Product:
    """The product in a folder, on free ports, with the units of its regimes' provinces alone, before and after the reforms (they load
    sooner); nothing runs.
    """
    for part in PARTS:
        shutil.copytree(ROOT / part, folder / part, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", folder)
    (folder / "tonghop_data").symlink_to("deploy")
    before = _keep(folder / "deploy/units/units.csv", {"20", "44", "45", "52", "64"})
    before |= {row.split(",")[0] for row in (folder / "deploy/units/offices.csv").read_text(encoding="utf-8").splitlines()}
    for reform in sorted((folder / "deploy/reforms").glob("*/")):
        _shorten(reform, before)
    ports = choose_ports(defaults=False)
    (folder / ".run").mkdir()
    (folder / ".run" / "ports.json").write_text(json.dumps(asdict(ports)))
    return Product(folder, ports)


def _keep(path: Path, kept: set[str]) -> set[str]:
    """Keeps the rows of the units with these codes and of all below them, and returns their codes; parents come before children."""
    header, *rows = path.read_text(encoding="utf-8").splitlines()
    lines, codes = [header], set(kept)
    for row in rows:
        code, parent = row.split(",")[0], next(csv.reader([row]))[4]
        if code in codes or parent in codes:
            codes.add(code)
            lines.append(row)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return codes


def _shorten(reform: Path, before: set[str]) -> None:
    """Keeps of a reform what concerns the provinces, and drops the numbers that it expects and the laws of other provinces."""
    after = _keep(reform / "units.csv", {"20", "44", "52"})
    header, *rows = (reform / "lineage.csv").read_text(encoding="utf-8").splitlines()
    kept = [row for row in rows if row.split(",")[0] in before and row.split(",")[1] in after]
    before |= after
    (reform / "lineage.csv").write_text("\n".join([header, *kept]) + "\n", encoding="utf-8")
    lines = (reform / "reform.yaml").read_text(encoding="utf-8").splitlines(keepends=True)
    of_others = [line for line in lines if (within := re.search(r'within: "(\w+)"', line)) is not None and within[1] not in after]
    shortened = [line for line in lines if not line.startswith("expect:") and line not in of_others]
    (reform / "reform.yaml").write_text("".join(shortened), encoding="utf-8")
