"""Cases on nats-server: asking a stream."""

from typing import Final

import nats.js.errors as nats_errors
import pytest

from shared.plumbing.broker import Streams
from shared.wire import subjects
from shared.wire.subjects import FEED, REPORTS
from tests.simulation.cases.cases import Case, case_of
from tests.simulation.cases.nats_rig import NO_MESSAGE, NO_STREAM, event, fed

CASES: Final[list[Case[Streams]]] = []
case = case_of(CASES)


@case
async def a_stream_says_what_it_has(nats: Streams) -> None:
    await nats.publish_all(REPORTS, [event(number) for number in range(3)])

    info = await nats.jetstream.stream_info(REPORTS)
    again = await nats.jetstream.stream_info(REPORTS)

    assert (info.config.name, info.config.metadata and info.config.metadata["partitions"]) == (REPORTS, "2")
    assert (info.state.messages, info.state.first_seq, info.state.last_seq) == (3, 1, 3)
    assert info.created is not None
    assert again.created == info.created
    await nats.require_leader(REPORTS)


@case
async def an_empty_stream_has_no_last_message(nats: Streams) -> None:
    info = await nats.jetstream.stream_info(REPORTS)

    assert (info.state.messages, info.state.first_seq, info.state.last_seq) == (0, 0, 0)
    with pytest.raises(nats_errors.NotFoundError) as last:
        await nats.jetstream.get_last_msg(REPORTS, subjects.reports_of(0))
    assert last.value.err_code == NO_MESSAGE


@case
async def an_unknown_stream_is_not_there(nats: Streams) -> None:
    with pytest.raises(nats_errors.NotFoundError) as info:
        await nats.jetstream.stream_info("NOTHING")

    assert info.value.err_code == NO_STREAM


@case
async def a_message_is_found_by_its_sequence(nats: Streams) -> None:
    await nats.publish(REPORTS, event(1))

    assert (await nats.jetstream.get_msg(REPORTS, 1)).data == b"1"
    with pytest.raises(nats_errors.NotFoundError) as beyond:
        await nats.jetstream.get_msg(REPORTS, 2)
    assert beyond.value.err_code == NO_MESSAGE


@case
async def the_next_message_of_a_filter_is_found(nats: Streams) -> None:
    await nats.publish_all(REPORTS, [event(1, 0), event(2, 1), event(3, 0)])

    found = await nats.jetstream.get_msg(REPORTS, 2, subjects.reports_of(0), next=True)

    assert (found.seq, found.data) == (3, b"3")
    assert (await nats.jetstream.get_msg(REPORTS, 1, subjects.ALL_REPORTS, next=True)).seq == 1
    with pytest.raises(nats_errors.NotFoundError):
        await nats.jetstream.get_msg(REPORTS, 3, subjects.reports_of(1), next=True)


@case
async def the_last_message_of_a_subject_is_found(nats: Streams) -> None:
    await fed(nats, "184", 0, b"old")
    await fed(nats, "184", 1, b"new")
    await fed(nats, "183", 0)

    found = await nats.jetstream.get_last_msg(FEED, subjects.feed("20", "ct27", "2024", "184"))

    assert (found.seq, found.data, (found.headers or {})["Tonghop-Position"]) == (2, b"new", "1.2")
