"""Keys and claims of NATS, and what a real server makes of them."""

import asyncio
import secrets
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import nats
import nats.errors
import orjson
import pytest
from nats.aio.client import Client

from services.devstack import probe, servers
from services.devstack.ports import choose_ports
from services.devstack.process import Process
from services.devstack.servers import Server
from shared.plumbing import nats_accounts, nats_claims, nats_push
from shared.plumbing.nats_claims import InvalidClaimsError, Issued
from shared.plumbing.nats_keys import Credentials, NatsKeys
from shared.words.credentials import Credential, Holder
from shared.words.failures import ConfigurationError
from shared.words.reference import Reference
from tests import nats_users
from tests.waiting import until

NOW = datetime(2026, 11, 26, 8, 0, tzinfo=UTC)
LATER = datetime.now(UTC) + timedelta(days=1)
UNIT, OTHER = "06253-2025", "06280-2025"


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[Server]:
    ports = choose_ports(defaults=False)
    started = await servers.start_nats(tmp_path / "nats", ports.nats, ports.nats_http)
    yield started
    await started.kill()


@pytest.fixture
def keys(server: Server) -> NatsKeys:
    assert server.creds is not None
    return NatsKeys.read(server.creds.parent)


async def login(server: Server, credentials: Credentials, folder: Path, unit: str) -> Client:
    """A unit's connection, which does not connect again."""
    file = folder / f"{credentials.public_key}.creds"
    file.write_text(credentials.text, encoding="utf-8")
    silent: dict[str, Any] = {"error_cb": _ignore, "allow_reconnect": False}
    return await nats.connect(server.url, user_credentials=str(file), inbox_prefix=nats_accounts.inbox_prefix(unit).encode(), **silent)


async def _ignore(_: Exception) -> None:
    return


def stored(credentials: Credentials, unit: str, **changes: Any) -> Credential:
    issued_at = datetime.now(UTC) - timedelta(minutes=1)
    known = Credential("1", "nats", Holder(unit), credentials.public_key, frozenset({"send"}), issued_at, "operator/x", LATER)
    return replace(known, **changes)


def test_claims_are_read_only_with_the_signature_of_their_issuer() -> None:
    key, other = (nats_claims.new_key("account", bytes([number]) * 32) for number in (1, 2))
    jwt = nats_claims.account(key, nats_claims.public(other), "X", {}, Issued(10, 20))
    assert nats_claims.read(jwt)["sub"] == nats_claims.public(other)
    head, body, signature = jwt.split(".")
    for wrong in (f"{head}.{body}.{signature[:-4]}AAAA", f"{head}.{body[:-4]}AAAA.{signature}", "x", "a.b.c", ""):
        with pytest.raises(InvalidClaimsError):
            nats_claims.read(wrong)


@pytest.mark.parametrize("unit", [">", "*", "a.b", "", "06253 ", "06253.>", "{{name()}}", "x" * 65, "xã"])
def test_an_id_that_could_widen_the_credentials_is_not_signed(tmp_path: Path, unit: str) -> None:
    keys = NatsKeys.ensure(tmp_path, NOW)
    with pytest.raises(ValueError, match="token"):
        keys.unit(unit, NOW, LATER)
    with pytest.raises(ValueError, match="token"):
        keys.receiver(unit, NOW, LATER)


def test_everything_that_is_signed_ends(tmp_path: Path) -> None:
    keys = NatsKeys.ensure(tmp_path, NOW)
    texts = [file.read_text(encoding="utf-8") for file in keys.creds_folder.iterdir()]
    texts += [keys.unit(UNIT, NOW, LATER).text, keys.receiver("so", NOW, LATER).text]
    claims = [*map(nats_claims.read_creds, texts), *[nats_claims.read(keys.account_jwt(name, 1)) for name in nats_accounts.ACCOUNTS]]
    assert all(claim["exp"] > claim["iat"] for claim in claims)


def test_keys_stay_and_credentials_are_made_again_a_year_before_they_end(tmp_path: Path) -> None:
    first = NatsKeys.ensure(tmp_path, NOW)
    file = first.creds_folder / "ingest.creds"
    before, identity = file.read_text(encoding="utf-8"), first.identity_file.read_text(encoding="utf-8")
    again = NatsKeys.ensure(tmp_path, NOW + timedelta(days=364))
    assert (file.read_text(encoding="utf-8"), again.identity_file.read_text(encoding="utf-8")) == (before, identity)
    NatsKeys.ensure(tmp_path, NOW + timedelta(days=366))
    assert file.read_text(encoding="utf-8") != before
    assert again.account_key("STREAMS") == first.account_key("STREAMS")


def test_two_that_make_the_keys_at_once_get_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first: list[NatsKeys] = []

    def random_while_another_is_faster(size: int) -> bytes:
        monkeypatch.undo()
        first.append(NatsKeys.ensure(tmp_path, NOW))
        return secrets.token_bytes(size)

    monkeypatch.setattr("shared.plumbing.nats_keys.secrets.token_bytes", random_while_another_is_faster)
    second = NatsKeys.ensure(tmp_path, NOW)
    assert second.account_key("UNITS") == first[0].account_key("UNITS")
    assert not list(tmp_path.glob("*.part"))


def test_only_their_owner_can_read_the_files(tmp_path: Path) -> None:
    keys = NatsKeys.ensure(tmp_path / "keys", NOW)
    files = [file for file in keys.folder.rglob("*") if file.is_file()]
    assert files
    assert [oct(file.stat().st_mode & 0o777) for file in files] == ["0o600"] * len(files)
    assert oct(keys.folder.stat().st_mode & 0o777) == "0o700"


async def test_a_revoked_unit_is_out_and_everybody_else_goes_on(
    server: Server, keys: NatsKeys, tmp_path: Path, reformed: Reference
) -> None:
    now = datetime.now(UTC)
    own, second, foreign = keys.unit(UNIT, now, LATER), keys.unit(UNIT, now, LATER), keys.unit(OTHER, now, LATER)
    out = await login(server, own, tmp_path, UNIT)
    rest = [await login(server, second, tmp_path, UNIT), await login(server, foreign, tmp_path, OTHER)]
    known = [stored(own, UNIT, revoked_at=now), stored(second, UNIT), stored(foreign, OTHER)]
    async with nats_push.pusher([server.url], keys, "none") as client:
        refused = nats_push.revoked(known, reformed.registry, now)
        assert await nats_push.push(client, keys, refused, now, 1) == ["UNITS"]
        assert await nats_push.push(client, keys, refused, now + timedelta(seconds=9), 1) == []
    await until(lambda: _true(out.is_closed))
    assert await nats_users.is_refused(server.url, own.text)
    assert all(client.is_connected for client in rest)
    await asyncio.gather(*[client.close() for client in rest])
    await server.restart()
    assert await nats_users.is_refused(server.url, own.text)
    assert not await nats_users.is_refused(server.url, second.text)


async def test_more_revocations_than_fit_in_a_message_are_in_force_and_nobody_else_is_refused(
    server: Server, keys: NatsKeys, reformed: Reference
) -> None:
    now = datetime.now(UTC)
    ago, later = now - timedelta(days=400), now - timedelta(hours=1)
    old, valid, young = keys.unit(UNIT, ago, LATER), keys.unit(UNIT, later, LATER), keys.unit(UNIT, now, LATER)
    known = [stored(old, UNIT, id=str(number), verifier=f"U{number:055}", issued_at=ago, revoked_at=now) for number in range(11_500)]
    known += [
        stored(old, UNIT, id="old", issued_at=ago, expires_at=now - timedelta(days=1)),
        stored(valid, UNIT, id="valid", issued_at=later),
        stored(young, UNIT, id="young", issued_at=now, revoked_at=now),
    ]
    async with nats_push.pusher([server.url], keys, "none") as client:
        refused = nats_push.revoked(known, reformed.registry, now)
        assert await nats_push.push(client, keys, refused, now, 1) == ["UNITS"]
    assert [await nats_users.is_refused(server.url, one.text) for one in (old, valid, young)] == [True, False, True]


def test_the_second_until_which_everybody_is_refused_is_a_change_of_the_claims(tmp_path: Path) -> None:
    keys = NatsKeys.ensure(tmp_path, NOW)
    first, second = [keys.account_jwt("UNITS", 1, {"UNITS": {nats_push.EVERYBODY: until}}) for until in (10, 20)]
    assert nats_push._says(first) != nats_push._says(second)


async def _true(value: bool) -> bool:
    return value


def test_the_unit_of_a_reform_is_refused_from_the_day_after_its_last(reformed: Reference, tmp_path: Path) -> None:
    keys = NatsKeys.ensure(tmp_path, NOW)
    given = keys.unit("06253", NOW, LATER)
    known = [stored(given, "06253", issued_at=datetime(2025, 6, 1, tzinfo=UTC), expires_at=datetime(2026, 6, 1, tzinfo=UTC))]
    last_second = datetime(2025, 6, 30, 16, 59, 59, tzinfo=UTC)
    assert nats_push.revoked(known, reformed.registry, last_second)["UNITS"] == {}
    assert nats_push.revoked(known, reformed.registry, last_second + timedelta(seconds=1))["UNITS"].keys() == {given.public_key}


async def test_claims_that_another_operator_signed_are_not_pushed(server: Server, keys: NatsKeys, tmp_path: Path) -> None:
    """The server would answer that it has updated them, and let nobody in after a restart."""
    stored, stranger = [
        orjson.loads((folder / "keys.json").read_bytes()) for folder in (keys.folder, NatsKeys.ensure(tmp_path, NOW).folder)
    ]
    seeds = stored["seeds"] | {"operator": stranger["seeds"]["operator"]}
    async with nats_push.pusher([server.url], keys, "none") as client:
        with pytest.raises(ConfigurationError, match="other_keys"):
            await nats_push.push(client, NatsKeys(keys.folder, seeds, 1), {}, datetime.now(UTC), 1)
    await server.restart()
    async with nats_push.pusher([server.url], keys, "none") as client:
        assert await nats_push.push(client, keys, {}, datetime.now(UTC), 1) == []


async def test_streams_of_a_server_without_accounts_go_on(tmp_path: Path) -> None:
    """What a version before identities stored."""
    ports, folder = choose_ports(defaults=False), tmp_path / "nats"
    folder.mkdir()
    config = tmp_path / "plain.conf"
    store = f'jetstream {{ store_dir: "{folder}", sync_interval: always }}'
    config.write_text(f"host: 127.0.0.1\nport: {ports.nats}\nhttp: 127.0.0.1:{ports.nats_http}\n{store}\n", encoding="utf-8")
    plain = Process("nats-server", (str(servers.find_nats_server()), "-c", str(config)), tmp_path / "plain.log")
    plain.launch()
    await until(lambda: _answers(ports.nats_http))
    old = await nats.connect(f"nats://127.0.0.1:{ports.nats}")
    await old.jetstream().add_stream(name="INBOX", subjects=["inbox.*"])
    await old.jetstream().publish("inbox.06253", b"kept")
    await old.close()
    await plain.stop()
    new = await nats_users.start_nats(folder, ports.nats, ports.nats_http)
    client = await nats_users.connect(new.url)
    assert (await client.jetstream().get_msg("INBOX", 1)).data == b"kept"
    await client.close()
    await new.stop()


async def _answers(port: int) -> bool:
    return (await asyncio.to_thread(probe.get, port, "/healthz"))[0] == 200
