"""The notifier and separate ticks are killed with `kill -9`: no unit is alerted twice or after its report, and every other unit is alerted.

What: a period is opened with a deadline in two months, and all but some communes report while ingest and notify are killed. Then ticks for
the last day run beside the notifier. They are killed too, until the last one completes. Seed: fixed below. Again: `pytest
tests/faults/test_ticks.py`.
"""

import asyncio
import random
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest

from shared.plumbing import reader
from shared.wire import subjects
from shared.words import deadlines, ladder, periods
from shared.words.calendar import COMMON
from tests import builders
from tests.benchmarks import load
from tests.builders import Event
from tests.faults.kills import in_turn, killed
from tests.faults.rounds import Rounds
from tests.faults.world import World
from tests.running import module

pytestmark = pytest.mark.asyncio(loop_scope="session")

SEED = 20261205
REGIME, PERIOD = "nq68-danh-gia-quang-binh", "2025"
RUNG = "last-day-0800"
SILENT = 20  # communes that send nothing
TICK_KILLS = 2


async def reports(world: World, rng: random.Random) -> list[Event]:
    """One report of each reporter but the silent ones, every tenth twice."""
    reference = await world.connections.reference.current()
    regime = reference.regimes[REGIME]
    period = regime.period(PERIOD)
    assert period is not None
    groups = regime.group_members(reference.registry.at(period.cut_off))
    asked = [(unit, group) for group, units in groups.items() for unit in units[SILENT if group == "xa" else 0 :]]
    made: list[Any] = [load.event(regime, PERIOD, unit, 1, rng, group) for unit, group in asked]
    sent = [*made, *rng.sample(made, len(made) // 10)]
    rng.shuffle(sent)
    return sent


async def tick_and_kill(world: World, at: datetime, rng: random.Random) -> None:
    """Ticks that are killed at random moments, then one that ends."""
    for number in range(TICK_KILLS + 1):
        ticking = module("tests.faults.ticking", at.isoformat(), settings=world.settings, folder=world.folder)
        ticking.launch()
        if number < TICK_KILLS:
            await asyncio.sleep(rng.uniform(1.5, 3.5))
            await ticking.kill()
    assert await ticking.ended() == 0, ticking.log.read_text()


async def alerts(world: World) -> list[dict[str, Any]]:
    """What was sent to units, digests left out."""
    found: list[dict[str, Any]] = []
    count = (await world.connections.streams.jetstream.stream_info(subjects.ALERTS)).state.messages
    follow = reader.log_reader(world.connections.streams.client, subjects.ALERTS, "alerts.*", 1)
    while len(found) < count:
        found += [orjson.loads(delivery.payload)["data"] for delivery in await follow.batch(1000)]
    await follow.close()
    return [alert for alert in found if "digest" not in alert]


async def test_killed_ticks_alert_each_unit_that_owes_once(system: Rounds) -> None:
    world, rng = system.world, random.Random(SEED)
    deadline = f"{datetime.now(UTC) + timedelta(days=60):%Y-%m-%d}"
    regime = (await world.connections.reference.current()).regimes[REGIME]
    assert regime.obligation is not None
    steps = ladder.steps_of(regime.obligation.ladder, periods.length_of(PERIOD))
    [at] = [rung.at for rung in ladder.rungs(deadlines.instant(deadline), steps, COMMON) if rung.name == RUNG]
    await system.sender.send(builders.opened(sender=regime.recipient, regime=REGIME, period=PERIOD, deadline=deadline, event_id="opened-1"))
    await world.until_caught_up()
    sent = await reports(world, rng)
    kills = in_turn(killed("notify"), killed("ingest"), killed("notify"))
    await asyncio.gather(kills(world, rng), *[system.sender.send(one) for one in sent])
    await world.until_caught_up()

    await tick_and_kill(world, at, rng)

    about = ("regime", "period", "unit", "rung", "deadline", "cause")
    raised = Counter(tuple(alert[name] for name in about) for alert in await alerts(world))
    reporters = {event["data"]["unit"] for event in sent}
    told = [unit for name, _, unit, rung, *_ in raised if (name, rung) == (REGIME, RUNG)]
    assert [alert for alert, count in raised.items() if count > 1] == []
    assert reporters.isdisjoint(unit for name, _, unit, *_ in raised if name == REGIME)
    assert len(told) == SILENT
