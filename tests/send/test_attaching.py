"""Files that go with a report: sent first, listed in it, and sent once, whatever is run again."""

from pathlib import Path
from typing import Any

import pytest

from services.send import attaching, clock
from tests.send.conftest import Machine, report
from tests.send.office import Office, lose_before, problem, saying

SCAN = b"%PDF-1.7 scan"


@pytest.fixture
def scan(tmp_path: Path) -> str:
    path = tmp_path / "Bản quét.pdf"
    path.write_bytes(SCAN)
    return str(path)


def test_a_scan_is_sent_first_and_listed_in_the_report_and_not_sent_again(server: Office, machine: Machine, scan: str) -> None:
    file = machine.file(report())
    [row] = machine.rows(file, attach=(scan,))
    assert row["verdict"] == "accepted"
    assert [asked.path for asked in server.posts] == ["/v1/attachments", "/v1/reports"]
    assert server.kept == [SCAN]
    [listed] = server.accepted[0]["attachments"]
    assert (listed["name"], listed["media_type"], listed["size"]) == ("Bản quét.pdf", "application/pdf", len(SCAN))
    assert listed["ref"] == "0" * 42 + "1"
    assert [one["verdict"] for one in machine.rows(file, attach=(scan,))] == ["unchanged"]
    machine.rows(machine.file(report(notes={"gd_ngay_cong": "Sửa."})), attach=(scan,))  # a correction with the same scan
    assert len(server.kept) == 1
    assert server.accepted[1]["attachments"] == [listed]
    Path(scan).write_bytes(SCAN + b"2")  # another scan
    [row] = machine.rows(file, attach=(scan,))
    assert (row["revision"], len(server.kept)) == (3, 2)


def test_without_the_line_nothing_waits_that_would_lack_its_file(server: Office, machine: Machine, scan: str) -> None:
    file = machine.file(report())
    server.tricks = [lose_before]
    assert machine.run(file, attach=(scan,)) == 3
    assert "[send.attach_waits]" in machine.said
    assert not machine.outbox.exists()
    server.tricks = [lambda office, asked: None, lose_before]  # the line goes after the file
    assert machine.rows(file, attach=(scan,), code=3)[0]["verdict"] == "waiting"
    assert [row["verdict"] for row in machine.rows()] == ["accepted"]  # the report knows its file
    assert len(server.kept) == len(server.accepted[0]["attachments"]) == 1


def test_a_file_that_the_server_no_longer_has_is_sent_anew(
    server: Office, machine: Machine, scan: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = machine.file(report(values={"bad": 1}))
    machine.rows(file, attach=(scan,), code=1)
    machine.rows(file, attach=(scan,), code=1, is_again=True)
    assert len(server.kept) == 1  # refused for its figures: the file is still there
    now = clock.now_ms()
    monkeypatch.setattr(clock, "now_ms", lambda: now + attaching.KEPT_MS + 1)
    machine.rows(file, attach=(scan,), code=1)
    assert len(server.kept) == 2
    gone = {"code": "attachment.unknown", "path": "data.attachments.0.ref", "message_vi": "x", "message_en": "x"}
    monkeypatch.setattr(Office, "judged", lambda self, id_, data: {**judged(self, id_, data), "verdict": "rejected", "errors": [gone]})
    other = machine.file(report("2025"))
    machine.rows(other, attach=(scan,), code=1)
    machine.rows(other, attach=(scan,), code=1)
    assert len(server.kept) == 4


judged = Office.judged


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"via": "nats", "nats_url": "nats://127.0.0.1", "creds": "x.creds"}, "send.attach_over_nats"),
        ({"is_dry_run": True}, "send.attach_in_dry_run"),
        ({"attach": ("nowhere.pdf",)}, "send.no_such_file"),
        ({"attach": ("/",)}, "send.not_a_file"),
        ({"attach": ("x",) * 21}, "send.attach_too_many"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_cannot_be_meant_is_refused_before_anything_is_sent(
    server: Office, machine: Machine, scan: str, more: dict[str, Any], code: str
) -> None:
    assert machine.run(machine.file(report()), **{"attach": (scan,), **more}) == 2
    assert f"[{code}]" in machine.said
    assert server.asked == []


def test_files_go_with_one_report_that_is_read_here(server: Office, machine: Machine, scan: str, tmp_path: Path) -> None:
    table = tmp_path / "bang.csv"
    table.write_text("a;b\n1;2\n", encoding="utf-8")
    event = {"specversion": "1.0", "id": "event-0001", "source": "/units/06253-2025", "type": "x", "data": {}}
    empty = tmp_path / "trong.pdf"
    empty.write_bytes(b"")
    large = tmp_path / "lon.pdf"
    large.write_bytes(bytes(attaching.MOST_BYTES + 1))
    for given, files, code in (
        ((machine.file(report(), report("2025"), name="two.ndjson"),), (scan,), "send.attach_one_report"),
        ((machine.file(event, name="event.json"),), (scan,), "send.attach_one_report"),
        ((str(table),), (scan,), "send.attach_one_report"),
        ((), (scan,), "send.attach_one_report"),
        ((machine.file(report()),), (scan, str(empty)), "send.attach_size"),
        ((machine.file(report()),), (str(large),), "send.attach_size"),
    ):
        assert machine.run(*given, attach=files) == 2, code
        assert f"[{code}]" in machine.said
    assert server.asked == []


def test_what_a_server_says_about_a_file_is_told(server: Office, machine: Machine, scan: str) -> None:
    file = machine.file(report())
    good = {"ref": "r" * 43, "sha256": "0" * 64, "size": len(SCAN), "media_type": "application/pdf"}
    busy = problem(503, "attachment.not_scanned")[1]
    for tricks, status, code in (
        ([saying(*problem(415, "attachment.damaged"))], 1, "attachment.damaged"),
        ([saying(*problem(401, "identity.required"))], 1, "send.login_refused"),
        ([saying(201, good)], 3, "send.odd_answer"),  # the hash of another file
        ([saying(201, [1])], 3, "send.odd_answer"),
        ([saying(503, busy, retry_after="200")], 3, "send.busy"),
    ):
        server.tricks = list(tricks)
        assert machine.run(file, attach=(scan,)) == status, code
        assert f"[{code}]" in machine.said
    server.tricks = [saying(503, busy, retry_after="2")]
    assert machine.rows(file, attach=(scan,))[0]["verdict"] == "accepted"  # it was asked for time, and waited
    assert machine.pauses == [2.0]
    server.has_attachments = False
    Path(scan).write_bytes(b"%PDF-1.7 new")
    assert machine.run(machine.file(report("2025")), attach=(scan,)) == 2
    assert "[send.no_attachments]" in machine.said
    assert len(server.accepted) == 1
