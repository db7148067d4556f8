"""A person enters a report, and ingest, the aggregator and the portal do what they do with any report."""

import asyncio
from pathlib import Path
from typing import Any

import httpx2

from shared.shell.service import Connections
from shared.words.principals import Role
from tests import identities
from tests.builders import COMMUNE, CT27, RECIPIENT
from tests.portal import entry_desk
from tests.portal.entry_desk import OWN, PATH, hidden, main_of
from tests.running import running, with_all_settings
from tests.waiting import until


async def browser(loaded: Connections, url: str, role: Role, unit: str, *, approver: bool = False) -> httpx2.AsyncClient:
    secret = await identities.session_with(loaded.database, identities.grant(role, unit, approver=approver))
    return httpx2.AsyncClient(base_url=url, headers=OWN, cookies={identities.COOKIE: secret}, timeout=30)


async def press(person: httpx2.AsyncClient, button: str, **fields: str) -> httpx2.Response:
    opened = await person.get(PATH)
    named = {name.replace("__", "."): text for name, text in fields.items()}
    return await person.post(PATH, data={**hidden(opened.text), "viec": button, **named}, follow_redirects=True)


async def test_a_report_that_people_enter_counts_and_says_who_entered_it(loaded: Connections, tmp_path: Path) -> None:
    await loaded.reference.put_regimes([entry_desk.regime()])
    settings = with_all_settings(loaded).settings
    url = f"http://{settings.bind_host}:{settings.portal_port}"
    async with running(settings, tmp_path, "ingest", "aggregate", "portal"):
        officer, reviewer = [await browser(loaded, url, *who) for who in (("officer", COMMUNE), ("reviewer", RECIPIENT))]
        async with officer, reviewer:
            refused = await press(officer, "gui", v__gd_ngay_cong="-5")
            assert refused.status_code == 422
            assert 'href="#v-gd_ngay_cong"' in refused.text
            assert 'value="-5"' in refused.text

            checked: list[str] = []

            async def is_checked() -> bool:
                answer = await press(officer, "kiem-tra", v__gd_ngay_cong="1.234")
                checked.append(main_of(answer.text))
                return answer.status_code == 200 and "Sau khi gửi" in checked[-1]

            await until(is_checked)
            said = checked[-1]
            assert "Kiểm tra xong: gửi được, chưa gửi" in said
            district = (await loaded.reference.current()).registry.ids["184"][-1].name
            assert f">{district}</th>" in said  # the total above, which communes read in this regime
            assert '"Sau khi gửi" class="num">1.234</td>' in said
            assert await loaded.database["receipts"].count_documents({"verdict": "accepted"}) == 0

            sent = await press(officer, "gui", v__gd_ngay_cong="1.234", t__kho_khan="Thiếu vốn", g__gd_ngay_cong="Do bão")
            assert "Báo cáo đã được ghi nhận" in main_of(sent.text)
            assert "Nộp muộn" in main_of(sent.text)
            assert str(sent.url).startswith(f"{url}{PATH}/bien-nhan/")

            async def report() -> Any:
                return (await officer.get(f"/api/v1/reports/{CT27}/2024/{COMMUNE}")).json()

            async def stands(revision: int) -> bool:
                return bool((await report())["revision"] == revision)

            await until(lambda: stands(1))
            assert (await report())["values"]["gd_ngay_cong"] == 1234

            entered = await press(reviewer, "gui", v__gd_ngay_cong="1235")
            assert "Báo cáo đã được ghi nhận" in main_of(entered.text)
            await until(lambda: stands(2))
            name = (await loaded.reference.current()).registry.ids[RECIPIENT][-1].name
            page = main_of((await officer.get(f"/bao-cao/{CT27}/2024/{COMMUNE}")).text)
            assert f"nhập thay bởi {name}" in page
            again, other = await asyncio.gather(officer.get(sent.url.path), reviewer.get(PATH))
            assert (again.status_code, hidden(other.text)["lan"]) == (200, "3")
            await sent_by_the_approver(loaded, url, officer)
            await until(lambda: stands(3))
            assert (await report())["values"]["gd_ngay_cong"] == 1300
        actions = [entry["action"] async for entry in loaded.database["audit"].find({"target": f"reports/{CT27}/2024/{COMMUNE}"})]
        assert actions == ["report.sent", "report.sent", "report.entered_for", "draft.sent_for_approval", "report.sent"]


async def sent_by_the_approver(loaded: Connections, url: str, officer: httpx2.AsyncClient) -> None:
    """From now on the unit has an approver: the officer hands the draft in (trình duyệt), the approver sends it (duyệt gửi)."""
    async with await browser(loaded, url, "officer", COMMUNE, approver=True) as approver:
        mine = await press(officer, "gui", v__gd_ngay_cong="1300")
        assert mine.status_code == 403
        handed = await press(officer, "trinh-duyet", v__gd_ngay_cong="1300")
        assert "Chờ duyệt gửi:" in main_of(handed.text)
        locked = await officer.put(f"{PATH}/nhap", json={"version": 0, "form": "a" * 32, "fields": {}})
        assert locked.status_code == 423
        work = main_of((await approver.get("/viec-cua-toi")).text)
        assert "Chờ duyệt gửi (1)" in work
        sent = await press(approver, "gui", v__gd_ngay_cong="1300")
        assert "Báo cáo đã được ghi nhận" in main_of(sent.text)
        assert "Chờ duyệt gửi" not in main_of((await approver.get("/viec-cua-toi")).text)
        person = await loaded.database["people"].find_one({"grants.approver": True})
        entry = (await loaded.database["audit"].find({"action": "report.sent"}).sort("_id", -1).to_list(1))[0]
        assert person is not None
        assert entry["actor"] == f"people/{person['_id']}"
        assert entry["details"]["handed_in_by"] != entry["actor"]
        event = await loaded.database["reports"].find_one({"revision": 3})
        assert event is not None
        assert entry["actor"] in bytes(event["event"]).decode(errors="replace")
