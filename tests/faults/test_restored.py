"""nats-server is restored from an older copy of its folder: services notice it before they skip anything, and `tonghop rebuild` repairs it.

What: the folder is copied, more reports arrive, and the copy is put back: once while the services run, and once while the aggregator and
the notifier are suspended until the log has grown beyond the position that they had read, so that every sequence is used again. Seed: in
conftest.py. Again: `pytest -s tests/faults/test_restored.py`.
"""

import asyncio
import shutil
import signal
from os import kill
from typing import Any

import pytest

from services.devstack import probe
from shared.wire import subjects
from tests.faults.rounds import Rounds
from tests.faults.world import LIMIT_S, World
from tests.running import command

pytestmark = pytest.mark.asyncio(loop_scope="session")

READERS = ("aggregate", "notify")
WORDS = "tonghop rebuild"
SURE_S = 3.0


async def restored(system: Rounds, lost_s: float) -> int:
    """The broker's folder as it was before the last reports, which are folded everywhere; the broker is not started yet. The log's
    last sequence before.
    """
    world, folder, older = system.world, system.world.folder / "nats", system.world.folder / "nats-older"
    await world.until_caught_up()
    await world.nats.stop()
    shutil.copytree(folder, older)
    await world.nats.start()
    await system.sender.send_for(lost_s)
    await world.until_caught_up()
    end = await world.connections.streams.last_sequence(subjects.REPORTS)
    await world.nats.stop()
    shutil.rmtree(folder)
    older.rename(folder)
    return end


async def stored(world: World) -> dict[str, Any]:
    """Every view, how many events are stored, and up to where the log was read."""
    found = [document for name in ("views", "checkpoints") for document in await world.connections.database[name].find().to_list(None)]
    return {document["_id"]: document for document in found} | {"reports": await world.connections.database["reports"].count_documents({})}


async def until_refused(world: World) -> None:
    """Waits until both readers of the log say that it is not theirs, and do not change their minds."""
    async with asyncio.timeout(LIMIT_S):
        for name in READERS:
            while not await refuses(world, name):
                await asyncio.sleep(0.1)
    await asyncio.sleep(SURE_S)
    assert all([await refuses(world, name) for name in READERS])


async def refuses(world: World, name: str) -> bool:
    status, said = await asyncio.to_thread(probe.get, getattr(world.settings, f"{name}_monitor_port"), "/readyz")
    return status == 503 and WORDS in said


async def rebuild(world: World) -> None:
    rebuilding = command("rebuild", settings=world.settings, folder=world.folder)
    rebuilding.launch()
    assert await rebuilding.ended() == 0, rebuilding.log.read_text()


async def test_a_restored_broker_is_refused_until_a_rebuild_has_mended_the_log(system: Rounds) -> None:
    world = system.world
    await restored(system, lost_s=1.5)
    before = await stored(world)
    await world.nats.start()
    await until_refused(world)
    assert await stored(world) == before
    await rebuild(world)
    await system.sender.send_for(1.0)
    outcome = await system.judged()
    print(outcome)
    assert outcome.is_right, outcome.details()


async def test_a_restored_broker_is_refused_also_when_its_log_has_grown_beyond_what_was_read(system: Rounds) -> None:
    world = system.world
    end = await restored(system, lost_s=1.0)
    before = await stored(world)
    for name in READERS:
        kill(world.process(name).pid, signal.SIGSTOP)
    await world.nats.start()
    await system.sender.send_for(2.0)
    await world.until_screened()
    assert await world.connections.streams.last_sequence(subjects.REPORTS) > end
    for name in READERS:
        kill(world.process(name).pid, signal.SIGCONT)
    await until_refused(world)
    assert await stored(world) == before
    await rebuild(world)
    await system.sender.send_for(1.0)
    outcome = await system.judged()
    print(outcome)
    assert outcome.is_right, outcome.details()
