"""The pages of regimes: what is reported to whom, by when, and with which codes."""

import json
import re
from datetime import date
from functools import cache
from html import unescape

import pytest

from services.portal.domain import regime_page
from services.portal.domain.refused import Refused
from services.portal.domain.regime_page import RegimePage
from services.portal.render import look
from shared.words.reference import Reference
from tests import seeds
from tests.portal import builders
from tests.portal.conftest import Stack
from tests.portal.test_pages import Links, text_of
from tests.portal.test_work_pages import shown_to

CT27 = "ct27-van-quan"
ON_CALL = "kl62-binh-dinh"
TODAY = date(2026, 11, 26)
BEFORE = date(2024, 12, 5)
REGIMES = sorted(regime.id for regime in seeds.changing_regimes())


@cache
def known() -> Reference:
    return seeds.reformed_reference()


def read(regime: str = CT27, period: str | None = None, today: date = TODAY) -> RegimePage:
    return regime_page.read(known(), regime, period, today)


def rendered(page: RegimePage) -> str:
    return bytes(look.page("regime.html", {"it": page, "offers": []}).body).decode()


@pytest.mark.parametrize("today", [BEFORE, TODAY])
@pytest.mark.parametrize("regime", REGIMES)
def test_each_regime_has_a_page_with_every_code(regime: str, today: date) -> None:
    page = read(regime, today=today)
    html = rendered(page)
    codes = {*page.regime.by_code, *page.regime.narratives, *(code for row in page.regime.indicators for code in row.options)}
    assert [code for code in codes if f'<span class="code">{code}</span>' not in html] == []
    assert all(basis in unescape(html) for basis in page.regime.legal_basis)
    assert all(rule.message_vi in unescape(html) for rule in page.regime.rules)
    links = Links()
    links.feed(html)
    assert links.inline == []
    assert all(address.startswith(("/", "#")) and not address.startswith("//") for address in links.addresses)
    ids = re.findall(r'id="([^"]+)"', html)
    assert len(ids) == len(set(ids))


def test_the_page_says_who_reports_by_when_in_this_period_and_the_next() -> None:
    text = text_of(rendered(read(period="2026")))
    assert "Sở Tài chính tỉnh Lạng Sơn" in text
    assert "trước ngày 20/12" in text
    assert "trước ngày 20/12/2026" in text
    assert "trước ngày 20/12/2027" in text
    assert "Chốt bảng tổng hợp: cơ quan nhận báo cáo" in text
    assert "năm báo cáo (15/12 năm trước – 14/12)" in text


def test_a_period_has_the_version_of_its_day() -> None:
    then, now = read(period="2024"), read(period="2026")
    assert (then.regime.recipient, now.regime.recipient) == ("184-TCKH", "20-STC")
    assert then.regime.legal_basis != now.regime.legal_basis


def test_kinds_are_in_words() -> None:
    said = {row.indicator.code: row.kind for _, rows in read().sections for row in rows}
    assert said["gd_ngay_cong"] == "số nguyên, từ 0"
    assert said["gd_tien_tai_tro"].startswith("số, tối đa 3 chữ số sau dấu thập phân")
    assert "tử số không lớn hơn mẫu số" in said["vh_nha_van_hoa_thon"]
    assert said["vh_nha_van_hoa_xa"] == "có hoặc không"


def test_the_example_is_an_event_of_a_unit_that_reports() -> None:
    page = read(period="2026")
    found = re.search(r'aria-label="Ví dụ sự kiện báo cáo"><code>(.+?)</code>', rendered(page), re.DOTALL)
    assert found is not None
    example = json.loads(unescape(found[1]))
    assert example == page.example
    unit = example["source"].removeprefix("/units/")
    assert known().registry.ids[unit][-1].code == example["data"]["unit"]
    assert page.version.groups[unit]


def test_a_derived_regime_leads_to_its_source_and_is_not_sent() -> None:
    html = rendered(read("vhtt-van-quan"))
    assert f'<a href="/che-do/{CT27}">' in html
    assert "Gửi bằng phần mềm" not in html


def test_a_regime_that_has_ended_has_a_page_and_is_listed_last() -> None:
    assert "Kết thúc" in rendered(read("kl62-binh-dinh"))
    listed = regime_page.list_all(known(), TODAY)
    assert [one.has_ended for one in listed] == sorted(one.has_ended for one in listed)
    assert {one.regime.id for one in listed} == set(REGIMES)


@pytest.mark.parametrize(
    ("regime", "period"),
    [("no-such", None), (CT27, "2031"), (CT27, "2024-Q1"), (CT27, ""), (CT27, "２０２４"), (CT27, "x" * 5000), (CT27, "\x00")],
)
def test_what_does_not_exist_is_refused(regime: str, period: str | None) -> None:
    with pytest.raises(Refused):
        read(regime, period)


@pytest.mark.asyncio(loop_scope="session")
async def test_pages_link_to_the_regimes(stack: Stack) -> None:
    index = (await stack.http.get("/")).text
    assert f'<a href="/che-do/{CT27}">' in index
    assert '<a href="/che-do">' in index
    recipient = next(regime.recipient for regime in seeds.first_regimes() if regime.id == ON_CALL)
    assert f'<a class="act" href="/che-do/{ON_CALL}/mo-ky">' in (await shown_to(stack, "reviewer", recipient, f"/che-do/{ON_CALL}")).text
    assert "/mo-ky" not in (await shown_to(stack, "reviewer", "184", f"/che-do/{ON_CALL}")).text
    assert "/mo-ky" not in (await shown_to(stack, "reviewer", builders.regime().recipient, f"/che-do/{CT27}")).text
    for path, status in (
        ("/che-do", 200),
        (f"/che-do/{CT27}", 200),
        (f"/che-do/{CT27}?period=2024", 200),
        (f"/che-do/{CT27}?period=2031", 404),
        (f"/che-do/{CT27}?period=%00", 400),
        (f"/che-do/{CT27}?period={'9' * 5000}", 400),
        ("/che-do/no-such", 404),
        ("/che-do/A_B", 400),
        ("/che-do/" + "a" * 5000, 400),
    ):
        answer = await stack.http.get(path)
        assert answer.status_code == status, path
        assert '<html lang="vi">' in answer.text
