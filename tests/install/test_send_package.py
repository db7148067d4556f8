"""The client as a package of its own: built from its folder alone, installed into an empty environment, and used to send."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.install.test_extras import ROOT
from tests.send import office
from tests.send.conftest import report
from tests.send.office import KEY, UNIT, Office

pytestmark = pytest.mark.install

PIP = ("-m", "pip", "--disable-pip-version-check", "--quiet", "--no-input")


@pytest.fixture(scope="module")
def scripts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The programs of an environment that has nothing but the client."""
    folder = tmp_path_factory.mktemp("client")
    source = shutil.copytree(
        ROOT / "services" / "send", folder / "source", ignore=shutil.ignore_patterns("__pycache__", "build", "*.egg-info")
    )
    subprocess.run([sys.executable, *PIP, "wheel", "--no-deps", "--wheel-dir", folder, source], check=True)
    subprocess.run([sys.executable, "-m", "venv", folder / "venv"], check=True)
    [wheel] = folder.glob("tonghop_send-*.whl")
    subprocess.run([folder / "venv/bin/python", *PIP, "install", wheel], check=True)
    return folder / "venv" / "bin"


def run(scripts: Path, folder: Path, *words: str | Path, address: str = "", code: int = 0) -> str:
    environment = {"TONGHOP_URL": address, "TONGHOP_KEY": KEY, "TONGHOP_UNIT": UNIT, "HOME": str(folder)}
    done = subprocess.run([scripts / "tonghop-send", *words], env=environment, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_the_package_alone_keeps_and_sends_a_report(scripts: Path, tmp_path: Path) -> None:
    (tmp_path / "report.json").write_text(json.dumps(report()))

    assert "[send.away]" in run(scripts, tmp_path, "report.json", address="http://127.0.0.1:9", code=3)
    with office.opened(Office()) as server:
        assert "Đã tiếp nhận" in run(scripts, tmp_path, address=server.address)
        assert "không gửi lại" in run(scripts, tmp_path, "report.json", address=server.address)

    assert [one["revision"] for one in server.accepted] == [1]
    assert (tmp_path / ".local/share/tonghop-send" / UNIT / "000000000001.json").exists()


def test_without_the_part_for_nats_it_says_how_to_install_it(scripts: Path, tmp_path: Path) -> None:
    jwt = "e30.eyJuYW1lIjogIjA2MjUzLTIwMjUifQ.x"
    creds = f"-----BEGIN NATS USER JWT-----\n{jwt}\n------END NATS USER JWT------\n"
    creds += "-----BEGIN USER NKEY SEED-----\nSUAAAA\n------END USER NKEY SEED------\n"
    (tmp_path / "unit.creds").write_text(creds)
    (tmp_path / "report.json").write_text(json.dumps(report()))
    words = ("report.json", "--via", "nats", "--nats-url", "nats://127.0.0.1:4222", "--creds", "unit.creds")

    assert "pip install 'tonghop-send[nats]'" in run(scripts, tmp_path, *words, code=2)


def test_the_help_is_vietnamese_and_wrong_words_are_wrong_use(scripts: Path, tmp_path: Path) -> None:
    assert "Mã thoát: 0" in run(scripts, tmp_path, "--help")
    assert "thừa tham số “--khong-co”" in run(scripts, tmp_path, "--khong-co", code=2)
    assert "[send.no_address]" in run(scripts, tmp_path, code=2)
    program = "import tonghop_send.command, sys; sys.exit(any(name in sys.modules for name in ('shared', 'services', 'nats', 'pydantic')))"
    assert subprocess.run([scripts / "python", "-c", program], cwd=tmp_path, check=False).returncode == 0
