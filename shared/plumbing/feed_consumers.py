"""The consumers of FEED through which receivers read over NATS: one for each receiver, with the subjects of its feeds.

A receiver may ask only the consumer that has its name (`deploy/nats`, account RECEIVERS), so what it reads is decided here and not by it.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final

from nats.js import JetStreamContext
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy
from nats.js.errors import NotFoundError

from shared.wire import subjects
from shared.words.credentials import Credential
from shared.words.principals import FeedScope

ACK_WAIT: Final = timedelta(seconds=30)
MOST_WAITING: Final = 64  # requests at a time, over all connections of a receiver
MOST_UNACKNOWLEDGED: Final = 1000


def filters(feeds: Iterable[FeedScope]) -> list[str]:
    """The subjects of feeds. A feed of all regimes includes those of single ones: the server refuses filters that overlap."""
    wanted = set(feeds)
    whole = {feed.top for feed in wanted if feed.regime is None}
    return sorted(subjects.feed(feed.top, feed.regime or "*", "*", "*") for feed in wanted if feed.regime is None or feed.top not in whole)


async def keep_all(jetstream: JetStreamContext, credentials: Sequence[Credential], now: datetime) -> None:
    """`keep` for every receiver: after FEED was deleted and made again, their consumers are missing."""
    for receiver in sorted({credential.holder.receiver for credential in credentials if credential.holder.receiver is not None}):
        await keep(jetstream, receiver, [credential for credential in credentials if credential.holder.receiver == receiver], now)


async def keep(jetstream: JetStreamContext, receiver: str, credentials: Iterable[Credential], now: datetime) -> None:
    """Gives the consumer of a receiver the feeds of its valid NATS credentials; without any, removes it."""
    valid = [credential for credential in credentials if credential.kind == "nats" and credential.state(now) == "valid"]
    if feeds := [feed for credential in valid for feed in credential.holder.feeds]:
        await ensure(jetstream, receiver, feeds)
    else:
        await remove(jetstream, receiver)


async def ensure(jetstream: JetStreamContext, receiver: str, feeds: Sequence[FeedScope]) -> None:
    """Makes the consumer of a receiver, or gives it other feeds. A new one begins with the newest view on each subject."""
    config = ConsumerConfig(
        durable_name=receiver,
        description="a receiver of feeds (tonghop credentials receiver)",
        deliver_policy=DeliverPolicy.LAST_PER_SUBJECT,
        ack_policy=AckPolicy.EXPLICIT,
        ack_wait=ACK_WAIT.total_seconds(),
        max_waiting=MOST_WAITING,
        max_ack_pending=MOST_UNACKNOWLEDGED,
        filter_subjects=filters(feeds),
    )
    await jetstream.add_consumer(subjects.FEED, config)


async def remove(jetstream: JetStreamContext, receiver: str) -> None:
    """Removes the consumer of a receiver, if there is one."""
    try:
        await jetstream.delete_consumer(subjects.FEED, receiver)
    except NotFoundError:
        return
