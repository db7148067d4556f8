"""The client killed at every step: before, within and after each durable write, and around each request. Every report counts once.

What is killed runs in this process: the disk raises an exception that nothing catches, and the next run finds the folder as it was left.
One test kills a real process.
"""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from services.send import command, outbox
from services.send.disk import Disk
from services.send.door import Held
from services.send.http_door import HttpDoor, Reply
from services.send.settings import Settings
from tests.send import office
from tests.send.conftest import Machine, report
from tests.send.office import CODE, KEY, UNIT, Asked, Json, Office

REPORTS = (report(), report(values={"gd_ngay_cong": 341}), report("2025"), report("2024", values={"bad": 1}))
MOST_STEPS = 200


class Killed(BaseException):
    """The process is gone."""


class NearDoor(HttpDoor):
    """The door without a network: it hands each request to the server's rules. Thousands of runs do not wait for sockets."""

    office: Office

    def __init__(self, settings: Settings) -> None:
        self._unit = settings.sender

    async def __aexit__(self, *_: object) -> None:
        """There is no connection."""

    async def _ask(self, method: str, path: str, body: bytes | None = None) -> Reply | Held:
        status, said = self.office.answer(Asked(method, path, {"authorization": f"Bearer {KEY}"}, body or b""))
        return Reply(status, json.loads(json.dumps(said)), 1.0)


class FailingDisk(Disk):
    """A disk that stops the process at one of its steps: before it, within it, or after it."""

    def __init__(self, step: int, when: str) -> None:
        self.left, self.when = step, when

    def _step(self, act: Callable[[], None], half: Callable[[], None] = lambda: None) -> None:
        self.left -= 1
        if self.left == 0:
            {"before": lambda: None, "within": half, "after": act}[self.when]()
            raise Killed
        act()

    def write(self, path: Path, data: bytes) -> None:
        self._step(lambda: Disk.write(self, path, data), lambda: (path.write_bytes(data[: len(data) // 2]), None)[1])

    def replace(self, source: Path, target: Path) -> None:
        self._step(lambda: Disk.replace(self, source, target))

    def remove(self, path: Path) -> None:
        self._step(lambda: Disk.remove(self, path))

    def settle(self, folder: Path) -> None:
        self._step(lambda: Disk.settle(self, folder))


def dies_at(monkeypatch: pytest.MonkeyPatch, machine: Machine, file: str, step: int, when: str) -> bool:
    """Whether a run of the command was stopped at this step of its disk."""
    with monkeypatch.context() as patch:
        patch.setattr(outbox, "Disk", lambda: FailingDisk(step, when))
        try:
            machine.run(file)
        except Killed:
            return True
    return False


def counted(server: Office) -> list[tuple[str, Any, int]]:
    """Period, value and revision of everything that was accepted."""
    return [(one["period"], one["values"], one["revision"]) for one in server.accepted]


@pytest.mark.parametrize(
    ("when", "has_forms"),
    [("before", True), ("within", True), ("after", True), ("after", False)],
    ids=["before", "within", "after", "after-without-forms"],
)
def test_killed_at_any_write_every_report_counts_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, when: str, has_forms: bool) -> None:
    server = Office(address="http://127.0.0.1:1", has_forms=has_forms)
    monkeypatch.setattr(NearDoor, "office", server, raising=False)
    monkeypatch.setattr(command, "HttpDoor", NearDoor)
    monkeypatch.setattr(os, "fsync", lambda _: None)  # a killed process loses nothing that was written
    reports = REPORTS if has_forms else [{**one, "unit": CODE} for one in REPORTS]
    for step in range(1, MOST_STEPS):
        (tmp_path / str(step)).mkdir()
        machine = Machine(tmp_path / str(step), server.address)
        file = machine.file(*reports)

        died = dies_at(monkeypatch, machine, file, step, when)
        machine.run()
        machine.run(file)

        assert counted(server) == [
            ("2026", {"gd_ngay_cong": "340"}, 1),
            ("2026", {"gd_ngay_cong": "341"}, 2),
            ("2025", {"gd_ngay_cong": "340"}, 1),
        ], (step, when)
        assert len(server.receipts) == 4  # and one was rejected, once
        assert machine.run(file) == 1  # the rejected one
        assert not list(machine.outbox.glob("*.tmp"))
        server.receipts.clear()
        server.bodies.clear()
        server.standing.clear()
        if not died:
            break
    assert step > 20
    assert not died


@pytest.mark.parametrize("is_taken", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("place", range(1, 6))
def test_killed_around_any_request_every_report_counts_once(server: Office, machine: Machine, place: int, is_taken: bool) -> None:
    """The fifth request is the one that is superseded, so that another event follows it."""
    file = machine.file(*REPORTS, report("2023"))
    server.standing[("ct27-van-quan", "2023", CODE)] = 0

    def overtaken(server: Office, asked: Asked) -> None:
        server.standing[("ct27-van-quan", "2023", CODE)] = 3

    def kill(server: Office, asked: Asked) -> None:
        if is_taken:
            server.take(asked.body)
        raise office.LostError

    def both(server: Office, asked: Asked) -> None:
        overtaken(server, asked)
        kill(server, asked)

    def as_usual(server: Office, asked: Asked) -> None:
        """Nothing happens."""

    server.tricks = [*([as_usual] * 4), overtaken]
    server.tricks[place - 1] = kill if place < 5 else both
    machine.run(file)
    machine.run()
    machine.run(file)

    assert [(one["period"], one["revision"]) for one in server.accepted if one["period"] != "2023"] == [
        ("2026", 1),
        ("2026", 2),
        ("2025", 1),
    ]
    assert server.standing[("ct27-van-quan", "2023", CODE)] == 4
    assert [one["revision"] for one in server.accepted if one["period"] == "2023"] in ([1, 4], [4])


def test_a_process_that_is_killed_while_it_waits_for_the_answer_sends_the_same_event_again(
    server: Office, machine: Machine, tmp_path: Path
) -> None:
    processes: list[subprocess.Popen[bytes]] = []

    def kill(server: Office, asked: Asked) -> None:
        server.take(asked.body)
        processes[0].send_signal(signal.SIGKILL)
        processes[0].wait(60)
        raise office.LostError

    server.tricks = [kill]
    file = machine.file(report())
    words = (sys.executable, "-m", "services.send", file, "--url", server.address, "--outbox", str(machine.outbox))
    environment = os.environ | {"TONGHOP_KEY": KEY, "TONGHOP_UNIT": UNIT}
    processes.append(subprocess.Popen(words, env=environment, cwd=Path(__file__).parents[2]))
    processes[0].wait(60)

    [row] = machine.rows(file)

    assert processes[0].returncode == -signal.SIGKILL
    assert (row["verdict"], row["revision"]) == ("duplicate", 1)
    assert len({one.body for one in server.posts}) == 1
    assert len(server.accepted) == 1


def test_two_machines_with_the_same_file_send_one_event(server: Office, machine: Machine, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    other = Machine(tmp_path / "other", machine.address)
    held: list[Json] = []

    def meanwhile(server: Office, asked: Asked) -> None:
        held.extend(other.rows(other.file(report())))

    server.tricks = [meanwhile]

    [row] = machine.rows(machine.file(report()))

    assert (row["verdict"], held[0]["verdict"]) == ("duplicate", "accepted")
    assert json.loads(server.posts[0].body) == json.loads(server.posts[1].body)
    assert len(server.accepted) == 1
