"""How fast the portal's pages are at national size, and what watchers of one busy view cost.

What: the real units of the country, and a province of 145 communes directly below it; a regime that asks all of these 10,180 communes, and
one of the province with all indicators of ct27, with a report of each commune; duties by a real notifier. Then 100 reports a second come in
from the whole country while one client asks for every kind of page in turn, each with the session of a person of its role, and for views of
the API. `pages.<name>.p95_ms` is from sending a request until its last byte, `slowest_p95_ms` the largest of them, `view_api_p99_ms` the
same for the API. `weight.<name>_kib` is the size of a page before compression, `wire_kib` that of the view after it, `javascript_kib` all
scripts together, gzipped. `cpu_ms.<name>`, without reports, is the portal's processor time for a page: another load on the machine changes
it little, while it makes all waits longer. Then the 100 reports a second all come from the province, and 500 watchers, each with a session
of its own, follow its view: each has a stream, and fetches the page again at every news, as `live.js` does. `watchers.portal_cores` is the
share of a core that the portal uses, `watchers.fetch_p95_s` how long a fetch takes. At last, without reports, `screen.key_to_paint_ms` in
the form of 200 fields, and `screen.first_paint_s.<name>` at 400 kbit/s and 400 ms with nothing in the cache: both in Chromium, otherwise
not measured.

How: ingest, aggregate, notify and portal as separate processes, identities on, everything durable, the load generator and the client on the
same machine. Seed: 1. Again: `make bench ONLY=portal`. Figures: docs/benchmarks.md.
"""

import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import httpx2

from services.portal.render import assets
from tests import identities
from tests.benchmarks import portal_country, portal_screen, portal_watchers, profiles
from tests.benchmarks.cpu import cpu_s
from tests.benchmarks.figures import Figures, percentile
from tests.benchmarks.machine import NATIONAL, YEAR, machine
from tests.benchmarks.portal_country import PAGES, PROVINCE, VIEW, Country
from tests.portal import wide
from tests.running import running

SERVICES: Final = ("ingest", "aggregate", "notify", "portal")
RATE: Final = 100
ROUNDS: Final = 30  # requests of each page
API_REQUESTS: Final = 400
COSTED: Final = 20  # requests of each page whose processor time is taken together
WATCHERS: Final = 500


async def measure(size: float) -> Figures:
    """`portal`: `pages.<name>.p95_ms`, `slowest_p95_ms`, `view_api_p99_ms`, `weight.*`, `watchers.*`, `screen.*`."""
    regimes = portal_country.regimes()
    national, of_province = regimes[0], regimes[1]
    with TemporaryDirectory(prefix="tonghop-bench-log-") as folder:
        async with machine(*regimes) as connections:
            await connections.reference.put_units(wide.units())
            async with running(connections.settings, Path(folder), *SERVICES) as processes:
                country = await portal_country.populated(connections)
                everybody = await portal_country.communes(connections, national)
                reporting = everybody[-max(wide.COMMUNES, round(len(everybody) * size)) :]
                below = await portal_country.communes(connections, of_province)
                await country.report(national, reporting)
                await country.report(of_province, below)
                await country.settled({national.id: len(reporting), of_province.id: len(below)})
                portal = processes["portal"].pid
                async with country.reports(national, reporting, RATE):
                    async with profiles.recording("portal-pages", portal):
                        figures = await _pages(country, round(ROUNDS * size) or 1)
                    figures["view_api_p99_ms"] = await _api(country, round(API_REQUESTS * size) or 1)
                cost = await _cost(country, portal, round(COSTED * size) or 1)
                figures["costliest_cpu_ms"], figures["cpu_ms"] = max(cost.values()), cost
                sessions = [await _session(country) for _ in range(round(WATCHERS * size) or 1)]
                async with country.reports(of_province, below, RATE), profiles.recording("portal-watchers", portal):
                    figures["watchers"] = await portal_watchers.watch(country.url, sessions, VIEW, portal)
                if portal_screen.is_there():
                    figures["screen"] = await portal_screen.seen(country)
                else:
                    print("portal.screen: không có Chromium, không đo (no Chromium, not measured)")
    return {"portal": figures}


async def _session(country: Country) -> str:
    return await identities.session_with(country.connections.database, identities.grant("reviewer", PROVINCE))


async def _pages(country: Country, rounds: int) -> Figures:
    """Every page in turn, in several rounds, so that all of them meet the same disturbances; and their sizes."""
    took: dict[str, list[float]] = {name: [] for name in PAGES}
    weight: dict[str, float] = {}
    async with (
        country.visitor("reviewer") as reviewer,
        country.visitor("reader") as reader,
        country.visitor("officer") as officer,
        country.visitor("operator") as operator,
    ):
        visitors = {"reviewer": reviewer, "reader": reader, "officer": officer, "operator": operator}
        for name, (role, path) in PAGES.items():
            weight[f"{name}_kib"] = _kib(len((await _timed(visitors[role], path))[1].content))
        for _ in range(rounds):
            for name, (role, path) in PAGES.items():
                took[name].append((await _timed(visitors[role], path))[0])
        weight["wire_kib"] = await _wire(reviewer, PAGES["view"][1])
    scripts = [asset for name, asset in assets.assets().items() if name.endswith(".js")]
    weight["javascript_kib"] = _kib(sum(len(one.zipped) for one in scripts))
    pages = {name: {"p50_ms": _ms(found, 50), "p95_ms": _ms(found, 95)} for name, found in took.items()}
    return {"pages": pages, "slowest_p95_ms": max(page["p95_ms"] for page in pages.values()), "weight": weight}


async def _cost(country: Country, pid: int, count: int) -> dict[str, float]:
    """Milliseconds of the portal's processor for each page, one page after the other and without reports: what another load on the machine
    changes little.
    """
    cost: dict[str, float] = {}
    for name, (role, path) in {**PAGES, "view_api": ("reader", f"/api/v1/views/{VIEW}")}.items():
        async with country.visitor(role) as http:
            began = cpu_s(pid)
            for _ in range(count):
                await _timed(http, path)
            cost[name] = round(1000 * (cpu_s(pid) - began) / count, 1)
    return cost


async def _api(country: Country, count: int) -> float:
    """99 of 100 requests of views in the API, of the wide province and of a real one, took at most so long."""
    paths = [f"/api/v1/views/{VIEW}", f"/api/v1/views/{NATIONAL}/{YEAR}/{portal_country.REAL}"]
    async with country.visitor("reader") as http:
        for path in paths:
            await _timed(http, path)
        return _ms([(await _timed(http, paths[number % len(paths)]))[0] for number in range(count)], 99)


async def _timed(http: httpx2.AsyncClient, path: str) -> tuple[float, httpx2.Response]:
    began = time.perf_counter()
    answer = await http.get(path)
    took_s = time.perf_counter() - began
    if answer.status_code != 200:
        raise AssertionError(f"{path}: {answer.status_code}")
    return took_s, answer


async def _wire(http: httpx2.AsyncClient, path: str) -> float:
    """Kilobytes of a page as it is sent."""
    async with http.stream("GET", path) as answer:
        return _kib(sum([len(chunk) async for chunk in answer.aiter_raw()]))


def _ms(took_s: list[float], percent: int) -> float:
    return round(1000 * percentile(took_s, percent), 1)


def _kib(size: int) -> float:
    return round(size / 1024, 1)
