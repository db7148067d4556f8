"""The portal reads what the other services really write. (The rest of this folder inserts documents by hand.)"""

import asyncio
from pathlib import Path
from typing import Any

import httpx2
import orjson

from services.devstack import probe
from shared.shell.service import Connections
from shared.wire import subjects
from shared.wire.views import View
from tests import builders, identities
from tests.builders import CT27
from tests.running import running, with_all_settings
from tests.waiting import until


async def send(connections: Connections, sender: str, event: dict[str, Any]) -> None:
    await connections.streams.jetstream.publish(subjects.inbox(sender), orjson.dumps(event))


async def test_a_report_that_is_sent_returned_and_sent_again_is_followed_on_every_page(loaded: Connections, tmp_path: Path) -> None:
    settings = with_all_settings(loaded).settings
    cookies = await identities.viewer(loaded.database, (await loaded.reference.current()).registry.units)
    async with (
        running(settings, tmp_path, "ingest", "aggregate", "notify", "portal"),
        httpx2.AsyncClient(base_url=f"http://{settings.bind_host}:{settings.portal_port}", cookies=cookies) as http,
    ):
        assert probe.get(settings.portal_monitor_port, "/readyz")[0] == 200

        async def json(path: str) -> Any:
            answer = await http.get(f"/api/v1/{path}")
            return answer.json() if answer.status_code == 200 else {}

        async def received(count: int) -> bool:
            view = await json(f"views/{CT27}/2024/184")
            return bool(view) and view["reporting"]["received"] == count

        await send(
            loaded, builders.COMMUNE, builders.submitted(values={"gd_tien_tai_tro": "1532.75"}, narratives={"kho_khan": "Thiếu vốn"})
        )
        await until(lambda: received(1))
        View.model_validate(await json(f"views/{CT27}/2024/184"))
        page = (await http.get(f"/bang/{CT27}/2024/184")).text
        assert "<strong>1/22</strong>" in page
        assert "1.532,750" in page
        assert (await http.get(f"/bang/{CT27}/2024/20")).status_code == 200
        assert "Thiếu vốn" in (await http.get(f"/thuyet-minh/{CT27}/2024/184")).text

        await send(loaded, builders.RECIPIENT, builders.returned(fix_by="2099-12-31"))
        await until(lambda: received(0))
        report = await json(f"reports/{CT27}/2024/{builders.COMMUNE}")
        assert (report["state"], report["values"], len(report["history"])) == ("returned", {}, 2)
        assert report["history"][1]["fix_by"] == "2099-12-31"

        await send(loaded, builders.COMMUNE, builders.submitted(revision=2, values={"gd_tien_tai_tro": 7}))
        await until(lambda: received(1))
        derived = await json("views/vhtt-van-quan/2024/184")
        assert derived["reporting"]["received"] == 1

        async def is_fed() -> bool:
            fed = await json(f"feeds/20/{CT27}")
            return any(event["data"]["unit"]["code"] == "184" and event["data"]["reporting"]["received"] == 1 for event in fed["events"])

        await until(is_fed)

        async def is_noted() -> bool:
            listed = await json(f"duties?unit={builders.COMMUNE}&period=2024&regime={CT27}")
            return [duty["unit"]["code"] for duty in listed["duties"]] == [builders.COMMUNE]

        await until(is_noted)
        children = await json(f"views/{CT27}/2024/184/children")
        assert sum(child["counts"] for child in children["units"]) == 1
        pages = await asyncio.gather(*[http.get(path) for path in ("/", f"/bao-cao/{CT27}/2024/{builders.COMMUNE}")])
        assert [page.status_code for page in pages] == [200, 200]
