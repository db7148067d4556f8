"""A nats-server with the accounts and streams of an installation, some messages in it, and everybody who may be there, or should not."""

import base64
import secrets
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import nkeys
import orjson
from nats.aio.client import Client
from nats.js import JetStreamContext
from nats.js.api import AckPolicy, ConsumerConfig

from services.devstack.servers import Server, choose_ports, start_nats
from shared.plumbing import nats_claims, streams
from shared.plumbing.nats_accounts import Account
from shared.plumbing.nats_claims import Claims, Issued
from shared.plumbing.nats_keys import NatsKeys
from shared.wire import subjects
from tests import nats_users
from tests.nats_matrix.rules import ENDED, NEIGHBOUR, OTHER_RECEIVER, RECEIVER, UNIT
from tests.nats_matrix.wire import Wire

YEAR: Final = timedelta(days=365)
SEED: Final = "-----BEGIN USER NKEY SEED-----"
OURS: Final = ("ingest", "aggregate", "notify", "portal", "cli", "push")
Counts = Mapping[str, Mapping[str, int]]
"""How many messages a subject of a stream has, by stream and subject."""


@dataclass(frozen=True)
class Installation:
    """The server, its keys, a connection that may do everything in SERVICES, and the credentials of everybody by name."""

    server: Server
    keys: NatsKeys
    admin: Client
    creds: dict[str, str | None]
    revoked: dict[str, int]

    @property
    def jetstream(self) -> JetStreamContext:
        return self.admin.jetstream(timeout=10)

    async def log_in(self, name: str) -> Wire:
        return await Wire.log_in(self.server.url, self.creds[name])

    async def push(self, account: Account, change: Callable[[Claims], Claims] | None = None) -> None:
        """Gives the claims of an account to the server, perhaps changed, and waits until it has them."""
        body = self.keys.account_body(account, {"UNITS": self.revoked})
        signed = signed_account(self.keys, account, body if change is None else change(body))
        pusher = await nats_users.connect(self.server.url, "push")
        try:
            answer = orjson.loads((await pusher.request("$SYS.REQ.CLAIMS.UPDATE", signed.encode(), timeout=5)).data)
            assert answer.get("data", {}).get("code") == 200, answer
        finally:
            await pusher.close()

    async def stored(self) -> Counts:
        """The messages of every stream, counted by subject."""
        found = {}
        for name in streams.read().streams:
            info = await self.jetstream.stream_info(name, subjects_filter=">")
            found[name] = dict(info.state.subjects or {})
        return found

    async def settings(self) -> dict[str, Any]:
        """What else must not change: the settings of streams and consumers, and which there are."""
        found: dict[str, Any] = {}
        for stream in await self.jetstream.streams_info():
            name = str(stream.config.name)
            found[name] = (stream.config.as_dict(), stream.created, stream.state.first_seq)
            for consumer in await self.jetstream.consumers_info(name):
                floor = consumer.ack_floor.stream_seq if consumer.ack_floor else 0
                found[f"{name}/{consumer.name}"] = (consumer.config.as_dict(), consumer.created, floor)
        return found


def signed_account(keys: NatsKeys, account: Account, body: Claims) -> str:
    now = int(time.time())
    operator = nats_claims.key_of(seeds(keys)["operator"])
    return nats_claims.account(operator, keys.account_key(account), account, body, Issued(now, now + 86_400))


def seeds(keys: NatsKeys) -> dict[str, str]:
    found: dict[str, str] = orjson.loads((keys.folder / "keys.json").read_bytes())["seeds"]
    return found


@asynccontextmanager
async def running(folder: Path) -> AsyncIterator[Installation]:
    """Everything in its place."""
    keys, ports = nats_users.keys(), choose_ports(defaults=False)
    server = await start_nats(folder, ports.nats, ports.nats_http, keys=keys)
    admin = await nats_users.connect(server.url)
    try:
        creds, revoked = everybody(keys)
        installation = Installation(server, keys, admin, creds, revoked)
        await streams.apply(installation.jetstream, streams.read())
        await fill(installation)
        await installation.push("UNITS")
        yield installation
    finally:
        await admin.close()
        await server.stop()


async def fill(installation: Installation) -> None:
    """Messages in every stream, and the receivers' consumers."""
    for subject in (
        f"inbox.{UNIT}",
        f"inbox.{NEIGHBOUR}",
        f"inbox.{NEIGHBOUR}.people",
        "reports.0.ct27",
        "reports.1.ct27",
        "parked.ingest",
    ):
        await installation.jetstream.publish(subject, b"{}")
    for subject in (f"alerts.{UNIT}", f"alerts.{NEIGHBOUR}", "feed.20.ct27.2026.20", "feed.20.ct27.2026.184", "feed.44.ct27.2026.44"):
        await installation.jetstream.publish(subject, b'{"secret": "of ' + subject.encode() + b'"}')
    for name, wanted in ((RECEIVER, "feed.20.>"), (OTHER_RECEIVER, "feed.44.>")):
        config = ConsumerConfig(durable_name=name, filter_subject=wanted, ack_policy=AckPolicy.EXPLICIT)
        await installation.jetstream.add_consumer(subjects.FEED, config)


def everybody(keys: NatsKeys) -> tuple[dict[str, str | None], dict[str, int]]:
    """The credentials of everybody, by name; None for nobody. And those that are revoked."""
    now = datetime.now(UTC)
    other = NatsKeys.ensure(keys.folder / "of another installation", now)
    hour, ago = timedelta(hours=1), now - timedelta(hours=2)
    revoked = keys.unit(UNIT, ago, now + YEAR)
    own = seeds(keys)
    scoped, receivers = (nats_claims.key_of(own[name]) for name in ("sign UNITS", "sign RECEIVERS"))
    units = keys.account_key("UNITS")

    def tagged(signer: nkeys.KeyPair, *tags: str, at: Issued | None = None, name: str = UNIT) -> str:
        key = nats_claims.new_key("user", secrets.token_bytes(32))
        issued = at or Issued(int(now.timestamp()), int((now + hour).timestamp()))
        return nats_claims.creds(nats_claims.scoped_user(signer, units, nats_claims.public(key), name, tags, issued), key)

    def changed(**claims: Any) -> str:
        """Signed by the scoped key as it should be, with these claims besides."""
        key = nats_claims.new_key("user", secrets.token_bytes(32))
        honest = nats_claims.read_creds(tagged(scoped, f"unit:{UNIT}"))
        body = {**honest, "sub": nats_claims.public(key), "nats": {**honest["nats"], **claims}}
        return nats_claims.creds(signed(scoped, body), key)

    self_made = nats_claims.new_key("account", secrets.token_bytes(32))
    mine, theirs = keys.unit(UNIT, now, now + YEAR).text, keys.unit(NEIGHBOUR, now, now + YEAR).text
    found: dict[str, str | None] = {
        "unit": mine,
        "another unit": theirs,
        "a unit that has ended": keys.unit(ENDED, now, now + YEAR).text,
        "a unit with a second key": changed(),
        "a user without a tag": tagged(scoped),
        "a user with a tag in capitals": tagged(scoped, f"UNIT:{UNIT}"),
        "a receiver": keys.receiver(RECEIVER, now, now + YEAR).text,
        "another receiver": keys.receiver(OTHER_RECEIVER, now, now + YEAR).text,
        **{name: nats_users.creds_of(name).read_text(encoding="utf-8") for name in OURS},
        "nobody": None,
        "a revoked unit": revoked.text,
        "a unit whose credentials have expired": keys.unit(UNIT, ago, now - hour).text,
        "a unit of another installation": other.unit(UNIT, now, now + YEAR).text,
        "a unit that signed its claims itself": tagged(self_made, f"unit:{UNIT}"),
        "a unit signed by the receivers' key": tagged(receivers, f"unit:{UNIT}"),
        "a unit with permissions of its own": changed(pub={"allow": [">"]}, sub={"allow": [">"]}),
        "a unit with the credentials of another key": mine.split("-----BEGIN USER")[0]
        + "-----BEGIN USER"
        + theirs.split("-----BEGIN USER")[1],
    }
    return found, {revoked.public_key: int(now.timestamp()) - 3600}


def signed(key: nkeys.KeyPair, claims: Claims) -> str:
    """A JWT of any claims."""
    words = [orjson.dumps(part) for part in (nats_claims.HEADER, claims)]
    text = b".".join(base64.urlsafe_b64encode(word).rstrip(b"=") for word in words)
    signature = base64.urlsafe_b64encode(bytes(key.sign(text))).rstrip(b"=")
    return b".".join([text, signature]).decode()


def grown(before: Counts, after: Counts) -> dict[str, int]:
    """How many messages were added to each subject; negative for those that are gone."""
    was, now = (Counter({subject: count for counts in found.values() for subject, count in counts.items()}) for found in (before, after))
    return {subject: now[subject] - was[subject] for subject in sorted(was | now) if now[subject] != was[subject]}
