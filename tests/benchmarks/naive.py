"""The obvious way: a FastStream handler for each message, with one insert and two `$inc` upserts.

What: each report of REPORTS is inserted unchanged, then the district's and the province's document get `$inc` for its 12 indicators (a flag
adds 1, a ratio both its parts, a choice 1 to the option), and the message is acknowledged. There are no revisions, no check for repeats and
no exact decimals: it is only the baseline to beat. How: a push subscriber with manual acknowledgement, w=majority and journal as
everywhere, the first 3,000 reports of the log. Again: `make bench ONLY=naive`. Figures: docs/benchmarks.md.
"""

import asyncio
import time
from decimal import Decimal
from typing import Any, Final

import orjson
from bson.decimal128 import Decimal128
from faststream import AckPolicy
from faststream.nats import JStream, NatsBroker
from faststream.nats.annotations import NatsMessage
from nats.js.api import ConsumerConfig, DeliverPolicy

from shared.shell.service import Connections
from shared.wire import subjects
from tests import nats_users

MESSAGES: Final = 3_000
LIMIT_S: Final = 120.0


async def per_s(connections: Connections, size: float) -> float:
    """Reports a second of the naive handler; it leaves nothing behind."""
    handler = _Handler(connections, round(MESSAGES * size))
    subscribing = nats_users.create_broker(connections.settings.nats_servers)
    handler.subscribe(subscribing)
    await subscribing.start()
    try:
        async with asyncio.timeout(LIMIT_S):
            await handler.finished.wait()
    finally:
        await subscribing.stop()
        await connections.database["naive_reports"].drop()
        await connections.database["naive_views"].drop()
    return (handler.wanted - 1) / handler.took_s


class _Handler:
    """Counts from the first message's end to the last's."""

    def __init__(self, connections: Connections, wanted: int) -> None:
        self.wanted = wanted
        self.finished = asyncio.Event()
        self.took_s = 0.0
        self._connections = connections
        self._done = 0
        self._began = 0.0

    def subscribe(self, subscribing: NatsBroker) -> None:
        subscriber = subscribing.subscriber(
            "reports.>",
            stream=JStream(subjects.REPORTS, declare=False),
            config=ConsumerConfig(deliver_policy=DeliverPolicy.ALL, inactive_threshold=30.0),
            ack_policy=AckPolicy.MANUAL,
        )
        subscriber(self.on_report)

    async def on_report(self, message: NatsMessage) -> None:
        report = orjson.loads(message.body)
        reference = await self._connections.reference.current(60.0)
        await self._connections.database["naive_reports"].insert_one({"_id": report["id"], "report": report})
        added = _added(report["data"]["values"])
        for above in reference.registry.at(_cut_off(reference, report)).ancestors(report["unitid"]):
            await self._connections.database["naive_views"].update_one({"_id": above.id}, {"$inc": added}, upsert=True)
        await message.ack()
        self._count()

    def _count(self) -> None:
        self._done += 1
        if self._done == 1:
            self._began = time.perf_counter()
        if self._done == self.wanted:
            self.took_s = time.perf_counter() - self._began
            self.finished.set()


def _cut_off(reference: Any, report: dict[str, Any]) -> Any:
    return reference.regimes[report["data"]["regime"]].period(report["data"]["period"]).cut_off


def _added(values: dict[str, Any]) -> dict[str, Any]:
    added: dict[str, Any] = {"received": 1}
    for code, value in values.items():
        match value:
            case bool():
                added[f"{code}.true"] = int(value)
            case int():
                added[f"{code}.total"] = value
            case {"numerator": numerator, "denominator": denominator}:
                added |= {f"{code}.numerator": numerator, f"{code}.denominator": denominator}
            case str() if value.replace(".", "", 1).isdigit():
                added[f"{code}.total"] = Decimal128(Decimal(value))
            case _:
                added[f"{code}.{value}"] = 1
    return added
