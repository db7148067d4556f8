"""Processes batches of INBOX: claims events, publishes them to REPORTS, sends receipts. Every step is idempotent; the ack comes last.

Two batches are in progress at a time: one is claimed while the previous one is published. Their order is kept.
"""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Final

import structlog

from services.ingest.domain import claims, screening
from services.ingest.domain.case import Incoming
from services.ingest.domain.claims import Claim
from services.ingest.domain.decision import Decision, Malformed
from services.ingest.parked import Parking
from services.ingest.store import ClaimStore
from shared.plumbing import delivery, metrics
from shared.plumbing.broker import Message, Streams
from shared.plumbing.inbox import ANSWERS
from shared.plumbing.reader import Delivery
from shared.plumbing.reference_store import ReferenceStore
from shared.wire import subjects
from shared.wire.receipts import LogPosition, Receipt
from shared.words.failures import TransientError
from shared.words.refusals import refusal

log = structlog.get_logger()

LONGEST_SENDER: Final = 500  # characters; nats-server closes a connection that sends a line of more than 4,096 bytes
ACK_S: Final = 3.0  # about the duration of an election; later batches wait meanwhile, and publishing again is harmless
DECIDED_AGAIN: Final = 5  # times, while other instances take attachments that this batch names
REFERENCE_AGE_S: Final = 0.25  # the longest delay until a new regime is noticed


class Intake:
    """The steps for each batch of INBOX."""

    def __init__(self, streams: Streams, store: ClaimStore, parking: Parking, reference: ReferenceStore, partitions: int) -> None:
        self.streams = streams
        self._store = store
        self._parking = parking
        self._reference = reference
        self._partitions = partitions
        self._spoiled: dict[int, tuple[Delivery, Incoming, Malformed]] = {}  # set apart, by sequence
        self._has_spoiled = asyncio.Event()
        self._claiming, self._publishing = asyncio.Lock(), asyncio.Lock()

    async def on_inbox(self, batch: Sequence[Delivery]) -> None:
        """Screens a batch: accepted events go to the log, and every sender gets a receipt."""
        async with self._claiming:
            decided = await self._decided([_incoming(message) for message in batch])
            events_decided = [(incoming, verdict) for incoming, verdict in decided if not isinstance(verdict, Malformed)]
            claimed = await self._store.claim(events_decided, self._partitions)
        async with self._publishing:
            positions = await self.publish(claimed)
        await self._answer([incoming for incoming, _ in events_decided], claimed, positions)
        await delivery.acknowledge(
            self.streams.client,
            [message for message, (_, verdict) in zip(batch, decided, strict=True) if not isinstance(verdict, Malformed)],
        )
        self._set_apart(batch, decided)

    async def _decided(self, batch: list[Incoming]) -> list[tuple[Incoming, Decision]]:
        """Decides on each message, and holds the attachments of the accepted reports. If another instance has given one to another report
        meanwhile, everything is decided again. Raises TransientError if that goes on.
        """
        for _ in range(DECIDED_AGAIN):
            decided = await self.screen(batch)
            if await self._store.hold([decision for _, decision in decided]):
                return decided
        raise TransientError(refusal("ingest.receipts_not_readable"))

    async def screen(self, batch: list[Incoming]) -> list[tuple[Incoming, Decision]]:
        """Decides on each message. What was accepted before is looked up once for the whole batch."""
        reference = await self._reference.current(REFERENCE_AGE_S)
        cases = [screening.read(incoming, reference) for incoming in batch]
        names = screening.abouts(cases), screening.confirmed(cases), screening.to_look_up(cases)
        known = await self._store.known(*names, reference, screening.compared(cases), screening.attached(cases))
        return list(zip(batch, screening.decide(cases, known), strict=True))

    async def publish(self, claimed: Sequence[Claim]) -> dict[str, LogPosition]:
        """Publishes the accepted events that may be missing in REPORTS. Returns the position of each accepted event, by claim id."""
        accepted = {claim.id: claim for claim in claimed if claim.is_accepted}
        positions = await self._store.positions([key for key, claim in accepted.items() if claim.was_stored])
        wanted = [claim for key, claim in accepted.items() if key not in positions]
        sequences = await self.streams.publish_together(subjects.REPORTS, [_message(claim) for claim in wanted], ACK_S)
        published = {claim.id: claim.position(sequence) for claim, sequence in zip(wanted, sequences, strict=True)}
        self._store.remember(published)
        return positions | published

    def _set_apart(self, batch: Sequence[Delivery], decided: Sequence[tuple[Incoming, Decision]]) -> None:
        """Sets apart what is no event, to be parked or counted later: nobody else waits for it."""
        for message, (incoming, verdict) in zip(batch, decided, strict=True):
            if isinstance(verdict, Malformed):
                self._spoiled[message.sequence] = message, incoming, verdict
                self._has_spoiled.set()

    async def spoiled(self, gather_s: float) -> list[Delivery]:
        """The messages that were set apart, as soon as there is one and `gather_s` seconds have passed; for `on_spoiled`."""
        await self._has_spoiled.wait()
        await asyncio.sleep(gather_s)
        return self.spoiled_now()

    def spoiled_now(self) -> list[Delivery]:
        """The messages that are set apart now."""
        self._has_spoiled.clear()
        return [message for message, _, _ in self._spoiled.values()]

    async def on_spoiled(self, batch: Sequence[Delivery]) -> None:
        """Parks or counts messages that were set apart. Each sender gets a receipt; the ack comes last."""
        found = [self._spoiled[message.sequence] for message in batch if message.sequence in self._spoiled]
        await self._parking.spoiled([(message, verdict) for message, _, verdict in found])
        for message, incoming, verdict in found:
            await self._send_receipt(incoming, claims.malformed_receipt(incoming, verdict))
            await delivery.terminate(self.streams.client, [message], verdict.reason.code)
            self._spoiled.pop(message.sequence, None)

    async def _answer(self, asked: Sequence[Incoming], claimed: Sequence[Claim], positions: Mapping[str, LogPosition]) -> None:
        for incoming, claim in zip(asked, claimed, strict=True):
            await self._send_receipt(incoming, claim.receipt(positions.get(claim.id)))

    async def _send_receipt(self, incoming: Incoming, receipt: Receipt) -> None:
        """Sends a receipt. The broker does not store it: a sender that misses it can request it over HTTP. If a sender's code is too long
        for a subject, no receipt is sent.
        """
        metrics.SCREENED.labels(receipt.verdict).inc()
        if len(incoming.sender) > LONGEST_SENDER:
            return
        payload = receipt.model_dump_json(exclude_defaults=True).encode()
        await self.streams.client.publish(subjects.receipts(incoming.sender), payload, headers={ANSWERS: str(incoming.sequence)})


def _incoming(message: Delivery) -> Incoming:
    subject = subjects.read_inbox(message.subject)
    return Incoming(subject.sender, message.payload, message.stored_ms, message.sequence, subject.is_people)


def _message(claim: Claim) -> Message:
    return Message(subjects.reports(claim.partition, claim.regime), claim.event, claim.id)
