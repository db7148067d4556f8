"""The two commands, `tonghop send` and `tonghop-send`, are the same: options, help, exit status."""

import io
import sys
from pathlib import Path

import pytest
import typer.main
from rich.console import Console
from typer.testing import CliRunner

from services.cli.app import app
from services.send import command, sending
from services.send.command import Terminal
from services.send.settings import Options
from tests.send.conftest import Machine, report
from tests.send.office import KEY, UNIT, Office


def test_both_commands_have_the_same_options() -> None:
    group = typer.main.get_command(app)
    product = {name for one in group.commands["send"].params for name in one.opts if name.startswith("--")}  # type: ignore[attr-defined]
    package = {name for action in command._parser()._actions for name in action.option_strings}

    assert package - {"--help"} == product - {"--help"}


@pytest.mark.parametrize("of", ["product", "package"])
def test_a_report_is_sent_by_either(
    server: Office, machine: Machine, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], of: str
) -> None:
    for name, value in {"TONGHOP_KEY": KEY, "TONGHOP_UNIT": UNIT, "TONGHOP_URL": server.address, "TONGHOP_LANG": "vi"}.items():
        monkeypatch.setenv(name, value)
    words = [machine.file(report()), "--outbox", str(machine.outbox), "--json"]
    if of == "product":
        result = CliRunner().invoke(app, ["send", *words])
        code, said = result.exit_code, result.stdout
    else:
        code, said = command.main(words), capsys.readouterr().out

    assert (code, '"verdict": "accepted"' in said) == (0, True)
    assert len(server.accepted) == 1


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--khong-co"], "thừa tham số “--khong-co”"),
        (["--via", "ftp"], "--via: 'ftp' không hợp lệ"),
        (["--url"], "--url cần một giá trị"),
        (["--json=1"], "--json không nhận giá trị"),
        (["--key", KEY], "thừa tham số"),
    ],
)
def test_a_wrong_word_is_wrong_use_in_vietnamese(capsys: pytest.CaptureFixture[str], words: list[str], said: str) -> None:
    assert command.main(words) == 2

    printed = capsys.readouterr()
    assert (printed.out, said in printed.err) == ("", True)


def test_a_terminal_gets_a_progress_bar_and_a_pipe_none(server: Office, machine: Machine) -> None:
    options = Options(files=(machine.file(report()),), url=server.address, outbox=str(machine.outbox))
    for is_terminal in (True, False):
        notes = io.StringIO()
        terminal = Terminal(Console(file=io.StringIO()), Console(file=notes, force_terminal=is_terminal))
        command.run(
            Options(**{**{name: getattr(options, name) for name in options.__slots__}, "is_again": True}),
            machine.environment | {"TONGHOP_KEY": KEY, "TONGHOP_UNIT": UNIT},
            terminal,
        )

        assert ("Đang gửi" in notes.getvalue()) == is_terminal


def test_what_is_said_is_utf_8_whatever_the_machine_is_set_to(monkeypatch: pytest.MonkeyPatch) -> None:
    raw = io.BytesIO()
    monkeypatch.setattr(sys, "stderr", io.TextIOWrapper(raw, encoding="cp1252"))

    assert command.main(["--khong-co"]) == 2

    sys.stderr.flush()
    assert "thừa tham số" in raw.getvalue().decode("utf-8")


def test_an_interrupted_run_says_that_nothing_is_lost(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(sending.Sending, "_one", interrupt)

    assert machine.run(machine.file(report())) == 3

    assert "[send.stopped]" in machine.said
    assert len(list(Path(machine.outbox).glob("*.json"))) == 1
