"""Lists, counts, pages and validators have only what is in scope; a key is used so often and no more."""

import re
from typing import Any

import httpx2
import pytest

from tests import identities
from tests.identities import bearer, grant
from tests.portal import builders
from tests.portal.builders import CT27
from tests.portal.conftest import Stack
from tests.waiting import until

pytestmark = pytest.mark.asyncio(loop_scope="session")
API = "/api/v1"


async def logged_in(stack: Stack, role: Any, unit: str) -> dict[str, str]:
    secret = await identities.session_with(stack.database, grant(role, unit))
    return {"cookie": f"{identities.COOKIE}={secret}"}


async def get(stack: Stack, path: str, headers: dict[str, str]) -> httpx2.Response:
    """The answer to somebody else than the person of the stack's client."""
    async with httpx2.AsyncClient(base_url=stack.url, timeout=30, headers=headers) as http:
        return await http.get(path)


async def put_duties(stack: Stack) -> None:
    units = ("06253", "06256", "184-VHTT")
    await stack.put(duties=[*(builders.duty(unit) for unit in units), builders.confirmation("450"), builders.confirmation("455")])


async def test_a_list_of_duties_has_only_those_in_scope_on_every_page(stack: Stack) -> None:
    await put_duties(stack)
    district = await logged_in(stack, "viewer", "184")
    found, after = [], ""
    while after is not None:
        page = (await get(stack, f"{API}/duties?limit=1{after and f'&after={after}'}", district)).json()
        found += [duty["unit"]["id"] for duty in page["duties"]]
        after = page["next"]
    assert found == ["06253", "06256", "184-VHTT"]


async def test_counts_have_only_what_is_in_scope(stack: Stack) -> None:
    await put_duties(stack)
    for role, unit, count in (("officer", "06253", 1), ("viewer", "184", 3), ("viewer", "44", 2)):
        page = (await get(stack, "/nghia-vu", await logged_in(stack, role, unit))).text
        assert re.search(r"(\d+)<span class=\"hidden\"", page)[1] == str(count)  # type: ignore[index]


async def test_a_filter_by_a_unit_above_has_what_is_in_scope_of_it_and_by_another_unit_is_refused(stack: Stack) -> None:
    await put_duties(stack)
    officer = await logged_in(stack, "officer", "06253")
    above = (await get(stack, f"{API}/duties?unit=184", officer)).json()
    assert [duty["unit"]["id"] for duty in above["duties"]] == ["06253"]
    for path in (f"{API}/duties?unit=06256", "/nghia-vu?unit=06256", "/nghia-vu.csv?unit=06256"):
        assert (await get(stack, path, officer)).status_code == 403, path
    assert (await get(stack, f"{API}/duties?unit=99999", officer)).status_code == 404


async def test_whether_something_exists_outside_the_scope_changes_nothing(stack: Stack) -> None:
    officer = await logged_in(stack, "officer", "06253")
    paths = [f"{API}/reports/{CT27}/2024/06256", f"{API}/views/{CT27}/2024/20", f"/bao-cao/{CT27}/2024/06256", f"/live/{CT27}/2024/20"]
    before = [(await get(stack, path, officer)) for path in paths]
    await stack.put(views=[builders.view("20")], reports=builders.season())
    after = [(await get(stack, path, officer)) for path in paths]
    assert [answer.status_code for answer in before] == [403] * len(paths)
    assert [answer.content for answer in before] == [answer.content for answer in after]


async def test_the_same_content_has_the_same_validator_for_everybody(stack: Stack) -> None:
    await stack.put(views=[builders.view()])
    path = f"{API}/views/{CT27}/2024/184"
    key = bearer(await identities.put_key(stack.database, "06253"))

    async def is_known() -> bool:
        return (await get(stack, path, key)).status_code == 200

    await until(is_known)
    answers = [await get(stack, path, headers) for headers in (key, await logged_in(stack, "viewer", "20"))]
    assert answers[0].headers["etag"] == answers[1].headers["etag"] == (await stack.http.get(path)).headers["etag"]
    assert answers[0].content == answers[1].content


async def test_totals_of_the_unit_above_are_shown_without_the_units_below(stack: Stack) -> None:
    await stack.put(views=[builders.view()], reports=builders.season())
    page = (await get(stack, f"/bang/{CT27}/2024/184", await logged_in(stack, "officer", "06253"))).text
    assert "1.532,750" in page
    assert "/giai-trinh/" not in page
    assert "/bao-cao/" not in page.replace(f"/bao-cao/{CT27}/2024/06253", "")
    assert "Quá hạn chưa nộp" not in page


async def test_a_key_that_asks_too_often_is_told_when_to_come_back(stack: Stack) -> None:
    key = bearer(await identities.put_key(stack.database, "06256"))
    async with httpx2.AsyncClient(base_url=stack.url, timeout=30, headers=key) as http:

        async def is_known() -> bool:
            return (await http.get(f"{API}/reforms")).status_code == 200

        await until(is_known)
        answers = [await http.get(f"{API}/reforms/2000-01-01") for _ in range(800)]
    refused = [answer for answer in answers if answer.status_code == 429]
    assert refused
    assert refused[0].json()["code"] == "identity.too_many_requests"
    assert int(refused[0].headers["retry-after"]) >= 1
