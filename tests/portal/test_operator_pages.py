"""Keys and the state of the services, for operators."""

from datetime import UTC, datetime, timedelta

import httpx2
import pytest

from services.portal.domain import operation
from services.portal.domain.operation import Seen
from shared.plumbing import identity_changes
from tests import identities
from tests.portal.conftest import Stack
from tests.portal.test_pages import text_of

loop = pytest.mark.asyncio(loop_scope="session")
NOW = datetime(2026, 11, 26, 2, 30, tzinfo=UTC)
OWN = {"Sec-Fetch-Site": "same-origin"}


def seen(**changes: object) -> Seen:
    of_log = {"log": 100, "inbox": 0, "folded": {0: 100, 1: 90}, "folded_under": [3, 3], "noted": 100, "noted_under": 3}
    times = {"parked": 0, "last_event_at": None, "last_alert_at": None, "head_day": "", "head_number": 0, "head_at": None}
    return Seen(**{"generation": 3, **of_log, **times, "is_head_published": False, **changes})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changes", "service", "is_up_to_date", "text"),
    [
        ({}, "ingest", True, "không có gì chờ"),
        ({"inbox": 1200}, "ingest", False, "1.200 thông điệp chưa xử lý"),
        ({"inbox": None}, "ingest", None, "không hỏi được máy chủ NATS"),
        ({}, "aggregate", True, "đã xử lý hết"),
        ({"folded": {0: 88, 1: 90}}, "aggregate", False, "còn 10 sự kiện"),
        ({"folded_under": [3, 2]}, "aggregate", False, "đang tính lại theo đơn vị và chế độ mới"),
        ({"folded": {}}, "aggregate", False, "chưa ghi gì vào cơ sở dữ liệu"),
        ({"log": None}, "notify", None, "không hỏi được máy chủ NATS"),
        ({"noted": 101}, "notify", True, "đã xử lý hết"),
        ({"noted": None}, "notify", False, "chưa ghi gì vào cơ sở dữ liệu"),
    ],
    ids=[str(number) for number in range(10)],
)
def test_the_state_of_a_service_in_words(changes: dict[str, object], service: str, is_up_to_date: bool | None, text: str) -> None:
    [line] = [line for line in operation.lines(seen(**changes)) if line.service == service]
    assert (line.is_up_to_date, line.text) == (is_up_to_date, text)


def test_a_head_of_the_audit_log_that_is_two_days_old_is_stale() -> None:
    assert operation.has_stale_head(seen(head_at=NOW - timedelta(days=3)), NOW)
    assert not operation.has_stale_head(seen(head_at=NOW - timedelta(days=1)), NOW)
    assert not operation.has_stale_head(seen(), NOW)


async def operator(stack: Stack) -> httpx2.AsyncClient:
    secret = await identities.session_with(stack.database, identities.grant("operator", None))
    return httpx2.AsyncClient(base_url=stack.url, cookies={identities.COOKIE: secret}, headers=OWN)


@pytest.mark.stores
@loop
async def test_a_key_is_revoked_after_a_question_and_only_once(stack: Stack) -> None:
    await stack.database["credentials"].delete_many({})
    await identities.put_key(stack.database, "06253")
    await identities.put_key(stack.database, None, receiver="tinh", may=["read"])
    [key] = await stack.database["credentials"].find({"unit": "06253"}).to_list(None)
    path = f"/quan-tri/khoa/{key['_id']}/thu-hoi"
    async with await operator(stack) as http:
        listed = text_of((await http.get("/quan-tri/khoa")).text)
        assert "Thị trấn Văn Quan (06253)" in listed
        assert "tinh" in listed
        assert key["verifier"] not in listed
        assert "tinh" not in text_of((await http.get("/quan-tri/khoa?cua=06253")).text).partition("Danh sách")[2]
        assert "Thu hồi khóa của Thị trấn Văn Quan" in (await http.get(path)).text
        assert await stack.database["credentials"].find_one({"_id": key["_id"], "revoked_at": None})
        answer = await http.post(path)
        assert (answer.status_code, answer.headers["location"]) == (303, "/quan-tri/khoa?da=thu-hoi")
        assert await stack.database["credentials"].find_one({"_id": key["_id"], "revoked_by": {"$regex": "^people/"}})
        assert await stack.database["audit"].find_one({"action": "credential.revoked", "target": "units/06253"})
        assert [(await http.post(path)).status_code, (await http.get(path)).status_code] == [404, 404]
        for bad in ("cua=%00", f"cua={'a' * 65}", "after=x", "after=$ne"):
            assert (await http.get(f"/quan-tri/khoa?{bad}")).status_code == 400, bad
        assert (await http.post("/quan-tri/khoa/$ne/thu-hoi")).status_code == 404


@pytest.mark.stores
@loop
async def test_a_nats_credential_is_revoked_like_a_key_and_the_page_says_when_it_ends(stack: Stack) -> None:
    await stack.database["credentials"].delete_many({})
    await identities.put_key(stack.database, "06253")
    await stack.database["credentials"].update_many(
        {}, {"$set": {"kind": "nats", "verifier": "UDXU4RCSJNZOIQHZNWXHXORDPRTGNJAHAHFRGZNEEJCPQTT2M7NLCNF4"}}
    )
    [found] = await stack.database["credentials"].find({}).to_list(None)
    path = f"/quan-tri/khoa/{found['_id']}/thu-hoi"
    generation = await identity_changes.generation(stack.database)
    async with await operator(stack) as http:
        asked = text_of((await http.get(path)).text)
        assert "Thu hồi chứng thư NATS của Thị trấn Văn Quan" in asked
        assert "máy chủ NATS ngắt kết nối trong vài giây" in asked
        answer = await http.post(path)
        assert (answer.status_code, answer.headers["location"]) == (303, "/quan-tri/khoa?da=thu-hoi-nats")
        assert "Đã thu hồi chứng thư NATS" in text_of((await http.get(answer.headers["location"])).text)
    assert await stack.database["credentials"].find_one({"_id": found["_id"], "revoked_by": {"$regex": "^people/"}})
    assert await stack.database["audit"].find_one({"action": "credential.revoked", "details.kind": "nats"})
    assert await identity_changes.generation(stack.database) > generation  # `nats keep` looks at this


@pytest.mark.stores
@loop
async def test_the_state_page_says_what_waits(stack: Stack) -> None:
    async with await operator(stack) as http:
        page = text_of((await http.get("/quan-tri/tinh-trang")).text)
    assert "Tình trạng hệ thống" in page
    assert "tonghop status" in page
    assert "chưa ghi gì vào cơ sở dữ liệu" in page.lower()
