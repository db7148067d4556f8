"""Cases on nats-server: publishing one message, or many in order."""

import asyncio
from typing import Final

import nats.js.errors as nats_errors
import pytest

from shared.plumbing.broker import WRONG_LAST_SEQUENCE, Message, Streams
from shared.wire import subjects
from shared.wire.subjects import FEED, INBOX, REPORTS
from shared.words.failures import TransientError
from tests.simulation.cases.cases import Case, case_of
from tests.simulation.cases.nats_rig import (
    ACK_WAIT_S,
    MOST_OF_A_UNIT,
    MOST_PER_SUBJECT,
    SUBJECT_FULL,
    WINDOW_S,
    WRONG_STREAM,
    event,
    fed,
    sent,
)

CASES: Final[list[Case[Streams]]] = []
case = case_of(CASES)


@case
async def a_message_is_kept_as_it_was_published(nats: Streams) -> None:
    ack = await nats.publish(REPORTS, event(7, traceparent="00-1"))

    kept = await nats.jetstream.get_msg(REPORTS, ack.seq)

    assert (ack.stream, ack.seq, ack.duplicate) == (REPORTS, 1, None)
    assert (kept.seq, kept.subject, kept.data) == (1, "reports.0.ct27", b"7")
    headers = {"content-type": "application/cloudevents+json", "traceparent": "00-1", "Nats-Msg-Id": "event 7"}
    assert kept.headers == headers | {"Nats-Expected-Stream": REPORTS}
    assert kept.time is not None


@case
async def an_id_that_comes_again_within_the_window_is_not_stored_again(nats: Streams) -> None:
    first = await nats.publish(REPORTS, event(1))
    await nats.publish(REPORTS, event(2))

    again = await nats.publish(REPORTS, event(1))

    assert (again.seq, again.duplicate) == (first.seq, True)
    assert await nats.last_sequence(REPORTS) == 2


@case
async def an_id_that_comes_again_after_the_window_is_stored_again(nats: Streams) -> None:
    await nats.publish(REPORTS, event(1))
    await asyncio.sleep(WINDOW_S + 0.6)

    again = await nats.publish(REPORTS, event(1))

    assert (again.seq, again.duplicate) == (2, None)


@case
async def a_message_for_another_stream_is_refused(nats: Streams) -> None:
    with pytest.raises(nats_errors.BadRequestError) as refused:
        await nats.jetstream.publish(subjects.reports(0, "ct27"), b"1", stream=FEED)

    assert refused.value.err_code == WRONG_STREAM
    assert await nats.last_sequence(REPORTS) == 0


@case
async def a_message_follows_the_last_of_its_subject_or_is_refused(nats: Streams) -> None:
    first = await fed(nats, "184", 0)
    other = await fed(nats, "183", 0)
    second = await fed(nats, "184", first)

    with pytest.raises(nats_errors.BadRequestError) as refused:
        await fed(nats, "184", first)

    assert (first, other, second) == (1, 2, 3)
    assert refused.value.err_code == WRONG_LAST_SEQUENCE


@case
async def only_the_last_messages_of_a_subject_are_kept(nats: Streams) -> None:
    for _ in range(MOST_PER_SUBJECT + 2):
        await fed(nats, "184", None)
    await fed(nats, "183", None)

    info = await nats.jetstream.stream_info(FEED)

    assert (info.state.messages, info.state.first_seq, info.state.last_seq) == (MOST_PER_SUBJECT + 1, 3, 6)
    with pytest.raises(nats_errors.NotFoundError):
        await nats.jetstream.get_msg(FEED, 2)


@case
async def what_a_unit_sends_beyond_its_share_is_refused_and_others_go_on(nats: Streams) -> None:
    await sent(nats, MOST_OF_A_UNIT)

    with pytest.raises(nats_errors.ServiceUnavailableError) as refused:
        await nats.jetstream.publish(subjects.inbox("X1"), b"x", stream=INBOX)
    other = await nats.jetstream.publish(subjects.inbox("X2"), b"x", stream=INBOX)
    people = await nats.jetstream.publish(subjects.inbox_of_people("X1"), b"x", stream=INBOX)

    assert refused.value.err_code == SUBJECT_FULL
    assert (other.seq, people.seq) == (MOST_OF_A_UNIT + 1, MOST_OF_A_UNIT + 2)
    assert (await nats.jetstream.get_msg(INBOX, 1)).data == b"0"


@case
async def a_refusal_of_one_of_many_is_heard_at_once_with_its_reason(nats: Streams) -> None:
    messages = [Message(subjects.inbox("X1"), b"%d" % number, f"message {number}") for number in range(MOST_OF_A_UNIT + 1)]
    began_s = asyncio.get_running_loop().time()

    with pytest.raises(TransientError) as refused:
        await nats.publish_all(INBOX, messages)

    assert refused.value.codes == ["nats.not_acknowledged", "inbox.full"]
    assert asyncio.get_running_loop().time() - began_s < ACK_WAIT_S


@case
async def an_id_hides_no_other_message_of_the_inbox(nats: Streams) -> None:
    for place, unit in enumerate(("X1", "X2", "X1"), start=1):
        ack = await nats.jetstream.publish(subjects.inbox(unit), b"x", stream=INBOX, headers={"Nats-Msg-Id": "same"})
        assert (ack.seq, ack.duplicate) == (place, None)


@case
async def many_are_published_in_order(nats: Streams) -> None:
    acks = await nats.publish_all(REPORTS, [event(number) for number in range(5)])

    assert [ack.seq for ack in acks] == [1, 2, 3, 4, 5]
