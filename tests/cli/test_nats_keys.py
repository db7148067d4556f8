"""`tonghop nats`: keys are made once, and what is pushed can be read back."""

from pathlib import Path

import pytest

from services.cli import session
from tests.cli.conftest import Cli


def test_keys_are_made_once(cli: Cli, tmp_path: Path) -> None:
    folder = tmp_path / "keys"
    assert cli.run("nats", "init", "--out", folder).exit_code == session.FINE
    made = (folder / "keys.json").read_bytes()
    assert cli.run("nats", "init", "--out", folder).exit_code == session.FINE
    assert (folder / "keys.json").read_bytes() == made


def test_nothing_is_pushed_when_nothing_has_changed(cli: Cli) -> None:
    for _ in range(2):
        pushed = cli.run("nats", "push")
        assert pushed.exit_code == session.FINE, pushed.output
    assert "không có gì thay đổi" in pushed.stdout


def test_without_keys_nothing_is_pushed(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TONGHOP_NATS_KEYS", str(tmp_path))
    assert "[nats.no_keys]" in cli.refused("nats", "push")
