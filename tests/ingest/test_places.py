"""A receipt has the place of its event in the log; a repeat is published again only where its event may not be stored."""

import asyncio

import pytest

from services.ingest import store as stores
from shared.wire import subjects
from tests.builders import COMMUNE, submitted
from tests.ingest.claiming import another_intake
from tests.ingest.conftest import PARTITIONS, Ingest


async def test_each_receipt_has_the_place_of_its_own_event_whatever_stands_between_them(ingest: Ingest) -> None:
    repeated = submitted(revision=2)
    await ingest.take(submitted(period="1999"), repeated)

    await ingest.take(submitted(revision=3), submitted(period="1999"), repeated, *[submitted(revision=4 + n) for n in range(9)])

    stored = await ingest.stored(subjects.REPORTS)
    partition = subjects.partition_of("ct27-van-quan", stored[0]["data"]["period"], PARTITIONS)
    places = {report["id"]: {"partition": partition, "sequence": place} for place, report in enumerate(stored, 1)}
    assert len(places) == 11
    answers = [(receipt["event_id"], receipt["position"]) for receipt in ingest.receipts if not receipt["errors"]]
    assert dict(answers) == places
    assert [position for event_id, position in answers if event_id == repeated["id"]] == [places[repeated["id"]]] * 2


@pytest.mark.stores
async def test_a_repeat_of_a_stored_event_is_not_published_and_answered_with_its_place(ingest: Ingest) -> None:
    event = submitted(event_id="event-abc")
    await ingest.take(event)
    await ingest.store_report(f"{COMMUNE}/event-abc", {"partition": 3, "sequence": 12})

    [receipt] = await ingest.take(event)

    assert (receipt["verdict"], receipt["position"]) == ("duplicate", {"partition": 3, "sequence": 12})
    assert len(await ingest.stored(subjects.REPORTS)) == 1


async def test_places_are_remembered_of_what_was_published_last_only(ingest: Ingest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stores, "REMEMBERED", 3)
    await ingest.take(*[submitted(event_id=f"event-{number:03d}") for number in range(4)])
    await ingest.take(submitted(event_id="event-004"))

    known = await ingest.store.positions([f"{COMMUNE}/event-{number:03d}" for number in range(6)])

    assert {key: position.sequence for key, position in known.items()} == {f"{COMMUNE}/event-{n:03d}": n + 1 for n in (2, 3, 4)}


async def test_a_repeat_that_comes_to_another_before_its_event_is_stored_is_published_again_whatever_the_broker_remembers(
    ingest: Ingest,
) -> None:
    """A copy in the log is folded once; an event that only a claim holds would be lost."""
    event = submitted(event_id="event-abc")
    jetstream = ingest.connections.streams.jetstream
    await jetstream.update_stream((await jetstream.stream_info(subjects.REPORTS)).config.evolve(duplicate_window=0.1))
    [first] = await ingest.take(event)
    await asyncio.sleep(0.5)

    batch = await ingest.send(event)
    await ingest.work(batch, another_intake(ingest.connections))

    [again] = ingest.receipts[1:]
    reports = await ingest.stored(subjects.REPORTS)
    assert [report["receivedms"] for report in reports] == [reports[0]["receivedms"]] * 2
    assert [first["position"]["sequence"], again["position"]["sequence"]] == [1, 2]
    assert again["received_at"] == first["received_at"]


async def test_a_document_in_reports_without_a_place_is_no_proof(ingest: Ingest) -> None:
    event = submitted(event_id="event-abc")
    await ingest.take(event)
    await ingest.connections.database["reports"].insert_one({"_id": f"{COMMUNE}/event-abc"})

    await ingest.work(await ingest.send(event), another_intake(ingest.connections))

    assert [receipt["position"]["sequence"] for receipt in ingest.receipts] == [1, 1]
    assert len(await ingest.stored(subjects.REPORTS)) == 1
