"""The matrix notices when one rule is looser than the contract: the same cases, with accounts, users and streams that allow a little more.

Each test loosens one thing and says which cases must report it, and only those.
"""

import functools
import secrets
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from shared.plumbing import nats_claims, streams
from shared.plumbing.nats_accounts import Account
from shared.plumbing.nats_claims import Claims, Issued
from shared.wire import subjects
from tests.nats_matrix import cases, trying
from tests.nats_matrix.cases import PUBLISHED, SUBSCRIBED
from tests.nats_matrix.headers import STORED
from tests.nats_matrix.installation import Installation, running, seeds
from tests.nats_matrix.rules import OTHER_RECEIVER, RULES, UNIT, covers, may
from tests.nats_matrix.trying import Watch

Change = Callable[[Claims], Claims]


def _now() -> datetime:
    return datetime.now(UTC)


def template(body: Claims, kind: str, allowed: Sequence[str]) -> Claims:
    """The claims of an account whose scoped key allows more."""
    [scope] = body["signing_keys"]
    was = scope["template"][kind]["allow"]
    looser = {**scope["template"], kind: {"allow": [*was, *allowed]}}
    return {**body, "signing_keys": [{**scope, "template": looser}]}


@pytest.fixture
async def installation(tmp_path: Path) -> AsyncIterator[Installation]:
    async with running(tmp_path) as found:
        yield found


@asynccontextmanager
async def loosened(installation: Installation, account: Account, change: Change) -> AsyncIterator[None]:
    await installation.push(account, change)
    yield
    await installation.push(account)


def newly(user: str, act: str, *patterns: str) -> list[str]:
    """What the matrix must report for a user when he may do more: the subjects of the tables that fit and that are not his."""
    tried = PUBLISHED if act == "publish" else SUBSCRIBED
    return [
        f"{act} {subject} is allowed"
        for subject in tried
        if any(covers(pattern, subject) for pattern in patterns) and not may(user, "publish" if act == "publish" else "subscribe", subject)
    ]


LOOSER: Sequence[tuple[str, Account, str, str, tuple[str, ...]]] = (
    ("unit", "UNITS", "pub", "publish", ("inbox.*",)),
    ("unit", "UNITS", "pub", "publish", ("receipts.*",)),
    ("unit", "UNITS", "pub", "publish", ("$JS.API.>",)),
    ("unit", "UNITS", "pub", "publish", ("inbox.*.people",)),
    ("unit", "UNITS", "sub", "subscribe", ("receipts.*", "receipts.>")),
    ("unit", "UNITS", "sub", "subscribe", ("alerts.*", "alerts.>")),
    ("unit", "UNITS", "sub", "subscribe", ("_INBOX.>",)),
    ("unit", "UNITS", "sub", "subscribe", (">",)),
    ("a receiver", "RECEIVERS", "pub", "publish", ("$JS.API.CONSUMER.MSG.NEXT.FEED.*",)),
    ("a receiver", "RECEIVERS", "pub", "publish", ("$JS.ACK.>",)),
    ("a receiver", "RECEIVERS", "sub", "subscribe", (">",)),
)


async def test_a_looser_template_is_reported_for_each_subject_that_it_opens(installation: Installation) -> None:
    for user, account, kind, act, allowed in LOOSER:
        expected = newly(user, act, *allowed)
        async with loosened(installation, account, functools.partial(template, kind=kind, allowed=allowed)):
            assert expected, (user, allowed)
            assert sorted(await trying.unexpected(installation, user)) == sorted(expected)
    assert await trying.unexpected(installation, "unit") == []


@pytest.mark.parametrize("name", [name for name in RULES if name in ("ingest", "aggregate", "notify", "portal", "push")])
async def test_a_service_with_more_rights_than_it_needs_is_reported(installation: Installation, name: str) -> None:
    rule = RULES[name]
    account: Account = "SYS" if name == "push" else "SERVICES"
    extra = "$SYS.>" if name == "push" else "streams.>"
    publish = [*rule.publish, extra]
    installation.creds[name] = installation.keys.service(name, account, publish, list(rule.subscribe[:-1]), int(time.time()))

    assert sorted(await trying.unexpected(installation, name)) == sorted(newly(name, "publish", extra))


async def test_an_id_with_a_wildcard_would_send_for_everybody_so_no_such_credentials_are_made(
    installation: Installation,
) -> None:
    signing = nats_claims.key_of(seeds(installation.keys)["sign UNITS"])
    key, now = nats_claims.new_key("user", secrets.token_bytes(32)), int(time.time())
    units = installation.keys.account_key("UNITS")
    jwt = nats_claims.scoped_user(signing, units, nats_claims.public(key), UNIT, [f"unit:{UNIT}", "unit:*"], Issued(now, now + 3600))
    installation.creds["unit"] = nats_claims.creds(jwt, key)

    assert set(newly("unit", "publish", "inbox.*")) <= set(await trying.unexpected(installation, "unit"))
    for unit in ("*", ">", "a.b", "", "06253 ", f"{UNIT}.>"):
        with pytest.raises(ValueError, match="not a token"):
            installation.keys.unit(unit, _now(), _now())


@pytest.mark.parametrize(
    ("asked", "body"), [(f"CONSUMER.MSG.NEXT.FEED.{OTHER_RECEIVER}", cases.NO_WAIT), ("DIRECT.GET.FEED", cases.MISSING)]
)
async def test_who_may_pull_or_get_in_the_account_of_the_streams_can_delete_there_and_is_reported(
    installation: Installation, asked: str, body: bytes
) -> None:
    """Why no service, unit or receiver has a user there."""
    inbox = "_INBOX_aggregate.drained"
    publish, subscribe = [f"$JS.API.{asked}"], ["_INBOX_aggregate.>"]
    installation.creds["aggregate"] = installation.keys.service("aggregate", "STREAMS", publish, subscribe, int(time.time()))
    watch = await Watch.begin(installation, "another unit")
    wire = await installation.log_in("aggregate")
    wire.subscribe(inbox)
    wire.publish(publish[0], b'{"batch": 1000, "no_wait": true}', inbox)
    await wire.settle()
    await wire.close()

    effect = await trying.effect_of_replies(installation, watch, "aggregate", publish[0], body, ["$JS.API.CONSUMER.DELETE.INBOX.ingest"])

    assert effect.changed == [f"{subjects.INBOX}/ingest"]
    await watch.end()


async def test_an_import_without_a_wildcard_takes_answers_too_and_is_reported(installation: Installation) -> None:
    """Why `audit.*` is imported and not `audit.head`: nats-server carries an answer on through an import of exactly its subject."""

    def literal(body: Claims) -> Claims:
        exact = {"name": subjects.audit_head(), "subject": subjects.audit_head()}
        return {**body, "imports": [{**one, **exact} if one["subject"] == "audit.*" else one for one in body["imports"]]}

    watch = await Watch.begin(installation, "another unit")
    async with loosened(installation, "SERVICES", literal):
        effect = await trying.effect_of_replies(installation, watch, "portal", "streams.STREAM.INFO.FEED", b"")

    assert effect.grown == {subjects.audit_head(): 1}
    await watch.end()


async def test_an_inbox_that_allows_roll_ups_is_reported(installation: Installation) -> None:
    config = streams.read().stream_config(subjects.INBOX).evolve(allow_rollup_hdrs=True, deny_purge=False)
    await installation.jetstream.update_stream(config)

    found = await trying.outcomes_of_headers(installation)

    assert found["Nats-Rollup: sub"][0] == STORED


async def test_an_inbox_that_allows_times_to_live_is_reported(installation: Installation) -> None:
    config = streams.read().stream_config(subjects.INBOX).evolve(allow_msg_ttl=True)
    await installation.jetstream.update_stream(config)

    assert (await trying.outcomes_of_headers(installation))["Nats-TTL: 1s"][0] == STORED
