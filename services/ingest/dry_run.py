"""Dry runs: what the verdict on an event would be if it were received now, and what it would change in the views.

The event is judged by the same code as a message of INBOX, and nothing is written, published, claimed or counted. The changes come from the
aggregator. If it does not answer in time, the verdict stands alone. Source: design, section 4, "Dry run"; ADR-0063.
"""

import asyncio
from typing import Final

import nats.errors
import structlog
from faststream.exceptions import IncorrectState
from pydantic import ValidationError

from services.ingest.domain.case import Incoming
from services.ingest.domain.claims import Claim
from services.ingest.domain.decision import Concerned, Malformed
from services.ingest.intake import REFERENCE_AGE_S, Intake
from services.ingest.parked import SERVICE
from services.ingest.store import ClaimStore
from shared.plumbing import broker, delivery
from shared.plumbing.answering import Answering
from shared.plumbing.broker import Streams
from shared.plumbing.reference_store import ReferenceStore
from shared.shell.clock import Clock
from shared.wire import dry_runs, events, subjects
from shared.wire.dry_runs import DryRun, Unanswered
from shared.wire.previews import FigureChange, Preview
from shared.wire.published import Published, Reason
from shared.words.periods import local_day
from shared.words.principals import Principal
from shared.words.refusals import Refusal, refusal
from shared.words.scope import Scope

log = structlog.get_logger()

ALL: Final = (subjects.dry_run("*"), subjects.dry_run_of_people("*"))
AT_ONCE: Final = 8
WITHIN_S: Final = 4.0  # the verdict takes some milliseconds, the changes at most:
CHANGES_S: Final = 2.0
AGAIN_S: Final = 0.25  # between two requests to an aggregator that is loading or busy
PASSING: Final = ("preview.not_ready", "preview.busy")
MOST_ASKING: Final = 100  # requests to the aggregator; more than it lets wait
MOST_ANSWER_BYTES: Final = 1_000_000  # the broker takes 1 MiB


class DryRuns:
    """Judges events without taking them."""

    def __init__(
        self, streams: Streams, intake: Intake, store: ClaimStore, reference: ReferenceStore, clock: Clock, partitions: int
    ) -> None:
        self._streams = streams
        self._intake = intake
        self._store = store
        self._reference = reference
        self._clock = clock
        self._partitions = partitions
        self._judging = asyncio.Semaphore(AT_ONCE)
        self._asking = 0  # requests to the aggregator that have no answer yet

    async def serve(self) -> None:
        """Answers the requests of our other services until it is cancelled."""
        busy = _json(Unanswered(error=Reason.of(refusal("preview.busy"))))
        answering = Answering(self._streams.client, self.answer, busy, at_once=AT_ONCE, within_s=WITHIN_S)
        async with answering.on(ALL, SERVICE):
            await asyncio.Event().wait()

    async def answer(self, subject: str, payload: bytes) -> bytes:
        """The answer to one request, as JSON: a dry run with the changes of all views, or why there is none."""
        asked = subjects.read_dry_run(subject)
        try:
            return _json(await self.run(asked.sender, payload, is_people=asked.is_people))
        except delivery.MAY_PASS as error:
            if not delivery.is_passing(error):
                raise
            log.warning("dry_run.not_judged", error=type(error).__name__)
            return _json(Unanswered(error=Reason.of(refusal("door.database_away"))))

    async def run(self, sender: str, payload: bytes, *, is_people: bool = False, reader: Principal | None = None) -> DryRun:
        """What would become of an event of the unit `sender`. The changes are of the views that `reader` may read; of all views without a
        reader. Raises one of `delivery.MAY_PASS` while the database is away.
        """
        incoming = Incoming(sender, payload, events.to_ms(self._clock()), 0, is_people)
        if len(payload) > events.MAX_EVENT_BYTES:  # INBOX does not take it
            return _malformed(refusal("event.too_large", size=len(payload), most=events.MAX_EVENT_BYTES))
        async with self._judging:
            [(_, decision)] = await self._intake.screen([incoming])
            if isinstance(decision, Malformed):
                return _malformed(decision.reason)
            claim = await self._store.foresee(incoming, decision, self._partitions)
        scope = None if reader is None else Scope.of(reader, await self._reference.current(REFERENCE_AGE_S), local_day(self._clock()))
        found = _of(claim, await self._changes(claim, decision.about, scope))
        shown = found if scope is None else dry_runs.readable(found, scope, decision.about.period)
        return shown if len(_json(shown)) <= MOST_ANSWER_BYTES else shown.model_copy(update={"changes": None})

    async def verdict(self, sender: str, payload: bytes) -> DryRun:
        """What would become of an event, without the changes."""
        incoming = Incoming(sender, payload, events.to_ms(self._clock()), 0, False)
        if len(payload) > events.MAX_EVENT_BYTES:
            return _malformed(refusal("event.too_large", size=len(payload), most=events.MAX_EVENT_BYTES))
        async with self._judging:
            [(_, decision)] = await self._intake.screen([incoming])
            if isinstance(decision, Malformed):
                return _malformed(decision.reason)
            return _of(await self._store.foresee(incoming, decision, self._partitions), None)

    async def _changes(self, claim: Claim, about: Concerned, scope: Scope | None) -> list[FigureChange] | None:
        """What the event would change; None if the aggregator does not say it in time. It is not asked if nothing of it is in scope."""
        if claim.is_repeat or not claim.is_accepted or (scope and not dry_runs.reads_any(scope, about.regime, about.period)):
            return []
        if self._asking >= MOST_ASKING:
            return None
        self._asking += 1
        try:
            return await self._previewed(claim)
        finally:
            self._asking -= 1

    async def _previewed(self, claim: Claim) -> list[FigureChange] | None:
        """The answer of the aggregator. It is asked again while it is loading or busy."""
        try:
            async with asyncio.timeout(CHANGES_S):
                while True:
                    preview = await self._preview(claim)
                    if preview.error is None or preview.error.code not in PASSING:
                        return preview.changes
                    await asyncio.sleep(AGAIN_S)
        except (*broker.AWAY, IncorrectState, ValidationError) as error:  # IncorrectState: there was never a connection to the broker
            log.info("dry_run.without_changes", error=type(error).__name__)
            return None

    async def _preview(self, claim: Claim) -> Preview:
        if not self._streams.client.is_connected:
            raise nats.errors.ConnectionClosedError
        answer = await self._streams.client.request(subjects.preview(claim.partition), claim.event, timeout=CHANGES_S)
        return Preview.model_validate_json(answer.data)


def _malformed(why: Refusal) -> DryRun:
    return DryRun(verdict="rejected", errors=[Reason.of(why)], warnings=[], changes=[])


def _of(claim: Claim, changes: list[FigureChange] | None) -> DryRun:
    """What the receipt would say, and the changes."""
    receipt = claim.receipt(None)
    return DryRun(
        verdict=receipt.verdict,
        errors=receipt.errors,
        warnings=receipt.warnings,
        changes=changes,
        standing_revision=receipt.standing_revision,
        next_revision=receipt.next_revision,
    )


def _json(answer: Published) -> bytes:
    return answer.model_dump_json(exclude_defaults=True).encode()
