"""Reviewers act on pages, and ingest, the aggregator and the portal do with it what they do with any event. One season of one district."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx2

from shared.plumbing import inbox
from shared.shell.service import Connections
from shared.wire import envelope, events
from shared.words.principals import Role
from tests import identities
from tests.builders import CALLER, DISTRICT, KL62, NQ68, submitted
from tests.portal.entry_desk import OWN, hidden, main_of
from tests.running import running, with_all_settings
from tests.waiting import until

RECIPIENT: Final = "44-SLDTBXH"
WARD, OTHER = "18853", "18856"
VIEW: Final = f"/bang/{NQ68}/2024/{DISTRICT}"
REPORT: Final = f"/bao-cao/{NQ68}/2024/{WARD}"
LATE: Final = "30/12/2099"


@dataclass
class Season:
    """The running services, and browsers of people."""

    loaded: Connections
    url: str
    district: httpx2.AsyncClient
    recipient: httpx2.AsyncClient
    caller: httpx2.AsyncClient

    async def report(self, unit: str, revision: int, new_jobs: int) -> None:
        event = submitted(unit, revision=revision, values={"ld_viec_lam_moi": new_jobs}, regime=NQ68)
        sent = inbox.outgoing(envelope.of_unit(unit, event["id"], events.SUBMITTED, event["data"], at=self.loaded.clock()))
        receipt = await inbox.send(self.loaded.streams, sent, 20)
        assert receipt.verdict == "accepted", receipt

    async def view(self) -> Any:
        return (await self.district.get(f"/api/v1/views/{NQ68}/2024/{DISTRICT}")).json()

    async def until_total(self, total: int | None, received: int) -> None:
        async def is_there() -> bool:
            view = await self.view()
            if "reporting" not in view:
                return False
            figure = view["indicators"].get("ld_viec_lam_moi", {"total": None})
            return bool(view["reporting"]["received"] == received and figure["total"] == total)

        await until(is_there)

    async def until_official(self, number: int | None, *, moved: bool = False) -> None:
        async def is_there() -> bool:
            official = (await self.view())["official"]
            return bool(official is None if number is None else official and (official["number"], official["moved"]) == (number, moved))

        await until(is_there)

    async def actions(self) -> list[str]:
        return [entry["action"] async for entry in self.loaded.database["audit"].find().sort("_id", 1)]


@asynccontextmanager
async def season(loaded: Connections, folder: Path) -> AsyncIterator[Season]:
    settings = with_all_settings(loaded).settings
    url = f"http://{settings.bind_host}:{settings.portal_port}"

    async def browser(role: Role, unit: str) -> httpx2.AsyncClient:
        secret = await identities.session_with(loaded.database, identities.grant(role, unit))
        return httpx2.AsyncClient(base_url=url, headers=OWN, cookies={identities.COOKIE: secret}, timeout=30)

    async with running(settings, folder, "ingest", "aggregate", "portal"), AsyncExitStack() as stack:
        people = [await stack.enter_async_context(await browser("reviewer", unit)) for unit in (DISTRICT, RECIPIENT, CALLER)]
        yield Season(loaded, url, *people)


async def sent(person: httpx2.AsyncClient, path: str, form: dict[str, Any] | None = None, **fields: Any) -> httpx2.Response:
    """Opens the page of an act (unless its form is given), fills in its fields, and sends it."""
    opened = hidden((await person.get(path)).text) if form is None else form
    return await person.post(path, data={**opened, "viec": "gui", **fields})


async def test_a_season_of_acts(loaded: Connections, tmp_path: Path) -> None:
    async with season(loaded, tmp_path) as it:
        await it.report(WARD, 1, 400)
        await it.report(OTHER, 1, 100)
        await it.until_total(500, 2)
        await returned_with_what_the_totals_become(it)
        await confirmed_as_seen(it)
        await moved_since_it_was_seen(it)
        await undone_from_above_once_used(it)
        await asked_and_extended_once(it)
        await opened_on_call(it)
        assert {"report.returned", "view.confirmed", "confirmation.undone", "reminder.requested", "duty.extended", "period.opened"} <= set(
            await it.actions()
        )


async def returned_with_what_the_totals_become(it: Season) -> None:
    pages: list[str] = []

    async def is_previewed() -> bool:
        pages.append((await it.recipient.get(f"{REPORT}/tra-lai")).text)
        return "sẽ giảm từ 500 xuống 100" in pages[-1]

    await until(is_previewed)
    page = main_of(pages[-1])
    assert "Số đơn vị đã nộp sẽ giảm từ 2 xuống 1" in page
    assert "chưa có đầu mối liên hệ" in page
    form = hidden(pages[-1])
    both = [
        sent(
            it.recipient,
            f"{REPORT}/tra-lai",
            form,
            ngay=LATE,
            ly_do="Xem lại\r\nsố",
            ly_do_chon=["mau-thuan"],
            chi_tieu=["ld_viec_lam_moi"],
        )
        for _ in range(2)
    ]
    answers = await asyncio.gather(*both)
    assert [answer.status_code for answer in answers] == [200, 200], main_of(answers[0].text)
    assert all("đã ghi nhận" in answer.text for answer in answers)
    await it.until_total(100, 1)
    [stored] = [one async for one in it.loaded.database["reports"].find({"type": events.RETURNED})]
    logged = events.read_logged(events.stored_text(stored["event"]))
    assert logged is not None
    assert logged.data["reason"] == "Các số liệu mâu thuẫn với nhau.\nXem lại\nsố"
    assert (logged.data["fix_by"], logged.data["indicators"]) == ("2099-12-30", ["ld_viec_lam_moi"])
    again = main_of((await it.recipient.get(REPORT)).text)
    assert "Báo cáo đã được trả lại nên không có gì để trả lại" in again
    await it.report(WARD, 2, 450)
    await it.until_total(550, 2)


async def confirmed_as_seen(it: Season) -> None:
    page = main_of((await it.district.get(VIEW)).text)
    assert "còn 16 đơn vị chưa nộp: cần ghi lý do" in page or "đơn vị chưa nộp: cần ghi lý do" in page
    without = await sent(it.district, f"{VIEW}/chot")
    assert without.status_code == 422
    assert 'href="#ly_do"' in without.text
    done = await sent(it.district, f"{VIEW}/chot", ly_do="Các xã còn lại không phát sinh")
    assert done.status_code == 200, main_of(done.text)
    await it.until_official(1)
    page = main_of((await it.district.get(VIEW)).text)
    assert "Phiên bản chính thức" in page
    assert "Các xã còn lại không phát sinh" in page
    assert "chưa có thay đổi" in page
    refused = await it.district.get(f"{REPORT}/tra-lai")
    assert "Hủy chốt trước" in main_of(refused.text)


async def moved_since_it_was_seen(it: Season) -> None:
    await it.report(WARD, 3, 460)
    await it.until_total(560, 2)
    await it.until_official(1, moved=True)
    seen = hidden((await it.district.get(f"{VIEW}/chot")).text)
    await it.report(OTHER, 2, 110)
    await it.until_total(570, 2)
    moved = await sent(it.district, f"{VIEW}/chot", seen, ly_do="Phường nộp lại")
    page = main_of(moved.text)
    assert moved.status_code == 422
    assert '"Đã xem" class="num wrap">560<' in page
    assert '"Hiện nay" class="num wrap">570<' in page
    again = await it.district.post(f"{VIEW}/chot", data={**hidden(moved.text), "viec": "xem-lai"})
    assert "Phường nộp lại" in main_of(again.text)
    done = await sent(it.district, f"{VIEW}/chot", hidden(again.text), ly_do="Phường nộp lại")
    assert done.status_code == 200, main_of(done.text)
    await it.until_official(2)
    page = main_of((await it.district.get(VIEW)).text)
    assert "Điều chỉnh lần 1" in page
    assert "+20" in page
    assert (await sent(it.district, f"{VIEW}/chot", hidden(again.text), ly_do="Phường nộp lại")).status_code == 200  # the back button
    assert (await it.view())["official"]["number"] == 2


async def undone_from_above_once_used(it: Season) -> None:
    assert (await sent(it.recipient, f"/bang/{NQ68}/2024/44/chot", ly_do="Đủ")).status_code == 200

    async def is_used() -> bool:
        return "Chỉ hủy chốt được từ" in main_of((await it.district.get(f"{VIEW}/huy-chot")).text)

    await until(is_used)
    undone = await sent(it.recipient, f"{VIEW}/huy-chot", ly_do="Phường báo nhầm")
    assert undone.status_code == 200, main_of(undone.text)
    await it.until_official(1, moved=True)
    page = main_of((await it.district.get(VIEW)).text)
    assert "Bản chốt đã hủy" in page
    assert "Phường báo nhầm" in page


async def asked_and_extended_once(it: Season) -> None:
    page = main_of((await it.district.get(f"{VIEW}/don-doc")).text)
    codes = re.findall(r'name="don_vi" value="(\d+)" checked', page)
    assert len(codes) == 13
    assert WARD not in codes
    asked = await sent(it.district, f"{VIEW}/don-doc", don_vi=codes[:2], noi_dung="Gửi trong ngày")
    assert asked.status_code == 200, main_of(asked.text)

    async def is_asked() -> bool:
        return "đã đôn đốc hôm nay" in main_of((await it.district.get(f"{VIEW}/don-doc")).text)

    await until(is_asked)
    assert (await sent(it.district, f"{VIEW}/don-doc", don_vi=codes[:1])).status_code == 422
    assert (await it.district.get(f"{VIEW}/gia-han")).status_code == 403
    form = hidden((await it.recipient.get(f"{VIEW}/gia-han")).text)
    for _ in range(2):
        many = await sent(it.recipient, f"{VIEW}/gia-han", form, don_vi=codes[:3], ngay=LATE, ly_do="Mưa lũ")
        assert main_of(many.text).count(">Đã ghi nhận<") == 3, main_of(many.text)
    assert await it.loaded.database["receipts"].count_documents({"type": events.EXTENDED, "verdict": "accepted"}) == 3

    async def is_later() -> bool:
        page = main_of((await it.recipient.get(f"/bao-cao/{NQ68}/2024/{codes[0]}/gia-han")).text)
        return "hạn trước ngày 31/12/2099" in page

    await until(is_later)
    one = f"/bao-cao/{NQ68}/2024/{codes[0]}/gia-han"
    earlier = await sent(it.recipient, one, ngay="30/11/2099", ly_do="Nhầm")
    assert "không sớm hơn ngày chọn" in main_of(earlier.text)
    assert (await sent(it.recipient, one, ngay="30/11/2099", ly_do="Nhầm", sua="1")).status_code == 200


async def opened_on_call(it: Season) -> None:
    path = f"/che-do/{KL62}/mo-ky"
    assert (await it.recipient.get(path)).status_code == 403
    year = str(it.loaded.clock().year)
    assert (await sent(it.caller, path, ky=year, ngay=LATE)).status_code == 200
    wrong = await sent(it.caller, path, ky="2199-Q9", ngay="31/02/2099")
    assert (wrong.status_code, wrong.text.count('href="#ngay"'), wrong.text.count('href="#ky"')) == (422, 1, 1)
