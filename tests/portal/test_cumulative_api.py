"""Lũy kế in the JSON API, on real servers: `GET /api/v1/views/…?cumulative=true`."""

import asyncio
from typing import Any

import httpx2
import pytest

from shared.wire import events
from shared.wire.answers import ViewToDate
from tests.portal import builders, years
from tests.portal.builders import CT27
from tests.portal.conftest import Stack
from tests.portal.years import DISTRICT, FROM_MAY, MONTHLY, ON_CALL, submitted

pytestmark = pytest.mark.asyncio(loop_scope="session")

FIRST = [
    submitted("06253", 1, "2026-01", thu="1.25", luot=3, dung_han={"numerator": 1, "denominator": 2}),
    submitted("06253", 2, "2026-02", thu="2.50", luot=4, dung_han={"numerator": 5, "denominator": 6}),
]


async def asked(
    stack: Stack, period: str, regime: str = MONTHLY, *, status: int = 200, headers: dict[str, str] | None = None
) -> httpx2.Response:
    answer = await stack.http.get(f"/api/v1/views/{regime}/{period}/{DISTRICT}?cumulative=true", headers=headers)
    assert answer.status_code == status, answer.text
    return answer


async def replace_views(stack: Stack, documents: list[dict[str, Any]]) -> None:
    for document in documents:
        await stack.database["views"].replace_one({"_id": document["_id"]}, document, upsert=True)


async def test_a_view_has_the_sums_since_the_beginning_of_the_year_if_they_are_asked_for(stack: Stack) -> None:
    await stack.put(views=years.views(FIRST))
    found = (await asked(stack, "2026-02")).json()
    ViewToDate.model_validate(found)
    codes = ["2026-01", "2026-02"]
    assert years.sums(found) == {
        "thu": {"total": "3.75", "periods": codes, "complete": False},
        "luot": {"total": 7, "periods": codes, "complete": False},
        "dung_han": {"total": {"numerator": 6, "denominator": 8, "percent": "75.0"}, "periods": codes, "complete": False},
    }
    assert not [figure for figure in found["indicators"].values() if "cumulative_reason" in figure]


@pytest.mark.stores
async def test_the_units_below_have_sums_too(stack: Stack) -> None:
    await stack.put(views=years.views(FIRST))
    path = f"/api/v1/views/{MONTHLY}/2026-02/20/children"
    [found] = (await stack.http.get(f"{path}?cumulative=true")).json()["views"]
    assert found == (await asked(stack, "2026-02")).json()
    [plain] = (await stack.http.get(path)).json()["views"]
    assert plain == years.without_sums(found)
    communes = (await stack.http.get(f"/api/v1/views/{MONTHLY}/2026-02/{DISTRICT}/children?cumulative=true")).json()
    assert (communes["views"], len(communes["units"])) == ([], 3)


async def test_without_asking_a_view_is_as_it_is_confirmed(stack: Stack) -> None:
    await stack.put(views=years.views(FIRST))
    plain = (await stack.http.get(f"/api/v1/views/{MONTHLY}/2026-02/{DISTRICT}")).json()
    found = (await asked(stack, "2026-02")).json()
    assert years.without_sums(found) == plain != found


async def test_a_regime_without_cumulative_indicators_has_no_sums(stack: Stack) -> None:
    await stack.put(views=[builders.view()])
    assert years.sums((await asked(stack, "2024", CT27)).json()) == {}


async def test_if_periods_cannot_be_summed_the_reason_is_given_in_both_languages(stack: Stack) -> None:
    await stack.put(views=[view for view in years.views(FIRST) if view["period"] != "2026-01"])
    found = (await asked(stack, "2026-02")).json()
    ViewToDate.model_validate(found)
    assert years.sums(found) == {"thu": None, "luot": None, "dung_han": None}
    figure = found["indicators"]["thu"]
    assert figure["cumulative_reason"]["code"] == "door.cumulative_not_computed"
    assert {*figure["cumulative_reason"]} == {"code", "path", "message_vi", "message_en"}
    assert figure["total"] == "2.50"


@pytest.mark.stores
async def test_on_call_only_opened_periods_are_summed(stack: Stack) -> None:
    opened = [
        years.event(events.OPENED, "", number, code, ON_CALL, deadline="2026-12-31") for number, code in ((1, "2026-01"), (2, "2026-04"))
    ]
    logged = [*opened, submitted("06253", 3, "2026-01", ON_CALL, luot=2), submitted("06253", 4, "2026-04", ON_CALL, luot=3)]
    await stack.put(views=years.views(logged))
    assert years.sums((await asked(stack, "2026-04", ON_CALL)).json())["luot"] == {
        "total": 5,
        "periods": ["2026-01", "2026-04"],
        "complete": False,
    }
    await stack.database["views"].delete_one({"_id": f"{ON_CALL}/2026-01/{DISTRICT}"})
    reports = [builders.report(events.OPENED, unit="", sender=years.RECIPIENT, regime=ON_CALL, period="2026-01", revision=0)]
    await stack.put(reports=reports)
    assert years.sums((await asked(stack, "2026-04", ON_CALL)).json())["luot"] is None


async def test_a_correction_of_an_earlier_period_is_a_change(stack: Stack) -> None:
    await stack.put(views=years.views(FIRST))
    tag = (await asked(stack, "2026-02")).headers["etag"]
    unchanged = await asked(stack, "2026-02", status=304, headers={"If-None-Match": tag})
    assert (unchanged.content, unchanged.headers["etag"]) == (b"", tag)
    await replace_views(stack, years.views([*FIRST, submitted("06253", 3, "2026-01", revision=2, thu="1.26")]))
    changed = await asked(stack, "2026-02", headers={"If-None-Match": tag})
    assert years.sums(changed.json())["thu"]["total"] == "3.76"
    assert changed.headers["etag"] != tag


async def test_views_with_and_without_sums_are_told_apart_by_their_validators(stack: Stack) -> None:
    await stack.put(views=years.views(FIRST))
    plain = await stack.http.get(f"/api/v1/views/{MONTHLY}/2026-02/{DISTRICT}")
    assert plain.headers["etag"] != (await asked(stack, "2026-02")).headers["etag"]
    same = {"If-None-Match": plain.headers["etag"]}
    assert (await stack.http.get(f"/api/v1/views/{MONTHLY}/2026-02/{DISTRICT}", headers=same)).status_code == 304
    assert (await stack.http.get(f"/api/v1/views/{MONTHLY}/2026-02/{DISTRICT}", headers={"If-Modified-Since": ""})).status_code == 200


@pytest.mark.stores
async def test_while_views_are_computed_again_no_sum_mixes_old_and_new_ones(stack: Stack) -> None:
    """An import of units raises the generation; the views of the periods are written again one after the other."""
    old = years.views(FIRST)
    new = [view | {"position": view["position"] | {"generation": 2}} for view in years.views([submitted("06253", 1, "2026-01", luot=100)])]
    await stack.put(views=old)
    await replace_views(stack, [view for view in new if view["period"] == "2026-01"])
    mixed = (await asked(stack, "2026-02")).json()["indicators"]["luot"]
    assert (mixed["cumulative"], mixed["cumulative_reason"]["code"]) == (None, "door.cumulative_not_computed")

    answering = asyncio.create_task(asked(stack, "2026-02"))
    await asyncio.sleep(0.2)
    await replace_views(stack, new)
    found = (await answering).json()
    assert (found["position"]["generation"], years.sums(found)["luot"]["total"]) == (2, 100)


async def test_a_rebuild_that_replaces_the_collection_is_never_seen_half(stack: Stack) -> None:
    old = years.views(FIRST)
    new = [view | {"position": view["position"] | {"generation": 2}} for view in years.views([submitted("06253", 1, "2026-01", luot=100)])]
    await stack.put(views=old)

    async def ask() -> set[tuple[int, int]]:
        seen = set()
        while not swapped.is_set() or (2, 100) not in seen:
            answer = await stack.http.get(f"/api/v1/views/{MONTHLY}/2026-02/{DISTRICT}?cumulative=true")
            if answer.status_code == 200:
                found = answer.json()
                seen.add((found["position"]["generation"], years.sums(found)["luot"]["total"]))
        return seen

    swapped = asyncio.Event()
    asking = [asyncio.create_task(ask()) for _ in range(4)]
    async with asyncio.timeout(30):
        await stack.database["views_next"].insert_many(new)
        await stack.database["views_next"].rename("views", dropTarget=True)
        swapped.set()
        for seen in await asyncio.gather(*asking):
            assert seen <= {(1, 7), (2, 100)}


@pytest.mark.stores
async def test_a_view_that_cannot_be_read_leaves_the_view_and_takes_the_sum(stack: Stack) -> None:
    documents = years.views(FIRST)
    for view in documents:
        if view["period"] == "2026-01":
            view["indicators"] = view["indicators"] | {"la": {"kind": "unknown"}}
    await stack.put(views=documents)
    assert set(years.sums((await asked(stack, "2026-02")).json()).values()) == {None}
    assert (await asked(stack, "2026-01", status=500)).json()["code"] == "door.fault"


@pytest.mark.parametrize("value", ["maybe", "", "2", "true&cumulative=false", "%E2%80%8Btrue", "%00", "true%00", "9" * 400])
async def test_another_value_than_true_or_false_is_refused(stack: Stack, value: str) -> None:
    answer = await stack.http.get(f"/api/v1/views/{MONTHLY}/2026-02/{DISTRICT}?cumulative={value}")
    assert answer.status_code in (400, 422)
    assert answer.json()["code"] == "door.bad_query"


async def test_what_does_not_exist_is_404_with_sums_too(stack: Stack) -> None:
    assert (await asked(stack, "2026-02", status=404)).json()["code"] == "door.no_such_view"
    assert (await asked(stack, "2026-04", FROM_MAY, status=404)).json()["code"] == "report.unknown_period"
