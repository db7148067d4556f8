"""FEED: publishes changed views to subscribers. FEED is derived from `views` and repaired; the fold never waits for it.

At most one message per view in 250 ms, and only if the view is newer than the subject's last message. At the start, each view that is newer
than its subject's last message is published again. The same after the broker was away, and if FEED no longer has the newest message
that is known, which is looked at every minute: FEED has then lost messages. Source: design, section 3, step 6; ADR-0041.
"""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

import nats.js.errors
import structlog

from services.aggregate.domain.view import View
from services.aggregate.feed_stream import NONE, POSITION, SCAN_BATCH, FeedStream, Last
from services.aggregate.store import Store
from shared.plumbing import broker, delivery, metrics
from shared.plumbing.broker import Streams
from shared.plumbing.readiness import Readiness
from shared.plumbing.reference_store import ReferenceStore
from shared.wire import envelope, events, subjects, view_key
from shared.wire.documents.views import ViewDocument
from shared.words import numbers
from shared.words.units import Registry

log = structlog.get_logger()

COALESCE_S: Final = 0.25
REPAIR_S: Final = 60.0
DOUBT_S: Final = 1.0  # after this time all partitions are bound, so that FEED is compared once and not for each
REMEMBERED: Final = 20_000  # subjects whose last message is remembered; for the others FEED is asked before publishing


class Feed:
    """Publishes the newest version of each view."""

    def __init__(self, streams: Streams, store: Store, reference: ReferenceStore, partitions: Sequence[int]) -> None:
        self._streams = streams
        self._stream = FeedStream(streams)
        self._store = store
        self._reference = reference
        self._partitions = partitions
        self._waiting: dict[str, View] = {}
        self._last: dict[str, Last] = {}  # by subject, at most `REMEMBERED`
        self._knows_all = False  # a subject that is not in `_last` has no message
        self._doubted_at_s: float | None = None  # on the loop's clock; None if FEED was compared since
        self._newest: tuple[int, str] | None = None  # sequence and message id of the newest message that is known
        self._offered_s: dict[str, float] = {}  # by subject: since when a view has been waiting, on the loop's clock

    def offer(self, views: Sequence[View]) -> None:
        """Accepts changed views for publication; a newer version replaces a waiting one."""
        for view in views:
            waiting = self._waiting.get(view.subject)
            if waiting is None or waiting.version < view.version:
                self._waiting[view.subject] = view
            self._offered_s.setdefault(view.subject, asyncio.get_running_loop().time())

    def doubt(self) -> None:
        """Says that a partition is read from its checkpoint: at the start, after the broker was away, after an error. The broker may have
        lost the end of FEED, and another instance that moved the checkpoint may not have published its views. So all views are compared.
        """
        self._doubted_at_s = asyncio.get_running_loop().time()

    async def run(self, readiness: Readiness) -> None:
        """Publishes offered views, and repairs FEED at the start and after it has lost messages, until it is cancelled."""
        clock = asyncio.get_running_loop().time
        repaired_at = self._doubted_at_s = clock()
        while True:
            if clock() - repaired_at >= REPAIR_S or (self._doubted_at_s is not None and clock() - self._doubted_at_s >= DOUBT_S):
                await delivery.keep_trying("feed", self.repair, readiness)
                repaired_at = clock()
            await asyncio.sleep(COALESCE_S)
            await delivery.keep_trying("feed", self.flush, readiness)

    async def flush(self) -> None:
        """Publishes waiting views that are newer than their subject's last message. A view whose message was not acknowledged waits
        again.
        """
        views = [view for view in self._waiting.values() if view.version > self._last.get(view.subject, NONE).version]
        offered_s = self._offered_s
        self._show_age()
        self._waiting, self._offered_s = {}, {}
        for first in range(0, len(views), broker.IN_FLIGHT):
            part = views[first : first + broker.IN_FLIGHT]
            results = await asyncio.gather(*[self._publish(view) for view in part], return_exceptions=True)
            for view, result in zip(part, results, strict=True):
                if isinstance(result, BaseException):
                    self.offer([view])
                    self._offered_s[view.subject] = offered_s[view.subject]
                    log.warning("feed.publish_failed", view=view.id, error=type(result).__name__)
        self._show_age()

    def _show_age(self) -> None:
        now_s = asyncio.get_running_loop().time()
        metrics.FEED_AGE.set(now_s - min(self._offered_s.values(), default=now_s))

    async def _publish(self, view: View) -> None:
        last = self._last.get(view.subject) or (NONE if self._knows_all else await self._stream.last_of(view.subject))
        if view.version <= last.version:
            self._remember(view.subject, last)
            return
        try:
            ack = await self._streams.jetstream.publish(
                view.subject,
                payload(view),
                timeout=broker.ACK_TIMEOUT_S,
                headers={
                    "Nats-Msg-Id": _event_id(view),
                    "Nats-Expected-Last-Subject-Sequence": str(last.sequence),
                    POSITION: f"{view.version.generation}.{view.version.sequence}",
                    "content-type": "application/cloudevents+json",
                },
            )
        except nats.js.errors.BadRequestError as error:
            if error.err_code != broker.WRONG_LAST_SEQUENCE:
                raise
            self._remember(view.subject, await self._stream.last_of(view.subject))
            self.offer([view])  # flush drops it if the subject's last message is not older
        else:
            self._remember(view.subject, Last(ack.seq, view.version))
            self._newest = max(self._newest or (0, ""), (ack.seq, _event_id(view)))

    def _remember(self, subject: str, last: Last) -> None:
        self._last.pop(subject, None)  # the subject used last comes last
        self._last[subject] = last
        if len(self._last) > REMEMBERED:
            del self._last[next(iter(self._last))]
            self._knows_all = False

    async def repair(self) -> None:
        """Offers every view that is newer than its subject's last message, unless FEED is known to be whole."""
        if self._doubted_at_s is None and self._newest is not None and await self._stream.has(*self._newest):
            return
        self._last, self._knows_all, self._newest, self._doubted_at_s = {}, True, None, None
        end, reference = await self._stream.end(), await self._reference.current()
        for regime in reference.regimes:
            await self._repair_regime(regime, reference.registry)
        self._newest = end

    async def _repair_regime(self, regime: str, registry: Registry) -> None:
        stored = await self._store.versions(self._partitions, regime)
        if not stored:
            return
        published = {}
        async for subject, last in self._stream.scan(regime):
            published[subjects.fed_view(subject)] = last.version
            self._remember(subject, last)
        behind = []
        known = registry.ids.keys() | {area.id for area in registry.areas}
        for view_id, version in stored.items():
            key = view_key.parse(view_id)
            if key.unit_id in known and published.get((key.regime, key.period, key.unit_id), NONE.version) < version:
                behind.append(view_id)
        for first in range(0, len(behind), SCAN_BATCH):
            documents = await self._store.documents(behind[first : first + SCAN_BATCH])
            self.offer([await self._stored_view(document) for document in documents])
        if behind:
            log.info("feed.repaired", regime=regime, count=len(behind))

    async def _stored_view(self, document: ViewDocument) -> View:
        reference = await self._reference.current()
        setting, unit = reference.setting(document["regime"], document["period"]), document["unit"]["id"]
        top = setting.tree.top(unit).id if setting is not None and unit in setting.tree.by_id else unit
        return View(document, subjects.feed(top, document["regime"], document["period"], unit))


def payload(view: View) -> bytes:
    """The CloudEvent of one view: decimals as strings, instants as text."""
    updated_at = view.document["updated_at"]  # None for a view that no event touched
    data = {key: value for key, value in view.document.items() if key != "_id"}
    data |= {"updated_at": plain(updated_at), "official": plain(view.document.get("official"))}
    event = envelope.of_service("aggregate", _event_id(view), events.VIEW_UPDATED, data, at=updated_at, traceparent=view.traceparent)
    return envelope.encode(event)


def plain(value: Any) -> Any:
    """A stored or rendered value in JSON's types."""
    if isinstance(value, dict):
        return {key: plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [plain(inner) for inner in value]
    if isinstance(value, datetime):
        return events.to_text(value)
    if value is None or isinstance(value, str | int):
        return value
    return numbers.text(value)


def _event_id(view: View) -> str:
    return f"{view.id}/{view.version.generation}.{view.version.sequence}"
