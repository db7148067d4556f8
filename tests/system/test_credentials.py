"""Credentials in addresses appear in no answer, error, log or readiness text; tested with the real commands and services, with servers
away.

Also the rights of MongoDB users: each service works as its own user, and cannot write data that others own. Real servers with logins.
"""

import asyncio
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import orjson
import pytest
from pymongo import MongoClient
from pymongo.collection import Collection
from pymongo.errors import OperationFailure

from services.devstack import mailcatcher, mongo_users
from services.devstack.mongo_users import Login
from services.devstack.ports import choose_ports
from services.devstack.servers import start_mongo
from services.notify.domain.alerts import EMAIL, PUBLISHED, SENT, STREAM, Alert, Handed, Matter, Outcome
from services.notify.domain.reminders import DueAlerts
from services.notify.store.alerts import AlertStore
from shared.plumbing import mongo
from shared.shell.clock import random_id, system_clock
from shared.shell.service import Connections
from shared.shell.settings import Settings
from shared.words.ladder import Rung
from tests import identities, seeds
from tests.builders import COMMUNE, CT27, RECEIVED, submitted
from tests.identities import bearer
from tests.portal import logged_in
from tests.running import command, process, until_answering, until_ready, with_all_settings
from tests.waiting import until

SECRET = "geheim"
COMMANDS = ("status", "status --json", "streams apply", "regimes check", "verify --json")  # each by a way of its own
ADDRESSES = {
    "away": {
        "nats_url": f"nats://tonghop:{SECRET}@127.0.0.1:9,nats://{SECRET}@127.0.0.1:9",
        "nats_monitor_url": f"http://monitor:{SECRET}@127.0.0.1:9",
        "mongo_url": f"mongodb://tonghop:{SECRET}@127.0.0.1:9/?replicaSet=rs0",
    },
    "unescaped": {
        "nats_url": f"nats://tonghop:pa/{SECRET}@127.0.0.1:9",
        "nats_monitor_url": f"http://monitor:pa/{SECRET}@127.0.0.1:9",
        "mongo_url": f"mongodb://tonghop:pa/{SECRET}@127.0.0.1:9/?replicaSet=rs0",
    },
}


@pytest.fixture(params=ADDRESSES)
def secret(settings: Settings, request: pytest.FixtureRequest) -> Settings:
    return settings.model_copy(update=ADDRESSES[request.param])


@pytest.mark.parametrize("words", COMMANDS)
async def test_no_command_shows_them(secret: Settings, words: str, tmp_path: Path) -> None:
    asked = command(*words.split(), settings=secret, folder=tmp_path)
    asked.launch()
    await asked.ended()

    said = asked.log.read_text(encoding="utf-8")
    assert said
    assert SECRET not in said


@pytest.mark.parametrize("name", ["ingest", "aggregate", "notify", "portal"])
async def test_no_service_that_waits_for_its_servers_shows_them(settings: Settings, name: str, tmp_path: Path) -> None:
    away = {key: address for key, address in ADDRESSES["away"].items() if key != "nats_url"}
    waiting = process(name, settings.model_copy(update=away), tmp_path)
    waiting.launch()
    try:
        readiness = await until_answering(name, settings, "nats_monitor")
    finally:
        await waiting.stop()

    assert "nats-server không trả lời ở địa chỉ giám sát: http://***@127.0.0.1:9" in readiness
    assert SECRET not in readiness
    assert SECRET not in waiting.log.read_text(encoding="utf-8")


async def test_a_service_that_is_given_no_address_ends_and_says_which(settings: Settings, tmp_path: Path) -> None:
    refused = process("ingest", settings.model_copy(update=ADDRESSES["unescaped"]), tmp_path)
    refused.launch()
    assert await refused.ended() != 0

    said = refused.log.read_text(encoding="utf-8")
    assert "TONGHOP_NATS_URL: The value is not an address of NATS" in said
    assert SECRET not in said


SERVICES = ("ingest", "aggregate", "notify", "portal")
OWNERS = {
    "receipts": ("ingest",),
    "reports": ("aggregate",),
    "views": ("aggregate",),
    "duties": ("notify",),
    "alerts": ("notify",),
    "units": ("operator",),
    "regimes": ("operator",),
    "areas": ("operator",),
    "reforms": ("operator",),
    "checkpoints": ("ingest", "aggregate", "notify", "operator"),
    "something_else": (),
}
"""Who may write each collection; `rebuild` may write all."""

WRITES: dict[str, Callable[[Collection[dict[str, Any]]], object]] = {
    "insert": lambda collection: collection.insert_one({"_id": "foreign"}),
    "update": lambda collection: collection.update_one({}, {"$set": {"value": 1}}),
    "replace": lambda collection: collection.replace_one({"_id": "foreign"}, {"value": 1}, upsert=True),
    "delete": lambda collection: collection.delete_many({}),
    "drop": lambda collection: collection.drop(),
    "rename": lambda collection: collection.rename("renamed"),
    "index": lambda collection: collection.create_index("value"),
    "merge": lambda collection: collection.database["units"].aggregate([{"$merge": collection.name}]),
    "out": lambda collection: collection.database["units"].aggregate([{"$out": collection.name}]),
}


FURTHER_WRITES: dict[str, Callable[[Collection[dict[str, Any]]], object]] = {
    "find and update": lambda collection: collection.find_one_and_update({}, {"$set": {"value": 1}}),
    "find and replace": lambda collection: collection.find_one_and_replace({"_id": "new"}, {"value": 1}, upsert=True),
    "find and delete": lambda collection: collection.find_one_and_delete({}),
    "upsert": lambda collection: collection.update_one({"_id": "new"}, {"$set": {"value": 1}}, upsert=True),
}


@dataclass(frozen=True)
class Guarded:
    """A mongod with logins, and the users of a database on it."""

    host: str
    database: str

    def url(self, user: str) -> str:
        return f"mongodb://{user}:{SECRET}-{user}@{self.host}/?replicaSet=rs0&authSource={self.database}"


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guarded]:
    folder = tmp_path_factory.mktemp("guarded")
    key = folder / "key"
    key.write_text("tonghop" * 6, encoding="ascii")
    key.chmod(0o600)
    port = choose_ports(defaults=False).mongo
    login = Login(key, {name: f"{SECRET}-{name}" for name in ("root", *mongo_users.ON_ONE_MACHINE)})
    server = asyncio.run(start_mongo(folder / "mongo", port, login=login))
    made = Guarded(f"127.0.0.1:{port}", "tonghop")
    with mongo_users.client(made.host, login.passwords["root"]) as root:
        mongo_users.grant(root, made.database, {role: (f"{SECRET}-{role}", [role]) for role in mongo_users.rights()})
    yield made
    asyncio.run(server.stop())


@pytest.mark.parametrize("collection", OWNERS)
@pytest.mark.parametrize("user", ["ingest", "aggregate", "notify", "portal", "operator"])
def test_a_user_cannot_write_what_others_own(guarded: Guarded, user: str, collection: str) -> None:
    if user in OWNERS[collection]:
        return
    with MongoClient[dict[str, Any]](guarded.url(user)) as client:
        for write in WRITES.values():
            with pytest.raises(OperationFailure, match="not authorized"):
                write(client[guarded.database][collection])


@pytest.mark.parametrize("user", ["ingest", "aggregate", "notify", "portal", "operator"])
def test_no_service_can_drop_or_rename_its_own_collections_or_see_other_databases(guarded: Guarded, user: str) -> None:
    with MongoClient[dict[str, Any]](guarded.url(user)) as client:
        for collection in OWNERS:
            for name in ("drop", "rename"):
                with pytest.raises(OperationFailure, match="not authorized"):
                    WRITES[name](client[guarded.database][collection])
        for database, collection in (("admin", "system.users"), ("local", "oplog.rs"), ("other", "reports")):
            with pytest.raises(OperationFailure, match="not authorized"):
                client[database][collection].find_one()


def test_what_was_received_cannot_be_changed_by_who_wrote_it(guarded: Guarded) -> None:
    for user, collection in (("ingest", "receipts"), ("aggregate", "reports")):
        with MongoClient[dict[str, Any]](guarded.url(user)) as client:
            for name in ("update", "delete", "drop"):
                with pytest.raises(OperationFailure, match="not authorized"):
                    WRITES[name](client[guarded.database][collection])


@pytest.mark.parametrize("user", ["ingest", "aggregate", "notify", "portal", "operator"])
def test_nobody_can_change_or_remove_what_the_audit_log_has(guarded: Guarded, user: str) -> None:
    with MongoClient[dict[str, Any]](guarded.url(user)) as client:
        database = client[guarded.database]
        if user != "aggregate":  # which acts for nobody
            database["audit"].insert_one({"_id": f"foreign-{user}"})
        for name, write in {**WRITES, **FURTHER_WRITES}.items():
            if name != "insert":
                with pytest.raises(OperationFailure, match="not authorized"):
                    write(database["audit"])
    with mongo_users.client(guarded.host, f"{SECRET}-root") as root:
        root[guarded.database]["audit"].delete_many({"_id": {"$type": "string"}})


async def test_the_notifier_claims_leases_settles_and_drops_alerts_as_its_own_user(guarded: Guarded) -> None:
    """In the season below no rung is due, so the store is called here."""
    matter = Matter("d", "report", CT27, "2024", COMMUNE, COMMUNE, "Thị trấn Văn Quan", "report", RECEIVED)
    sent, dropped = (Alert(matter, Rung(name, RECEIVED), RECEIVED) for name in ("last-day-0800", "before-1"))
    client = mongo.connect(guarded.url("notify"))
    try:
        store = AlertStore(client[guarded.database], system_clock, random_id())
        await store.prepare()
        assert await store.claim(DueAlerts((sent, dropped), ()), lambda _: [STREAM, EMAIL]) == [sent, dropped]
        assert [lease.alert for lease in await store.lease([sent], EMAIL)] == [sent]
        await store.settle([Outcome(sent, SENT, Handed(frozenset({"m"})))], EMAIL)
        await store.settle([Outcome(sent, PUBLISHED)], STREAM)
        for channel in (STREAM, EMAIL):
            await store.drop([dropped], channel)
            assert await store.unsent(channel) == []
    finally:
        await mongo.close(client)


async def test_the_portal_keeps_people_logged_in_as_its_own_user(guarded: Guarded) -> None:
    client = mongo.connect(guarded.url("portal"))
    try:
        desk = logged_in.desk(client[guarded.database])
        await desk.accounts.prepare()
        person, browser = await desk.person(identities.grant("officer", COMMUNE), login="lan"), desk.browser()
        assert (await browser.log_in(password="sai")).status_code == 401
        assert (await browser.log_in()).status_code == 303
        assert await browser.is_logged_in()
        new = "cánh đồng lúa chín vàng 9"
        typed = {"current": logged_in.PASSWORD, "new": new, "again": new}
        assert (await browser.http.post("/tai-khoan/mat-khau", data=typed)).status_code == 303
        await browser.http.post("/tai-khoan/lich")
        assert await desk.accounts.calendars.address(person) is not None
        assert (await browser.http.post("/tai-khoan/phien")).status_code == 303
        await desk.accounts.invitations.invite("operator/test", person, "verifier")
        assert await desk.accounts.invitations.bind("verifier", "https://login.example", "lan") is not None
        assert await desk.accounts.delays.take_once("once/x", desk.clock.now)
        await desk.accounts.delays.give_turn("turn/x/y", desk.clock.now)
        assert await desk.accounts.delays.has_turn("turn/x/y", desk.clock.now)
        assert (await browser.http.post("/dang-xuat")).status_code == 303
    finally:
        await mongo.close(client)


async def test_every_service_and_command_does_its_work_as_its_own_user(guarded: Guarded, connections: Connections, tmp_path: Path) -> None:
    """A whole season: set-up, a report by HTTP, its view, feed and page, a tick, verify, rebuild, each by the user that does it."""
    settings = with_all_settings(connections).settings.model_copy(update={"database": guarded.database})

    def as_user(user: str) -> Settings:
        return settings.model_copy(update={"mongo_url": guarded.url(user)})

    async def done(user: str, *words: str) -> str:
        asked = command(*words, settings=as_user(user), folder=tmp_path)
        asked.launch()
        code = await asked.ended()
        said = asked.log.read_text(encoding="utf-8")
        assert code == 0, said
        return said

    await done("operator", "units", "import")
    await done("operator", "regimes", "load")
    [issued] = json.loads(await done("operator", "credentials", "issue", COMMUNE, "--json"))
    key = issued["http_key"]
    services = {name: process(name, as_user(name), tmp_path) for name in SERVICES}
    try:
        for service in services.values():
            service.launch()
        await asyncio.gather(*[until_ready(name, settings) for name in SERVICES])
        portal = mongo.connect(guarded.url("portal"))
        cookies = await identities.viewer(portal[guarded.database], seeds.units())
        await mongo.close(portal)
        async with httpx2.AsyncClient(cookies=cookies) as client:
            sent = await client.post(
                f"http://127.0.0.1:{settings.ingest_port}/v1/reports",
                content=orjson.dumps(submitted()),
                headers={"content-type": "application/cloudevents+json"} | bearer(key),
            )
            assert sent.status_code == 201, sent.text

            async def is_shown() -> bool:
                found = await client.get(f"http://127.0.0.1:{settings.portal_port}/api/v1/views/{CT27}/2024/184")
                return found.status_code == 200 and found.json()["reporting"]["received"] == 1

            await until(is_shown)
            for path in ("/", "/nghia-vu", f"/api/v1/feeds/20/{CT27}"):
                assert (await client.get(f"http://127.0.0.1:{settings.portal_port}{path}")).status_code == 200, path
        await done("operator", "verify")
        await done("operator", "explain", f"{CT27}/2024/184", "gd_ngay_cong")
        await done("operator", "duties", "list")
        await done("operator", "notify", "plan")
        await done("operator", "contacts", "list")
        async with mailcatcher.catching(tmp_path / "mail", settings.smtp_port):
            await done("notify", "notify", "tick")
        await done("notify", "notify", "rebuild")
        await done("rebuild", "rebuild")
        await done("operator", "verify")
        assert "đối chiếu với 2 mã kiểm tra" in await done("operator", "audit", "verify")  # that of MongoDB, and one published by notify
        await asyncio.gather(*[until_ready(name, settings) for name in SERVICES])
    finally:
        for service in services.values():
            await service.stop()

    said = "".join(service.log.read_text(encoding="utf-8") for service in services.values())
    assert "not authorized" not in said
    assert SECRET not in said
