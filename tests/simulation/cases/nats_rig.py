"""The streams on which cases of nats-server run, declared with short windows whose end a case can wait for; and what cases do there."""

from typing import Final

from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy

from shared.plumbing import reader, streams
from shared.plumbing.broker import Message, Streams
from shared.plumbing.reader import Reader
from shared.wire import subjects
from shared.wire.subjects import FEED, INBOX, INGEST_DURABLE, REPORTS

WINDOW_S: Final = 0.4
ACK_WAIT_S: Final = 1.0
MOST_UNACKNOWLEDGED: Final = 4
MOST_PER_SUBJECT: Final = 3
WRONG_STREAM: Final = 10060
INCOMPLETE_BATCH: Final = 10176
NO_MESSAGE: Final = 10037
NO_CONSUMER: Final = 10014
NO_STREAM: Final = 10059
SUBJECT_FULL: Final = 10077
MOST_OF_A_UNIT: Final = 8

_DECLARED = streams.read()
DECLARED: Final = _DECLARED.model_copy(
    update={
        "partitions": 2,
        "streams": _DECLARED.streams
        | {
            REPORTS: _DECLARED.streams[REPORTS].model_copy(update={"duplicate_window_s": WINDOW_S}),
            INBOX: _DECLARED.streams[INBOX].model_copy(update={"max_msgs_per_subject": MOST_OF_A_UNIT}),
            FEED: _DECLARED.streams[FEED].model_copy(update={"max_msgs_per_subject": MOST_PER_SUBJECT}),
        },
        "consumers": {
            INGEST_DURABLE: _DECLARED.consumers[INGEST_DURABLE].model_copy(
                update={"ack_wait_s": ACK_WAIT_S, "max_ack_pending": MOST_UNACKNOWLEDGED}
            )
        },
    }
)


def event(number: int, partition: int = 0, **headers: str) -> Message:
    return Message(subjects.reports(partition, "ct27"), b"%d" % number, f"event {number}", headers)


async def fed(nats: Streams, unit: str, last: int | None, text: bytes = b"view") -> int:
    """Publishes a view to FEED, after the message `last` of its subject."""
    expected = {} if last is None else {"Nats-Expected-Last-Subject-Sequence": str(last)}
    ack = await nats.jetstream.publish(subjects.feed("20", "ct27", "2024", unit), text, headers={"Tonghop-Position": "1.2", **expected})
    return ack.seq


async def sent(nats: Streams, count: int) -> None:
    """Puts messages into INBOX."""
    for number in range(count):
        await nats.jetstream.publish(subjects.inbox("X1"), b"%d" % number, stream=INBOX)


async def received(source: Reader, count: int, wait_s: float = 4.0) -> list[reader.Delivery]:
    """As many deliveries as wanted, or those that come until nothing has come for a while."""
    found: list[reader.Delivery] = []
    while len(found) < count and (batch := await source.batch(count - len(found), wait_s)):
        found += batch
    return found


def watched(nats: Streams) -> tuple[Reader, list[str]]:
    """A reader of the log that notes the names of its consumers."""
    names: list[str] = []

    async def bind(begin: int) -> tuple[str, int]:
        config = ConsumerConfig(
            deliver_policy=DeliverPolicy.BY_START_SEQUENCE,
            opt_start_seq=begin,
            ack_policy=AckPolicy.NONE,
            filter_subject=subjects.ALL_REPORTS,
            inactive_threshold=60.0,
            mem_storage=True,
            num_replicas=1,
        )
        info = await nats.jetstream.add_consumer(REPORTS, config)
        names.append(info.name)
        return info.name, info.num_pending or 0

    return Reader(nats.client, REPORTS, bind, is_ordered=True), names
