"""Finds parked messages: in the collection `parked`, and those that an earlier version parked in the stream PARKED only.

Of these the stream has the first 16 KiB as text; INBOX may still have the whole message, and knows when it was received.
"""

from datetime import timedelta
from typing import Final

import nats.js.errors
from nats.js import JetStreamContext
from nats.js.api import RawStreamMsg
from pydantic import ValidationError

from shared.plumbing import delivery
from shared.plumbing.parked_store import WAITING, ParkedStore
from shared.shell.service import Connections
from shared.wire import events, subjects
from shared.wire.documents.parked import ParkedDocument
from shared.wire.documents.receipts import ReasonDocument
from shared.wire.parked import Parked

OVERLAP: Final = timedelta(days=1)  # for so long an instance of the earlier version may have run beside the first one of this version


def is_whole(message: ParkedDocument) -> bool:
    """Whether all bytes of the message are there. In an excerpt, bytes that are no text are longer."""
    return len(message["payload"]) == message["size"]


async def earlier(connections: Connections, sender: str | None = None) -> list[ParkedDocument]:
    """The messages that only the stream PARKED has, newest first: an excerpt of each."""
    jetstream, store = connections.streams.jetstream, ParkedStore(connections.database)
    first = await store.first_parked_at()
    found: dict[str, ParkedDocument] = {}
    message = await _next(jetstream, 0)
    while message is not None and (first is None or message.time is None or message.time <= first + OVERLAP):
        if (one := _document(message)) is not None and sender in (None, one["sender"]):
            found[one["_id"]] = one
        message = await _next(jetstream, message.seq or 0)
    known = await store.known(found)
    return sorted((one for one in found.values() if one["_id"] not in known), key=lambda one: one["received_ms"], reverse=True)


async def find(connections: Connections, message_id: str) -> ParkedDocument | None:
    """A message under an id, as whole as it can be found; None if there is none."""
    if (stored := await ParkedStore(connections.database).one(message_id)) is not None:
        return stored
    found = next((one for one in await earlier(connections) if one["_id"] == message_id), None)
    return None if found is None else await _with_inbox(connections.streams.jetstream, found)


async def _with_inbox(jetstream: JetStreamContext, excerpt: ParkedDocument) -> ParkedDocument:
    """The message as INBOX has it, if it is still there, and not another one under its sequence."""
    try:
        message = await jetstream.get_msg(subjects.INBOX, excerpt["sequence"])
    except nats.js.errors.NotFoundError:
        return excerpt
    payload = message.data or b""
    shown = payload[: delivery.PARKED_EXCERPT_BYTES].decode(errors="backslashreplace").encode()
    if message.time is None or (message.subject, len(payload), shown) != (excerpt["subject"], excerpt["size"], excerpt["payload"]):
        return excerpt
    return {**excerpt, "payload": payload, "received_ms": events.to_ms(message.time)}


async def _next(jetstream: JetStreamContext, sequence: int) -> RawStreamMsg | None:
    try:
        return await jetstream.get_msg(subjects.PARKED, sequence + 1, subject=subjects.parked("*"), next=True)
    except nats.js.errors.NotFoundError:
        return None


def _document(message: RawStreamMsg) -> ParkedDocument | None:
    """The message as the collection would have it; None if it has another shape. When it was received is known only to INBOX: at the
    latest when it was parked.
    """
    try:
        parked = Parked.model_validate_json(message.data or b"")
    except ValidationError:
        return None
    if message.time is None:
        return None
    reason, service = parked.reason, (message.subject or "").partition(".")[2]
    return ParkedDocument(
        _id=f"{service}/{parked.sequence}",
        subject=parked.subject,
        sender=subjects.read_inbox(parked.subject).sender,
        sequence=parked.sequence,
        received_ms=events.to_ms(message.time),
        parked_at=message.time,
        size=parked.size_bytes,
        payload=parked.payload.encode(),
        reason=ReasonDocument(
            code=reason.code, path=reason.path, message_vi=reason.message_vi or reason.detail, message_en=reason.message_en or reason.detail
        ),
        state=WAITING,
    )
