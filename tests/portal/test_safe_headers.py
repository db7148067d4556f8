"""The security headers of every answer of the portal."""

import httpx2
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from services.portal.http.headers import BY_SESSION, SafeHeaders


async def answered(scheme: str, *, is_by_session: bool = False) -> httpx2.Headers:
    async def page(request: Request) -> PlainTextResponse:
        request.scope["state"][BY_SESSION] = is_by_session
        return PlainTextResponse("x", headers={"Cache-Control": "no-cache"})

    app = SafeHeaders(Starlette(routes=[Route("/", page)]))
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url=f"{scheme}://portal") as http:
        return (await http.get("/")).headers


@pytest.mark.parametrize("scheme", ["http", "https"])
async def test_every_answer_has_the_safe_headers(scheme: str) -> None:
    headers = await answered(scheme)

    policy = headers["content-security-policy"].split("; ")
    assert {"default-src 'self'", "object-src 'none'", "base-uri 'none'", "form-action 'self'", "frame-ancestors 'none'"} <= set(policy)
    assert not [directive for directive in policy if "unsafe" in directive or "*" in directive]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert not [name for name in headers if name.startswith("access-control-")]


async def test_over_tls_a_browser_is_to_stay_there_for_a_year() -> None:
    assert (await answered("https"))["strict-transport-security"].startswith("max-age=31536000")
    assert "strict-transport-security" not in await answered("http")


async def test_what_a_session_gets_is_not_kept_anywhere() -> None:
    assert (await answered("https", is_by_session=True))["cache-control"] == "no-store"
    assert (await answered("https"))["cache-control"] == "no-cache"
