"""The form of a unit with an approver, on real servers without ingest and without JavaScript: pages, hostile posts, the audit log."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any

import httpx2
import pytest
import pytest_asyncio

from services.portal.http import acting
from shared.plumbing import dry_runs
from shared.words.principals import Role
from tests.portal import entry_desk
from tests.portal.builders import COMMUNE
from tests.portal.conftest import Stack
from tests.portal.entry_desk import PATH, Desk, hidden, main_of

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest_asyncio.fixture(loop_scope="session")
async def desk(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Desk]:
    monkeypatch.setattr(acting, "VERDICT_S", 0.1)
    monkeypatch.setattr(dry_runs, "WITHIN_S", 0.1)
    await stack.jetstream.purge_stream("INBOX")
    for collection in ("receipts", "drafts", "audit", "audit_head"):
        await stack.database[collection].delete_many({})
    async with entry_desk.desk(stack) as made:
        yield made
    await stack.database["people"].delete_many({"grants.approver": True})  # a unit with one is another unit for the tests that follow


async def people(desk: Desk, opened: AsyncExitStack, *who: tuple[Role, str, bool]) -> list[httpx2.AsyncClient]:
    return [await opened.enter_async_context(await desk.browser(role, unit, approver=approver)) for role, unit, approver in who]


def press(page: httpx2.Response, button: str, **fields: str) -> dict[str, str]:
    return {**hidden(page.text), "viec": button, **{name.replace("__", "."): text for name, text in fields.items()}}


async def sent(desk: Desk) -> int:
    return int((await desk.stack.jetstream.stream_info("INBOX")).state.messages)


async def actions(desk: Desk) -> list[tuple[str, Any]]:
    found = desk.stack.database["audit"].find({"action": {"$regex": "^(draft|report)"}}).sort("_id", 1)
    return [(one["action"], one["details"]) async for one in found]


async def test_an_officer_hands_in_the_approver_gives_back_then_sends(desk: Desk) -> None:
    async with AsyncExitStack() as opened:
        lan, hoa = await people(desk, opened, ("officer", COMMUNE, False), ("officer", COMMUNE, True))
        page = await lan.get(PATH)
        assert 'value="trinh-duyet"' in page.text
        assert 'value="gui"' not in page.text
        handed = await lan.post(PATH, data=press(page, "trinh-duyet", v__gd_ngay_cong="5", t__kho_khan="Thiếu vốn"))
        assert (handed.status_code, handed.headers["location"]) == (303, PATH)
        waiting = await lan.get(PATH)
        said = main_of(waiting.text)
        for text in ("Chờ duyệt gửi:", "trình lúc", "Rút lại", "Thiếu vốn"):
            assert text in said, text
        assert "<textarea" not in said

        work = main_of((await hoa.get("/viec-cua-toi")).text)
        assert "Chờ duyệt gửi (1)" in work
        assert f'href="{PATH}"' in work
        assert "Chờ duyệt gửi (" not in main_of((await lan.get("/viec-cua-toi")).text)

        form = await hoa.get(PATH)
        for text in ("Duyệt gửi</button>", 'value="tra-lai-nhap"', 'value="5"'):
            assert text in form.text, text
        asked = await hoa.post(PATH, data=press(form, "tra-lai-nhap", v__gd_ngay_cong="5", t__kho_khan="Thiếu vốn"))
        assert asked.status_code == 200
        empty = await hoa.post(PATH, data=press(asked, "tra-lai-nhap-dong-y", y_kien=" "))
        assert (empty.status_code, "Chưa ghi nội dung cần sửa" in empty.text) == (422, True)
        done = await hoa.post(PATH, data=press(asked, "tra-lai-nhap-dong-y", y_kien="Xem lại <số> công"))
        assert done.status_code == 303
        page = await lan.get(PATH)
        assert "Xem lại &lt;số&gt; công" in page.text
        await lan.post(PATH, data=press(page, "trinh-duyet", v__gd_ngay_cong="6", t__kho_khan="Thiếu vốn"))
        assert await sent(desk) == 0
        answer = await hoa.post(PATH, data=press(await hoa.get(PATH), "gui", v__gd_ngay_cong="6", t__kho_khan="Thiếu vốn"))
        assert "/bien-nhan/" in answer.headers["location"]
    assert await sent(desk) == 1
    found = await actions(desk)
    assert [action for action, _ in found] == [
        "draft.sent_for_approval",
        "draft.given_back",
        "draft.sent_for_approval",
        "report.sent",
    ]
    assert found[-1][1]["handed_in_by"].startswith("people/")


@pytest.mark.parametrize("state", ["written", "waiting"])
async def test_an_officer_without_the_flag_sends_by_no_door(desk: Desk, state: str) -> None:
    async with AsyncExitStack() as opened:
        [lan] = await people(desk, opened, ("officer", COMMUNE, False))
        old = await lan.get(PATH)  # opened before the unit had an approver
        assert 'value="gui"' in old.text
        [hoa] = await people(desk, opened, ("officer", COMMUNE, True))
        if state == "waiting":
            await lan.post(PATH, data=press(await lan.get(PATH), "trinh-duyet", v__gd_ngay_cong="5"))
        refused = await lan.post(PATH, data=press(old, "gui", v__gd_ngay_cong="7"))
        assert refused.status_code == (403 if state == "written" else 423)
        assert "7" in main_of(refused.text)  # what was typed is not lost
        made = await lan.post(PATH, data={**press(await lan.get(PATH), "gui"), "tu": "1"})
        assert made.status_code in (403, 423)
        for button in ("tra-lai-nhap", "tra-lai-nhap-dong-y"):
            back = await lan.post(PATH, data=press(await lan.get(PATH), button, y_kien="x"))
            assert back.status_code in (403, 423), button
        put = await lan.put(f"{PATH}/nhap", json={"version": 0, "form": "window-0001", "fields": {"v.gd_ngay_cong": "8"}, "over": True})
        if state == "waiting":
            assert (put.status_code, put.json()["errors"][0]["code"]) == (423, "approval.waiting")
            for button in ("bo-dong-y", "dien-0-dong-y", "luu", "kiem-tra"):
                assert (await lan.post(PATH, data=press(await lan.get(PATH), button))).status_code == 423, button
            assert (await hoa.get(f"{PATH}/nhap")).json()["fields"]["v.gd_ngay_cong"] == "5"
            taken = await lan.post(PATH, data=press(await lan.get(PATH), "rut-lai"))
            assert taken.status_code == 303
            assert "<textarea" in main_of((await lan.get(PATH)).text)
            late = await hoa.post(PATH, data=press(await hoa.get(PATH), "tra-lai-nhap-dong-y", y_kien="x"))
            assert (late.status_code, "không còn chờ duyệt" in late.text) == (409, True)
            assert [action for action, _ in await actions(desk)] == ["draft.sent_for_approval", "draft.taken_back"]
    assert await sent(desk) == 0


async def test_without_an_approver_nothing_changes_and_who_enters_on_behalf_is_not_asked(desk: Desk) -> None:
    async with AsyncExitStack() as opened:
        lan, reviewer = await people(desk, opened, ("officer", COMMUNE, False), ("reviewer", "184-TCKH", False))
        not_wanted = await lan.post(PATH, data=press(await lan.get(PATH), "trinh-duyet", v__gd_ngay_cong="5"))
        assert (not_wanted.status_code, "không có người duyệt gửi" in main_of(not_wanted.text)) == (409, True)
        [hoa] = await people(desk, opened, ("officer", COMMUNE, True))
        for who in (reviewer, hoa):  # and the approver writes and sends alone
            answer = await who.post(PATH, data=press(await who.get(PATH), "gui", v__gd_ngay_cong="5"))
            assert "/bien-nhan/" in answer.headers["location"]
    assert await sent(desk) == 2


async def test_when_the_role_ends_a_draft_that_waits_is_free_again(desk: Desk) -> None:
    async with AsyncExitStack() as opened:
        lan, _ = await people(desk, opened, ("officer", COMMUNE, False), ("officer", COMMUNE, True))
        await lan.post(PATH, data=press(await lan.get(PATH), "trinh-duyet", v__gd_ngay_cong="5"))
        await desk.stack.database["people"].update_many({"grants.approver": True}, {"$set": {"grants.$[].ends": "2024-12-10"}})
        page = await lan.get(PATH)
        assert 'value="gui"' in page.text
        answer = await lan.post(PATH, data=press(page, "gui", v__gd_ngay_cong="5"))
        assert "/bien-nhan/" in answer.headers["location"]
