"""The keys of every nats-server that this test run starts, and users that the product does not have: `test`, who may publish and subscribe
to everything in SERVICES, and `owner`, who may in STREAMS.
"""

import asyncio
import atexit
import base64
import re
import shutil
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import orjson
from faststream.nats import NatsBroker
from nats.aio.client import Client

from services.devstack import servers
from services.devstack.servers import Server
from shared.plumbing import broker, nats_claims
from shared.plumbing.connection import Connection
from shared.plumbing.nats_accounts import Account, inbox_prefix
from shared.plumbing.nats_keys import NatsKeys

USER: Final = "test"
OWNER: Final = "owner"


@cache
def keys() -> NatsKeys:
    """The keys, made once for each test process."""
    folder = Path(tempfile.mkdtemp(prefix="tonghop-keys-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    made = NatsKeys.ensure(folder, datetime.now(UTC))
    users: dict[str, Account] = {USER: "SERVICES", OWNER: "STREAMS"}
    for name, account in users.items():
        (made.creds_folder / f"{name}.creds").write_text(made.service(name, account, [">"], [">"], int(time.time())), encoding="utf-8")
    return made


def creds() -> str:
    """The setting `nats_creds` of services and commands of the test."""
    return str(keys().creds_folder)


def key_folder() -> str:
    """The setting `nats_keys`."""
    return str(keys().folder)


def creds_of(user: str) -> Path:
    return keys().creds_folder / f"{user}.creds"


async def start_nats(folder: Path, port: int, http_port: int, log: Path | None = None, config: Path = servers.NATS_CONFIG) -> Server:
    """As `services.devstack.servers.start_nats`, with these keys."""
    return await servers.start_nats(folder, port, http_port, log, config, keys=keys())


def create_broker(urls: list[str], user: str = USER) -> NatsBroker:
    """As `shared.plumbing.broker.create_broker`."""
    return broker.create_broker(urls, user, creds_of(user))


async def connect(url: str | Sequence[str], user: str = USER, **options: Any) -> Client:
    """A connection of one of our own users."""
    connection = Connection()
    login = {"user_credentials": str(creds_of(user)), "inbox_prefix": inbox_prefix(user).encode()}
    await connection.connect(url if isinstance(url, str) else list(url), **{**login, **options})
    return connection


def login_line(info: bytes, user: str = USER) -> bytes:
    """The line CONNECT by which a raw connection logs in, for the server's line INFO."""
    return login_with(info, creds_of(user).read_text(encoding="utf-8"))


def login_with(info: bytes, text: str) -> bytes:
    """The same with the text of a `.creds` file."""
    jwt, seed = re.findall(r"^-----BEGIN [A-Z ]+-----\n(\S+)$", text, re.MULTILINE)
    nonce = orjson.loads(info.partition(b" ")[2])["nonce"]
    signature = base64.b64encode(nats_claims.key_of(seed).sign(nonce.encode())).decode()
    options = {"verbose": False, "pedantic": False, "headers": True, "no_responders": True, "lang": "x", "version": "1"}
    return b"CONNECT " + orjson.dumps({**options, "jwt": jwt, "sig": signature}) + b"\r\n"


async def is_refused(url: str, text: str) -> bool:
    """Whether a server refuses a login with the text of a `.creds` file."""
    parts = urlsplit(url)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
    try:
        writer.write(login_with(await reader.readline(), text) + b"PING\r\n")
        answer = await reader.readline()
        assert answer.startswith((b"PONG", b"-ERR")), answer
        return answer.startswith(b"-ERR")
    finally:
        writer.close()
        await writer.wait_closed()
