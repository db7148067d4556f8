"""The door at which the script of a form asks what cells mean before they are pasted, on real servers."""

from collections.abc import AsyncIterator

import orjson
import pytest
import pytest_asyncio

from services.portal.http import drafting
from tests.portal import entry_desk
from tests.portal.builders import COMMUNE
from tests.portal.conftest import Stack
from tests.portal.entry_desk import PATH, Desk

pytestmark = pytest.mark.asyncio(loop_scope="session")
DOOR = f"{PATH}/doc-thu"
CELLS = {"v.gd_ngay_cong": "1.234", "v.gd_tien_tai_tro": "1.234", "n.vh_nha_van_hoa_thon": "x", "t.kho_khan": "chữ"}
HOSTILE = {
    "not JSON": (b"v.gd_ngay_cong=5", 400),
    "no object": (b"[]", 400),
    "a number": (b'{"fields": {"v.gd_ngay_cong": 5}}', 400),
    "more than texts": (b'{"fields": {}, "version": 1}', 400),
    "a lone surrogate": (b'{"fields": {"v.gd_ngay_cong": "\\ud800"}}', 400),
    "deep": (b"[" * 100_000, 400),
    "ten thousand fields": (orjson.dumps({"fields": {f"v.x{place}": "1" for place in range(10_000)}}), 400),
    "an unknown field": (b'{"fields": {"v.khong_co": "1"}}', 422),
    "a body without end": (b" " * (drafting.MOST_BYTES + 1), 413),
}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def desk(running: Stack) -> AsyncIterator[Desk]:
    async with entry_desk.desk(running) as made:
        yield made


async def test_cells_are_read_by_the_rule_of_the_form_and_nothing_is_stored(desk: Desk) -> None:
    async with await desk.browser("officer", COMMUNE) as officer, await desk.browser("viewer", COMMUNE) as viewer:
        before = await desk.stack.database["drafts"].count_documents({})
        answer = (await officer.post(DOOR, json={"fields": CELLS})).json()
        refused = [
            await officer.post(DOOR, content=orjson.dumps({"fields": CELLS}), headers={"Content-Type": "text/plain"}),
            await viewer.post(DOOR, json={"fields": CELLS}),
            await officer.get(DOOR),
        ]
    assert answer == {
        "understood": {"v.gd_ngay_cong": "= 1.234 công", "v.gd_tien_tai_tro": "Có hai cách hiểu", "n.vh_nha_van_hoa_thon": "Chưa đọc được"},
        "unread": ["v.gd_tien_tai_tro", "n.vh_nha_van_hoa_thon"],
    }
    assert [one.status_code for one in refused] == [415, 403, 405]
    assert await desk.stack.database["drafts"].count_documents({}) == before


@pytest.mark.parametrize("name", HOSTILE)
async def test_what_are_no_cells_of_this_form_is_refused(desk: Desk, name: str) -> None:
    body, status = HOSTILE[name]
    async with await desk.browser("officer", COMMUNE) as officer:
        answer = await officer.post(DOOR, content=body, headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
