"""Describes the machine and the versions of a benchmark run: a figure means nothing without them."""

import os
import platform
import subprocess
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

from services.devstack.servers import find_mongod, find_nats_server

ROOT: Final = Path(__file__).parents[2]
PACKAGES: Final = ("nats-py", "faststream", "motor", "pymongo", "numpy", "orjson", "pydantic", "uvicorn")


def environment() -> dict[str, Any]:
    """Machine, servers, interpreter, packages and commit."""
    return {
        "cores": len(os.sched_getaffinity(0)),
        "cpu": _field("/proc/cpuinfo", "model name"),
        "memory_gib": round(int(_field("/proc/meminfo", "MemTotal").split()[0]) / 2**20, 1),
        "load_before": os.getloadavg()[0],
        "system": platform.platform(),
        "nats_server": _first_line(find_nats_server(), "--version"),
        "mongod": _first_line(find_mongod(), "--version"),
        "python": platform.python_version(),
        **{package: version(package) for package in PACKAGES},
        "commit": commit(),
    }


def commit() -> str:
    """The commit that is checked out, with “+” when files differ from it."""
    found = _first_line("git", "-C", ROOT, "rev-parse", "--short", "HEAD")
    return found + ("+" if _first_line("git", "-C", ROOT, "status", "--porcelain", "--untracked-files=no") else "")


def _first_line(*command: str | Path) -> str:
    """The first line that a command prints; empty when it cannot be run."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        return ""
    return (done.stdout.splitlines() or [""])[0]


def _field(path: str, name: str) -> str:
    """The value of a `name: value` line of a file below /proc."""
    lines = Path(path).read_text(encoding="utf-8").splitlines()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith(name)), "")
