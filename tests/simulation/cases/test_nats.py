"""The stand-in for nats-server does what nats-server does: each case runs on both. The cases: `nats_cases`."""

from collections.abc import AsyncIterator

import pytest

from shared.plumbing.broker import Streams
from shared.shell import service
from shared.shell.settings import Settings
from tests import empty_streams
from tests.simulation.cases.nats_cases import CASES, DECLARED, Case
from tests.simulation.cases.rigs import on_the_fake_nats


@pytest.fixture
async def real(settings: Settings) -> AsyncIterator[Streams]:
    connections = service.connections(settings, "test")
    await connections.broker.start()
    await empty_streams.make(connections.streams.jetstream, DECLARED)
    yield connections.streams
    await connections.close()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.__name__)
def test_the_stand_in(case: Case) -> None:
    on_the_fake_nats(case)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.__name__)
async def test_the_real_server(case: Case, real: Streams) -> None:
    await case(real)
