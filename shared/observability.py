"""Logs as events, readiness, and metrics: the same three doors on every service."""

import asyncio
import logging
import math
from collections.abc import Callable
from typing import Any

import prometheus_client
import structlog
from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse
from prometheus_client import CollectorRegistry, Gauge

from shared import addresses

log = structlog.get_logger()


def configure_logs(service: str, level: int = logging.INFO) -> None:
    """One JSON line an event on standard output; Vietnamese stays readable."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False),
            _masked,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
    )
    structlog.contextvars.bind_contextvars(service=service)


def _masked(_: object, __: str, line: Any) -> str:
    """The line without credentials, wherever they stand in it: an address may be part of what somebody else says."""
    return addresses.masked(str(line))


class Readiness:
    """What a service still waits for, and how many messages it is behind. Ready when it waits for nothing.

    What is known elsewhere (by a reader, say) is asked for when somebody wants to know, so that nothing old is told. What a task itself
    waits for goes before: a reader that it has given up knows no more.
    """

    def __init__(self) -> None:
        self.warnings: list[str] = []
        self._waiting: dict[str, str] = {"start": "đang khởi động (starting)"}
        self._asked: dict[str, Callable[[], str | None]] = {}
        self._counted: dict[str, Callable[[], int | None]] = {}

    @property
    def waiting_for(self) -> dict[str, str]:
        told = {what: ask() for what, ask in self._asked.items()}
        return {what: addresses.masked(why) for what, why in told.items() if why} | self._waiting

    @property
    def lag(self) -> int | None:
        """Messages that wait, of all that is read; None while it is not known of each."""
        known = [count() for count in self._counted.values()]
        return sum(count for count in known if count is not None) if known and None not in known else None

    def wait_for(self, what: str, why: str) -> None:
        self._waiting[what] = addresses.masked(why)

    def has(self, what: str) -> None:
        self._waiting.pop(what, None)

    def ask(self, what: str, trouble: Callable[[], str | None]) -> None:
        """`trouble` says why `what` is waited for, or nothing."""
        self._asked[what] = trouble

    def count(self, what: str, pending: Callable[[], int | None]) -> None:
        """`pending` says how many messages of `what` wait, if that is known."""
        self._counted[what] = pending

    def warn(self, sentence: str) -> None:
        """Something that a person should look at, though the service does its work."""
        if (told := addresses.masked(sentence)) not in self.warnings:
            self.warnings.append(told)

    def as_dict(self) -> dict[str, Any]:
        waiting_for = self.waiting_for
        state = {"ready": not waiting_for, "lag": self.lag, "waiting_for": waiting_for}
        return state | ({"warnings": list(self.warnings)} if self.warnings else {})


def gauges(readiness: Readiness) -> CollectorRegistry:
    """Readiness as numbers; a lag that is not known is NaN."""
    registry = CollectorRegistry()
    Gauge("tonghop_ready", "Whether the service does its work now", registry=registry).set_function(lambda: not readiness.waiting_for)

    def lag() -> float:
        known = readiness.lag
        return math.nan if known is None else known

    Gauge("tonghop_lag_messages", "Messages that wait; NaN while that is not known", registry=registry).set_function(lag)
    return registry


def report_unclaimed(_: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """What an event loop prints when nobody has asked for an error, as an event of the log."""
    error = context.get("exception")
    log.warning("task.error_unclaimed", said=context.get("message"), error=type(error).__name__ if error else None)


def doors(readiness: Readiness) -> APIRouter:
    """`/healthz` (the loop answers), `/readyz` (200 or 503 with what is waited for), `/metrics` (Prometheus)."""
    router = APIRouter(tags=["vận hành"])
    registry = gauges(readiness)

    @router.get("/healthz")
    async def healthz() -> dict[str, str]:
        """Whether the process answers."""
        return {"status": "ok"}

    @router.get("/readyz")
    async def readyz() -> JSONResponse:
        """Whether the service does its work now, what it waits for, and how many messages it is behind."""
        state = readiness.as_dict()
        return JSONResponse(state, 200 if state["ready"] else 503)

    @router.get("/metrics")
    async def metrics() -> Response:
        """Prometheus text."""
        text = prometheus_client.generate_latest() + prometheus_client.generate_latest(registry)
        return Response(text, media_type=prometheus_client.CONTENT_TYPE_LATEST)

    return router
