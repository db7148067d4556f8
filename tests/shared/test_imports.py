"""Importing a module reads no settings and connects to nothing, whatever the environment holds."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]

IMPORT_ALL = """
import importlib, pkgutil, sys
connections = []
sys.addaudithook(lambda event, arguments: connections.append(arguments) if event == "socket.connect" else None)
names = [
    found.name
    for package in ("services", "shared")
    for found in pkgutil.walk_packages([f"{sys.argv[1]}/{package}"], f"{package}.")
    if not found.name.endswith(".__main__")
]
for name in names:
    importlib.import_module(name)
assert not connections, connections
print(len(names))
"""


def import_all(environment: dict[str, str], folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", IMPORT_ALL, str(ROOT)],
        env={"PYTHONPATH": str(ROOT), **environment},
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )


def test_every_module_imports_with_an_empty_environment_and_connects_to_nothing(tmp_path: Path) -> None:
    done = import_all({}, tmp_path)

    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 80


def test_no_module_reads_settings_when_it_is_imported(tmp_path: Path) -> None:
    done = import_all({"TONGHOP_REPLICAS": "không phải số"}, tmp_path)

    assert done.returncode == 0, done.stderr
