"""Many periods: memory and restart of the aggregator and the notifier as the history grows.

What: ten monthly regimes of six indicators ask all 10,035 communes. The history grows in four steps, from the present months back into the
past: 40, 120, 240 and 340 regime-periods. In each period four communes in five have reported and one owes its report. After each step,
`grown_mib` is the memory (VmRSS) of a service that has just read and stored everything new. Then each service is killed (`kill -9`) and
started again while one new report is logged. `caught_up_s` runs until the service is ready, has nothing left to read and has stored that
report; for the notifier it also includes the first tick. `restarted_mib` is the memory some seconds later. `over_linear` divides
each step by the smallest, both per regime-period: 1 is linear, less is better. `load` is the load average of the machine then.

How: both services as separate processes, with the servers on the same machine. Reports go to the log directly. The regimes are on call, so
that the history can grow without a change of regimes; each period is opened with a deadline ten days after its cut-off. Seed: 1. `--size`
shortens the history (0.1: 4 to 34 regime-periods). Again: `make bench-long ONLY=periods`. Figures: docs/benchmarks.md.
"""

import asyncio
import os
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import orjson

from services.devstack import probe
from services.devstack.process import Process
from shared.plumbing.broker import Message
from shared.shell.service import Connections
from shared.wire import envelope, events, subjects
from shared.words import periods
from shared.words.obligations import Obligation
from shared.words.periods import Period
from shared.words.regimes import Regime
from shared.words.units import Unit
from tests.benchmarks import load, stored
from tests.benchmarks.cpu import rss_mib
from tests.benchmarks.figures import Figures
from tests.benchmarks.machine import machine, national_regime
from tests.running import process, running

REGIMES: Final = 10
STEPS: Final = (40, 120, 240, 340)  # regime-periods; units begin on 01/01/2024, so there are no more of them
SERVICES: Final = ("aggregate", "notify")
OWING: Final = 5  # one commune in so many has not reported
DAYS_TO_REPORT: Final = 10
LIMIT_S: Final = 1800.0
SETTLED_S: Final = 5.0
POLL_S: Final = 0.05
TICKED: Final = b"tick.completed"

Pair = tuple[Regime, Period]


async def measure(size: float) -> Figures:
    """`periods.<regime-periods>.<service>`: `grown_mib`, `restarted_mib`, `ready_s`, `caught_up_s`; `.over_linear.<service>`; `.load`."""
    steps = [max(1, round(count * size)) for count in STEPS]
    regimes = [_monthly(number) for number in range(REGIMES)]
    pairs = list(_pairs(regimes, steps[-1]))
    found: Figures = {}
    async with machine(*regimes) as connections:
        units = await stored.communes(connections)
        with TemporaryDirectory(prefix="tonghop-bench-log-") as folder:
            async with running(connections.settings, Path(folder), "ingest"):
                pass  # now its consumer is there, which each tick asks
        for before, count in zip([0, *steps], steps, strict=False):
            began = time.perf_counter()
            await stored.fill(connections, _history(connections, pairs[before:count], units))
            filled_s = time.perf_counter() - began
            step = found[str(count)] = await _step(connections, pairs, count, units) | {"filled_s": round(filled_s, 1)}
            step |= {"over_linear": _over_linear(found[str(steps[0])], step, count / steps[0]), "load": round(os.getloadavg()[1], 1)}
    return {"periods": found}


def _over_linear(small: Figures, large: Figures, times: float) -> Figures:
    """The figures of a step for each regime-period, divided by those of the smallest step."""
    return {
        service: {
            name: round(large[service][name] / small[service][name] / times, 3) for name in ("grown_mib", "restarted_mib", "caught_up_s")
        }
        for service in SERVICES
    }


def _monthly(number: int) -> Regime:
    """A regime of six indicators."""
    base = national_regime(f"thang-{number}")
    few = [*base.indicators[:4], base.indicators[8], base.indicators[10]]
    return base.model_copy(update={"periods": "any", "obligation": Obligation(on_call=True), "indicators": few})


def _pairs(regimes: Sequence[Regime], count: int) -> Iterator[Pair]:
    """Regimes and months, the present month first."""
    month = datetime.now(UTC).date().replace(day=1)
    for number in range(count):
        if number and number % len(regimes) == 0:
            month = (month - timedelta(days=1)).replace(day=1)
        regime = regimes[number % len(regimes)]
        period = regime.period(f"{month:%Y-%m}")
        assert period is not None
        yield regime, period


def _history(connections: Connections, pairs: Sequence[Pair], units: Sequence[Unit]) -> Iterator[Message]:
    """Each period's opening, and the reports of its units that have reported."""
    partitions = connections.declaration.partitions
    for number, (regime, period) in enumerate(pairs):
        yield _opened(regime, period, partitions)
        reporting = [unit for place, unit in enumerate(units) if (place + number) % OWING]
        yield from load.logged(regime, period.code, reporting, len(reporting), partitions, received_ms=_received(period.cut_off))


def _opened(regime: Regime, period: Period, partitions: int) -> Message:
    deadline = events.to_text(periods.start_of(period.cut_off + timedelta(days=DAYS_TO_REPORT)))
    data = {"regime": regime.id, "period": period.code, "deadline": deadline}
    sent = envelope.of_unit(regime.recipient, f"open-{regime.id}-{period.code}", events.OPENED, data)
    payload = envelope.encode(envelope.logged(sent, "", _received(period.begins)))
    partition = subjects.partition_of(regime.id, period.code, partitions)
    return Message(subjects.reports(partition, regime.id), payload, f"{regime.recipient}/{sent['id']}")


def _received(day: date) -> int:
    return periods.start_ms(day)


async def _step(connections: Connections, pairs: Sequence[Pair], count: int, units: Sequence[Unit]) -> dict[str, Any]:
    """The figures of both services with `count` regime-periods stored. One service after the other, so that neither slows the other."""
    found: dict[str, Any] = {}
    for name in SERVICES:
        async with _running(connections, name) as served:
            began = time.perf_counter()
            await _until_stored(connections, name)
            figures = {"stored_s": time.perf_counter() - began, "grown_mib": rss_mib(served.pid)}
            await asyncio.sleep(SETTLED_S)
            figures |= await _restart(connections, served, name, pairs[0], units)
            await asyncio.sleep(SETTLED_S)
            figures["restarted_mib"] = rss_mib(served.pid)
            found[name] = {key: round(value, 2) for key, value in figures.items()}
    return found


@asynccontextmanager
async def _running(connections: Connections, name: str) -> AsyncIterator[Process]:
    """One service as a process. It may take long until it is ready."""
    with TemporaryDirectory(prefix="tonghop-bench-log-") as folder:
        served = process(name, connections.settings, Path(folder))
        served.launch()
        try:
            yield served
        finally:
            await served.stop()


async def _until_stored(connections: Connections, name: str) -> None:
    if name == "aggregate":
        await stored.until_at(connections, await stored.ends(connections), LIMIT_S)
        return
    end = await connections.streams.last_sequence(subjects.REPORTS)
    query = {"_id": "notify", "sequence": {"$gte": end}}
    async with asyncio.timeout(LIMIT_S):
        while await connections.database["checkpoints"].count_documents(query) == 0:
            await asyncio.sleep(POLL_S)


async def _restart(connections: Connections, served: Process, name: str, pair: Pair, units: Sequence[Unit]) -> dict[str, float]:
    """Seconds from the kill until ready, and until caught up with one new report."""
    regime, period = pair
    unit = units[0]
    already = await connections.database["reports"].count_documents({"regime": regime.id, "period": period.code, "unit": unit.id})
    [message] = load.logged(regime, period.code, [unit], 1, connections.declaration.partitions, first=already + 100)
    began = time.perf_counter()
    await served.kill()
    ticks = served.log.read_bytes().count(TICKED)
    served.launch()
    [sequence] = await connections.streams.publish_together(subjects.REPORTS, [message])
    async with asyncio.timeout(LIMIT_S):
        ready_s = await _until_ready(served, getattr(connections.settings, f"{name}_monitor_port")) - began
        if name == "aggregate":
            await stored.until_seen(connections, f"{regime.id}/{period.code}/{unit.parent}", sequence)
        else:
            await _until_duty(connections, f"{regime.id}/{period.code}/{unit.id}", sequence)
            caught_up_s = time.perf_counter() - began
            while served.log.read_bytes().count(TICKED) == ticks:
                await asyncio.sleep(POLL_S)
            return {"ready_s": ready_s, "folded_s": max(caught_up_s, ready_s), "caught_up_s": time.perf_counter() - began}
    return {"ready_s": ready_s, "caught_up_s": max(ready_s, time.perf_counter() - began)}


async def _until_ready(served: Process, port: int) -> float:
    while True:
        status, body = await asyncio.to_thread(probe.get, port, "/readyz")
        if status == 200 and orjson.loads(body)["lag"] == 0:
            return time.perf_counter()
        await asyncio.sleep(POLL_S)


async def _until_duty(connections: Connections, duty: str, sequence: int) -> None:
    while await connections.database["duties"].count_documents({"_id": duty, "sequence": {"$gte": sequence}}) == 0:
        await asyncio.sleep(POLL_S)
