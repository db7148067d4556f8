"""*Bản nháp cũ*: what was sent or discarded is found again by those who may write the report, and taken back into the form as an act."""

import re
from collections.abc import AsyncIterator
from datetime import timedelta

import httpx2
import pytest
import pytest_asyncio

from services.portal.domain import drafts, old_drafts
from services.portal.domain.drafts import Draft, Saving, Writer
from services.portal.domain.old_drafts import ALL, Name
from shared.words.refusals import refusal
from tests.portal import builders, entry_desk
from tests.portal.builders import COMMUNE, CT27
from tests.portal.conftest import Stack
from tests.portal.entry_desk import NOW, PATH, Desk, hidden, main_of
from tests.portal.test_entry_drafts import press

pytestmark = pytest.mark.asyncio(loop_scope="session")

LIST = "/ban-nhap-cu"
OTHER = "06280"


@pytest_asyncio.fixture(loop_scope="session")
async def desk(stack: Stack) -> AsyncIterator[Desk]:
    for collection in ("receipts", "drafts", "reports", "audit"):
        await stack.database[collection].delete_many({})
    await stack.database["identity"].delete_many({"_id": "audit"})
    async with entry_desk.desk(stack) as made:
        yield made


async def discarded(officer: httpx2.AsyncClient, **fields: str) -> str:
    """A draft with these texts that was discarded. Returns the address of its page."""
    await officer.post(PATH, data=press(await officer.get(PATH), "luu", **fields))
    await officer.post(PATH, data=press(await officer.post(PATH, data=press(await officer.get(PATH), "bo")), "bo-dong-y"))
    return listed((await officer.get(LIST)).text)[0]


def listed(page: str) -> list[str]:
    return re.findall(rf'href="({LIST}/[^"]+)"', page)


def asking(page: str, which: str) -> dict[str, str]:
    """What a browser sends when the button of a field, or that of all fields, is pressed."""
    return {**{name: hidden(page)[name] for name in ("phieu", "ban", "cu")}, "o": which}


async def test_a_discarded_draft_is_found_and_all_its_texts_come_back_into_a_new_one(desk: Desk) -> None:
    async with await desk.browser("officer", COMMUNE) as officer:
        assert "Chưa có bản nháp cũ nào" in main_of((await officer.get(LIST)).text)
        path = await discarded(officer, v__gd_ngay_cong="1.234", t__kho_khan="Thiếu <kinh phí>")
        said = main_of((await officer.get(LIST)).text)
        assert "Đã bỏ" in said
        assert "Thị trấn Văn Quan" in said
        assert "09/03/2025" in said  # 90 days
        opened = await officer.get(path)
        assert "Thiếu &lt;kinh phí&gt;" in opened.text
        assert "Ngày công lao động đóng góp cho giáo dục" in opened.text
        assert opened.headers["cache-control"] == "no-store"
        answer = await officer.post(f"{PATH}/nhap-cu", data=asking(opened.text, ALL))
        assert (answer.status_code, answer.headers["location"]) == (303, PATH)
        form = main_of((await officer.get(PATH)).text)
        assert 'value="1.234"' in form
        assert "Thiếu <kinh phí>" in form
        again = await officer.post(f"{PATH}/nhap-cu", data=asking(opened.text, ALL))  # of a page from before
        assert again.status_code == 409
        assert refusal("draft.field_changed").message_vi[:30] in again.text
    recorded = await desk.stack.database["audit"].find_one({"action": "draft.restored"})
    assert recorded is not None
    assert recorded["details"]["fields"] == 2


async def test_one_text_comes_back_over_another_which_is_kept(desk: Desk) -> None:
    async with await desk.browser("officer", COMMUNE) as officer:
        path = await discarded(officer, v__gd_ngay_cong="5", t__kho_khan="Cũ")
        await officer.post(PATH, data=press(await officer.get(PATH), "luu", v__gd_ngay_cong="6", t__kho_khan="Mới"))
        answer = await officer.post(f"{PATH}/nhap-cu", data=asking((await officer.get(path)).text, "t.kho_khan"))
        assert answer.status_code == 303
        form = main_of((await officer.get(PATH)).text)
        assert "Cũ</textarea>" in form
        assert 'value="6"' in form
        assert "Mới" in main_of((await officer.get(f"{PATH}/cac-lan-luu")).text)
        assert listed((await officer.get(LIST)).text) == [path]  # beside the present draft


async def test_a_sent_draft_is_listed_and_an_open_one_is_not(desk: Desk) -> None:
    async with await desk.browser("officer", COMMUNE) as officer:
        sent = await officer.post(PATH, data=press(await officer.get(PATH), "gui", v__gd_ngay_cong="5"))
        event = sent.headers["location"].rpartition("/")[2].partition("?")[0]
        assert listed((await officer.get(LIST)).text) == []
        [stored] = await desk.stack.database["drafts"].find({}).to_list(None)
        assert stored["expires_at"] - stored["at"] == timedelta(days=400)
        await desk.stack.put(reports=[builders.report(event_id=event, values={"gd_ngay_cong": 5}, at=NOW)])
        await officer.get(PATH)
        assert "Đã gửi" in main_of((await officer.get(LIST)).text)


async def test_an_unsent_draft_of_a_form_that_is_gone_is_read_and_not_taken_back(desk: Desk) -> None:
    async with await desk.browser("officer", COMMUNE) as officer:
        await officer.post(PATH, data=press(await officer.get(PATH), "luu", t__kho_khan="Còn đây"))
        drafts_of = desk.stack.database["drafts"]
        [stored] = await drafts_of.find({}).to_list(None)
        await drafts_of.delete_many({})
        await drafts_of.insert_one({**stored, "_id": f"che-do-da-het/2024/{COMMUNE}", "regime": "che-do-da-het"})
        [path] = listed((await officer.get(LIST)).text)
        said = main_of((await officer.get(path)).text)
        assert "Còn đây" in said
        assert "không còn nhận báo cáo" in said
        assert "<button" not in said
        answer = await officer.post(f"{PATH}/nhap-cu", data={"phieu": "window-0001", "ban": "0", "cu": path.rpartition("/")[2], "o": ALL})
        assert answer.status_code == 409


async def test_others_find_neither_the_list_s_drafts_nor_their_pages(desk: Desk) -> None:
    async with await desk.browser("officer", COMMUNE) as officer:
        path = await discarded(officer, t__kho_khan="Của Văn Quan")
        given = asking((await officer.get(path)).text, ALL)
    for role, unit in (("officer", OTHER), ("reviewer", "184"), ("reviewer", "184-TCKH"), ("viewer", "20"), ("operator", None)):
        async with await desk.browser(role, unit) as other:  # type: ignore[arg-type]
            page = await other.get(LIST)
            assert listed(page.text) == [], role
            answer = await other.get(path)
            assert (answer.status_code, "Của Văn Quan" in answer.text) == (404, False), role
            assert refusal("draft.no_old_draft").message_vi[:30] in answer.text
            own = f"/bieu-mau/{CT27}/2024/{OTHER}/nhap-cu"
            assert (await other.post(own, data=given)).status_code in (403, 404), role


async def test_hostile_addresses_and_forms_are_refused(desk: Desk) -> None:
    async with await desk.browser("officer", COMMUNE) as officer:
        for bad in ("x", "a" * 500, "%00", "$ne", "LS4v", Name(CT27, "2024", COMMUNE, "", 1).address, "ä"):
            assert (await officer.get(f"{LIST}/{bad}")).status_code in (400, 404), bad
        for fields in ({}, {"phieu": "window-0001"}, {"phieu": "window-0001", "ban": "-1"}, {"phieu": "x", "ban": "0"}):
            assert (await officer.post(f"{PATH}/nhap-cu", data=fields)).status_code == 400, fields


def _draft(**texts: str) -> Draft:
    saving = Saving(0, {name.replace("__", "."): text for name, text in texts.items()}, Writer("p", "Lan", "w"), NOW)
    found = drafts.saved(None, saving, {}, 1)
    assert isinstance(found, Draft)
    return found


async def test_a_name_in_an_address_is_read_as_it_was_written() -> None:
    for name in (Name(CT27, "2024", COMMUNE, "", 7), Name("a", "2026-Q3", "06253-2025", "20-STC", 0)):
        assert old_drafts.name_of(name.address) == name


async def test_an_empty_text_takes_nothing_away_and_an_unseen_version_changes_nothing() -> None:
    old = _draft(t__a="Cũ", t__b=" ")
    assert old_drafts.chosen(old, ["t.a", "t.b", "t.c"], ALL) == {"t.a": "Cũ"}
    present = _draft(t__a="Mới")
    saving = Saving(present.version, {}, Writer("q", "Bình", "v"), NOW + timedelta(minutes=1))
    found = old_drafts.taken_back(present, {"t.a": "Cũ"}, saving, {}, 1)
    assert isinstance(found, Draft)
    assert (found.texts["t.a"], [one.text for one in found.earlier]) == ("Cũ", ["Mới"])
    late = Saving(present.version - 1, {}, saving.by, saving.at)
    assert old_drafts.taken_back(present, {"t.a": "Cũ"}, late, {}, 1) == drafts.NONE
