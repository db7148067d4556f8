import pytest

from tests.portal import builders
from tests.portal.builders import CT27
from tests.portal.conftest import Stack
from tests.waiting import until

pytestmark = pytest.mark.asyncio(loop_scope="session")


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

        async def is_red() -> bool:
            return (await stack.http.get("/readyz")).status_code == 503

        await until(is_red)
    finally:
        await stack.mongod.start()

    async def is_back() -> bool:
        ready = (await stack.http.get("/readyz")).status_code == 200
        return ready and (await stack.http.get(f"/bang/{CT27}/2024/184")).status_code == 200

    await until(is_back)
