"""Pages of regimes with many periods a year, on real servers."""

import re
from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import Any

import pytest

from services.portal.domain import present_period
from shared.words import regime_versions, vietnamese
from shared.words.calendar import COMMON
from tests.portal import builders
from tests.portal.builders import COMMUNE, DISTRICT, MONTHLY, QUARTERLY
from tests.portal.conftest import Stack
from tests.portal.test_pages import page, text_of

pytestmark = pytest.mark.asyncio(loop_scope="session")

NOW = datetime.now(UTC)


def begun(regime_id: str) -> list[str]:
    return [period.code for period in regime_versions.periods_of(builders.regime(regime_id)) if period.has_begun(NOW)]


def present(regime_id: str) -> str:
    """With views that are not complete."""
    regime = builders.regime(regime_id)
    listed = regime_versions.periods_of(regime)
    found = present_period.present(listed, present_period.due_of(regime, regime.reporters, listed, COMMON), (), NOW)
    assert found is not None
    return found.code


def views(regime_id: str, unit_id: str = DISTRICT, **changes: Any) -> list[dict[str, Any]]:
    return [
        builders.view(unit_id, regime="ct27-van-quan", period=code, **changes) | of(regime_id, code, unit_id) for code in begun(regime_id)
    ]


def many_views() -> list[dict[str, Any]]:
    """The views of all periods of the monthly and the quarterly regime: complete, not complete, and without any report."""
    made = [*views(MONTHLY), *views(QUARTERLY)]
    for place, view in enumerate(made):
        received = (22, 18, 0)[place % 3]
        view["reporting"] = view["reporting"] | {"received": received, "on_time": received, "late": 0, "expected": 22}
    return made


def of(regime_id: str, code: str, unit_id: str) -> dict[str, Any]:
    return {"_id": f"{regime_id}/{code}/{unit_id}", "regime": regime_id}


def duties(regime_id: str) -> list[dict[str, Any]]:
    return [builders.duty(_id=f"{regime_id}/{code}/{COMMUNE}", regime=regime_id, period=code) for code in begun(regime_id)]


class Cells(HTMLParser):
    """Links and current cells of the strips of a page, and how deep in closed `details` each link is."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.links: dict[str, int] = {}
        self.current: list[tuple[str | None, str | None]] = []
        self._closed = 0
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        self._closed += tag == "details" and "open" not in named
        if tag == "a" and named.get("href"):
            address = str(named["href"])
            self.links[address] = min(self._closed, self.links.get(address, self._closed))
        if "aria-current" in named:
            self.current.append((named["aria-current"], named.get("href")))

    def handle_endtag(self, tag: str) -> None:
        self._closed -= tag == "details" and self._closed > 0


async def test_every_period_is_two_clicks_from_the_first_page_at_most(stack: Stack) -> None:
    await stack.put(views=[*views(MONTHLY), *views(QUARTERLY)])
    links = Cells(await page(stack, "/")).links
    for regime_id in (MONTHLY, QUARTERLY):
        for code in begun(regime_id):
            address = f"/bang/{regime_id}/{code}/{DISTRICT}"
            assert links[address] + 1 <= 2, address
            await page(stack, address)


async def test_the_first_page_begins_with_the_present_period(stack: Stack) -> None:
    await stack.put(views=views(MONTHLY))
    html = await page(stack, "/")
    article = html.partition(f'id="r-{MONTHLY}"')[2].partition("</article>")[0]
    code = present(MONTHLY)
    assert text_of(article.partition('<tbody role="rowgroup">')[2]).strip().startswith(vietnamese.period_name(code))
    assert ("date", f"/bang/{MONTHLY}/{code}/{DISTRICT}") in Cells(article).current
    assert article.count("kỳ hiện tại") == 1
    years = [f"Năm {year}" for year in (NOW.year, NOW.year + 1, NOW.year - 1)]
    assert re.findall(r"<h3>(Năm \d{4})</h3>", article)[0] == f"Năm {code[:4]}"
    assert sorted(re.findall(r"<h3>(Năm \d{4})</h3>", article)) == sorted(years)
    assert article.count('<li class="is-') == 36


async def test_a_regime_with_one_period_a_year_has_no_strip(stack: Stack) -> None:
    await stack.put(views=[builders.view()])
    html = await page(stack, "/")
    article = html.partition('id="r-ct27-van-quan"')[2].partition("</article>")[0]
    assert "13/22" in article
    assert "<nav" not in article


async def test_a_period_that_has_not_begun_is_named_but_leads_nowhere(stack: Stack) -> None:
    await stack.put(views=views(MONTHLY))
    html = await page(stack, "/")
    ahead = [period.code for period in regime_versions.periods_of(builders.regime(MONTHLY)) if not period.has_begun(NOW)]
    assert ahead
    assert html.count("chưa đến kỳ") >= len(ahead)
    assert not any(f"/{code}/" in address for address in Cells(html).links for code in ahead if MONTHLY in address)


async def queries(stack: Stack, path: str) -> int:
    """How many operations the database carries out for a page, without those on reference data."""
    await stack.database["system.profile"].drop()
    await stack.database.command("profile", 2)
    await page(stack, path)
    await stack.database.command("profile", 0)
    named = [f"{stack.database.name}.{collection}" for collection in ("views", "reports", "duties")]
    return await stack.database["system.profile"].count_documents({"ns": {"$in": named}})


@pytest.mark.parametrize(
    "path", ["/", f"/bang/{MONTHLY}/{present(MONTHLY)}/{DISTRICT}", f"/bao-cao/{MONTHLY}/{present(MONTHLY)}/{COMMUNE}"]
)
async def test_the_number_of_queries_does_not_grow_with_periods(stack: Stack, path: str) -> None:
    made, at = [*views(MONTHLY), *views(QUARTERLY)], (present(MONTHLY), present(QUARTERLY))
    await stack.put(views=[view for view in made if view["period"] in at], duties=duties(MONTHLY)[-1:])
    few = await queries(stack, path)
    await stack.put(views=[view for view in made if view["period"] not in at], duties=duties(MONTHLY)[:-1])
    assert await queries(stack, path) == few > 0


@pytest.mark.parametrize("kind", ["bang", "bao-cao", "thuyet-minh"])
async def test_a_page_of_a_period_leads_to_the_others_of_the_same_unit(stack: Stack, kind: str) -> None:
    unit = COMMUNE if kind == "bao-cao" else DISTRICT
    await stack.put(views=views(MONTHLY), duties=duties(MONTHLY))
    code = f"{NOW.year}-05"
    html = await page(stack, f"/{kind}/{MONTHLY}/{code}/{unit}")
    nav = html.partition('<nav class="year"')[2].partition("</nav>")[0]
    found = Cells(nav)
    for other in begun(MONTHLY):
        assert (f"/{kind}/{MONTHLY}/{other}/{unit}" in found.links) == (other[:4] == code[:4] or other[4:] == code[4:])
    assert found.current == [("page", f"/{kind}/{MONTHLY}/{code}/{unit}")]
    assert f'rel="prev" href="/{kind}/{MONTHLY}/{NOW.year}-04/{unit}"' in nav
    assert f'rel="next" href="/{kind}/{MONTHLY}/{NOW.year}-06/{unit}"' in nav
    assert f"tháng 4 năm {NOW.year}" in text_of(nav)


@pytest.mark.stores
async def test_the_narratives_of_a_single_reporter_lead_to_its_own(stack: Stack) -> None:
    await stack.put(duties=duties(MONTHLY))
    html = await page(stack, f"/thuyet-minh/{MONTHLY}/{NOW.year}-05/{COMMUNE}")
    assert f"/thuyet-minh/{MONTHLY}/{NOW.year}-06/{COMMUNE}" in Cells(html).links


async def test_the_strip_follows_the_unit_not_its_code(stack: Stack) -> None:
    """The unit had another code in an earlier period; another unit has its code now."""
    old, *rest = views(MONTHLY)
    old["unit"] = old["unit"] | {"code": "old-184"}
    other = views(MONTHLY, "450")[1]
    other["unit"] = other["unit"] | {"code": DISTRICT}
    await stack.put(views=[old, *rest[1:], other])
    html = await page(stack, f"/bang/{MONTHLY}/{NOW.year - 1}-05/{DISTRICT}")
    links = Cells(html).links
    assert f"/bang/{MONTHLY}/{NOW.year - 1}-01/old-184" in links
    assert f"/bang/{MONTHLY}/{NOW.year - 1}-02/{DISTRICT}" not in links


@pytest.mark.stores
async def test_a_view_that_cannot_be_read_leaves_the_others(stack: Stack) -> None:
    broken, *rest = views(MONTHLY)
    await stack.put(views=[{**broken, "reporting": "?"}, *rest])
    html = await page(stack, "/")
    assert f"/bang/{MONTHLY}/{begun(MONTHLY)[1]}/{DISTRICT}" in html
    assert f"/bang/{MONTHLY}/{begun(MONTHLY)[0]}/{DISTRICT}" not in html


@pytest.mark.parametrize(
    "code", ["2026-13", "2026-00", "2026-M8", "2026-Q5", "2026-H3", "1999-05", "2026-5", "2026-05/..", "20260-5", "2026-Q٣"]
)
@pytest.mark.parametrize("kind", ["bang", "bao-cao", "thuyet-minh"])
async def test_an_address_with_a_period_that_cannot_be_is_refused_with_a_page(stack: Stack, kind: str, code: str) -> None:
    answer = await stack.http.get(f"/{kind}/{MONTHLY}/{code}/{DISTRICT}")
    assert answer.status_code in (400, 404)
    assert "<h1" in answer.text
    assert "Traceback" not in answer.text


async def test_a_period_of_another_length_is_not_a_period_of_the_regime(stack: Stack) -> None:
    for code in (f"{NOW.year}-Q1", f"{NOW.year}", f"{NOW.year}-M9", f"{NOW.year + 2}-01"):
        shown = await page(stack, f"/bang/{MONTHLY}/{code}/{DISTRICT}", 404)
        assert f"không có kỳ “{code}”" in shown


async def test_a_refusal_names_a_few_of_many_periods(stack: Stack) -> None:
    shown = await page(stack, f"/bang/{MONTHLY}/2031-01/{DISTRICT}", 404)
    year = NOW.year - 1
    assert f"Các kỳ: {year}-01, {year}-02, {year}-03, {year}-04, {year}-05, …, {year + 2}-12." in shown


async def test_titles_name_the_period(stack: Stack) -> None:
    await stack.put(views=views(MONTHLY), duties=duties(MONTHLY))
    at = f"{MONTHLY}/{NOW.year}-05"
    paths = [
        f"/bang/{at}/{DISTRICT}",
        f"/bao-cao/{at}/{COMMUNE}",
        f"/thuyet-minh/{at}/{DISTRICT}",
        f"/giai-trinh/{at}/{DISTRICT}/ho_thoat_ngheo",
    ]
    for path in paths:
        title = (await page(stack, path)).partition("<title>")[2].partition("</title>")[0]
        assert f"tháng 5 năm {NOW.year}" in title, path


CODE = re.compile(r"\b20\d\d-(H[12]|M9|Q[1-4]|0[1-9]|1[0-2])\b")


@pytest.mark.stores
async def test_no_page_shows_people_the_code_of_a_period(stack: Stack) -> None:
    await stack.put(views=[*views(MONTHLY), *views(QUARTERLY)], duties=[*duties(MONTHLY), *duties(QUARTERLY)])
    at = f"{MONTHLY}/{present(MONTHLY)}"
    paths = ["/", "/nghia-vu", f"/nghia-vu?unit={COMMUNE}&year={NOW.year}", f"/bang/{at}/{DISTRICT}", f"/bao-cao/{at}/{COMMUNE}"]
    for path in [*paths, f"/thuyet-minh/{at}/{DISTRICT}", f"/giai-trinh/{at}/{DISTRICT}/ho_thoat_ngheo", "/tim?q=van"]:
        assert CODE.search(text_of(await page(stack, path))) is None, path
