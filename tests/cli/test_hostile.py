"""Wrong input at every command gives a sentence with the place and what to do, the right exit code and no traceback, and stores nothing."""

from pathlib import Path
from typing import Any, Final

import pytest
import typer
from typer.testing import CliRunner

from services.cli import session
from services.cli.app import app
from services.devstack.servers import choose_ports
from shared.shell.service import Connections
from shared.shell.settings import CliSettings
from tests import nats_users
from tests.cli.conftest import Cli
from tests.cli.files import csv
from tests.cli.test_reading import READING, WRITING

ENGLISH: Final = (
    "Input should be",
    "Traceback",
    "Error",
    "No such",
    "Missing",
    "Usage",
    "Invalid value",
    "Show this message",
    "Options",
    "None",
)
OF_FILES: Final = (
    ("units", "import"),
    ("units", "import", "--contacts"),
    ("contacts", "import"),
    ("regimes", "check"),
    ("regimes", "load"),
)
BOMB: Final = "a: &a [x, x]\n" + "".join(f"{chr(98 + n)}: &{chr(98 + n)} [{', '.join([f'*{chr(97 + n)}'] * 9)}]\n" for n in range(9))
CONTENTS: Final = {
    "empty": b"",
    "blank": b" \n\n",
    "zeros": b"\x00" * 100,
    "binary": bytes(range(256)) * 20,
    "elf": b"\x7fELF" + bytes(range(128)),
    "utf-16": "id: thu\ncode,name\n".encode("utf-16"),
    "windows-1258": "tên: Thị trấn\n".encode("cp1258", "replace"),
    "excel": b"PK\x03\x04" + b"\x00" * 50,
    "bomb": BOMB.encode(),
    "recursion": b"a: &a [*a]\n",
    "merge": b"a: &a {b: 1}\nc: {<<: *a}\n",
    "deep": b"[" * 20_000,
    "deeper": b"- " * 50_000 + b"x",
    "tag": b"!!python/object/apply:os.system ['true']\n",
    "twice": b"id: x\nid: y\n",
    "documents": b"id: x\n---\nid: y\n",
    "days": b"id: 2026-02-30\n",
    "binary tag": b"id: !!binary xx\n",
    "set": b"? a\n? b\n",
    "list": b"- a\n",
    "scalar": b"3\n",
    "keys": b"{[a]: 1, {b: c}: 2, 3: 4, null: 5, 2026-01-01: 6}\n",
    "huge number": b"id: " + b"9" * 10_000 + b"\n",
    "huge line": b"a" * 1_500_000,
    "quotes": b'"' * 1001,
    "many keys": "".join(f"k{number}: {number}\n" for number in range(40_000)).encode(),
    "bidi": "id: thu\u202e\n".encode(),
    "surrogate": b"id: \xed\xa0\x80\n",
}


@pytest.fixture
def stocked(cli: Cli) -> Cli:
    cli.run("streams", "apply")
    return cli


def generation_and_collections(cli: Cli) -> Any:
    async def question(connections: Connections) -> Any:
        return await connections.reference.generation(), sorted(await connections.database.list_collection_names())

    return cli.ask(question)


def refused(cli: Cli, *words: str | Path) -> str:
    """What a command says that refuses its input."""
    result = cli.run(*words)
    assert result.exit_code in (session.NO, session.WRONG_USE), (words, result.output)
    assert isinstance(result.exception, SystemExit), result.exception
    assert result.stdout == ""
    assert not [word for word in ENGLISH if word in result.stderr.partition("(")[0]], result.stderr
    return result.stderr


@pytest.mark.parametrize("words", [*OF_FILES, ("regimes", "show")], ids=" ".join)
def test_a_file_that_is_none_of_ours_is_refused_and_nothing_is_stored(stocked: Cli, tmp_path: Path, words: tuple[str, ...]) -> None:
    before = generation_and_collections(stocked)
    for name, content in CONTENTS.items():
        path = tmp_path / f"{name}.yaml"
        path.write_bytes(content)

        said = refused(stocked, *words, path)

        assert said.startswith(f"{path}: "), said
        assert len(said) < 20_000, name
    assert generation_and_collections(stocked) == before


@pytest.mark.parametrize("words", OF_FILES, ids=" ".join)
def test_what_is_no_file_is_refused_by_its_name(stocked: Cli, tmp_path: Path, words: tuple[str, ...]) -> None:
    for path in (
        tmp_path / "không có.csv",
        tmp_path / "x" / "y",
        Path("/dev/zero"),
        Path("/dev/null"),
        Path("/proc/self/mem"),
        Path("a" * 300),
    ):
        assert refused(stocked, *words, path).startswith(f"{path}: ")
    assert str(tmp_path) in refused(stocked, *words, tmp_path)


def test_wrong_words_after_any_command_are_told_in_vietnamese(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TONGHOP_NATS_KEYS", nats_users.key_folder())
    monkeypatch.setenv("TONGHOP_NATS_CREDS", nats_users.creds())
    for command in (*READING, *WRITING):
        for wrong in (["--khong-co"], ["--json=3"], *([["a", "b", "c", "d", "e", "f"]] if command not in TAKES_MANY else [])):
            result = CliRunner().invoke(app, [*command.split(), *wrong])
            assert result.exit_code == session.WRONG_USE, (command, wrong, result.output)
            assert result.stdout == ""
            assert result.stderr.startswith("Dùng sai: "), result.stderr
            assert not [word for word in (*ENGLISH, "unexpected") if word in result.stderr], result.stderr


@pytest.mark.parametrize("command", [["notify", "tick"], ["notify", "plan"]])
@pytest.mark.parametrize("at", ["9999-12-31T23:59:59Z", "0001-01-01T00:00:00+14:00", "2200-01-01T00:00:00+07:00"])
def test_an_instant_beyond_all_deadlines_is_wrong_use(command: list[str], at: str) -> None:
    result = CliRunner().invoke(app, [*command, "--at", at])

    assert (result.exit_code, result.stdout) == (session.WRONG_USE, "")
    assert "các năm từ 2000 đến 2199" in result.stderr


@pytest.mark.parametrize("command", [["notify", "plan"], ["duties", "list"]])
@pytest.mark.parametrize("period", ["2026-13", "2026-Q5", "2026-1", "quý III", "1999", "2026-M9 "])
def test_a_period_that_no_calendar_has_is_wrong_use(command: list[str], period: str) -> None:
    result = CliRunner().invoke(app, [*command, "--period", period])

    assert (result.exit_code, result.stdout) == (session.WRONG_USE, "")
    assert "Tham số “--period” không hợp lệ. Ghi mã kỳ báo cáo như 2024, 2024-H1" in result.stderr
    assert "[door.bad_query]" in result.stderr


TAKES_MANY: Final = {
    "contacts list",
    "contacts remove",
    "credentials issue",
    "parked drop",
    "parked replay",
    "reform apply",
    "reform check",
    "regimes check",
    "regimes load",
    "send",
    "units import",
}


def test_the_help_of_every_command_is_vietnamese_with_its_exit_codes() -> None:
    for command in (*READING, *WRITING):
        result = CliRunner().invoke(app, [*command.split(), "--help"])
        assert result.exit_code == session.FINE
        assert "Mã thoát:" in result.stdout, command
        assert not [word for word in ENGLISH if word in result.stdout], (command, result.stdout)
        options = typer.main.get_command(app)
        for word in command.split():
            options = options.commands[word]  # type: ignore[attr-defined]  # a group, until the last word
        needed = [one for one in options.params if one.required]
        assert not needed or "Ví dụ" in result.stdout, command


@pytest.mark.parametrize(
    ("command", "name", "value", "words"),
    [
        ("streams apply", "REPLICAS", "ba", "TONGHOP_REPLICAS: Giá trị “ba” không đúng dạng. Ghi số nguyên"),
        ("status", "REPLICAS", "9", "TONGHOP_REPLICAS: Giá trị “9” quá lớn. Ghi một số không lớn hơn 5."),
        ("up", "REPLICAS", "0", "TONGHOP_REPLICAS: Giá trị “0” quá nhỏ. Ghi một số từ 1 trở lên."),
        ("demo", "SMTP_PORT", "", "TONGHOP_SMTP_PORT: Giá trị trống không đúng dạng. Ghi số nguyên"),
        ("duties list", "DATABASE", "Tổng Hợp", "TONGHOP_DATABASE: Giá trị “Tổng Hợp” không đúng dạng. Ghi tên cơ sở dữ liệu"),
        ("notify plan", "PUBLIC_URL", "bao-cao", "TONGHOP_PUBLIC_URL: Giá trị “bao-cao” không đúng dạng. Ghi địa chỉ trang"),
        ("regimes check", "CALENDAR_DAYS", "/khong/co", "/khong/co: Không có tệp này"),
        ("verify", "CALENDAR_DAYS", "deploy", "deploy: Đây là thư mục"),
        ("regimes check", "MONGO_URL", "http://127.0.0.1", "TONGHOP_MONGO_URL: Giá trị không phải là địa chỉ của MongoDB"),
        ("rebuild", "MONGO_URL", "mongodb://127.0.0.1:99999/", "TONGHOP_MONGO_URL: Giá trị không phải là địa chỉ của MongoDB"),
        ("contacts list", "MONGO_URL", "", "TONGHOP_MONGO_URL: Giá trị không phải là địa chỉ của MongoDB"),
        ("units import", "MONGO_URL", "mongodb://127.0.0.1/?w=0", "TONGHOP_MONGO_URL"),
        ("streams apply", "NATS_URL", "nats://127.0.0.1:99999", "TONGHOP_NATS_URL: Giá trị không phải là địa chỉ của NATS"),
        ("duties list", "NATS_URL", "http://[", "TONGHOP_NATS_URL: Giá trị không phải là địa chỉ của NATS"),
        ("units import", "NATS_URL", "", "TONGHOP_NATS_URL: Giá trị không phải là địa chỉ của NATS"),
    ],
)
def test_a_setting_that_makes_no_sense_is_named_with_the_form_wanted(
    monkeypatch: pytest.MonkeyPatch, command: str, name: str, value: str, words: str
) -> None:
    monkeypatch.setitem(CliSettings.model_config, "env_file", None)
    monkeypatch.setattr("services.devstack.stack.up", lambda: None)
    monkeypatch.setattr("services.devstack.stack.addresses", lambda: True)
    monkeypatch.setenv("TONGHOP_NATS_URL", f"nats://127.0.0.1:{choose_ports(defaults=False).nats}")
    monkeypatch.setenv("TONGHOP_NATS_CREDS", nats_users.creds())
    monkeypatch.setenv(f"TONGHOP_{name}", value)

    result = CliRunner().invoke(app, command.split())

    assert isinstance(result.exception, SystemExit), result.exception
    assert result.exit_code in (session.NO, session.WRONG_USE), result.stderr
    assert (result.stdout, words in result.stderr) == ("", True), result.stderr


CHANGING: Final = {
    "regimes remove": ("thu",),
    "periods open": ("thu", "2026", "--deadline", "2099-12-31"),
    "duties extend": ("thu", "2026", "184", "--until", "2099-12-31", "--reason", "x"),
    "contacts remove": ("20",),
    "rebuild": (),
    "notify rebuild": (),
}


def test_on_servers_that_hold_nothing_every_command_says_what_to_do(cli: Cli) -> None:
    for command, more in (READING | CHANGING).items():
        result = cli.run(*command.split(), *more)

        assert result.exception is None or isinstance(result.exception, SystemExit), (command, result.exception)
        assert result.exit_code == session.FINE or result.stderr or command in ("status", "tls show"), command
        assert "cli.server_away" not in result.stderr, command
        assert not [word for word in ENGLISH if word in result.stderr.partition("(")[0]], result.stderr
        if command in READING:
            assert generation_and_collections(cli) == (0, []), command


def test_of_very_many_faults_the_first_are_told_and_how_many_there_are(stocked: Cli, tmp_path: Path) -> None:
    units = csv(tmp_path, *["x y,,,,,," for _ in range(1000)])

    lines = stocked.refused("units", "import", units).splitlines()

    assert (len(lines), lines[-1]) == (201, "Còn 4.800 lỗi nữa chưa nêu. Sửa những lỗi trên rồi kiểm tra lại. [field.more_faults]")
