"""Answers to requests: how many wait and for how long. Delivery on real servers is in tests/ingest/test_dry_run.py."""

import asyncio
from collections.abc import Awaitable, Callable
from types import SimpleNamespace
from typing import Any, cast

import nats.errors
import pytest
from nats.aio.client import Client

from shared.plumbing.answering import Answering

BUSY = b"busy"


class Broker:
    """Stands in for the connection: hands requests to the subscriber, and keeps what is published."""

    def __init__(self) -> None:
        self.published: list[tuple[str, bytes]] = []
        self.is_away = False
        self._on_request: Callable[[Any], Awaitable[None]] | None = None

    async def subscribe(self, _: str, queue: str, cb: Callable[[Any], Awaitable[None]]) -> Any:
        assert queue == "queue"
        self._on_request = cb
        return SimpleNamespace(unsubscribe=self._unsubscribe)

    async def _unsubscribe(self) -> None:
        self._on_request = None
        if self.is_away:
            raise nats.errors.ConnectionClosedError

    async def publish(self, subject: str, payload: bytes) -> None:
        if self.is_away:
            raise nats.errors.ConnectionClosedError
        self.published.append((subject, payload))

    async def ask(self, payload: bytes, reply: str = "_INBOX_portal.x") -> None:
        assert self._on_request is not None
        await self._on_request(SimpleNamespace(subject="dryrun.1", data=payload, reply=reply))

    async def settle(self, count: int) -> None:
        while len(self.published) < count:
            await asyncio.sleep(0)


def answering(broker: Broker, answer: Callable[[str, bytes], Awaitable[bytes]], **limits: Any) -> Answering:
    return Answering(cast(Client, broker), answer, BUSY, **{"at_once": 1, "within_s": 60, **limits})


async def echo(subject: str, payload: bytes) -> bytes:
    return subject.encode() + b" " + payload


async def never(_: str, __: bytes) -> bytes:
    await asyncio.Event().wait()
    return b""


async def test_a_request_is_answered_into_the_inbox_of_a_user_alone() -> None:
    broker = Broker()
    async with answering(broker, echo).on(["dryrun.*"], "queue"):
        for reply in ("", "reports.0.ct27", "_INBOX", "inbox.06253"):
            await broker.ask(b"1", reply)
        await broker.ask(b"2")
        await broker.settle(1)
    assert broker.published == [("_INBOX_portal.x", b"dryrun.1 2")]


async def test_what_does_not_fit_into_the_queue_is_told_at_once() -> None:
    broker = Broker()
    async with answering(broker, never, waiting=3).on(["dryrun.*"], "queue"):
        for number in range(5):
            await broker.ask(b"%d" % number)
        assert broker.published == [("_INBOX_portal.x", BUSY)] * 2
    assert broker.published == [("_INBOX_portal.x", BUSY)] * 2  # who still waited hears nothing more


async def test_what_takes_too_long_is_told() -> None:
    broker = Broker()
    async with answering(broker, never, within_s=0).on(["dryrun.*"], "queue"):
        await broker.ask(b"")
        await broker.ask(b"")
        await broker.settle(2)
    assert broker.published == [("_INBOX_portal.x", BUSY)] * 2


async def test_a_connection_that_is_lost_harms_nobody() -> None:
    broker = Broker()
    async with answering(broker, echo).on(["dryrun.*"], "queue"):
        broker.is_away = True
        await broker.ask(b"1")
        await asyncio.sleep(0)


@pytest.mark.parametrize("at_once", [1, 3])
async def test_no_more_are_worked_on_at_once_than_allowed(at_once: int) -> None:
    broker, under_way, most = Broker(), 0, 0

    async def slow(_: str, payload: bytes) -> bytes:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        await asyncio.sleep(0)
        under_way -= 1
        return payload

    async with answering(broker, slow, at_once=at_once).on(["dryrun.*"], "queue"):
        for number in range(9):
            await broker.ask(b"%d" % number)
        await broker.settle(9)
    assert most == at_once
