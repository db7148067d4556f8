"""Which answers are compressed, and that files in the version asked for are kept by browsers for ever."""

import gzip
import hashlib

import httpx2
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response, StreamingResponse
from starlette.routing import Route

from services.portal.http.compressing import LEAST, Compressed
from services.portal.http.static_files import StaticFiles
from services.portal.render import assets

LONG = "Xã Tú Xuyên " * LEAST


async def answered(path: str = "/", **headers: str) -> httpx2.Response:
    async def page(request: Request) -> Response:
        match request.url.path:
            case "/short":
                return HTMLResponse("x")
            case "/picture":
                return Response(LONG, media_type="image/png")
            case "/stream":
                return StreamingResponse((text for text in ("data: 1\n\n", "data: 2\n\n")), media_type="text/event-stream")
            case _:
                return HTMLResponse(LONG, headers={"Vary": "Cookie"})

    app = Compressed(Starlette(routes=[Route("/{rest:path}", page)]))
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://portal") as http:
        return await http.get(
            path, headers={"Accept-Encoding": "gzip, br", **{name.replace("_", "-"): text for name, text in headers.items()}}
        )


async def test_a_page_is_compressed_for_whoever_understands_it() -> None:
    answer = await answered()
    assert answer.text == LONG
    assert answer.headers["content-encoding"] == "gzip"
    assert int(answer.headers["content-length"]) < len(LONG) / 10
    assert {"Cookie", "Accept-Encoding"} <= set(answer.headers["vary"].split(", "))
    for refuses in ("", "br", "gzip;q=0", "gzip; q=0.0", "deflate, gzip;q=0"):
        assert "content-encoding" not in (await answered(Accept_Encoding=refuses)).headers


@pytest.mark.parametrize("site", ["same-origin", "none"])
async def test_what_the_person_or_our_pages_ask_for_is_compressed(site: str) -> None:
    assert (await answered(Cookie="tonghop-session=x", Sec_Fetch_Site=site)).headers["content-encoding"] == "gzip"


@pytest.mark.parametrize("headers", [{"Sec_Fetch_Site": "cross-site"}, {"Sec_Fetch_Site": "same-site"}, {"Sec_Fetch_Site": ""}, {}])
async def test_what_another_site_may_have_caused_with_a_persons_cookies_is_not(headers: dict[str, str]) -> None:
    """Its length would say whether a guess that the other site put into the address is on the page (BREACH)."""
    answer = await answered(Cookie="tonghop-session=x", **headers)
    assert "content-encoding" not in answer.headers
    assert answer.text == LONG


@pytest.mark.parametrize("path", ["/short", "/picture", "/stream"])
async def test_short_answers_pictures_and_streams_are_left_as_they_are(path: str) -> None:
    assert "content-encoding" not in (await answered(path)).headers


async def file(address: str, **headers: str) -> httpx2.Response:
    app = Starlette()
    app.mount("/static", StaticFiles())
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://portal") as http:
        return await http.get(address, headers={name.replace("_", "-"): text for name, text in headers.items()})


async def test_a_file_in_its_version_is_kept_for_ever_and_in_any_other_revalidated() -> None:
    address = assets.address("portal.css")
    found = await file(address)
    assert found.content == (assets.FOLDER / "portal.css").read_bytes()
    assert "immutable" in found.headers["cache-control"]
    assert found.headers["content-type"].startswith("text/css")
    assert (await file(address, If_None_Match=found.headers["etag"])).status_code == 304
    for other in ("/static/portal.css", "/static/portal.css?v=0000000000000000", f"{address}&v=1"):
        assert (await file(other)).headers["cache-control"] == "no-cache"


@pytest.mark.parametrize("path", ["", "x.css", "../look.py", "%2e%2e/look.py", "portal.css/", "/etc/passwd", "PORTAL.CSS", "a" * 5000])
async def test_what_is_no_file_of_the_pages_is_not_found(path: str) -> None:
    assert (await file(f"/static/{path}")).status_code == 404


def test_all_scripts_together_are_small_and_the_vendored_one_is_as_it_came() -> None:
    scripts = {name: asset for name, asset in assets.assets().items() if name.endswith(".js")}
    assert sum(len(gzip.compress(asset.content)) for asset in scripts.values()) <= 30 * 1024
    vendored = scripts["idiomorph.min.js"].content.partition(b"\n")[2]
    assert hashlib.sha256(vendored).hexdigest() == "4cbd535caf7663a51eda9bce6595371c384fc430d54b8d414e29a61167f19f96"
