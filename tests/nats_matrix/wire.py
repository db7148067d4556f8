"""A NATS client that writes its lines byte by byte, so that it can try what no client library would send.

The server answers in order: what it says to a line comes before the PONG to a PING behind that line. So no case waits for a time-out.
"""

import asyncio
import base64
import contextlib
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final, NamedTuple, Self
from urllib.parse import urlsplit

import orjson

from shared.plumbing import nats_claims, tasks

ANSWER_S: Final = 20.0
IN_CREDS: Final = re.compile(r"^-----BEGIN [A-Z ]+-----\n(\S+)$", re.MULTILINE)


class NoEntryError(Exception):
    """The server refuses the login."""


class Heard(NamedTuple):
    """A message that came to a subscription."""

    subject: str
    headers: bytes
    body: bytes


class Wire:
    """One connection."""

    def __init__(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        self.heard: list[Heard] = []
        self.errors: list[str] = []
        self._source, self._sink = source, sink
        self._pongs: asyncio.Queue[bool] = asyncio.Queue()
        self._subscriptions = 0
        self._listening: asyncio.Task[None] | None = None

    @classmethod
    async def log_in(cls, url: str, creds: str | None) -> Self:
        """A connection with the text of a `.creds` file; None: without. Raises NoEntryError."""
        address = urlsplit(url)
        source, sink = await asyncio.open_connection(address.hostname, address.port, limit=2**22)
        wire = cls(source, sink)
        info = orjson.loads((await source.readline()).partition(b" ")[2])
        options = {"verbose": False, "pedantic": False, "headers": True, "no_responders": True, "lang": "x", "version": "1", "echo": True}
        sink.write(b"CONNECT " + orjson.dumps(options | (_login(creds, info.get("nonce", "")) if creds else {})) + b"\r\nPING\r\n")
        async with asyncio.timeout(ANSWER_S):
            while (line := await source.readline()) != b"PONG\r\n":
                if line.startswith(b"-ERR") or not line:
                    await _end(sink)
                    raise NoEntryError(line.decode().strip())
        wire._listening = asyncio.create_task(wire._listen())
        return wire

    async def close(self) -> None:
        if self._listening is not None:
            await tasks.end(self._listening)
        await _end(self._sink)

    @property
    def is_closed(self) -> bool:
        return self._listening is None or self._listening.done()

    def publish(self, subject: str, body: bytes = b"", reply: str = "", headers: bytes = b"") -> None:
        """Writes a message; `headers` is the whole block, as it is."""
        place = f"{subject} {reply}".strip().encode()
        sizes = b"%d %d" % (len(headers), len(headers) + len(body)) if headers else b"%d" % len(body)
        self._sink.write(b"%s %s %s\r\n" % (b"HPUB" if headers else b"PUB", place, sizes) + headers + body + b"\r\n")

    def subscribe(self, subject: str, queue: str = "") -> int:
        self._subscriptions += 1
        self._sink.write(f"SUB {subject} {queue} {self._subscriptions}\r\n".replace("  ", " ").encode())
        return self._subscriptions

    def unsubscribe(self, number: int) -> None:
        self._sink.write(b"UNSUB %d\r\n" % number)

    async def drain(self) -> None:
        """Returns when the system has taken what was written."""
        await self._sink.drain()

    async def settle(self) -> list[str]:
        """The errors that the server reported since the last call, when it has read everything that was written."""
        self._sink.write(b"PING\r\n")
        async with asyncio.timeout(ANSWER_S):
            if not await self._pongs.get():
                self.errors.append("closed")
        found, self.errors = self.errors, []
        return found

    async def _listen(self) -> None:
        try:
            while line := await self._source.readline():
                await self._take(line)
        except (OSError, asyncio.IncompleteReadError):
            pass
        self._pongs.put_nowait(False)

    async def _take(self, line: bytes) -> None:
        kind, _, rest = line.strip().partition(b" ")
        match kind:
            case b"PONG":
                self._pongs.put_nowait(True)
            case b"PING":
                self._sink.write(b"PONG\r\n")
            case b"-ERR":
                self.errors.append(rest.decode())
            case b"MSG" | b"HMSG":
                words = rest.decode().split(" ")
                size = int(words[-1])
                head = int(words[-2]) if kind == b"HMSG" else 0
                block = await self._source.readexactly(size + 2)
                self.heard.append(Heard(words[0], block[:head], block[head:size]))


async def _end(sink: asyncio.StreamWriter) -> None:
    sink.close()
    with contextlib.suppress(OSError):
        await sink.wait_closed()


def _login(creds: str, nonce: str) -> dict[str, str]:
    jwt, seed = IN_CREDS.findall(creds)
    return {"jwt": jwt, "sig": base64.b64encode(nats_claims.key_of(seed).sign(nonce.encode())).decode()}


@asynccontextmanager
async def logged_in(url: str, creds: str | None) -> AsyncIterator[Wire]:
    wire = await Wire.log_in(url, creds)
    try:
        yield wire
    finally:
        await wire.close()
