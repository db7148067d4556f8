"""Replays parked messages: as events that an operator imports with the instant at which they were received first.

Everything is checked before anything is sent. Source: ADR-0066.
"""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from services.cli import parked_messages, recording
from services.ingest.domain import imports, parsing, shapes
from shared.plumbing import inbox
from shared.plumbing.inbox import Outgoing
from shared.plumbing.parked_store import REPLAYED, STATES, ParkedStore
from shared.shell.service import Connections
from shared.wire import events, subjects
from shared.wire.documents.parked import ParkedDocument
from shared.wire.receipts import PendingReceipt, Receipt
from shared.wire.sent import ActedEnvelope
from shared.words import vietnamese
from shared.words.audit import Detail
from shared.words.failures import TransientError
from shared.words.refusals import Both, Refusal, refusal

VERDICT_S: Final = 10.0  # how long a command waits for ingest


@dataclass(frozen=True, slots=True)
class Replay:
    """A message, and the event that is sent for it. `is_corrected`: from a file."""

    message: ParkedDocument
    event: Outgoing
    is_corrected: bool


def prepared(message: ParkedDocument, corrected: bytes | None, actor: str, now: datetime) -> Replay | Refusal:
    """The event to send for a message, or why it cannot be replayed."""
    name = message["_id"]
    if message["state"] not in STATES:
        return refusal("parked.state_unknown", id=name, state=message["state"])
    if message["received_ms"] > events.to_ms(now):
        at = events.from_ms(message["received_ms"])
        return refusal("parked.received_in_future", id=name, at=Both(vietnamese.moment(at), events.to_text(at)))
    if corrected is None and not parked_messages.is_whole(message):
        return refusal("parked.not_whole", id=name, kept=len(message["payload"]), size=message["size"])
    tree = parsing.parse(message["payload"] if corrected is None else corrected)
    if isinstance(tree, Refusal):
        return _not_event(name, tree, is_file=corrected is not None)
    subject = subjects.read_inbox(message["subject"])
    event = {**tree, "actor": actor, "imported": True, "receivedat": _received_at(message, tree, is_people=subject.is_people)}
    if wrong := shapes.faults(ActedEnvelope, event):
        return _not_event(name, wrong[0], is_file=corrected is not None)
    if (source := str(tree["source"])) != f"/units/{subject.sender}":
        return refusal("parked.other_sender", found=source, sender=subject.sender)
    payload = json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")
    if len(payload) > events.MAX_EVENT_BYTES:
        return _not_event(name, refusal("event.too_large", size=len(payload), most=events.MAX_EVENT_BYTES), is_file=corrected is not None)
    return Replay(message, Outgoing(subject.sender, str(tree["id"]), payload, is_people=True), corrected is not None)


async def send(connections: Connections, replay: Replay, corrected: bytes | None) -> Receipt:
    """Records the replay, sends the event and waits for its receipt. If it is not rejected, the message does not wait any more.

    Raises TransientError if there is no verdict in time; the replay may be repeated.
    """
    message, event = replay.message, replay.event
    details: dict[str, Detail] = {"event_id": event.event_id, "unit": event.sender, "parked_hash": _hash(message["payload"])}
    if corrected is not None:
        details["sent_hash"] = _hash(corrected)
    await recording.record(connections, "events.replayed", f"parked/{message['_id']}", **details)
    receipt = await inbox.send(connections.streams, event, VERDICT_S)
    if isinstance(receipt, PendingReceipt):
        raise TransientError(refusal("ingest.no_verdict", event_id=event.event_id))
    if not receipt.is_rejected:
        await ParkedStore(connections.database).mark(message, REPLAYED, recording.operator(), connections.clock())
    return receipt


def _received_at(message: ParkedDocument, tree: dict[str, Any], *, is_people: bool) -> str:
    """When the event was received first: an import says so itself."""
    then = imports.received_then(tree, message["received_ms"]) if is_people else None
    return events.to_text(events.from_ms(message["received_ms"] if then is None else then))


def _not_event(name: str, why: Refusal, *, is_file: bool) -> Refusal:
    said = Both(*(text.rstrip(".") for text in (why.text("vi"), why.text("en"))))
    return refusal("parked.file_not_event", why=said) if is_file else refusal("parked.not_event", id=name, why=said)


def _hash(payload: bytes) -> str:
    return hashlib.sha256(payload).hexdigest()
