"""Watchers of one view, as `live.js` makes them: a stream each, and the page again at every news. They speak HTTP over bare connections, so
that 500 of them leave the machine to the portal.
"""

import asyncio
import time
import zlib
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlsplit

from tests import identities
from tests.benchmarks.cpu import Meter
from tests.benchmarks.figures import percentile

OPENING_S: Final = 10.0
WATCHED_S: Final = 20.0


@dataclass
class Watched:
    """What all watchers have seen since `clear`."""

    fetches_s: list[float] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)
    last: bytes = b""

    def clear(self) -> None:
        self.fetches_s.clear()
        self.sizes.clear()


async def watch(url: str, sessions: list[str], of: str, pid: int) -> dict[str, Any]:
    """One watcher for each session. The share of a core that the portal used, and how long its watchers waited for a page."""
    seen = Watched()
    async with asyncio.TaskGroup() as group:
        watchers = [group.create_task(_watch(url, session, of, seen)) for session in sessions]
        await asyncio.sleep(OPENING_S)
        meter = Meter({"portal": pid})
        seen.clear()
        await asyncio.sleep(WATCHED_S)
        cores = meter.cores()["portal"]
        for watcher in watchers:
            watcher.cancel()
    if not seen.fetches_s or b"</main>" not in zlib.decompress(seen.last, zlib.MAX_WBITS | 16):
        raise AssertionError("watchers got no page")
    return {
        "portal_cores": cores,
        "fetches_per_s": round(len(seen.fetches_s) / WATCHED_S, 1),
        "fetch_p95_s": round(percentile(seen.fetches_s, 95), 2),
        "wire_kib": round(percentile(seen.sizes, 50) / 1024, 1),
    }


@dataclass
class Connection:
    """A connection of a browser that is kept while the server keeps it."""

    url: str
    session: str
    _ends: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(self, path: str, *headers: str) -> asyncio.StreamReader:
        """Sends a request. The answer is read from what is returned."""
        parts = urlsplit(self.url)
        if self._ends is None or self._ends[0].at_eof():
            self.close()
            self._ends = await asyncio.open_connection(parts.hostname, parts.port)
        lines = (
            f"GET {path} HTTP/1.1",
            f"Host: {parts.netloc}",
            f"Cookie: {identities.COOKIE}={self.session}",
            "Sec-Fetch-Site: same-origin",
            "Accept-Encoding: gzip",
            *headers,
        )
        self._ends[1].write("\r\n".join([*lines, "", ""]).encode())
        return self._ends[0]

    def close(self) -> None:
        if self._ends is not None:
            self._ends[1].close()
            self._ends = None


async def _watch(url: str, session: str, of: str, seen: Watched) -> None:
    """One browser."""
    stream, pages = Connection(url, session), Connection(url, session)
    try:
        told = await stream.ask(f"/live/views?of={of}")
        require_ok(await told.readline())
        while line := await told.readline():
            if line.startswith(b"event: view"):
                await _fetch(pages, of, seen)
    finally:
        stream.close()
        pages.close()


async def _fetch(pages: Connection, of: str, seen: Watched) -> None:
    """The page; once more over a new connection if the server has just closed the old one, as browsers do."""
    began = time.perf_counter()
    try:
        seen.last = await _page(pages, of)
    except (ConnectionError, asyncio.IncompleteReadError):
        pages.close()
        seen.last = await _page(pages, of)
    seen.sizes.append(len(seen.last))
    seen.fetches_s.append(time.perf_counter() - began)


async def _page(pages: Connection, of: str) -> bytes:
    answer = await pages.ask(f"/bang/{of}", "Tonghop-By-Itself: 1")
    head = await answer.readuntil(b"\r\n\r\n")
    require_ok(head)
    length = next(int(line.partition(b":")[2]) for line in head.lower().splitlines() if line.startswith(b"content-length:"))
    return await answer.readexactly(length)


def require_ok(line: bytes) -> None:
    """Raises AssertionError for any status but 200."""
    if line.split()[1:2] != [b"200"]:
        raise AssertionError(line)
