"""What the whole portal answers with and without a session."""

import httpx2
import pytest

from shared.plumbing import password_hashes
from tests import identities
from tests.portal import builders
from tests.portal.builders import CT27
from tests.portal.conftest import Stack
from tests.portal.logged_in import OWN, PASSWORD
from tests.waiting import until

pytestmark = pytest.mark.asyncio(loop_scope="session")

PATHS = ["/", "/nghia-vu", "/nghia-vu.csv", f"/bang/{CT27}/2024/184", f"/api/v1/views/{CT27}/2024/184", "/api/v1/duties", "/tai-khoan"]


@pytest.mark.parametrize("path", [*PATHS, "/khong-co", "/api/v1/views/khong-co/2024/184", "/quan-tri/nguoi-dung"])
async def test_nothing_that_a_session_gets_is_stored_on_the_way(stack: Stack, path: str) -> None:
    await stack.put(views=[builders.view()], duties=[builders.duty()])
    answer = await stack.http.get(path)

    assert answer.headers["cache-control"] == "no-store" or path == "/khong-co"
    assert "etag" not in answer.headers or answer.status_code == 200


async def test_what_a_key_gets_may_be_kept_by_its_program(stack: Stack) -> None:
    await stack.put(views=[builders.view()])
    key = await identities.put_key(stack.database, "06253")
    async with httpx2.AsyncClient(base_url=stack.url, headers=identities.bearer(key)) as http:

        async def is_known() -> bool:
            return (await http.get("/api/v1/duties")).status_code == 200

        await until(is_known)
        answer = await http.get("/api/v1/duties")

    assert answer.headers.get("cache-control", "") != "no-store"


@pytest.mark.parametrize("path", [path for path in PATHS if not path.startswith("/api")])
async def test_a_page_without_a_session_leads_to_the_login_and_back(stack: Stack, path: str) -> None:
    await stack.put(views=[builders.view()])
    login = f"vao-{PATHS.index(path)}"
    viewer = identities.grant("viewer", "20")
    await identities.put_person(stack.database, viewer, login=login, password=await password_hashes.hashed(PASSWORD))
    async with httpx2.AsyncClient(base_url=stack.url, headers=OWN) as http:
        led = await http.get(path)
        assert (led.status_code, led.headers["cache-control"]) == (303, "no-store")
        form = await http.get(led.headers["location"])
        assert f'name="tiep" value="{path}"' in form.text
        answer = await http.post("/dang-nhap", data={"login": login, "password": PASSWORD, "tiep": path})
        assert answer.headers["location"] == path
        assert (await http.get(path)).status_code == 200


async def test_the_frame_says_who_is_logged_in_and_only_then(stack: Stack) -> None:
    assert "Nguyễn Thị Thử</a>" in (await stack.http.get("/nghia-vu")).text
    assert "Nguyễn Thị Thử" in (await stack.http.get(f"/bang/{CT27}/2024/khong-co")).text
    async with httpx2.AsyncClient(base_url=stack.url) as http:
        assert "Đăng xuất" not in (await http.get("/dang-nhap")).text


@pytest.mark.parametrize("path", ["/healthz", "/static/portal.css", "/dang-nhap"])
async def test_what_needs_no_session(stack: Stack, path: str) -> None:
    async with httpx2.AsyncClient(base_url=stack.url) as http:
        assert (await http.get(path)).status_code == 200
