"""The page of duties with many periods a year: what is owed is seen first, and every period can be selected."""

import re
from datetime import UTC, datetime, timedelta
from html import unescape
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.portal.domain import duties, duty_periods
from services.portal.domain.duties import Duty
from services.portal.web import duties as duty_pages
from shared.words import periods
from shared.words.periods import PARTS
from tests.portal import builders
from tests.portal.builders import COMMUNE, MONTHLY, QUARTERLY, read_duty
from tests.portal.conftest import Stack
from tests.portal.test_duty_pages import following
from tests.portal.test_pages import page, text_of
from tests.portal.test_strip_pages import begun, present

loop = pytest.mark.asyncio(loop_scope="session")
NOW = datetime.now(UTC)
PAST, AHEAD = NOW - timedelta(days=40), NOW + timedelta(days=5)
CODES = [f"{year}{part}" for year in (2025, 2026) for parts in PARTS.values() for part in parts]


def of(regime: str, code: str, unit: str = COMMUNE) -> dict[str, Any]:
    return {"_id": f"{regime}/{code}/{unit}", "regime": regime, "period": code}


def told(regime: str) -> list[str]:
    """The periods up to the one that pages show as the present one: near the end of a month the next one has begun as well."""
    codes = begun(regime)
    return codes[: codes.index(present(regime)) + 1]


def year_of_duties() -> list[dict[str, Any]]:
    """The commune reported in all periods but the present one and an old one, which is overdue; another old one was returned."""
    made = [builders.received(at=PAST - timedelta(days=1), deadline=PAST, **of(MONTHLY, code)) for code in told(MONTHLY)]
    returned = {"revision": 1, "reason": "Sai", "fix_by": AHEAD}
    made[2] = builders.duty(deadline=PAST, **of(MONTHLY, told(MONTHLY)[2]))
    made[3] = builders.duty(deadline=PAST, returned=returned, reminded_of=AHEAD + timedelta(days=9), **of(MONTHLY, told(MONTHLY)[3]))
    made[-1] = builders.duty(deadline=AHEAD, **of(MONTHLY, present(MONTHLY)))
    return made


class Tables(HTMLParser):
    """The addresses of the duties in tables: those in the open, and those inside `details`."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.folded: list[str] = []
        self._depth = 0
        self._in_head = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._depth += tag == "details"
        self._in_head = self._in_head or (tag == "th" and ("scope", "row") in attrs)
        if tag == "a" and self._in_head:
            (self.folded if self._depth else self.open).append(str(dict(attrs)["href"]))

    def handle_endtag(self, tag: str) -> None:
        self._depth -= tag == "details"
        self._in_head = self._in_head and tag != "th"


@loop
async def test_what_must_be_done_is_in_the_open_and_what_is_settled_is_folded(stack: Stack) -> None:
    await stack.put(duties=year_of_duties())
    found = Tables(await page(stack, f"/nghia-vu?regime={MONTHLY}"))
    codes = told(MONTHLY)
    assert found.open == [f"/bao-cao/{MONTHLY}/{code}/{COMMUNE}" for code in (codes[3], codes[2], codes[-1])]
    assert sorted(found.folded) == sorted(
        f"/bao-cao/{MONTHLY}/{code}/{COMMUNE}" for code in codes if code not in (codes[2], codes[3], codes[-1])
    )


@loop
async def test_what_was_asked_for_by_name_is_not_folded(stack: Stack) -> None:
    await stack.put(duties=year_of_duties())
    first = told(MONTHLY)[0]
    for query in (f"period={first}", f"state=received&year={NOW.year - 1}"):
        found = Tables(await page(stack, f"/nghia-vu?{query}"))
        assert f"/bao-cao/{MONTHLY}/{first}/{COMMUNE}" in found.open
        assert found.folded == []


@loop
async def test_of_a_long_list_only_the_first_ten_rows_are_in_the_open(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(duty_pages, "PAGE", 24)
    made = [
        builders.duty(deadline=PAST + timedelta(minutes=number), **of(MONTHLY, f"{NOW.year}-01", f"{number:02}")) for number in range(25)
    ]
    await stack.put(duties=made)
    html = await page(stack, "/nghia-vu")
    found = Tables(html)
    assert (len(found.open), len(found.folded)) == (10, 14)
    assert "Xem thêm 14 nghĩa vụ" in html
    urgent = html.partition('<ol class="urgent">')[2].partition("</section>")[0]
    assert (urgent.partition("<details>")[0].count("<li>"), urgent.count("<li>")) == (10, 25)
    assert '<ol class="urgent" start="11">' in urgent
    monkeypatch.setattr(duty_pages, "PAGE", 10)
    assert "Xem thêm" not in (await page(stack, "/nghia-vu")).partition('id="danh-sach"')[2]


@loop
async def test_the_links_to_years_are_those_of_the_selected_regime(stack: Stack) -> None:
    await stack.put(duties=[*year_of_duties(), *(builders.duty(**of(QUARTERLY, code)) for code in (f"{NOW.year}-Q1", f"{NOW.year}-Q2"))])

    async def linked(query: str) -> list[str]:
        nav = (await page(stack, f"/nghia-vu?{query}")).partition('aria-label="Chọn kỳ báo cáo"')[2].partition("</nav>")[0]
        return re.findall(r">Năm (\d{4})</a>", nav)

    assert await linked("") == await linked(f"regime={MONTHLY}") == [str(NOW.year), str(NOW.year - 1)]
    assert await linked(f"regime={QUARTERLY}") == [str(NOW.year)]
    assert await linked(f"regime={QUARTERLY}&year={NOW.year - 1}") == [str(NOW.year)]  # a year that this regime does not have


@loop
async def test_a_row_has_the_title_of_its_regime_and_its_state_once(stack: Stack) -> None:
    await stack.put(duties=[builders.duty(deadline=NOW - timedelta(days=40), **of(MONTHLY, f"{NOW.year}-01"))])
    row = text_of((await page(stack, "/nghia-vu")).partition("</thead>")[2].partition("</table>")[0])
    title = next(regime.title for regime in builders.many_periods() if regime.id == MONTHLY)
    assert f"{title} {MONTHLY}" in row
    assert "Quá hạn 40 ngày" in row or "Quá hạn 41 ngày" in row
    assert row.lower().count("quá hạn") == 1
    assert "Chưa nộp" not in row


@loop
async def test_nothing_that_is_owed_vanishes_after_its_deadline(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a list of many pages too, the first page shows what was returned or is longest overdue, whatever its period."""
    monkeypatch.setattr(duty_pages, "PAGE", 4)
    monkeypatch.setattr(duty_pages, "URGENT", 2)
    await stack.put(duties=year_of_duties())
    first = await page(stack, "/nghia-vu")
    urgent = first.partition('<ol class="urgent">')[2].partition("</ol>")[0]
    codes = told(MONTHLY)
    assert re.findall(r'href="([^"]+)"', urgent) == [f"/bao-cao/{MONTHLY}/{code}/{COMMUNE}" for code in (codes[3], codes[2])]
    seen, html = [], first
    while True:
        found = Tables(html)
        seen += found.open + found.folded
        if 'rel="next"' not in html:
            break
        html = await page(stack, following(html))
        assert '<ol class="urgent">' not in html
    assert sorted(seen) == sorted(f"/bao-cao/{MONTHLY}/{code}/{COMMUNE}" for code in codes)


@loop
async def test_every_period_can_be_selected_by_its_name_in_groups(stack: Stack) -> None:
    quarters = [builders.duty(deadline=PAST, **of(QUARTERLY, code)) for code in told(QUARTERLY)]
    await stack.put(duties=[*year_of_duties(), *quarters])
    html = await page(stack, "/nghia-vu")
    select = html.partition('<select name="period">')[2].partition("</select>")[0]
    assert re.findall(r'label="([^"]+)"', select)[:2] == [f"Năm {NOW.year}: các tháng", f"Năm {NOW.year}: các quý"]
    found = re.findall(r'<option value="([^"]*)"[^>]*>([^<]+)<', select)
    assert {value for value, _ in found} == {"", *told(MONTHLY), *told(QUARTERLY)}
    assert found[1][0] == told(MONTHLY)[-1]
    assert all(value == "" or value not in name for value, name in found if "-" in value)


@loop
async def test_the_periods_of_the_year_say_what_is_left(stack: Stack) -> None:
    await stack.put(duties=year_of_duties())
    html = await page(stack, f"/nghia-vu?unit={COMMUNE}&year={NOW.year - 1}")
    nav = html.partition('<nav class="year"')[2].partition("</nav>")[0]
    shown = text_of(nav)
    assert f"Tháng 1 năm {NOW.year - 1}: không còn việc" in shown
    assert f"Tháng 3 năm {NOW.year - 1}: còn 1 việc, quá hạn 1" in shown
    assert f'href="/nghia-vu?period={NOW.year - 1}-03&amp;unit={COMMUNE}"' in nav
    assert text_of(html).count("12 nghĩa vụ") >= 1
    this_year = text_of((await page(stack, "/nghia-vu")).partition('<nav class="year"')[2].partition("</nav>")[0])
    assert f"Tháng {int(present(MONTHLY)[5:])} năm {present(MONTHLY)[:4]}: còn 1 việc kỳ hiện tại" in this_year


@loop
async def test_a_year_selects_all_its_periods_and_counts_them(stack: Stack) -> None:
    await stack.put(duties=year_of_duties())
    for year, codes in ((NOW.year, told(MONTHLY)), (NOW.year - 1, told(MONTHLY))):
        expected = [code for code in codes if code.startswith(str(year))]
        found = Tables(await page(stack, f"/nghia-vu?year={year}"))
        assert len(found.open + found.folded) == len(expected)
        lines = (await stack.http.get(f"/nghia-vu.csv?year={year}")).text.strip().splitlines()
        assert len(lines) == len(expected) + 1
    both = Tables(await page(stack, f"/nghia-vu?year={NOW.year}&period={told(MONTHLY)[0]}"))
    assert len(both.open + both.folded) == 1  # the period is the more specific of the two


@loop
@pytest.mark.parametrize("year", ["1999", "2100", "20266", "-2026", "２０２６", "2026-05", "$gt", "x", "%00", "9" * 5000, "2026.0"])
async def test_a_year_that_cannot_be_is_refused_with_a_page(stack: Stack, year: str) -> None:
    for path in ("/nghia-vu", "/nghia-vu.csv"):
        assert "một năm như 2026" in await page(stack, f"{path}?year={year}", 400)


@loop
async def test_a_year_without_duties_is_an_empty_page(stack: Stack) -> None:
    await stack.put(duties=year_of_duties())
    html = await page(stack, "/nghia-vu?year=2099")
    assert "Không có nghĩa vụ nào phù hợp với bộ lọc" in html
    assert "Năm 2099" not in html


@loop
async def test_the_cursor_of_one_year_is_not_one_of_another(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(duty_pages, "PAGE", 4)
    await stack.put(duties=year_of_duties())
    address = following(await page(stack, f"/nghia-vu?year={NOW.year - 1}"))
    await page(stack, address)
    await page(stack, unescape(address).replace(f"year={NOW.year - 1}", f"year={NOW.year}"), 400)


def test_periods_are_grouped_by_year_and_length_newest_first() -> None:
    found = duty_periods.options(["2026-10", "2026-09", "2026-Q3", "2026", "2025-12", "2026-M9", "2026-H1"])
    assert found == [
        ("Năm 2026: các tháng", ["2026-10", "2026-09"]),
        ("Năm 2026: các quý", ["2026-Q3"]),
        ("Năm 2026: 6 tháng", ["2026-H1"]),
        ("Năm 2026: 9 tháng", ["2026-M9"]),
        ("Năm 2026: cả năm", ["2026"]),
        ("Năm 2025: các tháng", ["2025-12"]),
    ]


@given(st.sets(st.sampled_from(CODES), min_size=1))
def test_every_period_is_offered_once_and_shown_once_in_its_year(codes: set[str]) -> None:
    assert sorted(code for _, group in duty_periods.options(codes) for code in group) == sorted(codes)
    shown = [
        cell.period
        for year in duty_periods.years(codes)
        for strip in duty_periods.side_by_side(year, codes, {}, (), lambda code: code)
        for cell in strip.cells
    ]
    assert sorted(shown) == sorted(codes)


def some(document: dict[str, Any]) -> Duty:
    return read_duty(document)


@given(st.permutations(range(6)))
def test_urgency_is_returned_then_longest_overdue_then_next_due_then_done(order: list[int]) -> None:
    returned = {"revision": 1, "reason": "Sai", "fix_by": AHEAD}
    made = [
        some(builders.duty(returned=returned, reminded_of=PAST, **of("r", "2026-05"))),
        some(builders.duty(returned=returned, reminded_of=AHEAD, **of("r", "2026-04"))),
        some(builders.duty(deadline=PAST - timedelta(days=300), **of("r", "2026-01"))),
        some(builders.duty(deadline=PAST, **of("r", "2026-09"))),
        some(builders.duty(deadline=AHEAD, **of("r", "2026-11"))),
        some(builders.received(deadline=PAST, **of("r", "2026-02"))),
    ]
    assert sorted((made[place] for place in order), key=duties.urgency) == made


@given(st.sampled_from(CODES), st.sampled_from(CODES), st.booleans())
def test_only_what_is_done_in_an_earlier_period_is_settled(code: str, newest: str, is_owed: bool) -> None:
    document = (builders.duty if is_owed else builders.received)(**of("r", code))
    found = duties.is_settled(some(document), {"r": newest})
    assert found == (not is_owed and periods.order(code) < periods.order(newest))
    assert not duties.is_settled(some(document), {})
