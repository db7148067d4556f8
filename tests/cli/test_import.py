"""`tonghop import` on real servers: earlier reports, with the received times of then."""

import asyncio
import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from services.cli import session
from services.ingest.store import ClaimStore
from shared.shell.service import Connections
from shared.wire import subjects
from shared.words import forms
from shared.words.forms import Asked, Form, Held
from shared.words.refusals import Refusal
from tests.cli.conftest import Cli, three_communes
from tests.running import running
from tests.sheets import files

REGIME = """id: thu
title: Thử
legal_basis: []
calendar: report_year
periods: ["2024", "2025"]
recipient: "20"
within: "20"
reporters:
  xa: {label: Xã, level: commune}
obligation:
  deadlines:
    xa: {before: "12-20"}
  confirm: {level: district, before: "12-25"}
indicators: [{code: so, label: Số, kind: quantity, decimals: 1}]
narratives: {y_kien: Ý kiến}
"""


def line(unit: str, **fields: Any) -> dict[str, Any]:
    return {
        "regime": "thu",
        "unit": unit,
        "revision": 1,
        "received_at": "2024-12-10T09:30:00+07:00",
        "values": {"so": "12.5"},
    } | fields


def without_figures(unit: str, kind: str, **fields: Any) -> dict[str, Any]:
    found = line(unit, type=kind, **fields)
    del found["values"]
    return found


GOOD = [
    line("06253"),
    line("06256", narratives={"y_kien": "Không."}),
    line("06259", received_at="2025-01-02T08:00:00+07:00"),
    without_figures("06256", "withdrawn", revision=2, received_at="2024-12-11T09:30:00+07:00"),
    {
        "regime": "thu",
        "unit": "184",
        "type": "confirmed",
        "reason": "Một xã rút báo cáo.",
        "received_at": "2025-01-03T08:00:00+07:00",
    },
]


def write(folder: Path, *lines: dict[str, Any] | str) -> Path:
    path = folder / "bao-cao.ndjson"
    texts = [found if isinstance(found, str) else json.dumps(found, ensure_ascii=False) for found in lines]
    path.write_text("".join(f"{text}\n" for text in texts), encoding="utf-8")
    return path


@pytest.fixture
def known(cli: Cli, tmp_path: Path) -> Cli:
    """A province with one district and three communes, and a regime that the district confirms."""
    three_communes(cli, tmp_path, REGIME)
    return cli


def inbox(cli: Cli) -> int:
    async def act(connections: Connections) -> int:
        return await connections.streams.last_sequence(subjects.INBOX)

    found: int = cli.ask(act)
    return found


def with_services(cli: Cli, folder: Path, *commands: tuple[str | Path, ...]) -> list[Any]:
    """What the commands answer while the services run."""

    async def act() -> list[Any]:
        async with running(cli.settings, folder, "ingest", "aggregate"):
            return [await asyncio.to_thread(cli.json, *command) for command in commands]

    return asyncio.run(act())


def test_earlier_events_are_imported_once_with_the_received_times_of_then(known: Cli, tmp_path: Path) -> None:
    command = ("import", write(tmp_path, *GOOD), "--period", "2024")
    first, again = with_services(known, tmp_path, command, command)

    assert first == {"events": 5, "accepted": 5, "duplicate": 0, "rejected": 0, "faults": []}
    assert again == {"events": 5, "accepted": 0, "duplicate": 5, "rejected": 0, "faults": []}

    async def stored(connections: Connections) -> tuple[list[Any], Any]:
        claims = [claim async for claim in connections.database["receipts"].find()]
        return claims, await connections.database["views"].find_one({"_id": "thu/2024/184"})

    claims, view = known.ask(stored)
    assert {claim["verdict"] for claim in claims} == {"accepted"}
    assert all(claim["imported_ms"] > claim["received_ms"] for claim in claims)
    reporting = view["reporting"]
    assert (reporting["expected"], reporting["received"], reporting["on_time"], reporting["late"]) == (3, 2, 1, 1)


@pytest.mark.parametrize("option", [(), ("--dry-run",)])
def test_a_file_with_faults_imports_nothing_and_names_all_of_them(known: Cli, tmp_path: Path, option: tuple[str, ...]) -> None:
    path = write(
        tmp_path,
        line("06253"),
        "{",
        "",
        line("06256", values={"so": "1.25", "la": 1}),
        line("06253", revision=2, received_at="2023-11-10T09:30:00+07:00"),
        line("99999"),
        line("06259", period="2025"),
        line("06259", type="burnt"),
        line("06259", received_at=None),
        line("06259", extra=1),
        line("06259", received_at="2999-01-01T00:00:00Z"),
    )
    found = known.json("import", path, "--period", "2024", *option, code=session.NO)

    assert [(fault["line"], fault["code"], fault["path"]) for fault in found["faults"]] == [
        (2, "event.malformed", ""),
        (4, "report.too_many_decimals", "values.so"),
        (4, "report.unknown_indicator", "values.la"),
        (5, "report.period_not_begun", "period"),
        (6, "report.unknown_unit", "unit"),
        (7, "import.other_period", "period"),
        (8, "event.unknown_type", "type"),
        (9, "event.missing_field", "received_at"),
        (10, "event.unknown_field", "extra"),
        (11, "event.received_in_future", "received_at"),
    ]
    assert inbox(known) == 0
    said = known.refused("import", path, "--period", "2024", *option)
    assert "dòng 4, values.so" in said


def test_a_dry_run_sends_nothing(known: Cli, tmp_path: Path) -> None:
    result = known.run("import", write(tmp_path, *GOOD), "--period", "2024", "--dry-run")

    assert result.exit_code == session.FINE
    assert "5 sự kiện sẽ được nhập, 0 sự kiện đã có. Chưa gửi gì." in result.stdout
    assert inbox(known) == 0


@pytest.mark.parametrize(
    ("content", "code"),
    [(b"", "file.empty"), (b"\n \n", "file.empty"), (b"PK\x03\x04", "file.not_text"), ("{}".encode("utf-16"), "file.utf_16")],
)
def test_a_file_that_has_no_lines_is_refused(known: Cli, tmp_path: Path, content: bytes, code: str) -> None:
    path = tmp_path / "la.ndjson"
    path.write_bytes(content)

    assert [fault["code"] for fault in known.json("import", path, "--period", "2024", code=session.NO)["faults"]] == [code]
    assert code in known.refused("import", path, "--period", "2024")


def test_a_missing_file_is_refused(known: Cli, tmp_path: Path) -> None:
    assert "file.missing" in known.refused("import", tmp_path / "khong-co", "--period", "2024")


def test_a_whole_event_keeps_its_id_and_another_event_may_not_have_it(known: Cli, tmp_path: Path) -> None:
    def event(figure: str) -> dict[str, Any]:
        data = {"regime": "thu", "period": "2024", "unit": "06253", "revision": 1, "values": {"so": figure}}
        attributes = {"specversion": "1.0", "id": "event-2024", "source": "/units/06253", "type": "vn.tonghop.report.submitted.v1"}
        return {**attributes, "receivedat": "2024-12-10T09:30:00+07:00", "data": data}

    [found] = with_services(known, tmp_path, ("import", write(tmp_path, event("1.5"), event("1.5")), "--period", "2024"))
    assert (found["accepted"], found["duplicate"]) == (1, 1)

    other = known.json("import", write(tmp_path, event("1.5"), event("2.5")), "--period", "2024", code=session.NO)
    assert [(fault["line"], fault["code"]) for fault in other["faults"]] == [(2, "event.id_reused")]

    async def receipt(connections: Connections) -> Any:
        return await ClaimStore(connections.database).receipt("06253", "event-2024")

    assert known.ask(receipt).received_at == "2024-12-10T02:30:00.000Z"


def test_without_ingest_the_import_says_how_far_it_is(known: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.cli.importing.PATIENCE_S", 0.3)
    path = write(tmp_path, *GOOD)

    said = known.run("import", path, "--period", "2024")
    assert said.exit_code == session.AWAY
    assert "import.not_screened" in said.stderr

    monkeypatch.setattr("services.cli.importing.PATIENCE_S", 60.0)
    [found] = with_services(known, tmp_path, ("import", path, "--period", "2024"))
    assert found["rejected"] == 0
    assert found["accepted"] + found["duplicate"] == 5


def test_an_import_that_a_full_inbox_refuses_says_so_and_is_complete_when_it_is_repeated(known: Cli, tmp_path: Path) -> None:
    path = write(tmp_path, *[line("06253", revision=revision) for revision in (1, 2, 3)])

    async def allow(connections: Connections, most: int) -> None:
        config = connections.declaration.stream_config(subjects.INBOX)
        await connections.streams.jetstream.update_stream(config.evolve(max_msgs_per_subject=most))

    known.ask(lambda connections: allow(connections, 2))
    said = known.run("import", path, "--period", "2024")
    assert said.exit_code == session.AWAY
    assert "inbox.full" in said.stderr

    known.ask(lambda connections: allow(connections, 5000))
    [found] = with_services(known, tmp_path, ("import", path, "--period", "2024"))
    assert (found["rejected"], found["accepted"] + found["duplicate"]) == (0, 3)


TABLE = """Chế độ;Mã đơn vị;Lần nộp;Nhận lúc;Số;Ý kiến
thu;06253;1;10/12/2024 09:30;1.234,5;
thu;06256;1;2024-12-11T09:30:00+07:00;7;"Không; có"
"""


def test_a_table_of_earlier_reports_is_imported_as_lines_are(known: Cli, tmp_path: Path) -> None:
    """All of a table or nothing; the same rules as at the door, for every unit."""
    table = tmp_path / "bao-cao.csv"
    wrong = TABLE.replace("7;", "1.234;").replace("06253", "99999")
    table.write_text(wrong, encoding="utf-8-sig")
    refused = known.run("import", table, "--period", "2024", "--json")
    assert refused.exit_code == session.NO
    found = [(fault["code"], fault["line"], fault["path"]) for fault in json.loads(refused.stdout)["faults"]]
    assert found == [("door.no_such_unit", 2, "2:2"), ("report.ambiguous_number", 3, "3:5")]
    table.write_bytes("x;Đơn vi\u0323;né".encode("cp1258", "replace"))
    other = known.run("import", table, "--period", "2024", "--json")
    assert [fault["code"] for fault in json.loads(other.stdout)["faults"]] == ["table.windows_1258"]
    assert inbox(known) == 0

    table.write_text(TABLE, encoding="utf-16")
    command = ("import", table, "--period", "2024")
    first, again = with_services(known, tmp_path, command, command)
    assert first == {"events": 2, "accepted": 2, "duplicate": 0, "rejected": 0, "faults": []}
    assert again == {"events": 2, "accepted": 0, "duplicate": 2, "rejected": 0, "faults": []}


def form_of(cli: Cli, unit: str) -> bytes:
    """The form of a unit for 2024 as a workbook, not filled."""

    async def act(connections: Connections) -> Asked | Refusal:
        return forms.find(await connections.reference.current(), "thu", "2024", unit, date(2024, 12, 10))

    asked = cli.ask(act)
    assert isinstance(asked, Asked), asked
    filled = forms.fill(asked, Held(), Held())
    return files.written(Form(asked, filled.held, filled.before, {}, filled.deadline, filled.official_deadline, is_opened=True))


def test_a_filled_form_of_then_is_imported_as_lines_are(known: Cli, tmp_path: Path) -> None:
    file = tmp_path / "bieu.XLSX"
    command = ("import", file, "--period", "2024", "--received-at", "10/12/2024 09:30")
    file.write_bytes(files.filled(form_of(known, "06253"), {"v.so": "hai"}))
    refused = known.run(*command, "--json")
    assert refused.exit_code == session.NO
    [fault] = json.loads(refused.stdout)["faults"]
    assert (fault["code"], fault["path"].startswith("Biểu!")) == ("report.unreadable_number", True)
    assert "[import.no_received_at]" in known.refused("import", file, "--period", "2024")
    assert inbox(known) == 0

    file.write_bytes(files.filled(form_of(known, "06253"), {"v.so": "1.234,5"}))
    first, again = with_services(known, tmp_path, command, command)
    assert first == {"events": 1, "accepted": 1, "duplicate": 0, "rejected": 0, "faults": []}
    assert again == {"events": 1, "accepted": 0, "duplicate": 1, "rejected": 0, "faults": []}
