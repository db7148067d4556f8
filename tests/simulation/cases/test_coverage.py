"""The simulations use nothing of a stand-in that no case has compared with the real server."""

import asyncio

import pytest

from tests.simulation.cases import alert_cases, mongo_cases, nats_cases
from tests.simulation.cases.rigs import on_the_fake_mongo, on_the_fake_nats
from tests.simulation.cases.test_alerts import stand_in
from tests.simulation.cases.usage import Used, noted, operators, requests
from tests.simulation.reminders import years
from tests.simulation.reminders.world import Size
from tests.simulation.rollup import seasons

SEEDS = (*range(1, 7), 108, 121)  # with all kinds of trouble


@pytest.fixture(scope="module")
def covered() -> Used:
    with noted() as used:
        for on_nats in nats_cases.CASES:
            on_the_fake_nats(on_nats)
        for on_mongo in mongo_cases.CASES:
            on_the_fake_mongo(on_mongo)
        for on_alerts in alert_cases.CASES:
            asyncio.run(on_alerts(stand_in()))
    return used


def test_ingest_and_aggregate_use_nothing_that_no_case_covers(covered: Used) -> None:
    with noted() as used:
        for seed in SEEDS:
            seasons.run(seed)

    assert len(used) > 50
    assert sorted(used - covered) == []


def test_the_notifier_uses_nothing_that_no_case_covers(covered: Used) -> None:
    with noted() as used:
        for seed in (1,):
            years.run(seed, Size(communes=3, years=1))

    assert len(used) > 10
    assert sorted(used - covered) == []


def test_what_is_used_is_seen() -> None:
    assert set(operators({"a": {"$lt": 1}, "$or": [{"b": {"$in": [1]}}], "c": {"d": 1}})) == {"$lt", "$or", "$in"}
    assert "request STREAM.MSG.GET: seq" in set(requests("STREAM.MSG.GET.REPORTS", b'{"seq": 3}'))
