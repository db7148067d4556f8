"""Documents made by a portal on real servers, and by LibreOffice. `make test-office`."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import httpx2
import pytest
import pytest_asyncio
from fastapi import FastAPI

from services.portal.files.runner import Runner
from services.portal.files.store import FileStore
from shared.plumbing import tasks
from tests import identities
from tests.portal import builders, entry_desk
from tests.portal.conftest import Stack, ports, running, stack

FOLDER = Path(__file__).parent
__all__ = ["ports", "running", "stack"]


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "office: needs LibreOffice and poppler; `make test-office`")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Without `-m office` these tests are not of the run."""
    own = [item for item in items if item.path.is_relative_to(FOLDER)]
    for item in own:
        item.add_marker("office")
    if "office" not in config.option.markexpr:
        config.hook.pytest_deselected(items=own)
        items[:] = [item for item in items if item not in own]


@dataclass(frozen=True)
class Desk:
    """A portal that makes files, and the browser of a person who reviews the district."""

    app: FastAPI
    http: httpx2.AsyncClient
    stack: Stack
    person: str

    @property
    def files(self) -> FileStore:
        store: FileStore = self.app.state.files
        return store

    @property
    def runner(self) -> Runner:
        found: Runner = self.app.state.file_runner
        return found


@asynccontextmanager
async def making(stack: Stack, *, runs: bool = True) -> AsyncIterator[Desk]:
    """A portal on the stack, whose background work runs if `runs`."""
    now = datetime.now(UTC)  # MongoDB removes what has expired by its own clock
    async with entry_desk.desk(stack, now=now, nats=False) as desk:
        person = await identities.put_person(stack.database, identities.grant("reviewer", "184"))
        secret = await identities.put_session(stack.database, person, now=now)
        await desk.app.state.files.prepare()
        transport = httpx2.ASGITransport(desk.app)
        cookies = {identities.COOKIE: secret}
        async with httpx2.AsyncClient(transport=transport, base_url="http://portal", headers=entry_desk.OWN, cookies=cookies) as http:
            running = asyncio.create_task(desk.app.state.file_runner.run()) if runs else None
            try:
                yield Desk(desk.app, http, stack, person)
            finally:
                if running is not None:
                    await tasks.end(running)


@pytest_asyncio.fixture(loop_scope="session")
async def desk(stack: Stack) -> AsyncIterator[Desk]:
    """A portal with a season of reports of ct27, whose narratives are hostile."""
    await stack.database["files"].delete_many({})
    await stack.put(views=[builders.view()], reports=builders.season())
    async with making(stack) as made:
        yield made
