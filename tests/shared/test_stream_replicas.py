"""An installation grows from one replica of each stream to three, and back, on a real cluster of three nats-servers."""

import asyncio
import os
import pty
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from nats.js import JetStreamContext
from nats.js.api import StorageType

from services.aggregate import feed, feed_stream
from shared.plumbing import streams
from shared.shell import service
from shared.shell.service import Connections
from shared.shell.settings import Settings
from shared.wire import subjects
from shared.words.failures import ConfigurationError, TransientError
from tests import nats_cluster, nats_users
from tests.aggregate.running import PERIOD, PROVINCE, REGIME, aggregating, log_reports, until_stored, verdict
from tests.nats_cluster import Cluster
from tests.running import command, environment_of
from tests.waiting import until


@pytest.fixture
async def cluster(tmp_path: Path) -> AsyncIterator[Cluster]:
    async with nats_cluster.running(tmp_path / "cluster") as found:
        yield found


@pytest.fixture
async def jetstream(cluster: Cluster) -> AsyncIterator[JetStreamContext]:
    """Streams of one copy each."""
    connection = await nats_users.connect(cluster.url.split(","))
    context = connection.jetstream(timeout=10)
    await nats_cluster.until_whole(context)
    await streams.apply(context, streams.read(1))
    yield context
    await connection.close()


async def copies(jetstream: JetStreamContext) -> set[int | None]:
    return {(await jetstream.stream_info(name)).config.num_replicas for name in streams.read().streams}


async def test_what_is_refused_holds_up_nothing_else_and_is_told_with_what_helps(jetstream: JetStreamContext) -> None:
    with pytest.raises(ConfigurationError, match=r"(?s)FEED: .*persist mode.*--remake-derived.*INBOX, REPORTS, ALERTS, PARKED"):
        await streams.apply(jetstream, streams.read(3))

    assert {name: (await jetstream.stream_info(name)).config.num_replicas for name in streams.read().streams} == {
        "INBOX": 3,
        "REPORTS": 3,
        "FEED": 1,
        "ALERTS": 3,
        "PARKED": 3,
    }


async def test_all_refusals_are_told_at_once(jetstream: JetStreamContext) -> None:
    for name in (subjects.INBOX, subjects.PARKED):
        config = (await jetstream.stream_info(name)).config
        await jetstream.delete_stream(name)
        config.storage = StorageType.MEMORY
        await jetstream.add_stream(config)

    with pytest.raises(streams.RefusedError) as refused:
        await streams.apply(jetstream, streams.read(3), remakes_derived=True)

    assert "INBOX, PARKED: " in str(refused.value)
    assert (refused.value.derived, refused.value.changed) == ((), ("REPORTS", "FEED", "ALERTS"))


async def test_streams_that_are_not_derived_keep_what_they_hold_and_their_sequences(jetstream: JetStreamContext) -> None:
    for number in range(30):
        await jetstream.publish(subjects.reports(1, "x"), b"%d" % number)
    before = await jetstream.stream_info(subjects.REPORTS)

    for replicas in (3, 1):
        await streams.apply(jetstream, streams.read(replicas), remakes_derived=True)
        await streams.require(jetstream, streams.read(replicas), *streams.read().streams)
        assert await streams.apply(jetstream, streams.read(replicas)) == []
        assert await copies(jetstream) == {replicas}

    after = await jetstream.stream_info(subjects.REPORTS)
    assert (after.state.messages, after.state.last_seq, after.created) == (30, 30, before.created)


async def test_a_derived_stream_that_is_made_anew_goes_on_counting(jetstream: JetStreamContext) -> None:
    for _ in range(3):
        await jetstream.publish(subjects.feed("44", "r", "2026", "44"), b"{}")

    await streams.apply(jetstream, streams.read(3), remakes_derived=True)

    assert (await jetstream.stream_info(subjects.FEED)).state.last_seq == 3
    assert (await jetstream.publish(subjects.feed("44", "r", "2026", "44"), b"{}")).seq == 4


async def test_a_server_that_is_still_joining_is_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "PATIENCE_S", 30.0)
    cluster = nats_cluster.prepared(tmp_path, strangers=1)
    first, second, third = [node.process for node in cluster.nodes.values()]
    try:
        first.launch()
        second.launch()
        connection = await nats_users.connect(cluster.nodes["nats-1"].url)
        jetstream = connection.jetstream(timeout=10)
        await nats_cluster.until_whole(jetstream)
        applying = asyncio.create_task(streams.apply(jetstream, streams.read(3)))
        await asyncio.sleep(1)
        assert not applying.done()
        third.launch()

        assert await applying == list(streams.read().streams)
        assert await copies(jetstream) == {3}
        await connection.close()
    finally:
        await asyncio.gather(*[node.process.kill() for node in cluster.nodes.values()])


async def test_a_cluster_that_lacks_a_server_is_away_and_no_matter_of_settings(
    tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streams, "PATIENCE_S", 1.0)
    cluster = nats_cluster.prepared(tmp_path / "cluster", strangers=1)
    two = [cluster.nodes[name] for name in ("nats-1", "nats-2")]
    try:
        for node in two:
            node.process.launch()
        connection = await nats_users.connect(two[0].url)
        jetstream = connection.jetstream(timeout=10)
        await nats_cluster.until_whole(jetstream)

        with pytest.raises(TransientError, match=r"INBOX: .*TONGHOP_REPLICAS.*peers.*nats\.too_few_servers"):
            await streams.apply(jetstream, streams.read(3))
        await connection.close()
    finally:
        await asyncio.gather(*[node.process.kill() for node in two])


@pytest.fixture
async def loaded_cluster(loaded: Connections, cluster: Cluster, jetstream: JetStreamContext) -> AsyncIterator[Connections]:
    """The units and regimes of the test's database, with the streams of the cluster."""
    connections = service.connections(
        loaded.settings.model_copy(update={"nats_url": cluster.url, "nats_monitor_url": cluster.monitors}), "test"
    )
    await connections.broker.start()
    yield connections
    await connections.close()


async def positions(connections: Connections) -> dict[str, str]:
    """Of each subject of FEED the position in its last message."""
    jetstream = connections.streams.jetstream
    info = await jetstream.stream_info(subjects.FEED, subjects_filter=">")
    found = {}
    for subject in info.state.subjects or {}:
        message = await jetstream.get_last_msg(subjects.FEED, subject)
        found[subject] = (message.headers or {})[feed_stream.POSITION]
    return found


async def test_a_running_aggregator_fills_a_feed_that_was_made_anew(loaded_cluster: Connections, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed, "REPAIR_S", 1.0)
    connections = loaded_cluster

    async with aggregating(connections):
        await until_stored(connections, await log_reports(connections))
        views = await connections.database["views"].count_documents({})

        async def is_full() -> bool:
            return len(await positions(connections)) == views

        await until(is_full)
        for replicas in (3, 1):
            before = (await connections.streams.jetstream.stream_info(subjects.FEED)).state.last_seq
            assert subjects.FEED in await streams.apply(connections.streams.jetstream, streams.read(replicas), remakes_derived=True)
            await until(is_full)
            assert (await connections.streams.jetstream.stream_info(subjects.FEED)).state.first_seq > before
        assert (await verdict(connections)).as_dict()["equal"] is True

    view = await connections.database["views"].find_one({"_id": PROVINCE}, {"position": 1})
    assert view is not None
    place, subject = view["position"], subjects.feed("44", REGIME, PERIOD, "44")
    assert (await positions(connections))[subject] == f"{place['generation']}.{place['sequence']}"


async def test_the_command_refuses_and_with_the_option_makes_anew(
    jetstream: JetStreamContext, cluster: Cluster, connections: Connections, tmp_path: Path
) -> None:
    settings = connections.settings.model_copy(update={"nats_url": cluster.url, "nats_monitor_url": cluster.monitors, "replicas": 3})

    refused = command("streams", "apply", settings=settings, folder=tmp_path / "first")
    refused.launch()
    assert await refused.ended() == 1
    assert "--remake-derived" in refused.log.read_text(encoding="utf-8")

    done = command("streams", "apply", "--remake-derived", settings=settings, folder=tmp_path / "second")
    done.launch()
    assert await done.ended() == 0
    assert "FEED" in done.log.read_text(encoding="utf-8")
    assert await copies(jetstream) == {3}


@pytest.mark.parametrize(("answer", "code", "replicas"), [(b"y\n", 0, 3), (b"n\n", 1, 1)])
async def test_on_a_terminal_the_command_asks_first(
    jetstream: JetStreamContext, cluster: Cluster, connections: Connections, answer: bytes, code: int, replicas: int
) -> None:
    settings = connections.settings.model_copy(update={"nats_url": cluster.url, "nats_monitor_url": cluster.monitors, "replicas": 3})
    ours, theirs = pty.openpty()
    os.write(ours, answer)

    asked = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "services.cli.app", "streams", "apply"),
        stdin=theirs,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, **environment_of(settings)},
    )
    _, said = await asked.communicate()

    assert "Xóa và tạo lại FEED?" in said.decode()
    assert asked.returncode == code
    assert (await jetstream.stream_info(subjects.FEED)).config.num_replicas == replicas
    os.close(ours)
    os.close(theirs)
