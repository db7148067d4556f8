"""Login and logout."""

from collections.abc import AsyncIterator
from datetime import date, timedelta
from typing import Any

import pytest
import pytest_asyncio
from pyotp import TOTP

from shared.plumbing import password_hashes
from shared.shell.settings import Settings
from shared.wire import collection_names
from tests import identities
from tests.portal import logged_in
from tests.portal.logged_in import PASSWORD, Desk

OTHER_PASSWORD = "cánh đồng lúa chín vàng 9"
SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"


@pytest_asyncio.fixture
async def desk(settings: Settings) -> AsyncIterator[Desk]:
    async with logged_in.desk_of(settings) as made:
        yield made


@pytest_asyncio.fixture
async def strict(settings: Settings) -> AsyncIterator[Desk]:
    async with logged_in.desk_of(settings, codes_required=True) as made:
        yield made


def code_at(desk: Desk, secret: str = SECRET) -> str:
    return TOTP(secret).at(desk.clock.now)


async def with_codes(desk: Desk, **fields: Any) -> str:
    sealed = desk.accounts.seals.seal("code", SECRET, desk.clock.now)
    return await desk.person(identities.grant("reviewer", "184"), totp=sealed, **fields)


async def test_the_right_password_begins_a_session_and_leads_back(desk: Desk) -> None:
    person, browser = await desk.person(), desk.browser()
    answer = await browser.log_in()

    assert (answer.status_code, answer.headers["location"]) == (303, "/bang/x")
    assert await browser.is_logged_in()
    assert await desk.entries() == [(f"people/{person}", "login.succeeded", f"people/{person}")]


async def test_the_login_is_taken_in_any_case_and_form(desk: Desk) -> None:
    await desk.person(login="lê.hà@xa")

    assert (await desk.browser().log_in(" Lê.HÀ@xa ")).status_code == 303


@pytest.mark.parametrize(
    ("scheme", "cookie", "secure"), [("http", "tonghop-session", False), ("https", "__Host-tonghop", True)], ids=["http", "https"]
)
async def test_the_cookie_of_a_session(desk: Desk, scheme: str, cookie: str, secure: bool) -> None:
    await desk.person()
    answer = await desk.browser(scheme=scheme).log_in()
    cookies = {text.partition("=")[0]: text for text in answer.headers.get_list("set-cookie")}
    attributes = {attribute.strip().lower() for attribute in cookies[cookie].split(";")[1:]}

    assert attributes == {"httponly", "path=/", "samesite=lax"} | ({"secure"} if secure else set())
    assert len(cookies[cookie].split(";")[0].split("=")[1]) == 43
    assert len(cookies) == 2
    assert all("httponly" in text.lower() for text in cookies.values())
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(("login", "password"), [("lan", "sai"), ("nobody", PASSWORD), ("revoked", PASSWORD), ("provider", ""), ("", "")])
async def test_what_is_wrong_is_not_said_and_costs_one_hash(desk: Desk, monkeypatch: pytest.MonkeyPatch, login: str, password: str) -> None:
    await desk.person()
    await desk.person(login="revoked", revoked_at=desk.clock.now)
    await desk.person(login="provider", password=None)
    verified: list[str] = []

    class Counting:
        """Counts the hashes that are computed."""

        def __getattr__(self, name: str) -> Any:
            if name == "verify":
                verified.append(name)
            return getattr(hasher, name)

    hasher = password_hashes.HASHER
    monkeypatch.setattr(password_hashes, "HASHER", Counting())
    browser = desk.browser()
    answer = await browser.log_in(login, password)

    assert answer.status_code == 401
    assert answer.text.count("identity.login_failed") == 1
    assert browser.secret is None
    assert verified == ["verify"]
    assert [entry[1] for entry in await desk.entries()] == ["login.refused"]


async def test_a_refused_login_is_one_page_but_for_what_was_typed(desk: Desk) -> None:
    await desk.person(login="nguyen-lan")
    wrong, unknown = [(await desk.browser().log_in(login, "sai")).text for login in ("nguyen-lan", "nguyen-hoa")]

    assert wrong.replace("nguyen-lan", "nguyen-hoa") == unknown


async def test_a_cookie_from_before_is_not_the_session(desk: Desk) -> None:
    await desk.person()
    browser = desk.browser()
    browser.http.cookies.set("tonghop-session", "a" * 43)
    answer = await browser.log_in()

    assert answer.status_code == 303
    planted = desk.browser()
    planted.http.cookies.set("tonghop-session", "a" * 43)
    assert not await planted.is_logged_in()


async def test_a_second_login_ends_the_session_that_was_there(desk: Desk) -> None:
    await desk.person()
    browser = desk.browser()
    await browser.log_in()
    first = browser.secret
    await browser.log_in()
    stolen = desk.browser()
    stolen.http.cookies.set("tonghop-session", first or "")

    assert browser.secret != first
    assert await browser.is_logged_in()
    assert not await stolen.is_logged_in()


async def test_a_logged_out_cookie_opens_nothing(desk: Desk) -> None:
    person, browser = await desk.person(), desk.browser()
    await browser.log_in()
    secret = browser.secret or ""
    answer = await browser.http.post("/dang-xuat")
    replayed = desk.browser()
    replayed.http.cookies.set("tonghop-session", secret)

    assert (answer.status_code, answer.headers["location"]) == (303, "/dang-nhap")
    assert answer.headers["clear-site-data"] == '"cookies", "storage"'
    assert browser.secret is None
    assert not await replayed.is_logged_in()
    assert (await desk.entries())[-1] == (f"people/{person}", "logout.completed", f"people/{person}")


async def test_two_tabs_share_a_session_and_its_end(desk: Desk) -> None:
    await desk.person()
    first, second = desk.browser(), desk.browser()
    await first.log_in()
    second.http.cookies = first.http.cookies

    assert await second.is_logged_in()
    await first.http.post("/dang-xuat")
    assert not await second.is_logged_in()


async def test_a_logout_from_elsewhere_is_refused(desk: Desk) -> None:
    await desk.person()
    browser = desk.browser()
    await browser.log_in()
    answer = await browser.http.post("/dang-xuat", headers={"Sec-Fetch-Site": "cross-site"})

    assert answer.status_code == 403
    assert await browser.is_logged_in()


async def test_what_a_session_gets_is_not_stored(desk: Desk) -> None:
    await desk.person()
    browser = desk.browser()
    await browser.log_in()

    assert (await browser.http.get("/bang/x")).headers["cache-control"] == "no-store"
    assert (await browser.http.get("/dang-nhap")).headers["location"] == "/"


@pytest.mark.parametrize("tiep", ["//evil.example", "/\\evil.example", "https://evil.example", "/%2fevil.example", "/\t/evil"])
async def test_the_login_leads_only_to_own_pages(desk: Desk, tiep: str) -> None:
    await desk.person()
    page = await desk.browser().http.get("/dang-nhap", params={"tiep": tiep})

    assert 'name="tiep" value="/"' in page.text
    assert (await desk.browser().log_in(tiep=tiep)).headers["location"] == "/"


async def test_a_password_that_was_given_must_be_changed_before_there_is_a_session(desk: Desk) -> None:
    await desk.person(must_change=True)
    browser = desk.browser()
    page = await browser.log_in()

    assert (page.status_code, browser.secret) == (200, None)
    for new, again, code in [
        ("ngắn", "ngắn", "password.too_short"),
        (PASSWORD, PASSWORD, "identity.same_password"),
        (OTHER_PASSWORD, PASSWORD, "identity.passwords_differ"),
    ]:
        refused = await browser.submit(page, new=new, again=again)
        assert (refused.status_code, browser.secret) == (401, None)
        assert code in refused.text
    assert (await browser.submit(page, new=OTHER_PASSWORD, again=OTHER_PASSWORD)).headers["location"] == "/bang/x"
    assert await browser.is_logged_in()
    assert (await browser.submit(page, new=PASSWORD, again=PASSWORD)).status_code == 401
    assert (await desk.browser().log_in()).status_code == 401


async def test_a_code_is_asked_for_and_taken_once(desk: Desk) -> None:
    await with_codes(desk)
    browser = desk.browser()
    page = await browser.log_in()

    assert (page.status_code, browser.secret) == (200, None)
    wrong = await browser.submit(page, code="000000" if code_at(desk) != "000000" else "000001")
    assert (wrong.status_code, browser.secret) == (401, None)
    assert "identity.login_failed" in wrong.text
    assert (await browser.submit(page, code=code_at(desk))).headers["location"] == "/bang/x"
    again = desk.browser()
    assert (await again.submit(await again.log_in(), code=code_at(desk))).status_code == 401
    before = code_at(desk)
    desk.clock.pass_s(30)
    page = await again.log_in()
    assert (await again.submit(page, code=code_at(desk))).status_code == 303
    third = desk.browser()
    assert (await third.submit(await third.log_in(), code=before)).status_code == 401, "an earlier code is not taken after a later one"


async def test_a_login_must_be_completed_within_ten_minutes_and_while_the_account_is_the_same(desk: Desk) -> None:
    person, browser = await with_codes(desk), desk.browser()
    page = await browser.log_in()
    desk.clock.pass_s(601)
    assert "identity.login_expired" in (await browser.submit(page, code=code_at(desk))).text

    page = await browser.log_in()
    await desk.database[collection_names.PEOPLE].update_one({"_id": person}, {"$inc": {"version": 1}})
    assert "identity.login_expired" in (await browser.submit(page, code=code_at(desk))).text
    assert browser.secret is None


async def test_wrong_codes_delay_the_next_one(desk: Desk) -> None:
    await with_codes(desk)
    browser = desk.browser()
    page = await browser.log_in()
    for _ in range(4):
        await browser.submit(page, code="12345")
    waiting = await browser.submit(page, code=code_at(desk))

    assert (waiting.status_code, waiting.headers["retry-after"]) == (429, "1")
    desk.clock.pass_s(1)
    assert (await browser.submit(page, code=code_at(desk))).status_code == 303


@pytest.mark.parametrize(("role", "is_asked"), [("officer", False), ("viewer", False), ("reviewer", True), ("operator", True)])
async def test_where_codes_are_required_they_are_set_up_at_the_login(strict: Desk, role: Any, is_asked: bool) -> None:
    person, browser = await strict.person(identities.grant(role, None if role == "operator" else "184")), strict.browser()
    page = await browser.log_in()

    assert (page.status_code, browser.secret is None) == ((200, True) if is_asked else (303, False))
    if not is_asked:
        return
    secret = page.text.split("<code>")[1].split("</code>")[0].replace(" ", "")
    assert "<svg" in page.text
    assert "style=" not in page.text
    assert (await browser.submit(page, code="12345")).status_code == 401
    assert (await browser.submit(page, code=code_at(strict, secret))).status_code == 303
    assert await browser.is_logged_in()
    stored = await strict.database[collection_names.PEOPLE].find_one({"_id": person})
    assert stored is not None
    assert secret not in str(stored)
    assert "totp.enabled" in [entry[1] for entry in await strict.entries()]


async def test_a_role_that_is_over_requires_no_codes(strict: Desk) -> None:
    await strict.person(identities.grant("reviewer", "184", ends=date(2026, 11, 26)))

    assert (await strict.browser().log_in()).status_code == 303


async def fail(desk: Desk, times: int, address: str = "10.6.6.6") -> None:
    """Fails this often from an address, each time after the wait."""
    for _ in range(times):
        while (answer := await desk.browser(address).log_in(password="sai")).status_code == 429:
            desk.clock.pass_s(float(answer.headers["retry-after"]))


async def test_failures_delay_the_next_login_and_the_right_password_works_after_the_wait(desk: Desk) -> None:
    await desk.person()
    await fail(desk, 4)
    browser = desk.browser()
    waiting = await browser.log_in()

    assert (waiting.status_code, waiting.headers["retry-after"]) == (429, "1")
    assert "identity.login_delayed" in waiting.text
    desk.clock.pass_s(1)
    assert (await browser.log_in()).status_code == 303


async def test_whoever_waits_for_an_account_has_a_turn_whatever_strangers_do(desk: Desk) -> None:
    await desk.person()
    await fail(desk, 20)
    browser = desk.browser()
    waiting = await browser.log_in()
    desk.clock.pass_s(float(waiting.headers["retry-after"]))
    assert float(waiting.headers["retry-after"]) <= 30
    await fail(desk, 1, "10.6.6.7")

    assert (await browser.log_in()).status_code == 303


async def test_a_browser_that_logged_in_before_is_not_delayed_by_strangers_only_by_itself(desk: Desk) -> None:
    await desk.person()
    browser = desk.browser()
    await browser.log_in()
    browser.http.cookies.delete("tonghop-session")
    await fail(desk, 20)

    assert (await browser.log_in()).status_code == 303
    answers = [(await browser.log_in(password="sai")).status_code for _ in range(8)]
    assert answers == [401] * 6 + [429] * 2


async def test_an_address_is_delayed_after_many_failures_with_any_login(desk: Desk) -> None:
    answers = [(await desk.browser().log_in(f"nguoi-{number}", "sai")).status_code for number in range(22)]

    assert answers == [401] * 21 + [429]
    assert (await desk.browser("10.0.0.9").log_in("nguoi-1", "sai")).status_code == 401


async def test_a_form_that_was_open_when_the_session_ended_is_sent_after_the_login(desk: Desk) -> None:
    await desk.person()
    browser = desk.browser()
    await browser.log_in()
    desk.clock.pass_s(31 * 60)
    typed = {"gia-tri": "1.234,5", "ghi-chu": 'Bổ sung <"&\nhai dòng'}
    page = await browser.http.post("/bieu-mau/x?ky=2026", data=typed, headers={"Referer": "http://127.0.0.1:8000/bang/x"})

    assert page.status_code == 401
    assert "Bổ sung" not in page.text
    shown = await browser.submit(page, login="lan", password=PASSWORD)
    assert desk.sent == []
    assert 'action="/bieu-mau/x?ky=2026"' in shown.text
    assert (await browser.submit(shown)).text == '"sent"'
    assert desk.sent == [("lan", typed)]
    again = await browser.submit(page, login="lan", password=PASSWORD)
    assert (again.status_code, again.headers["location"]) == (303, "/bang/x"), "it is offered once"


@pytest.mark.parametrize("field", ["current", "code", "large"])
async def test_a_form_with_secrets_or_a_large_one_is_not_kept(desk: Desk, field: str) -> None:
    await desk.person()
    typed = {"a": "x" * 150_000} if field == "large" else {field: "bí mật 123"}
    page = await desk.browser().http.post("/bieu-mau/x", data=typed)

    assert (page.status_code, "identity.form_not_kept" in page.text) == (401, True)
    assert 'name="form"' not in page.text


async def test_the_largest_form_that_is_kept_survives_every_step_of_the_login(desk: Desk) -> None:
    await with_codes(desk, must_change=True)
    browser = desk.browser()
    typed = {"a": "ế" * 28_000}
    page = await browser.http.post("/bieu-mau/x", data=typed)
    page = await browser.submit(page, login="lan", password=PASSWORD)
    page = await browser.submit(page, code=code_at(desk))
    page = await browser.submit(page, new=OTHER_PASSWORD, again=OTHER_PASSWORD)
    await browser.submit(page)

    assert desk.sent == [("lan", typed)]


async def test_a_form_is_not_sent_in_the_name_of_somebody_else(desk: Desk) -> None:
    await desk.person()
    await desk.person(login="hoa")
    browser = desk.browser()
    await browser.log_in()
    desk.clock.pass_s(31 * 60)
    page = await browser.http.post("/bieu-mau/x", data={"a": "1"})

    assert (await browser.submit(page, login="hoa", password=PASSWORD)).status_code == 303
    assert desk.sent == []


async def test_a_form_whose_page_is_not_known_leads_to_the_first_page(desk: Desk) -> None:
    browser = desk.browser()
    page = await browser.http.post("/bieu-mau/x", data={"a": "b"}, headers={"Referer": "http://[x/bang"})
    assert page.status_code == 401
    assert 'name="tiep" value="/"' in page.text


async def test_a_form_from_elsewhere_is_refused_and_not_kept(desk: Desk) -> None:
    answer = await desk.browser().http.post("/bieu-mau/x", data={"a": "1"}, headers={"Sec-Fetch-Site": "cross-site"})

    assert answer.status_code == 403
    assert 'name="form"' not in answer.text


async def test_a_kept_form_is_forgotten_after_half_an_hour(desk: Desk) -> None:
    await desk.person()
    browser = desk.browser()
    page = await browser.http.post("/bieu-mau/x", data={"a": "1"})
    desk.clock.now += timedelta(minutes=31)

    assert (await browser.submit(page, login="lan", password=PASSWORD)).status_code == 303


async def test_no_secret_is_logged_or_stored(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    await with_codes(desk)
    browser = desk.browser()
    await browser.log_in(password="mật-khẩu-sai-1")
    await browser.submit(await browser.log_in(), code=code_at(desk))
    secret = browser.secret or ""
    stored = [await desk.database[name].find().to_list(None) for name in await desk.database.list_collection_names()]
    written = str(stored) + "".join(capsys.readouterr())

    for hidden in (secret, PASSWORD, "mật-khẩu-sai-1", SECRET, code_at(desk)):
        assert hidden not in written
