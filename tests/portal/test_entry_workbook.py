"""The form as a workbook on the pages: got, filled, brought back into the draft; on real servers without ingest, one portal for all."""

import asyncio
from collections.abc import AsyncIterator

import httpx2
import pytest
import pytest_asyncio

from services.portal.http import acting
from shared.plumbing import dry_runs
from shared.sheets.writing import MEDIA_TYPE
from tests.portal import entry_desk
from tests.portal.builders import COMMUNE
from tests.portal.conftest import Stack
from tests.portal.entry_desk import PATH, Desk, hidden, main_of
from tests.portal.test_entry import sent, typed
from tests.sheets import files, hostile, quine

pytestmark = pytest.mark.asyncio(loop_scope="session")
WHERE, FORM = f"{PATH}/excel", f"{PATH}/bieu.xlsx"
SAID: dict[str, object] = {"v.gd_ngay_cong": "1.234", "v.gd_tien_tai_tro": 12.5, "t.kho_khan": "Thiếu kinh phí."}


@pytest_asyncio.fixture(loop_scope="session")
async def desk(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Desk]:
    monkeypatch.setattr(acting, "VERDICT_S", 0.2)
    monkeypatch.setattr(dry_runs, "WITHIN_S", 0.2)
    await stack.jetstream.purge_stream("INBOX")
    for name in ("receipts", "drafts", "sheets"):
        await stack.database[name].delete_many({})
    await stack.put()
    async with entry_desk.desk(stack) as made:
        yield made


async def bring(browser: httpx2.AsyncClient, content: bytes, name: str = "bieu.xlsx") -> httpx2.Response:
    return await browser.post(WHERE, files={"tep": (name, content, "text/html")})


async def test_a_filled_form_becomes_the_draft_and_is_not_sent(desk: Desk) -> None:
    async with await desk.browser("officer", COMMUNE) as officer:
        form = main_of((await officer.get(PATH)).text)
        assert f'href="{FORM}"' in form
        assert f'href="{WHERE}"' in form
        blank = await officer.get(FORM)
        assert (blank.status_code, blank.headers["content-type"]) == (200, MEDIA_TYPE)
        taken = await bring(officer, files.filled(blank.content, SAID))
        assert (taken.status_code, "Báo cáo chưa được gửi." in taken.text) == (200, True)
        said = main_of(taken.text)
        assert "2 chỉ tiêu có số liệu, " in said
        assert "Tệp thay đổi 3 ô" in said
        assert ">Ngày công lao động đóng góp cho giáo dục</th>" in said
        assert ">1.234 công</td>" in said
        unchanged = main_of((await bring(officer, files.filled((await officer.get(FORM)).content, {}))).text)
        assert "Tệp không thay đổi ô nào" in unchanged
        page = main_of((await officer.get(PATH)).text)
        assert 'name="v.gd_ngay_cong" value="1.234"' in page
        assert 'name="v.gd_tien_tai_tro" value="12,5"' in page
        assert "Thiếu kinh phí." in page
        assert await sent(desk.stack) == []
        again = files.read((await officer.get(FORM)).content)
        assert again.values == {"gd_ngay_cong": "1234", "gd_tien_tai_tro": "12.5"}
        checked = await officer.post(PATH, data={**hidden(taken.text), "viec": "gui"})
        assert checked.status_code == 303, checked.text
    [(_, event)] = await sent(desk.stack)
    data = event["data"]
    assert isinstance(data, dict)
    assert data["values"] == {"gd_ngay_cong": "1234", "gd_tien_tai_tro": "12.5"}
    assert data["narratives"] == {"kho_khan": "Thiếu kinh phí."}


async def test_a_wrong_form_changes_nothing_and_comes_back_marked(desk: Desk) -> None:
    async with await desk.browser("officer", COMMUNE) as officer:
        blank = (await officer.get(FORM)).content
        where = files.cells_of(blank)
        wrong = await bring(officer, files.filled(blank, {"v.gd_ngay_cong": "hai", "v.gd_tien_tai_tro": "hai"}))
        assert wrong.status_code == 422
        named = (("v.gd_tien_tai_tro", "Tiền tài trợ cho giáo dục"), ("v.gd_ngay_cong", "Ngày công lao động đóng góp cho giáo dục"))
        assert ", ".join(f"Biểu!{where[name]} ({label})" for name, label in named) + ":" in main_of(wrong.text)
        [address] = [part.split('"')[0] for part in wrong.text.split('href="') if part.startswith(f"{WHERE}/")]
        marked = await officer.get(address)
        assert [fault.code for fault in files.read(marked.content).faults] == ["report.unreadable_number"] * 2
        for given, words in (
            (hostile.old_format(), "định dạng Excel cũ (.xls)"),
            (hostile.overlapping(), "Nội dung tệp khi giải nén vượt"),
            (quine.made(), "Tệp không phải là"),
            (hostile.quine_of_types(), "Tệp bị hỏng"),
            (bytes(5 * 2**20 + 1), "quá 5 MB"),
            (files.blank(files.REPORTED[1]), "Tệp là biểu của nq68-quang-binh, không phải của ct27-van-quan."),
        ):
            refused = await bring(officer, given)
            assert (refused.status_code, words in refused.text) == (422, True), words
        assert await desk.stack.database["drafts"].count_documents({}) == 0
    async with await desk.browser("officer", COMMUNE) as colleague:
        assert (await colleague.get(f"{WHERE}/none")).status_code == 404


async def test_what_others_have_typed_is_not_overwritten_without_a_choice(desk: Desk) -> None:
    async with await desk.browser("officer", COMMUNE) as first, await desk.browser("officer", COMMUNE) as second:
        blank = (await second.get(FORM)).content
        await typed(first, "luu", v__gd_ngay_cong="7")
        answer = await bring(second, files.filled(blank, SAID))
        assert answer.status_code == 409
        assert 'name="v.gd_ngay_cong" value="7"' in main_of((await first.get(PATH)).text)
        own = await bring(first, files.filled(blank, SAID))  # over what the same person has typed
        assert own.status_code == 200
        assert 'name="v.gd_ngay_cong" value="1.234"' in main_of((await first.get(PATH)).text)


async def test_a_person_has_one_file_read_at_a_time_and_only_some_wait(desk: Desk) -> None:
    """Or one person's files would keep the readers from everybody else's."""
    async with await desk.browser("officer", COMMUNE) as officer:
        answers = await asyncio.gather(*(bring(officer, b"indicator;value\nx;1\n", "bieu.csv") for _ in range(5)))
        assert sorted(answer.status_code for answer in answers) == [422, 422, 422, 429, 429]
        assert "Đang đọc tệp gửi trước." in next(answer.text for answer in answers if answer.status_code == 429)
        assert (await bring(officer, b"indicator;value\nx;1\n", "bieu.csv")).status_code == 422
