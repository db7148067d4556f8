"""Publishes and mails the head of the audit log, once a day.

    send(desk, at)
      ├─ choose    heads.of_day       the day's document says which entry; the first notifier to insert it decides
      ├─ publish   streams.publish    to ALERTS; the message's id names the day, so the stream keeps one
      └─ mail      heads.lease        one notifier at a time; what was mailed is recorded after each address

A crash anywhere only causes a repeat: of the same head, under the same ids.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

import structlog

from services.notify.channels import email
from services.notify.channels.email import Answer, MailServer
from services.notify.store.heads import DailyHead, HeadStore
from services.notify.texts import audit_head
from shared.plumbing.broker import Message
from shared.wire import events, subjects
from shared.wire.audit_head import AuditHead
from shared.words import mailboxes, periods

log = structlog.get_logger()


class Publisher(Protocol):
    """The part of `shared/plumbing/broker.py:Streams` that is needed here."""

    async def publish(self, stream: str, message: Message) -> object: ...


@dataclass(frozen=True)
class HeadDesk:
    """Everything that heads are published and mailed with."""

    heads: HeadStore
    publisher: Publisher
    server: MailServer
    addresses: Sequence[str]


async def send(desk: HeadDesk, at: datetime) -> None:
    """Publishes and mails the head of the day of `at`, as far as that was not done yet."""
    found = await desk.heads.of_day(periods.local_day(at))
    if found is None:
        return
    if not found.is_published:
        await desk.publisher.publish(subjects.ALERTS, _message(found))
        await desk.heads.published(found.day)
        log.info("audit_head.published", number=found.head.number)
    for address in desk.addresses:
        if address not in found.mailed and await desk.heads.lease(found.day, address):
            await _mail(desk, found, address)


async def _mail(desk: HeadDesk, found: DailyHead, address: str) -> None:
    """Mails a head to an address. If the mail server cannot take it now, the next round tries again."""
    letter = audit_head.written(found.head, found.at, mailboxes.parts(address)[1])
    answers = await email.hand_over(desk.server, [letter])
    if Answer.AWAY in answers.values():
        await desk.heads.release(found.day)
        return
    await desk.heads.mailed(found.day, address)
    log.info("audit_head.mailed", number=found.head.number, is_refused=Answer.REFUSED in answers.values())


def _message(found: DailyHead) -> Message:
    body = AuditHead(number=found.head.number, hash=found.head.hash, at=events.to_text(found.at))
    return Message(
        subjects.audit_head(), body.model_dump_json().encode(), f"audit-head/{found.day.isoformat()}", {"content-type": "application/json"}
    )
