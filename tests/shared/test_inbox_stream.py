"""INBOX on the nats-server in use: no unit hides or delays what another one sends.

A stream with `sources` and without a `duplicate_window` has no duplicate window at all. That is not documented by nats-server, so it is
tested here with each new version: on one server and on three, on a stream that was changed while it is in use, and after a restart.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

import pytest
from nats.js import JetStreamContext
from nats.js.api import PubAck

from services.devstack.servers import choose_ports
from shared.plumbing import causes, streams
from shared.plumbing.broker import AWAY
from shared.plumbing.streams import Declaration
from shared.shell import service
from shared.shell.settings import Settings
from shared.wire import subjects
from shared.words.failures import TransientError
from tests import nats_cluster, nats_users
from tests.waiting import until

BEFORE: Final[dict[str, Any]] = {
    "max_msgs_per_subject": -1,
    "discard_new_per_subject": False,
    "sources": [],
    "deny_delete": False,
    "duplicate_window_s": 0.1,
}
"""What version 0.9 declared."""


def declared(replicas: int = 1, **inbox: Any) -> Declaration:
    """The declaration, with other settings of INBOX."""
    found = streams.read(replicas)
    return found.model_copy(update={"streams": found.streams | {subjects.INBOX: found.streams[subjects.INBOX].model_copy(update=inbox)}})


@asynccontextmanager
async def connected(url: str) -> AsyncIterator[JetStreamContext]:
    connections = service.connections(Settings(_env_file=None, nats_url=url, nats_creds=nats_users.creds()), nats_users.USER)
    try:
        await connections.broker.start()
        jetstream = connections.streams.jetstream
        await nats_cluster.until_whole(jetstream)
        yield jetstream
    finally:
        await connections.close()


async def sent(jetstream: JetStreamContext, unit: str, message_id: str) -> PubAck:
    return await jetstream.publish(subjects.inbox(unit), b"{}", stream=subjects.INBOX, headers={"Nats-Msg-Id": message_id})


async def stores_both(jetstream: JetStreamContext, message_id: str) -> bool:
    """Whether two units' messages with one id are both stored. They follow each other within a few milliseconds."""
    first = await sent(jetstream, "06253", message_id)
    second = await sent(jetstream, "06256", message_id)
    assert not first.duplicate
    return not second.duplicate and second.seq == first.seq + 1


async def until_led(jetstream: JetStreamContext) -> None:
    """Waits until INBOX has a leader again."""

    async def is_led() -> bool:
        try:
            await sent(jetstream, "06999", "is there a leader")
        except AWAY:
            return False
        return True

    await until(is_led)


async def test_two_units_may_use_the_same_message_id_on_one_server(tmp_path: Path) -> None:
    ports = choose_ports(defaults=False)
    server = await nats_users.start_nats(tmp_path, ports.nats, ports.nats_http)
    try:
        async with connected(server.url) as jetstream:
            await streams.apply(jetstream, declared(**BEFORE))
            assert not await stores_both(jetstream, "before")
            await streams.apply(jetstream, declared())
            assert await stores_both(jetstream, "changed while in use")
        await server.kill()
        await server.start()
        async with connected(server.url) as jetstream:
            assert await stores_both(jetstream, "after a restart")
            await jetstream.delete_stream(subjects.INBOX)
            await streams.apply(jetstream, declared())
            assert await stores_both(jetstream, "new")
    finally:
        await server.stop()


async def test_two_units_may_use_the_same_message_id_on_three_servers(tmp_path: Path) -> None:
    async with nats_cluster.running(tmp_path) as cluster:
        async with connected(cluster.url) as jetstream:
            await streams.apply(jetstream, declared(3, **BEFORE))
            assert not await stores_both(jetstream, "before")
            await streams.apply(jetstream, declared(3))
            assert await stores_both(jetstream, "changed while in use")
        for node in cluster.nodes.values():
            await node.process.kill()
        for node in cluster.nodes.values():
            node.process.launch()
        async with connected(cluster.url) as jetstream:
            await until_led(jetstream)
            assert await stores_both(jetstream, "after a restart")
            leader = await cluster.until_led(subjects.INBOX)
            await cluster.nodes[leader].process.kill()
            await cluster.until_led(subjects.INBOX, but=leader)
            await until_led(jetstream)
            assert await stores_both(jetstream, "under another leader")


@pytest.mark.parametrize("replicas", [1, 3])
async def test_without_the_source_one_unit_hides_the_message_of_another(tmp_path: Path, replicas: int) -> None:
    async with nats_cluster.running(tmp_path) as cluster, connected(cluster.url) as jetstream:
        await streams.apply(jetstream, declared(replicas, sources=[]))

        assert not await stores_both(jetstream, "same")
        assert (await jetstream.stream_info(subjects.INBOX)).config.duplicate_window == 120


async def test_an_inbox_of_before_is_changed_in_place_and_loses_nothing(tmp_path: Path) -> None:
    ports = choose_ports(defaults=False)
    server = await nats_users.start_nats(tmp_path, ports.nats, ports.nats_http)
    try:
        async with connected(server.url) as jetstream:
            await streams.apply(jetstream, declared(**BEFORE))
            for number in range(20):
                await sent(jetstream, "06253", str(number))
            durable = await jetstream.pull_subscribe_bind(durable=subjects.INGEST_DURABLE, stream=subjects.INBOX)
            for message in await durable.fetch(7):
                await message.ack_sync()
            before = await jetstream.stream_info(subjects.INBOX)

            assert await streams.apply(jetstream, declared()) == [subjects.INBOX]
            assert await streams.apply(jetstream, declared()) == []

            await streams.require(jetstream, declared(), *declared().streams)
            after = await jetstream.stream_info(subjects.INBOX)
            consumer = await jetstream.consumer_info(subjects.INBOX, subjects.INGEST_DURABLE)
            assert (after.created, after.state.messages, after.state.last_seq) == (before.created, 20, 20)
            assert (consumer.num_pending, consumer.ack_floor and consumer.ack_floor.stream_seq) == (13, 7)
    finally:
        await server.stop()


async def test_a_limit_that_would_remove_unscreened_messages_waits_for_ingest(tmp_path: Path) -> None:
    ports = choose_ports(defaults=False)
    server = await nats_users.start_nats(tmp_path, ports.nats, ports.nats_http)
    try:
        async with connected(server.url) as jetstream:
            await streams.apply(jetstream, declared(**BEFORE))
            for number in range(8):
                await sent(jetstream, "06253", str(number))

            with pytest.raises(TransientError, match=r"INBOX.*inbox\.06253.*more than 5 messages.*nats\.unscreened_surplus"):
                await streams.apply(jetstream, declared(max_msgs_per_subject=5))
            assert (await jetstream.stream_info(subjects.INBOX)).state.messages == 8

            durable = await jetstream.pull_subscribe_bind(durable=subjects.INGEST_DURABLE, stream=subjects.INBOX)
            for message in await durable.fetch(8):
                await message.ack_sync()
            assert await streams.apply(jetstream, declared(max_msgs_per_subject=5)) == [subjects.INBOX]
            with pytest.raises(AWAY) as refused:
                await sent(jetstream, "06253", "one more")
            assert causes.is_full(refused.value)
            assert not (await sent(jetstream, "06256", "another unit")).duplicate
    finally:
        await server.stop()
