"""Logs as events, readiness, and metrics: the same three routes for every service."""

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
from prometheus_client import CollectorRegistry, Gauge
from structlog.typing import EventDict, Processor

from shared.plumbing import addresses
from shared.plumbing.metrics import ALL
from shared.plumbing.readiness import Readiness
from shared.wire.health import Health, ReadinessState
from shared.words.failures import ConfigurationError

log = structlog.get_logger()


def configure_logs(service: str, level: int = logging.INFO) -> None:
    """Writes our own events to standard output, one line of JSON each; Vietnamese remains readable."""
    structlog.configure(
        processors=[*_enriched(service), *_rendered()],
        wrapper_class=structlog.make_filtering_bound_logger(level),
    )


def take_over_output(service: str) -> None:
    """Makes every line that this process prints one JSON object: our events, and the reports of libraries, threads and the interpreter.

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
        """Sets the service here and not in the context, because a library's threads do not have the context."""
        event["service"] = service
        return event

    return (
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        of_service,
    )


def _as_event(_: object, __: str, event: EventDict) -> EventDict:
    """Turns a library's log line into an event."""
    event["said"], event["event"] = event["event"], "library.reported"
    return event


def _rendered() -> tuple[Processor, ...]:
    return structlog.processors.format_exc_info, structlog.processors.JSONRenderer(ensure_ascii=False), _masked


def _report_end(kind: type[BaseException], error: BaseException, traceback: TracebackType | None) -> None:
    """Logs what ends the process. A setting that makes no sense needs no traceback."""
    if isinstance(error, ConfigurationError):
        log.error("service.refused_to_go_on", codes=error.codes, reason=str(error))
        return
    log.error("service.failed", reason=str(error), exc_info=(kind, error, traceback))


def _masked(_: object, __: str, line: Any) -> str:
    """The line without credentials. They can be anywhere in it, because other programs' messages may contain addresses."""
    return addresses.masked(str(line))


def gauges(readiness: Readiness) -> CollectorRegistry:
    """Readiness as metrics; an unknown lag is NaN."""
    registry = CollectorRegistry()  # one for each app: a test process has several apps
    Gauge("tonghop_ready", "Whether the service does its work now", registry=registry).set_function(lambda: not readiness.waiting_for)

    def lag() -> float:
        known = readiness.lag
        return math.nan if known is None else known

    Gauge("tonghop_lag_messages", "Messages that wait; NaN while that is not known", registry=registry).set_function(lag)
    return registry


def report_unclaimed(_: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Logs an error that no task awaited, which the event loop would only print."""
    error = context.get("exception")
    log.warning("task.error_unclaimed", said=context.get("message"), error=type(error).__name__ if error else None)


def health() -> APIRouter:
    """The route `/healthz`: the process is alive. It is the only operational route that everybody may ask."""
    router = APIRouter(tags=["operations"])

    @router.get("/healthz", operation_id="getHealth", response_model=Health)
    async def healthz() -> Health:
        """Whether the process is alive."""
        return Health()

    return router


def monitor(readiness: Readiness, *of_service: CollectorRegistry) -> APIRouter:
    """The routes of the monitor listener: `/readyz` (200, or 503 with what is missing) and `/metrics` (Prometheus)."""
    router = APIRouter()
    registries = (prometheus_client.REGISTRY, gauges(readiness), ALL, *of_service)

    @router.get("/readyz")
    async def readyz() -> Response:
        """Whether the service can work now, what it waits for, and how many messages it still has to process."""
        state = ReadinessState.model_validate(readiness.as_dict())
        return Response(state.model_dump_json(exclude_defaults=True), 200 if state.ready else 503, media_type="application/json")

    @router.get("/metrics")
    async def metrics() -> Response:
        """The metrics of the process, in Prometheus text format."""
        text = b"".join(prometheus_client.generate_latest(registry) for registry in registries)
        return Response(text, media_type=prometheus_client.CONTENT_TYPE_LATEST)

    return router
