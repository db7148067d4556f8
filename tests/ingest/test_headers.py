"""No header of a message in INBOX decides anything: with each of them the verdict is that of the same message without headers."""

from collections.abc import Mapping
from typing import Any, Final

import nats.js.errors
import pytest

from shared.plumbing.reader import Delivery
from shared.wire import subjects
from tests.builders import COMMUNE, Event, payload, submitted
from tests.ingest.conftest import Ingest
from tests.waiting import until

OF_ANOTHER: Final = "another-units-event"
STORED: Final[Mapping[str, dict[str, str]]] = {
    "message id of another unit's event": {"Nats-Msg-Id": OF_ANOTHER},
    "message id of the claim of another unit's event": {"Nats-Msg-Id": f"06256/{OF_ANOTHER}"},
    "expected stream": {"Nats-Expected-Stream": "INBOX"},
    "expected last sequence": {"Nats-Expected-Last-Sequence": "1"},
    "expected last sequence of another unit": {
        "Nats-Expected-Last-Subject-Sequence": "1",
        "Nats-Expected-Last-Subject-Sequence-Subject": "inbox.06256",
    },
    "expected last message id": {"Nats-Expected-Last-Msg-Id": OF_ANOTHER},
    "trace": {"Nats-Trace-Dest": "trace.06253"},
    "status": {"Status": "409", "Description": "Consumer Deleted"},
    "heartbeat": {"Status": "100", "Nats-Last-Consumer": "99999"},
    "request info": {"Nats-Request-Info": '{"acc": "STREAMS", "user": "ingest"}'},
    "marker": {"Nats-Marker-Reason": "Purge", "KV-Operation": "PURGE"},
    "place in a stream": {"Nats-Sequence": "1", "Nats-Subject": "inbox.06256", "Nats-Stream": "REPORTS", "Nats-Time-Stamp": "x"},
    "answer": {"Inbox-Sequence": "1", "Tonghop-Position": "1.2"},
    "attributes of an event": {"ce-id": "x", "ce-source": "/units/06256", "ce-actor": "people/x", "content-type": "text/plain"},
    "actor": {"actor": "operator/root", "receivedat": "2024-01-01T00:00:00Z", "imported": "true"},
    "trace context": {"traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", "tracestate": "x=y"},
}
"""Headers with which nats-server stores a message."""

REFUSED: Final[Mapping[str, dict[str, str]]] = {
    "schedule": {"Nats-Schedule": "@at 2030-01-01T00:00:00Z", "Nats-Schedule-Target": "inbox.06256"},
    "scheduler": {"Nats-Scheduler": "inbox.06256", "Nats-Schedule-Next": "purge"},
    "roll-up of the subject": {"Nats-Rollup": "sub"},
    "roll-up of all": {"Nats-Rollup": "all"},
    "time to live": {"Nats-TTL": "1s"},
    "counter": {"Nats-Incr": "1"},
    "atomic batch": {"Nats-Batch-Id": "b", "Nats-Batch-Sequence": "1", "Nats-Batch-Commit": "1"},
    "source": {"Nats-Stream-Source": "NONE 1 > > inbox.06256"},
    "another stream": {"Nats-Expected-Stream": "REPORTS"},
    "wrong last sequence": {"Nats-Expected-Last-Sequence": "99999"},
    "wrong last sequence of a subject": {"Nats-Expected-Last-Subject-Sequence": "99999"},
    "wrong last message id": {"Nats-Expected-Last-Msg-Id": "unknown"},
}
"""Headers for which nats-server refuses the message."""


async def publish(ingest: Ingest, sender: str, event: Event, headers: Mapping[str, str]) -> None:
    await ingest.connections.streams.jetstream.publish(subjects.inbox(sender), payload(event), headers=dict(headers))


async def verdicts(ingest: Ingest, count: int) -> list[dict[str, Any]]:
    """The receipts of so many messages."""
    before = len(ingest.receipts)
    batch: list[Delivery] = []
    while len(batch) < count:
        batch += await ingest.follow.batch(1000, wait_s=1.0)
    await ingest.work(batch)

    async def have_come() -> bool:
        return len(ingest.receipts) >= before + count

    await until(have_come)
    return ingest.receipts[before:]


@pytest.mark.parametrize("name", STORED)
async def test_a_header_changes_nothing_about_the_verdict(ingest: Ingest, name: str) -> None:
    await publish(ingest, "06256", submitted("06256", event_id=OF_ANOTHER), {"Nats-Msg-Id": OF_ANOTHER})
    await publish(ingest, COMMUNE, submitted(event_id="event-abc"), STORED[name])
    again = {} if name.startswith("expected last") else STORED[name]  # they hold for one message only
    await publish(ingest, COMMUNE, submitted(event_id="event-abd", values={"unknown": 1}), again)

    [other, accepted, rejected] = await verdicts(ingest, 3)

    assert (other["unit"], other["event_id"], other["verdict"]) == ("06256", OF_ANOTHER, "accepted")
    assert (accepted["unit"], accepted["event_id"], accepted["verdict"]) == (COMMUNE, "event-abc", "accepted")
    assert (rejected["unit"], rejected["event_id"], rejected["verdict"]) == (COMMUNE, "event-abd", "rejected")
    assert [error["code"] for error in rejected["errors"]] == ["report.unknown_indicator"]
    assert [report["id"] for report in await ingest.stored(subjects.REPORTS)] == [OF_ANOTHER, "event-abc"]
    assert not any({"actor", "imported_ms"} & claim.keys() for claim in (await ingest.claims()).values())


@pytest.mark.parametrize("name", REFUSED)
async def test_a_header_that_asks_the_stream_for_something_is_refused_and_nothing_is_stored(ingest: Ingest, name: str) -> None:
    await publish(ingest, "06256", submitted("06256"), {})

    with pytest.raises(nats.js.errors.APIError):
        await publish(ingest, COMMUNE, submitted(), REFUSED[name])

    assert await ingest.connections.streams.last_sequence(subjects.INBOX) == 1
