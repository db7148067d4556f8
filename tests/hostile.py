"""Messages of a malicious client: header blocks, subjects and reply subjects are written byte by byte, without a client library.

Hostile events are in `hostile_events.py`, hostile requests of HTTP in `hostile_requests.py`.
"""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple
from urllib.parse import urlsplit

from tests import nats_users

LINE: Final = b"NATS/1.0\r\n"

HEADERS: Final[Mapping[str, bytes]] = {
    **{f"header Status: {status}": LINE + b"Status: %d\r\n\r\n" % status for status in (100, 404, 408, 409, 503)},
    "header Status: words": LINE + b"Status: x\r\nNats-Pending-Messages: y\r\n\r\n",
    "status line 100": b"NATS/1.0 100 Idle Heartbeat\r\nNats-Last-Consumer: 99999\r\n\r\n",
    "status line 404": b"NATS/1.0 404 No Messages\r\n\r\n",
    "status line 409": b"NATS/1.0 409 Consumer Deleted\r\n\r\n",
    "status line that is not UTF-8": b"NATS/1.0 \xff\xfe\xfd\r\n\r\n",
    "description that is not UTF-8": b"NATS/1.0 409 \xff\xfe\r\n\r\n",
    "heartbeat of headers": LINE + b"Status: 100\r\nNats-Last-Consumer: 99999\r\nNats-Consumer-Stalled: inbox.06253\r\n\r\n",
    "pull that ended": LINE + b"Status: 408\r\nNats-Pending-Messages: 100000\r\nNats-Pending-Bytes: 0\r\n\r\n",
    "keys twice": LINE + b"Status: 408\r\nStatus: 409\r\nA: 1\r\nA: 2\r\n\r\n",
    "no UTF-8": LINE + b"A: \xff\xfe\r\n\xc3\x28: x\r\n\r\n",
    "no colon": LINE + b"A\r\n:\r\n: x\r\n\r\n",
    "no end": b"NATS/1.0\r\nA: b",
    "version alone": b"NATS/1.0",
    "one byte": b"X",
    "no header at all": b"\x00\xff\x01\x02\xff",
    "very long": LINE + b"A: " + b"x" * 60_000 + b"\r\n\r\n",
    "very many": LINE + b"".join(b"H%d: x\r\n" % number for number in range(3_000)) + b"\r\n",
    "place in a stream": LINE + b"Nats-Sequence: 1\r\nNats-Subject: x\r\nNats-Time-Stamp: y\r\nNats-Stream: z\r\n\r\n",
    "marker": LINE + b"Nats-Marker-Reason: MaxAge\r\n\r\n",
    "batch answered": LINE + b"Nats-Required-Api-Level: 99\r\ntraceparent: \xff\r\nInbox-Sequence: 1\r\n\r\n",
    "position of a view": LINE + b"Tonghop-Position: x.y\r\n\r\n",
}
"""Blocks that nats-server stores as they are; a server of before 2.12 stores status lines too."""

REFUSED_HEADERS: Final[Mapping[str, bytes]] = {
    name: LINE + b"%s\r\n\r\n" % line
    for name, line in {
        "expected sequence": b"Nats-Expected-Last-Sequence: 99999",
        "expected stream": b"Nats-Expected-Stream: REPORTS",
        "roll-up": b"Nats-Rollup: all",
        "time to live": b"Nats-TTL: 1",
        "schedule": b"Nats-Schedule: @at 2030-01-01T00:00:00Z\r\nNats-Schedule-Target: inbox.1",
        "batch": b"Nats-Batch-Id: a\r\nNats-Batch-Sequence: 1",
        "counter": b"Nats-Incr: 1",
    }.items()
}
"""Blocks for which nats-server refuses the message: the sender has no acknowledgement, nothing is stored."""

TOKENS: Final[Mapping[str, bytes]] = {
    "wildcard": b"*",
    "rest": b">",
    "no UTF-8": b"\xff\xfe",
    "vertical tab, form feed": b"a\x0bb\x0cc",
    "control characters": b"\x00\x01\x1f",
    "no-break space": "\u00a0".encode(),
    "very long": b"x" * 3_900,
    "slash and sign": b"a/b#c$",
}
"""Last tokens of a subject that nats-server takes."""

REPLIES: Final[Mapping[str, bytes]] = {
    "none": b"",
    "no UTF-8": b"\xff\xfe",
    "vertical tab": b"a\x0bb",
    "very long": b"x" * 3_900,
    "an API of the broker's": b"$JS.API.CONSUMER.MSG.NEXT.INBOX.ingest",
}
"""Reply subjects under which a client may publish."""


class Hostile(NamedTuple):
    """One message as it goes over the wire."""

    subject: bytes
    payload: bytes
    headers: bytes = b""
    reply: bytes = b""

    @property
    def wire(self) -> bytes:
        words = [self.subject, self.reply] if self.reply else [self.subject]
        whole = b"%d" % (len(self.headers) + len(self.payload))
        line = [b"HPUB", *words, b"%d" % len(self.headers), whole] if self.headers else [b"PUB", *words, whole]
        return b" ".join(line) + b"\r\n" + self.headers + self.payload + b"\r\n"


async def publish(url: str, *messages: Hostile, user: str = nats_users.USER) -> None:
    """Publishes on a connection of its own; returns when the server has taken them all. Raises ConnectionError when it hangs up."""
    parts = urlsplit(url)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
    try:
        writer.write(nats_users.login_line(await reader.readline(), user))
        for message in messages:
            writer.write(message.wire)
        writer.write(b"PING\r\n")
        while not (line := await reader.readline()).startswith(b"PONG"):
            if not line or line.startswith(b"-ERR"):
                raise ConnectionError(line)
    finally:
        writer.close()
        await writer.wait_closed()


def of_every_kind(subject: bytes, payload: bytes) -> Sequence[Hostile]:
    """A message with each block of headers, and with each reply subject."""
    with_headers = [Hostile(subject, payload, block) for block in HEADERS.values()]
    return [*with_headers, *[Hostile(subject, payload, reply=reply) for reply in REPLIES.values()]]
