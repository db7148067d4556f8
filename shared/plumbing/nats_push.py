"""Gives the claims of accounts to the NATS servers, and reads back what they have.

MongoDB says which users are revoked; the claims say it to the servers. A server answers `jwt updated` also when the claims are older than
those it has or signed by somebody else, so only what it gives back proves anything. Source: ADR-0051.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import date, datetime, timedelta
from typing import Any, Final

import nats.errors
import orjson
import structlog
from nats.aio.client import Client

from shared.plumbing import broker, nats_accounts, nats_claims
from shared.plumbing.nats_accounts import ACCOUNTS, Account, Scoped
from shared.plumbing.nats_keys import NatsKeys, Revoked
from shared.words import periods
from shared.words.credentials import Credential
from shared.words.failures import ConfigurationError, TransientError
from shared.words.refusals import refusal
from shared.words.units import Registry

log = structlog.get_logger()

ANSWER_S: Final = 3.0
UPDATE: Final = "$SYS.REQ.CLAIMS.UPDATE"
LOOKUP: Final = "$SYS.REQ.ACCOUNT.{}.CLAIMS.LOOKUP"
EVERYBODY: Final = "*"  # in revocations: every user of the account that was issued until the second
MOST_NAMED: Final = 5_000  # revocations with a name of their own; about 11,000 fit in a message
KEPT: Final = timedelta(days=3650)  # how long a revocation is kept: longer than any credentials are valid


def revoked(credentials: Sequence[Credential], registry: Registry, now: datetime) -> Revoked:
    """The NATS users that are refused: revoked, replaced, or of a unit that does not exist today. By account: public key and second."""
    today = periods.local_day(now)
    valid: dict[Scoped, list[Credential]] = {"UNITS": [], "RECEIVERS": []}
    refused: dict[Scoped, list[Credential]] = {"UNITS": [], "RECEIVERS": []}
    for credential in credentials:
        if credential.kind == "nats" and now < credential.issued_at + KEPT:
            group = valid if _is_valid(credential, registry, now, today) else refused
            group["RECEIVERS" if credential.holder.unit is None else "UNITS"].append(credential)
    return {account: _seconds(refused[account], valid[account], now) for account in refused}


def _seconds(refused: Sequence[Credential], valid: Sequence[Credential], now: datetime) -> dict[str, int]:
    """Until which second each refused user of an account is refused, by public key. If there are very many, those that are older than all
    valid ones are not named but refused together: else the claims would be larger than a message may be, and nobody could be revoked.
    """
    if len(refused) <= MOST_NAMED:
        return {one.verifier: _refused_until(one, now) for one in refused}
    until = min((_issued(one) - 1 for one in valid), default=max(map(_issued, refused)))
    return {EVERYBODY: until, **{one.verifier: _refused_until(one, now) for one in refused if _issued(one) > until}}


def _issued(credential: Credential) -> int:
    return int(credential.issued_at.timestamp())


def _refused_until(credential: Credential, now: datetime) -> int:
    return int(now.timestamp()) if credential.revoked_at is None else _second(credential.revoked_at)


def _is_valid(credential: Credential, registry: Registry, now: datetime, today: date) -> bool:
    return credential.state(now) == "valid" and registry.keeps_valid(credential.holder.unit, today)


def _second(at: datetime) -> int:
    return int(at.timestamp()) + 1


@asynccontextmanager
async def pusher(servers: Sequence[str], keys: NatsKeys, ca: str) -> AsyncIterator[Client]:
    """A connection of the user that may give claims to the servers."""
    system = broker.create_broker(list(servers), nats_accounts.PUSH, keys.creds_folder / f"{nats_accounts.PUSH}.creds", ca)
    async with asyncio.timeout(ANSWER_S + broker.CONNECT_S):
        await system.start()
    try:
        yield system.config.broker_config.connection_state.connection
    finally:
        await system.stop()


async def push(client: Client, keys: NatsKeys, refused: Revoked, now: datetime, servers: int) -> list[Account]:
    """Gives the servers every account whose claims differ from what they should say. Returns those accounts.

    Raises TransientError if a server does not have the new claims afterwards, and ConfigurationError if the keys are not those of the
    servers' operator, whose claims would let nobody in after a restart. `servers` is how many should answer.
    """
    changed: list[Account] = []
    for account in ACCOUNTS:
        key = keys.account_key(account)
        wanted = keys.account_jwt(account, int(now.timestamp()), refused)
        stored = await _stored(client, key)
        if stored is not None and _says(stored) == _says(wanted):
            continue
        if stored is not None and _says(stored)[0] != _says(wanted)[0]:
            raise ConfigurationError(refusal("nats.other_keys", str(keys.folder)))
        answers = await _update(client, wanted, servers)
        read_back = await _stored(client, key)
        if read_back is None or _says(read_back) != _says(wanted):
            raise TransientError(refusal("nats.not_pushed", account=account))
        if answers < servers:  # a server that was away takes the claims from the others when it is back
            log.warning("nats.servers_missing", account=account, answered=answers, servers=servers)
        changed.append(account)
    return changed


def _says(jwt: str) -> tuple[str, Mapping[str, Any]]:
    """Who signed claims, and what they say, without when. Revocations count by key: the second of one user may differ."""
    claims = nats_claims.read(jwt)
    said = dict(claims["nats"])
    revocations = said.get("revocations", {})
    said["revocations"], said["everybody"] = sorted(revocations), revocations.get(EVERYBODY)
    return claims["iss"], said


async def _stored(client: Client, key: str) -> str | None:
    """The claims of an account that a server has; None if it has none."""
    try:
        answer = await client.request(LOOKUP.format(key), b"", timeout=ANSWER_S)
    except nats.errors.NoRespondersError:
        return None
    text = answer.data.decode(errors="replace")
    try:
        nats_claims.read(text)
    except nats_claims.InvalidClaimsError:
        return None
    return text


async def _update(client: Client, jwt: str, servers: int) -> int:
    """Sends claims to all servers. Returns how many have taken them."""
    inbox, answers = client.new_inbox(), asyncio.Queue[bytes]()

    async def take(message: Any) -> None:
        answers.put_nowait(message.data)

    subscription = await client.subscribe(inbox, cb=take)
    taken = 0
    try:
        await client.publish(UPDATE, jwt.encode(), reply=inbox)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(ANSWER_S):
                while taken < servers:
                    taken += _is_taken(await answers.get())
    finally:
        await subscription.unsubscribe()
    return taken


def _is_taken(answer: bytes) -> bool:
    try:
        return int(orjson.loads(answer)["data"]["code"]) == 200
    except (ValueError, KeyError, TypeError):
        return False
