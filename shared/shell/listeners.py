"""The two listeners of a service's process: the public one, and the monitor listener for those who run the installation.

Both are bound before the service starts, and both run in one event loop. The monitor listener stops last, so that readiness can be
watched while open requests end.
"""

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, Final

import structlog
import uvicorn
from fastapi import FastAPI

from shared.plumbing import tls
from shared.shell.clock import system_clock
from shared.shell.connections import BoundedProtocol, Waits, most_connections
from shared.shell.patience import Patient
from shared.shell.settings import ServiceSettings
from shared.words.failures import ConfigurationError
from shared.words.refusals import refusal

log = structlog.get_logger()

STOP_S: Final = 5  # the longest that open pages (server-sent events) can delay a stop
MONITOR_STOP_S: Final = 1
CANNOT_LISTEN: Final = 3  # exit code
BACKLOG: Final = 2048  # connections that wait to be accepted; uvicorn's default


class Listener(uvicorn.Server):
    """A server that does not handle signals itself."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def serve(app: FastAPI, settings: ServiceSettings, port: int, monitor_port: int) -> None:
    """Runs the app and its monitor app until a signal arrives. If an address cannot be bound, logs why and exits."""
    try:
        if (fault := tls.fault_of_listener(settings.bind_host, settings.tls_cert)) is not None:
            raise ConfigurationError(fault)
        secured = tls.server_context(settings.tls_cert, settings.tls_key, system_clock()) if settings.has_tls else None
        public = bound(settings.bind_host, port, "TONGHOP_BIND_HOST")
        monitored = bound(settings.monitor_host, settings.monitor_port or monitor_port, "TONGHOP_MONITOR_HOST")
    except ConfigurationError as error:
        log.error("service.refused_to_go_on", codes=error.codes, reason=str(error))
        raise SystemExit(CANNOT_LISTEN) from None
    BoundedProtocol.waits = Waits(most=most_connections())
    config = configured(app, STOP_S, ssl_context_factory=None if secured is None else lambda *_: secured)
    with public, monitored, suppress(KeyboardInterrupt), asyncio.Runner(loop_factory=config.get_loop_factory()) as runner:
        runner.run(_together(Listener(config), public, Listener(configured(app.state.monitor, MONITOR_STOP_S, lifespan="off")), monitored))


def configured(app: FastAPI, stop_s: int, **others: Any) -> uvicorn.Config:
    """The settings of a listener, with the limits of `connections` and `patience`."""
    return uvicorn.Config(
        Patient(app),
        http=BoundedProtocol,
        ws="none",
        log_config=None,
        log_level="error",  # a warning for each request that is no HTTP would fill the log
        access_log=False,
        timeout_graceful_shutdown=stop_s,
        server_header=False,
        proxy_headers=False,  # whoever asks from this machine could write any address and scheme into X-Forwarded-For and -Proto
        **others,
    )


def bound(host: str, port: int, setting: str) -> socket.socket:
    """A socket that listens. Raises ConfigurationError, for example if another program listens there."""
    try:
        return socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET, backlog=BACKLOG)
    except OSError as error:
        raise ConfigurationError(refusal("service.cannot_listen", setting, address=f"{host}:{port}", detail=[error.strerror])) from None


async def _together(main: Listener, public: socket.socket, monitor: Listener, monitored: socket.socket) -> None:
    """Serves on both sockets. A signal ends the main listener; when its requests and the service have ended, the monitor listener ends."""
    with uvicorn.Server.capture_signals(main):
        monitoring = asyncio.create_task(monitor.serve([monitored]))
        try:
            await main.serve([public])
        finally:
            monitor.should_exit = True
            await monitoring
