"""The portal with the reforms of 2025 applied: ct27 with what changes on 01/07/2025, and documents of views, early views and duties."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import cache
from typing import Any, cast

import httpx2
import uvicorn
from fastapi import FastAPI

from services.devstack.ports import choose_ports
from services.portal.app import create_app
from shared.plumbing import mongo
from shared.plumbing.reference_store import ReferenceStore
from shared.words import regimes
from shared.words.reference import Reference
from shared.words.regimes import Regime
from shared.words.units import Unit
from tests import seeds
from tests.portal import builders
from tests.portal.builders import CT27
from tests.portal.conftest import Stack

D = date(2025, 7, 1)
EVE = date(2025, 6, 30)
TODAY = datetime(2025, 11, 3, 2, tzinfo=UTC)
COMMUNES = ["06253", "06280", "06286", "06298", "06313", "06316"]
CHANGE = {
    "from": "2025-07-01",
    "legal_basis": ["Nghị quyết số 1672/NQ-UBTVQH15"],
    "recipient": "20-STC",
    "on_behalf_of": "20",
    "within": "20",
    "groupings": ["184-VQ"],
    "reporters": {"xa": {"label": "UBND xã", "units": COMMUNES}},
    "obligation": {"deadlines": {"xa": {"before": "12-20"}}, "confirm": [{"recipient": True, "before": "12-25"}]},
    "asked": {"gd_tien_tai_tro": ["xa"]},
}


@cache
def regime() -> Regime:
    """ct27 with the change of 01/07/2025."""
    first = next(regime for regime in seeds.first_regimes() if regime.id == CT27)
    file = first.model_dump(exclude_unset=True, by_alias=True)
    asked = {indicator.code: ["xa"] for indicator in first.indicators if indicator.asked}
    return Regime.model_validate({**file, "changes": [CHANGE | {"asked": asked}]})


@cache
def reference() -> Reference:
    """The units with the reforms of 2025, ct27 with its change, the others as first published, and kl62, which ends."""
    changing = {regime.id: regime for regime in seeds.first_regimes()} | {CT27: regime()}
    kl62 = changing["kl62-binh-dinh"]
    changing["kl62-binh-dinh"] = Regime.model_validate({**kl62.model_dump(exclude_unset=True, by_alias=True), "ends": "2025-07-01"})
    return replace(seeds.reformed_reference(), regimes=regimes.resolve(changing.values()))


class Known:
    """Reference data that are in place of the stored ones."""

    def __init__(self, known: Reference) -> None:
        self._known = known

    async def current(self, age_s: float = 0.0) -> Reference:
        return self._known


@asynccontextmanager
async def _app(stack: Stack, now: datetime, known: Reference | None = None) -> AsyncIterator[FastAPI]:
    app = create_app(stack.settings)
    stored = app.state.reference
    app.state.reference = cast(ReferenceStore, Known(known or reference()))
    app.state.clock = lambda: now
    try:
        yield app
    finally:
        await mongo.close(stored._database.client)


@asynccontextmanager
async def portal(stack: Stack, now: datetime = TODAY, known: Reference | None = None) -> AsyncIterator[httpx2.AsyncClient]:
    """A portal on the stack's database that knows the reformed units, at an instant."""
    async with (
        _app(stack, now, known) as app,
        httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://portal", cookies=stack.cookies) as http,
    ):
        yield http


@asynccontextmanager
async def served(stack: Stack) -> AsyncIterator[str]:
    """The address at which such a portal listens. It does not hear of changes."""
    async with _app(stack, TODAY) as app:
        port = choose_ports(defaults=False).portal
        server = uvicorn.Server(
            uvicorn.Config(app, port=port, lifespan="off", log_config=None, access_log=False, timeout_graceful_shutdown=1)
        )
        serving = asyncio.create_task(server.serve())
        while not server.started:
            await asyncio.sleep(0.05)
        yield f"http://127.0.0.1:{port}"
        server.should_exit = True
        await serving


def row(unit_id: str, day: date) -> Unit:
    return reference().registry.at(day).by_id[unit_id]


def view(
    unit_id: str, period: str = "2025", *, day: date = date(2025, 12, 14), early: date | None = None, **changes: Any
) -> dict[str, Any]:
    """A document of `views`, or of `early_views`, with the unit as it is on a day."""
    unit = row(unit_id, early or day)
    named = {"id": unit.id, "code": unit.code, "name": unit.name, "level": unit.level, "parent": unit.parent}
    document = builders.view("184", period=period)
    key = f"{CT27}/{period}/{unit_id}"
    counts = document["reporting"] | {"expected": 6, "received": 2, "on_time": 2, "late": 0, "missing": ["06298", "06313"]}
    document |= {"_id": key, "unit": named, "reporting": counts} | changes
    return document if early is None else document | {"_id": f"{key}@{early}", "units": early.isoformat()}


def duty(unit_id: str, period: str = "2024", day: date = date(2024, 12, 14), **changes: Any) -> dict[str, Any]:
    """A document of `duties`, with the unit as it is on a day."""
    unit = row(unit_id, day)
    document = builders.duty("06253", **changes)
    return (
        document
        | {"_id": f"{CT27}/{period}/{unit.id}", "period": period, "unit": {"id": unit.id, "code": unit.code, "name": unit.name}}
        | changes
    )
