"""HTTP connections with an end: what a client begins and does not finish is closed, and what is no HTTP is refused with a reason.

The server (uvicorn, with the parser h11) waits for ever for the rest of a request's head, for a body that nobody reads any more, and for a
client that does not read its answer. This protocol closes such connections. Bodies that are read have their limit in `patience.py`. Source:
ADR-0069; RFC 9112, 2.2 and 6.3.
"""

import asyncio
import resource
import sys
from http import HTTPStatus
from typing import ClassVar, Final, NamedTuple

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from shared.shell import problems

MOST_CONNECTIONS: Final = 500  # half of the 1,024 files that a process may open by default
FILES: Final = 16_384  # that a service opens, where the system allows so many


class Waits(NamedTuple):
    """How long a connection may wait for its client, in seconds; and how many connections one listener keeps."""

    head_s: float = 10.0  # for the whole head of a request, from its first byte, or from the connection
    rest_s: float = 10.0  # for the rest of a body that is refused: whoever is cut off at once may not see the answer
    answer_s: float = 60.0  # for a client that reads nothing
    most: int = MOST_CONNECTIONS


def most_connections() -> int:
    """Half of the files that this process may open. Before, it raises its own limit as far as the system allows it, but not above `FILES`:
    an open page needs a connection for its stream and one more for what it fetches.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < FILES:
        soft = FILES if hard == resource.RLIM_INFINITY else min(hard, FILES)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return min(soft, FILES) // 2


class BoundedProtocol(H11Protocol):
    """One connection. Its state of waiting is looked at after everything that arrives and after every answer."""

    waits: ClassVar[Waits] = Waits()
    _phase = "new"
    _since = 0.0
    _limit: asyncio.TimerHandle | None = None
    _unread: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as H11Protocol has it
        super().connection_made(transport)
        self._since = self.loop.time()
        self._look()
        if len(self.connections) > self.waits.most:
            self._make_room()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self._look()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self._look()

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        for handle in (self._limit, self._unread):
            if handle is not None:
                handle.cancel()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._unread = self.loop.call_later(self.waits.answer_s, self.transport.abort)

    def resume_writing(self) -> None:
        super().resume_writing()
        if self._unread is not None:
            self._unread.cancel()

    def send_400_response(self, msg: str) -> None:
        """Answers what is no HTTP with a problem, unless an answer has begun; a request that is in progress has lost its client."""
        if self.conn.our_state in (h11.IDLE, h11.SEND_RESPONSE):
            self._refuse()
        if self.cycle is not None and not self.cycle.response_complete:
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        self._close()

    def _refuse(self) -> None:
        error = sys.exception()
        is_too_large = isinstance(error, h11.RemoteProtocolError) and error.error_status_hint == HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE
        answer = problems.head_too_large() if is_too_large else problems.bad_http()
        status = HTTPStatus(answer.status_code)
        head = h11.Response(status_code=status, headers=answer.raw_headers, reason=status.phrase.encode())
        for event in (head, h11.Data(data=bytes(answer.body)), h11.EndOfMessage()):
            self.transport.write(self.conn.send(event) or b"")

    def _look(self) -> None:
        """Starts the limit of what the connection waits for now. What arrives meanwhile does not extend it."""
        phase = self._waiting_for()
        if phase == self._phase:
            return
        self._phase = phase
        if self._limit is not None:
            self._limit.cancel()
        within_s = {"head": self.waits.head_s, "rest": self.waits.rest_s}.get(phase)
        self._limit = None if within_s is None else self.loop.call_later(within_s, self._close)

    def _waiting_for(self) -> str:
        if self.cycle is not None and not self.cycle.response_complete:
            return "body" if self.cycle.more_body else "answer"
        return "rest" if self.conn.their_state is h11.SEND_BODY else "head"

    def _close(self) -> None:
        """Closes the connection when what was written is sent, at the latest after a while."""
        if not self.transport.is_closing():
            self.transport.close()
            self._unread = self.loop.call_later(self.waits.rest_s, self.transport.abort)

    def _make_room(self) -> None:
        """Ends the connection that has waited longest for its client, so that slow clients do not use up all connections."""
        waiting = [
            one for one in self.connections if isinstance(one, BoundedProtocol) and one is not self and one._waiting_for() != "answer"
        ]
        if waiting:
            min(waiting, key=lambda one: one._since).transport.abort()
