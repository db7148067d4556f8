"""The head of the audit log is published and mailed once a day, also by two notifiers and after a crash."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage

import pytest

from services.devstack import mailbox
from services.notify import daily_head
from services.notify.channels.email import SmtpServer
from services.notify.daily_head import HeadDesk
from services.notify.store import heads
from services.notify.store.heads import HeadStore
from services.notify.texts import audit_head
from shared.plumbing import audit_heads, audit_store
from shared.plumbing.broker import Message
from shared.shell.clock import random_id, system_clock
from shared.words import audit, periods
from shared.words.audit import Head
from tests.notify.conftest import Office

EVENING = datetime(2026, 11, 26, 16, 59, tzinfo=UTC)  # 23:59 in Vietnam
MIDNIGHT = EVENING + timedelta(minutes=1)
ADDRESSES = ("kiem-soat@tinh.vn", "Thanh tra <thanh-tra@tinh.vn>")


class Clock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = EVENING

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def notifier(office: Office, clock: Clock, addresses: Sequence[str] = ADDRESSES) -> HeadDesk:
    """What one notifier publishes and mails heads with."""
    server = SmtpServer("127.0.0.1", office.settings.smtp_port, "tong-hop@bao-cao.example", system_clock)
    return HeadDesk(HeadStore(office.connections.database, clock, random_id()), office.connections.streams, server, addresses)


async def record(office: Office, count: int = 1) -> Head:
    """Adds entries to the audit log; the head after them."""
    for _ in range(count):
        await audit_store.append(
            office.connections.database, actor="operator/lan", action="units.imported", target="", details={}, at=EVENING
        )
    return await audit_store.last(office.connections.database)


async def published(office: Office) -> list[Head]:
    return await audit_heads.published(office.connections.streams.jetstream)


def mails(office: Office) -> list[EmailMessage]:
    return mailbox.mails(office.mail_folder)


async def test_a_head_is_published_and_mailed_to_each_address(office: Office, clock: Clock) -> None:
    head = await record(office, 3)

    await daily_head.send(notifier(office, clock), clock())

    assert await published(office) == [head]
    assert [mail["To"] for mail in mails(office)] == ["kiem-soat@tinh.vn", "thanh-tra@tinh.vn"]
    assert f"tonghop audit verify --head 3:{head.hash}" in mails(office)[0].get_content().replace("=\n", "")


async def test_an_empty_log_has_no_head_to_publish(office: Office, clock: Clock) -> None:
    await daily_head.send(notifier(office, clock), clock())

    assert await published(office) == []
    assert mails(office) == []


async def test_nobody_gets_a_mail_unless_the_setting_names_him(office: Office, clock: Clock) -> None:
    head = await record(office)

    await daily_head.send(notifier(office, clock, office.settings.audit_addresses), clock())

    assert await published(office) == [head]
    assert mails(office) == []


async def test_a_day_in_vietnam_has_one_head(office: Office, clock: Clock) -> None:
    first = await record(office)
    desk = notifier(office, clock)
    await daily_head.send(desk, clock())
    second = await record(office)
    await daily_head.send(desk, clock())
    assert await published(office) == [first]

    clock.now = MIDNIGHT
    await daily_head.send(desk, clock())

    assert await published(office) == [first, second]
    assert len(mails(office)) == 4


async def test_two_notifiers_publish_one_head_and_send_one_mail_to_each_address(office: Office, clock: Clock) -> None:
    await record(office)
    desks = [notifier(office, clock) for _ in range(2)]

    for _ in range(3):
        await asyncio.gather(*[daily_head.send(desk, clock()) for desk in desks])

    assert len(await published(office)) == 1
    assert len(mails(office)) == 2


async def test_what_a_killed_notifier_had_chosen_is_published_by_another(office: Office, clock: Clock) -> None:
    chosen = await record(office)
    await notifier(office, clock).heads.of_day(periods.local_day(clock()))  # and then it is killed
    await record(office)

    await daily_head.send(notifier(office, clock), clock())

    assert await published(office) == [chosen]


async def test_a_head_whose_acknowledgement_was_lost_is_stored_once(office: Office, clock: Clock) -> None:
    head = await record(office)

    class Lost:
        async def publish(self, stream: str, message: Message) -> None:
            await office.connections.streams.publish(stream, message)
            raise InterruptedError

    desk = notifier(office, clock)
    with pytest.raises(InterruptedError):
        await daily_head.send(replace(desk, publisher=Lost()), clock())

    await daily_head.send(desk, clock())

    assert await published(office) == [head]


async def test_a_mail_of_a_killed_notifier_is_sent_by_another_when_its_lease_has_ended(office: Office, clock: Clock) -> None:
    await record(office)
    killed, other = notifier(office, clock), notifier(office, clock)
    day = periods.local_day(clock())
    await killed.heads.of_day(day)
    assert await killed.heads.lease(day, ADDRESSES[0])

    await daily_head.send(other, clock())
    assert mails(office) == []

    clock.now += heads.LEASE + timedelta(seconds=1)
    await other.heads.of_day(day)
    await daily_head.send(other, EVENING)
    assert len(mails(office)) == 2


async def test_a_mail_server_that_is_away_is_tried_again(office: Office, clock: Clock) -> None:
    await record(office)
    desk = notifier(office, clock)
    away = replace(desk, server=SmtpServer("127.0.0.1", 9, "tong-hop@bao-cao.example", system_clock))

    await daily_head.send(away, clock())
    assert len(await published(office)) == 1

    await daily_head.send(notifier(office, clock), clock())
    assert len(mails(office)) == 2


def test_the_mail_says_what_it_is_for_and_how_to_verify() -> None:
    head = Head(48_211, "3f" * 32)

    mail = audit_head.written(head, EVENING, "a@tinh.vn")

    assert mail.subject == "[Nhật ký kiểm soát] Mã kiểm tra ngày 26/11/2026: mục 48.211"
    assert f"\n\n48211:{head.hash}\n\n" in mail.body
    assert f"tonghop audit verify --head 48211:{head.hash}" in mail.body
    assert "Lúc 23:59 ngày 26/11/2026" in mail.body


def test_a_mail_of_another_day_or_to_another_address_has_another_id() -> None:
    ids = {audit_head.written(audit.EMPTY, at, to).id for at in (EVENING, MIDNIGHT) for to in ("a@tinh.vn", "b@tinh.vn")}

    assert len(ids) == 4
    assert audit_head.written(Head(7, "ab"), EVENING, "a@tinh.vn").id in ids
