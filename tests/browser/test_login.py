"""What only a browser shows of logins: its cookies, its word on where a form comes from, and the pages by keyboard and screen reader."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http import HTTPStatus

import pytest
from playwright.async_api import Page, expect

from shared.plumbing import password_hashes
from shared.wire import collection_names
from tests import identities
from tests.browser.test_accessibility import AXE, faults
from tests.portal.conftest import Stack
from tests.portal.logged_in import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def put_person(stack: Stack, login: str) -> str:
    role = identities.grant("officer", "06253")
    return await identities.put_person(stack.database, role, login=login, password=await password_hashes.hashed(PASSWORD))


async def log_in(stack: Stack, page: Page, login: str, path: str = "/nghia-vu") -> None:
    await page.context.clear_cookies()
    await page.goto(stack.url + path)
    await page.get_by_label("Tên đăng nhập").fill(login)
    await page.get_by_label("Mật khẩu").fill(PASSWORD)
    await page.get_by_role("button", name="Đăng nhập").click()


async def test_a_person_logs_in_reads_a_page_and_logs_out(stack: Stack, page: Page) -> None:
    await put_person(stack, "trinh-duyet-1")
    await log_in(stack, page, "trinh-duyet-1", "/nghia-vu?state=owed")
    await expect(page).to_have_url(f"{stack.url}/nghia-vu?state=owed")
    await expect(page.get_by_role("link", name="Nguyễn Thị Thử")).to_be_visible()
    cookies = {cookie["name"]: cookie for cookie in await page.context.cookies()}
    assert cookies["tonghop-session"]["httpOnly"]
    assert cookies["tonghop-session"]["sameSite"] == "Lax"
    assert await page.evaluate("document.cookie") == ""
    await page.get_by_role("link", name="Nguyễn Thị Thử").click()
    await expect(page.get_by_role("heading", name="Tài khoản Nguyễn Thị Thử")).to_be_visible()
    await page.get_by_role("button", name="Đăng xuất").click()
    await expect(page).to_have_url(f"{stack.url}/dang-nhap")
    assert await page.context.cookies() == []
    await page.go_back()
    await expect(page.get_by_label("Tên đăng nhập")).to_be_visible()


@asynccontextmanager
async def other_site(form: str) -> AsyncIterator[str]:
    """A page with a form on another port of this machine."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        body = f"<!doctype html><title>x</title>{form}".encode()
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        yield f"http://127.0.0.1:{port}/"


@pytest.mark.parametrize("opaque", [False, True], ids=["another port", "a frame without origin"])
async def test_a_form_of_another_program_on_this_machine_does_nothing(stack: Stack, page: Page, opaque: bool) -> None:
    login = f"trinh-duyet-{2 + opaque}"
    person = await put_person(stack, login)
    await log_in(stack, page, login)
    await expect(page).to_have_url(f"{stack.url}/nghia-vu")
    form = f'<form method="post" action="{stack.url}/tai-khoan/lich" target="_top"><button>Gửi</button></form>'
    framed = f"<iframe sandbox='allow-forms allow-top-navigation' srcdoc='{form}'></iframe>"
    async with other_site(framed if opaque else form) as address:
        await page.goto(address)
        place = page.frame_locator("iframe") if opaque else page
        async with page.expect_response(lambda response: response.url.endswith("/tai-khoan/lich")) as answered:
            await place.get_by_role("button").click()
        answer = await answered.value
    assert answer.status == HTTPStatus.FORBIDDEN
    stored = await stack.database[collection_names.PEOPLE].find_one({"_id": person})
    assert stored is not None
    assert stored["calendar"] == 0


async def test_our_own_form_works_in_the_browser_and_after_the_session_has_ended(stack: Stack, page: Page) -> None:
    person = await put_person(stack, "trinh-duyet-4")
    await log_in(stack, page, "trinh-duyet-4", "/tai-khoan")
    await page.get_by_role("button", name="Lấy địa chỉ lịch").click()
    await expect(page.get_by_text("Đã cấp địa chỉ lịch mới")).to_be_visible()
    await stack.database[collection_names.SESSIONS].delete_many({"person": person})
    await page.get_by_role("button", name="Đổi địa chỉ").click()
    await page.get_by_label("Tên đăng nhập").fill("trinh-duyet-4")
    await page.get_by_label("Mật khẩu").fill(PASSWORD)
    await page.get_by_role("button", name="Đăng nhập").click()
    await page.get_by_role("button", name="Gửi bằng tên Nguyễn Thị Thử").click()
    await expect(page.get_by_text("Đã cấp địa chỉ lịch mới")).to_be_visible()
    stored = await stack.database[collection_names.PEOPLE].find_one({"_id": person})
    assert stored is not None
    assert stored["calendar"] == 2


@pytest.mark.parametrize("width", [1280, 320])
async def test_the_pages_of_logins_have_no_fault_of_accessibility(stack: Stack, page: Page, width: int) -> None:
    login = f"trinh-duyet-r{width}"
    await put_person(stack, login)
    await page.set_viewport_size({"width": width, "height": 900})
    await page.context.clear_cookies()
    await page.goto(f"{stack.url}/dang-nhap")
    found = {"login": faults(await page.evaluate(f"{AXE}; axe.run()"))}
    await log_in(stack, page, login, "/tai-khoan")
    for path in ("/tai-khoan", "/tai-khoan/ma-xac-thuc"):
        await page.goto(stack.url + path)
        found[path] = faults(await page.evaluate(f"{AXE}; axe.run()"))
        assert await page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), path
    assert found == {"login": [], "/tai-khoan": [], "/tai-khoan/ma-xac-thuc": []}
