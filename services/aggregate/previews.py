"""Previews: what an event would change in the views, for ingest's dry runs (`preview.<partition>`).

A preview reads copies and writes nothing. It gives way to the fold after each view and after each part of a period that it reads. A period
that is not in memory is read from `reports` into blocks of its own, which are dropped afterwards. Source: design, section 4, "Dry run".
"""

import asyncio
from collections.abc import Sequence
from typing import Final

import structlog
from nats.aio.client import Client

from services.aggregate.domain.block import Block
from services.aggregate.partition import Partition, Standing
from services.aggregate.store import Store
from shared.plumbing import delivery
from shared.plumbing.answering import Answering
from shared.wire import events, subjects
from shared.wire.events import Logged
from shared.wire.previews import FigureChange, Preview
from shared.wire.published import Reason
from shared.words.refusals import Refusal, refusal

log = structlog.get_logger()

QUEUE: Final = "aggregate"
AT_ONCE: Final = 2  # one reads from the database while another computes
WITHIN_S: Final = 1.8  # ingest waits for two seconds
READ_AT_ONCE: Final = 200  # events: reading them and folding them takes about 5 ms
MOST_BYTES: Final = events.MAX_EVENT_BYTES + 4096  # of an event with what ingest adds
MOST_CHANGES: Final = 6000
MOST_ANSWER_BYTES: Final = 1_000_000  # the broker takes 1 MiB


class Previews:
    """Answers requests about the partitions of this instance."""

    def __init__(self, client: Client, store: Store, followed: Sequence[Partition], partitions: int) -> None:
        self._client = client
        self._store = store
        self._followed = {partition.number: partition for partition in followed}
        self._partitions = partitions

    async def run(self) -> None:
        """Answers until it is cancelled."""
        answering = Answering(self._client, self.answer, _json(_without(refusal("preview.busy"))), at_once=AT_ONCE, within_s=WITHIN_S)
        async with answering.on([subjects.preview(number) for number in self._followed], QUEUE):
            await asyncio.Event().wait()

    async def answer(self, subject: str, payload: bytes) -> bytes:
        """The answer to one request, as JSON."""
        number = subjects.read_preview(subject)
        try:
            answer = _json(await self.preview(number, payload))
        except delivery.MAY_PASS as error:
            if not delivery.is_passing(error):
                raise
            log.warning("preview.not_read", partition=number, error=type(error).__name__)
            return _json(_without(refusal("preview.not_ready")))
        return answer if len(answer) <= MOST_ANSWER_BYTES else _json(_without(refusal("preview.too_large")))

    async def preview(self, number: int, payload: bytes) -> Preview:
        """What the event in a request would change, or why that cannot be said now."""
        event = self._event(number, payload)
        standing = self._followed[number].standing
        if event is None:
            return _without(refusal("preview.unreadable", partition=number))
        if standing is None:
            return _without(refusal("preview.not_ready"))
        blocks = await self._read(standing, event)
        if standing is not self._followed[number].standing:  # there is a new generation of units and regimes
            return _without(refusal("preview.not_ready"))
        changes = await self._changes(standing, blocks, event)
        return _without(refusal("preview.too_large")) if changes is None else Preview(changes=changes)

    def _event(self, number: int, payload: bytes) -> Logged | None:
        """The event in a payload; None if it is none of this partition."""
        event = None if len(payload) > MOST_BYTES else events.read_logged(payload)
        is_ours = event is not None and subjects.partition_of(event.regime, event.period, self._partitions) == number
        return event if is_ours else None

    async def _read(self, standing: Standing, event: Logged) -> list[Block] | None:
        """The blocks of a period that is not in memory, read from `reports`; None if it is in memory."""
        fold, pair = standing.fold, (event.regime, event.period)
        if fold.is_complete(pair):
            return None
        blocks = fold.fresh(pair)
        async for part in self._store.events(fold.partition, pair, standing.recall.folded_to, READ_AT_ONCE):
            for stored, sequence in part:
                for block in blocks:
                    block.apply(stored, sequence)
            await asyncio.sleep(0)
        return blocks

    async def _changes(self, standing: Standing, blocks: list[Block] | None, event: Logged) -> list[FigureChange] | None:
        """The changes, computed with a pause after each view; None if there are too many."""
        fold, changes = standing.fold, list[FigureChange]()
        for of_view in fold.preview(event) if blocks is None else fold.preview_of(blocks, event):
            changes += of_view
            if len(changes) > MOST_CHANGES:
                return None
            await asyncio.sleep(0)
        return changes


def _without(why: Refusal) -> Preview:
    return Preview(changes=None, error=Reason.of(why))


def _json(preview: Preview) -> bytes:
    return preview.model_dump_json(exclude_defaults=True).encode()
