"""How fast the portal's pages are at national size, and what watchers of one busy view cost.

What: the real units of the country and a regime that asks all of its 10,035 communes, with a report of each; then 100 reports a second
come in from the communes of one province, while one client asks for each kind of page in turn, and for the view of the API, with the
session of a reviewer of that province. `pages.<name>.p95_ms` is from sending a request until its last byte; `view_api_p99_ms` the same for
the API. `weight.<name>_kib` is the size of a page before compression, `wire_kib` that of the view after it, `javascript_kib` all scripts
together, gzipped. Then 500 watchers, each with a session of its own, follow the view of the province: each has a stream, and fetches the
page again at every news, as `live.js` does; `watchers.portal_cores` is the share of a core that the portal uses, `watchers.fetch_p95_s` how
long a fetch takes.

How: ingest, aggregate and portal as separate processes, identities on, everything durable, the load generator and the client on the same
machine. Seed: 1. Again: `make bench ONLY=portal`. Figures: docs/benchmarks.md.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import httpx2

from services.portal.render import assets
from shared.plumbing import tasks
from shared.shell.service import Connections
from shared.wire import subjects
from shared.words.regimes import Regime
from shared.words.units import Unit
from tests import identities
from tests.benchmarks import load
from tests.benchmarks.cpu import Meter
from tests.benchmarks.figures import Figures, percentile
from tests.benchmarks.machine import YEAR, machine, national_regime
from tests.running import running, with_all_settings

SERVICES: Final = ("ingest", "aggregate", "portal")
PROVINCE: Final = "44"
RATE: Final = 100
ROUNDS: Final = 25  # requests of each page
API_REQUESTS: Final = 400
WATCHERS: Final = 500
WATCHED_S: Final = 20.0
SETTLE_S: Final = 180.0


async def measure(size: float) -> Figures:
    """`portal`: `pages.<name>.p95_ms`, `view_api_p99_ms`, `weight.*`, `watchers.*`."""
    regime = national_regime()
    with TemporaryDirectory(prefix="tonghop-bench-log-") as folder:
        async with (
            machine(regime) as connections,
            running(connections.settings, Path(folder), "ingest", "aggregate", "portal") as processes,
        ):
            units = await _reporters(connections, regime)
            await _report_all(connections, regime, units[: max(1, round(len(units) * size))])
            async with _visitor(connections) as http:
                paths = await _paths(connections, regime)
                weights = {f"{name}_kib": round(len((await _ok(http, path)).content) / 1024, 1) for name, path in paths.items()}
                sending = asyncio.create_task(_send(connections, regime, await _reporters(connections, regime, PROVINCE)))
                figures = {"pages": {name: await _page(http, path, round(ROUNDS * size) or 1) for name, path in paths.items()}}
                api = [await _timed(http, f"/api/v1/views/{regime.id}/{YEAR}/{PROVINCE}") for _ in range(round(API_REQUESTS * size) or 1)]
                wire = await _wire(http, paths["view"])
            took_s = await _watched(connections, f"{regime.id}/{YEAR}/{PROVINCE}", round(WATCHERS * size) or 1, processes["portal"].pid)
            await tasks.end(sending)
    watchers = {"portal_cores": took_s.pop("cores"), **took_s}
    scripts = [asset for name, asset in assets.assets().items() if name.endswith(".js")]
    weight = weights | {"wire_kib": wire, "javascript_kib": round(sum(len(one.zipped) for one in scripts) / 1024, 1)}
    return {"portal": figures | {"view_api_p99_ms": round(1000 * percentile(api, 99), 1), "weight": weight, "watchers": watchers}}


async def _reporters(connections: Connections, regime: Regime, below: str = "") -> list[Unit]:
    """The communes that report, or those below a unit."""
    reference = await connections.reference.current()
    period = regime.period(YEAR)
    assert period is not None
    tree = reference.registry.at(period.cut_off)
    all_of_them = regime.group_members(tree)["xa"]
    chosen = {unit.id for unit in tree.subtree(below)} if below else {unit.id for unit in all_of_them}
    return [unit for unit in all_of_them if unit.id in chosen]


async def _report_all(connections: Connections, regime: Regime, units: Sequence[Unit]) -> None:
    """One report of each unit, through the inbox; returns when all are in their views."""
    for unit, payload in load.sent(regime, YEAR, units, len(units)):
        await connections.streams.jetstream.publish_async(subjects.inbox(unit), payload)
    deadline = time.perf_counter() + SETTLE_S
    while await connections.database["reports"].count_documents({"regime": regime.id}) < len(units):
        if time.perf_counter() > deadline:
            raise TimeoutError("reports are not stored")
        await asyncio.sleep(0.2)


async def _send(connections: Connections, regime: Regime, units: Sequence[Unit]) -> None:
    """Reports of the province's communes, without an end."""
    made = load.sent(regime, YEAR, units, 1_000_000, first=1_000_000)
    async for _, (unit, payload) in load.at_rate(made, RATE):
        await connections.streams.jetstream.publish_async(subjects.inbox(unit), payload)


@asynccontextmanager
async def _visitor(connections: Connections) -> AsyncIterator[httpx2.AsyncClient]:
    """A reviewer of the province, with a session."""
    cookies = {identities.COOKIE: await identities.session_with(connections.database, identities.grant("reviewer", PROVINCE))}
    url = f"http://127.0.0.1:{with_all_settings(connections).settings.portal_port}"
    limits, headers = httpx2.Limits(keepalive_expiry=2), {"Sec-Fetch-Site": "same-origin"}  # sooner than the portal closes idle connections
    async with httpx2.AsyncClient(base_url=url, cookies=cookies, timeout=60, headers=headers, limits=limits) as http:
        yield http


async def _paths(connections: Connections, regime: Regime) -> dict[str, str]:
    units = await _reporters(connections, regime, PROVINCE)
    at, unit = f"{regime.id}/{YEAR}", units[0].code
    return {
        "work": "/viec-cua-toi",
        "overview": "/tong-quan",
        "duties": "/nghia-vu",
        "view": f"/bang/{at}/{PROVINCE}",
        "report": f"/bao-cao/{at}/{unit}",
        "explain": f"/giai-trinh/{at}/{PROVINCE}/so_0",
        "regime": f"/che-do/{regime.id}",
        "search": "/tim?q=quang",
    }


async def _ok(http: httpx2.AsyncClient, path: str, **headers: str) -> httpx2.Response:
    answer = await http.get(path, headers=headers, follow_redirects=True)
    if answer.status_code != 200:
        raise AssertionError(f"{path}: {answer.status_code}")
    return answer


async def _timed(http: httpx2.AsyncClient, path: str) -> float:
    began = time.perf_counter()
    await _ok(http, path)
    return time.perf_counter() - began


async def _page(http: httpx2.AsyncClient, path: str, count: int) -> dict[str, float]:
    took = [await _timed(http, path) for _ in range(count)]
    return {"p50_ms": round(1000 * percentile(took, 50), 1), "p95_ms": round(1000 * percentile(took, 95), 1)}


async def _wire(http: httpx2.AsyncClient, path: str) -> float:
    """Kilobytes of a page as it is sent."""
    async with http.stream("GET", path) as answer:
        return round(sum([len(chunk) async for chunk in answer.aiter_raw()]) / 1024, 1)


async def _watched(connections: Connections, of: str, count: int, pid: int) -> dict[str, Any]:
    """Watchers of one view for a while; the share of a core that the portal used meanwhile, and how soon they had each page."""
    took_s: list[float] = []
    fetched = [0]
    async with asyncio.TaskGroup() as group:
        watchers = [group.create_task(_watch(connections, of, took_s, fetched)) for _ in range(count)]
        await asyncio.sleep(WATCHED_S / 2)  # all have opened their streams
        meter = Meter({"portal": pid})
        took_s.clear()
        fetched[0] = 0
        await asyncio.sleep(WATCHED_S)
        cores = meter.cores()["portal"]
        for watcher in watchers:
            watcher.cancel()
    return {"cores": cores, "fetches_per_s": round(fetched[0] / WATCHED_S, 1), "fetch_p95_s": round(percentile(took_s or [0.0], 95), 2)}


async def _watch(connections: Connections, of: str, took_s: list[float], fetched: list[int]) -> None:
    """One browser: its stream, and the page again at every news."""
    async with _visitor(connections) as http:
        http.headers["Tonghop-By-Itself"] = "1"
        async with http.stream("GET", f"/live/views?of={of}", timeout=None) as stream:
            async for line in stream.aiter_lines():
                if line.startswith("event: view"):
                    began = time.perf_counter()
                    await _ok(http, f"/bang/{of}")
                    took_s.append(time.perf_counter() - began)
                    fetched[0] += 1
