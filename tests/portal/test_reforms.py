"""The pages and the API of reforms, on a database to which the reforms of 2025 were applied."""

import csv
import io
import re
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest
import pytest_asyncio

from services.portal.app import create_app
from shared.plumbing import mongo
from tests.portal.conftest import Stack
from tests.portal.reformed_stack import reformed

pytestmark = pytest.mark.asyncio(loop_scope="session")
LAW = "1672/NQ-UBTVQH15"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def portal(running: Stack) -> AsyncIterator[httpx2.AsyncClient]:
    async with reformed(running.settings) as settings:
        app = create_app(settings)
        async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://portal", cookies=running.cookies) as http:
            yield http
        await mongo.close(app.state.reference._database.client)


async def json(portal: httpx2.AsyncClient, path: str, status: int = 200) -> Any:
    answer = await portal.get(path)
    assert answer.status_code == status, answer.text
    return answer.json()


async def page(portal: httpx2.AsyncClient, path: str, status: int = 200) -> str:
    answer = await portal.get(path)
    assert answer.status_code == status, answer.text
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", answer.text))


async def test_the_list_has_law_counts_and_who_did_what_when(portal: httpx2.AsyncClient) -> None:
    march, july = (await json(portal, "/api/v1/reforms"))["reforms"]
    assert (march["id"], july["id"]) == ("2025-03-01-quang-binh", "2025-07-01")
    assert [(act["what"], act["by"]) for act in march["history"]] == [
        ("applied", "operator/an"),
        ("reverted", "operator/binh"),
        ("applied", "operator/an"),
    ]
    assert july["counts"]["begins"]["commune"] == 3184
    assert {"number": "202/2025/QH15", "day": "2025-06-12", "about": "34 đơn vị hành chính cấp tỉnh", "within": None} in july["legal_basis"]


async def test_a_reform_says_what_it_did(portal: httpx2.AsyncClient) -> None:
    figures = (await json(portal, "/api/v1/reforms/2025-07-01"))["figures"]
    assert (figures["new_meanings"]["commune"], figures["new_meanings"]["province"]) == (3184, 23)
    assert {"was": "feed.44.>", "now": "feed.44-2025.>"} in figures["feed_routes"]
    assert figures["heirs_complete"] == [{"regime": "ct27-van-quan", "period": "2024", "duties": 1}]
    assert len(figures["open_heirs"]) == 126
    (waiting,) = [one for one in figures["open_heirs"] if one["waiting"]]
    assert (waiting["unit"]["id"], waiting["waiting"]) == ("04957", [{"regime": "ct27-van-quan", "period": "2024", "task": "report"}])


async def test_an_earlier_reform_is_shown_by_what_it_did_then(portal: httpx2.AsyncClient) -> None:
    figures = (await json(portal, "/api/v1/reforms/2025-03-01-quang-binh"))["figures"]
    assert (figures["credentials"], figures["feed_routes"]) == ({"end": 4, "begin": 2}, [])


async def test_the_lineage_of_a_new_unit_names_its_sources_and_the_law(portal: httpx2.AsyncClient) -> None:
    found = await json(portal, "/api/v1/units/06253-2025/lineage")
    assert [(edge["unit"]["id"], edge["share"], edge["heir"]) for edge in found["from"]] == [
        ("06253", "whole", True),
        ("06274", "whole", True),
        ("06277", "whole", True),
    ]
    assert (found["to"], found["heir"]["id"]) == ([], "06253-2025")
    (law,) = found["law"]
    assert LAW in [basis["number"] for basis in law["legal_basis"]]


async def test_the_lineage_of_an_ended_unit_names_its_heir(portal: httpx2.AsyncClient) -> None:
    found = await json(portal, "/api/v1/units/06274/lineage")
    assert ([edge["unit"]["id"] for edge in found["to"]], found["heir"]["id"]) == (["06253-2025"], "06253-2025")
    assert (await json(portal, "/api/v1/units/04957/lineage"))["heir"] is None


async def test_unknown_and_malformed_names_are_refused(portal: httpx2.AsyncClient) -> None:
    assert (await json(portal, "/api/v1/reforms/2026-01-01", 404))["code"] == "door.no_such_reform"
    assert (await json(portal, "/api/v1/reforms/A_B", 400))["code"] == "door.bad_query"
    assert (await json(portal, "/api/v1/units/99999/lineage", 404))["code"] == "door.no_such_unit"
    assert (await json(portal, "/api/v1/units/a%20b/lineage", 400))["code"] == "door.bad_query"
    assert "Không có đợt sắp xếp “2026-01-01”" in await page(portal, "/sap-xep/2026-01-01", 404)
    assert (await portal.get("/sap-xep/2026-01-01.csv")).status_code == 404


async def test_the_page_of_all_reforms_begins_with_the_latest(portal: httpx2.AsyncClient) -> None:
    text = await page(portal, "/sap-xep")
    assert text.index("kết thúc hoạt động của cấp huyện") < text.index("Sắp xếp các cơ quan chuyên môn")
    assert "Thu hồi" in text
    assert "operator/binh" in text


async def test_the_page_of_a_reform_shows_figures_and_units(portal: httpx2.AsyncClient) -> None:
    text = await page(portal, "/sap-xep/2025-07-01")
    assert "cấp xã 3.184" in text
    assert "Chưa khai đơn vị kế thừa: 126" in text
    assert "đang chờ: ct27-van-quan năm 2024" in text
    assert "feed.44.&gt; → feed.44-2025.&gt;" in text


async def test_units_of_a_reform_are_found_by_name_or_code(portal: httpx2.AsyncClient) -> None:
    text = await page(portal, "/sap-xep/2025-07-01?q=06253")
    assert "Đơn vị kết thúc, tiếp tục và mới: 2" in text
    assert "nay thuộc Xã Văn Quan 06253" in text
    assert "từ Thị trấn Văn Quan 06253, " in text
    assert "Không tìm thấy đơn vị nào" in await page(portal, "/sap-xep/2025-07-01?q=khongcodau")
    assert "trước đó: Huyện Cồn Cỏ 471" in await page(portal, "/sap-xep/2025-07-01?q=con%20co")


async def test_every_unit_is_on_one_page_of_the_list(portal: httpx2.AsyncClient) -> None:
    path, seen = "/sap-xep/2025-03-01-quang-binh", list[str]()
    text = (await portal.get(path)).text
    seen += re.findall(r"/nghia-vu\?unit=([^\"]+)", text)
    assert sorted(seen) == ["44-SKHCN", "44-SLDTBXH", "44-SNNMT", "44-SNNPTNT", "44-STNMT", "44-STTTT"]
    first = (await portal.get("/sap-xep/2025-07-01")).text
    following = re.search(r'rel="next" href="([^"]+)"', first)
    assert following is not None
    second = (await portal.get(following.group(1).replace("&amp;", "&"))).text
    units = [re.findall(r"/nghia-vu\?unit=([^\"]+)", text) for text in (first, second)]
    assert [len(listed) for listed in units] == [50, 50]
    assert not set(units[0]) & set(units[1])
    assert (await portal.get("/sap-xep/2025-07-01?after=abc")).status_code == 400


async def test_the_lineage_is_a_table_with_every_edge(portal: httpx2.AsyncClient) -> None:
    answer = await portal.get("/sap-xep/2025-07-01.csv")
    rows = list(csv.reader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert ["06274", "06274", "Xã Hòa Bình", "06253-2025", "06253", "Xã Văn Quan", "whole", "", "", "x"] in rows
    assert len(rows) - 1 == 11_336 - 137
