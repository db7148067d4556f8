"""A person's own account."""

from collections.abc import AsyncIterator
from datetime import date
from typing import Any

import httpx2
import pytest
import pytest_asyncio
from pyotp import TOTP

from services.portal.domain import own_roles
from shared.plumbing import mongo
from shared.shell.settings import Settings
from shared.wire import collection_names
from shared.words import credentials
from shared.words.principals import Grant
from shared.words.units import Registry
from tests import identities
from tests.portal import builders, logged_in
from tests.portal.logged_in import PASSWORD, Browser, Desk

NEW = "cánh đồng lúa chín vàng 9"


@pytest_asyncio.fixture
async def desk(settings: Settings) -> AsyncIterator[Desk]:
    async with logged_in.desk_of(settings) as made:
        yield made


async def logged_in_browser(desk: Desk, address: str = "10.0.0.1") -> Browser:
    browser = desk.browser(address)
    assert (await browser.log_in()).status_code == 303
    return browser


async def document(desk: Desk, person: str) -> dict[str, Any]:
    found = await desk.database[collection_names.PEOPLE].find_one({"_id": person})
    assert found is not None
    return dict(found)


def test_roles_are_listed_with_those_that_hold_first() -> None:
    day = date(2026, 11, 26)
    grants = [
        Grant("1", "viewer", "184", date(2026, 1, 1), date(2026, 11, 26)),
        Grant("2", "reviewer", "184", date(2026, 12, 1)),
        Grant("3", "officer", builders.COMMUNE, date(2026, 1, 1), date(2026, 11, 27)),
        Grant("4", "operator", None, date(2026, 1, 1), is_revoked=True),
    ]
    roles = own_roles.listed(grants, builders.registry(), day)

    assert [(role.name, role.state) for role in roles] == [
        ("cán bộ báo cáo", "đang hiệu lực"),
        ("cán bộ tổng hợp", "chưa đến ngày"),
        ("quản trị", "đã thu hồi"),
        ("người xem", "đã hết hiệu lực"),
    ]
    assert roles[0].unit == "Thị trấn Văn Quan"
    assert own_roles.listed(grants[:1], Registry([], []), day)[0].unit == "184"


@pytest.mark.parametrize("path", ["/tai-khoan", "/tai-khoan/ma-xac-thuc"])
async def test_the_page_is_only_for_who_is_logged_in(desk: Desk, path: str) -> None:
    assert (await desk.browser().http.get(path)).headers["location"].startswith("/dang-nhap?tiep=")


async def test_the_page_shows_roles_with_dates_and_sessions(desk: Desk) -> None:
    await desk.person(identities.grant("officer", "06253", date(2026, 1, 1), date(2027, 1, 1)))
    browser = await logged_in_browser(desk)
    await logged_in_browser(desk, "10.0.0.2")
    page = (await browser.http.get("/tai-khoan")).text

    assert "cán bộ báo cáo" in page
    assert "01/01/2026" in page
    assert "31/12/2026" in page
    assert page.count("phiên này") == 1
    assert "10.0.0.2" in page
    assert "Nguyễn Thị Thử</a>" in page
    assert 'action="/dang-xuat"' in page
    assert "/quan-tri/nguoi-dung" not in page


async def test_whoever_grants_roles_is_led_to_the_people(desk: Desk) -> None:
    await desk.person(identities.grant("operator", None))

    assert 'href="/quan-tri/nguoi-dung"' in (await (await logged_in_browser(desk)).http.get("/tai-khoan")).text


async def test_a_changed_password_ends_the_other_sessions_and_rotates_this_one(desk: Desk) -> None:
    await desk.person()
    browser, other = await logged_in_browser(desk), await logged_in_browser(desk, "10.0.0.2")
    before = browser.secret
    answer = await browser.http.post("/tai-khoan/mat-khau", data={"current": PASSWORD, "new": NEW, "again": NEW})

    assert answer.headers["location"] == "/tai-khoan?da=mat-khau"
    assert browser.secret != before
    assert await browser.is_logged_in()
    assert not await other.is_logged_in()
    assert (await desk.browser().log_in()).status_code == 401
    assert (await desk.browser().log_in(password=NEW)).status_code == 303
    assert (await browser.http.get("/tai-khoan")).text.count("Kết thúc</button>") == 1


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ({"current": "sai", "new": NEW, "again": NEW}, "identity.wrong_password"),
        ({"current": PASSWORD, "new": NEW, "again": NEW + "x"}, "identity.passwords_differ"),
        ({"current": PASSWORD, "new": PASSWORD, "again": PASSWORD}, "identity.same_password"),
        ({"current": PASSWORD, "new": "password1234", "again": "password1234"}, "password.common"),
    ],
)
async def test_a_password_is_not_changed(desk: Desk, typed: dict[str, str], code: str) -> None:
    await desk.person()
    browser = await logged_in_browser(desk)
    answer = await browser.http.post("/tai-khoan/mat-khau", data=typed)

    assert (answer.status_code, code in answer.text) == (422, True)
    assert NEW not in answer.text
    assert (await desk.browser().log_in()).status_code == 303


async def test_guesses_of_the_present_password_are_delayed(desk: Desk) -> None:
    await desk.person()
    browser = await logged_in_browser(desk)
    answers = [await browser.http.post("/tai-khoan/mat-khau", data={"current": "sai"}) for _ in range(7)]

    assert [answer.status_code for answer in answers] == [422] * 6 + [429]
    assert answers[-1].headers["retry-after"] == "1"


async def enabled(desk: Desk, browser: Browser, **typed: str) -> httpx2.Response:
    page = await browser.http.get("/tai-khoan/ma-xac-thuc")
    secret = page.text.split("<code>")[1].split("</code>")[0].replace(" ", "")
    return await browser.submit(page, **({"code": TOTP(secret).at(desk.clock.now), "current": PASSWORD} | typed))


async def test_codes_are_switched_on_and_off(desk: Desk) -> None:
    person = await desk.person()
    browser, other = await logged_in_browser(desk), await logged_in_browser(desk, "10.0.0.2")

    assert (await enabled(desk, browser)).headers["location"] == "/tai-khoan?da=ma-bat"
    assert await browser.is_logged_in()
    assert not await other.is_logged_in()
    assert (await desk.browser().log_in()).status_code == 200
    off = await browser.http.post("/tai-khoan/ma-xac-thuc/tat", data={"current": PASSWORD})
    assert off.headers["location"] == "/tai-khoan?da=ma-tat"
    assert (await document(desk, person))["totp"] is None
    assert (await desk.browser().log_in()).status_code == 303
    assert {"totp.enabled", "totp.disabled"} <= {entry[1] for entry in await desk.entries()}


@pytest.mark.parametrize("typed", [{"code": "12345"}, {"current": "sai"}, {"current": ""}])
async def test_codes_are_not_switched_on_without_code_and_password(desk: Desk, typed: dict[str, str]) -> None:
    person = await desk.person()

    assert (await enabled(desk, await logged_in_browser(desk), **typed)).status_code == 422
    assert (await document(desk, person))["totp"] is None


async def test_codes_are_not_set_up_with_somebody_elses_page(desk: Desk) -> None:
    await desk.person()
    hoa = await desk.person(login="hoa")
    page = await (await logged_in_browser(desk)).http.get("/tai-khoan/ma-xac-thuc")
    browser = desk.browser()
    await browser.log_in("hoa")
    secret = page.text.split("<code>")[1].split("</code>")[0].replace(" ", "")
    await browser.submit(page, code=TOTP(secret).at(desk.clock.now), current=PASSWORD)

    assert (await document(desk, hoa))["totp"] is None


async def test_required_codes_stay_on(settings: Settings) -> None:
    client = mongo.connect(settings.mongo_url)
    desk = logged_in.desk(client[settings.database], codes_required=True)
    person = await desk.person()
    browser = await logged_in_browser(desk)
    await enabled(desk, browser)
    await desk.database[collection_names.PEOPLE].update_one({"_id": person}, {"$set": {"grants": [identities.grant("operator", None)]}})
    answer = await browser.http.post("/tai-khoan/ma-xac-thuc/tat", data={"current": PASSWORD})

    assert (answer.status_code, "identity.codes_required" in answer.text) == (422, True)
    assert (await document(desk, person))["totp"] is not None
    await mongo.close(client)


async def test_one_session_or_all_others_can_be_ended(desk: Desk) -> None:
    await desk.person()
    browser, second, third = [await logged_in_browser(desk, address) for address in ("10.0.0.1", "10.0.0.2", "10.0.0.3")]
    await browser.http.post("/tai-khoan/phien", data={"session": credentials.verifier(second.secret or "")})

    assert [await one.is_logged_in() for one in (browser, second, third)] == [True, False, True]
    await logged_in_browser(desk, "10.0.0.4")
    await browser.http.post("/tai-khoan/phien")
    assert [await one.is_logged_in() for one in (browser, second, third)] == [True, False, False]


async def test_nobody_ends_somebody_elses_session(desk: Desk) -> None:
    await desk.person()
    await desk.person(login="hoa")
    browser, hoa = await logged_in_browser(desk), desk.browser()
    await hoa.log_in("hoa")
    await hoa.http.post("/tai-khoan/phien", data={"session": credentials.verifier(browser.secret or "")})

    assert await browser.is_logged_in()


async def test_a_calendar_address_is_shown_renewed_and_revoked(desk: Desk) -> None:
    person = await desk.person()
    browser = await logged_in_browser(desk)

    async def address() -> str | None:
        shown = (await browser.http.get("/tai-khoan")).text
        return shown.split("/lich/")[1].split(".ics")[0] if "/lich/" in shown.split("<code>")[-1] else None

    assert await address() is None
    await browser.http.post("/tai-khoan/lich", data={"viec": "doi"})
    first = await address()
    await browser.http.post("/tai-khoan/lich", data={"viec": "doi"})
    second = await address()
    assert first is not None
    assert second is not None
    assert len({first, second}) == 2
    assert len(second) == 43
    assert await desk.accounts.calendars.person(first) is None
    owner = await desk.accounts.calendars.person(second)
    assert owner is not None
    assert owner.id == person
    assert second not in str(await document(desk, person))
    await browser.http.post("/tai-khoan/lich", data={"viec": "thu-hoi"})
    assert await address() is None
    assert await desk.accounts.calendars.person(second) is None
    await browser.http.post("/tai-khoan/lich", data={"viec": "doi"})
    assert await address() not in (first, second, None)
    actions = [entry[1] for entry in await desk.entries()]
    assert (actions.count("calendar.renewed"), actions.count("calendar.revoked")) == (3, 1)


async def test_an_address_made_with_another_secret_key_is_not_shown_as_if_it_worked(desk: Desk) -> None:
    person = await desk.person()
    await desk.accounts.calendars.renew(person)
    await desk.database[collection_names.PEOPLE].update_one({"_id": person}, {"$set": {"calendar_hash": credentials.verifier("x" * 43)}})

    assert await desk.accounts.calendars.address(person) is None


@pytest.mark.parametrize(
    "path", ["/tai-khoan/mat-khau", "/tai-khoan/ma-xac-thuc", "/tai-khoan/ma-xac-thuc/tat", "/tai-khoan/phien", "/tai-khoan/lich"]
)
async def test_forms_from_elsewhere_are_refused(desk: Desk, path: str) -> None:
    await desk.person()
    browser = await logged_in_browser(desk)

    assert (await browser.http.post(path, headers={"Sec-Fetch-Site": "same-site"})).status_code == 403
