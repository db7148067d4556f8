"""A list is read page by page while its rows change: rows that exist throughout are read exactly once."""

import random
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.portal.domain import cursor
from services.portal.web import duties as duty_pages
from tests.portal import builders
from tests.portal.builders import AFTER, BEFORE, CT27, DEADLINE, MONTHLY
from tests.portal.conftest import Stack
from tests.portal.test_duty_pages import following
from tests.portal.test_explain import three_reports

loop = pytest.mark.asyncio(loop_scope="session")

UNITS = [unit.id for unit in builders.registry().units if unit.parent == "184" and unit.kind == "peoples_committee"]

CHANGES: dict[str, dict[str, Any]] = {
    "reports": {"owed": False, "received": True, "received_at": BEFORE, "first_received_at": BEFORE, "revision": 1},
    "reports late": {"owed": False, "received": True, "received_at": AFTER, "first_received_at": AFTER, "late": True},
    "is extended": {"extended_to": AFTER, "deadline": AFTER, "reminded_of": AFTER},
    "is returned": {"owed": True, "returned": {"revision": 1, "reason": "Sai", "fix_by": AFTER}, "reminded_of": AFTER},
    "withdraws": {"owed": True, "received": False, "received_at": None, "reminded_of": DEADLINE},
    "is due at once": {"owed": True, "reminded_of": BEFORE - timedelta(days=400)},
    "has another name": {"unit.name": "Xã Ấp"},
}


async def change(stack: Stack, dice: random.Random, there: set[str]) -> None:
    """Some rows change, one goes for good, one comes."""
    for row in dice.sample(sorted(there), 5):
        await stack.database["duties"].update_one({"_id": row}, {"$set": dice.choice(list(CHANGES.values()))})
    gone = dice.choice(sorted(there))
    there.discard(gone)
    await stack.database["duties"].delete_one({"_id": gone})
    new = builders.duty("06253", _id=f"{CT27}/2024/06253/new-{dice.random()}")
    await stack.put(duties=[new])


async def api_pages(stack: Stack, query: str, dice: random.Random, there: set[str]) -> list[str]:
    """The ids of all pages, changed between one and the next."""
    found, after = [], ""
    while True:
        answer = await stack.http.get(f"/api/v1/duties?{query}&limit={dice.randint(1, 6)}{after}")
        assert answer.status_code == 200, answer.text
        found += [duty["id"] for duty in answer.json()["duties"]]
        if answer.json()["next"] is None:
            return found
        after = f"&after={answer.json()['next']}"
        await change(stack, dice, there)


@loop
@pytest.mark.parametrize("query", ["", "unit=184", f"regime={CT27}&period=2024&unit=20"])
@pytest.mark.parametrize("seed", range(4))
async def test_every_duty_that_is_there_throughout_is_met_once_whatever_becomes_of_it(stack: Stack, query: str, seed: int) -> None:
    duties = [builders.duty(unit_id) for unit_id in UNITS]
    there = {duty["_id"] for duty in duties}
    await stack.put(duties=duties)

    found = await api_pages(stack, query, random.Random(seed), there)

    assert len(found) == len(set(found))
    assert there <= set(found)


@loop
@pytest.mark.parametrize("change", CHANGES)
async def test_a_unit_of_page_one_that_changes_hides_nobody_of_page_two(stack: Stack, change: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(duty_pages, "PAGE", 10)
    duties = [builders.duty(unit_id) for unit_id in UNITS]
    await stack.put(duties=duties)
    first = (await stack.http.get("/nghia-vu")).text
    for duty in duties[:3]:
        await stack.database["duties"].update_one({"_id": duty["_id"]}, {"$set": CHANGES[change]})
    pages = [first]
    while 'rel="next"' in pages[-1]:
        pages.append((await stack.http.get(following(pages[-1]))).text)
    for duty in duties:
        assert sum(html.count(f'<span class="code">{duty["unit"]["code"]}</span></th>') for html in pages) == 1


@loop
async def test_a_duty_has_exactly_the_fields_of_the_design(stack: Stack) -> None:
    await stack.put(duties=[builders.duty(generation=1, sequence=3, state={}, cause="report")])
    (duty,) = (await stack.http.get("/api/v1/duties")).json()["duties"]
    assert list(duty) == [
        "id", "regime", "period", "unit", "task", "deadline", "owed", "received_at", "first_received_at", "revision", "late",
        "late_by_s", "extended_to", "returned", "confirmed_at",
    ]  # fmt: skip
    assert duty["id"] == f"{CT27}/2024/06253"
    assert duty["unit"] == {"id": "06253", "code": "06253", "name": "Thị trấn Văn Quan"}


@loop
async def test_a_unit_is_asked_for_with_those_below_or_alone(stack: Stack) -> None:
    await stack.put(duties=[builders.duty(), builders.duty("06256"), builders.confirmation("450")])

    async def asked(query: str) -> list[str]:
        return [duty["unit"]["code"] for duty in (await stack.http.get(f"/api/v1/duties?{query}")).json()["duties"]]

    assert await asked("unit=184") == ["06253", "06256"]
    assert await asked("unit=184&only=true") == []
    assert await asked("unit=450&only=true") == ["450"]
    assert await asked("unit=06256") == ["06256"]


@loop
@pytest.mark.parametrize(("query", "code"), [("unit=99999", "door.no_such_unit"), ("regime=no-such", "report.unknown_regime")])
async def test_an_unknown_unit_or_regime_is_no_empty_list(stack: Stack, query: str, code: str) -> None:
    answer = await stack.http.get(f"/api/v1/duties?{query}")
    assert (answer.status_code, answer.json()["code"]) == (404, code)
    assert (await stack.http.get(f"/nghia-vu.csv?{query}")).status_code == 404


BAD = ["x", "06253", "0", "%00", "\u200b", "=", "a" * 900, "%F0%9F%98%80", "%FF"]


@loop
@pytest.mark.parametrize("bad", BAD)
async def test_a_cursor_that_was_never_given_is_refused_with_the_reason(stack: Stack, bad: str) -> None:
    await stack.put(**three_reports())
    for path in ("/api/v1/duties", f"/api/v1/explain/{CT27}/2024/184/gd_ngay_cong"):
        answer = await stack.http.get(f"{path}?after={bad}")
        assert (answer.status_code, answer.json()["code"]) == (400, "door.bad_cursor")
        assert "after" in answer.json()["errors"][0]["path"]
    page = await stack.http.get(f"/nghia-vu?after={bad}")
    assert page.status_code == 400
    assert "không phải là mốc mà danh sách này đã trả về" in page.text


@loop
async def test_a_cursor_of_another_list_or_choice_is_refused(stack: Stack) -> None:
    await stack.put(duties=[builders.duty(), builders.duty("06256")], **three_reports())
    given = (await stack.http.get("/api/v1/duties?unit=184&limit=1")).json()["next"]
    explained = (await stack.http.get(f"/api/v1/explain/{CT27}/2024/184/gd_ngay_cong?limit=1")).json()["next"]
    assert (await stack.http.get(f"/api/v1/duties?unit=184&after={given}")).status_code == 200
    for query in (f"after={given}", f"unit=20&after={given}", f"unit=184&state=owed&after={given}", f"unit=184&after={explained}"):
        assert (await stack.http.get(f"/api/v1/duties?{query}")).json()["code"] == "door.bad_cursor"


keys = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=80)


@given(keys, keys)
def test_a_cursor_reads_back_for_its_own_list_only(key: str, other: str) -> None:
    given = cursor.after(key, "duties", other)
    assert cursor.key_of(given, "duties", other) == key
    assert cursor.key_of(given, "duties", other + "x") is None
    assert cursor.key_of(given, "explain", other) is None


@given(keys, st.integers(0, 200), st.characters())
def test_a_cursor_with_another_letter_is_none(key: str, place: int, letter: str) -> None:
    given = cursor.after(key, "duties")
    at = place % len(given)
    changed = given[:at] + letter + given[at + 1 :]
    assert cursor.key_of(changed, "duties") == (key if changed == given else None)


PERIODS = [f"{year}-{month:02}" for year in range(2020, 2045) for month in range(1, 13)]


@loop
async def test_duties_of_hundreds_of_periods_are_read_in_pages_each_once(stack: Stack) -> None:
    made = [builders.duty(_id=f"{MONTHLY}/{code}/06253", regime=MONTHLY, period=code) for code in PERIODS]
    await stack.put(duties=made)
    found, after = [], ""
    for _ in range(4):
        answer = (await stack.http.get(f"/api/v1/duties?regime={MONTHLY}&limit=100{after}")).json()
        assert len(answer["duties"]) <= 100
        found += [duty["period"] for duty in answer["duties"]]
        after = f"&after={answer['next']}"
        if answer["next"] is None:
            break
    assert found == PERIODS
    one = (await stack.http.get(f"/api/v1/duties?regime={MONTHLY}&period=2031-07&unit=184")).json()
    assert one == {"duties": [], "next": None}  # the regime's file has no such period, so the unit's tree on its cut-off is not known
    named = (await stack.http.get(f"/api/v1/duties?period={PERIODS[7]}")).json()["duties"]
    assert [duty["period"] for duty in named] == [PERIODS[7]]
