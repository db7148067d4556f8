"""Areas, confirmations and periods side by side over the reform of 01/07/2025. Numbers in names are lines of the red team in the design of
units through time.
"""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from services.portal.domain import address, cumulative, elsewhere
from services.portal.domain.search import bare
from shared.wire import events
from shared.words import regimes
from shared.words.regimes import Regime
from tests import seeds
from tests.portal import builders, reformed
from tests.portal.builders import CT27, report
from tests.portal.conftest import Stack
from tests.portal.reformed import EVE, D, view
from tests.portal.test_reform_pages import html, shown

loop = pytest.mark.asyncio(loop_scope="session")
NEXT_YEAR = datetime(2026, 11, 3, 2, tzinfo=UTC)
AREA = "184-VQ"


@loop
async def test_18_the_page_of_an_area_lists_its_members_and_says_what_it_covers(stack: Stack) -> None:
    await stack.put(views=[view(AREA), view("20")])
    page = await html(stack, f"/bang/{CT27}/2025/{AREA}")
    assert "Địa bàn gồm 6 đơn vị. Gồm 15 trong 15 đơn vị cũ của Huyện Văn Quan và 3 đơn vị cũ ở ngoài." in page
    assert "Các đơn vị trong địa bàn" in page
    for code in reformed.COMMUNES:
        assert f'href="/bao-cao/{CT27}/2025/{code}"' in page
    holder = await shown(stack, f"/bang/{CT27}/2025/20")
    assert "Địa bàn huyện Văn Quan (cũ) : 2/6 đơn vị đã nộp" in holder
    assert "Gồm 15 trong 15 đơn vị cũ" in holder
    async with reformed.portal(stack) as http:
        children = (await http.get(f"/api/v1/views/{CT27}/2025/{AREA}/children")).json()
        stored = (await http.get(f"/api/v1/views/{CT27}/2025/{AREA}")).json()
    assert [unit["unit"]["code"] for unit in children["units"]] == reformed.COMMUNES
    assert stored["unit"] == {"id": AREA, "code": AREA, "name": "Địa bàn huyện Văn Quan (cũ)", "level": "area", "parent": "20"}


@loop
async def test_an_area_is_exported_and_listed_with_its_regime(stack: Stack) -> None:
    await stack.put(views=[view(AREA), view("20"), view("184", "2024", day=EVE)])
    async with reformed.portal(stack) as http:
        table = await http.get(f"/bang/{CT27}/2025/{AREA}.csv")
        workbook = await http.get(f"/bang/{CT27}/2025/{AREA}.xlsx")
    assert "Địa bàn huyện Văn Quan (cũ)" in table.text
    assert workbook.status_code == 200
    first = await html(stack, "/")
    for path in (f"/bang/{CT27}/2025/20", f"/bang/{CT27}/2025/{AREA}", f"/bang/{CT27}/2024/184"):
        assert f'href="{path}"' in first
    assert "Cơ quan nhận báo cáo: Sở Tài chính tỉnh Lạng Sơn" in first


@loop
@pytest.mark.parametrize("query", ["dia ban van quan", "184-vq", "Địa bàn huyện Văn Quan"])
async def test_an_area_is_found(stack: Stack, query: str) -> None:
    page = await html(stack, f"/tim?q={query}")
    assert f'href="/nghia-vu?unit={AREA}"' in page
    assert "địa bàn, 6 đơn vị" in page
    assert f'href="/bang/{CT27}/2025/{AREA}"' in await html(stack, f"/nghia-vu?unit={AREA}")


@loop
async def test_a_search_names_units_of_today_first_and_says_what_follows_those_of_before(stack: Stack) -> None:
    page = await shown(stack, "/tim?q=06253")
    assert page.index("Xã Văn Quan") < page.index("Thị trấn Văn Quan")
    assert "kết thúc 30/06/2025, kế thừa: Xã Văn Quan" in page
    assert "từ ngày 01/07/2025" in page
    assert bare("Địa") == "Dia"


@loop
async def test_4_a_confirmation_by_the_heir_is_that_of_the_district(stack: Stack) -> None:
    regime = "nq68-quang-binh"
    district = view("450", "2024", day=EVE) | {"_id": f"{regime}/2024/450", "regime": regime}
    await stack.put(views=[district])
    waiting = await shown(stack, f"/bang/{regime}/2024/450")
    assert "Duyệt và chốt Chưa chốt" in waiting
    stranger = confirmed("20", regime, "450", date(2025, 8, 1))
    await stack.put(reports=[stranger])
    assert "Chưa chốt" in await shown(stack, f"/bang/{regime}/2024/450")
    await stack.put(reports=[confirmed("44-2025", regime, "450", date(2025, 8, 2))])
    assert "Đã chốt 02/08/2025" in await shown(stack, f"/bang/{regime}/2024/450")


def confirmed(sender: str, regime: str, unit: str, day: date, period: str = "2024") -> dict[str, object]:
    at = datetime(day.year, day.month, day.day, 3, tzinfo=UTC)
    return report(
        events.CONFIRMED,
        unit=unit,
        sender=sender,
        regime=regime,
        period=period,
        revision=0,
        at=at,
        event_id=f"chot-{sender}",
        view_hash="0" * 64,
    )


@loop
async def test_the_recipient_confirms_the_view_of_whom_it_acts_for(stack: Stack) -> None:
    await stack.put(views=[view("20"), view(AREA)])
    province = await shown(stack, f"/bang/{CT27}/2025/20")
    assert "Duyệt và chốt – Sở Tài chính tỉnh Lạng Sơn Chưa chốt, hạn trước ngày 25/12/2025" in province
    assert "Duyệt và chốt" not in await shown(stack, f"/bang/{CT27}/2025/{AREA}")
    await stack.put(reports=[confirmed("20-STC", CT27, "20", date(2025, 12, 20), "2025")])
    assert "Duyệt và chốt – Sở Tài chính tỉnh Lạng Sơn Đã chốt 20/12/2025" in await shown(stack, f"/bang/{CT27}/2025/20")


@loop
async def test_periods_side_by_side_never_join_two_units(stack: Stack) -> None:
    after = reformed.duty("06253-2025", "2025", date(2025, 12, 14))
    await stack.put(duties=[after, reformed.duty("06253")])
    page = await html(stack, f"/bao-cao/{CT27}/2025/06253")
    strip = page[page.index('aria-label="Các kỳ báo cáo"') :]
    assert f"/bao-cao/{CT27}/2024/06253" not in strip[: strip.index("</nav>")]
    reference = reformed.reference()
    assert elsewhere.absent(reference, "06253-2025", EVE) == (
        "đơn vị khác: địa giới thay đổi từ 01/07/2025",
        "another unit: the territory changed on 2025-07-01",
    )
    assert elsewhere.absent(reference, "06253-2025", D) is None
    assert elsewhere.absent(reference, "06256", D) == ("đã kết thúc ngày 30/06/2025", "ended on 2025-06-30")
    assert elsewhere.absent(reference, "20", EVE) is None


def test_a_sum_of_the_year_over_a_reform_says_that_the_unit_is_another() -> None:
    monthly = builders.many_periods()[0].model_dump(exclude_unset=True, by_alias=True)
    change = {"from": "2025-07-01", "within": AREA, "recipient": "20-STC", "legal_basis": ["NQ"]}
    plan = Regime.model_validate(monthly | {"periods": {"from": "2025-01", "to": "2025-12"}, "changes": [change]})
    plain = [regime for regime in seeds.first_regimes() if regime.id != plan.id]
    known = replace(seeds.reformed_reference(), regimes=regimes.resolve([*plain, plan]))
    at = address.named(known, plan.id, "2025-08", AREA)
    year = cumulative.year_to_date(at, {}, None)
    assert year.refusal is not None
    assert year.refusal.code == "door.cumulative_unit_differs"
    assert "đơn vị khác: địa giới thay đổi từ 01/07/2025" in year.refusal.message_vi


@loop
async def test_a_regime_that_has_ended_shows_no_later_period(stack: Stack) -> None:
    document = view("52", "2024", day=EVE) | {"_id": "kl62-binh-dinh/2024/52", "regime": "kl62-binh-dinh"}
    await stack.put(views=[document])
    page = await html(stack, "/bang/kl62-binh-dinh/2024/52")
    assert "2025" not in page[page.index("Kỳ báo cáo") : page.index("Tình hình nộp báo cáo")].replace("30/06/2025", "").replace(
        "01/07/2025", ""
    )
    assert "Chế độ kết thúc ngày 01/07/2025" in await shown(stack, "/")


@loop
async def test_deadlines_of_a_period_are_those_of_its_version(stack: Stack) -> None:
    later = [view("20"), view("184", "2024", day=EVE)]
    await stack.put(views=later)
    async with reformed.portal(stack, NEXT_YEAR) as http:
        assert (await http.get("/")).status_code == 200
        assert (await http.get(f"/bang/{CT27}/2025/20")).status_code == 200
        assert (await http.get(f"/bang/{CT27}/2024/184")).status_code == 200
