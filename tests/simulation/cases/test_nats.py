"""The stand-in for nats-server does what nats-server does: each case runs on both. The cases: `nats_cases`.

Most of a case's time is waiting, so that several run at once, each on a nats-server of its own.
"""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from services.devstack.servers import choose_ports
from shared.plumbing.broker import Streams
from shared.shell import service
from shared.shell.settings import Settings
from tests import empty_streams, nats_users
from tests.simulation.cases.cases import Case
from tests.simulation.cases.nats_cases import CASES
from tests.simulation.cases.nats_rig import DECLARED
from tests.simulation.cases.rigs import on_the_fake_nats

AT_ONCE: Final = 4
Outcomes = dict[str, Exception | None]
"""What each case raised, by its name; None for a case that passed."""


async def work_off(cases: Iterator[Case[Streams]], folder: Path, outcomes: Outcomes) -> None:
    """Runs cases on a server of their own, one after the other."""
    ports = choose_ports(defaults=False)
    server = await nats_users.start_nats(folder, ports.nats, ports.nats_http)
    connections = service.connections(
        Settings(_env_file=None, nats_url=server.url, nats_creds=nats_users.creds(), nats_keys=nats_users.key_folder()), "test"
    )
    try:
        await connections.broker.start()
        for case in cases:
            await empty_streams.make(connections.streams.jetstream, DECLARED)
            try:
                await case(connections.streams)
            except Exception as error:
                outcomes[case.__name__] = error
            except pytest.fail.Exception as error:  # an expected error that did not come; no Exception
                outcomes[case.__name__] = AssertionError(str(error)).with_traceback(error.__traceback__)
            else:
                outcomes[case.__name__] = None
    finally:
        await connections.close()
        await server.stop()


@pytest.fixture(scope="module")
def real_servers(tmp_path_factory: pytest.TempPathFactory) -> Outcomes:
    cases, outcomes = iter(CASES), Outcomes()

    async def run() -> None:
        folders = [tmp_path_factory.mktemp("nats") for _ in range(AT_ONCE)]
        await asyncio.gather(*[work_off(cases, folder, outcomes) for folder in folders])

    asyncio.run(run())
    return outcomes


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.__name__)
def test_the_stand_in(case: Case[Streams]) -> None:
    on_the_fake_nats(case)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.__name__)
def test_the_real_server(case: Case[Streams], real_servers: Outcomes) -> None:
    error = real_servers[case.__name__]
    if error is not None:
        raise error
