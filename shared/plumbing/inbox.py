"""Sends an event to INBOX and waits for its verdict: the single entry for the HTTP door, the command line and the portal.

While it waits, it subscribes to the unit's receipts. A receipt names the INBOX message that it answers, so if two requests send the same id
at the same time, each gets its own verdict. Messages that are not receipts are ignored: others can publish on core NATS too. Source:
design, section 4, "Receipts".
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

import nats.js.errors
from nats.aio.client import Client
from nats.aio.msg import Msg
from pydantic import ValidationError

from shared.plumbing import broker, causes
from shared.plumbing.broker import Message, Streams
from shared.wire import envelope, event_key, events, subjects
from shared.wire.envelope import CloudEvent
from shared.wire.receipts import PendingReceipt, Receipt
from shared.words.failures import TransientError
from shared.words.refusals import refusal

ANSWERS: Final = "Inbox-Sequence"  # header of a receipt: the sequence of the message that it answers

Receipts = asyncio.Queue[tuple[str, Receipt]]  # the sequence of the answered message, and the receipt


class InboxFullError(TransientError):
    """The unit has as many messages in INBOX as one unit may have. Ingest removes screened ones once an hour."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """An event on its way to INBOX: the sender's unit code, the event id, the JSON, and whether a person caused it."""

    sender: str
    event_id: str
    payload: bytes
    is_people: bool = False

    @property
    def subject(self) -> str:
        return subjects.inbox_of_people(self.sender) if self.is_people else subjects.inbox(self.sender)


def outgoing(event: CloudEvent) -> Outgoing:
    """Prepares an event that we built. If it has an `actor`, it goes to the subject for people."""
    return Outgoing(events.sender_of(event["source"]), event["id"], envelope.encode(event), is_people="actor" in event)


async def send(streams: Streams, event: Outgoing, within_s: float) -> Receipt | PendingReceipt:
    """Publishes an event and waits for its receipt. Returns a pending receipt if none arrives in time.

    Raises TransientError, or one of `delivery.PASSING`, if the event may not be in INBOX; InboxFullError if it is not in INBOX because the
    unit has sent too many.
    """
    if not streams.client.is_connected:
        raise TransientError(refusal("nats.away"))
    async with _receipts_of(streams.client, event.sender) as receipts:
        return await _verdict(receipts, await _stored(streams, event), within_s) or _pending(event)


async def send_all(streams: Streams, outgoing: Sequence[Outgoing], within_s: float) -> list[Receipt | PendingReceipt]:
    """Publishes events of one unit and waits for their receipts, which come in any order. Returns one for each event, a pending one if none
    arrives in time.

    Raises as `send`: then some of the events may be in INBOX, and all can be sent again under the same ids.
    """
    if not streams.client.is_connected:
        raise TransientError(refusal("nats.away"))
    async with _receipts_of(streams.client, outgoing[0].sender) as receipts:
        messages = [Message(event.subject, event.payload, event_key.of(event.sender, event.event_id)) for event in outgoing]
        try:
            acks = await streams.publish_all(subjects.INBOX, messages)
        except nats.js.errors.APIError as error:
            if causes.is_full(error):
                raise InboxFullError(refusal("inbox.full", outgoing[0].sender)) from error
            raise
        answered = await _verdicts(receipts, {str(ack.seq) for ack in acks}, within_s)
    return [answered.get(str(ack.seq)) or _pending(event) for ack, event in zip(acks, outgoing, strict=True)]


async def _verdicts(receipts: Receipts, sequences: set[str], within_s: float) -> dict[str, Receipt]:
    """The receipts that answer these INBOX messages, as far as they come in time."""
    found: dict[str, Receipt] = {}
    try:
        async with asyncio.timeout(within_s):
            while len(found) < len(sequences):
                answers, receipt = await receipts.get()
                if answers in sequences:
                    found[answers] = receipt
    except TimeoutError:
        pass
    return found


async def _stored(streams: Streams, event: Outgoing) -> int:
    """Publishes an event; its sequence in INBOX."""
    try:
        ack = await streams.jetstream.publish(event.subject, event.payload, timeout=broker.ACK_TIMEOUT_S, stream=subjects.INBOX)
    except nats.js.errors.APIError as error:
        if causes.is_full(error):
            raise InboxFullError(refusal("inbox.full", event.sender)) from error
        raise
    return ack.seq


@asynccontextmanager
async def _receipts_of(client: Client, unit: str) -> AsyncIterator[Receipts]:
    """A subscription to a unit's receipts. Enter it before the event is published, so that no receipt can be missed."""
    queue: Receipts = asyncio.Queue()

    async def on_receipt(message: Msg) -> None:
        if (answers := (message.headers or {}).get(ANSWERS)) and (receipt := _receipt(message.data)) is not None:
            queue.put_nowait((answers, receipt))

    subscription = await client.subscribe(subjects.receipts(unit), cb=on_receipt)
    try:
        yield queue
    finally:
        await subscription.unsubscribe()


async def _verdict(receipts: Receipts, sequence: int, within_s: float) -> Receipt | None:
    """The receipt that answers the INBOX message `sequence`; None if it does not come in time."""
    try:
        async with asyncio.timeout(within_s):
            while True:
                answers, receipt = await receipts.get()
                if answers == str(sequence):
                    return receipt
    except TimeoutError:
        return None


def _receipt(data: bytes) -> Receipt | None:
    """The receipt in a message; None if the message is not a receipt, or a refusal without a reason."""
    try:
        receipt = Receipt.model_validate_json(data)
    except ValidationError:
        return None
    return None if receipt.is_rejected and not receipt.errors else receipt


def _pending(event: Outgoing) -> PendingReceipt:
    return PendingReceipt(
        event_id=event.event_id, unit=event.sender, verdict="pending", errors=[], warnings=[], received_at=None, position=None
    )
