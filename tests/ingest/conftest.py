"""Fixtures for ingest on real servers, with the units of three regimes. Property tests have no time limit, because the
machine may be busy.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import orjson
import pytest
from nats.aio.msg import Msg

from services.ingest import app as ingest_app
from services.ingest.domain import screening
from services.ingest.domain.case import Incoming
from services.ingest.domain.decision import Decision
from services.ingest.domain.known import About
from services.ingest.failing import FailedMessages
from services.ingest.intake import Intake
from services.ingest.parked import Parking
from services.ingest.parked_counts import ParkedCounts
from services.ingest.store import ClaimStore
from shared.plumbing import delivery, reader, reference_documents
from shared.plumbing.reader import Delivery
from shared.shell.service import Connections
from shared.shell.settings import Settings
from shared.wire import collection_names, events, subjects
from shared.words.reference import Reference
from tests import identities, knowing, seeds
from tests.builders import COMMUNE, RECEIVED, Event, payload, sender_of
from tests.ingest.screening import Opened, Screen
from tests.ingest.serving import Client, serving
from tests.running import is_ready
from tests.waiting import until

PARTITIONS = 8


def parking(connections: Connections) -> Parking:
    return Parking(connections.streams, connections.database, ParkedCounts(connections.database, connections.clock), connections.clock)


class Ingest:
    """INBOX, a door that is worked by hand, and what comes out of it."""

    def __init__(self, connections: Connections) -> None:
        self.connections = connections
        self.store = ClaimStore(connections.database)
        self.parking = parking(connections)
        self.failing = FailedMessages(connections.streams, self.store, self.parking)
        self.intake = Intake(connections.streams, self.store, self.parking, connections.reference, PARTITIONS)
        self.follow = reader.durable_reader(connections.streams.client, subjects.INBOX, subjects.INGEST_DURABLE)
        self.receipts: list[dict[str, Any]] = []

    async def listen(self) -> None:
        async def on_receipt(message: Msg) -> None:
            self.receipts.append({**orjson.loads(message.data), "subject": message.subject})

        await self.connections.streams.client.subscribe("receipts.*", cb=on_receipt)

    async def send(self, *sent: Event | bytes, sender: str | None = None, is_people: bool = False) -> list[Delivery]:
        """Publishes to the inbox of units or of people; the batch as it is delivered."""
        for one in sent:
            body = one if isinstance(one, bytes) else payload(one)
            token = sender or (sender_of(one) if isinstance(one, dict) else "06253")
            await self.connections.streams.jetstream.publish(subjects.inbox_of_people(token) if is_people else subjects.inbox(token), body)
        found: list[Delivery] = []
        async with asyncio.timeout(10):
            while len(found) < len(sent):
                found += await self.follow.batch(1000, wait_s=1.0)
        return found

    async def work(self, batch: list[Delivery], intake: Intake | None = None) -> None:
        """Hands a batch to the door as the service does; afterwards all receipts have come."""
        assert await self.deliver(batch, intake)
        await self.settle()

    async def deliver(self, batch: Sequence[Delivery], intake: Intake | None = None) -> bool:
        """Hands a batch to the door; whether all is done with."""
        client, door = self.connections.streams.client, intake or self.intake
        are_done = await delivery.deliver(client, batch, door.on_inbox, self.failing)
        spoiled = door.spoiled_now()
        return await delivery.deliver(client, spoiled, door.on_spoiled, self.failing) and are_done if spoiled else are_done

    async def take(self, *sent: Event | bytes, sender: str | None = None, is_people: bool = False) -> list[dict[str, Any]]:
        """Sends, screens, and gives the receipts that came of it."""
        before = len(self.receipts)
        await self.work(await self.send(*sent, sender=sender, is_people=is_people))
        return self.receipts[before:]

    async def settle(self) -> None:
        """Waits until what was published on core NATS has come back."""
        await self.connections.streams.client.flush()
        await asyncio.sleep(0.02)

    async def stored(self, stream: str) -> list[dict[str, Any]]:
        """All messages of a stream, their headers and subject added."""
        jetstream = self.connections.streams.jetstream
        last = (await jetstream.stream_info(stream)).state.last_seq
        messages = [await jetstream.get_msg(stream, sequence) for sequence in range(1, last + 1)]
        return [{**orjson.loads(message.data or b""), "subject": message.subject, "headers": message.headers} for message in messages]

    async def store_report(self, claim_id: str, position: dict[str, int]) -> None:
        """What the aggregator does with an event of the log, as far as ingest reads it."""
        await self.connections.database["reports"].insert_one({"_id": claim_id, **position})

    async def receipt(self, event_id: str, sender: str = COMMUNE) -> dict[str, Any] | None:
        """The receipt of an event as it is answered over HTTP."""
        found = await self.store.receipt(sender, event_id)
        return None if found is None else found.model_dump(mode="json", exclude_defaults=True)

    async def claims(self) -> dict[str, dict[str, Any]]:
        return {document["_id"]: document async for document in self.connections.database["receipts"].find()}


@pytest.fixture
async def known(connections: Connections, reference: Reference) -> Connections:
    """The connections with all regimes, the units of Văn Quan and of Bình Định's districts, one that confirms: few, for a short test."""
    all_units = reference.registry.units
    places = {"20", "184", "44", "450", "52"}
    await connections.reference.put_units(
        [unit for unit in all_units if unit.code in places or unit.parent in {"184", "52"} or unit.kind == "office"]
    )
    await connections.reference.put_regimes(seeds.first_regimes())
    return connections


@pytest.fixture
async def ingest(known: Connections) -> AsyncIterator[Ingest]:
    working = Ingest(known)
    await working.listen()
    yield working
    await working.follow.close()


@pytest.fixture
async def today(connections: Connections, reformed: Reference) -> Connections:
    """The connections with all regimes and what changes over time, and the units of today of Lạng Sơn and Quảng Trị: those of the examples
    in the documents.
    """
    tree = reformed.registry.at(max(reformed.reform_days))
    units = [unit for top in ("20", "44") for unit in tree.within(top)]
    areas = [reference_documents.area_document(area) for area in reformed.registry.areas]
    await connections.database[collection_names.AREAS].insert_many([dict(area) for area in areas])
    await connections.reference.put_units(units)
    await connections.reference.put_regimes(seeds.changing_regimes())
    return connections


@pytest.fixture(scope="session")
def screen(reference: Reference) -> Screen:
    """Screens a message as of `RECEIVED`, by default of the unit that its event names."""

    def decide(
        sent: Event | bytes,
        sender: str | None = None,
        received: datetime = RECEIVED,
        known_open: Opened = frozenset(),
        before: Sequence[Event] = (),
        views: Mapping[About, str] | None = None,
    ) -> Decision:
        body = sent if isinstance(sent, bytes) else payload(sent)
        token = sender or (sender_of(sent) if isinstance(sent, dict) and "source" in sent else COMMUNE)
        return screening.screen(
            Incoming(token, body, events.to_ms(received), 1), reference, knowing.known(*before, opened_periods=known_open, views=views)
        )

    return decide


@pytest.fixture
async def key(known: Connections) -> str:
    """The key of the commune that sends."""
    return await identities.put_key(known.database, COMMUNE)


@pytest.fixture
async def door(settings: Settings, key: str) -> AsyncIterator[Client]:
    """The door of a working ingest."""
    app = ingest_app.create_app(settings)
    async with serving(app, key) as client:
        await until(lambda: is_ready(app))
        yield client
