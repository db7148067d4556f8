"""Lũy kế on the pages of views and explanations, and how open pages follow it."""

import asyncio
import re
from collections.abc import AsyncGenerator
from contextlib import aclosing

import orjson
import pytest

from services.portal.domain import cumulative, to_date
from services.portal.reading import year as reading
from shared.wire import subjects
from shared.words import periods, regimes
from shared.words.reference import Reference
from tests.portal import builders, years
from tests.portal.builders import CT27
from tests.portal.conftest import Stack
from tests.portal.test_live import events_of
from tests.portal.test_pages import page, text_of
from tests.portal.years import COMMUNES, DISTRICT, FROM_MAY, MONTHLY, OFFICE, at, submitted

pytestmark = pytest.mark.asyncio(loop_scope="session")

HEADING = "Lũy kế từ đầu năm"
REPORTS = [
    submitted(unit, number, code, thu="1234.25", luot=1000, dung_han={"numerator": 1, "denominator": 3})
    for code in ("2026-01", "2026-02")
    for number, unit in enumerate((*COMMUNES, OFFICE))
]


@pytest.fixture(autouse=True)
def _views_of_two_generations_are_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "PAUSE_S", 0.0)


async def test_a_view_shows_the_sum_of_the_year_beside_the_figure_of_the_period(stack: Stack) -> None:
    await stack.put(views=years.views(REPORTS))
    html = await page(stack, f"/bang/{MONTHLY}/2026-02/{DISTRICT}")
    shown = text_of(html)
    assert HEADING in shown
    assert "3.702,75" in shown
    assert "7.405,50" in shown
    assert "3 / 9" in shown
    assert "6 / 18 (33,3 %)" in shown
    assert "chưa đủ" not in shown
    assert f'href="/giai-trinh/{MONTHLY}/2026-02/{DISTRICT}/thu#luy-ke"' in html
    assert f'href="/giai-trinh/{MONTHLY}/2026-02/{DISTRICT}/dan_so#luy-ke"' not in html


async def test_a_regime_without_cumulative_indicators_has_no_such_column_and_follows_one_view(stack: Stack) -> None:
    await stack.put(views=[builders.view()])
    html = await page(stack, f"/bang/{CT27}/2024/184")
    assert HEADING not in html
    assert f'data-live="/live/{CT27}/2024/184"' in html
    assert 'data-position="1-3-1234"' in html


async def test_a_sum_that_is_not_complete_names_the_periods(stack: Stack) -> None:
    await stack.put(views=years.views([*REPORTS, submitted("06253", 9, "2026-04", thu="1.00")]))
    shown = text_of(await page(stack, f"/bang/{MONTHLY}/2026-04/{DISTRICT}"))
    assert "7.406,50 chưa đủ: thiếu tháng 3; tháng 4 còn thiếu đơn vị" in shown


@pytest.mark.stores
async def test_an_indicator_that_nobody_reported_has_no_sum_and_no_list_of_periods(stack: Stack) -> None:
    await stack.put(views=years.views([submitted("06253", 1, "2026-02", thu="1.00")]))
    said = "chưa có số liệu của kỳ nào"
    shown = text_of(await page(stack, f"/bang/{MONTHLY}/2026-03/{DISTRICT}"))
    assert shown.count(f"– {said}") == 2  # the cases handled in time are a ratio
    explained = text_of(await page(stack, f"/giai-trinh/{MONTHLY}/2026-03/{DISTRICT}/luot"))
    assert f"Số lũy kế {said}." in explained
    assert "thiếu tháng" not in explained
    views = {code: view for code, view in years.by_period(years.views()).items() if code <= "2026-03"}
    year = cumulative.year_to_date(at("2026-03"), views, None)
    assert to_date.line(year, year.indicators[0]) == f"Lũy kế từ đầu năm: {said}"


async def test_a_heading_of_indicators_is_shown_only_if_the_regime_has_sections(stack: Stack) -> None:
    await stack.put(views=[*years.views(REPORTS), builders.view()])
    assert 'scope="rowgroup"' not in await page(stack, f"/bang/{MONTHLY}/2026-02/{DISTRICT}")
    assert 'scope="rowgroup"' not in await page(stack, f"/bao-cao/{MONTHLY}/2026-02/06253")
    for path in (f"/bang/{CT27}/2024/184", f"/bao-cao/{CT27}/2024/06253"):
        assert 'scope="rowgroup"' in await page(stack, path)


async def test_a_regime_that_begins_in_may_says_which_months_it_lacks(stack: Stack) -> None:
    await stack.put(views=years.views([submitted("06253", 1, "2026-05", FROM_MAY, thu="1.00")]))
    assert "1,00 chưa đủ: thiếu tháng 1 – tháng 4; tháng 5 còn thiếu đơn vị" in text_of(
        await page(stack, f"/bang/{FROM_MAY}/2026-05/{DISTRICT}")
    )
    explained = text_of(await page(stack, f"/giai-trinh/{FROM_MAY}/2026-05/{DISTRICT}/thu"))
    assert "Tháng 4 – chế độ không có kỳ này" in explained


async def test_a_sum_that_cannot_be_made_is_a_dash_and_the_page_says_why(stack: Stack) -> None:
    await stack.put(views=[view for view in years.views(REPORTS) if view["period"] != "2026-01"])
    for path in (f"/bang/{MONTHLY}/2026-02/{DISTRICT}", f"/giai-trinh/{MONTHLY}/2026-02/{DISTRICT}/thu"):
        shown = text_of(await page(stack, path))
        assert "Chưa có số lũy kế vì các bảng tổng hợp đang được tính lại." in shown
        assert "7.405,50" not in shown


async def test_an_explanation_leads_to_the_periods_that_make_the_sum(stack: Stack) -> None:
    await stack.put(views=years.views(REPORTS[:-1]))
    html = await page(stack, f"/giai-trinh/{MONTHLY}/2026-02/{DISTRICT}/thu")
    assert f"{HEADING}: 6.171,25 triệu đồng" in text_of(html)
    for period in ("2026-01", "2026-02"):
        assert f'href="/bang/{MONTHLY}/{period}/{DISTRICT}"' in html
        assert f'href="/giai-trinh/{MONTHLY}/{period}/{DISTRICT}/thu"' in html
    assert "Tháng 1 3.702,75 đủ" in text_of(html)
    assert "Tháng 2 2.468,50 còn thiếu 1 đơn vị" in text_of(html)
    assert 'id="luy-ke"' not in await page(stack, f"/giai-trinh/{MONTHLY}/2026-02/{DISTRICT}/dan_so")


async def test_every_example_regime_with_cumulative_indicators_shows_sums(stack: Stack) -> None:
    known = Reference(1, builders.registry(), regimes.resolve(builders.plain_regimes()), {})
    shown = [regime for regime in known.regimes.values() if any(indicator.cumulative for indicator in regime.indicators)]
    assert shown
    for regime in shown:
        documents = [view for view in years.views(known=known) if view["regime"] == regime.id and view["unit"]["code"] == regime.within]
        await stack.put(views=documents)
        last = max((view["period"] for view in documents), key=periods.order)
        assert HEADING in text_of(await page(stack, f"/bang/{regime.id}/{last}/{regime.within}"))
        answer = await stack.http.get(f"/api/v1/views/{regime.id}/{last}/{regime.within}?cumulative=true")
        assert {tuple(figure["periods"]) for figure in years.sums(answer.json()).values()} == {tuple(periods.year_to_date(last))}


async def heard(stack: Stack, address: str) -> AsyncGenerator[str]:
    """The ids of the events named `view`."""
    async with asyncio.timeout(20), stack.http.stream("GET", address) as answer:
        async for event in events_of(answer.aiter_lines()):
            if event.get("event") == "view":
                yield event["id"]


async def tell(stack: Stack, period: str, sequence: int) -> None:
    payload = orjson.dumps({"data": {"position": {"generation": 1, "partition": 0, "sequence": sequence}}})
    await stack.jetstream.publish(subjects.feed("20", MONTHLY, period, DISTRICT), payload)


@pytest.mark.parametrize("path", [f"/bang/{MONTHLY}/2026-02/{DISTRICT}", f"/giai-trinh/{MONTHLY}/2026-02/{DISTRICT}/thu"])
async def test_an_open_page_hears_of_a_correction_of_an_earlier_period(stack: Stack, path: str) -> None:
    await stack.put(views=years.views(REPORTS))
    html = await page(stack, path)
    address, position = re.findall(r'data-live="([^"]+)" data-position="([^"]+)"', html)[0]
    assert address == f"/live/{MONTHLY}/2026-02/{DISTRICT}?cumulative=true"
    async with aclosing(heard(stack, address)) as ids:
        assert await anext(ids) == position  # the page is of today: it is not fetched again
        await tell(stack, "2026-03", 99)  # a later period changes nothing
        await tell(stack, "2026-01", 77)
        assert await anext(ids) == f"1-0-77,{position.split(',')[1]}"


async def test_a_page_without_sums_does_not_hear_of_earlier_periods(stack: Stack) -> None:
    await stack.put(views=years.views(REPORTS))
    async with aclosing(heard(stack, f"/live/{MONTHLY}/2026-02/{COMMUNES[0]}")) as ids:
        first = await anext(ids)
        assert "," not in first
        await tell(stack, "2026-01", 77)
        await tell(stack, "2026-02", 78)
        assert await anext(ids) == "1-0-78"


async def test_another_value_than_true_or_false_is_refused(stack: Stack) -> None:
    answer = await stack.http.get(f"/live/{MONTHLY}/2026-02/{DISTRICT}?cumulative=maybe")
    assert (answer.status_code, answer.json()["code"]) == (422, "door.bad_query")


async def test_periods_in_a_row_are_named_by_their_first_and_last() -> None:
    logged = [submitted("06253", 1, "2026-05", thu="1.00"), submitted("06253", 2, "2026-06", thu="1.00")]
    views = {code: view for code, view in years.by_period(years.views(logged)).items() if code <= "2026-08"}
    shown = to_date.cells(cumulative.year_to_date(at("2026-08"), views, None))
    assert shown["thu"].note == "chưa đủ: thiếu tháng 1 – tháng 4, tháng 7, tháng 8; tháng 5, tháng 6 còn thiếu đơn vị"
