import asyncio

import httpx2
import pytest

from services.portal.app import create_app
from shared.plumbing import mongo
from tests.portal import builders
from tests.portal.builders import CT27
from tests.portal.conftest import Stack
from tests.running import is_ready
from tests.waiting import until

pytestmark = pytest.mark.asyncio(loop_scope="session")


DOORS = [
    "/",
    "/nghia-vu",
    "/nghia-vu.csv",
    f"/lich/{'A' * 43}.ics",
    f"/bao-cao/{CT27}/2024/06253",
    f"/thuyet-minh/{CT27}/2024/184",
    f"/giai-trinh/{CT27}/2024/184/gd_ngay_cong",
    f"/live/{CT27}/2024/184",
    f"/api/v1/views/{CT27}/2024/184/children",
    f"/api/v1/reports/{CT27}/2024/06253",
    f"/api/v1/explain/{CT27}/2024/184/gd_ngay_cong",
    f"/api/v1/feeds/20/{CT27}",
    "/api/v1/duties",
]


async def test_while_mongodb_is_away_pages_say_so_and_come_back(stack: Stack) -> None:
    await stack.put(views=[builders.view()])
    await stack.mongod.kill()
    try:
        page = await stack.http.get(f"/bang/{CT27}/2024/184")
        assert page.status_code == 503
        assert "Hệ thống tạm thời gián đoạn" in page.text
        answer = await stack.http.get(f"/api/v1/views/{CT27}/2024/184")
        assert (answer.status_code, answer.headers["content-type"]) == (503, "application/problem+json")
        assert answer.headers["retry-after"]
        assert answer.json()["code"] == "door.database_away"
        for away in await asyncio.gather(*[stack.http.get(path) for path in DOORS]):
            assert away.status_code == 503, away.url
            assert "door.database_away" in away.text
            assert "chưa đọc được số liệu" in away.text

        async def is_red() -> bool:
            return not await is_ready(stack.app)

        await until(is_red)
    finally:
        await stack.mongod.start()

    async def is_back() -> bool:
        return await is_ready(stack.app) and (await stack.http.get(f"/bang/{CT27}/2024/184")).status_code == 200

    await until(is_back)


async def test_while_nats_is_away_the_feed_says_that_it_cannot_be_read_and_asks_nobody_to_send_again(stack: Stack) -> None:
    app = create_app(stack.settings.model_copy(update={"nats_url": "nats://127.0.0.1:9"}))  # nobody is there
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://portal", cookies=stack.cookies) as http:
        answer = await http.get(f"/api/v1/feeds/20/{CT27}")
    await mongo.close(app.state.reference._database.client)
    assert (answer.status_code, answer.json()["code"]) == (503, "door.feed_away")
    assert answer.headers["retry-after"]
    assert "Gửi lại" not in answer.json()["detail"]
