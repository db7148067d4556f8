"""Files that the server reads: they go as they are, over HTTP, and what became of each report is said."""

from pathlib import Path
from typing import Any

import pytest

from tests.send import office
from tests.send.conftest import Machine
from tests.send.office import KEY, RECEIVED, UNIT, Json, Office, reason, saying

TABLE = "regime;period;gd_ngay_cong\nct27-van-quan;2026;340\n"


def entry(line: int, verdict: str, **more: Any) -> Json:
    about = {"line": line, "regime": "ct27-van-quan", "period": "2026", "reporter": "06253", "unit": UNIT, "revision": 1}
    return {**about, "verdict": verdict, "errors": [], "warnings": [], "received_at": RECEIVED, "event_id": f"event-{line}", **more}


def told(*receipts: Json) -> Json:
    verdicts = [one["verdict"] for one in receipts]
    return {"receipts": list(receipts), "accepted": verdicts.count("accepted"), "rejected": verdicts.count("rejected")}


@pytest.fixture
def table(tmp_path: Path) -> str:
    path = tmp_path / "bang.csv"
    path.write_text(TABLE, encoding="utf-8")
    return str(path)


def test_a_table_goes_as_it_is_and_each_report_has_its_row(server: Office, machine: Machine, table: str) -> None:
    wrong = entry(3, "rejected", errors=[reason("report.ambiguous_number", "3:5")])
    server.tricks = [saying(200, told(entry(2, "accepted"), wrong, entry(4, "pending", received_at=None)))]
    rows = machine.rows(table, code=1)
    assert [(row["line"], row["verdict"], row["unit"]) for row in rows] == [
        (2, "accepted", "06253"),
        (3, "rejected", "06253"),
        (4, "waiting", "06253"),
    ]
    [asked] = server.posts
    assert (asked.path, asked.body, asked.headers["content-type"]) == ("/v1/reports/csv", TABLE.encode(), "text/csv")
    server.tricks = [saying(200, told(entry(2, "duplicate", first_verdict="accepted")))]
    assert machine.run(table) == 0
    assert "Đã tiếp nhận trước đó" in machine.printed
    server.tricks = [saying(200, told(entry(2, "accepted", changes=[])))]
    assert machine.rows(table, is_dry_run=True, decimal="point")[0]["dry_run"] is True
    assert server.posts[-1].path == "/v1/reports/csv?dry_run=true&decimal=point"
    assert not machine.outbox.exists()


def test_a_filled_form_goes_as_it_is(server: Office, machine: Machine, tmp_path: Path) -> None:
    form = tmp_path / "bieu.XLSX"
    form.write_bytes(b"PK\x03\x04form")
    receipt = {name: of for name, of in entry(0, "accepted").items() if name in ("event_id", "unit", "verdict", "errors", "warnings")}
    server.tricks = [saying(201, {**receipt, "received_at": RECEIVED})]
    assert machine.rows(str(form))[0]["verdict"] == "accepted"
    assert server.posts[0].path == "/v1/reports/xlsx"
    faults = {"code": "report.out_of_range", "errors": [reason("report.out_of_range", "Biểu!F12")], "marked": "/v1/sheets/abc"}
    server.tricks = [saying(422, faults)]
    assert machine.run(str(form)) == 1
    assert "Biểu!F12" in machine.said
    assert "/v1/sheets/abc" in machine.said
    server.tricks = [
        saying(422, {"code": "sheet.other_version", "errors": [reason("sheet.other_version", "")], "renewed": "/v1/sheets/def"})
    ]
    assert machine.run(str(form)) == 1
    assert "[send.renewed]" in machine.said
    assert "/v1/sheets/def" in machine.said


def test_a_form_that_is_tried_has_a_row_with_its_verdict(server: Office, machine: Machine, tmp_path: Path) -> None:
    form = tmp_path / "bieu.xlsx"
    form.write_bytes(b"PK\x03\x04form")
    rejected = {"verdict": "rejected", "errors": [reason("report.out_of_range", "Biểu!F12")], "warnings": [], "changes": []}
    server.tricks = [saying(200, rejected | {"marked": "/v1/sheets/abc"})] * 2
    [row] = machine.rows(str(form), code=1, is_dry_run=True)
    assert server.posts[-1].path == "/v1/reports/xlsx?dry_run=true"
    assert (row["verdict"], row["errors"][0]["path"], row["changes"], row["dry_run"]) == ("rejected", "Biểu!F12", [], True)
    assert machine.run(str(form), is_dry_run=True) == 1
    assert "Thử: sẽ bị từ chối" in machine.printed
    assert "Biểu!F12" in machine.printed
    assert "/v1/sheets/abc" in machine.said


def test_a_file_that_the_server_refuses_or_does_not_get_is_told(server: Office, machine: Machine, table: str, tmp_path: Path) -> None:
    refused = {"code": "table.windows_1258", "errors": [reason("table.windows_1258", "3")]}
    server.tricks = [saying(422, refused)]
    assert machine.run(table) == 1
    assert "bang.csv:3" in machine.said
    server.tricks = [office.lose_before]
    assert machine.run(table) == 3
    assert "[send.files_wait]" in machine.said
    server.tricks = [saying(503, {"code": "confined.busy", "errors": [reason("confined.busy")]}, **{"Retry-After": "5"})]
    server.tricks += [saying(200, told(entry(2, "accepted")))]
    assert machine.run(table) == 0
    assert machine.pauses[-1:] == [5.0]
    assert machine.run(table) == 2  # an older server
    assert "[send.no_files]" in machine.said
    machine.environment = {"TONGHOP_KEY": KEY[:-1] + "x"}
    assert machine.run(table) == 1
    machine.environment = {}
    assert machine.run(table, via="nats") == 2
    assert "[send.files_over_nats]" in machine.said
    assert machine.run(str(tmp_path / "khong-co.csv")) == 2
    (tmp_path / "lon.csv").write_bytes(b"x" * (9 * 1024 * 1024))
    assert machine.run(str(tmp_path / "lon.csv")) == 2
    assert len(server.posts) == 6  # nothing else was sent


def test_reports_and_tables_go_in_one_run(server: Office, machine: Machine, table: str) -> None:
    reports = machine.file({"regime": "ct27-van-quan", "period": "2025", "values": {"gd_ngay_cong": 1}})
    server.tricks = [saying(200, told(entry(2, "accepted")))]
    rows = machine.rows(table, reports)
    assert [(row["period"], row["verdict"]) for row in rows] == [("2026", "accepted"), ("2025", "accepted")]
