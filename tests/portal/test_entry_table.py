"""A table (CSV) on the form's page: taken by its content into the draft; on real servers without ingest, one portal for all."""

import pytest

from shared.wire.dry_runs import DryRun
from shared.wire.published import Reason
from tests.portal.builders import COMMUNE, CT27
from tests.portal.entry_desk import PATH, Desk, hidden, main_of
from tests.portal.test_entry import sent, typed
from tests.portal.test_entry_workbook import WHERE, bring, desk
from tests.sheets import files, test_table_form

__all__ = ["desk"]
pytestmark = pytest.mark.asyncio(loop_scope="session")
TABLE = f"{PATH}/bieu.csv"
VALUES = {"gd_ngay_cong": "1234", "gd_tien_tai_tro": "12.5", "vh_nha_van_hoa_thon": {"numerator": "9", "denominator": "11"}}


async def test_a_filled_table_becomes_the_draft_and_is_not_sent(desk: Desk) -> None:
    async with await desk.browser("officer", COMMUNE) as officer:
        assert f'href="{TABLE}"' in main_of((await officer.get(WHERE)).text)
        await typed(officer, "luu", v__gd_ngay_cong="7", t__kho_khan="Đã gõ trước.")
        blank = await officer.get(TABLE)
        assert (blank.status_code, blank.headers["content-type"]) == (200, "text/csv; charset=utf-8")
        given = test_table_form.filled(blank.content, files.asked(), {"values": VALUES})
        taken = await bring(officer, given, "bieu.xlsx")  # the name says nothing
        assert (taken.status_code, "Báo cáo chưa được gửi." in taken.text) == (200, True), taken.text
        page = main_of((await officer.get(PATH)).text)
        for field in ('"v.gd_ngay_cong" value="1.234"', '"v.gd_tien_tai_tro" value="12,5"', '"d.vh_nha_van_hoa_thon" value="11"'):
            assert f"name={field}" in page
        assert "Đã gõ trước." in page  # the table says nothing about it
        assert await sent(desk.stack) == []
        part = "chỉ tiêu;giá trị\nTiền tài trợ cho giáo dục;99,5\n".encode("utf-16")  # a part of the form, as Excel saves it
        assert (await bring(officer, part)).status_code == 200
        page = main_of((await officer.get(PATH)).text)
        assert 'name="v.gd_ngay_cong" value="1.234"' in page
        assert 'name="v.gd_tien_tai_tro" value="99,5"' in page
        checked = await officer.post(PATH, data={**hidden((await bring(officer, part)).text), "viec": "gui"})
        assert checked.status_code == 303, checked.text
    [(_, event)] = await sent(desk.stack)
    data = event["data"]
    assert isinstance(data, dict)
    assert data["values"] == {**VALUES, "gd_tien_tai_tro": "99.5"}


async def test_a_wrong_table_changes_nothing_and_is_told_by_line(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    head = "regime;period;unit;indicator;value\n"
    row = f"{CT27};2024;{COMMUNE};gd_ngay_cong;"
    async with await desk.browser("officer", COMMUNE) as officer:
        for text, words in (
            (f"{head}{row}hai\n", "dòng 2, cột E:"),
            (f"{head}{row}2\nkl62-binh-dinh;2024;{COMMUNE};gd_ngay_cong;3\n", "dòng 3, cột A: Dòng này ghi kl62-binh-dinh"),
            (f"{head}{row}2\n{CT27};2023;{COMMUNE};gd_ngay_cong;3\n", "dòng 3, cột B: Dòng này ghi 2023"),
            (f"{head}{row}2\n{CT27};2024;06280;gd_ngay_cong;3\n", "dòng 3, cột C: Dòng này ghi 06280"),
            (f"{head}{row}2\n{row}3\n", "dòng 3, cột D:"),
            ("gd_ngay_cong;khong_co\n2;3\n", "dòng 1, cột B:"),
            ("a,b", "Tệp CSV chỉ có dòng tên cột."),
            ("%PDF-1.7", "tệp PDF"),
        ):
            refused = await bring(officer, text.encode())
            shown = main_of(refused.text).replace("<strong>", "").replace("</strong>", "")
            assert (refused.status_code, words in shown) == (422, True), (words, shown)

        async def verdict(*_: object) -> DryRun:
            wrong = Reason(code="report.value_too_large", path="data.values.gd_ngay_cong", message_vi="Quá lớn.", message_en="Too large.")
            return DryRun(verdict="rejected", errors=[wrong], warnings=[], changes=None, standing_revision=0, next_revision=1)

        monkeypatch.setattr("services.portal.http.acting.Acting.dry_run", verdict)
        judged = await bring(officer, f"{head}{row}2\n".encode())
        assert (judged.status_code, "<strong>dòng 2, cột E:</strong> Quá lớn." in main_of(judged.text)) == (422, True)
        assert await desk.stack.database["drafts"].count_documents({}) == 0
