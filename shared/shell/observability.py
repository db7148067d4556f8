"""Logs as events, readiness, and metrics: the same three doors on every service."""

import asyncio
import logging
import math
from typing import Any

import prometheus_client
import structlog
from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse
from prometheus_client import CollectorRegistry, Gauge

from shared.plumbing import addresses
from shared.plumbing.readiness import Readiness

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
