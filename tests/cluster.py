"""Three nats-servers on loopback, streams in three copies: one can be killed, two can be away."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import orjson

from services.cli.embedded import probe, servers
from services.cli.embedded.ports import choose_ports
from services.cli.embedded.servers import Server
from tests.waiting import until

REPLICAS = 3
SETTLED_S = 60.0  # an election on a busy machine


@dataclass(frozen=True)
class Node:
    """One server of the cluster: started means that it listens, not that there is a leader."""

    name: str
    server: Server
    http_port: int

    def leads(self, stream: str) -> bool:
        """Whether it is the leader of a stream, as it sees itself."""
        status, body = probe.get(self.http_port, "/jsz?streams=1")
        if status != 200:
            return False
        found = [stored for account in orjson.loads(body).get("account_details", []) for stored in account.get("stream_detail", [])]
        return any(stored["name"] == stream and stored.get("cluster", {}).get("leader") == self.name for stored in found)


@dataclass(frozen=True)
class Cluster:
    nodes: Sequence[Node]

    @property
    def urls(self) -> list[str]:
        return [node.server.url for node in self.nodes]

    @property
    def monitors(self) -> list[str]:
        return [f"http://127.0.0.1:{node.http_port}" for node in self.nodes]

    async def leader(self, stream: str) -> Node:
        """The node that leads a stream, once there is one."""
        found: list[Node] = []

        async def is_there() -> bool:
            found[:] = [node for node in self.nodes if node.server.is_alive and await asyncio.to_thread(node.leads, stream)]
            return bool(found)

        await until(is_there, SETTLED_S)
        return found[0]


@asynccontextmanager
async def running(folder: Path) -> AsyncIterator[Cluster]:
    """Three servers that have found one another."""
    ports = [choose_ports(defaults=False) for _ in range(REPLICAS)]
    routes = ", ".join(f"nats-route://127.0.0.1:{port.smtp}" for port in ports)
    nodes = []
    for number, port in enumerate(ports, start=1):
        home = folder / f"n{number}"
        home.mkdir(parents=True)
        config = home / "nats.conf"
        config.write_text(
            f"server_name: n{number}\nhost: 127.0.0.1\nport: {port.nats}\nhttp: 127.0.0.1:{port.nats_http}\nmax_payload: 1MB\n"
            f"jetstream {{ store_dir: {json.dumps(str(home))}, sync_interval: always }}\n"
            f"cluster {{ name: test, host: 127.0.0.1, port: {port.smtp}, routes: [{routes}] }}\n",
            encoding="utf-8",
        )
        nodes.append(_node(f"n{number}", config, port.nats, port.nats_http))
    try:
        await asyncio.gather(*[node.server.start() for node in nodes])
        yield Cluster(nodes)
    finally:
        await asyncio.gather(*[node.server.kill() for node in nodes if node.server.is_alive])


def _node(name: str, config: Path, port: int, http_port: int) -> Node:
    async def has_answered() -> bool:
        status, _ = await asyncio.to_thread(probe.get, http_port, "/varz")
        return status == 200

    command = (str(servers.find_nats_server()), "--config", str(config))
    return Node(name, Server(name, command, config.with_suffix(".log"), f"nats://127.0.0.1:{port}", has_answered), http_port)
