"""A cluster of three real nats-servers on loopback that sync always, as in production."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import nats.errors
import nats.js.errors
from nats.js import JetStreamContext

from services.devstack import probe
from services.devstack.ports import choose_ports
from services.devstack.process import Process
from services.devstack.servers import find_nats_server
from tests import nats_users
from tests.waiting import until

SIZE: Final = 3
CONFIGURATION: Final = """
include identity/identity.conf
server_name: {name}
host: 127.0.0.1
port: {client}
http: 127.0.0.1:{monitor}
max_payload: 1MB
jetstream {{ store_dir: {store}
  sync_interval: always }}
cluster {{ name: tonghop
  host: 127.0.0.1
  port: {route}
  routes: [{routes}] }}
resolver {{ type: full
  dir: {accounts}
  allow_delete: true
  interval: "10s"
  limit: 1000 }}
"""


@dataclass(frozen=True)
class Node:
    """One server: its process, and where it is reached."""

    name: str
    process: Process
    url: str
    monitor: int


@dataclass(frozen=True)
class Cluster:
    """Its servers, by name."""

    nodes: dict[str, Node]

    @property
    def url(self) -> str:
        return ",".join(node.url for node in self.nodes.values())

    @property
    def monitors(self) -> str:
        return ",".join(f"http://127.0.0.1:{node.monitor}" for node in self.nodes.values())

    def told(self) -> dict[str, Any]:
        """What the first server that answers says of JetStream; empty when none does."""
        for node in self.nodes.values():
            status, body = probe.get(node.monitor, "/jsz?streams=1&consumers=1")
            if status == 200:
                return dict(json.loads(body))
        return {}

    def leader(self, stream: str) -> str:
        """The name of a stream's leader; empty when it has none."""
        for account in self.told().get("account_details", []):
            for found in account.get("stream_detail", []):
                if found["name"] == stream:
                    return str(found.get("cluster", {}).get("leader", ""))
        return ""

    async def until_led(self, stream: str, but: str = "") -> str:
        """Waits until the stream has a leader (another than one that was killed); its name."""

        async def has_leader() -> bool:
            return await asyncio.to_thread(self.leader, stream) not in ("", but)

        await until(has_leader)
        return await asyncio.to_thread(self.leader, stream)


def prepared(folder: Path, strangers: int = 0) -> Cluster:
    """Three servers that are not launched yet. The others do not expect the last ones, as many as are strangers."""
    taken: set[int] = set()
    ports = []
    for _ in range(SIZE):
        while taken & set(found := _three()):
            pass
        taken |= set(found)
        ports.append(found)
    expected = [f"nats-route://127.0.0.1:{route}" for _, _, route in ports[: SIZE - strangers]]
    nodes = {}
    for number, (client, monitor, route) in enumerate(ports, start=1):
        name, own = f"nats-{number}", folder / f"nats-{number}"
        own.mkdir(parents=True)
        text = CONFIGURATION.format(
            name=name,
            client=client,
            monitor=monitor,
            store=json.dumps(str(own / "data")),
            accounts=json.dumps(str(own / "accounts")),
            route=route,
            routes=", ".join(expected),
        )
        (own / "identity").mkdir()
        (own / "identity" / "identity.conf").write_text(nats_users.keys().identity_file.read_text(encoding="utf-8"), encoding="utf-8")
        (own / "nats.conf").write_text(text, encoding="utf-8")
        process = Process(name, (str(find_nats_server()), "--config", str(own / "nats.conf")), own / "nats.log")
        nodes[name] = Node(name, process, f"nats://127.0.0.1:{client}", monitor)
    return Cluster(nodes)


def _three() -> tuple[int, int, int]:
    ports = choose_ports(defaults=False)
    return ports.nats, ports.nats_http, ports.mongo


@asynccontextmanager
async def running(folder: Path) -> AsyncIterator[Cluster]:
    """The whole cluster, launched."""
    cluster = prepared(folder)
    try:
        for node in cluster.nodes.values():
            node.process.launch()
        yield cluster
    finally:
        await asyncio.gather(*[node.process.kill() for node in cluster.nodes.values()])


async def until_whole(jetstream: JetStreamContext) -> None:
    """Waits until the cluster has a leader that answers."""

    async def answers() -> bool:
        try:
            await jetstream.account_info()
        except (nats.errors.Error, nats.js.errors.Error):
            return False
        return True

    await until(answers)
