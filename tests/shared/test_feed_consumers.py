"""The consumer of a receiver: it delivers the newest views of its feeds, and of no others."""

from shared.plumbing import feed_consumers
from shared.shell.service import Connections
from shared.wire import subjects
from shared.words.principals import FeedScope


def test_a_feed_of_all_regimes_includes_those_of_one() -> None:
    feeds = [FeedScope("20", "a"), FeedScope("20"), FeedScope("44", "b"), FeedScope("44", "a"), FeedScope("44", "a")]

    assert feed_consumers.filters(feeds) == ["feed.20.*.*.*", "feed.44.a.*.*", "feed.44.b.*.*"]


async def read(connections: Connections, receiver: str) -> list[str]:
    subscription = await connections.streams.jetstream.pull_subscribe_bind(receiver, stream=subjects.FEED)
    messages = await subscription.fetch(10, timeout=1)
    for message in messages:
        await message.ack()
    await subscription.unsubscribe()
    return sorted(f"{message.subject} {message.data.decode()}" for message in messages)


async def test_a_receiver_reads_the_newest_view_of_each_unit_in_its_feeds(connections: Connections) -> None:
    jetstream = connections.streams.jetstream
    for top, regime, unit, body in (("20", "a", "20", "old"), ("20", "a", "20", "new"), ("20", "b", "20", "x"), ("44", "a", "44", "y")):
        await jetstream.publish(subjects.feed(top, regime, "2026", unit), body.encode())

    await feed_consumers.ensure(jetstream, "so-noi-vu", [FeedScope("20", "a")])

    assert await read(connections, "so-noi-vu") == ["feed.20.a.2026.20 new"]


async def test_other_feeds_and_a_removal_take_effect(connections: Connections) -> None:
    jetstream = connections.streams.jetstream
    await feed_consumers.ensure(jetstream, "so-noi-vu", [FeedScope("20", "a")])
    await feed_consumers.ensure(jetstream, "so-noi-vu", [FeedScope("44")])
    await jetstream.publish(subjects.feed("20", "a", "2026", "20"), b"x")
    await jetstream.publish(subjects.feed("44", "a", "2026", "44"), b"y")

    assert await read(connections, "so-noi-vu") == ["feed.44.a.2026.44 y"]

    await feed_consumers.remove(jetstream, "so-noi-vu")
    await feed_consumers.remove(jetstream, "so-noi-vu")
    assert [consumer.name for consumer in await jetstream.consumers_info(subjects.FEED)] == []
