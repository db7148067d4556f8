"""A server that is away, busy, silent or odd: what waits is sent once, as soon as it can be."""

import json

import pytest

from tests.send import office
from tests.send.conftest import Machine, report
from tests.send.office import AWAY, UNIT, Office, lose_after, lose_before, problem, revisions, saying

BUSY = saying(503, problem(503, "door.broker_away")[1], Retry_After="60")


def test_offline_for_a_day_and_back_everything_is_sent_once_in_order(server: Office, machine: Machine) -> None:
    online, machine.address = machine.address, AWAY
    first, second = machine.file(report(), name="a.json"), machine.file(report(values={"gd_ngay_cong": 2}), report("2025"), name="b.ndjson")

    assert [row["verdict"] for row in machine.rows(first, code=3)] == ["waiting"]
    assert [row["verdict"] for row in machine.rows(second, code=3)] == ["waiting"] * 3
    assert "Còn 3 báo cáo chờ trong hộp thư đi" in machine.said
    assert machine.run(first, second) == 3  # given again: still the same three

    machine.address = online
    rows = machine.rows()

    assert [(row["file"], row["verdict"], row["revision"]) for row in rows] == [
        (first, "accepted", 1),
        (second, "accepted", 2),
        (second, "accepted", 1),
    ]
    assert [one["values"] for one in server.accepted] == [{"gd_ngay_cong": "340"}, {"gd_ngay_cong": "2"}, {"gd_ngay_cong": "340"}]
    assert machine.rows() == []
    assert (machine.run(), machine.printed, machine.said) == (0, "", "")


@pytest.mark.parametrize("lose", [lose_before, lose_after], ids=["before", "after"])
def test_a_lost_answer_is_asked_for_with_the_same_event(server: Office, machine: Machine, lose: office.Trick) -> None:
    server.tricks = [lose]
    assert machine.run(machine.file(report())) == 3
    assert "[send.away]" in machine.said

    [row] = machine.rows()

    assert row["verdict"] == ("duplicate" if lose is lose_after else "accepted")
    assert len({one.body for one in server.posts}) == 1
    assert revisions(server) == [1]


def test_a_busy_server_is_waited_for_as_long_as_it_says_but_not_for_ever(server: Office, machine: Machine) -> None:
    server.tricks = [BUSY]
    assert machine.run(machine.file(report())) == 0
    assert machine.pauses == [60.0]

    server.tricks = [saying(429, problem(429, "inbox.full")[1], Retry_After="3600")]
    assert machine.run(machine.file(report("2025"))) == 3
    assert machine.pauses == [60.0]
    assert "[send.busy]" in machine.said

    server.tricks = [BUSY] * 9
    assert machine.run() == 3
    assert machine.pauses == [60.0] * 3


def test_a_pending_report_is_asked_for(server: Office, machine: Machine) -> None:
    def pending(server: Office, asked: office.Asked) -> tuple[int, object]:
        event_id = json.loads(asked.body)["id"]
        server.take(asked.body)
        return 202, {"event_id": event_id, "unit": UNIT, "verdict": "pending", "errors": [], "warnings": [], "received_at": None}

    server.tricks = [pending]

    assert [row["verdict"] for row in machine.rows(machine.file(report()))] == ["accepted"]
    assert machine.pauses == [2.0]


def test_a_verdict_that_does_not_come_holds_back_only_that_report(server: Office, machine: Machine) -> None:
    server.tricks = [saying(202, {"verdict": "pending"})]
    rows = machine.rows(machine.file(report(), report(values={"x": 1}), report("2025")), code=3)

    assert [row["verdict"] for row in rows] == ["waiting", "waiting", "accepted"]
    assert "[send.no_verdict]" in machine.said
    assert [row["revision"] for row in machine.rows()] == [1, 2]


def test_an_event_that_something_on_the_way_dislikes_does_not_stop_the_others(server: Office, machine: Machine) -> None:
    file = machine.file(report(), report(values={"a": 1}), report("2025"))
    server.tricks = [saying(403, b"<html>blocked</html>")]
    assert [row["verdict"] for row in machine.rows(file, code=3)] == ["waiting", "waiting", "accepted"]

    assert [row["revision"] for row in machine.rows(file) if row["verdict"] == "accepted"] == [1, 2]


def test_a_server_that_answers_oddly_three_times_is_left_alone(server: Office, machine: Machine) -> None:
    server.tricks = [saying(500, b"")] * 9

    assert machine.run(machine.file(*(report(str(year)) for year in range(2010, 2020)))) == 3

    assert len(server.posts) == 3
    assert machine.pauses == []
    assert "Còn 10 báo cáo chờ" in machine.said


def test_a_key_that_sends_too_fast_goes_on_for_as_long_as_it_takes(server: Office, machine: Machine) -> None:
    def usual(server: Office, asked: office.Asked) -> None:
        """Nothing happens."""

    too_fast = saying(429, problem(429, "identity.too_many_requests")[1], Retry_After="20")
    server.tricks = [too_fast, usual] * 20

    assert machine.run(machine.file(*(report(str(year)) for year in range(2000, 2020)))) == 0

    assert machine.pauses == [20.0] * 20
