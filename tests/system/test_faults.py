"""kill -9 while reports come in: nothing is lost, nothing is counted twice, nobody is alerted twice.

What: 2,000 reports of Quảng Bình with corrections and repeats go into INBOX on real servers while ingest, aggregate and notify
are killed (-9) at random moments and started again; then ticks of a given time run beside the notifier, are killed too, and one
ends. Seed: fixed below. Again: `pytest tests/system/test_faults.py`.
"""

import asyncio
import random
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson

from services.aggregate import verify
from services.cli.embedded.process import Process
from shared import reader, subjects
from shared.service import Connections
from shared.settings import Settings
from tests.benchmarks import load
from tests.running import command, running, until_ready

SEED = 20261205
REGIME, PERIOD = "nq68-quang-binh", "2026"
REPORTS = 2000
KILLS = 12
SETTLE_S = 90.0
SERVICES = ("ingest", "aggregate", "notify")
TICK_AT = "2026-11-27T08:00:00+07:00"  # the last day for communes; the seventh before the offices' and districts'
SILENT = 20  # communes that send nothing
TICK_KILLS = 3


async def season(held: Connections, rng: random.Random) -> list[dict[str, Any]]:
    """Reports in the order of sending: revisions of every commune out of order, every tenth event repeated later."""
    reference = await held.reference.current()
    regime = reference.regimes[REGIME]
    period = regime.period(PERIOD)
    assert period is not None
    units = regime.group_members(reference.registry.at(period.cut_off))["xa"][SILENT:]
    distinct = REPORTS * 9 // 10
    made = [load.event(regime, PERIOD, units[number % len(units)], number // len(units) + 1, rng) for number in range(distinct)]
    sent = [*made, *rng.sample(made, REPORTS - distinct)]
    rng.shuffle(sent)
    return sent


async def publish(held: Connections, events: list[dict[str, Any]]) -> None:
    for event in events:
        await held.streams.jetstream.publish(f"inbox.{str(event['source']).removeprefix('/units/')}", orjson.dumps(event))
        await asyncio.sleep(0.004)


async def kill_at_random(processes: dict[str, Process], rng: random.Random) -> None:
    """Kills a service, waits a little, starts it again; over and over."""
    for _ in range(KILLS):
        await asyncio.sleep(rng.uniform(0.2, 1.0))
        victim = processes[rng.choice(SERVICES)]
        await victim.kill()
        await asyncio.sleep(rng.uniform(0.0, 0.4))
        victim.launch()


async def tick_and_kill(settings: Settings, folder: Path, rng: random.Random) -> None:
    """Ticks that are killed at random moments, then one that ends."""
    for number in range(TICK_KILLS + 1):
        ticking = command("notify", "tick", "--at", TICK_AT, settings=settings, folder=folder)
        ticking.launch()
        if number < TICK_KILLS:
            await asyncio.sleep(rng.uniform(1.5, 3.5))
            await ticking.kill()
    assert await ticking.ended() == 0, ticking.log.read_text()


async def messages(held: Connections, stream: str, subject: str) -> list[dict[str, Any]]:
    """Every message of a stream."""
    found: list[dict[str, Any]] = []
    follow = reader.log_reader(held.streams.client, stream, subject, 1)
    count = (await held.streams.jetstream.stream_info(stream)).state.messages
    while len(found) < count:
        found += [orjson.loads(delivery.payload) for delivery in await follow.batch(1000)]
    await follow.close()
    return found


async def settled(held: Connections, wanted: int) -> None:
    """Waits until every message of INBOX was acked and every accepted event stands in `reports`."""
    deadline = asyncio.get_running_loop().time() + SETTLE_S
    while asyncio.get_running_loop().time() < deadline:
        inbox = await held.streams.jetstream.consumer_info(subjects.INBOX, subjects.INGEST_DURABLE)
        stored = await held.database["reports"].count_documents({})
        if not inbox.num_pending and not inbox.num_ack_pending and stored >= wanted:
            return
        await asyncio.sleep(0.2)
    raise TimeoutError(f"pending {inbox.num_pending}, unacked {inbox.num_ack_pending}, stored {stored} of {wanted}")


async def test_killed_services_lose_nothing_and_double_nothing(loaded: Connections, tmp_path: Path) -> None:
    rng = random.Random(SEED)
    await loaded.database["regimes"].update_many({}, {"$set": {"loaded_at": datetime(2026, 1, 1, tzinfo=UTC)}})
    sent = await season(loaded, rng)
    wanted = {f"{str(event['source']).removeprefix('/units/')}/{event['id']}" for event in sent}
    async with running(loaded.settings, tmp_path, *SERVICES) as processes:
        await asyncio.gather(publish(loaded, sent), kill_at_random(processes, rng))
        await settled(loaded, len(wanted))
        await asyncio.gather(*[until_ready(name, loaded.settings) for name in SERVICES])
        verdict = await verify.verify(loaded, lambda _: None)
        await tick_and_kill(loaded.settings, tmp_path, rng)

    claims = [claim async for claim in loaded.database["receipts"].find({}, {"verdict": 1, "received_ms": 1})]
    log = await messages(loaded, subjects.REPORTS, "reports.>")
    received = {f"{event['source'].removeprefix('/units/')}/{event['id']}": event["receivedms"] for event in log}
    alerts = [alert for alert in await messages(loaded, subjects.ALERTS, "alerts.*") if "digest" not in alert["data"]]

    assert {claim["_id"] for claim in claims} == wanted
    assert {claim["verdict"] for claim in claims} == {"accepted"}
    assert received == {claim["_id"]: claim["received_ms"] for claim in claims}  # one received time, also for a repeat
    assert await loaded.database["reports"].count_documents({}) == len(wanted)
    assert verdict.as_dict() == {"equal": True, "views": verdict.views, "differences": []}
    raised = Counter((alert["data"]["unit"], alert["data"]["rung"], alert["data"]["deadline"]) for alert in alerts)
    reporters = {event["data"]["unit"] for event in sent}
    assert [alert for alert, count in raised.items() if count > 1] == []
    assert reporters.isdisjoint(unit for unit, _, _ in raised)
    last_day = [unit for unit, rung, _ in raised if rung == "last-day-0800"]
    assert len(last_day) == SILENT
