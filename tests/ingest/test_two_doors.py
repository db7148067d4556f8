"""Two instances that work on the same messages make one event of each."""

import asyncio

from services.ingest.intake import Intake
from shared.plumbing import reader
from shared.plumbing.broker import Message
from shared.shell.service import Connections
from shared.wire import subjects
from tests.builders import COMMUNE, payload, submitted
from tests.ingest.claiming import another_intake
from tests.ingest.conftest import Ingest
from tests.waiting import until_inbox_is_done


async def test_two_doors_at_the_same_messages_make_one_event_of_each(ingest: Ingest) -> None:
    other = another_intake(ingest.connections)
    batch = await ingest.send(*[submitted(event_id=f"event-{number:03d}") for number in range(100)])

    await asyncio.gather(ingest.intake.on_inbox(batch), other.on_inbox(batch))
    await ingest.settle()

    reports = await ingest.stored(subjects.REPORTS)
    assert sorted(report["id"] for report in reports) == [f"event-{number:03d}" for number in range(100)]
    assert {receipt["verdict"] for receipt in ingest.receipts} == {"accepted"}
    assert {receipt["event_id"]: receipt["position"]["sequence"] for receipt in ingest.receipts} == {
        report["id"]: place + 1 for place, report in enumerate(reports)
    }


async def test_two_doors_at_repeated_messages_make_one_event_with_one_received_time(ingest: Ingest, known: Connections) -> None:
    sent = [submitted(event_id=f"event-{number:03d}") for number in range(60)]
    other = another_intake(known)
    batch = await ingest.send(*sent, *sent)

    await asyncio.gather(*[intake.on_inbox(part) for intake, part in ((ingest.intake, batch[:60]), (other, batch[60:]))])
    await ingest.settle()

    claims, reports = await ingest.claims(), await ingest.stored(subjects.REPORTS)
    assert len(reports) == len(claims) == 60
    assert all(claims[f"{COMMUNE}/{report['id']}"]["received_ms"] == int(report["receivedms"]) for report in reports)
    for event in sent:
        answers = [receipt for receipt in ingest.receipts if receipt["event_id"] == event["id"]]
        assert sorted(receipt["verdict"] for receipt in answers) == ["accepted", "duplicate"]
        assert len({receipt["received_at"] for receipt in answers}) == 1
    await until_inbox_is_done(ingest.connections)


async def test_two_doors_at_two_contents_of_one_id_accept_one(ingest: Ingest, known: Connections) -> None:
    other = another_intake(known)
    batch = await ingest.send(
        *[submitted(event_id=f"event-{number:03d}", revision=revision) for revision in (1, 2) for number in range(40)]
    )

    await asyncio.gather(ingest.intake.on_inbox(batch[:40]), other.on_inbox(batch[40:]))
    await ingest.settle()

    assert len(await ingest.stored(subjects.REPORTS)) == 40
    verdicts = [receipt["verdict"] for receipt in ingest.receipts]
    assert (verdicts.count("accepted"), verdicts.count("rejected")) == (40, 40)


async def test_two_readers_share_what_comes_and_nothing_is_lost_or_doubled(ingest: Ingest, known: Connections) -> None:
    other = another_intake(known)
    readers = [reader.durable_reader(known.streams.client, subjects.INBOX, subjects.INGEST_DURABLE, window=64) for _ in range(2)]

    async def work(follow: reader.Reader, intake: Intake) -> None:
        while batch := await follow.batch(20, wait_s=0.8):
            await ingest.deliver(batch, intake)

    working = [asyncio.create_task(work(follow, intake)) for follow, intake in zip(readers, (ingest.intake, other), strict=True)]
    messages = [Message(subjects.inbox(COMMUNE), payload(submitted(event_id=f"event-{number:03d}")), f"{number}") for number in range(300)]
    await known.streams.publish_all(subjects.INBOX, messages)
    await asyncio.gather(*working)

    assert len(await ingest.claims()) == 300
    assert sorted(report["id"] for report in await ingest.stored(subjects.REPORTS)) == [f"event-{number:03d}" for number in range(300)]
    await until_inbox_is_done(ingest.connections)
    for follow in readers:
        await follow.close()
