"""A MongoDB replica set of three real mongods with a key file on loopback, as in production."""

import asyncio
import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from pymongo import MongoClient
from pymongo.errors import PyMongoError

from services.devstack.ports import choose_ports
from services.devstack.process import Process
from services.devstack.servers import CACHE_GB, MONGOD_FLAGS, REPLICA_SET, find_mongod
from tests.waiting import until

USER: Final = "root"
PASSWORD: Final = "geheim"
ELECTION: Final = {"electionTimeoutMillis": 2000, "heartbeatIntervalMillis": 500}


@dataclass(frozen=True)
class ReplicaSet:
    """Its members, and its address."""

    members: dict[str, Process]
    url: str

    async def restart(self) -> None:
        """Kills all members, and launches them again; they have no primary yet."""
        await asyncio.gather(*[member.kill() for member in self.members.values()])
        for member in self.members.values():
            member.launch()

    def primary(self) -> str:
        """The host of the member that takes writes; empty when none does."""
        for host in self.members:
            with client_of(host) as client:
                try:
                    if client.admin.command("hello").get("isWritablePrimary"):
                        return host
                except PyMongoError:
                    continue
        return ""

    async def until_primary(self) -> str:
        async def is_chosen() -> bool:
            return bool(await asyncio.to_thread(self.primary))

        await until(is_chosen)
        return await asyncio.to_thread(self.primary)


def client_of(host: str, username: str | None = None, password: str | None = None) -> MongoClient[dict[str, Any]]:
    return MongoClient(host, directConnection=True, serverSelectionTimeoutMS=5000, username=username, password=password)


def keep_primary(primary: str) -> None:
    """A primary that hears nothing of the others stays it for a minute, so that nothing depends on how fast a test is."""
    with client_of(primary, USER, PASSWORD) as client:
        configuration = client.admin.command("replSetGetConfig")["config"]
        configuration["version"] += 1
        configuration["settings"]["electionTimeoutMillis"] = 60_000
        client.admin.command("replSetReconfig", configuration)


@asynccontextmanager
async def replica_set(folder: Path, *flags: str) -> AsyncIterator[ReplicaSet]:
    """Three members of one set, with a primary and a user."""
    folder.mkdir(parents=True, exist_ok=True)
    key = folder / "key"
    key.write_text("tonghop" * 6, encoding="ascii")
    key.chmod(0o400)
    members: dict[str, Process] = {}
    for number in itertools.count():
        port = choose_ports(defaults=False).mongo
        data = folder / f"data-{number}"
        data.mkdir()
        own = ("--dbpath", str(data), "--port", str(port), "--wiredTigerCacheSizeGB", str(CACHE_GB), "--keyFile", str(key))
        members[f"127.0.0.1:{port}"] = Process(f"mongod-{number}", (str(find_mongod()), *own, *MONGOD_FLAGS, *flags), data / "mongod.log")
        if len(members) == 3:
            break
    hosts = list(members)
    configuration = {
        "_id": REPLICA_SET,
        "members": [{"_id": number, "host": host} for number, host in enumerate(hosts)],
        "settings": ELECTION,
    }
    found = ReplicaSet(members, f"mongodb://{USER}:{PASSWORD}@{','.join(hosts)}/?replicaSet={REPLICA_SET}&authSource=admin")

    def initiate() -> bool:
        with client_of(hosts[0]) as client:
            try:
                client.admin.command("replSetInitiate", configuration)
            except PyMongoError:
                return False
        return True

    async def is_initiated() -> bool:
        return await asyncio.to_thread(initiate)

    def add_user(primary: str) -> None:
        with client_of(primary) as client:
            client.admin.command("createUser", USER, pwd=PASSWORD, roles=["root"], writeConcern={"w": "majority"})

    try:
        for member in members.values():
            member.launch()
        await until(is_initiated)
        await asyncio.to_thread(add_user, await found.until_primary())
        yield found
    finally:
        await asyncio.gather(*[member.kill() for member in members.values()])
