"""Refused requests in the audit log: one entry a minute for each actor and reason."""

from datetime import UTC, datetime, timedelta

import pytest

from shared.plumbing.refused_requests import MOST, RefusedRequests
from shared.shell.service import Connections

NOW = datetime(2026, 3, 1, tzinfo=UTC)

pytestmark = pytest.mark.stores


async def entries(connections: Connections) -> list[tuple[str, str, int]]:
    found = await connections.database["audit"].find().sort("_id").to_list(None)
    assert {entry["action"] for entry in found} <= {"request.refused"}
    return [(entry["actor"], entry["target"], entry["details"]["count"]) for entry in found]


async def test_many_refusals_of_one_actor_are_one_entry_a_minute(connections: Connections) -> None:
    now = NOW
    refused = RefusedRequests(connections.database, lambda: now)
    for second in range(130):
        now = NOW + timedelta(seconds=second)
        refused.note("units/06253", "identity.out_of_scope", f"/v1/receipts/06256/event-{second}")
        await refused.write()

    assert await entries(connections) == [
        ("units/06253", "/v1/receipts/06256/event-0", 1),
        ("units/06253", "/v1/receipts/06256/event-1", 60),
        ("units/06253", "/v1/receipts/06256/event-61", 60),
    ]


async def test_actors_and_reasons_are_counted_apart(connections: Connections) -> None:
    refused = RefusedRequests(connections.database, lambda: NOW)
    for actor, code in (("units/1", "a"), ("units/2", "a"), ("units/1", "b"), ("units/1", "a")):
        refused.note(actor, code, "/v1/reports")

    await refused.write()

    assert sorted(await entries(connections)) == [
        ("units/1", "/v1/reports", 1),
        ("units/1", "/v1/reports", 2),
        ("units/2", "/v1/reports", 1),
    ]


async def test_memory_is_bounded(connections: Connections) -> None:
    refused = RefusedRequests(connections.database, lambda: NOW)
    for number in range(MOST + 100):
        refused.note(f"units/{number}", "a", "/")

    assert len(refused) == MOST
