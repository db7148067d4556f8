"""The page of a view: its table of units with filters and order, its ranking, what has changed since earlier periods, and its files."""

import csv
import html
import io
import itertools
import re
from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Any, Final

import httpx2
import openpyxl
import pytest
import pytest_asyncio
from openpyxl import Workbook

from shared.wire import events
from tests.portal import builders, entry_desk, wide, years
from tests.portal.builders import AFTER
from tests.portal.conftest import Stack
from tests.portal.entry_desk import main_of
from tests.portal.wide import COMMUNES, PATH, PROVINCE, WIDE

pytestmark = pytest.mark.asyncio(loop_scope="session")
LARGEST_PAGE: Final = 200 * 1024  # bytes on the wire before compression
MONTHS: Final = f"/bang/{years.MONTHLY}/2026-02/{years.DISTRICT}"


@pytest_asyncio.fixture(loop_scope="session")
async def viewer(stack: Stack) -> AsyncIterator[httpx2.AsyncClient]:
    """Whoever reads everything in the wide province, with a report of each commune but the last two."""
    await stack.put(**wide.whole_season())
    async with entry_desk.desk(stack, wide.reference()) as desk, await desk.browser("viewer", PROVINCE) as browser:
        yield browser


async def page(browser: httpx2.AsyncClient, query: str = "") -> str:
    answer = await browser.get(f"/bang/{PATH}{query}")
    assert answer.status_code == 200, answer.text
    return answer.text


def rows(text: str) -> list[str]:
    """The names of the units in the table, in its order."""
    table = text[text.index('<table class="matrix">') :]
    return [html.unescape(name) for name in re.findall(r'<th scope="row"><a [^>]*>(.*?)</a>', table[: table.index("</table>")])]


def codes(text: str) -> list[str]:
    table = text[text.index('<table class="matrix">') :]
    return re.findall(r'<span class="code">(.*?)</span>', table[: table.index("</table>")])


async def test_a_page_with_145_communes_is_small_whatever_is_chosen(viewer: httpx2.AsyncClient) -> None:
    for query in ("", "?section=1&rank=gd_ngay_cong&sort=-gd_ngay_cong"):
        answer = await viewer.get(f"/bang/{PATH}{query}")
        assert len(answer.content) < LARGEST_PAGE, len(answer.content)
        assert len(rows(answer.text)) == COMMUNES


async def test_units_are_in_the_order_that_is_asked_for(viewer: httpx2.AsyncClient) -> None:
    assert codes(await page(viewer)) == [f"99{place:03}" for place in range(COMMUNES)]
    names = rows(await page(viewer, "?sort=ten-don-vi"))
    assert names.index("Phường Chi Lăng") < names.index("Phường Đông Kinh") < names.index("Thị trấn Bình Gia")
    assert rows(await page(viewer, "?sort=-ten-don-vi"))[0] == names[-1]
    largest = codes(await page(viewer, "?section=all&sort=-gd_ngay_cong"))
    figures = [wide.values(int(code[2:]))["gd_ngay_cong"] for code in largest[:-2]]
    assert figures == sorted(figures, reverse=True)
    assert largest[-2:] == codes(await page(viewer, "?sort=gd_ngay_cong"))[-2:] == ["99143", "99144"]
    assert codes(await page(viewer, "?sort=tinh-trang"))[:2] == ["99143", "99144"]


async def test_a_filter_lives_in_the_address_and_links_and_files_keep_it(viewer: httpx2.AsyncClient) -> None:
    text = await page(viewer, "?state=missing&section=2")
    assert codes(text) == ["99143", "99144"]
    assert f"2/{COMMUNES} đơn vị" in text
    assert f'href="/bang/{PATH}.xlsx?section=2&amp;state=missing"' in text
    assert f'href="/bang/{PATH}?section=2&amp;state=missing&amp;sort=ten-don-vi#don-vi"' in text
    assert "Không có đơn vị nào khớp bộ lọc." in await page(viewer, "?q=khong+co+don+vi+nao")
    assert len(rows(await page(viewer, "?q=%20%20&state=&rank=&rows="))) == COMMUNES


async def test_names_are_found_without_accents(viewer: httpx2.AsyncClient) -> None:
    assert rows(await page(viewer, "?q=dong+kinh")) == rows(await page(viewer, "?q=Đông Kinh")) == ["Phường Đông Kinh"]
    assert codes(await page(viewer, "?q=99001")) == ["99001"]


async def test_a_returned_report_stays_in_sight_while_it_is_corrected(viewer: httpx2.AsyncClient, stack: Stack) -> None:
    again = wide.report(0, revision=2, sequence=500)
    returned = wide.report(0, revision=2, sequence=501, kind=events.RETURNED, sender=PROVINCE, reason="Sai", event_id="tra-lai-lan-2")
    await stack.put(reports=[again, returned])
    text = main_of(await page(viewer, "?q=99000"))
    assert "đã nộp lần 2, đang sửa lần 3" in text


async def test_the_ranking_measures_against_the_target_or_the_total(viewer: httpx2.AsyncClient) -> None:
    by_target = main_of(await page(viewer, "?rank=vh_nha_van_hoa_thon"))
    assert "So với mục tiêu" in by_target
    assert "2 đơn vị chưa có số liệu của chỉ tiêu này" in by_target
    assert '<span class="badge missing">Chưa đạt</span>' in by_target
    by_total = main_of(await page(viewer, "?rank=gd_ngay_cong"))
    assert "Tỷ trọng trong tổng" in by_total
    assert "Chọn chỉ tiêu" in await page(viewer)


HOSTILE: Final = [
    "sort=khong-co",
    "sort=--thu",
    "rank=khong_co",
    "section=0",
    "section=99",
    "section=%D9%A3",
    "section=" + "9" * 5000,
    "state=on_time",
    "rows=x",
    "q=" + "a" * 101,
    "q=%00",
    "q=a%0Ab",
    "q=%E2%80%AE",
    "sort=" + "a" * 5000,
]


async def test_a_malformed_choice_is_refused_on_the_page_and_in_its_files(viewer: httpx2.AsyncClient) -> None:
    for query, ending in itertools.product(HOSTILE, ("", ".xlsx", ".csv")):
        answer = await viewer.get(f"/bang/{PATH}{ending}?{query}")
        assert answer.status_code == 400, (query[:40], ending, answer.status_code)
        assert query.partition("=")[0] in answer.text


@pytest.mark.stores
async def test_what_is_typed_is_shown_as_text(viewer: httpx2.AsyncClient) -> None:
    text = await page(viewer, "?q=%22%3E%3Cscript%3E&state=late")
    assert "<script>" not in text
    assert 'value="&#34;&gt;&lt;script&gt;"' in text
    assert "q=%22%3E%3Cscript%3E" in text


async def test_a_workbook_holds_what_the_page_shows_and_equals_the_api(viewer: httpx2.AsyncClient) -> None:
    answer = await viewer.get(f"/bang/{PATH}.xlsx?section=all&state=received&sort=-gd_ngay_cong")
    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    assert book.sheetnames == ["Số liệu", "Đơn vị trực thuộc", "Chưa nộp"]
    api = (await viewer.get(f"/api/v1/views/{PATH}")).json()
    for row in table(book, "Số liệu"):
        figure = api["indicators"].get(row["Mã chỉ tiêu"])
        if figure is not None and figure["kind"] in ("quantity", "ratio"):
            expected = [figure.get(name) for name in ("total", "numerator", "denominator", "percent")]
            shown = [row[name] for name in ("Giá trị", "Tử số", "Mẫu số", "Tỷ lệ (%)")]
            assert [same(*pair) for pair in zip(shown, expected, strict=True)] == [True] * 4, row
    sheet = book["Đơn vị trực thuộc"]
    lines = [sheet.cell(line, 1).value for line in range(1, 7)]
    assert lines[4:] == ["Lọc: tình trạng: Đã nộp", "143/145 đơn vị; xuất lúc 10/12/2024 09:30"]
    units = table(book, "Đơn vị trực thuộc")
    for row in units[:5]:
        own = (await viewer.get(f"/api/v1/reports/{WIDE}/2024/{row['Mã đơn vị']}")).json()["values"]
        title = next(name for name in row if name.startswith("Diện tích đất hiến") or "ngày công" in name.lower())
        assert same(row[title], own["gd_ngay_cong" if "công" in title.lower() else "gd_dat_hien"])
    assert [row["Mã đơn vị"] for row in table(book, "Chưa nộp")] == ["99143", "99144"]
    assert {cell.data_type for line in sheet.iter_rows(min_row=9) for cell in line} <= {"s", "n"}


def same(shown: Any, expected: Any) -> bool:
    if shown in ("", None) or expected is None:
        return shown in ("", None) and expected is None
    return Decimal(str(shown)) == Decimal(str(expected))


def table(book: Workbook, name: str) -> list[dict[str, Any]]:
    lines = [list(row) for row in book[name].iter_rows(values_only=True)]
    blank = next(number for number, line in enumerate(lines) if not any(line))
    header = [str(cell) for cell in lines[blank + 1]]
    return [dict(zip(header, line, strict=True)) for line in lines[blank + 2 :]]


async def test_each_table_is_also_csv(viewer: httpx2.AsyncClient) -> None:
    async def read(query: str) -> list[dict[str, str]]:
        answer = await viewer.get(f"/bang/{PATH}.csv?{query}")
        assert answer.status_code == 200
        return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))

    assert [row["Mã đơn vị"] for row in await read("table=units&state=missing")] == ["99143", "99144"]
    assert {row["Tình trạng"] for row in await read("table=missing")} == {"Chưa nộp"}
    assert "Năm trước (năm 2023): ghi chú" in (await read("state=missing"))[0]


async def test_whoever_reads_the_total_only_sees_and_takes_no_unit(stack: Stack) -> None:
    await stack.put(views=[builders.view()], reports=builders.season())
    path = f"/bang/{builders.CT27}/2024/{builders.DISTRICT}"
    async with entry_desk.desk(stack) as desk, await desk.browser("officer", builders.COMMUNE) as officer:
        shown = await officer.get(f"{path}?sort=-gd_ngay_cong&rank=gd_ngay_cong")
        book = await officer.get(f"{path}.xlsx?state=received")
        table = await officer.get(f"{path}.csv?table=units")
    assert shown.status_code == 200
    assert "1.340" not in shown.text
    assert "không xem được từng đơn vị" in shown.text
    assert openpyxl.load_workbook(io.BytesIO(book.content)).sheetnames == ["Số liệu"]
    assert table.status_code == 403


async def test_a_month_is_shown_beside_the_month_before_with_links_to_its_reports(stack: Stack) -> None:
    logged = [years.submitted("06253", 1, "2026-01", thu="100.00"), years.submitted("06253", 2, "2026-02", thu="134.50")]
    await stack.put(views=years.views(logged))
    text = (await stack.http.get(MONTHS)).text
    assert "Cùng kỳ năm trước (tháng 2 năm 2025): không so sánh, vì chế độ không có kỳ này." in text
    assert f'<a href="/giai-trinh/{years.MONTHLY}/2026-01/{years.DISTRICT}/thu">100,00</a>' in text
    assert "▲ +34,50 (+34,5 %)" in text
    assert "Tạm tính" in text
    explained = (await stack.http.get(f"/giai-trinh/{years.MONTHLY}/2026-02/{years.DISTRICT}/thu")).text
    assert "▲ +34,50 (+34,5 %)" in explained
    answer = await stack.http.get(f"{MONTHS}.csv")
    row = next(row for row in csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))) if row["Mã chỉ tiêu"] == "thu")
    assert [row[f"Kỳ trước (tháng 1 năm 2026){part}"] for part in ("", ": thay đổi", ": thay đổi (%)")] == ["100,00", "34,50", "34,5"]


@pytest.mark.parametrize(
    ("official", "word"),
    [
        ({"number": 1, "moved": False}, "Chính thức"),
        ({"number": 3, "moved": False}, "Chính thức, điều chỉnh lần 2"),
        ({"number": 2, "moved": True}, "Chính thức, điều chỉnh lần 1, chưa chốt lại"),
    ],
    ids=["first", "adjusted", "moved"],
)
async def test_a_confirmed_version_is_named_on_the_page_and_in_the_file(stack: Stack, official: dict[str, Any], word: str) -> None:
    views = [view | {"official": official | {"hash": "a" * 64, "at": AFTER}} for view in years.views([])]
    await stack.put(views=views)
    text = (await stack.http.get(MONTHS)).text
    assert f">{word}</span>" in text
    book = openpyxl.load_workbook(io.BytesIO((await stack.http.get(f"{MONTHS}.xlsx")).content))
    assert [book["Số liệu"].cell(line, 1).value for line in range(1, 7)].count(word) == 1
