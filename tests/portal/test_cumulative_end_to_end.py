"""Lũy kế on what ingest and aggregate really write: corrections move it at once, and no answer mixes generations."""

import asyncio
import re
import time
from collections.abc import Coroutine
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any, Final

import httpx2
import orjson
import pytest

from services.aggregate.rebuild import Rebuild
from services.ingest.store import ClaimStore
from shared.shell.service import Connections
from shared.wire import subjects
from shared.words.reference import Reference
from shared.words.regimes import Regime
from tests import builders, identities
from tests.portal import years
from tests.portal.test_live import events_of
from tests.portal.years import COMMUNES, DISTRICT, OFFICE
from tests.running import running, with_all_settings
from tests.waiting import until

REGIME: Final = "luy-ke-2024"
ADDRESS: Final = f"{REGIME}/2024-03/{DISTRICT}"
SOON_S: Final = 10.0  # within a second on an idle machine


class Reader:
    """A program that asks for the sums of March."""

    def __init__(self, http: httpx2.AsyncClient) -> None:
        self._http = http
        self.tag = ""

    async def ask(self) -> dict[str, Any]:
        answer = await self._http.get(f"/api/v1/views/{ADDRESS}?cumulative=true")
        self.tag = answer.headers.get("etag", "")
        found: dict[str, Any] = answer.json()
        return found

    async def has(self, total: str) -> bool:
        found = await self.ask()
        thu = years.sums(found)["thu"] if "indicators" in found else None
        return thu is not None and thu["total"] == total


async def send(connections: Connections, unit: str, month: int, *, revision: int = 1, **values: Any) -> None:
    about: dict[str, Any] = {"regime": REGIME, "period": f"2024-{month:02}", "revision": revision}
    event = builders.submitted(unit, values=values, **about) if values else builders.withdrawn(unit, **about)
    await connections.streams.jetstream.publish(subjects.inbox(unit), orjson.dumps(event))


@pytest.mark.stores
async def test_a_correction_of_an_earlier_month_moves_the_sum_everywhere_at_once(
    connections: Connections, reference: Reference, tmp_path: Path
) -> None:
    units = reference.registry.units
    await connections.reference.put_units(units)
    await connections.reference.put_regimes(
        [Regime.model_validate(years.PLAIN | {"id": REGIME, "periods": {"from": "2024-01", "to": "2024-06"}})]
    )
    settings = with_all_settings(connections).settings
    cookies = await identities.viewer(connections.database, units)
    async with (
        running(settings, tmp_path, "ingest", "aggregate", "portal"),
        httpx2.AsyncClient(base_url=f"http://{settings.bind_host}:{settings.portal_port}", timeout=30, cookies=cookies) as http,
    ):
        reader = Reader(http)
        for month in (1, 2, 3):
            for unit in (*COMMUNES, OFFICE):
                await send(connections, unit, month, thu=f"{month}.25")
        await until(lambda: reader.has("20.25"))
        assert years.sums(await reader.ask())["thu"]["complete"]

        await _is_heard(connections, http, reader)
        await send(connections, COMMUNES[1], 2, revision=2)  # withdrawn
        await until(lambda: reader.has("1016.75"))
        assert not years.sums(await reader.ask())["thu"]["complete"]
        await send(connections, COMMUNES[1], 2, revision=3, thu="0.75")

        async def without_office() -> None:
            changed = [replace(unit, valid_to=date(2024, 1, 2)) if unit.id == OFFICE else unit for unit in units]
            await connections.reference.put_units(changed)

        async def rebuild() -> None:
            await Rebuild(connections, ClaimStore(connections.database).accepted, lambda *_: None).run()

        await until(lambda: reader.has("1017.50"))
        await _is_never_mixed(reader, without_office(), "1017.50", "1010.75")
        await _is_never_mixed(reader, rebuild(), "1010.75", "1010.75")
        assert (await reader.ask())["reporting"]["expected"] == 2


async def _is_heard(connections: Connections, http: httpx2.AsyncClient, reader: Reader) -> None:
    """An open page of March hears of a correction of January, and the page that it then reads has the new sum."""
    await reader.ask()
    tag = reader.tag
    html = (await http.get(f"/bang/{ADDRESS}")).text
    address, position = re.findall(r'data-live="([^"]+)" data-position="([^"]+)"', html)[0]
    assert "20,25" in html
    async with asyncio.timeout(60), http.stream("GET", address) as answer:
        heard = events_of(answer.aiter_lines())
        while (event := await anext(heard)).get("event") != "view":
            pass
        assert event["id"] == position
        begun = time.monotonic()
        await send(connections, COMMUNES[0], 1, revision=2, thu="1000.00")
        while (await anext(heard)).get("id", position) == position:
            pass
        assert time.monotonic() - begun < SOON_S
    assert "1.019,00" in (await http.get(f"/bang/{ADDRESS}")).text
    changed = await http.get(f"/api/v1/views/{ADDRESS}?cumulative=true", headers={"If-None-Match": tag})
    assert (changed.status_code, years.sums(changed.json())["thu"]["total"]) == (200, "1019.00")


async def _is_never_mixed(reader: Reader, act: Coroutine[Any, Any, None], old: str, new: str) -> None:
    """While units change or views are rebuilt, each answer has the old sum, the new one, or none and the reason; then the new one."""
    acting = asyncio.create_task(act)
    before = (await reader.ask())["position"]["generation"]
    asked = 0
    while not (acting.done() and asked > 20):
        found = await reader.ask()
        asked += 1
        if "indicators" not in found:
            assert found["code"] == "door.database_away"  # the collection was just replaced
            continue
        thu = found["indicators"]["thu"]
        if thu["cumulative"] is None:
            assert thu["cumulative_reason"]["code"] == "door.cumulative_not_computed"
        else:
            assert thu["cumulative"]["total"] in (old, new)
    await acting

    async def is_new() -> bool:
        return await reader.has(new) and (await reader.ask())["position"]["generation"] > before

    await until(is_new)
