"""Under 200 reports/s, with processes killed, stopped, slow, out of disk or unreachable: nothing is lost or doubled, and all views are
right.

What: a few kinds of kills, then every other fault, on one system that keeps its data; `make faults` runs more rounds. Seed: in conftest.py.
Again: `pytest -s tests/faults/test_rounds.py` (prints how long the system took to recover).
"""

import random

import pytest

from tests.faults.conftest import SEED
from tests.faults.kills import EVERYTHING, KILLS, Fault, in_turn, stopped, together, zombie
from tests.faults.power import power_cut
from tests.faults.proxy import behind_proxies
from tests.faults.rounds import Rounds
from tests.faults.tracing import full_disk, slow_disk

pytestmark = pytest.mark.asyncio(loop_scope="session")

LOAD_S = 2.5
OTHERS: dict[str, Fault] = {
    "each one stops in turn": in_turn(*[stopped(name, seconds=1.0) for name in EVERYTHING]),
    "zombie aggregate": zombie,
    "slow disks": together(slow_disk("nats-server"), slow_disk("mongod")),
    "full disk of nats-server": full_disk("nats-server"),
    "full disk of mongod": full_disk("mongod"),
    "power cut": power_cut,
}
SOME = dict(random.Random(SEED).sample(sorted(KILLS.items()), 5)) | OTHERS


@pytest.mark.parametrize("name", SOME)
async def test_nothing_is_lost_and_nothing_counts_twice(system: Rounds, name: str) -> None:
    done = await system.round(SOME[name], LOAD_S)
    print(f"{name}: {done}")
    assert done.outcome.is_right, done.outcome.details()


async def test_connections_that_die_without_a_word_are_noticed_and_made_anew(system: Rounds) -> None:
    async with behind_proxies(system.world) as holes:
        done = await system.round(holes["black hole before both"], LOAD_S)
    print(f"black hole: {done}")
    assert done.outcome.is_right, done.outcome.details()
