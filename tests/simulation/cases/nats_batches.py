"""Cases on nats-server: atomic batches."""

from typing import Any, Final

import orjson

from shared.plumbing.broker import DUPLICATE_IN_BATCH, Streams
from shared.wire import subjects
from shared.wire.subjects import REPORTS
from tests.simulation.cases.cases import Case, case_of
from tests.simulation.cases.nats_rig import INCOMPLETE_BATCH, event

CASES: Final[list[Case[Streams]]] = []
case = case_of(CASES)


@case
async def a_batch_is_stored_as_a_whole(nats: Streams) -> None:
    sequences = await nats.publish_together(REPORTS, [event(number) for number in range(10)])

    kept = await nats.jetstream.get_msg(REPORTS, 10)

    assert sequences == list(range(1, 11))
    assert await nats.last_sequence(REPORTS) == 10
    assert (kept.data, (kept.headers or {})["Nats-Msg-Id"]) == (b"9", "event 9")


@case
async def of_a_batch_with_known_ids_only_the_others_are_stored(nats: Streams) -> None:
    await nats.publish(REPORTS, event(3))

    sequences = await nats.publish_together(REPORTS, [event(number) for number in range(10)])

    assert sequences == [2, 3, 4, 1, 5, 6, 7, 8, 9, 10]


@case
async def a_batch_of_a_batch_is_known_for_the_length_of_the_window(nats: Streams) -> None:
    events = [event(number) for number in range(10)]
    await nats.publish_together(REPORTS, events)

    sequences = await nats.publish_together(REPORTS, events)

    assert sequences == list(range(1, 11))
    assert await nats.last_sequence(REPORTS) == 10


async def batch(nats: Streams, numbers: list[int], ids: list[str], *, commits: bool = True) -> dict[str, Any]:
    """Sends a batch by hand; the answer to its last message."""
    for place, (number, message_id) in enumerate(zip(numbers, ids, strict=True)):
        headers = {"Nats-Batch-Id": "b1", "Nats-Batch-Sequence": str(number), "Nats-Msg-Id": message_id}
        if place < len(numbers) - 1 or not commits:
            await nats.client.publish(subjects.reports(0, "ct27"), b"x", headers=headers)
    if not commits:
        return {}
    answer = await nats.client.request(subjects.reports(0, "ct27"), b"x", timeout=5, headers=headers | {"Nats-Batch-Commit": "1"})
    found: dict[str, Any] = orjson.loads(answer.data)
    return found


@case
async def a_batch_that_names_an_id_twice_is_refused(nats: Streams) -> None:
    answer = await batch(nats, [1, 2, 3], ["a", "b", "a"])

    assert answer["error"]["err_code"] == DUPLICATE_IN_BATCH
    assert await nats.last_sequence(REPORTS) == 0


@case
async def a_batch_with_a_gap_is_refused(nats: Streams) -> None:
    answer = await batch(nats, [1, 3], ["a", "b"])

    assert answer["error"]["err_code"] == INCOMPLETE_BATCH
    assert await nats.last_sequence(REPORTS) == 0


@case
async def a_batch_without_its_end_is_not_stored(nats: Streams) -> None:
    await batch(nats, [1, 2], ["a", "b"], commits=False)

    assert (await nats.publish(REPORTS, event(1))).seq == 1
