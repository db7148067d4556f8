"""Logs as events, readiness, and metrics: the same three doors on every service."""

import logging
from typing import Any

import prometheus_client
import structlog
from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse

from shared import addresses


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
    """What a service still waits for, and how many messages it is behind. Ready when it waits for nothing."""

    def __init__(self) -> None:
        self.waiting_for: dict[str, str] = {"start": "đang khởi động (starting)"}
        self.warnings: list[str] = []
        self.behind: dict[str, int] = {}  # what is read: messages that wait

    @property
    def lag(self) -> int:
        """Messages that wait, of all that is read."""
        return sum(self.behind.values())

    def wait_for(self, what: str, why: str) -> None:
        self.waiting_for[what] = addresses.masked(why)

    def has(self, what: str) -> None:
        self.waiting_for.pop(what, None)

    def warn(self, sentence: str) -> None:
        """Something that a person should look at, though the service does its work."""
        if (told := addresses.masked(sentence)) not in self.warnings:
            self.warnings.append(told)

    def as_dict(self) -> dict[str, Any]:
        state = {"ready": not self.waiting_for, "lag": self.lag, "waiting_for": dict(self.waiting_for)}
        return state | ({"warnings": list(self.warnings)} if self.warnings else {})


def doors(readiness: Readiness) -> APIRouter:
    """`/healthz` (the loop answers), `/readyz` (200 or 503 with what is waited for), `/metrics` (Prometheus)."""
    router = APIRouter(tags=["vận hành"])

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
        return Response(prometheus_client.generate_latest(), media_type=prometheus_client.CONTENT_TYPE_LATEST)

    return router
