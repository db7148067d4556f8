"""The notifier on real servers: each alert is sent once, even if work is repeated, killed or done twice."""

import asyncio
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import orjson
import pytest
from aiosmtpd.smtp import SMTP

from services.notify import tick
from services.notify.app import mail_server, reading
from services.notify.barrier import Barrier
from services.notify.channels import email
from services.notify.channels.email import Answer
from services.notify.domain import reminders
from services.notify.store.book import BookPosition, BookStore
from services.notify.texts.mail import Mail
from services.notify.tick import Desk
from shared.plumbing.broker import Message
from shared.wire import events, subjects
from shared.wire.alerts import AlertRaised
from shared.wire.events import Logged
from shared.words.failures import TransientError
from shared.words.regimes import Regime
from shared.words.units import Contact
from tests.notify.builders import (
    ON_CALL,
    REGIME,
    UNITS,
    confirmed,
    duty,
    extended,
    on_call,
    opened,
    regime,
    returned,
    submitted,
    vn,
    withdrawn,
)
from tests.notify.choosy import Choosy
from tests.notify.conftest import NOW, Office, stream_id, units, with_mail_server, without_mail_server, working
from tests.running import with_all_settings

AT = vn("2026-12-18 08:00")
CONFIRMING: Regime = regime(obligation={"deadlines": {"xa": {"before": "12-20"}}, "confirm": {"level": "district", "before": "12-20"}})


async def test_who_reported_is_not_alerted_and_the_others_are_once(office: Office, desk: Desk) -> None:
    await office.log(submitted("112"))

    first = await tick.tick(desk, AT)
    again = await tick.tick(desk, AT)

    assert units(first) == ["111", "113"]
    assert again == []
    assert await office.alerts() == [stream_id("111", "last-day-0800"), stream_id("113", "last-day-0800")]
    assert sorted(mail["To"] for mail in office.mails()) == ["111@xa.example", "113@xa.example"]
    assert all("trước ngày 20/12/2026" in mail["Subject"] for mail in office.mails())


async def test_a_report_logged_under_a_subject_that_is_not_its_own_leaves_its_unit_owing(office: Office, desk: Desk) -> None:
    event = submitted("112")
    own = subjects.partition_of(event.regime, event.period, 8)
    await office.connections.streams.publish(
        subjects.REPORTS, Message(subjects.reports((own + 1) % 8, event.regime), event.raw, "misplaced")
    )

    assert "112" in units(await tick.tick(desk, AT))


async def test_each_rung_goes_out_once_over_a_season(office: Office, desk: Desk) -> None:
    await office.log(submitted("112"))
    plan = await tick.plan(desk, vn("2026-12-14"), REGIME, "2026")
    for at in sorted({alert.rung.at for alert in plan}):
        await tick.tick(desk, at)
        await tick.tick(desk, at + timedelta(minutes=5))
    assert Counter(await office.alerts()) == Counter(alert.id("stream") for alert in plan)
    assert len(office.mails()) == len(plan)


async def test_what_is_told_at_once_about_an_act_carries_its_trace_and_other_alerts_carry_none(office: Office, desk: Desk) -> None:
    trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    sent_back = traced(returned("111", received="2026-12-14 09:30"), trace)
    moved = traced(extended("2026-12-24", "113", received="2026-12-14 09:40"), trace.replace("4bf9", "5bf9"))
    await office.log(submitted("111"), sent_back, moved)

    await tick.tick(desk, vn("2026-12-14 10:00"))

    carried = {event["data"]["cause"]: event.get("traceparent") for event in await office.events()}
    assert carried["returned-1"] == trace
    assert carried["moved-1"] == trace.replace("4bf9", "5bf9")
    assert carried.keys() - {"returned-1", "moved-1"} == {cause for cause, found in carried.items() if found is None}
    for event in await office.events():
        AlertRaised.model_validate_json(orjson.dumps(event))


def traced(event: Logged, traceparent: str) -> Logged:
    """The same event as a sender that traces sends it."""
    read = events.read_logged(orjson.dumps({**orjson.loads(event.raw), "traceparent": traceparent}))
    assert read is not None
    return read


async def test_two_notifiers_at_once_raise_each_alert_once(office: Office, desk: Desk) -> None:
    async with working(office) as other:
        raised = await asyncio.gather(*(tick.tick(one, AT) for one in (desk, other, desk, other)))
        await tick.wait_for_others(desk, AT)
    assert sorted(unit for found in raised for unit in units(found)) == ["111", "112", "113"]
    assert Counter(await office.alerts()) == Counter(stream_id(unit, "last-day-0800") for unit in ("111", "112", "113"))
    assert Counter(mail["Message-ID"] for mail in office.mails()).most_common(1)[0][1] == 1
    assert len(office.mails()) == 2


@pytest.mark.stores
async def test_what_a_killed_notifier_claimed_is_sent_by_the_next(office: Office, desk: Desk) -> None:
    async with working(office) as killed:
        reference = killed.follower.reference
        found = reminders.reached(killed.follower.book.owed(AT).values(), reference, AT)
        await killed.alerts.claim(reminders.decide(found, set(), reference, AT), killed.channels_of)
    assert units(await tick.tick(desk, AT)) == []
    assert await office.alerts() == []  # it may still be sending

    ended = datetime.now(UTC) - timedelta(seconds=1)
    await office.connections.database["alerts"].update_many({}, {"$set": {"lease_until": ended}})
    assert units(await tick.tick(desk, AT)) == []

    assert len(await office.alerts()) == 3
    assert len(office.mails()) == 2


async def test_what_was_claimed_in_format_4_is_sent(office: Office, desk: Desk) -> None:
    async with working(office) as killed:
        reference = killed.follower.reference
        found = reminders.reached(killed.follower.book.owed(AT).values(), reference, AT)
        await killed.alerts.claim(reminders.decide(found, set(), reference, AT), killed.channels_of)
    ended = {"lease_until": datetime.now(UTC) - timedelta(seconds=1), "step": 6}
    await office.connections.database["alerts"].update_many({}, {"$set": ended, "$unset": {"before": 1, "refused": 1}})
    await tick.tick(desk, AT)
    assert (len(await office.alerts()), len(office.mails())) == (3, 2)


async def test_a_checkpoint_of_another_shape_is_none(office: Office) -> None:
    async with working(office) as first:
        await office.log(submitted("111"), extended("2026-12-24", "113"), opened("2026-12-30"))
        await first.barrier.pass_folded()
        await _until_stored(office, 3)
        before = list(await tick.duties(first, AT))
    shape_4 = {"opened": [[ON_CALL, "2026", vn("2026-12-31")]]}
    await office.connections.database["checkpoints"].update_one({"_id": "notify"}, {"$set": shape_4, "$unset": {"shape": 1}})
    await office.connections.database["duties"].update_many({}, {"$unset": {"state.extensions": 1, "state.returns": 1}})
    async with reading(with_all_settings(office.connections)) as desk:
        assert list(await tick.duties(desk, AT)) == before


async def test_a_mail_server_that_is_away_holds_up_only_the_mails(office: Office, desk: Desk) -> None:
    async with working(office) as other:
        assert len(units(await tick.tick(without_mail_server(other), AT))) == 3
        assert len(await office.alerts()) == 3
        assert office.mails() == []
        await tick.tick(other, AT + timedelta(minutes=5))
    assert len(office.mails()) == 2
    assert await office.connections.database["alerts"].count_documents({"channel": "email", "state": "sent", "task": "report"}) == 2


async def test_a_bad_address_holds_up_nobody(office: Office, desk: Desk) -> None:
    bad, good = "111@xa.example\nBcc: x@y.example", "112@xa.example"
    answers = await email.hand_over(
        mail_server(office.settings, office.connections.clock), [Mail("1", bad, "Nhắc", "…"), Mail("2", good, "Nhắc", "…")]
    )
    assert answers == {bad: Answer.REFUSED, good: Answer.SENT}
    assert [mail["Message-ID"] for mail in office.mails()] == ["<2@bao-cao.example>"]


async def test_a_mail_is_not_sent_when_the_report_came_meanwhile(office: Office, desk: Desk) -> None:
    await tick.tick(without_mail_server(desk), AT)
    await office.log(submitted("111"))
    await tick.tick(desk, AT + timedelta(minutes=5))
    assert [mail["To"] for mail in office.mails()] == ["113@xa.example"]


async def test_a_return_starts_a_ladder_of_its_own(office: Office, desk: Desk) -> None:
    await tick.tick(desk, AT)
    await office.log(submitted("111"), returned("111", fix_by="2026-12-25"))
    raised = await tick.tick(desk, AT + timedelta(minutes=5))
    assert [(alert.matter.unit, alert.matter.cause, alert.rung.name) for alert in raised] == [("111", "return-1", "before-7")]
    assert any("Thiếu số liệu mục 3" in mail.get_content() for mail in office.mails())


async def test_a_return_is_told_at_once_by_mail(office: Office, desk: Desk) -> None:
    await office.log(submitted("111"), returned("111", fix_by="2027-01-05", received="2026-12-14 09:30"))
    [told] = [alert for alert in await tick.tick(desk, vn("2026-12-14 09:31")) if alert.matter.unit == "111"]
    assert (told.matter.cause, told.rung.name) == ("returned-1", "now")
    [mail] = [mail for mail in office.mails() if mail["To"] == "111@xa.example"]
    assert mail["Subject"] == "[Trả lại] Đề nghị gửi lại báo cáo bị trả lại năm 2026 trước ngày 06/01/2027 – Xã 111"
    assert units(await tick.tick(desk, vn("2026-12-14 09:40"))) == []


async def test_a_deadline_that_is_corrected_is_told_to_all_who_owe(office: Office, desk: Desk) -> None:
    slip = opened("2062-10-30", received="2026-06-01 09:00")
    await office.log(slip, submitted("112", regime=ON_CALL))
    assert units(await tick.tick(desk, vn("2026-06-01 10:00"))) == []
    await office.log(opened("2026-10-30", received="2026-06-02 09:00", corrects=True, reason="Gõ nhầm năm"))
    raised = await tick.tick(desk, vn("2026-06-02 09:01"))
    assert [(alert.matter.unit, alert.matter.cause, alert.matter.before) for alert in raised] == [
        (unit, "moved-1", vn("2062-10-31")) for unit in ("111", "113")
    ]
    assert {"- Thời hạn cũ: trước ngày 31/10/2062\n" in mail.get_content().replace("\r\n", "\n") for mail in office.mails()} == {True}


async def test_reminders_are_counted_as_the_unit_got_them(office: Office, desk: Desk) -> None:
    await tick.tick(desk, vn("2026-12-11 08:00"))
    async with working(office) as cut_off:  # a rung of which no mail came
        await tick.tick(without_mail_server(cut_off), vn("2026-12-16 08:00"))
        await office.connections.database["alerts"].update_many({"channel": "email", "state": "raised"}, {"$set": {"state": "passed"}})
    await tick.tick(desk, AT)
    assert [mail["Subject"].partition("]")[0] for mail in office.mails() if mail["To"] == "111@xa.example"] == [
        "[Nhắc lần 1",
        "[Nhắc lần 2",
    ]


async def test_what_the_mail_server_does_not_take_is_not_called_sent(office: Office, desk: Desk) -> None:
    two = replace(UNITS[2], contacts=(*UNITS[2].contacts, Contact("Ông Nam", "", "nam@xa.example")))
    await office.connections.reference.put_units([two])
    await desk.barrier.pass_folded()
    refusing = Choosy({"nam@xa.example": "550 no such user", "113@xa.example": "550 no", "11@huyen.example": "451 later"})
    server = await asyncio.get_running_loop().create_server(lambda: SMTP(refusing), "127.0.0.1", 0)
    host, port = server.sockets[0].getsockname()
    desk = with_mail_server(desk, host, port)

    raised = await tick.tick(desk, AT)

    found = {one.alert.matter.unit: (list(one.channels), one.unreached, one.refused) for one in await tick.reached(desk, raised)}
    assert found == {
        "111": (["stream", "email"], "", 1),
        "112": (["stream"], "no_contact", 0),
        "113": (["stream"], "refused", 1),
        "11": (["stream"], "waiting", 0),
    }
    assert refusing.accepted == ["111@xa.example"]
    refusing.answers = {}
    await tick.tick(desk, AT + timedelta(minutes=5))
    assert refusing.accepted == ["111@xa.example", "11@huyen.example"]
    server.close()


async def test_a_tick_waits_for_ingest(office: Office, desk: Desk) -> None:
    desk = replace(desk, barrier=Barrier(office.connections, desk.follower, limit_s=0.5))
    await office.connections.streams.publish(subjects.INBOX, Message(subjects.inbox("111"), b"{}", "x"))
    with pytest.raises(TransientError, match=r"ingest\.behind"):
        await tick.tick(desk, AT)
    assert await office.alerts() == []

    ingest = await office.connections.streams.jetstream.pull_subscribe_bind(durable=subjects.INGEST_DURABLE, stream=subjects.INBOX)
    for message in await ingest.fetch(1):
        await message.ack_sync()
    assert len(units(await tick.tick(desk, AT))) == 3


@pytest.mark.stores
async def test_a_restarted_notifier_knows_what_was_reported(office: Office) -> None:
    early = extended("2027-12-24", period="2027")
    history = (submitted("111"), returned("111"), submitted("113"), opened("2026-12-30"), early, withdrawn("113"))
    async with working(office) as first:
        await office.log(*history)
        await first.barrier.pass_folded()
        before = await tick.plan(first, vn("2026-12-16"))
        await _until_stored(office, len(history))
    async with working(office) as second:
        assert second.follower.position.sequence == len(history)
        assert await tick.plan(second, vn("2026-12-16")) == before
        assert {alert.matter.deadline for alert in before if alert.matter.period == "2027" and alert.matter.unit == "111"} == {
            vn("2027-12-25")
        }


async def test_duties_are_stored_for_the_portal(office: Office, desk: Desk) -> None:
    report = submitted("111", received="2026-12-20 00:00")
    await office.log(report, submitted("112"), returned("112", reason="Thiếu"), extended("2026-12-24", "113"))
    await _until_stored(office, 4)
    found = {document["unit"]["code"]: document async for document in office.connections.database["duties"].find({"regime": REGIME})}
    assert {code: (one["owed"], one["received"], one["late"]) for code, one in found.items()} == {
        "111": (False, True, True),
        "112": (True, False, False),
        "113": (True, False, False),
    }
    assert found["111"]["received_at"] == events.from_ms(report.received_ms)
    assert found["112"]["returned"] == {"revision": 1, "reason": "Thiếu", "fix_by": vn("2026-12-29")}
    assert found["113"]["deadline"] == vn("2026-12-25")


async def test_new_regimes_make_the_duties_anew_from_the_whole_log(office: Office, desk: Desk) -> None:
    await office.log(submitted("111"), confirmed("11"), opened("2026-12-30"))
    await _until_stored(office, 3)
    await office.import_regimes(CONFIRMING, on_call(reporters={"huyen": {"label": "huyện", "level": "district"}}))
    await desk.barrier.pass_folded()
    await _until_stored(office, 3, generation=3)
    async with asyncio.timeout(10):  # what nobody has any more is removed after the checkpoint has moved
        while await office.connections.database["duties"].count_documents({"generation": {"$lt": 3}}):
            await asyncio.sleep(0.05)
    ids = {document["_id"] async for document in office.connections.database["duties"].find()}
    assert ids == {f"{REGIME}/2026/{unit}" for unit in ("11/confirm", "111", "112", "113")} | {f"{ON_CALL}/2026/11"}
    assert await office.connections.database["duties"].count_documents({"owed": False}) == 2


async def test_two_notifiers_leave_the_same_duties(office: Office, desk: Desk) -> None:
    async with working(office):
        await office.log(*(submitted(unit, revision) for revision in range(1, 30) for unit in ("111", "112")), withdrawn("111", 30))
        await _until_stored(office, 59)
    owed = {document["_id"]: document["owed"] async for document in office.connections.database["duties"].find()}
    assert owed == {f"{REGIME}/2026/111": True, f"{REGIME}/2026/112": False, f"{REGIME}/2026/113": True}


async def test_a_notifier_that_lags_behind_does_not_overwrite_what_another_stored(office: Office) -> None:
    store, key = BookStore(office.connections.database), {"_id": f"{REGIME}/2026/111"}
    await store.put([duty(submitted("111"))], BookPosition(2, 7, "", 0, ""))
    for older, expected in (
        (BookPosition(2, 6, "", 0, ""), False),
        (BookPosition(1, 9, "", 0, ""), False),
        (BookPosition(2, 7, "", 0, ""), True),
    ):
        await store.put([duty()], older)
        found = await office.connections.database["duties"].find_one(key)
        assert found is not None
        assert found["owed"] is expected


async def test_a_stream_that_went_back_is_refused(office: Office) -> None:
    async with working(office):
        await office.log(submitted("111"))
        await _until_stored(office, 1)
    await office.connections.streams.jetstream.purge_stream(subjects.REPORTS)
    with pytest.raises(TransientError, match=r"service\.log_went_back"):
        async with working(office):
            pass


async def _until_stored(office: Office, sequence: int, generation: int = 0) -> None:
    """Waits until the checkpoint has come to a sequence."""
    wanted = {"_id": "notify", "sequence": {"$gte": sequence}, "generation": {"$gte": generation}}
    async with asyncio.timeout(10):
        while await office.connections.database["checkpoints"].find_one(wanted) is None:
            await asyncio.sleep(0.05)


async def test_the_recipient_gets_one_digest_a_rung_by_mail_and_as_an_event(office: Office, desk: Desk) -> None:
    await office.log(submitted("112"))

    await asyncio.gather(*(tick.tick(desk, AT) for _ in range(2)))
    await tick.tick(desk, AT + timedelta(minutes=5))

    [event] = await office.digests()
    assert event["id"] == f"digest/{REGIME}/2026/2026-12-19T17:00:00.000Z/last-day-0800/11/stream"
    assert event["data"]["digest"]["missing"] == ["111", "113"]
    [mail] = office.digest_mails()
    assert mail["To"] == "11@huyen.example"
    assert "Đã nộp: 1/3 báo cáo (33,3%)" in mail.get_content()


async def test_a_digest_goes_out_when_no_unit_that_owes_has_a_contact(office: Office, desk: Desk) -> None:
    await office.log(submitted("111"), submitted("113"))
    await tick.tick(desk, AT)
    assert office.mails() == []
    [mail] = office.digest_mails()
    assert "112 Xã 112 – chưa có đầu mối liên hệ" in mail.get_content()


async def test_nobody_is_told_when_nobody_owes(office: Office, desk: Desk) -> None:
    await office.log(*(submitted(unit) for unit in ("111", "112", "113")))
    assert await tick.tick(desk, AT) == []
    assert await office.digests() == []


async def test_an_extension_keeps_its_reason_and_author_over_a_restart(office: Office) -> None:
    async with working(office):
        await office.log(extended("2026-12-24", "113"), extended("2026-12-22", "113", reason="khác"))
        await _until_stored(office, 2)
    async with working(office) as second:
        found = next(one for one in second.follower.book.duties(AT) if one.unit.id == "113")
    assert found.state.extension is not None
    assert (found.state.extension.reason, found.deadline) == ("Lũ lụt", vn("2026-12-25"))
    stored = await office.connections.database["duties"].find_one({"_id": f"{REGIME}/2026/113"})
    assert stored is not None
    assert stored["extension"] == {"until": vn("2026-12-25"), "reason": "Lũ lụt", "author": "113"}


async def _two_periods(office: Office) -> None:
    """Loads a regime of 2024, which is over, and 2026."""
    await office.import_regimes(regime(periods=["2024", "2026"]))
    await office.connections.database["regimes"].update_many({}, {"$set": {"loaded_at": vn("2024-01-02")}})


async def test_a_period_that_is_over_is_not_in_memory_and_still_right(office: Office) -> None:
    await _two_periods(office)
    async with working(office):
        await office.log(submitted("111", period="2024"), submitted("111"))
        await _until_stored(office, 2)
    async with working(office) as second:
        assert second.follower.book.ledger.absent == {(REGIME, "2024")}
        await office.log(submitted("112", period="2024"))
        assert units(await tick.tick(second, vn("2024-12-18 08:00"))) == ["113"]
        found = await tick.duties(second, AT)
    assert {(one.period, one.unit.id) for one in found if one.is_done} == {("2024", "111"), ("2024", "112"), ("2026", "111")}


async def test_a_command_that_looks_at_a_period_that_is_over_reads_it(office: Office) -> None:
    await _two_periods(office)
    async with working(office):
        await office.log(submitted("111", period="2024"))
        await _until_stored(office, 1)
    async with reading(with_all_settings(office.connections)) as looking:
        assert (REGIME, "2024") in looking.follower.book.ledger.absent
        assert units(await tick.rehearse(looking, vn("2024-12-18 08:00"))) == ["112", "113"]
    async with reading(with_all_settings(office.connections)) as looking:
        planned = await tick.plan(looking, AT, REGIME, "2024")
    assert {alert.matter.unit for alert in planned} == {"112", "113"}


async def test_a_group_keeps_its_digests_while_only_a_returned_report_is_owed_whose_reminders_are_over(office: Office) -> None:
    await _two_periods(office)
    async with working(office):
        await office.log(*(submitted(code, received="2026-08-03 09:00") for code in ("111", "112", "113")))
        await office.log(returned("111", fix_by="2026-08-14", received="2026-08-04 09:00"))
        await _until_stored(office, 4)
    async with working(office) as second:
        raised = await tick.tick(second, AT)
    assert [(alert.matter.unit, alert.rung.name) for alert in raised if alert.matter.is_digest] == [("11", "last-day-0800")]


async def test_an_act_about_a_period_that_is_over_keeps_it_in_memory(office: Office) -> None:
    """Its notice goes out even if the notifier was killed before."""
    await _two_periods(office)
    async with working(office):
        await office.log(submitted("111", period="2024"), returned("111", period="2024", fix_by="", received="2026-11-16 08:59"))
        await _until_stored(office, 2)
    async with working(office) as second:
        raised = await tick.tick(second, NOW)
    assert [(alert.matter.unit, alert.rung.name) for alert in raised] == [("111", "now")]


async def test_a_checkpoint_that_does_not_know_acts_keeps_every_period_in_memory(office: Office) -> None:
    await _two_periods(office)
    async with working(office):
        await office.log(submitted("111", period="2024", received="2026-11-16 08:59"))
        await _until_stored(office, 1)
    await office.connections.database["checkpoints"].update_one({"_id": "notify"}, {"$unset": {"acted": 1}})
    async with working(office) as second:
        assert second.follower.book.ledger.absent == set()
