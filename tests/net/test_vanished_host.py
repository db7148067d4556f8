"""The host of a nats-server vanishes without notice while a client sends much data: the client connects to another server.

How: a network namespace whose packets are dropped. A stopped process would not show it, since its kernel still accepts bytes. Last
measured: the other server receives a batch 11 s after the cut; without the hook in `shared/plumbing/connection.py` not within 90 s. Again:
`make test-net`.
"""

import asyncio
import json
from pathlib import Path

import pytest

from services.devstack import servers
from services.devstack.servers import Server
from tests import nats_users, vanishing
from tests.net import hosts
from tests.net.hosts import Host

pytestmark = pytest.mark.net

PORT = 4222


def nats_on(there: Host, folder: Path) -> Server:
    """A nats-server of that host, not started."""
    folder.mkdir()
    config = folder / "nats.conf"
    jetstream = f"{{ store_dir: {json.dumps(str(folder))}, sync_interval: always }}"
    (folder / "identity.conf").write_text(nats_users.keys().identity_file.read_text(encoding="utf-8"), encoding="utf-8")
    resolver = f"{{ type: full, dir: {json.dumps(str(folder / 'accounts'))}, interval: 10s, limit: 1000 }}"
    lines = (
        "include identity.conf",
        f"host: {there.address}",
        f"port: {PORT}",
        "max_payload: 1MB",
        f"jetstream {jetstream}",
        f"resolver {resolver}",
    )
    config.write_text("\n".join(lines), encoding="utf-8")

    async def has_answered() -> bool:
        try:
            _, writer = await asyncio.open_connection(there.address, PORT)
        except OSError:
            return False
        writer.close()
        await writer.wait_closed()
        return True

    command = there.inside((str(servers.find_nats_server()), "--config", str(config)))
    return Server(there.name, command, folder / "nats.log", f"nats://{there.address}:{PORT}", has_answered)


async def test_a_client_turns_to_another_server_when_the_host_of_its_own_vanishes(tmp_path: Path) -> None:
    second = await vanishing.start_with_stream(tmp_path / "second")
    await second.kill()
    async with hosts.host() as there:
        first = nats_on(there, tmp_path / "first")
        await first.start()
        await vanishing.add_stream(first.url)

        async def vanish() -> None:
            await second.start()
            await there.vanish()

        try:
            assert await vanishing.send_through(first.url, second.url, vanish) > 1
        finally:
            await first.kill()
            await second.kill()
