"""The declaration of streams, on a real server."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from nats.js.api import StorageType, StreamConfig, StreamSource

from shared.plumbing import streams
from shared.shell.service import Connections
from shared.wire import subjects
from shared.words.failures import ConfigurationError, TransientError
from tests.waiting import until


@pytest.mark.parametrize("times", [1, 2])
async def test_applying_again_changes_nothing(connections: Connections, times: int) -> None:
    for _ in range(times):
        assert await streams.apply(connections.streams.jetstream, connections.declaration) == []

    await streams.require(connections.streams.jetstream, connections.declaration, *connections.declaration.streams)


async def test_every_stream_keeps_its_messages_on_disk_and_refuses_what_is_too_much(connections: Connections) -> None:
    for name in connections.declaration.streams:
        config = (await connections.streams.jetstream.stream_info(name)).config
        assert (config.storage, config.discard, config.max_msgs, config.max_bytes) == ("file", "new", -1, -1)


async def test_the_log_is_kept_for_ever(connections: Connections) -> None:
    config = (await connections.streams.jetstream.stream_info(subjects.REPORTS)).config

    assert not config.max_age
    assert config.max_msgs_per_subject == -1


async def test_applying_brings_back_a_stream_that_was_changed(connections: Connections) -> None:
    await change(connections, subjects.INBOX, max_age=60.0)

    assert await streams.apply(connections.streams.jetstream, connections.declaration) == [subjects.INBOX]

    await streams.require(connections.streams.jetstream, connections.declaration, subjects.INBOX)


async def test_applying_makes_a_stream_that_is_missing(connections: Connections) -> None:
    await connections.streams.jetstream.delete_stream(subjects.ALERTS)

    assert await streams.apply(connections.streams.jetstream, connections.declaration) == [subjects.ALERTS]


async def test_applying_keeps_what_is_stored(connections: Connections) -> None:
    await connections.streams.jetstream.publish("inbox.06253", b"{}")
    await change(connections, subjects.INBOX, max_age=3600.0)

    await streams.apply(connections.streams.jetstream, connections.declaration)

    assert (await connections.streams.jetstream.stream_info(subjects.INBOX)).state.messages == 1


@pytest.mark.parametrize(
    ("name", "setting", "value"),
    [
        (subjects.INBOX, "subjects", ["inbox.>"]),
        (subjects.INBOX, "max_age", 60.0),
        (subjects.INBOX, "max_msg_size", 10),
        (subjects.INBOX, "duplicate_window", 7.0),
        (subjects.INBOX, "max_msgs", 5),
        (subjects.INBOX, "max_bytes", 4096),
        (subjects.INBOX, "max_msgs_per_subject", 9000),
        (subjects.INBOX, "discard_new_per_subject", False),
        (subjects.INBOX, "sources", [StreamSource(name="OTHER")]),
        (subjects.INBOX, "allow_rollup_hdrs", True),
        (subjects.INBOX, "allow_msg_ttl", True),
        (subjects.INBOX, "allow_atomic", True),
        (subjects.INBOX, "allow_batched", True),
        (subjects.INBOX, "deny_purge", True),
        (subjects.REPORTS, "deny_delete", True),
        (subjects.REPORTS, "discard", "old"),
        (subjects.FEED, "max_msgs_per_subject", 1),
        (subjects.FEED, "discard_new_per_subject", True),
        (subjects.REPORTS, "metadata", {"partitions": "9"}),
    ],
)
async def test_a_changed_stream_is_refused_naming_the_setting(connections: Connections, name: str, setting: str, value: Any) -> None:
    await change(connections, name, **{setting: value})

    with pytest.raises(ConfigurationError, match=rf"stream {name}: The setting {setting} is .*streams apply.* \[nats\.stream_differs\]"):
        await streams.require(connections.streams.jetstream, connections.declaration, *connections.declaration.streams)


@pytest.mark.parametrize(
    ("setting", "value", "told"),
    [
        ("persist_mode", "async", "persist_mode is async, but default"),
        ("storage", "memory", "storage is memory, but file"),
        ("retention", "interest", "retention is interest, but limits"),
        ("no_ack", True, "no_ack is True, but False"),
        ("duplicate_window", 60.0, "duplicate_window is 60.0, but 3600"),
        ("discard", "old", "discard is old, but new"),
    ],
)
async def test_a_stream_made_by_other_hands_is_refused_naming_what_is_wanted(
    connections: Connections, setting: str, value: Any, told: str
) -> None:
    await connections.streams.jetstream.delete_stream(subjects.REPORTS)
    config = replace(connections.declaration.stream_config(subjects.REPORTS), **{setting: value})
    if setting == "persist_mode":
        config = replace(config, allow_atomic=False)  # the broker takes the two not together
    await connections.streams.jetstream.add_stream(config)

    with pytest.raises(ConfigurationError) as refused:
        await streams.require(connections.streams.jetstream, connections.declaration, subjects.REPORTS)

    assert told in str(refused.value)


@pytest.mark.parametrize(
    ("setting", "value"), [("max_deliver", 3), ("ack_policy", "none"), ("filter_subject", "inbox.06253"), ("ack_wait", 60.0)]
)
async def test_a_durable_that_gives_up_or_sees_only_a_part_is_refused(connections: Connections, setting: str, value: Any) -> None:
    await connections.streams.jetstream.delete_consumer(subjects.INBOX, subjects.INGEST_DURABLE)
    config = replace(connections.declaration.consumer_config(subjects.INGEST_DURABLE), **{setting: value})
    if setting == "ack_policy":
        config = replace(config, max_ack_pending=None, ack_wait=None)
    await connections.streams.jetstream.add_consumer(subjects.INBOX, config)

    with pytest.raises(ConfigurationError, match=rf"consumer ingest: The setting {setting} is .*streams apply"):
        await streams.require(connections.streams.jetstream, connections.declaration, subjects.INBOX)


async def test_a_durable_that_is_not_there_yet_is_waited_for(connections: Connections) -> None:
    await connections.streams.jetstream.delete_consumer(subjects.INBOX, subjects.INGEST_DURABLE)

    with pytest.raises(TransientError, match=r"INBOX.*streams apply"):
        await streams.require(connections.streams.jetstream, connections.declaration, subjects.INBOX)


async def test_a_stream_that_is_not_there_yet_is_waited_for(connections: Connections) -> None:
    await connections.streams.jetstream.delete_stream(subjects.PARKED)

    with pytest.raises(TransientError, match=r"PARKED.*streams apply"):
        await streams.require(connections.streams.jetstream, connections.declaration, subjects.PARKED)


async def test_a_stream_that_nobody_asked_about_is_not_looked_at(connections: Connections) -> None:
    await connections.streams.jetstream.delete_stream(subjects.PARKED)

    await streams.require(connections.streams.jetstream, connections.declaration, subjects.INBOX)


async def test_a_change_that_the_broker_refuses_is_a_matter_for_a_person(connections: Connections) -> None:
    await connections.streams.jetstream.delete_stream(subjects.INBOX)
    await connections.streams.jetstream.add_stream(StreamConfig(name=subjects.INBOX, subjects=["inbox.*"], storage=StorageType.MEMORY))

    with pytest.raises(ConfigurationError, match="INBOX"):
        await streams.apply(connections.streams.jetstream, connections.declaration)


async def test_a_stream_that_the_broker_does_not_make_is_a_matter_for_a_person(connections: Connections) -> None:
    await connections.streams.jetstream.delete_stream(subjects.INBOX)
    await connections.streams.jetstream.add_stream(StreamConfig(name="OTHER", subjects=["inbox.*"]))

    with pytest.raises(ConfigurationError, match=r"INBOX.*overlap"):
        await streams.apply(connections.streams.jetstream, connections.declaration)


async def test_an_inbox_of_before_takes_what_people_do_and_keeps_what_waits(connections: Connections) -> None:
    """An upgrade: the stream had one list of subjects, and a unit's message waits in it."""
    jetstream = connections.streams.jetstream
    config = connections.declaration.stream_config(subjects.INBOX)
    await jetstream.update_stream(config.evolve(subjects=["inbox.*"]))
    await jetstream.publish(subjects.inbox("06253"), b"waits", stream=subjects.INBOX)
    with pytest.raises(ConfigurationError, match="INBOX"):
        await streams.require(jetstream, connections.declaration, subjects.INBOX)

    assert await streams.apply(jetstream, connections.declaration) == [subjects.INBOX]

    await jetstream.publish(subjects.inbox_of_people("06253"), b"acts", stream=subjects.INBOX)

    async def both_wait() -> bool:  # the broker counts what is new a moment after it has acknowledged it
        info = await jetstream.consumer_info(subjects.INBOX, subjects.INGEST_DURABLE)
        return (info.num_pending, info.delivered.stream_seq) == (2, 0)

    await until(both_wait)


async def test_the_ingest_durable_is_made_with_unlimited_deliveries(connections: Connections) -> None:
    config = (await connections.streams.jetstream.consumer_info(subjects.INBOX, subjects.INGEST_DURABLE)).config

    assert (config.max_deliver, config.ack_policy) == (-1, "explicit")


def test_a_declaration_with_an_unknown_setting_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "streams.yaml"
    path.write_text(streams.DECLARATION.read_text(encoding="utf-8").replace("partitions: 8", "partitions: 8\ncopies: 3"), encoding="utf-8")

    with pytest.raises(ConfigurationError, match=r"streams\.yaml: copies: .*“copies”.*field\.unknown"):
        streams.read(path=path)


TEXTS = ["", "[]", "partitions: [", "partitions: tám\nstreams: {}\nconsumers: {}\n", "partitions: 8\npartitions: 9\n"]


@pytest.mark.parametrize("text", TEXTS, ids=range(5))
def test_what_is_no_declaration_is_refused_with_its_file(tmp_path: Path, text: str) -> None:
    path = tmp_path / "streams.yaml"
    path.write_text(text, encoding="utf-8")

    with pytest.raises(ConfigurationError, match=r"streams\.yaml(:\d+)?: "):
        streams.read(path=path)


def test_in_a_cluster_no_stream_acknowledges_before_the_disk() -> None:
    assert streams.read(replicas=1).stream_config(subjects.FEED).persist_mode is not None
    assert streams.read(replicas=3).stream_config(subjects.FEED).persist_mode is None
    assert streams.read(replicas=3).stream_config(subjects.REPORTS).num_replicas == 3


async def change(connections: Connections, name: str, **settings: Any) -> None:
    """Changes a stream behind the declaration's back. Its `persist_mode` cannot be changed, so it is made anew."""
    jetstream = connections.streams.jetstream
    config = replace(connections.declaration.stream_config(name), **settings)
    await jetstream.update_stream(config)
