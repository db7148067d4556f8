"""Login through an OpenID Connect provider."""

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from typing import Any

import httpx2
import pytest
import pytest_asyncio

from services.portal.oidc import config as oidc
from services.portal.oidc.config import Config
from shared.plumbing import mongo
from shared.plumbing.mongo import Documents
from shared.shell.settings import PortalSettings, Settings
from shared.wire import collection_names
from shared.words import credentials
from shared.words.failures import ConfigurationError
from tests.portal import logged_in, oidc_provider
from tests.portal.logged_in import Browser, Desk
from tests.portal.oidc_provider import CLIENT, SECRET, TestProvider


@pytest.fixture
def provider() -> Iterator[TestProvider]:
    with oidc_provider.serving() as serving:
        yield serving


@pytest_asyncio.fixture
async def database(settings: Settings) -> AsyncIterator[Documents]:
    client = mongo.connect(settings.mongo_url)
    yield client[settings.database]
    await mongo.close(client)


async def opened(database: Documents, provider: TestProvider, **settings: Any) -> Desk:
    """A portal that uses the provider, at the present time, because the provider's tokens have it."""
    desk = logged_in.desk(database, config=Config(provider.url, CLIENT, SECRET, name="VNeID", **settings))
    desk.clock.now = datetime.now(UTC)
    await desk.accounts.prepare()
    return desk


async def bound(desk: Desk, provider: TestProvider, login: str = "lan", subject: str = "nguyen-lan") -> str:
    return await desk.person(login=login, subject={"issuer": provider.url, "subject": subject})


async def begun(browser: Browser, query: str = "?tiep=/bang/x") -> str:
    """The address at the provider to which the portal sends the browser."""
    answer = await browser.http.get(f"/dang-nhap/nha-cung-cap{query}")
    assert answer.status_code == 303
    return answer.headers["location"]


async def logged_in_by(browser: Browser, provider: TestProvider, query: str = "?tiep=/bang/x") -> httpx2.Response:
    return await browser.http.get(provider.approve(await begun(browser, query)))


async def test_a_bound_person_is_logged_in_and_led_back(database: Documents, provider: TestProvider) -> None:
    desk = await opened(database, provider)
    person, browser = await bound(desk, provider), desk.browser()
    answer = await logged_in_by(browser, provider)

    assert (answer.status_code, answer.headers["location"]) == (303, "/bang/x")
    assert await browser.is_logged_in()
    assert (await desk.entries())[-1] == (f"people/{person}", "login.succeeded", f"people/{person}")
    assert "/.well-known/openid-configuration" in provider.asked
    assert 'href="/dang-nhap/nha-cung-cap?tiep=/"' not in (await browser.http.get("/tai-khoan")).text


@pytest.mark.parametrize("has_pkce", [True, False], ids=["pkce", "no pkce"])
@pytest.mark.parametrize("has_discovery", [True, False], ids=["discovery", "endpoints"])
async def test_with_and_without_discovery_and_pkce(
    database: Documents, provider: TestProvider, has_discovery: bool, has_pkce: bool
) -> None:
    provider.has_discovery, provider.has_pkce = has_discovery, has_pkce
    names = {"authorization_url": "authorize", "token_url": "token", "jwks_url": "jwks"}
    endpoints = {} if has_discovery else {name: f"{provider.url}/{end}" for name, end in names.items()}
    desk = await opened(database, provider, uses_pkce=has_pkce, **endpoints)
    await bound(desk, provider)
    browser = desk.browser()

    assert (await logged_in_by(browser, provider)).status_code == 303
    assert await browser.is_logged_in()
    assert ("/.well-known/openid-configuration" in provider.asked) is has_discovery


@pytest.mark.parametrize(
    "wrong",
    [
        *(
            "nonce",
            "no nonce",
            "audience",
            "no aud",
            "party",
            "no party",
            "issuer",
            "no iss",
            "expired",
            "no exp",
            "no sub",
            "empty subject",
        ),
        *("alg none", "client secret", "public key as secret", "algorithm", "key"),
    ],
)
async def test_a_token_that_does_not_prove_who_it_is_is_refused(database: Documents, provider: TestProvider, wrong: str) -> None:
    desk = await opened(database, provider)
    await bound(desk, provider)
    await bound(desk, provider, "trong", "")
    provider.wrong, browser = wrong, desk.browser()
    answer = await logged_in_by(browser, provider)

    assert (answer.status_code, "identity.provider_refused" in answer.text) == (403, True)
    assert browser.secret is None


async def test_a_code_is_taken_once(database: Documents, provider: TestProvider) -> None:
    desk = await opened(database, provider)
    await bound(desk, provider)
    browser = desk.browser()
    back = provider.approve(await begun(browser))
    await browser.http.get(back)
    code = back.split("code=")[1].split("&")[0]
    other = desk.browser()
    state = (await begun(other)).split("state=")[1].split("&")[0]
    answer = await other.http.get(f"/dang-nhap/tra-ve?code={code}&state={state}")

    assert (answer.status_code, other.secret) == (403, None)


async def test_a_state_is_taken_once_also_with_the_same_cookie_and_another_code(database: Documents, provider: TestProvider) -> None:
    desk = await opened(database, provider)
    await bound(desk, provider)
    browser = desk.browser()
    address = await begun(browser)
    cookie = browser.http.cookies.get("tonghop-provider") or ""
    await browser.http.get(provider.approve(address))
    assert browser.http.cookies.get("tonghop-provider") is None
    again = desk.browser()
    again.http.cookies.set("tonghop-provider", cookie)
    answer = await again.http.get(provider.approve(address))

    assert (answer.status_code, "identity.provider_state" in answer.text, again.secret) == (400, True, None)


@pytest.mark.parametrize("forged", ["another browser", "no cookie", "other state", "no state", "too late"])
async def test_an_answer_to_another_login_is_refused(database: Documents, provider: TestProvider, forged: str) -> None:
    desk = await opened(database, provider)
    await bound(desk, provider)
    victim, attacker = desk.browser(), desk.browser()
    if forged != "no cookie":
        await begun(victim)
    back = provider.approve(await begun(attacker if forged in ("another browser", "no cookie") else victim))
    if forged in ("other state", "no state"):
        back = back.split("&state=")[0] + ("&state=other" if forged == "other state" else "")
    if forged == "too late":
        desk.clock.pass_s(601)
    answer = await victim.http.get(back)

    assert (answer.status_code, "identity.provider_state" in answer.text) == (400, True)
    assert victim.secret is None


async def test_an_answer_of_another_issuer_is_refused(database: Documents, provider: TestProvider) -> None:
    desk = await opened(database, provider)
    await bound(desk, provider)
    browser = desk.browser()
    back = provider.approve(await begun(browser))

    assert (await browser.http.get(f"{back}&iss=https%3A%2F%2Fevil.example")).status_code == 400


async def test_a_login_that_was_refused_there_is_refused_here(database: Documents, provider: TestProvider) -> None:
    desk = await opened(database, provider)
    browser = desk.browser()
    state = (await begun(browser)).split("state=")[1].split("&")[0]
    answer = await browser.http.get(f"/dang-nhap/tra-ve?error=access_denied&state={state}")

    assert (answer.status_code, "identity.provider_refused" in answer.text) == (403, True)


@pytest.mark.parametrize("email", ["lan@xa.example"])
async def test_an_unbound_account_is_refused_whatever_its_address(database: Documents, provider: TestProvider, email: str) -> None:
    desk = await opened(database, provider)
    await desk.person(email=email)
    provider.claims = {"email": email, "email_verified": True}
    browser = desk.browser()
    answer = await logged_in_by(browser, provider)

    assert (answer.status_code, "identity.not_bound" in answer.text, browser.secret) == (403, True, None)
    assert (await desk.entries())[-1] == ("nobody", "login.refused", "")


async def test_an_account_of_another_issuer_is_another_account(database: Documents, provider: TestProvider) -> None:
    desk = await opened(database, provider)
    await desk.person(subject={"issuer": "https://other.example", "subject": provider.subject})

    assert (await logged_in_by(desk.browser(), provider)).status_code == 403


async def test_a_revoked_person_is_refused(database: Documents, provider: TestProvider) -> None:
    desk = await opened(database, provider)
    person = await bound(desk, provider)
    await desk.database[collection_names.PEOPLE].update_one({"_id": person}, {"$set": {"revoked_at": desk.clock.now}})

    assert (await logged_in_by(desk.browser(), provider)).status_code == 403


async def test_an_invitation_binds_an_account_once(database: Documents, provider: TestProvider) -> None:
    desk = await opened(database, provider)
    person = await desk.person(password=None)
    secret = "s" * 43
    await desk.accounts.invitations.invite("operator/test", person, credentials.verifier(secret))
    browser = desk.browser()
    page = await browser.http.get(f"/moi/{secret}")
    assert (page.status_code, "Nguyễn Thị Thử" in page.text) == (200, True)
    answer = await logged_in_by(browser, provider, f"?moi={secret}")

    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert await browser.is_logged_in()
    assert (await browser.http.get(f"/moi/{secret}")).status_code == 404
    provider.subject = "somebody-else"
    assert (await logged_in_by(desk.browser(), provider, f"?moi={secret}")).status_code == 403
    provider.subject = "nguyen-lan"
    assert (await logged_in_by(desk.browser(), provider)).status_code == 303
    stored = await desk.database[collection_names.PEOPLE].find_one({"_id": person})
    assert stored is not None
    assert stored["subject"] == {"issuer": provider.url, "subject": "nguyen-lan"}
    assert "person.bound" in [entry[1] for entry in await desk.entries()]


@pytest.mark.parametrize("site", ["cross-site", "same-site", "none"])
async def test_a_link_from_elsewhere_leads_to_the_page_of_the_invitation_and_binds_nothing(
    database: Documents, provider: TestProvider, site: str
) -> None:
    desk = await opened(database, provider)
    browser = desk.browser()
    answer = await browser.http.get(f"/dang-nhap/nha-cung-cap?moi={'s' * 43}", headers={"Sec-Fetch-Site": site})
    assert (answer.status_code, answer.headers["location"]) == (303, f"/moi/{'s' * 43}")
    assert not browser.http.cookies


async def test_an_invitation_does_not_take_the_account_of_somebody_else(database: Documents, provider: TestProvider) -> None:
    desk = await opened(database, provider)
    await bound(desk, provider)
    hoa = await desk.person(login="hoa")
    await desk.accounts.invitations.invite("operator/test", hoa, credentials.verifier("s" * 43))

    assert (await logged_in_by(desk.browser(), provider, f"?moi={'s' * 43}")).status_code == 403


async def test_an_unknown_invitation_is_refused(database: Documents, provider: TestProvider) -> None:
    desk = await opened(database, provider)

    assert "identity.invitation_used" in (await desk.browser().http.get("/moi/unknown")).text


async def test_the_claim_that_names_the_person_can_come_from_userinfo(database: Documents, provider: TestProvider) -> None:
    desk = await opened(database, provider, subject_claim="so_dinh_danh")
    await bound(desk, provider, subject="001099000001")
    provider.userinfo = {"so_dinh_danh": "001099000001"}
    assert (await logged_in_by(desk.browser(), provider)).status_code == 303

    provider.userinfo["sub"] = "somebody-else"
    assert (await logged_in_by(desk.browser(), provider)).status_code == 403


@pytest.mark.parametrize(("acr", "status"), [("loa3", 303), ("loa1", 403), (None, 403)])
async def test_the_level_of_assurance_is_asked_for_and_required(
    database: Documents, provider: TestProvider, acr: str | None, status: int
) -> None:
    desk = await opened(database, provider, acr_values=("loa3", "loa4"))
    await bound(desk, provider)
    provider.claims = {} if acr is None else {"acr": acr}
    browser = desk.browser()
    address = await begun(browser)

    assert "acr_values=loa3%20loa4" in address or "acr_values=loa3+loa4" in address
    assert (await browser.http.get(provider.approve(address))).status_code == status


@pytest.mark.parametrize("wrong", ["away", "discovered issuer"])
async def test_a_provider_that_is_away_is_said(database: Documents, provider: TestProvider, wrong: str) -> None:
    desk = await opened(database, provider)
    provider.wrong = wrong
    answer = await desk.browser().http.get("/dang-nhap/nha-cung-cap")

    assert (answer.status_code, "identity.provider_away" in answer.text) == (503, True)


async def test_without_a_provider_there_is_no_such_page(database: Documents) -> None:
    desk = logged_in.desk(database)

    for path in ("/dang-nhap/nha-cung-cap", "/dang-nhap/tra-ve?code=x&state=y", "/moi/x"):
        assert (await desk.browser().http.get(path)).status_code == 404


@pytest.mark.parametrize("tiep", ["//evil.example", "https://evil.example"])
async def test_the_provider_leads_back_to_own_pages_only(database: Documents, provider: TestProvider, tiep: str) -> None:
    desk = await opened(database, provider)
    await bound(desk, provider)

    assert (await logged_in_by(desk.browser(), provider, f"?tiep={tiep}")).headers["location"] == "/"


SET: dict[str, Any] = {"oidc_issuer": "https://login.example", "oidc_client_id": "c", "oidc_client_secret": "s"}


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"oidc_issuer": "http://login.example"}, "ISSUER"),
        ({"oidc_client_id": "none"}, "CLIENT_ID"),
        ({"oidc_client_secret": "none"}, "CLIENT_SECRET"),
        ({"oidc_token_url": "https://login.example/token"}, "AUTHORIZATION_URL"),
        ({"oidc_userinfo_url": "http://login.example/me"}, "USERINFO_URL"),
        ({"oidc_algorithms": "RS256 none"}, "ALGORITHMS"),
        ({"oidc_algorithms": "HS256"}, "ALGORITHMS"),
        ({"oidc_scopes": "profile"}, "SCOPES"),
    ],
)
def test_a_setting_that_is_wrong_stops_the_start(changed: dict[str, Any], named: str) -> None:
    with pytest.raises(ConfigurationError, match=f"TONGHOP_OIDC_{named}"):
        oidc.of(PortalSettings(_env_file=None, **(SET | changed)))


def test_the_settings_of_a_provider() -> None:
    config = oidc.of(PortalSettings(_env_file=None, **SET))

    assert config is not None
    assert (config.uses_pkce, config.scopes, config.algorithms, config.token_url) == (True, ("openid",), ("RS256",), "")
    assert "'s'" not in repr(config)
    assert oidc.of(PortalSettings(_env_file=None)) is None
