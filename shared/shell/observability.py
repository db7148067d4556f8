"""Logs as events, readiness, and metrics: the same three doors on every service."""

import asyncio
import logging
import math
import sys
import threading
from types import TracebackType
from typing import Any

import prometheus_client
import structlog
from fastapi import APIRouter, Response
from fastapi.responses import PlainTextResponse
from prometheus_client import CollectorRegistry, Gauge
from structlog.typing import EventDict, Processor

from shared.plumbing import addresses
from shared.plumbing.metrics import ALL
from shared.plumbing.readiness import Readiness
from shared.wire.health import Health, ReadinessState

log = structlog.get_logger()


def configure_logs(service: str, level: int = logging.INFO) -> None:
    """Our own events: one line of JSON each, on standard output; Vietnamese stays readable."""
    structlog.configure(
        processors=[*_enriched(service), *_rendered()],
        wrapper_class=structlog.make_filtering_bound_logger(level),
    )


def take_over_output(service: str) -> None:
    """Makes every line that this process prints one JSON object: our events, and what libraries, threads and the interpreter report.

    Call it once, at the start of a process.
    """
    configure_logs(service)
    lines = logging.StreamHandler(sys.stdout)
    lines.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*_enriched(service), structlog.stdlib.add_logger_name, _as_event],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *_rendered()],
        )
    )
    logging.basicConfig(level=logging.WARNING, handlers=[lines], force=True)
    logging.captureWarnings(True)
    sys.excepthook = _report_end
    threading.excepthook = lambda ended: log.error("thread.failed", exc_info=(ended.exc_type, ended.exc_value, ended.exc_traceback))


def _enriched(service: str) -> tuple[Processor, ...]:
    def of_service(_: object, __: str, event: EventDict) -> EventDict:
        """Not by the context, which a library's threads do not have."""
        event["service"] = service
        return event

    return (
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        of_service,
    )


def _as_event(_: object, __: str, event: EventDict) -> EventDict:
    """A library's line as an event."""
    event["said"], event["event"] = event["event"], "library.reported"
    return event


def _rendered() -> tuple[Processor, ...]:
    return structlog.processors.format_exc_info, structlog.processors.JSONRenderer(ensure_ascii=False), _masked


def _report_end(kind: type[BaseException], error: BaseException, traceback: TracebackType | None) -> None:
    """What ends the process, as an event of the log."""
    log.error("service.failed", reason=str(error), exc_info=(kind, error, traceback))


def _masked(_: object, __: str, line: Any) -> str:
    """The line without credentials, wherever they stand in it: an address may be part of what somebody else says."""
    return addresses.masked(str(line))


def gauges(readiness: Readiness) -> CollectorRegistry:
    """Readiness as numbers; a lag that is not known is NaN."""
    registry = CollectorRegistry()  # of one app: a process of tests has several
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


def doors(readiness: Readiness, *of_service: CollectorRegistry) -> APIRouter:
    """`/healthz` (the process answers), `/readyz` (200, or 503 and what is missing), `/metrics` (Prometheus)."""
    router = APIRouter(tags=["operations"])
    registries = (prometheus_client.REGISTRY, gauges(readiness), ALL, *of_service)

    @router.get("/healthz", operation_id="getHealth", response_model=Health)
    async def healthz() -> Health:
        """Whether the process answers."""
        return Health()

    @router.get(
        "/readyz",
        operation_id="getReadiness",
        response_model=ReadinessState,
        responses={503: {"model": ReadinessState, "description": "The service does not do its work now; `waiting_for` says why"}},
    )
    async def readyz() -> Response:
        """Whether the service does its work now, what it waits for, and how many messages it still has to process."""
        state = ReadinessState.model_validate(readiness.as_dict())
        return Response(state.model_dump_json(exclude_defaults=True), 200 if state.ready else 503, media_type="application/json")

    @router.get("/metrics", operation_id="getMetrics", response_class=PlainTextResponse)
    async def metrics() -> Response:
        """The metrics of the process, in the text format of Prometheus."""
        text = b"".join(prometheus_client.generate_latest(registry) for registry in registries)
        return Response(text, media_type=prometheus_client.CONTENT_TYPE_LATEST)

    return router
