"""Two units send with their own credentials, at the same moment and with the same message id: each gets its own receipt."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import orjson
import pytest

from services.ingest.app import ingest
from services.ingest.store import ClaimStore
from shared.plumbing import tasks
from shared.plumbing.readiness import Readiness
from shared.shell.service import Connections
from tests import hostile, nats_users
from tests.builders import payload, submitted
from tests.nats_matrix.wire import Heard, Wire
from tests.waiting import until

UNITS = ("06253", "06256")
SAME = hostile.LINE + b"Nats-Msg-Id: same\r\n\r\n"


@pytest.fixture
async def ingesting(loaded: Connections) -> AsyncIterator[Connections]:
    task = asyncio.ensure_future(ingest(loaded, ClaimStore(loaded.database), Readiness()))
    yield loaded
    await tasks.end(task)


async def sender(connections: Connections, unit: str) -> Wire:
    now = datetime.now(UTC)
    creds = nats_users.keys().unit(unit, now, now + timedelta(hours=1))
    wire = await Wire.log_in(connections.settings.nats_servers[0], creds.text)
    wire.subscribe(f"receipts.{unit}")
    wire.subscribe(f"_INBOX_{unit}.>")
    assert await wire.settle() == []
    return wire


def told(wire: Wire, prefix: str) -> list[Heard]:
    return [heard for heard in wire.heard if heard.subject.startswith(prefix)]


async def test_two_units_with_the_same_message_id_both_get_their_receipt(ingesting: Connections) -> None:
    wires = {unit: await sender(ingesting, unit) for unit in UNITS}
    await asyncio.sleep(0.1)  # an answer within milliseconds after a subscription may not reach it

    for unit, wire in wires.items():
        wire.publish(f"inbox.{unit}", payload(submitted(unit, event_id="event-same")), f"_INBOX_{unit}.a", SAME)

    async def have_receipts() -> bool:
        return all(told(wire, "receipts.") for wire in wires.values())

    await until(have_receipts)
    for unit, wire in wires.items():
        [stored], [receipt] = told(wire, "_INBOX_"), told(wire, "receipts.")
        assert "duplicate" not in orjson.loads(stored.body)
        assert {name: orjson.loads(receipt.body)[name] for name in ("unit", "event_id", "verdict")} == {
            "unit": unit,
            "event_id": "event-same",
            "verdict": "accepted",
        }
        await wire.close()


async def test_a_unit_that_uses_the_event_id_and_message_id_of_another_one_hides_nothing(ingesting: Connections) -> None:
    wires = {unit: await sender(ingesting, unit) for unit in UNITS}
    first, second = UNITS
    foreign = payload(submitted(second, event_id="event-foreign"))
    await asyncio.sleep(0.1)

    wires[first].publish(f"inbox.{first}", foreign, "", SAME)  # in another unit's name
    wires[second].publish(f"inbox.{second}", foreign, "", SAME)

    async def have_receipts() -> bool:
        return all(told(wire, "receipts.") for wire in wires.values())

    await until(have_receipts)
    verdicts = {unit: orjson.loads(told(wire, "receipts.")[0].body)["verdict"] for unit, wire in wires.items()}
    assert verdicts == {first: "rejected", second: "accepted"}
    for wire in wires.values():
        await wire.close()
