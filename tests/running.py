"""Runs services as separate processes on the servers of a test."""

import asyncio
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import cast

import httpx2
from fastapi import FastAPI

from services.devstack import probe
from services.devstack.ports import choose_ports
from services.devstack.process import Process
from shared.shell.service import Connections
from shared.shell.settings import ServiceSettings, Settings

READY_S = 60.0
SECRET_KEY = "0123456789abcdef" * 4


def process(name: str, settings: ServiceSettings, folder: Path) -> Process:
    """The process of a service, not yet launched; its log stands in `folder`."""
    return Process(name, (sys.executable, "-m", f"services.{name}"), folder / f"{name}.log", environment_of(settings))


def command(*words: str, settings: ServiceSettings, folder: Path) -> Process:
    """The process of a `tonghop` command, not yet launched."""
    return Process(
        words[0], (sys.executable, "-m", "services.cli.app", *words), folder / f"{words[0]}-command.log", environment_of(settings)
    )


def module(name: str, *words: str, settings: ServiceSettings, folder: Path) -> Process:
    """The process of a module of the tests, not yet launched."""
    log = folder / f"{name.rpartition('.')[2]}-module.log"
    return Process(name, (sys.executable, "-m", name, *words), log, environment_of(settings))


def environment_of(settings: ServiceSettings) -> dict[str, str]:
    """The settings as a process finds them. Those of a test have no secret key of their own."""
    found = {f"TONGHOP_{field.upper()}": str(value) for field, value in settings.model_dump().items()}
    return {**found, "TONGHOP_SECRET_KEY": SECRET_KEY} if found.get("TONGHOP_SECRET_KEY") == "none" else found


def second_instance(name: str, settings: Settings) -> Settings:
    """The settings of another instance of a service, on ports of its own."""
    others = choose_ports(defaults=False).of_services()
    return settings.model_copy(update={port: others[port] for port in (f"{name}_port", f"{name}_monitor_port")})


async def readiness(app: FastAPI) -> httpx2.Response:
    """The answer of an app's monitor app to `/readyz`."""
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app.state.monitor), base_url="http://monitor") as http:
        return await http.get("/readyz")


async def is_ready(app: FastAPI) -> bool:
    """Whether a service that runs in this process is ready."""
    return (await readiness(app)).status_code == 200


async def until_ready(name: str, settings: ServiceSettings) -> None:
    """Waits until a service answers `/readyz` with 200."""
    port = getattr(settings, f"{name}_monitor_port")
    deadline = time.monotonic() + READY_S
    while (await asyncio.to_thread(probe.get, port, "/readyz"))[0] != 200:
        if time.monotonic() > deadline:
            raise TimeoutError(f"{name} is not ready: {probe.get(port, '/readyz')}")
        await asyncio.sleep(0.05)


async def until_answering(name: str, settings: ServiceSettings, what: str) -> str:
    """Waits until `/readyz` of a service, ready or not, says something; all that it says then."""
    deadline = time.monotonic() + READY_S
    while what not in (answer := await asyncio.to_thread(probe.get, getattr(settings, f"{name}_monitor_port"), "/readyz"))[1]:
        if time.monotonic() > deadline:
            raise TimeoutError(f"{name} does not say {what}: {answer}")
        await asyncio.sleep(0.05)
    return answer[1]


@asynccontextmanager
async def running(settings: ServiceSettings, folder: Path, *names: str) -> AsyncIterator[dict[str, Process]]:
    """Ready services, ended afterwards."""
    processes = {name: process(name, settings, folder) for name in names}
    try:
        for started in processes.values():
            started.launch()
        await asyncio.gather(*[until_ready(name, settings) for name in names])
        yield processes
    finally:
        for started in processes.values():
            await started.stop()


def with_all_settings(connections: Connections) -> Connections[Settings]:
    """The connections of a test, which have the settings of every service."""
    assert isinstance(connections.settings, Settings)
    return cast("Connections[Settings]", connections)
