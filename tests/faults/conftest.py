"""One system for all faults: each fault continues with the data that earlier faults left."""

import random
from collections.abc import AsyncIterator

import pytest_asyncio

from tests.faults.rounds import Rounds
from tests.faults.sending import Season
from tests.faults.world import world

SEED = 20261205


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def system() -> AsyncIterator[Rounds]:
    """A running system, and who sends to it."""
    rng = random.Random(SEED)
    async with world() as made:
        yield Rounds(made, Season(await made.connections.reference.current(), rng), rng)
