"""`tonghop duties list|extend`, `tonghop notify tick|rebuild` on real servers, with a real ingest."""

import asyncio
import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import orjson
import pytest

from services.cli import recording, session
from services.devstack import mailbox, mailcatcher
from shared.plumbing.broker import Message
from shared.plumbing.reform_documents import Application
from shared.plumbing.reform_store import ReformStore
from shared.shell.clock import system_clock
from shared.shell.service import Connections
from shared.wire import envelope, events, sent, subjects
from shared.words import reform_plan
from shared.words.calendar import COMMON
from shared.words.units import Contact
from tests.cli.conftest import YEAR, Cli
from tests.reform_builders import content, line, new
from tests.running import running

FIRST_DAY = date(int(YEAR), 1, 3)  # of a reform; the period ends on the day before


def log(cli: Cli, kind: str, unit: str, at: datetime, **data: Any) -> None:
    """Puts an event into the log as ingest does."""
    body = {"regime": "thu", "period": YEAR, "unit": unit, **data}
    event = envelope.of_unit(unit, f"{kind[-12:]}-{unit}", kind, body)
    payload = envelope.encode(envelope.logged(event, unit, events.to_ms(at)))

    async def act(connections: Connections) -> None:
        subject = subjects.reports(subjects.partition_of("thu", YEAR, 8), "thu")
        await connections.streams.publish(subjects.REPORTS, Message(subject, payload, event["id"]))

    cli.ask(act)


def listed(cli: Cli, *options: str) -> dict[str, dict[str, Any]]:
    return {found["unit"]: found for found in cli.json("duties", "list", *options)["duties"]}


def test_duties_are_listed_with_what_came_and_how_late(province: Cli) -> None:
    late = datetime(int(YEAR), 1, 4, 17, tzinfo=UTC)  # two days after 03/01 00:00 in Vietnam
    log(province, events.SUBMITTED, "184", late, revision=3, values={})

    district = listed(province)["184"]

    assert (district["owed"], district["received"], district["revision"], district["late"]) == (False, True, 3, True)
    assert district["late_by_s"] == 2 * 86_400
    assert district["deadline"] == f"{YEAR}-01-03T00:00:00+07:00"
    assert district["received_at"] == f"{YEAR}-01-05T00:00:00+07:00"
    assert "muộn 3 ngày" in province.run("duties", "list").stdout  # after 02/01, as pages and mails count days


def test_duties_are_chosen_by_unit_by_owed_and_by_late(province: Cli) -> None:
    assert set(listed(province)) == {"184", "06253"}
    assert set(listed(province, "--unit", "06253", "--regime", "thu", "--period", YEAR)) == {"06253"}
    assert set(listed(province, "--late")) == {"184"}  # overdue, and still owed
    log(province, events.SUBMITTED, "06253", datetime(int(YEAR), 1, 5, tzinfo=UTC), revision=1, values={})
    assert set(listed(province, "--owed")) == {"184"}
    assert province.refused("duties", "list", "--regime", "khac", code=session.WRONG_USE)
    assert "Không có đơn vị “99999”" in province.refused("duties", "list", "--unit", "99999", code=session.WRONG_USE)


def test_the_plan_names_the_period_for_people_and_gives_its_code_to_programs(province: Cli) -> None:
    assert f" năm {YEAR} " in province.run("notify", "plan", "--period", YEAR).stdout
    assert {found["period"] for found in province.json("notify", "plan", "--period", YEAR)["alerts"]} == {YEAR}


def test_a_returned_duty_is_listed_with_its_reason_and_fix_by_date(province: Cli) -> None:
    at = datetime(int(YEAR), 1, 2, tzinfo=UTC)
    log(province, events.SUBMITTED, "184", at, revision=1, values={})
    log(province, events.RETURNED, "184", at + timedelta(hours=1), revision=1, reason="Thiếu", fix_by=f"{YEAR}-02-01")

    district = listed(province)["184"]

    assert (district["owed"], district["late"]) == (True, False)
    assert district["returned"] == {"revision": 1, "reason": "Thiếu", "fix_by": f"{YEAR}-02-02T00:00:00+07:00"}


def test_rebuilt_duties_are_what_the_log_says_and_old_ones_go(province: Cli) -> None:
    log(province, events.SUBMITTED, "184", datetime(int(YEAR), 1, 2, tzinfo=UTC), revision=1, values={})
    listed(province)

    async def spoil(connections: Connections) -> None:
        await connections.database["duties"].update_many({}, {"$set": {"owed": True, "state.winner": [9, 9, "x"], "sequence": 99}})
        await connections.database["duties"].insert_one({"_id": "khong/ai/ca", "generation": 1, "sequence": 99, "owed": True})

    province.ask(spoil)
    answer = province.json("notify", "rebuild")

    async def stored(connections: Connections) -> dict[str, bool]:
        return {found["_id"]: found["owed"] async for found in connections.database["duties"].find()}

    assert (answer["duties"], answer["owed"], answer["sequence"]) == (2, 1, 1)
    assert province.ask(stored) == {f"thu/{YEAR}/184": False, f"thu/{YEAR}/06253": True}
    assert "Đã lập lại 2 nghĩa vụ, chưa hoàn thành 1" in province.run("notify", "rebuild").stdout


def long_loaded(cli: Cli) -> None:
    """The regime was there before its first rung."""

    async def act(connections: Connections) -> None:
        await connections.database["regimes"].update_many({}, {"$set": {"loaded_at": datetime(2020, 1, 1, tzinfo=UTC)}})
        await connections.reference.raise_to(9)

    cli.ask(act)


def alerts_of(cli: Cli) -> tuple[list[str], int]:
    """What is claimed, and how many alerts stand in the stream."""

    async def act(connections: Connections) -> tuple[list[str], int]:
        claimed = sorted([one["_id"] async for one in connections.database["alerts"].find()])
        return claimed, await connections.streams.last_sequence(subjects.ALERTS)

    found: tuple[list[str], int] = cli.ask(act)
    return found


LAST_DAY = "2099-12-31T08:00:00+07:00"


def test_a_tick_later_than_now_is_a_rehearsal_and_spends_no_reminder(province: Cli) -> None:
    long_loaded(province)
    first, again = (province.json("notify", "tick", "--at", LAST_DAY) for _ in range(2))
    assert (first["rehearsal"], first["raised"], first["digests"]) == (True, [], [])
    [told] = first["would_raise"]
    assert (told["unit"], told["rung"], told["channels"], told["reachable"]) == ("06253", "last-day-0800", ["stream"], False)
    assert [one["unit"] for one in first["would_digest"]] == ["20"]
    assert first["unreached"] == {"no_contact": ["06253", "20"]}
    assert again == first
    assert alerts_of(province) == ([], 0)


def test_a_rehearsal_says_who_cannot_be_reached_and_why(province: Cli) -> None:
    long_loaded(province)

    async def give(connections: Connections) -> None:
        units = (await connections.reference.current()).registry.ids
        await connections.reference.put_units([replace(units["20"][-1], contacts=(Contact("Bà Lan", "0912", "\u200b"),))])

    province.ask(give)
    said = province.run("notify", "tick", "--at", LAST_DAY).stdout
    assert "Diễn tập lượt nhắc lúc 31/12/2099 08:00: không ghi gì, không gửi gì." in said
    assert "Sẽ nhắc 1 lượt" in said
    assert "Qua luồng tin: 2 lượt; qua thư: 0 lượt." in said
    assert "Không có thư vì chưa có đầu mối liên hệ: 1 đơn vị (06253)." in said
    assert "Không có thư vì đầu mối không có địa chỉ thư điện tử: 1 đơn vị (20)." in said


def test_a_tick_says_who_was_reminded_and_counts_nobody_as_mailed_who_has_no_address(province: Cli) -> None:
    long_loaded(province)
    monday = COMMON.after_or_on(date(int(YEAR), 1, 5))
    answer = province.json("notify", "tick", "--at", f"{monday}T09:00:00+07:00")
    assert answer["rehearsal"] is False
    [told] = answer["raised"]
    assert (told["unit"], told["channels"], told["reachable"], told["unreached"]) == ("184", ["stream"], False, "no_contact")
    assert [one["unit"] for one in answer["digests"]] == ["20"]
    assert answer["unreached"] == {"no_contact": ["184", "20"]}
    assert all(name.endswith("/stream") for name in alerts_of(province)[0])
    assert province.json("notify", "tick", "--at", f"{monday}T09:05:00+07:00")["raised"] == []


def test_a_tick_tells_a_person_who_got_no_mail_and_why(province: Cli) -> None:
    long_loaded(province)
    monday = COMMON.after_or_on(date(int(YEAR), 1, 5))
    said = province.run("notify", "tick", "--at", f"{monday}T09:00:00+07:00").stdout
    assert "Đã nhắc 1 lượt" in said
    assert "Qua luồng tin: 2 lượt; qua thư: 0 lượt." in said
    assert "Không có thư vì chưa có đầu mối liên hệ: 2 đơn vị (184, 20)." in said


def test_a_trial_mail_goes_to_the_contact_of_a_unit_and_is_refused_without_one(province: Cli, tmp_path: Path) -> None:
    assert "chưa có địa chỉ thư điện tử" in province.refused("notify", "test", "184")
    assert "Không có đơn vị “99”" in province.refused("notify", "test", "99", code=session.WRONG_USE)

    async def give(connections: Connections) -> None:
        units = (await connections.reference.current()).registry.ids
        await connections.reference.put_units([replace(units["184"][-1], contacts=(Contact("Bà Lan", "", "184@huyen.example"),))])

    province.ask(give)
    assert province.json("notify", "test", "184", code=session.AWAY)["away"] == ["184@huyen.example"]

    async def catching() -> dict[str, Any]:
        async with mailcatcher.catching(tmp_path / "mail", province.settings.smtp_port):
            return await asyncio.to_thread(province.json, "notify", "test", "184")

    assert asyncio.run(catching())["sent"] == ["184@huyen.example"]
    [mail] = mailbox.mails(tmp_path / "mail")
    assert mail["Subject"] == "[Thử] Thư thử của hệ thống Tổng Hợp – Huyện Văn Quan"
    assert alerts_of(province) == ([], 0)


async def _extend(settings: Any, folder: Path, cli: Cli, *words: str) -> Any:
    async with running(settings, folder, "ingest"):
        return await asyncio.to_thread(cli.run, "duties", "extend", *words)


def test_an_extension_is_published_by_the_recipient_and_its_verdict_is_told(province: Cli, tmp_path: Path) -> None:
    words = ("thu", YEAR, "184", "--until", "2099-12-31", "--reason", "Bão lũ")
    result = asyncio.run(_extend(province.settings, tmp_path, province, *words))
    assert result.exit_code == session.FINE, result.output
    assert "Đã gia hạn cho 184 đến hết ngày 31/12/2099" in result.stdout

    district = listed(province)["184"]

    assert district["extended"] == {"until": "2100-01-01T00:00:00+07:00", "reason": "Bão lũ", "author": "20"}
    assert (district["deadline"], district["late_by_s"]) == ("2100-01-01T00:00:00+07:00", None)


def test_an_extension_says_which_operator_acted(province: Cli, tmp_path: Path) -> None:
    asyncio.run(_extend(province.settings, tmp_path, province, "thu", YEAR, "184", "--until", "2099-12-31", "--reason", "Bão lũ"))

    async def last(connections: Connections) -> dict[str, Any]:
        message = await connections.streams.jetstream.get_last_msg(subjects.REPORTS, subjects.reports_under("thu"))
        found: dict[str, Any] = orjson.loads(message.data or b"")
        return found

    event = province.ask(last)
    assert event["actor"] == recording.operator()
    assert event["data"] == {"regime": "thu", "period": YEAR, "unit": "184", "until": "2099-12-31", "reason": "Bão lũ"}


@pytest.mark.parametrize("login", ["lan", "lan.nguyen@so-ldtbxh.vn", "SO\\Lan Nguyễn", "x" * 100, None])
def test_whoever_runs_a_command_is_an_actor(login: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    def entry(number: int) -> Any:
        if login is None:
            raise KeyError(number)
        return SimpleNamespace(pw_name=login)

    monkeypatch.setattr("pwd.getpwuid", entry)

    assert re.fullmatch(sent.ACTOR, recording.operator())


def test_an_extension_that_was_written_wrongly_is_corrected(province: Cli, tmp_path: Path) -> None:
    async def act() -> list[Any]:
        async with running(province.settings, tmp_path, "ingest"):
            words = ("duties", "extend", "thu", YEAR, "06253", "--reason", "Gõ nhầm năm", "--until")
            slip = await asyncio.to_thread(province.run, *words, "2198-12-31")
            return [slip, await asyncio.to_thread(province.run, *words, "2100-01-15", "--corrects")]

    slip, mended = asyncio.run(act())
    assert (slip.exit_code, mended.exit_code) == (session.FINE, session.FINE), mended.output
    assert "Đã sửa lần gia hạn cho 06253 đến hết ngày 15/01/2100" in mended.stdout
    assert listed(province)["06253"]["deadline"] == "2100-01-16T00:00:00+07:00"


def test_an_extension_that_ingest_refuses_ends_with_1_and_its_reasons(province: Cli, tmp_path: Path) -> None:
    words = ("thu", YEAR, "99", "--until", "2099-12-31", "--reason", "Bão lũ", "--json")
    result = asyncio.run(_extend(province.settings, tmp_path, province, *words))
    assert result.exit_code == session.NO, result.output
    assert orjson.loads(result.stdout)["verdict"] == "rejected"
    assert "không được tiếp nhận" in result.stderr


def test_an_extension_without_a_day_or_regime_is_wrong_use(province: Cli) -> None:
    for words in (("thu", YEAR, "184", "--until", "mai", "--reason", "x"), ("khac", YEAR, "184", "--until", "2099-01-01", "--reason", "x")):
        province.refused("duties", "extend", *words, code=session.WRONG_USE)


def test_an_extension_that_nobody_answers_ends_with_3(province: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.cli.sending.VERDICT_S", 0.2)
    words = ("thu", YEAR, "184", "--until", "2099-12-31", "--reason", "Bão lũ")
    assert "đã ở trong INBOX" in province.refused("duties", "extend", *words, code=session.AWAY)


def test_a_broken_calendar_is_refused_by_commands_with_line_and_reason(
    province: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    days = tmp_path / "days.yaml"
    days.write_text("off:\n  - hôm nay\n", encoding="utf-8")
    monkeypatch.setenv("TONGHOP_CALENDAR_DAYS", str(days))
    for words in (("duties", "list"), ("regimes", "check")):
        assert province.refused(*words).startswith(f"{days}:2: ")


def test_duties_of_a_unit_that_has_ended_are_listed_with_its_heir(province: Cli) -> None:
    async def merge(connections: Connections) -> None:
        reference = await connections.reference.current()
        merged = content(line("184", "20", "none"), units=[new("06253", name="Xã Mới")], day=FIRST_DAY)
        plan = reform_plan.make(merged, reference.registry)
        store = ReformStore(connections.reference, connections.database, system_clock)
        await store.apply(Application(plan, {"reform.yaml": "id: …"}, "1", reference.generation), "operator/lan")

    province.ask(merge)
    found = listed(province)
    assert {unit: duty["acting"]["id"] for unit, duty in found.items()} == {"184": "20", "06253": "06253"}
    shown = " ".join(province.run("duties", "list").stdout.split())
    assert "kế thừa" in shown
    plan = province.json("notify", "plan", "--regime", "thu", "--period", YEAR)["alerts"]
    assert {(alert["of"]["id"], alert["unit"]) for alert in plan if alert["at"] >= FIRST_DAY.isoformat()} >= {("184", "20")}
