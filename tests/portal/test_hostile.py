"""Any request, with any method, gets an answer that says what to do, and never a server error."""

import asyncio
from typing import Any
from urllib.parse import quote

import httpx2
import pytest

from services.portal.reading import explaining
from tests import identities
from tests.portal import builders
from tests.portal.builders import CT27
from tests.portal.conftest import Stack

pytestmark = pytest.mark.asyncio(loop_scope="session")

PATHS = {
    "/": [],
    "/bang/{}/{}/{}": [CT27, "2024", "184"],
    "/bang/{}/{}/{}.csv": [CT27, "2024", "184"],
    "/bang/{}/{}/{}.xlsx": [CT27, "2024", "184"],
    "/bao-cao/{}/{}/{}": [CT27, "2024", "06253"],
    "/giai-trinh/{}/{}/{}/{}": [CT27, "2024", "184", "gd_ngay_cong"],
    "/thuyet-minh/{}/{}/{}": [CT27, "2024", "184"],
    "/nghia-vu": [],
    "/nghia-vu.csv": [],
    "/tim": [],
    "/lich/{}.ics": ["A" * 43],
    "/api/v1/views/{}/{}/{}": [CT27, "2024", "184"],
    "/api/v1/views/{}/{}/{}/children": [CT27, "2024", "184"],
    "/api/v1/reports/{}/{}/{}": [CT27, "2024", "06253"],
    "/api/v1/explain/{}/{}/{}/{}": [CT27, "2024", "184", "gd_ngay_cong"],
    "/api/v1/feeds/{}/{}": ["20", CT27],
    "/api/v1/duties": [],
    "/static/{}": ["portal.css"],
    "/favicon.ico": [],
    "/api": [],
}
TEXTS = [
    "%00", "%FF%FE", "%C0%AF", "%ED%A0%80", "a" * 4000, "..", "%2e%2e%2f%2e%2e%2fetc%2fpasswd", "%0d%0aSet-Cookie:x=1", "%E2%80%AE",
    "%E2%80%8B", "184%00", "{{7*7}}", "%3Cscript%3E", "$where", "[$ne]", "-1", "1e9", "9" * 40, "%25", "%F0%9F%98%80", "＝1", "*", ">",
]  # fmt: skip
QUERIES = [
    "limit={}", "after={}", "unit={}", "regime={}", "period={}", "state={}", "only={}", "page={}", "{}", "{}={}", "unit[]={}",
    "unit[$ne]={}", "limit=1&limit={}", "after={}&after=2", "unit=184&unit={}", "q={}", "cumulative={}",
]  # fmt: skip
FINE = (200, 204, 307)
REFUSED = (400, 404, 405, 422)


@pytest.fixture(autouse=True)
def _reports_that_do_not_add_up_are_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(explaining, "PAUSE_S", 0.0)


def is_for_programs(path: str) -> bool:
    return path.startswith(("/api/", "/lich/"))


async def check(stack: Stack, path: str, method: str = "GET", **asked: Any) -> httpx2.Response:
    """An answer of the right kind, with words for its reader."""
    answer = await stack.http.request(method, path, **asked)
    assert answer.status_code in FINE + REFUSED, f"{method} {path[:200]}: {answer.status_code} {answer.text[:300]}"
    if answer.status_code in REFUSED and method != "HEAD":
        if is_for_programs(path):
            assert answer.headers["content-type"] == "application/problem+json", path
            problem = answer.json()
            assert problem["errors"]
            assert problem["code"].startswith(("door.", "report."))
            assert all(letter.isascii() or letter in "“”…" or letter in path for letter in problem["detail_en"] if letter.isalpha()), (
                problem
            )
        else:
            assert answer.headers["content-type"] == "text/html; charset=utf-8", path
            assert '<html lang="vi">' in answer.text
            assert 'href="/"' in answer.text
    assert "set-cookie" not in answer.headers
    return answer


@pytest.mark.parametrize("path", PATHS)
async def test_a_hostile_name_in_an_address_is_answered(stack: Stack, path: str) -> None:
    await stack.put(views=[builders.view()], reports=builders.season(), duties=[builders.duty()])
    names = PATHS[path]
    for place in range(len(names)):
        for text in TEXTS:
            await check(stack, path.format(*[*names[:place], text, *names[place + 1 :]]))


@pytest.mark.parametrize("path", [path for path in PATHS if not path.startswith(("/static", "/favicon"))])
async def test_a_hostile_query_is_answered(stack: Stack, path: str) -> None:
    await stack.put(duties=[builders.duty()])
    address = path.format(*PATHS[path])
    for query in QUERIES:
        await asyncio.gather(*[check(stack, f"{address}?{query.replace('{}', text)}") for text in TEXTS[::2]])


@pytest.mark.parametrize("path", PATHS)
async def test_head_says_what_get_would_and_has_no_body(stack: Stack, path: str) -> None:
    await stack.put(views=[builders.view()], reports=builders.season(), duties=[builders.duty()])
    for address in (path.format(*PATHS[path]), path.format(*["no-such" for _ in PATHS[path]])):
        asked, head = await check(stack, address), await check(stack, address, "HEAD")
        assert (head.status_code, head.content) == (asked.status_code, b"")
        assert head.headers.get("content-type") == asked.headers.get("content-type")


@pytest.mark.parametrize("path", ["//api/v1/duties", "/api/v1/duties/x", "/api/v2/views", "/live/x", "/lich/"])
async def test_a_program_is_answered_with_a_problem_wherever_it_knocks(stack: Stack, path: str) -> None:
    answer = await stack.http.get(stack.url + path)
    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")
    assert answer.json()["code"] == "door.not_found"


async def test_a_live_page_has_no_head(stack: Stack) -> None:
    assert (await stack.http.head(f"/live/{CT27}/2024/184")).status_code == 405


@pytest.mark.parametrize("path", PATHS)
async def test_a_method_that_is_not_taken_is_said_with_those_that_are(stack: Stack, path: str) -> None:
    for method in ("POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND"):
        answer = await check(stack, path.format(*PATHS[path]), method, content=b"\xff\x00", headers={"Sec-Fetch-Site": "same-origin"})
        assert answer.status_code == 405, method
        assert "GET" in answer.headers["allow"], method
        assert "door.method_not_allowed" in answer.text, method


HOSTS = [b"a b", b'x"><script>', b"evil.example:99999999", b"[::1", b"", "xã.vn".encode(), b"a" * 3000]


@pytest.mark.parametrize("host", HOSTS)
async def test_a_hostile_host_breaks_nothing(stack: Stack, host: bytes) -> None:
    await stack.put(duties=[builders.duty()])
    for path in ("/", await identities.calendar(stack.database, "06253"), "/api/v1/duties"):
        answer = await stack.http.get(path, headers=[(b"Host", host)])
        assert answer.status_code in (200, 400), answer.text
        assert "<script>" not in answer.text


@pytest.mark.parametrize("path", ["/", "/nghia-vu", "/nghia-vu.csv", "/api/v1/duties", f"/bang/{CT27}/2024/184", f"/lich/{'A' * 43}.ics"])
async def test_a_parameter_that_is_given_twice_is_refused(stack: Stack, path: str) -> None:
    answer = await check(stack, f"{path}?unit=184&unit=20")
    assert (answer.status_code, "đúng một giá trị" in answer.text) == (400, True)


@pytest.mark.parametrize("place", range(3))
async def test_nobody_listens_to_a_page_that_there_is_not(stack: Stack, place: int) -> None:
    names = [CT27, "2024", "184"]
    for text in (text for text in TEXTS[:20] if text != ".."):
        answer = await stack.http.get("/live/{}/{}/{}".format(*[*names[:place], text, *names[place + 1 :]]))
        assert answer.status_code in REFUSED
        assert answer.headers["content-type"] == "application/problem+json"


NAMED = [
    ("/api/v1/duties?limit=0", "limit", "từ 1 trở lên", "at least 1"),
    ("/api/v1/duties?limit=999999", "limit", "không quá 2000", "at most 2000"),
    ("/api/v1/duties?limit=x", "limit", "một số nguyên", "a whole number"),
    ("/api/v1/duties?state=x", "state", "một trong: owed, overdue", "one of: owed, overdue"),
    ("/api/v1/duties?only=perhaps", "only", "true hoặc false", "true or false"),
    ("/api/v1/duties?unit=$ne", "unit", "mã đơn vị gồm chữ không dấu", "a unit's code of letters"),
    ("/api/v1/duties?regime=X", "regime", "mã chế độ báo cáo gồm chữ thường", "a regime's id of lower-case letters"),
    ("/api/v1/duties?period=2024-13", "period", "mã kỳ báo cáo như 2024", "a period such as 2024"),
    ("/api/v1/duties?unit=184&unit=20", "unit", "đúng một giá trị", "one value, not several"),
    (f"/api/v1/feeds/*/{CT27}", "province", "mã đơn vị", "a unit's code"),
    (f"/api/v1/feeds/20/{CT27}?after=x", "after", "một số nguyên", "a whole number"),
    (f"/api/v1/feeds/20/{CT27}?after=-1", "after", "từ 0 trở lên", "at least 0"),
    (f"/api/v1/views/{CT27}/{quote('năm')}/184", "period", "mã kỳ báo cáo", "a period such as"),
]


@pytest.mark.parametrize(("path", "name", "vietnamese", "english"), NAMED)
async def test_a_bad_parameter_is_named_with_the_form_wanted(stack: Stack, path: str, name: str, vietnamese: str, english: str) -> None:
    problem = (await check(stack, path)).json()
    assert problem["code"] == "door.bad_query"
    assert problem["errors"][0]["path"] == name
    assert f"Tham số “{name}” không hợp lệ" in problem["detail"]
    assert vietnamese in problem["detail"]
    assert f"The parameter “{name}”" in problem["detail_en"]
    assert english in problem["detail_en"]


async def test_all_bad_parameters_are_named_at_once(stack: Stack) -> None:
    problem = (await check(stack, "/api/v1/duties?limit=x&state=y&only=z")).json()
    assert [fault["path"] for fault in problem["errors"]] == ["state", "only", "limit"]
    shown = (await check(stack, "/nghia-vu?state=y&only=z")).text
    assert "Tham số “state” không hợp lệ" in shown
    assert "Tham số “only” không hợp lệ" in shown


async def test_a_fault_of_ours_is_a_page_or_a_problem_that_says_what_to_do(stack: Stack) -> None:
    await stack.put(views=[builders.view(reporting="none", position={})])  # what nobody writes
    page = await stack.http.get(f"/bang/{CT27}/2024/184")
    assert (page.status_code, "Hệ thống gặp lỗi" in page.text, "báo cho quản trị hệ thống" in page.text) == (500, True, True)
    assert "default-src 'self'" in page.headers["content-security-policy"]
    problem = await stack.http.get(f"/api/v1/explain/{CT27}/2024/184/gd_ngay_cong")
    assert (problem.status_code, problem.json()["code"]) == (500, "door.fault")
