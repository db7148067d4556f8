"""A connection to the stand-in for the broker: the real nats-py client, with its socket replaced.

Each direction keeps its order, like a socket. While the connection is down what is published waits in the client's buffer; what
was under way is lost. Single messages can be lost or late too, as when a cluster changes its leader.
"""

import itertools
from collections import deque
from collections.abc import Callable
from contextlib import AbstractContextManager
from types import SimpleNamespace
from typing import Any, Final
from unittest import mock

import nats.js.client
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.aio.subscription import Subscription

from shared.plumbing.jetstream import JetStream
from shared.wire import subjects
from tests.simulation.rollup.broker import Broker
from tests.simulation.rollup.chance import Chance
from tests.simulation.rollup.loop import OUTSIDE, NotFakedError, Process, VirtualLoop
from tests.simulation.rollup.streams import Headers

BUFFERED: Final = 2 * 1024 * 1024
UNSUBSCRIBED: Final = "UNSUB"
LATE_S: Final = 14.0  # longer than a publisher waits


def library_time(loop: VirtualLoop) -> AbstractContextManager[Any]:
    """The client library measures its time-outs on the loop's clock. No two readings are equal, as on a machine: it relies on that."""
    readings = itertools.count()
    watch = SimpleNamespace(monotonic=lambda: loop.time() + next(readings) * 1e-9)
    return mock.patch.object(nats.js.client, "time", watch)


class Names:
    """Unique tokens without chance: 22 characters, as the client library expects."""

    def __init__(self, first: str) -> None:
        self._first = first
        self._count = 0

    def next(self) -> bytearray:
        self._count += 1
        return bytearray(f"{self._first}{self._count:0{22 - len(self._first)}}".encode())


class Version:
    major, minor = 2, 15


class Connection(Client):
    """One process's connection."""

    def __init__(self, loop: VirtualLoop, broker: Broker, chance: Chance, note: Callable[..., None], process: Process) -> None:
        super().__init__()
        self.process = process
        self._loop, self._broker, self._chance, self._note = loop, broker, chance, note
        self._status = Client.CONNECTED
        self._max_pending_size = BUFFERED
        self._skip_subject_validation = True
        self._nuid = Names(process.name.replace("-", ""))  # type: ignore[assignment]  # of its kind, by chance no more
        self._error_cb = self._on_error
        self._life = 0  # counts reconnects: what was sent in another life does not arrive
        self._buffer: list[tuple[str, str, bytes, Headers]] = []
        self._up_until = self._down_until = 0.0  # when the last message of each direction arrives
        self._up: deque[tuple[str, str, bytes, Headers]] = deque()
        self._down: deque[tuple[str, Headers | None, bytes, str]] = deque()
        self._by_subject: dict[str, Subscription] = {}
        broker.connections.append(self)

    @property
    def connected_server_version(self) -> Any:
        return Version

    def jetstream(self, **options: Any) -> JetStream:
        """As that of the product's connection."""
        return JetStream(self, prefix=subjects.STREAMS_API, **options)

    async def _on_error(self, error: Exception) -> None:
        raise NotFakedError(f"in a callback of the client: {error!r}")

    async def _send_publish(self, subject: str, reply: str, payload: bytes, payload_size: int, headers: dict[str, Any] | None) -> None:
        if not self.process.is_dead:
            message = (subject, reply, payload, {key.strip(): value.strip() for key, value in (headers or {}).items()})
            if self._status == Client.CONNECTED:
                self._depart(message)
            else:
                self._buffer.append(message)

    async def _send_subscribe(self, sub: Subscription) -> None:
        self._by_subject[sub._subject.removesuffix("*")] = sub

    async def _send_unsubscribe(self, sid: int, limit: int = 0) -> None:
        """The subscription has left `_subs` by now."""
        gone = [subject for subject, sub in self._by_subject.items() if sub._id == sid]
        for inbox in gone:
            del self._by_subject[inbox]
            if self._status == Client.CONNECTED:
                self._travel((UNSUBSCRIBED, inbox, b"", {}))
            else:
                self._broker.unsubscribe(self, inbox)

    def _depart(self, message: tuple[str, str, bytes, Headers]) -> None:
        """To the broker."""
        if self._chance.has("broker_lost"):
            return self._note("lost", self.process.name, message[0])
        if self._chance.has("broker_late"):
            return self._loop.later(self._chance.late_s(self._loop.time(), LATE_S), self._arrive_late, self._broker.life, *message)
        self._travel(message)

    def _travel(self, message: tuple[str, str, bytes, Headers]) -> None:
        """On the socket, behind everything before it."""
        self._up.append(message)
        self._up_until = max(self._up_until, self._loop.time() + self._chance.latency_s())
        self._loop.call_at(self._up_until, self._arrive_next, self._life, self._broker.life, context=OUTSIDE)

    def _arrive_late(self, life: int, subject: str, reply: str, payload: bytes, headers: Headers) -> None:
        if life == self._broker.life:
            self._arrive(subject, reply, payload, headers)

    def _arrive_next(self, life: int, life_of_broker: int) -> None:
        """What was sent to a broker that a copy has replaced since does not arrive, also if the sender is dead by now."""
        if life == self._life:
            message = self._up.popleft()
            if life_of_broker == self._broker.life:
                self._arrive(*message)

    def _arrive(self, subject: str, reply: str, payload: bytes, headers: Headers) -> None:
        if subject == UNSUBSCRIBED:
            self._broker.unsubscribe(self, reply)
        elif self._broker.is_up:
            self._note("arrived", self.process.name, subject if not reply.startswith("$") else "", len(payload))
            self._broker.publish(self, subject, headers, payload, reply)

    def send(self, inbox: str, headers: Headers | None, data: bytes, reply: str = "") -> None:
        """From the broker: an answer."""
        if not self._chance.has("answer_lost"):
            self.send_pulled(inbox, headers, data, reply)

    def send_pulled(self, inbox: str, headers: Headers | None, data: bytes, reply: str = "") -> None:
        """From the broker: what a pull asked for."""
        self._down.append((inbox, headers, data, reply))
        self._down_until = max(self._down_until, self._loop.time() + self._chance.latency_s())
        self._loop.call_at(self._down_until, self._receive_next, self._life, context=OUTSIDE)
        if self._chance.has("blip"):
            self._loop.later(0.0, self.blip)

    def _receive_next(self, life: int) -> None:
        if life == self._life:
            self._receive(*self._down.popleft())

    def _receive(self, inbox: str, headers: Headers | None, data: bytes, reply: str) -> None:
        if self.process.is_dead:
            return
        sub = self._by_subject.get(inbox) or self._by_subject.get(f"{inbox.rpartition('.')[0]}.")
        if sub is None:
            return
        subject = inbox
        if headers is not None and "Nats-Subject" in headers:
            subject = headers["Nats-Subject"]
            headers = {key: value for key, value in headers.items() if key != "Nats-Subject"} or None
        sub._received += 1
        sub._pending_size += len(data)
        sub._pending_queue.put_nowait(Msg(self, subject, reply, data, headers))

    @property
    def is_waiting(self) -> bool:
        """For an answer, which may have been lost."""
        return bool(self._resp_map)

    @property
    def is_listening(self) -> bool:
        return self._status == Client.CONNECTED

    def blip(self) -> None:
        """Breaks and is there again, before the broker looks."""
        if self.is_listening:
            self.disconnect()
            self._loop.later(0.05, self._after_blip)

    def _after_blip(self) -> None:
        if self._broker.is_up:
            self.reconnect()

    def disconnect(self) -> None:
        """The socket is gone, and all that was on its way. A pull outlives it when the broker does not look meanwhile."""
        self._life += 1
        self._status = Client.RECONNECTING
        self._up_until = self._down_until = 0.0
        self._up.clear()
        self._down.clear()

    def reconnect(self) -> None:
        """Subscriptions are still there; what was buffered is sent now."""
        if self.process.is_dead or self._status == Client.CONNECTED:
            return
        self._status = Client.CONNECTED
        buffered, self._buffer = self._buffer, []
        for message in buffered:
            self._depart(message)

    def end(self) -> None:
        """With its process."""
        self._broker.forget(self)
        self._broker.connections.remove(self)
        for sub in list(self._subs.values()):
            sub._stop_processing()
