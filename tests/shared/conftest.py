"""Fixtures of what `shared` is tested with."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from services.devstack.servers import choose_ports
from tests import nats_users
from tests.shared.reading import STREAM, Broker


@pytest.fixture
async def broker(tmp_path: Path) -> AsyncIterator[Broker]:
    async def ignore(_: Exception) -> None:
        return

    ports = choose_ports(defaults=False)
    server = await nats_users.start_nats(tmp_path / "nats", ports.nats, ports.nats_http)
    client = await nats_users.connect(server.url, max_reconnect_attempts=-1, error_cb=ignore, reconnect_time_wait=0.1)
    await client.jetstream().add_stream(name=STREAM, subjects=["parked.*"])
    yield Broker(server, client)
    await client.close()
    await server.kill()
