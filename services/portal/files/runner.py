"""Makes ordered files in the background, one at a time in each portal."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Final

import structlog

from services.portal.domain.file_orders import LEASE, MOST_BYTES, Order
from services.portal.domain.refused import Refused
from services.portal.files.producing import Progress
from services.portal.files.store import FileStore
from shared.plumbing import tasks
from shared.wire.documents.files import FileDocument
from shared.words.failures import PermanentError, TransientError
from shared.words.refusals import refusal

log = structlog.get_logger()

LOOK_S: Final = 2.0  # how soon a file is seen that another portal has taken the order for, or has left unfinished
RENEW_S: Final = LEASE.total_seconds() / 3
Make = Callable[[Order, str, datetime, Progress], Awaitable[bytes]]


class Runner:
    """Works on the orders in the store. `holder` is a random name of this process."""

    def __init__(self, store: FileStore, make: Make, clock: Callable[[], datetime], holder: str) -> None:
        self._store, self._make, self._clock, self._holder = store, make, clock, holder
        self._ordered = asyncio.Event()
        self.is_running = False

    def wake(self) -> None:
        """Says that there is a new order."""
        self._ordered.set()

    async def run(self) -> None:
        """Makes files until it is cancelled."""
        self.is_running = True
        try:
            while True:
                self._ordered.clear()
                if not await self.step():
                    await self._wait()
        finally:
            self.is_running = False

    async def _wait(self) -> None:
        waiting = asyncio.create_task(self._ordered.wait())
        await asyncio.wait([waiting], timeout=LOOK_S)
        await tasks.end(waiting)

    async def step(self) -> bool:
        """Makes one file; False if there is none to make."""
        file = await self._store.claim(self._holder, self._clock())
        if file is None:
            return False
        renewing = asyncio.create_task(self._renew(file["_id"]))
        try:
            await self._make_one(file)
        except asyncio.CancelledError:
            await self._store.release(file["_id"], self._holder)
            raise
        finally:
            await tasks.end(renewing)
        return True

    async def _make_one(self, file: FileDocument) -> None:
        order = Order(file["kind"], file["regime"], file["period"], file["unit"], file["event"])

        async def progress(done: int, of: int) -> None:
            await self._store.progress(file["_id"], self._holder, done, of, self._clock())

        try:
            content = await self._make(order, file["owner"], self._clock(), progress)
        except (PermanentError, TransientError, Refused) as error:
            why = error.refusal if isinstance(error, Refused) else error.refusals[0]
            log.warning("document.failed", kind=order.kind, code=why.code)
            await self._store.fail(file["_id"], self._holder, why)
            return
        if len(content) > MOST_BYTES:
            await self._store.fail(file["_id"], self._holder, refusal("document.too_large", most=MOST_BYTES // 1024 // 1024))
            return
        await self._store.finish(file, self._holder, content)
        log.info("document.made", kind=order.kind, size_bytes=len(content))

    async def _renew(self, file: str) -> None:
        """Keeps the lease while the file is made."""
        while True:
            await asyncio.sleep(RENEW_S)
            await self._store.renew(file, self._holder, self._clock())
