"""A dry run says what sending would do, and leaves nothing here or there."""

import pytest

from services.send.report import part
from tests.send import office
from tests.send.conftest import Machine, report
from tests.send.office import AWAY, Office, problem, saying


def test_a_dry_run_shows_the_changes_and_leaves_nothing(server: Office, machine: Machine) -> None:
    file = machine.file(report(values={"a": "1234.5"}), report("2025", values={"bad": 1}))

    assert machine.run(file, is_dry_run=True) == 1

    assert "1.234,5" in machine.printed
    assert "tổng" in machine.printed
    assert (server.accepted, machine.outbox.exists()) == ([], False)
    rows = machine.rows(file, is_dry_run=True, code=1)
    assert [(row["verdict"], row["dry_run"]) for row in rows] == [("accepted", True), ("rejected", True)]
    assert rows[0]["changes"] == [{"unit": "20", "indicator": "a", "field": "total", "now": None, "then": "1234.5"}]
    machine.address = AWAY
    assert machine.run(file, is_dry_run=True) == 3


@pytest.mark.parametrize(
    ("field", "words"),
    [
        ("reporting.rate", "tỷ lệ nộp (%)"),
        ("target.met", "đạt mục tiêu"),
        ("counts.dang_thuc_hien", "số đơn vị: dang_thuc_hien"),
        ("narratives.kho_khan", "số đơn vị có thuyết minh: kho_khan"),
        ("of.a.later.server", "of.a.later.server"),
    ],
)
def test_a_number_of_a_view_is_named_in_words(field: str, words: str) -> None:
    assert part(field) == words


def test_a_dry_run_never_says_that_a_report_was_taken_or_is_kept_here(server: Office, machine: Machine) -> None:
    file = machine.file(report(), report("2025", values={"bad": 1}))

    machine.run(file, is_dry_run=True)
    assert "Thử: sẽ được tiếp nhận" in machine.printed
    assert "Thử: sẽ bị từ chối" in machine.printed
    assert "Đã tiếp nhận" not in machine.printed

    for trick in (saying(500, b""), saying(401, problem(401, "identity.required")[1]), saying(200, b"<html>"), office.lose_before):
        server.tricks = [trick]
        assert machine.run(file, is_dry_run=True) != 0
        assert "hộp thư đi" not in machine.said


def test_a_dry_run_sends_nothing_to_a_server_that_knows_none(server: Office, machine: Machine) -> None:
    server.has_dry_runs = False

    assert machine.run(machine.file(report(), report("2025")), is_dry_run=True) == 2

    assert "[send.no_dry_run]" in machine.said
    assert (server.posts, server.accepted) == ([], [])


@pytest.mark.parametrize(
    ("trick", "code"),
    [
        (saying(400, b"<html>Bad Request</html>"), 3),
        (saying(200, {"verdict": "accepted"}), 3),
        (saying(302, b"", Location="/"), 3),
        (saying(503, problem(503, "door.broker_away")[1], Retry_After="1"), 3),
        (saying(400, problem(400, "event.not_json")[1]), 2),
        (saying(401, problem(401, "identity.required")[1]), 1),
    ],
    ids=["proxy", "odd", "elsewhere", "busy", "older", "barred"],
)
def test_a_dry_run_needs_the_word_of_the_server(
    server: Office, machine: Machine, monkeypatch: pytest.MonkeyPatch, trick: office.Trick, code: int
) -> None:
    asking = server.answer
    monkeypatch.setattr(server, "answer", lambda asked: trick(server, asked) if asked.path.endswith("?dry_run=ask") else asking(asked))

    assert machine.run(machine.file(report()), is_dry_run=True) == code

    assert [one.path for one in server.asked] == []


def test_a_dry_run_that_was_taken_for_real_after_all_is_told(server: Office, machine: Machine) -> None:
    server.tricks = [lambda server, asked: server.take(asked.body)]

    assert machine.run(machine.file(report(), report("2025")), is_dry_run=True) == 1

    assert "[send.dry_run_was_real]" in machine.said
    assert len(server.posts) == 1


def test_a_dry_run_is_judged_anew_like_a_report_whose_like_was_rejected(server: Office, machine: Machine) -> None:
    file = machine.file(report(values={"bad": 1}))
    machine.run(file)
    server.has_faults = False  # the regime asks for it now

    for folder in ("outbox", "other"):  # the other one does not know of the rejection
        [row] = machine.rows(file, is_dry_run=True, outbox=str(machine.folder / folder))
        assert (row["verdict"], row["errors"]) == ("accepted", [])


def test_a_dry_run_needs_files_and_http(machine: Machine) -> None:
    assert machine.run(is_dry_run=True) == 2
    assert "[send.dry_run_without_files]" in machine.said
    assert machine.run("x", is_dry_run=True, via="nats") == 2
    assert "[send.dry_run_over_nats]" in machine.said
