"""Answers requests of our own services on core NATS, with a limit on how many wait and for how long.

A request is answered only into the inbox of a user: with another reply subject, whoever asks could have the answer published with the
rights of the service that answers, for example to the log.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from typing import Final

import structlog
from nats.aio.client import Client
from nats.aio.msg import Msg

from shared.plumbing import broker, nats_accounts, tasks

log = structlog.get_logger()

INBOXES: Final = nats_accounts.inbox_prefix("")
WAITING: Final = 64  # requests; the largest of them take 32 MiB together

Answer = Callable[[str, bytes], Awaitable[bytes]]
"""Answers a request, given its subject and payload."""


class Answering:
    """Answers requests: `at_once` at the same time, each within `within_s` from its arrival; others are answered with `busy`."""

    def __init__(self, client: Client, answer: Answer, busy: bytes, *, at_once: int, within_s: float, waiting: int = WAITING) -> None:
        self._client, self._answer, self._busy = client, answer, busy
        self._within_s, self._waiting = within_s, waiting
        self._places = asyncio.Semaphore(at_once)
        self._under_way: set[asyncio.Task[None]] = set()

    @asynccontextmanager
    async def on(self, subjects: Iterable[str], queue: str) -> AsyncIterator[None]:
        """Answers requests on these subjects. Of several instances that share `queue`, one answers each request."""
        subscriptions = [await self._client.subscribe(subject, queue=queue, cb=self._on_request) for subject in subjects]
        try:
            yield
        finally:
            for subscription in subscriptions:
                try:
                    await subscription.unsubscribe()
                except broker.AWAY:
                    log.info("answering.unsubscribe_skipped", queue=queue)
            await tasks.end(*self._under_way)

    async def _on_request(self, message: Msg) -> None:
        if not message.reply.startswith(INBOXES):
            return
        if len(self._under_way) >= self._waiting:
            await self._send(message.reply, self._busy)
            return
        task = asyncio.create_task(self._handle(message))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def _handle(self, message: Msg) -> None:
        try:
            async with asyncio.timeout(self._within_s), self._places:
                answer = await self._answer(message.subject, message.data)
        except TimeoutError:
            answer = self._busy
        await self._send(message.reply, answer)

    async def _send(self, inbox: str, answer: bytes) -> None:
        try:
            await self._client.publish(inbox, answer)
        except broker.AWAY as error:
            log.warning("answer.not_sent", error=type(error).__name__)  # whoever asked waits no longer than its own limit
