"""Reports sent to a small server: revisions, what is sent again and what is not, and what is told."""

import json
import os
from collections import Counter
from pathlib import Path

import pytest

from services.send.entry import Entry
from services.send.outbox import Outbox
from services.send.reading import Given
from tests.send import office
from tests.send.conftest import Machine, report
from tests.send.office import AWAY, CODE, KEY, UNIT, Office, problem, revisions, saying


def test_a_report_is_accepted_under_its_first_revision_and_its_unit(server: Office, machine: Machine) -> None:
    [row] = machine.rows(machine.file(report()))

    assert (row["verdict"], row["revision"], row["unit"], row["received_at"]) == ("accepted", 1, CODE, office.RECEIVED)
    assert server.accepted == [{**report(), "values": {"gd_ngay_cong": "340"}, "unit": CODE, "revision": 1}]
    assert server.posts[0].headers["content-type"] == "application/cloudevents+json"


def test_a_correction_gets_the_next_revision_also_after_others_have_sent(server: Office, machine: Machine) -> None:
    machine.run(machine.file(report()))
    server.standing[("ct27-van-quan", "2026", CODE)] = 7

    [row] = machine.rows(machine.file(report(values={"gd_ngay_cong": 345})))

    assert (row["verdict"], row["revision"]) == ("accepted", 8)


def test_without_forms_the_receipts_tell_the_next_revision(server: Office, machine: Machine) -> None:
    server.has_forms = False
    server.standing[("ct27-van-quan", "2026", CODE)] = 7

    [row] = machine.rows(machine.file(report(unit=CODE)))
    [next_row] = machine.rows(machine.file(report(unit=CODE, values={"gd_ngay_cong": 1})))

    assert (row["verdict"], row["revision"], row["warnings"]) == ("accepted", 8, [])
    assert revisions(server) == [1, 8, 9]
    assert (next_row["verdict"], next_row["revision"]) == ("accepted", 9)


def test_a_report_that_someone_else_always_overtakes_is_told_and_refused(server: Office, machine: Machine) -> None:
    server.has_forms = False

    def overtake(server: Office, asked: office.Asked) -> None:
        server.standing[("ct27-van-quan", "2026", CODE)] = json.loads(asked.body)["data"]["revision"] + 1

    server.tricks = [overtake] * 9

    [row] = machine.rows(machine.file(report(unit=CODE)), code=1)

    assert row["verdict"] == "superseded"
    assert len(server.posts) == 5
    assert [one["code"] for one in row["warnings"]] == ["report.superseded", "send.still_superseded"]
    [again] = machine.rows(machine.file(report(unit=CODE)), code=1)  # not sent again, and still not counted
    assert again["verdict"] == "superseded"
    assert len(server.posts) == 5


def test_the_same_file_again_is_not_sent_again_but_with_again(server: Office, machine: Machine) -> None:
    file = machine.file(report(), report("2025"))
    machine.run(file)

    rows = machine.rows(file)

    assert [row["verdict"] for row in rows] == ["unchanged"] * 2
    assert "send.unchanged" in rows[0]["warnings"][0]["code"]
    assert len(server.posts) == 2
    assert [row["revision"] for row in machine.rows(file, is_again=True)] == [2, 2]


def test_a_file_with_a_report_and_its_correction_is_known_again_as_a_whole(server: Office, machine: Machine) -> None:
    file = machine.file(report(), report(values={"gd_ngay_cong": 341}))
    machine.run(file)

    assert [row["verdict"] for row in machine.rows(file)] == ["unchanged"] * 2
    assert [row["revision"] for row in machine.rows(machine.file(report()))] == [3]  # back to the first figures is a change
    assert revisions(server) == [1, 2, 3]


def test_a_rejected_report_is_refused_and_stays_so_until_it_changes(server: Office, machine: Machine) -> None:
    wrong = machine.file(report(values={"bad": 1}))

    [row] = machine.rows(wrong, code=1)
    [unchanged] = machine.rows(wrong, code=1)
    [again] = machine.rows(wrong, code=1, is_again=True)
    [right] = machine.rows(machine.file(report()))

    assert (row["verdict"], row["errors"][0]["code"], row["revision"]) == ("rejected", "report.unknown_indicator", 1)
    assert unchanged["verdict"] == "unchanged"
    assert (again["verdict"], len(server.receipts)) == ("rejected", 3)  # judged anew, under an id of its own
    assert again["event_id"] != row["event_id"]
    assert (right["verdict"], right["revision"]) == ("accepted", 1)


def test_a_repeat_of_an_event_of_another_machine_does_not_stand_so_the_next_one_is_sent(
    server: Office, machine: Machine, tmp_path: Path
) -> None:
    server.has_forms = False
    machine.run(machine.file(report(unit=CODE)))
    machine.run(machine.file(report(unit=CODE, values={"gd_ngay_cong": 1})))
    (tmp_path / "other").mkdir()
    other = Machine(tmp_path / "other", machine.address)

    [row] = other.rows(other.file(report(unit=CODE)))

    assert (row["verdict"], row["revision"]) == ("accepted", 2)  # of two events with one revision the later one counts
    assert server.accepted[-1]["values"] == {"gd_ngay_cong": "340"}


def test_a_rejection_that_another_machine_got_is_judged_anew(server: Office, machine: Machine, tmp_path: Path) -> None:
    server.has_forms = False
    machine.run(machine.file(report(unit=CODE, values={"bad": 1})))
    (tmp_path / "other").mkdir()
    other = Machine(tmp_path / "other", machine.address)

    [row] = other.rows(other.file(report(unit=CODE, values={"bad": 1})), code=1)

    assert (row["verdict"], len(server.receipts)) == ("rejected", 2)


def test_a_whole_event_is_sent_as_it_is(server: Office, machine: Machine) -> None:
    text = (
        '{"specversion":"1.0", "id":"7f0c1f2e-0001","source":"/units/06253-2025","type":"vn.tonghop.report.submitted.v1",'
        '"data":{"regime":"ct27-van-quan","period":"2026","unit":"06253","revision":4,"values":{"a":1.50}}}'
    )

    [row] = machine.rows("-", stdin=text.encode())

    assert (row["verdict"], row["revision"], row["event_id"]) == ("accepted", 4, "7f0c1f2e-0001")
    assert server.posts[0].body == text.encode()
    assert [one["verdict"] for one in machine.rows("-", stdin=text.encode())] == ["unchanged"]
    assert [one["revision"] for one in machine.rows(machine.file(report()))] == [5]


def test_a_wrong_key_sends_nothing_keeps_everything_and_says_so(server: Office, machine: Machine) -> None:
    machine.environment = {"TONGHOP_KEY": "th_" + "x" * 43}
    assert machine.run(machine.file(report(), report("2025"))) == 1
    assert "[send.login_refused]" in machine.said
    assert "[identity.required]" in machine.said
    assert len(server.asked) == 1

    machine.environment = {}
    assert [row["verdict"] for row in machine.rows()] == ["accepted"] * 2


def test_an_event_that_the_door_refuses_is_refused(server: Office, machine: Machine) -> None:
    server.tricks = [lambda *_: problem(413, "event.too_large")]

    [row] = machine.rows(machine.file(report()), code=1)

    assert (row["verdict"], row["errors"][0]["code"]) == ("rejected", "event.too_large")


def test_a_file_that_cannot_be_read_sends_nothing_and_all_faults_are_told(server: Office, machine: Machine) -> None:
    good, missing = machine.file(report(), name="a.ndjson"), str(machine.folder / "khong-co.json")
    bad = machine.folder / "b.ndjson"
    bad.write_text('{"regime": 1}\n[]\n{"a"\n')

    assert machine.run(good, missing, str(bad)) == 2

    assert server.asked == []
    assert not machine.outbox.exists()
    assert f"{missing}: Không có tệp này" in machine.said
    assert [line.partition(": ")[0] for line in machine.said.splitlines()[1:]] == [f"{bad}:1", f"{bad}:1", f"{bad}:2", f"{bad}:3"]


def test_the_table_says_what_became_of_each_report_in_vietnamese(server: Office, machine: Machine) -> None:
    file = machine.file(report(), report("2025", values={"bad": 1}))

    assert machine.run(file) == 1

    lines = machine.printed.splitlines()
    assert lines[0].split() == ["Tệp", "Dòng", "Chế", "độ", "Kỳ", "Lần", "nộp", "Kết", "quả", "Thời", "điểm"]
    assert "Đã tiếp nhận" in lines[2]
    assert "27/11/2026 08:30:00" in lines[2]
    assert "Từ chối" in lines[3]
    assert f"{file}:2: Lỗi: data.values.bad: Câu về report.unknown_indicator. [report.unknown_indicator]" in lines


def test_in_english_the_sentences_are_english(server: Office, machine: Machine) -> None:
    machine.environment = {"TONGHOP_LANG": "en"}
    machine.run(machine.file(report(values={"bad": 1})))

    assert "Sentence about report.unknown_indicator." in machine.printed


def test_a_rejection_that_this_outbox_does_not_know_is_judged_anew(server: Office, machine: Machine) -> None:
    file = machine.file(report(values={"bad": 1}))
    machine.run(file)
    server.has_faults = False

    [row] = machine.rows(file, outbox=str(machine.folder / "other"))

    assert (row["verdict"], row["revision"]) == ("accepted", 1)


def test_a_report_without_a_unit_waits_for_an_earlier_one_that_names_it(server: Office, machine: Machine) -> None:
    file = machine.file(report(unit=CODE), report(values={"gd_ngay_cong": 341}))
    server.tricks = [saying(500, b"")]

    assert [row["verdict"] for row in machine.rows(file, code=3)] == ["waiting", "waiting"]
    assert "[send.earlier_waits]" in machine.said

    assert [row["revision"] for row in machine.rows(file)] == [1, 2]
    assert [one["values"] for one in server.accepted] == [{"gd_ngay_cong": "340"}, {"gd_ngay_cong": "341"}]


def test_what_another_unit_left_in_the_outbox_is_told_and_not_sent(server: Office, machine: Machine) -> None:
    address, machine.address = machine.address, AWAY
    machine.run(machine.file(report()), unit="06280-2025")
    machine.address = address

    assert machine.run() == 0

    assert "06280-2025" in machine.said
    assert "[send.others_wait]" in machine.said
    assert server.posts == []


def test_a_report_about_a_former_unit_is_numbered_apart(server: Office, machine: Machine) -> None:
    rows = machine.rows(machine.file(report(), report(unit="06256", as_successor=True), report(unit="06257", as_successor=True)))

    assert [(row["unit"], row["revision"]) for row in rows] == [(CODE, 1), ("06256", 1), ("06257", 1)]
    assert len({row["event_id"] for row in rows}) == 3


def test_the_key_is_nowhere_on_the_disk_and_in_no_text(server: Office, machine: Machine) -> None:
    machine.run(machine.file(report()))
    machine.environment = {"TONGHOP_KEY": "th_" + "x" * 43}
    machine.run(machine.file(report("2025")))

    with Outbox(machine.outbox) as box:
        assert len(box.entries) == 2
    for path in machine.outbox.rglob("*"):
        assert b"th_" not in (path.read_bytes() if path.is_file() else b"")
    assert KEY not in machine.said + machine.printed


def test_a_regime_that_the_server_does_not_know_is_refused_with_its_words(server: Office, machine: Machine) -> None:
    rows = machine.rows(machine.file(report(regime="khong-co"), report()), code=1)

    assert [row["verdict"] for row in rows] == ["rejected", "accepted"]
    assert [one["code"] for one in rows[0]["errors"]] == ["form.unknown_regime"]
    assert machine.rows(machine.file(report(regime="khong-co")), code=1, is_dry_run=True)[0]["verdict"] == "rejected"


def test_a_file_name_that_is_not_utf_8_is_no_obstacle(server: Office, machine: Machine) -> None:
    name = os.fsencode(machine.folder) + b"/b\xe1o c\xe1o.json"
    Path(os.fsdecode(name)).write_text(json.dumps(report()), encoding="utf-8")

    [row] = machine.rows(os.fsdecode(name))

    assert (row["verdict"], row["file"].rpartition("/")[2]) == ("accepted", "b\ufffdo c\ufffdo.json")


def count_keys(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How often the outbox is asked for the key of a report, by sender; nothing is synced to the disk, which would take long."""
    asked: Counter[str] = Counter()
    key = Outbox.key

    def counting(box: Outbox, sender: str, said: Entry | Given) -> tuple[str, str, str]:
        asked[sender] += 1
        return key(box, sender, said)

    monkeypatch.setattr(os, "fsync", lambda _: None)
    monkeypatch.setattr(Outbox, "key", counting)
    return asked


def test_many_reports_are_put_into_the_outbox_in_a_time_that_grows_with_them(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = count_keys(monkeypatch)
    given = [Given("f", line, {"regime": "thu", "period": str(line)}) for line in range(300)]
    with Outbox(machine.outbox) as box:
        box.add(UNIT, given, 0, again=False)
        added = box.add(UNIT, given, 0, again=False)

    assert not any(is_new for _, _, is_new in added)
    assert asked.total() < 1_000


def test_many_reports_are_sent_in_a_time_that_grows_with_them(server: Office, machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = count_keys(monkeypatch)

    assert machine.run(machine.file(*(report(regime=f"r{number}") for number in range(60)))) == 0

    assert asked.total() < 60 * 12
