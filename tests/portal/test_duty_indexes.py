"""The portal's queries for duties use an index that notify creates, and never scan all duties."""

from collections.abc import Iterator
from typing import Any

import pytest

from services.notify.store.book import BookStore
from services.portal.domain.duties import HOUR, DutyState
from services.portal.domain.duty_units import Part
from services.portal.reading.duty_queries import IN_CALENDAR, ORDER, Asked, in_calendar, listed, of_state
from services.portal.reading.duty_store import DutyStore
from shared.words.reference import Reference
from shared.words.scope import Scope
from tests.portal import builders
from tests.portal.builders import AFTER, CT27
from tests.portal.conftest import Stack

pytestmark = pytest.mark.asyncio(loop_scope="session")

PART = Part(frozenset({"06253", "06256"}), ((CT27, "2024"),))
PAGES = {
    "all": listed(Asked(None), None, AFTER),
    **{state.value: listed(Asked(None), state, AFTER) for state in DutyState},
    "a regime": listed(Asked(None, CT27), None, AFTER),
    "a period of a regime": listed(Asked(None, CT27, "2024"), DutyState.OVERDUE, AFTER),
    "a unit and those below": listed(Asked([PART]), DutyState.OWED, AFTER),
}
BEHIND = listed(Asked([PART], CT27, "2024"), DutyState.OWED, AFTER, f"{CT27}/2024/06253")
BY_ID = [("_id", 1)]
RETURNED = {"revision": 1, "reason": "Sai số thôn", "fix_by": None}


def stages(plan: Any) -> Iterator[str]:
    """Every stage of a plan."""
    if isinstance(plan, dict):
        if "stage" in plan:
            yield plan["stage"]
        plan = list(plan.values())
    for part in plan if isinstance(plan, list) else ():
        yield from stages(part)


async def plan(stack: Stack, query: dict[str, Any], order: Any) -> list[str]:
    await BookStore(stack.database).prepare()
    made = [builders.duty(), builders.received("06256")]
    await stack.put(duties=[{**one, "_id": f"{one['_id']}/{number}"} for number in range(200) for one in made])
    explained = await stack.database["duties"].find(query).sort(order).explain()
    return list(stages(explained["queryPlanner"]["winningPlan"]))


@pytest.mark.parametrize("state", [DutyState.RETURNED, DutyState.OWED])
async def test_what_is_urgent_is_read_from_an_index_in_its_order(stack: Stack, state: DutyState) -> None:
    found = await plan(stack, {"$and": [of_state(state, AFTER), Asked(None).as_query()]}, ORDER)
    assert "IXSCAN" in found
    assert not {"COLLSCAN", "SORT"} & set(found)


async def test_what_is_owed_in_each_period_is_read_from_an_index_alone(stack: Stack) -> None:
    query = {"owed": True, "reminded_of": {"$lte": AFTER}, "regime": {"$in": [CT27]}}
    await BookStore(stack.database).prepare()
    await stack.put(duties=[builders.duty(_id=f"{CT27}/2024/{number}") for number in range(200)])
    for asked in (query, {"$and": [{"owed": True}, Asked(None, CT27).as_query()]}):
        explained = await stack.database["duties"].find(asked, {"_id": 0, "reminded_of": 1, "period": 1}).explain()
        assert explained["executionStats"]["totalDocsExamined"] == 0


async def test_returned_duties_are_found_without_reading_all_that_is_owed(stack: Stack) -> None:
    await BookStore(stack.database).prepare()
    made = [builders.duty(_id=f"{CT27}/2024/{number}") for number in range(200)]
    await stack.put(duties=[*made, builders.duty("06256", returned=RETURNED)])
    explained = await stack.database["duties"].find(of_state(DutyState.RETURNED, AFTER)).sort(ORDER).limit(50).explain()
    assert (explained["executionStats"]["nReturned"], explained["executionStats"]["totalDocsExamined"]) == (1, 1)


async def test_the_duties_of_some_units_are_counted_by_their_index_or_without_it(stack: Stack) -> None:
    """The portal may run before the notifier has made the indexes."""
    scope, asked = Scope.of_command_line(Reference(1, builders.registry(), {}, {}), AFTER.date()), Asked([PART])
    store = DutyStore(stack.database, scope)
    await stack.database["duties"].drop()
    assert (await store.totals(asked, AFTER))[0] == 0
    await stack.put(duties=[builders.duty(), builders.received("06256")])
    without = await store.totals(asked, AFTER)
    await BookStore(stack.database).prepare()
    assert await store.totals(asked, AFTER) == without
    assert without[0] == 2


@pytest.mark.parametrize("parts", [None, [PART]])
async def test_every_state_is_counted_by_the_same_rule_as_it_is_listed(stack: Stack, parts: list[Part] | None) -> None:
    shapes = [builders.duty(), builders.received("06256"), builders.duty(returned=RETURNED)]
    changes: list[dict[str, Any]] = [{}, {"late": True}, {"task": "confirm"}, {"task": "official"}]
    changes += [{"reminded_of": AFTER}, {"reminded_of": AFTER + HOUR}]
    made = [{**shape, **change} for shape in shapes for change in changes]
    await stack.put(duties=[{**one, "_id": f"{one['_id']}/{number}"} for number, one in enumerate(made)])
    store = DutyStore(stack.database, Scope.of_command_line(Reference(1, builders.registry(), {}, {}), AFTER.date()))
    everything, totals = await store.totals(Asked(parts), AFTER)
    listed_too = {state: len(await store.first(Asked(parts), state, AFTER, behind=None, limit=0)) for state in DutyState}
    assert totals == listed_too
    assert everything == len(made)
    assert all(totals.values())


@pytest.mark.parametrize("asked", PAGES)
async def test_a_page_of_duties_is_read_from_an_index(stack: Stack, asked: str) -> None:
    found = await plan(stack, PAGES[asked], BY_ID)
    assert "IXSCAN" in found
    assert "COLLSCAN" not in found


async def test_the_next_page_is_read_from_an_index_too(stack: Stack) -> None:
    assert "COLLSCAN" not in await plan(stack, BEHIND, BY_ID)


async def test_pages_of_everything_are_read_in_the_order_of_ids(stack: Stack) -> None:
    assert "SORT" not in await plan(stack, PAGES["all"], BY_ID)


async def test_a_calendar_is_read_from_an_index(stack: Stack) -> None:
    assert "COLLSCAN" not in await plan(stack, in_calendar("06253", AFTER), IN_CALENDAR)
