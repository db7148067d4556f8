"""axe-core finds no violation of WCAG or of its good practices on any page, in each of the page's states."""

import importlib.util
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Page

from services.portal.web import duties as duty_pages
from shared.wire import events
from shared.words.principals import Role
from tests import identities
from tests.portal import builders, years
from tests.portal.builders import AFTER, CT27, MONTHLY, report
from tests.portal.conftest import Stack, empty
from tests.portal.test_duty_pages import a_bit_of_all
from tests.portal.test_duty_periods import year_of_duties
from tests.portal.test_strip_pages import many_views, present

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

PACKAGE = importlib.util.find_spec("axe_playwright_python")
AXE = (Path((PACKAGE and PACKAGE.origin) or "").parent / "axe.min.js").read_text(encoding="utf-8")  # only this file of the package
PATHS = [
    "/",
    "/tong-quan?unit=184",
    "/viec-cua-toi",
    "/nghia-vu",
    f"/nghia-vu/{CT27}/2024/06277",
    "/nghia-vu?state=overdue&unit=184&q=xa&sort=han",
    "/nghia-vu?unit=99999",
    "/nghia-vu?unit=$ne",
    f"/bang/{CT27}/2024/184",
    f"/bang/{CT27}/2024/20",
    f"/bang/{CT27}/2024/184/chua-nop",
    "/bang/nq68-quang-binh/2024/450",
    f"/bao-cao/{CT27}/2024/06253",
    f"/bao-cao/{CT27}/2024/06256",
    f"/bao-cao/{CT27}/2024/06268",
    f"/bao-cao/{CT27}/2024/06277",
    f"/giai-trinh/{CT27}/2024/184/gd_ngay_cong",
    f"/giai-trinh/{CT27}/2024/184/nv_tien_do",
    f"/thuyet-minh/{CT27}/2024/184",
    *(f"/{kind}/{MONTHLY}/{present(MONTHLY)}/{unit}" for kind, unit in (("bang", "184"), ("bao-cao", "06253"), ("thuyet-minh", "184"))),
    f"/nghia-vu?regime={MONTHLY}",
    f"/nghia-vu?regime={MONTHLY}&period={present(MONTHLY)}",
    f"/bang/{years.MONTHLY}/2026-02/184",
    f"/giai-trinh/{years.MONTHLY}/2026-02/184/thu",
    "/tim?q=xa",
    "/che-do",
    f"/che-do/{CT27}",
    "/tim?q=",
    "/api",
    "/khong-co",
]


def faults(found: dict[str, Any]) -> list[str]:
    return [f"{one['id']}: {one['help']}: {node['html'][:200]}" for one in found["violations"] for node in one["nodes"]]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def filled(running: Stack) -> AsyncIterator[Stack]:
    """Reports of every state: on time, late, returned, withdrawn, missing; duties of every state, on more pages than one."""
    await empty(running)
    ahead = datetime.now(UTC) + timedelta(days=9)
    returned = report(events.RETURNED, unit="06256", sender="184-TCKH", at=AFTER, reason="Sai số thôn", fix_by="2024-12-28")
    withdrawn = report(events.WITHDRAWN, unit="06268", revision=2, at=AFTER)
    confirmed = report(events.CONFIRMED, unit="450", regime="nq68-quang-binh", revision=0, view_hash="1" * 64)
    views = [builders.view(), builders.view(period="2025"), builders.view("20"), builders.view("450", regime="nq68-quang-binh")]
    views += years.views([years.submitted("06253", 1, "2026-02", thu="12.50")])
    duties = a_bit_of_all() + [builders.duty(_id=f"{CT27}/2024/x{number}", deadline=ahead) for number in range(3)]
    views += many_views()
    duties += year_of_duties()
    await running.put(views=views, reports=[*builders.season(), returned, withdrawn, confirmed], duties=duties)
    await identities.put_key(running.database, "06253")
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(duty_pages, "PAGE", 6)
        yield running
    await running.database["credentials"].delete_many({})


RUN = """(rules) => axe.run({ rules, resultTypes: ["violations"], elementRef: false })"""
OPEN = """document.querySelectorAll('details').forEach((one, at, all) => { one.open = at < 15 || at >= all.length - 5; })"""
"""Opens the folded parts. The description of the API has some hundred of two kinds, made alike: examining all of them takes minutes."""


async def faults_in_each_state(page: Page) -> list[str]:
    """What axe finds on the open page, on a wide and a narrow screen, light, dark and in forced colours, and what is too wide. A wide
    screen at 200 % is as narrow as half of it. Rules about colours have no meaning while the system forces its own.
    """
    await page.evaluate(OPEN)
    await page.evaluate(AXE)
    found = []
    for width, scheme, forced in ((1280, "light", "none"), (360, "dark", "none"), (640, "light", "active")):
        await page.set_viewport_size({"width": width, "height": 900})
        await page.emulate_media(color_scheme=scheme, forced_colors=forced)  # type: ignore[arg-type]
        rules = {"target-size": {"enabled": True}, "color-contrast": {"enabled": forced == "none"}}
        where = f"{width} {scheme} {forced}"
        found += [f"{where}: {fault}" for fault in faults(await page.evaluate(RUN, rules))]
        wide = await page.evaluate("document.documentElement.scrollWidth")
        found += [f"{where}: {wide} pixels wide"] if wide > width else []
    return found


@pytest.mark.parametrize("path", PATHS)
async def test_a_page_breaks_no_rule_of_accessibility(filled: Stack, page: Page, path: str) -> None:
    await page.goto(filled.url + path)
    assert await faults_in_each_state(page) == []


WALK = """() => {
    const one = document.activeElement, box = one.getBoundingClientRect(), style = getComputedStyle(one);
    const isSeen = box.bottom > 0 && box.top < innerHeight && style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
    return [one.tagName, isSeen, [...document.querySelectorAll("*")].indexOf(one), one.outerHTML.slice(0, 120)];
}"""


@pytest.mark.parametrize("path", ["/nghia-vu", f"/bang/{CT27}/2024/184"])
async def test_the_keyboard_walks_through_a_page_in_its_order_and_the_focus_is_always_seen(filled: Stack, page: Page, path: str) -> None:
    await page.goto(filled.url + path)
    walked = []
    for _ in range(60):
        await page.keyboard.press("Tab")
        tag, is_seen, place, html = await page.evaluate(WALK)
        if tag == "BODY":
            break
        assert is_seen, html
        walked.append(place)
    assert len(walked) > 15
    assert walked == sorted(walked)


@pytest.mark.parametrize(
    ("role", "unit", "path"),
    [
        ("officer", "06277", "/viec-cua-toi"),
        ("reviewer", "184", "/viec-cua-toi"),
        ("operator", None, "/quan-tri/tinh-trang"),
        ("operator", None, "/quan-tri/khoa"),
        ("operator", None, "/quan-tri/nhat-ky"),
    ],
    ids=["officer", "reviewer", "state", "keys", "audit"],
)
async def test_pages_by_role_break_no_rule(filled: Stack, page: Page, role: Role, unit: str | None, path: str) -> None:
    secret = await identities.session_with(filled.database, identities.grant(role, unit))
    await page.context.add_cookies([{"name": identities.COOKIE, "value": secret, "domain": "127.0.0.1", "path": "/"}])
    await page.goto(filled.url + path)
    assert await faults_in_each_state(page) == []
