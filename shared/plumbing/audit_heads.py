"""The heads of the audit log in the stream ALERTS, which the notifier publishes once a day."""

import nats.js.errors
from nats.js import JetStreamContext
from pydantic import ValidationError

from shared.wire import subjects
from shared.wire.audit_head import AuditHead
from shared.words.audit import Head


async def published(jetstream: JetStreamContext) -> list[Head]:
    """The heads that the stream still has, oldest first. Messages of another shape are left out: they say nothing about the log."""
    heads: list[Head] = []
    sequence = 1
    while True:
        try:
            message = await jetstream.get_msg(subjects.ALERTS, sequence, subject=subjects.audit_head(), next=True)
        except nats.js.errors.NotFoundError:
            return heads
        try:
            found = AuditHead.model_validate_json(message.data or b"")
            heads.append(Head(found.number, found.hash))
        except ValidationError:
            pass
        sequence = (message.seq or sequence) + 1
