"""What stands in for servers: a collection, a stream, a mail server. Each stops at every step.

A coroutine of the notifier is driven by hand: it gives way at `pause`, where another notifier may go on, time may pass, or
this one may be killed. The stores and handlers above are the real ones.
"""

import types
from collections.abc import AsyncIterator, Callable, Generator, Iterable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any, Final, Protocol

from pymongo.errors import BulkWriteError

from services.notify.channels.email import Answer
from services.notify.domain.alerts import RAISED, STREAM
from services.notify.domain.book import Book
from services.notify.texts.mail import Mail
from shared.plumbing.broker import Message
from shared.plumbing.mongo import DUPLICATE_KEY
from shared.plumbing.streams import read
from shared.words.failures import TransientError
from shared.words.reference import Reference

Document = dict[str, Any]
WINDOW: Final = timedelta(seconds=read().streams["ALERTS"].duplicate_window_s)


class Killed(BaseException):
    """The process is gone: nobody catches this."""


@types.coroutine
def pause() -> Generator[None, None, None]:
    """A moment at which anything may happen."""
    yield


class Watcher(Protocol):
    """Who is told what comes out."""

    def claimed(self, document: Document) -> None: ...

    def settled(self, document: Document, state: str) -> None: ...

    def published(self, payload: bytes, is_late_repeat: bool) -> None: ...

    def mailed(self, mail: Mail) -> Answer: ...


class AlertCollection:
    """As much of a collection as the alert store uses. A stream's settled alert is remembered by its id alone."""

    name: Final = "alerts"

    def __init__(self, watcher: Watcher) -> None:
        self.documents: dict[str, Document] = {}
        self.raised: dict[str, None] = {}
        self._of_duty: dict[str, set[str]] = {}
        self._watcher = watcher

    async def insert_many(self, documents: Sequence[Document], ordered: bool) -> None:
        """Not all at once: another may insert, or the process may be killed, in the middle."""
        there, half = [], len(documents) // 2
        await pause()
        for index, document in enumerate(documents):
            if index == half:
                await pause()
            if document["_id"] in self.documents:
                there.append({"index": index, "code": DUPLICATE_KEY})
                continue
            self.claim_over(document)
        await pause()
        if there:
            raise BulkWriteError({"writeErrors": there, "writeConcernErrors": []})

    def find(self, filter_: Document, _: Document | None = None) -> "Cursor":
        return Cursor(lambda: self._found(filter_))

    async def find_one(self, filter_: Document, _: Document | None = None) -> Document | None:
        await pause()
        return next(iter(self._found(filter_)), None)

    async def update_many(self, filter_: Document, change: Document) -> None:
        await pause()
        for document in self._found(filter_):
            self._change(document, change)
        await pause()

    async def update_one(self, filter_: Document, change: Document) -> None:
        await self.update_many(filter_, change)

    def _found(self, filter_: Document) -> list[Document]:
        ids: Iterable[str] = self.raised
        if "duty" in filter_:
            ids = sorted(one for duty in filter_["duty"]["$in"] for one in self._of_duty.get(duty, ()))
        elif "_id" in filter_:
            ids = filter_["_id"]["$in"] if isinstance(filter_["_id"], dict) else [filter_["_id"]]
        found = [self.documents[one] for one in ids if one in self.documents]
        rules = [rule for rule in filter_.items() if rule[0] != "_id"]
        return [document for document in found if all(_fits(document, *rule) for rule in rules)] if rules else found

    def _change(self, document: Document, change: Document) -> None:
        state = change["$set"].get("state")
        if state is not None and state != document["state"]:
            self._watcher.settled(document, state)
        document |= change["$set"]
        for name, values in change.get("$addToSet", {}).items():
            document[name] = sorted({*document[name], *values["$each"]})
        self._put(document)

    def claim_over(self, document: Document) -> None:
        """Claims an alert, whoever has claimed it before."""
        self._put(dict(document))
        self._watcher.claimed(document)

    def _put(self, document: Document) -> None:
        alert_id, is_raised = document["_id"], document["state"] == RAISED
        if is_raised:
            self.raised[alert_id] = None
        else:
            self.raised.pop(alert_id, None)
        slim = {"_id": alert_id, "state": document["state"], "channel": STREAM}
        self.documents[alert_id] = slim if document["channel"] == STREAM and not is_raised else document
        if document["channel"] != STREAM:
            self._of_duty.setdefault(document["duty"], set()).add(alert_id)


def _fits(document: Document, name: str, wanted: Any) -> bool:
    if name == "$or":
        return any(all(_fits(document, *rule) for rule in some.items()) for some in wanted)
    value = document.get(name)
    if not isinstance(wanted, dict):
        return bool(value == wanted)
    match next(iter(wanted.items())):
        case ("$in", some):
            return value in some
        case ("$ne", other):
            return bool(value != other)
        case ("$lt", limit):
            return value is not None and value < limit
        case ("$gte", limit):
            return value is not None and value >= limit
    raise AssertionError(f"the stand-in knows no filter {wanted}")


class Cursor:
    """What a query found, at the moment of its first result."""

    def __init__(self, query: Callable[[], list[Document]]) -> None:
        self._query = query
        self._order: list[str] = []

    def sort(self, order: Iterable[tuple[str, int]]) -> "Cursor":
        self._order = [name for name, _ in order]
        return self

    async def __aiter__(self) -> AsyncIterator[Document]:
        await pause()
        found = self._query()
        for document in sorted(found, key=lambda document: [document[name] for name in self._order]) if self._order else found:
            yield document


class AlertsStream:
    """ALERTS: a message of an id that came within the duplicate window is not stored again."""

    def __init__(self, watcher: Watcher, clock: Callable[[], datetime]) -> None:
        self._watcher, self._clock = watcher, clock
        self._stored: dict[str, datetime] = {}

    async def publish_together(self, _: str, messages: Sequence[Message]) -> None:
        for index, message in enumerate(messages):
            if index in (0, len(messages) // 2):
                await pause()
            before = self._stored.get(message.id)
            if before is None or self._clock() - before > WINDOW:
                self._stored[message.id] = self._clock()
                self._watcher.published(message.payload, before is not None)
        await pause()


class MailConnection:
    """One connection to the mail server."""

    def __init__(self, watcher: Watcher) -> None:
        self._watcher = watcher

    async def send(self, mail: Mail) -> Answer:
        await pause()
        return self._watcher.mailed(mail)


class MailServer:
    def __init__(self, watcher: Watcher) -> None:
        self._watcher = watcher

    @asynccontextmanager
    async def connected(self) -> AsyncIterator[MailConnection]:
        yield MailConnection(self._watcher)


class Follower:
    """A book of which every period is in memory."""

    def __init__(self, reference: Reference, book: Book) -> None:
        self.reference, self.book = reference, book

    async def recall_live(self, at: datetime) -> None:
        """Every period is in memory."""


class Barrier:
    """In the place of the barrier. `catch_up` screens and folds what was sent; it fails while ingest is away."""

    def __init__(self, catch_up: Callable[[], None]) -> None:
        self._catch_up = catch_up

    async def pass_screened(self) -> None:
        await pause()
        self._catch_up()


class Away(TransientError):
    """Ingest does not answer."""
