"""The outbox: what is on the disk, who may use it, and what happens when the disk or a file is bad."""

import errno
import hashlib
import json
import os
import stat
from dataclasses import replace
from pathlib import Path

import pytest

from services.send import entry, outbox, settings
from services.send.complaints import SendError
from services.send.disk import Disk
from services.send.entry import Attempt, Entry
from services.send.outbox import KEPT_MS, Outbox
from services.send.reading import Given
from services.send.settings import Options
from tests.send.conftest import Machine, report
from tests.send.office import KEY, Office

DAY_MS = 24 * 3600 * 1000


def given(period: str = "2026", number: str = "1") -> Given:
    return Given("a.json", 1, {"regime": "thu", "period": period, "unit": "1", "values": {"so": number}})


def accepted(box: Outbox, one: Entry, revision: int, now_ms: int) -> None:
    box.attempt(one, Attempt(f"id-{one.number}", "{}", "1", revision))
    box.answer(one, {"verdict": "accepted", "errors": [], "warnings": [], "next_revision": revision + 1}, now_ms)


def test_what_was_stored_is_there_again(tmp_path: Path) -> None:
    with Outbox(tmp_path) as box:
        [(_, one, is_new)] = box.add("u", [given()], 5, again=False)
        accepted(box, one, 3, 7)

    with Outbox(tmp_path) as box:
        assert (box.entries, is_new) == ([one], True)
        assert entry.next_revision(box.entries) == 4


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: b"",
        lambda data: data[:-30],
        lambda data: data.replace(b'"so": "1"', b'"so": "2"'),
        lambda data: b"\0" * len(data),
        lambda data: b"null",
        lambda data: entry.encode(Entry(99, "u", 0, "f", 1)),  # whole, and of another place
    ],
    ids=["empty", "cut", "changed", "zeros", "null", "other"],
)
def test_a_damaged_file_is_set_aside_and_named_and_its_number_is_not_used_again(tmp_path: Path, damage: object) -> None:
    with Outbox(tmp_path) as box:
        box.add("u", [given(), given("2025")], 0, again=False)
    file = tmp_path / "000000000002.json"
    file.write_bytes(damage(file.read_bytes()))  # type: ignore[operator]

    with Outbox(tmp_path) as box:
        [said] = box.set_aside
        assert [one.number for one in box.entries] == [1]
        assert said.place == str(tmp_path / "set-aside" / file.name)
        assert Path(said.place).exists()
        assert [one.number for _, one, _ in box.add("u", [given("2025")], 0, again=False)] == [3]


def test_a_run_that_sets_a_file_aside_says_so_and_does_not_end_well(server: Office, machine: Machine) -> None:
    machine.outbox.mkdir()
    (machine.outbox / "000000000001.json").write_bytes(b"rubbish")

    assert machine.run(machine.file(report())) == 1

    assert "[send.set_aside]" in machine.said
    assert len(server.accepted) == 1


def test_the_outbox_of_a_newer_version_is_left_alone(server: Office, machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(entry, "FORMAT", 2)
        machine.run(machine.file(report()))
    before = {path.name: path.read_bytes() for path in machine.outbox.iterdir()}

    assert machine.run() == 2

    assert "[send.outbox_newer]" in machine.said
    assert before == {path.name: path.read_bytes() for path in machine.outbox.iterdir()}


def test_a_second_process_waits_outside(server: Office, machine: Machine) -> None:
    with Outbox(machine.outbox):
        assert machine.run(machine.file(report())) == 3
    assert "[send.outbox_busy]" in machine.said
    assert machine.run(machine.file(report())) == 0


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EROFS])
@pytest.mark.parametrize("at", range(1, 8))
def test_a_disk_that_refuses_is_told_and_every_report_still_counts_once(
    server: Office, machine: Machine, monkeypatch: pytest.MonkeyPatch, number: int, at: int
) -> None:
    calls = 0
    writing = Disk.write

    class Full(Disk):
        def write(self, path: Path, data: bytes) -> None:
            nonlocal calls
            calls += 1
            if calls == at:
                path.write_bytes(data[:10])
                raise OSError(number, "no")
            writing(self, path, data)

    file = machine.file(report(), report("2025"))
    with monkeypatch.context() as patch:
        patch.setattr(outbox, "Disk", Full)
        code = machine.run(file)
    if at < 7:  # two reports are written three times each
        assert code == 3
        assert ("Đã tiếp nhận" in machine.printed) == (at > 4)  # what is answered is told
        assert ("[send.disk_full]" if number in (errno.ENOSPC, errno.EDQUOT) else "[send.outbox_not_written]") in machine.said
    assert machine.run(file) == 0
    assert sorted(one["period"] for one in server.accepted) == ["2025", "2026"]


def test_a_folder_that_cannot_be_made_is_told(server: Office, machine: Machine) -> None:
    (machine.folder / "file").write_text("x")

    assert machine.run(machine.file(report()), outbox=str(machine.folder / "file" / "outbox")) == 3

    assert "[send.outbox_not_written]" in machine.said
    assert server.asked == []


def test_old_answers_go_and_the_newest_accepted_one_of_each_report_stays(tmp_path: Path) -> None:
    with Outbox(tmp_path) as box:
        ones = [one for _, one, _ in box.add("u", [given(), given(number="2"), given("2025"), given("2024")], 0, again=False)]
        accepted(box, ones[0], 1, 0)
        accepted(box, ones[1], 2, 0)
        box.answer(ones[2], {"verdict": "rejected", "errors": [], "warnings": []}, 0)

        box.prune(KEPT_MS)
        assert len(box.entries) == 4
        box.prune(KEPT_MS + DAY_MS)

        assert [one.number for one in box.entries] == [2, 4]
    with Outbox(tmp_path) as box:
        assert [one.number for one in box.entries] == [2, 4]


def test_only_its_owner_can_read_it(tmp_path: Path) -> None:
    with Outbox(tmp_path / "a" / "b") as box:
        box.add("u", [given()], 0, again=False)
    assert (tmp_path / "a" / "b").stat().st_mode & 0o077 == 0
    assert (tmp_path / "a" / "b" / "000000000001.json").stat().st_mode & 0o077 == 0


def test_files_of_others_in_the_folder_stay_untouched(server: Office, machine: Machine) -> None:
    machine.outbox.mkdir()
    for name in ("notes.txt", "1.json", "0000000000001.json", "notes.tmp"):
        (machine.outbox / name).write_text("x")

    assert machine.run(machine.file(report())) == 0

    assert all((machine.outbox / name).read_text() == "x" for name in ("notes.txt", "1.json", "0000000000001.json", "notes.tmp"))


@pytest.mark.parametrize("field", ["number", "state", "attempts", "sender"])
def test_an_entry_without_one_of_its_fields_is_damaged(field: str) -> None:
    text = entry.encode(replace(Entry(1, "u", 0, "f", 1))).partition(b"\n")[2]
    fields = json.loads(text)
    fields.pop(field)
    body = json.dumps(fields | {"attempts": None} if field == "state" else fields).encode()

    with pytest.raises(entry.DamagedError):
        entry.decode(hashlib.sha256(body).hexdigest().encode() + b"\n" + body + b"\n")


def test_the_unit_of_the_outbox_may_not_be_a_path() -> None:
    with pytest.raises(SendError) as caught:
        settings.read(Options(url="http://127.0.0.1:1", unit="../../x"), {"TONGHOP_KEY": KEY, "HOME": "/home/a"})
    assert [one.code for one in caught.value.complaints] == ["send.wrong_unit"]


def test_a_file_and_then_its_name_are_on_the_disk_before_anything_is_sent(
    server: Office, machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps: list[str] = []
    syncing, replacing = os.fsync, os.replace

    def fsync(handle: int) -> None:
        steps.append("folder" if stat.S_ISDIR(os.fstat(handle).st_mode) else "file")
        syncing(handle)

    def rename(source: Path, target: Path) -> None:
        steps.append("name")
        replacing(source, target)

    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(os, "replace", rename)
    server.tricks = [lambda *_: steps.append("sent")]

    machine.run(machine.file(report()))

    stored = ["file", "name", "folder"]
    assert steps == [*stored, *stored, "sent", *stored]
