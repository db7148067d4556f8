"""The aggregator: builds the service from its settings."""

from fastapi import FastAPI

from services.aggregate.feed import Feed
from services.aggregate.partition import Partition
from services.aggregate.previews import Previews
from services.aggregate.store import Store
from shared.plumbing import broker, delivery, tasks
from shared.plumbing.readiness import Readiness
from shared.shell import service
from shared.shell.service import Connections
from shared.shell.settings import AggregateSettings
from shared.wire import subjects
from shared.words.failures import ConfigurationError
from shared.words.refusals import refusal


def create_app(settings: AggregateSettings | None = None) -> FastAPI:
    """The aggregator's app. Reads the environment if no settings are given."""
    connections = service.connections(settings or AggregateSettings(), "aggregate")

    async def work(readiness: Readiness) -> None:
        await aggregate(connections, readiness)

    return service.create_app("aggregate", "Tổng Hợp: tổng hợp số liệu", connections, work, subjects.REPORTS, subjects.FEED)


async def aggregate(connections: Connections[AggregateSettings], readiness: Readiness) -> None:
    """Follows the partitions of this instance until it is cancelled."""
    readiness.wait_for("partitions", refusal("aggregate.loading"))
    info = await connections.streams.jetstream.stream_info(subjects.REPORTS)
    partitions = broker.declared_partitions(info.config.metadata)
    numbers = chosen(connections.settings.partitions, partitions)
    store = Store(connections.database)
    await store.prepare()
    for number in numbers:
        readiness.wait_for(f"partition {number}", refusal("aggregate.loading"))
    readiness.has("partitions")
    readiness.has("work")  # the trouble of an earlier attempt has passed
    feed = Feed(connections.streams, store, connections.reference, numbers)
    followed = [Partition(connections, store, feed, number, partitions, readiness) for number in numbers]
    following = [delivery.keep_trying(f"partition {partition.number}", partition.follow, readiness) for partition in followed]
    await tasks.together(feed.run(readiness), Previews(connections.streams.client, store, followed, partitions).run(), *following)


def chosen(text: str, partitions: int) -> list[int]:
    """The partitions in a setting: `all`, or numbers such as `0,2,4`. Raises ConfigurationError for anything else."""
    if text == "all":
        return list(range(partitions))
    try:
        numbers = sorted({int(part) for part in text.split(",")})
    except ValueError:
        numbers = [-1]
    if not numbers or numbers[0] < 0 or numbers[-1] >= partitions:
        raise ConfigurationError(refusal("setting.invalid_partitions", "TONGHOP_PARTITIONS", text=text, last=partitions - 1))
    return numbers
