"""The product installed from a copy of its sources into a new virtual environment, and used from an empty folder."""

import json
import shutil
import subprocess
import sys
import urllib.request
from dataclasses import asdict
from pathlib import Path

import pytest

from services.devstack.ports import choose_ports
from tests.install.test_extras import LOOK, ROOT

pytestmark = pytest.mark.install

PARTS = ("services", "shared", "deploy", "tonghop_data", "pyproject.toml")
COMMAND_S = 240.0


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of what is packaged, links as links."""
    folder = tmp_path_factory.mktemp("source")
    for part in PARTS:
        if (ROOT / part).is_dir() and not (ROOT / part).is_symlink():
            shutil.copytree(ROOT / part, folder / part, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / part, folder / part, follow_symlinks=False)
    return folder


def install(source: Path, environment: Path, extras: str = "") -> Path:
    """The folder of programs of a new environment into which the product was installed."""
    subprocess.run([sys.executable, "-m", "venv", environment], check=True)
    pip: list[str | Path] = [environment / "bin/python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input"]
    subprocess.run([*pip, f"{source}{extras}"], check=True)
    return environment / "bin"


@pytest.fixture(scope="module")
def scripts(source: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The programs of an installation as production has it: no extras."""
    return install(source, tmp_path_factory.mktemp("production") / "venv")


@pytest.fixture(scope="module")
def with_servers(source: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The programs of an installation with the embedded servers."""
    return install(source, tmp_path_factory.mktemp("embedded") / "venv", "[embedded]")


def run(program: Path, *words: str | Path, cwd: Path, code: int = 0) -> str:
    """What a program says that is called in a folder, without any settings; it must end with `code`."""
    done = subprocess.run([program, *words], env={}, cwd=cwd, capture_output=True, text=True, timeout=COMMAND_S, check=False)
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_the_command_line_runs(scripts: Path, tmp_path: Path) -> None:
    assert "units" in run(scripts / "tonghop", "--help", cwd=tmp_path)


def test_every_service_imports_and_every_command_has_help(scripts: Path, tmp_path: Path) -> None:
    run(scripts / "python", LOOK, cwd=tmp_path)


def test_the_regimes_and_units_that_the_product_brings_are_there(scripts: Path, tmp_path: Path) -> None:
    said = run(scripts / "tonghop", "regimes", "check", "--json", cwd=tmp_path)

    assert "ct27-van-quan" in said


def test_the_reforms_that_the_product_brings_are_there(scripts: Path, tmp_path: Path) -> None:
    answer = json.loads(run(scripts / "tonghop", "reform", "check", "--json", cwd=tmp_path).partition("\n}")[0] + "\n}")

    assert [reform["id"] for reform in answer["reforms"]] == ["2025-03-01-quang-binh", "2025-07-01"]


def test_the_streams_and_the_calendar_are_those_that_the_product_brings(scripts: Path, tmp_path: Path) -> None:
    program = (
        "from shared.plumbing import agency_days, data_files, streams;"
        "from shared.shell.settings import Settings;"
        "assert data_files.CHECKOUT is None;"
        "agency_days.read(Settings().calendar_days);"
        "print(sorted(streams.read().streams))"
    )

    assert "REPORTS" in run(scripts / "python", "-c", program, cwd=tmp_path)


def test_the_contracts_are_compared_anywhere_and_written_in_a_checkout_only(scripts: Path, tmp_path: Path) -> None:
    run(scripts / "tonghop", "contracts", "--check", cwd=tmp_path)

    assert "[cli.contracts_need_checkout]" in run(scripts / "tonghop", "contracts", cwd=tmp_path, code=1)


def test_the_embedded_stack_says_what_it_lacks(scripts: Path, tmp_path: Path) -> None:
    assert "pip install -e '.[embedded]'" in run(scripts / "tonghop", "up", cwd=tmp_path, code=3)


def test_the_stack_and_its_demo_run_in_an_empty_folder(with_servers: Path, tmp_path: Path) -> None:
    ports = choose_ports(defaults=False)
    (tmp_path / ".run").mkdir()
    (tmp_path / ".run" / "ports.json").write_text(json.dumps(asdict(ports)))
    try:
        run(with_servers / "tonghop", "up", cwd=tmp_path)
        said = run(with_servers / "tonghop", "demo", cwd=tmp_path)
        page = next(word for word in said.split() if word.startswith(f"http://127.0.0.1:{ports.portal}/bang/"))
        for address in (page, f"http://127.0.0.1:{ports.portal}/static/portal.css"):  # the page leads to the login
            with urllib.request.urlopen(address, timeout=20) as answer:
                assert answer.status == 200
    finally:
        run(with_servers / "tonghop", "down", cwd=tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [".run"]
