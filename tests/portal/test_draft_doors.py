"""The doors by which the script of a form reads and saves its draft, on real servers."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx2
import orjson
import pytest
import pytest_asyncio

from services.portal.http import drafting
from services.portal.sessions.session_store import IDLE, LONGEST
from tests.portal import entry_desk
from tests.portal.builders import COMMUNE, CT27
from tests.portal.conftest import Stack
from tests.portal.entry_desk import NOW, PATH, Desk

pytestmark = pytest.mark.asyncio(loop_scope="session")
DRAFT = f"{PATH}/nhap"
FORM = "window-0001"


@pytest_asyncio.fixture(loop_scope="session")
async def desk(stack: Stack) -> AsyncIterator[Desk]:
    await stack.database["drafts"].delete_many({})
    async with entry_desk.desk(stack) as made:
        await made.app.state.drafts.prepare()
        yield made


def change(version: Any = 0, form: Any = FORM, **fields: Any) -> dict[str, Any]:
    return {"version": version, "form": form, "fields": {name.replace("__", "."): text for name, text in fields.items()}}


async def test_what_was_typed_is_there_in_another_browser_as_it_was_typed(desk: Desk) -> None:
    async with await desk.browser("officer", COMMUNE) as lan, await desk.browser("officer", COMMUNE) as binh:
        assert (await lan.get(DRAFT)).json() == {"version": 0, "saved_at": None, "by": "", "fields": {}}
        typed = {
            "v__gd_ngay_cong": " 12a\u202e",
            "v__gd_tien_tai_tro": "1.234",
            "t__kho_khan": "Thiếu\x0bvốn\r\n",
        }
        answer = await lan.put(DRAFT, json=change(**typed, n__vh_nha_van_hoa_thon=""))
        assert answer.status_code == 200, answer.text
        saved = answer.json()
        assert (saved["version"], saved["saved_at"], saved["by"]) == (1, "2024-12-10T09:30:00+07:00", "Nguyễn Thị Thử")
        assert saved["understood"] == {
            "v.gd_ngay_cong": "Chưa đọc được",
            "v.gd_tien_tai_tro": "Có hai cách hiểu",
            "n.vh_nha_van_hoa_thon": "Không có số liệu",
        }
        assert [one["typed"] for one in saved["choices"]["v.gd_tien_tai_tro"]] == ["1234", "1,234"]
        stored = (await binh.get(DRAFT)).json()
        assert stored["fields"] == {name.replace("__", "."): text for name, text in typed.items()}
        page = (await binh.get(PATH)).text
        assert f'data-draft="{DRAFT}" data-version="1"' in page
        assert 'value="1.234"' in page
        assert '<span class="saved" data-for="v.gd_ngay_cong">' in page


async def test_two_writers_never_overwrite_each_other_silently(desk: Desk) -> None:
    async with await desk.browser("officer", COMMUNE) as lan, await desk.browser("officer", COMMUNE) as binh:
        await lan.put(DRAFT, json=change(v__gd_ngay_cong="5"))
        refused = await binh.put(DRAFT, json=change(form="window-0002", v__gd_ngay_cong="6"))
        assert refused.status_code == 409
        found = refused.json()
        label = entry_desk.regime().by_code["gd_ngay_cong"].label
        assert found["fields"] == [{"name": "v.gd_ngay_cong", "label": label, "mine": "6", "theirs": "5"}]
        assert (found["version"], found["same"], found["ended"]) == (1, False, False)
        assert (await lan.get(DRAFT)).json()["fields"]["v.gd_ngay_cong"] == "5"
        chosen = await binh.put(DRAFT, json=change(1, "window-0002", v__gd_ngay_cong="6") | {"over": True})
        assert chosen.json()["version"] == 2
        windows = [binh.put(DRAFT, json=change(2, f"window-{place:04}", t__kho_khan=str(place))) for place in range(8)]
        answers = await asyncio.gather(*windows)
    assert sorted(answer.status_code for answer in answers) == [200] + [409] * 7
    [entry] = await desk.stack.database["audit"].find({"action": "draft.taken_over"}).sort("_id", -1).limit(1).to_list(None)
    assert entry["target"] == f"reports/{CT27}/2024/{COMMUNE}"


async def test_a_unit_that_enters_for_another_has_a_draft_of_its_own(desk: Desk) -> None:
    async with await desk.browser("officer", COMMUNE) as officer, await desk.browser("reviewer", "184-TCKH") as recipient:
        await officer.put(DRAFT, json=change(v__gd_ngay_cong="5"))
        assert (await recipient.get(DRAFT)).json()["version"] == 0
        assert "5" not in (await recipient.put(DRAFT, json=change(t__kho_khan="x"))).json()["understood"].values()


HOSTILE: dict[str, tuple[bytes, int]] = {
    "no json": (b"{", 400),
    "a list": (b"[]", 400),
    "nothing": (b"", 400),
    "no fields": (b'{"version": 0, "form": "window-0001"}', 400),
    "another key": (orjson.dumps(change() | {"unit": "20"}), 400),
    "a version as text": (orjson.dumps(change("0")), 400),
    "a version as a truth value": (orjson.dumps(change(version=True)), 400),
    "a negative version": (orjson.dumps(change(-1)), 400),
    "a huge version": (b'{"version": 99999999999999999999, "form": "window-0001", "fields": {}}', 400),
    "a fraction as version": (orjson.dumps(change(0.5)), 400),
    "a form that is no text of ours": (orjson.dumps(change(form="../../etc/passwd")), 400),
    "a form with a line end": (orjson.dumps(change(form="window-0001\n")), 400),
    "a number in a field": (orjson.dumps(change(v__gd_ngay_cong=5)), 400),
    "a lone surrogate": (b'{"version": 0, "form": "window-0001", "fields": {"v.gd_ngay_cong": "\\ud800"}}', 400),
    "no utf-8": (b'{"version": 0, "form": "window-0001", "fields": {"v.gd_ngay_cong": "\xff"}}', 400),
    "deep": (b"[" * 100_000, 400),
    "ten thousand fields": (orjson.dumps(change(**{f"v__x{place}": "1" for place in range(10_000)})), 400),
    "an unknown field": (orjson.dumps(change(v__khong_co="1")), 422),
    "a field of the form itself": (orjson.dumps(change(phieu="1")), 422),
    "a huge text": (orjson.dumps(change(t__kho_khan="x" * 1_000_001)), 413),
    "a body without end": (b" " * (drafting.MOST_BYTES + 1), 413),
}


@pytest.mark.parametrize("name", HOSTILE)
async def test_what_is_no_change_of_this_form_is_refused_and_nothing_is_stored(desk: Desk, name: str) -> None:
    body, status = HOSTILE[name]
    async with await desk.browser("officer", COMMUNE) as officer:
        answer = await officer.put(DRAFT, content=body, headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert await desk.stack.database["drafts"].count_documents({}) == 0


async def test_others_other_methods_and_other_content_are_refused(desk: Desk) -> None:
    async with await desk.browser("officer", COMMUNE) as officer, await desk.browser("viewer", COMMUNE) as viewer:
        body = orjson.dumps(change(v__gd_ngay_cong="5"))
        asked: list[tuple[httpx2.Response, int]] = [
            (await officer.put(DRAFT, content=body, headers={"Content-Type": "text/plain"}), 415),
            (await officer.put(DRAFT, data={"v.gd_ngay_cong": "5"}), 415),
            (await officer.put(DRAFT, content=body, headers={"Content-Type": "application/json", "Sec-Fetch-Site": "cross-site"}), 403),
            (await officer.delete(DRAFT), 405),
            (await viewer.put(DRAFT, json=change(v__gd_ngay_cong="5")), 403),
            (await viewer.get(DRAFT), 403),
            (await officer.put(f"/bieu-mau/{CT27}/2024/06280/nhap", json=change(v__gd_ngay_cong="5")), 403),
            (await officer.put(f"/bieu-mau/{CT27}/2024/99999/nhap", json=change(v__gd_ngay_cong="5")), 404),
        ]
        officer.cookies.clear()
        asked += [(await officer.put(DRAFT, json=change(v__gd_ngay_cong="5")), 401), (await officer.get(DRAFT), 401)]
    assert [answer.status_code for answer, _ in asked] == [status for _, status in asked]
    assert {answer.headers["content-type"].partition(";")[0] for answer, _ in asked[:2] + asked[3:]} == {"application/problem+json"}
    assert await desk.stack.database["drafts"].count_documents({}) == 0


async def test_a_draft_is_no_report_and_in_no_total(desk: Desk) -> None:
    async with await desk.browser("officer", COMMUNE) as officer, await desk.browser("viewer", "20") as viewer:
        await officer.put(DRAFT, json=change(v__gd_ngay_cong="987654", t__kho_khan="CANARY"))
        for path in (f"/bao-cao/{CT27}/2024/{COMMUNE}", f"/bang/{CT27}/2024/184", f"/api/v1/reports/{CT27}/2024/{COMMUNE}"):
            answer = (await viewer.get(path)).text
            assert "987" not in answer
            assert "CANARY" not in answer


async def test_to_ask_how_long_the_session_lasts_does_not_prolong_it_and_to_want_more_does(desk: Desk) -> None:
    async with await desk.browser("officer", COMMUNE) as officer:
        asked = (await officer.get("/phien")).json()
        at = {"now": NOW, "idle_ends_at": NOW + IDLE, "ends_at": NOW + LONGEST}
        assert asked == {name: when.strftime("%Y-%m-%dT%H:%M:%SZ") for name, when in at.items()} | {"person": asked["person"]}
        desk.app.state.clock = lambda: NOW + timedelta(minutes=20)
        assert (await officer.get("/phien")).json()["idle_ends_at"] == asked["idle_ends_at"]
        prolonged = (await officer.post("/phien")).json()
        assert prolonged["idle_ends_at"] == (NOW + timedelta(minutes=50)).strftime("%Y-%m-%dT%H:%M:%SZ")
        desk.app.state.clock = lambda: NOW + timedelta(minutes=51)
        answers = [await officer.get("/phien"), await officer.post("/phien"), await officer.put(DRAFT, json=change())]
    assert [answer.status_code for answer in answers] == [401, 401, 401]
