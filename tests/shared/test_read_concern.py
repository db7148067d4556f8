"""Every read uses the read concern `majority`, as seen in the requests that a real server received."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pymongo import ReadPreference, WriteConcern

from services.aggregate import rebuild
from services.aggregate.store import Store
from services.ingest.store import ClaimStore
from services.notify.store.alerts import AlertStore
from services.notify.store.book import BookStore
from services.portal.reading.duty_queries import Asked
from services.portal.reading.duty_store import DutyStore
from services.portal.reading.store import PortalStore
from shared.plumbing import data_format, mongo
from shared.plumbing.reference_store import ReferenceStore
from shared.shell.clock import system_clock
from shared.shell.service import Connections
from shared.shell.settings import Settings
from shared.wire import collection_names
from shared.wire.view_key import ViewKey
from shared.words.scope import Scope
from tests import seeds
from tests.replica_set import PASSWORD, USER, client_of, keep_primary, replica_set

pytestmark = pytest.mark.stores

READS = ("find", "aggregate", "count", "distinct")


@pytest.fixture
async def profiled(connections: Connections) -> AsyncIterator[Connections]:
    """The server writes down every command that it is given."""
    await connections.database.command({"profile": 2})
    yield connections
    await connections.database.command({"profile": 0})


async def reads(connections: Connections) -> list[dict[str, Any]]:
    """The reading commands that the server was given, but for the reading of the profile."""
    profile = connections.database["system.profile"]
    found = [entry["command"] async for entry in profile.find({"ns": {"$not": {"$regex": "system.profile$"}}}).sort("ts")]
    return [command for command in found if any(name in command for name in READS)]


async def read_everything(connections: Connections) -> None:
    """Every reading method of every store, also of what is not there."""
    database, now = connections.database, datetime.now(UTC)
    reference = ReferenceStore(database, system_clock)
    await reference.current()
    await reference.kinds()
    await data_format.require(database)
    claims = ClaimStore(database)
    await claims.known({("ct27-van-quan", "2024", "06253")}, {("nq68-quang-binh", "2024", "450")})
    await claims.receipt("06253", "x")
    await claims.positions(["x"])
    assert [text async for text in claims.accepted(set())] == []
    views = Store(database)
    await views.checkpoint(0)
    assert [part async for part in views.events(0, ("r", "2026"), 1)] == []
    assert [pair async for pair in views.periods()] == []
    await views.shown(0, 1)
    await views.versions([0], "r")
    await views.documents(["x"])
    alerts = AlertStore(database, system_clock, "a-notifier")
    await alerts.known(["x"])
    await alerts.unsent("stream")
    await alerts.is_another_sending()
    book = BookStore(database)
    await book.checkpoint()
    await book.generation()
    await book.live(datetime(2026, 1, 1, tzinfo=UTC))
    await book.reports(("r", "2026"))
    names, scope = ("ct27-van-quan", "2024"), Scope.of_command_line(seeds.first_reference(), now.date())
    setting = scope.reference.setting(*names)
    assert setting is not None
    portal = PortalStore(database, scope)
    await portal.view(*names, "184")
    await portal.views(*names, ["184"])
    await portal.views_through("r", ["2026"], ["x"])
    await portal.positions("r", ["2026"], "x")
    await portal.opened_periods("r", ["2026"])
    await portal.progress([ViewKey("r", "2026", "x")])
    await portal.progress_of(["r"], ["x"])
    await portal.entries(setting, ["06253"])
    await portal.contents(["x"])
    await portal.openings("r", "2026")
    await portal.duty_dates("r", "2026", ["x"])
    duties = DutyStore(database, scope)
    await duties.periods(["r"])
    await duties.totals(Asked(None), now)
    await duties.owed(Asked(None), now)
    await duties.urgent(Asked(None), now, 1)
    assert [duty async for duty in duties.read(Asked(None), None, now)] == []
    await duties.of_keys([ViewKey("r", "2026", "x")])
    await duties.with_overdue(["r"], now)
    await duties.of_unit("x", now)
    await rebuild.Rebuild(connections, lambda known: claims.accepted(known), lambda *_: None).run()


async def test_every_store_reads_what_a_majority_has(profiled: Connections) -> None:
    await read_everything(profiled)

    found = [command for command in await reads(profiled) if "autocommit" not in command]  # those of transactions: next test
    kinds = {name for command in found for name in READS if name in command}
    collections = {command[name] for command in found for name in READS if name in command}
    assert kinds == set(READS)
    assert collections >= {"checkpoints", "reports", "receipts", "views", "duties", "alerts", "regimes"}
    assert [command for command in found if command.get("readConcern", {}).get("level") != "majority"] == []


async def test_a_transaction_reads_one_picture_that_a_majority_has(profiled: Connections) -> None:
    async def look(session: mongo.Session) -> None:
        await profiled.database["units"].find_one({}, session=session)

    await mongo.in_transaction(profiled.database, look)

    (asked,) = await reads(profiled)
    assert asked["readConcern"]["level"] == "snapshot"
    assert profiled.database["units"].write_concern.document == {"w": "majority", "j": True}


@pytest.mark.parametrize("options", ["readConcernLevel=local", "readConcernLevel=available", "readPreference=secondaryPreferred"])
async def test_no_address_can_ask_for_less(settings: Settings, options: str) -> None:
    client = mongo.connect(f"{settings.mongo_url}&{options}")
    things = client[settings.database]["things"]

    assert things.read_concern.level == mongo.exact(things).read_concern.level == "majority"
    assert things.read_preference == ReadPreference.PRIMARY
    await mongo.close(client)


async def test_what_a_majority_has_not_is_not_read(tmp_path: Path, settings: Settings) -> None:
    """At a primary whose two others stand still: what only it has would be rolled back if it were cut off."""
    async with replica_set(tmp_path) as found:
        primary = await found.until_primary()
        await asyncio.to_thread(keep_primary, primary)
        client = mongo.connect(found.url)
        checkpoints = client[settings.database][collection_names.CHECKPOINTS]
        await checkpoints.insert_one({"_id": "aggregate/0", "sequence": 1})
        for host, member in found.members.items():
            if host != primary:
                os.kill(member.pid, signal.SIGSTOP)
        with client_of(primary, USER, PASSWORD) as alone:
            only_here = alone[settings.database].get_collection("checkpoints", write_concern=WriteConcern(w=1))
            only_here.update_one({"_id": "aggregate/0"}, {"$set": {"sequence": 2}})
            local = only_here.find_one({})

        checkpoint = await checkpoints.find_one({"_id": "aggregate/0"})

        assert local is not None
        assert checkpoint is not None
        assert (local["sequence"], checkpoint["sequence"]) == (2, 1)
        await mongo.close(client)
