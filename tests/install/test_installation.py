"""The product installed as the image installs it: a new virtual environment, no extras."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.install.test_extras import LOOK, ROOT

pytestmark = pytest.mark.install


@pytest.fixture(scope="module")
def scripts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of programs of a new environment into which a copy of the product was installed."""
    folder = tmp_path_factory.mktemp("install")
    source, environment = folder / "source", folder / "venv"
    for name in ("services", "shared"):
        shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", source)
    subprocess.run([sys.executable, "-m", "venv", environment], check=True)
    install: list[str | Path] = [
        environment / "bin/python",
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--no-input",
        source,
    ]
    subprocess.run(install, check=True)
    return environment / "bin"


def test_the_command_line_runs(scripts: Path, tmp_path: Path) -> None:
    done = subprocess.run([scripts / "tonghop", "--help"], env={}, cwd=tmp_path, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
    assert "units" in done.stdout


def test_every_service_imports_and_every_command_has_help(scripts: Path, tmp_path: Path) -> None:
    done = subprocess.run([scripts / "python", LOOK], env={}, cwd=tmp_path, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout + done.stderr


def test_the_embedded_stack_says_what_it_lacks(scripts: Path, tmp_path: Path) -> None:
    done = subprocess.run([scripts / "tonghop", "up"], env={}, cwd=tmp_path, capture_output=True, text=True, check=False)

    assert done.returncode == 3
    assert "pip install -e '.[embedded]'" in done.stdout
