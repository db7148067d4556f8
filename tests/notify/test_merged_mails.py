"""One mail of reminders and one of digests to an address in a tick, on real servers, whatever fails in between."""

import asyncio
import hashlib
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP

from services.notify import tick
from services.notify.app import mail_server
from services.notify.channels.email import Answer, Email, MailConnection, SmtpServer
from services.notify.domain import bundles, reminders
from services.notify.domain.alerts import EMAIL, Alert
from services.notify.texts.mail import Mail
from services.notify.tick import Desk
from shared.words.units import Contact
from tests.notify.builders import ON_CALL, REGIME, UNITS, on_call, opened, regime, returned, submitted, unit, vn
from tests.notify.choosy import Choosy
from tests.notify.conftest import Office, units, with_mail_server, without_mail_server, working

AT = vn("2026-12-18 08:00")
HEALTH = regime(id="y-te", title="Báo cáo về y tế", obligation={"deadlines": {"xa": {"before": "12-16"}}})
DISTRICT = regime(
    id="huyen",
    title="Báo cáo của huyện",
    recipient="1",
    reporters={"huyen": {"label": "huyện", "level": "district"}},
    obligation={"deadlines": {"huyen": {"before": "12-20"}}},
)
CONFIRMED = regime(id="chot", obligation={"deadlines": {"xa": {"before": "12-20"}}, "confirm": {"level": "district", "before": "12-20"}})
TWO = replace(UNITS[2], contacts=(Contact("A", "", "a@xa.example"), Contact("B", "", "b@xa.example")))


@pytest.fixture
async def busy(office: Office) -> Office:
    """An office with several regimes, of which one also has a period that is no year."""
    await office.import_regimes(regime(), on_call(), HEALTH, DISTRICT, CONFIRMED)
    await office.log(opened("2026-12-21", period="2026-Q4"))
    return office


@pytest.fixture
async def busy_desk(busy: Office) -> AsyncIterator[Desk]:
    async with working(busy) as desk:
        yield desk


class Killed(BaseException):
    """The process is gone."""


class Dying:
    """A mail server that takes mails, and a notifier that is killed after some of them, before it stores an outcome."""

    def __init__(self, server: SmtpServer, after: int) -> None:
        self._server, self.left = server, after

    @asynccontextmanager
    async def connected(self) -> AsyncIterator["Dying"]:
        async with self._server.connected() as connection:
            self._connection: MailConnection = connection
            yield self

    async def send(self, mail: Mail) -> Answer:
        answer = await self._connection.send(mail)
        self.left -= 1
        if self.left == 0:
            raise Killed
        return answer


def to(address: str, mails: list[EmailMessage]) -> list[EmailMessage]:
    return [mail for mail in mails if mail["To"] == address]


def text_of(mail: EmailMessage) -> str:
    return str(mail.get_content()).replace("\r\n", "\n")


def marks(mail: EmailMessage) -> list[str]:
    """The ids of the alerts that a mail is about."""
    return sorted(word for word in text_of(mail).partition("Mã nhắc:")[2].split() if word != "-")


async def of_email(office: Office, **wanted: str) -> list[dict[str, Any]]:
    return [document async for document in office.connections.database["alerts"].find({"channel": EMAIL, **wanted})]


async def end_leases(office: Office) -> None:
    ended = datetime.now(UTC) - timedelta(seconds=1)
    await office.connections.database["alerts"].update_many({}, {"$set": {"lease_until": ended}})


async def test_reminders_of_several_regimes_are_one_mail_to_a_unit_and_one_alert_for_each(busy: Office, busy_desk: Desk) -> None:
    raised = await tick.tick(busy_desk, AT)

    [mail] = to("111@xa.example", busy.mails())
    assert mail["Subject"] == "[Nhắc – 1 quá hạn] Đề nghị gửi 4 báo cáo (thời hạn sớm nhất: trước ngày 16/12/2026) – Xã 111"
    of_unit = [alert for alert in raised if alert.matter.unit == "111"]
    assert {(alert.matter.regime, alert.matter.period) for alert in of_unit} == {
        (REGIME, "2026"),
        ("y-te", "2026"),
        ("chot", "2026"),
        (ON_CALL, "2026-Q4"),
    }
    assert marks(mail) == sorted(alert.id(EMAIL) for alert in of_unit)
    assert Counter(await busy.alerts()) == Counter(alert.id("stream") for alert in raised if not alert.matter.is_digest)
    mail_id = mail["Message-ID"].strip("<>").partition("@")[0]
    assert [(document["state"], document["mailed"]) for document in await of_email(busy, unit="111")] == [("sent", [mail_id])] * 4
    assert await tick.tick(busy_desk, AT) == []
    assert len(to("111@xa.example", busy.mails())) == 1


async def test_digests_of_several_groups_are_one_mail_to_the_recipient_and_one_event_for_each(busy: Office, busy_desk: Desk) -> None:
    await tick.tick(busy_desk, AT)

    [mail] = busy.digest_mails()
    assert mail["To"] == "11@huyen.example"
    assert mail["Subject"].startswith("[Đôn đốc – 4 đợt báo cáo, 1 đợt quá hạn] 4 đơn vị chưa hoàn thành")
    assert [line for line in text_of(mail).splitlines() if line.startswith("ĐỢT")] == ["ĐỢT 1", "ĐỢT 2", "ĐỢT 3", "ĐỢT 4"]
    of_recipient = [event["id"] for event in await busy.digests() if event["data"]["unit"] == "11"]
    assert len(of_recipient) == 4
    assert {document["state"] for document in await of_email(busy, task="digest")} == {"sent"}


async def test_a_unit_that_is_also_a_recipient_gets_its_reminders_and_its_digests_in_two_mails(busy: Office, busy_desk: Desk) -> None:
    await tick.tick(busy_desk, AT)
    [reminder], [digest] = to("11@huyen.example", busy.mails()), to("11@huyen.example", busy.digest_mails())
    assert "Đề nghị hoàn thành 2 nghĩa vụ báo cáo" in reminder["Subject"]  # its own report, and the view that it confirms
    assert not set(marks(reminder)) & set(marks(digest))


async def test_a_notice_stays_a_mail_of_its_own(busy: Office, busy_desk: Desk) -> None:
    await busy.log(submitted("111"), returned("111", received="2026-12-18 07:30", fix_by="2027-01-20"))
    await tick.tick(busy_desk, AT)
    assert sorted(mail["Subject"].partition("]")[0] for mail in to("111@xa.example", busy.mails())) == ["[Nhắc – 1 quá hạn", "[Trả lại"]


async def test_a_report_that_came_meanwhile_is_not_in_the_list(busy: Office, busy_desk: Desk) -> None:
    await tick.tick(without_mail_server(busy_desk), AT)
    await busy.log(
        submitted("111"),
        submitted("111", regime="y-te"),
        submitted("113"),
        submitted("113", regime="y-te"),
        submitted("113", regime="chot"),
    )
    await tick.tick(busy_desk, AT + timedelta(minutes=5))
    [of_111], [of_113] = to("111@xa.example", busy.mails()), to("113@xa.example", busy.mails())
    assert {mark.split("/")[0] for mark in marks(of_111)} == {"chot", ON_CALL}
    assert of_113["Subject"].startswith("[Nhắc lần 1] Đề nghị gửi báo cáo quý IV năm 2026 ")
    states = {document["regime"]: document["state"] for document in await of_email(busy, unit="113")}
    assert states == {REGIME: "passed", "y-te": "passed", "chot": "passed", ON_CALL: "sent"}


@pytest.mark.parametrize("after", [1, 2, 3, 4])
async def test_a_crash_between_delivery_and_outcome_repeats_one_mail_under_its_id(busy: Office, after: int) -> None:
    async with working(busy) as killed:
        dying = Email(Dying(mail_server(busy.settings, busy.connections.clock), after), "", killed.alerts.mails_sent)
        with pytest.raises(Killed):
            await tick.tick(replace(killed, channels=[*killed.channels[:1], dying]), AT)
    await end_leases(busy)
    async with working(busy) as second:
        assert await tick.tick(second, AT + timedelta(minutes=1)) == []

    times = Counter(mail["Message-ID"] for mail in (*busy.mails(), *busy.digest_mails()))
    assert sorted(times.values()) == [1, 1, 1, 2]  # a digest mail, and reminders to 11, 111 and 113
    assert {document["state"] for document in await of_email(busy)} == {"sent"}
    assert {len(document["mailed"]) for document in await of_email(busy)} == {1}


@pytest.mark.parametrize(
    ("answers", "sent_again", "states"),
    [
        ({"b@xa.example": "451 later"}, ["b@xa.example"], (2, 0)),
        ({"a@xa.example": "550 no such user", "b@xa.example": "451 later"}, ["b@xa.example"], (1, 1)),
        ({"a@xa.example": "550 no such user"}, [], (1, 1)),
    ],
)
async def test_a_retry_repeats_only_the_address_that_gave_no_answer(
    busy: Office, busy_desk: Desk, answers: dict[str, str], sent_again: list[str], states: tuple[int, int]
) -> None:
    await busy.connections.reference.put_units([TWO])
    await busy_desk.barrier.pass_folded()
    choosy = Choosy(answers)
    server = await asyncio.get_running_loop().create_server(lambda: SMTP(choosy), "127.0.0.1", 0)
    desk = with_mail_server(busy_desk, *server.sockets[0].getsockname()[:2])
    await tick.tick(desk, AT)
    first = Counter(choosy.accepted)
    assert all(first[address] == (address not in answers) for address in ("a@xa.example", "b@xa.example"))

    choosy.answers = {}
    await tick.tick(desk, AT + timedelta(minutes=5))

    assert choosy.accepted[first.total() :] == sent_again
    stored = await of_email(busy, unit="111")
    assert len(stored) == 4
    assert {(document["state"], len(document["mailed"]), len(document.get("refused", []))) for document in stored} == {("sent", *states)}
    server.close()


async def test_two_notifiers_that_claimed_parts_of_the_same_lists_send_each_list_once(busy: Office) -> None:
    async with working(busy) as first, working(busy) as second:
        for number, desk in enumerate((first, second)):
            await desk.barrier.pass_folded()
            reference = desk.follower.reference
            candidates = reminders.reached(desk.follower.book.owed(AT).values(), reference, AT)
            due = reminders.decide(candidates, set(), reference, AT)
            part = replace(due, raised=tuple(alert for alert in due.raised if _is_of_part(alert, number)))
            await desk.alerts.claim(part, desk.channels_of)
        for minute in range(3):
            await asyncio.gather(*(tick.send_raised(desk, AT + timedelta(minutes=minute)) for desk in (first, second)))
    assert {document["state"] for document in await of_email(busy)} == {"sent"}
    assert Counter(mail["To"] for mail in busy.mails()) == {"11@huyen.example": 1, "111@xa.example": 1, "113@xa.example": 1}


def _is_of_part(alert: Alert, number: int) -> bool:
    return (alert.matter.regime in (REGIME, "huyen")) == (number == 0)


async def test_two_notifiers_at_once_send_one_mail_of_each_kind_to_an_address(busy: Office, busy_desk: Desk) -> None:
    async with working(busy) as other:
        await asyncio.gather(*(tick.tick(desk, AT) for desk in (busy_desk, other, busy_desk, other)))
        for desk in (busy_desk, other):
            await tick.wait_for_others(desk, AT)
    assert {document["state"] for document in await of_email(busy)} == {"sent"}
    assert set(Counter(mail["To"] for mail in busy.mails()).values()) == {1}
    assert len(busy.digest_mails()) == 1


async def test_more_units_than_fit_into_a_batch_get_one_mail_each(busy: Office) -> None:
    many = [unit(f"2{number:02}", parent="11", mail=f"2{number:02}@xa.example") for number in range(25)]
    await busy.connections.reference.put_units([*UNITS, *many])
    async with working(busy) as desk:
        raised = await tick.tick(desk, AT)
    assert len(units(raised)) == 4 * 28 + 2
    assert set(Counter(mail["To"] for mail in busy.mails()).values()) == {1}
    assert len(busy.mails()) == 28
    assert {len(bundle) for bundle in bundles.of(raised) if bundle[0].matter.unit.startswith("2")} == {4}


async def test_reminders_that_waited_for_the_mail_server_are_one_mail_about_the_newest_rung(busy: Office, busy_desk: Desk) -> None:
    await tick.tick(without_mail_server(busy_desk), AT)
    await tick.tick(busy_desk, vn("2026-12-18 14:00"))
    [mail] = to("111@xa.example", busy.mails())
    assert "Đề nghị gửi 4 báo cáo" in mail["Subject"]
    assert {document["state"] for document in await of_email(busy, unit="111")} == {"sent"}
    assert len(marks(mail)) == 6  # two regimes have a rung at 14:00 too
    await tick.tick(busy_desk, vn("2026-12-21 08:00"))
    later = to("111@xa.example", busy.mails())[1]
    assert {line.strip() for line in text_of(later).splitlines() if "Nhắc lần" in line} == {"- Nhắc lần 2"}


async def test_what_was_sent_before_the_upgrade_is_not_sent_again_in_a_list(busy: Office, busy_desk: Desk) -> None:
    await busy.connections.reference.put_units([TWO])
    await busy_desk.barrier.pass_folded()
    await tick.tick(without_mail_server(busy_desk), AT)
    alert_id = f"{REGIME}/2026/111/report/2026-12-19T17:00:00.000Z/last-day-0800/email"
    alone = hashlib.sha256(f"{alert_id}/a@xa.example".encode()).hexdigest()[:40]
    await busy.connections.database["alerts"].update_one({"_id": alert_id}, {"$set": {"mailed": [alone]}})
    await tick.tick(busy_desk, AT + timedelta(minutes=1))
    [to_a], [to_b] = to("a@xa.example", busy.mails()), to("b@xa.example", busy.mails())
    assert alert_id not in marks(to_a)
    assert alert_id in marks(to_b)
