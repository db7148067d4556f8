"""Which requests with an unsafe method pass."""

from functools import cache

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from starlette.types import Receive, Scope, Send

from services.portal.http import guard, problems
from services.portal.http.guard import Guard

OWN, PUBLIC = "http://127.0.0.1:8000", "https://bao-cao.tinh.example"


async def passed(scope: Scope, receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 204, "headers": []})
    await send({"type": "http.response.body"})


@cache
def client(address: str = OWN, public_url: str = PUBLIC) -> TestClient:
    app = FastAPI()
    app.add_middleware(Guard, public_url=public_url)
    problems.install(app)
    app.mount("/", passed)
    return TestClient(app, address)


SITES = {"same-origin": True, "same-site": False, "cross-site": False, "none": False, "": False, "Same-Origin": False, "x": False}
ORIGINS = {
    OWN: True,
    "http://localhost:8000": True,
    "http://[::1]:8000": True,
    PUBLIC: True,
    f"{PUBLIC}:443": True,
    "HTTP://127.0.0.1:8000": True,
    "https://127.0.0.1:8000": False,
    "http://127.0.0.1:8001": False,
    "http://127.0.0.1": False,
    "http://127.0.0.1:8000.evil.example": False,
    "http://127.0.0.1:8000@evil.example": False,
    "http://evil.example": False,
    "https://evil.example": False,
    "http://bao-cao.tinh.example": False,
    f"{PUBLIC}.evil.example": False,
    "http://testserver": False,
    "null": False,
    "": False,
    "//127.0.0.1:8000": False,
    "http://127.0.0.1:99999": False,
}


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "PROPFIND"])
@pytest.mark.parametrize(("site", "passes"), SITES.items())
def test_what_the_browser_says_decides(method: str, site: str, passes: bool) -> None:
    for origin in (None, *ORIGINS):
        headers = {"Sec-Fetch-Site": site} | ({} if origin is None else {"Origin": origin})
        assert client().request(method, "/dang-xuat", headers=headers).status_code == (204 if passes else 403), headers


@pytest.mark.parametrize(("origin", "passes"), ORIGINS.items())
def test_without_it_the_origin_must_be_an_own_address(origin: str, passes: bool) -> None:
    assert client().post("/dang-xuat", headers={"Origin": origin}).status_code == (204 if passes else 403)


def test_without_both_it_is_refused() -> None:
    response = client().post("/api/v1/x", headers={"Referer": f"{OWN}/tai-khoan"})

    assert (response.status_code, response.json()["code"]) == (403, "identity.forged")


def test_the_header_host_does_not_make_an_address_ours() -> None:
    headers = {"Host": "evil.example", "Origin": "http://evil.example"}

    assert client().post("/dang-xuat", headers=headers).status_code == 403


@pytest.mark.parametrize("name", ["Sec-Fetch-Site", "Origin"])
def test_a_header_given_twice_is_refused(name: str) -> None:
    right = {"Sec-Fetch-Site": "same-origin", "Origin": OWN}[name]

    assert client().post("/dang-xuat", headers=[(name, right), (name, right)]).status_code == 403


def test_without_a_public_address_an_opaque_origin_is_refused() -> None:
    assert client(public_url="").post("/dang-xuat", headers={"Origin": "null"}).status_code == 403


@pytest.mark.parametrize("method", sorted(guard.SAFE))
def test_safe_methods_pass(method: str) -> None:
    assert client().request(method, "/", headers={"Sec-Fetch-Site": "cross-site", "Origin": "null"}).status_code == 204


def test_a_page_says_that_the_request_was_refused() -> None:
    response = client().post("/dang-xuat", headers={"Sec-Fetch-Site": "cross-site"})

    assert response.headers["content-type"].startswith("text/html")
    assert "403 identity.forged" in response.text
