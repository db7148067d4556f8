"""On real servers: a reform is applied and reverted while the aggregator runs; verify agrees, and names what is changed by hand."""

import random
from datetime import date
from typing import Any

import orjson

from shared.plumbing.broker import Message
from shared.shell.service import Connections
from shared.wire import collection_names, subjects
from shared.words.regimes import resolve
from tests import builders
from tests.aggregate.over_reforms import received
from tests.aggregate.running import aggregating, verdict
from tests.simulation.rollup import histories, reforms
from tests.simulation.rollup.histories import YEARLY
from tests.simulation.rollup.reforms import AREA, Applied, Reforms
from tests.waiting import until

EVE = date(2024, 12, 19)
EARLY = f"{YEARLY}/2025/P@{EVE}"
OF_AREA = f"{YEARLY}/2025/{AREA}"


async def log_report(connections: Connections, unit_id: str, day: date, **values: Any) -> None:
    event = builders.submitted(unit_id[:2], regime=YEARLY, period="2025", values=values)
    stamped = {**event, "source": f"/units/{unit_id}", "unitid": unit_id, "receivedms": received(day)}
    partition = subjects.partition_of(YEARLY, "2025", connections.declaration.partitions)
    message = Message(subjects.reports(partition, YEARLY), orjson.dumps(stamped), f"{unit_id}/{event['id']}")
    await connections.streams.publish_all(subjects.REPORTS, [message])


def merger() -> tuple[str, Applied]:
    """The reform that merges X1 and X2, renames X4 and begins an area, without pins."""
    for seed in range(1000):
        changing = Reforms(random.Random(seed), histories.UNITS)
        reform_id, done = changing.next(resolve(histories.regimes()))
        if done is not None and done.plan.day == reforms.MIDNIGHT and not done.pins:
            return reform_id, done
    raise AssertionError


async def figures(connections: Connections, collection: str) -> dict[str, Any]:
    """All views of a collection but their versions."""
    found = connections.database[collection].find({}, {"position": 0, "updated_at": 0})
    return {document.pop("_id"): document async for document in found}


async def has_view(connections: Connections, collection: str, view_id: str, total: object) -> bool:
    found = await connections.database[collection].find_one({"_id": view_id})
    return found is not None and str(found["indicators"]["kinh_phi"]["total"]) == total


async def is_equal(connections: Connections) -> bool:
    return (await verdict(connections)).is_equal


async def test_a_reform_is_applied_and_reverted_and_verify_agrees_and_bites(connections: Connections) -> None:
    await connections.reference.put_units(histories.UNITS)
    await connections.reference.put_regimes(histories.regimes())
    reform_id, done = merger()
    async with aggregating(connections):
        for unit_id, amount in (("X1", "1.00"), ("X2", "2.00"), ("X3", "4.00")):
            await log_report(connections, unit_id, EVE, kinh_phi=amount)
        await until(lambda: has_view(connections, "views", f"{YEARLY}/2025/P", "7.00"))
        await until(lambda: is_equal(connections))
        before = await figures(connections, collection_names.VIEWS)
        assert await figures(connections, collection_names.EARLY_VIEWS) == {}

        await reforms.apply(connections, done)
        await log_report(connections, "X1-2024", date(2025, 1, 6), kinh_phi="8.00")
        await until(lambda: has_view(connections, "views", OF_AREA, "8.00"))
        await until(lambda: has_view(connections, "early_views", EARLY, "7.00"))
        await until(lambda: has_view(connections, "views", f"{YEARLY}/2025/P", "12.00"))
        found = await verdict(connections)
        assert (found.differences, found.uncounted.early) == ([], [f"{YEARLY}/2025/X1", f"{YEARLY}/2025/X2"])

        for collection, view_id in (("early_views", EARLY), ("views", OF_AREA)):
            stored = connections.database[collection]
            whole = await stored.find_one({"_id": view_id})
            assert whole is not None
            await stored.update_one({"_id": view_id}, {"$set": {"reporting.received": 77}})
            assert {(one.view, one.field) for one in (await verdict(connections)).differences} == {(view_id, "reporting.received")}
            await stored.delete_one({"_id": view_id})
            assert {(one.view, one.field) for one in (await verdict(connections)).differences} == {(view_id, "")}
            await stored.insert_one(whole)

        fed = await connections.streams.jetstream.get_last_msg(subjects.FEED, subjects.feed("P", YEARLY, "2025", AREA))
        assert orjson.loads(fed.data or b"")["data"]["unit"]["level"] == "area"
        info = await connections.streams.jetstream.stream_info(subjects.FEED, subjects_filter=subjects.ALL_FEED)
        assert not [subject for subject in info.state.subjects or {} if "@" in subject]

        await reforms.revert(connections, reform_id)
        await until(lambda: _is_reverted(connections))
        found = await verdict(connections)
        assert (found.differences, found.uncounted.units) == ([], [f"{YEARLY}/2025/X1-2024"])  # it counts again after another apply
        assert await figures(connections, collection_names.VIEWS) == before


async def _is_reverted(connections: Connections) -> bool:
    early = await connections.database["early_views"].count_documents({})
    return early == 0 and await has_view(connections, "views", f"{YEARLY}/2025/P", "7.00")
