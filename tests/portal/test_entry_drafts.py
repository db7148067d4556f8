"""The form with its draft, on real servers without ingest and without JavaScript."""

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx2
import pytest
import pytest_asyncio

from services.portal.http import acting
from shared.plumbing import dry_runs
from shared.wire import events, subjects
from shared.wire.dry_runs import DryRun
from shared.wire.published import Reason
from shared.words import regimes
from shared.words.reference import Reference
from shared.words.regimes import Regime
from tests.portal import builders, entry_desk
from tests.portal.builders import COMMUNE, CT27
from tests.portal.conftest import Stack
from tests.portal.entry_desk import NOW, PATH, Desk, hidden, main_of

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest_asyncio.fixture(loop_scope="session")
async def desk(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Desk]:
    monkeypatch.setattr(acting, "VERDICT_S", 0.2)
    monkeypatch.setattr(dry_runs, "WITHIN_S", 2.0)
    await stack.jetstream.purge_stream("INBOX")
    for collection in ("receipts", "drafts"):
        await stack.database[collection].delete_many({})
    async with entry_desk.desk(stack) as made:
        yield made


def press(page: httpx2.Response, button: str, **fields: str) -> dict[str, str]:
    """What a browser sends of a page when a button is pressed, with these texts in its boxes."""
    return {**hidden(page.text), "viec": button, **{name.replace("__", "."): text for name, text in fields.items()}}


async def answering(desk: Desk, **said: Any) -> Any:
    """Ingest, as far as a check needs it."""
    dry_run = DryRun(**{"verdict": "accepted", "errors": [], "warnings": [], "changes": [], **said})

    async def answer(message: Any) -> None:
        await message.respond(dry_run.model_dump_json(exclude_defaults=False).encode())

    return await desk.stack.nats.subscribe(subjects.dry_run_of_people(COMMUNE), cb=answer)


async def test_a_draft_is_saved_by_a_button_and_opened_by_a_colleague_who_sees_who_writes(desk: Desk) -> None:
    async with await desk.browser("officer", COMMUNE) as lan, await desk.browser("officer", COMMUNE) as binh:
        saved = await lan.post(PATH, data=press(await lan.get(PATH), "luu", v__gd_ngay_cong="12a", v__gd_tien_tai_tro="1.234"))
        assert (saved.status_code, saved.headers["location"]) == (303, PATH)
        page = await binh.get(PATH)
        said = main_of(page.text)
        for text in (
            "Bản nháp, chưa gửi.",
            "Nguyễn Thị Thử, 09:30 ngày 10/12/2024",
            "đang sửa bản nháp này",
            'value="12a"',
            "Có hai cách hiểu",
        ):
            assert text in said, text
        assert "Nguyễn Thị Thử đang sửa" not in main_of((await lan.get(PATH)).text)
        chosen = await binh.post(PATH, data={**press(page, ""), "doc": "v.gd_tien_tai_tro 1,234"})
        assert "= 1,234 triệu đồng" in main_of(chosen.text)
    assert await desk.stack.database["audit"].count_documents({"action": "report.sent", "details.event": "draft"}) == 0


async def test_a_text_that_was_overwritten_is_listed_with_who_wrote_it_and_is_taken_back_as_an_act(desk: Desk) -> None:
    path = f"{PATH}/cac-lan-luu"
    async with await desk.browser("officer", COMMUNE) as lan, await desk.browser("officer", COMMUNE) as binh:
        assert "Không có bản nháp nào đang mở" in main_of((await lan.get(path)).text)
        await lan.post(PATH, data=press(await lan.get(PATH), "luu", t__kho_khan="Thiếu <kinh phí>", v__gd_ngay_cong="12"))
        assert "cac-lan-luu" not in main_of((await lan.get(PATH)).text)
        await binh.post(PATH, data=press(await binh.get(PATH), "luu", t__kho_khan="Không", v__gd_ngay_cong="13"))
        assert f'href="{path}"' in main_of((await lan.get(PATH)).text)
        opened = await lan.get(path)
        said = main_of(opened.text)
        assert said.index("Đang có:") < said.index(">Không<") < said.index("Thiếu <kinh phí>")
        assert opened.text.count("Lấy lại</button>") == 2
        assert "Thiếu &lt;kinh phí&gt;" in opened.text
        which = re.search(r'name="o" value="(t\.kho_khan)"><input type="hidden" name="luc" value="(\d+)"', opened.text)
        assert which is not None
        act = {**{name: hidden(opened.text)[name] for name in ("phieu", "ban")}, "o": which[1], "luc": which[2]}
        for bad, status in (({"luc": "1"}, 409), ({"o": "v.no_such"}, 409), ({"ban": "x"}, 400), ({"phieu": "x"}, 400)):
            assert (await lan.post(path, data={**act, **bad})).status_code == status
        back = await lan.post(path, data=act)
        assert (back.status_code, back.headers["location"]) == (303, f"{path}#t-kho_khan")
        draft = (await lan.get(f"{PATH}/nhap")).json()
        assert (draft["fields"]["t.kho_khan"], draft["fields"]["v.gd_ngay_cong"]) == ("Thiếu <kinh phí>", "13")
        again = await binh.post(path, data=act)
        assert again.status_code == 409
        assert "vừa được sửa" in main_of(again.text)
        assert main_of((await binh.get(path)).text).count("Không") >= 1
    entries = await desk.stack.database["audit"].find({"action": "draft.restored"}).sort("_id", -1).to_list(1)
    assert entries[0]["details"]["field"] == "t.kho_khan"
    assert "kinh phí" not in str(entries[0]["details"])


async def test_of_two_writers_the_second_chooses_field_by_field(desk: Desk) -> None:
    async with await desk.browser("officer", COMMUNE) as lan, await desk.browser("officer", COMMUNE) as binh:
        first, second = await lan.get(PATH), await binh.get(PATH)
        await lan.post(PATH, data=press(first, "luu", v__gd_ngay_cong="5", t__kho_khan="Thiếu vốn", v__gd_tien_tai_tro=""))
        mine = press(second, "gui", v__gd_ngay_cong="6", t__kho_khan="", v__gd_tien_tai_tro="7,5")
        asked = await binh.post(PATH, data=mine)
        assert asked.status_code == 409
        said = main_of(asked.text)
        assert "2 ô có hai nội dung khác nhau" in said
        assert 'name="chon.v.gd_ngay_cong" value="toi" checked' in said
        assert 'name="chon.t.kho_khan" value="ho" checked' in said  # an empty box is not a choice against a colleague's text
        assert "Thiếu vốn" in said
        await binh.post(PATH, data={**press(asked, "luu"), "chon.v.gd_ngay_cong": "toi", "chon.t.kho_khan": "ho"})
        stored = (await lan.get(f"{PATH}/nhap")).json()["fields"]
    assert {name: text for name, text in stored.items() if text} == {
        "v.gd_ngay_cong": "6",
        "v.gd_tien_tai_tro": "7,5",
        "t.kho_khan": "Thiếu vốn",
    }


async def test_zeros_are_an_act_that_is_asked_about_and_undone(desk: Desk) -> None:
    async with await desk.browser("officer", COMMUNE) as officer:
        asked = await officer.post(PATH, data=press(await officer.get(PATH), "dien-0", v__gd_ngay_cong="5"))
        assert "Không phát sinh" in main_of(asked.text)
        assert (await officer.get(f"{PATH}/nhap")).json()["fields"] == {"v.gd_ngay_cong": "5"}
        done = await officer.post(PATH, data=press(asked, "dien-0-dong-y"))
        assert "Đã điền 0 vào" in main_of(done.text)
        fields = (await officer.get(f"{PATH}/nhap")).json()["fields"]
        assert (fields["v.gd_ngay_cong"], fields["v.gd_tien_tai_tro"]) == ("5", "0")
        assert not any(text for name, text in fields.items() if name[0] in "nd")
        await officer.post(PATH, data=press(done, "bo-0"))
        fields = (await officer.get(f"{PATH}/nhap")).json()["fields"]
        assert {name: text for name, text in fields.items() if text} == {"v.gd_ngay_cong": "5"}


async def test_a_check_lists_blanks_and_unusual_figures_and_sends_what_it_has_shown(desk: Desk) -> None:
    warning = Reason(code="report.unusual", path="data.values.gd_ngay_cong", message_vi="Gấp 10 lần kỳ trước.", message_en="Ten times.")
    subscription = await answering(desk, warnings=[warning])
    try:
        async with await desk.browser("officer", COMMUNE) as officer:
            checked = await officer.post(PATH, data=press(await officer.get(PATH), "kiem-tra", v__gd_ngay_cong="5"))
            said = main_of(checked.text)
            for text in (
                "Chưa có số liệu: ",
                "Gấp 10 lần kỳ trước.",
                'name="g.gd_ngay_cong"',
                f'href="{PATH}#nhom-1"',
                "Mã kiểm:",
            ):
                assert text in said, text
            send = press(checked, "gui", g__gd_ngay_cong="Do bão")
            assert "v.gd_ngay_cong" not in send  # the page has no figures, so that it waits for a login however long the form is
            await officer.put(f"{PATH}/nhap", json={"version": 1, "form": "window-0002", "fields": {"t.kho_khan": "x"}})
            refused = await officer.post(PATH, data=send)
            assert "Bản nháp đã thay đổi sau khi kiểm tra" in main_of(refused.text)
            checked = await officer.post(PATH, data=press(await officer.get(PATH), "kiem-tra", v__gd_ngay_cong="5"))
            sent = await officer.post(PATH, data=press(checked, "gui", g__gd_ngay_cong="Do bão"))
            assert "/bien-nhan/" in sent.headers["location"]
    finally:
        await subscription.unsubscribe()
    info = (await desk.stack.jetstream.stream_info("INBOX")).state
    assert info.messages == 1


async def test_a_draft_ends_when_its_report_is_accepted_and_not_before(desk: Desk) -> None:
    async with await desk.browser("officer", COMMUNE) as officer:
        sent = await officer.post(PATH, data=press(await officer.get(PATH), "gui", v__gd_ngay_cong="5", t__kho_khan="Giữ lại"))
        event = sent.headers["location"].rpartition("/")[2].partition("?")[0]
        page = main_of((await officer.get(PATH)).text)  # no verdict came
        assert "Giữ lại" in page
        assert f"/bien-nhan/{event}?cho=1" in page
        await desk.stack.put(reports=[builders.report(event_id=event, values={"gd_ngay_cong": 5}, at=NOW)])
        after = await officer.get(PATH)
        assert "Giữ lại" not in main_of(after.text)
        assert 'data-version="0"' in after.text
        [stored] = await desk.stack.database["drafts"].find({}).to_list(None)
        assert (stored["ended"], stored["expires_at"] - stored["at"]) == ("sent", timedelta(days=90))
        late = await officer.put(f"{PATH}/nhap", json={"version": 1, "form": "window-0002", "fields": {"t.kho_khan": "x"}})
        assert (late.status_code, late.json()["ended"]) == (409, True)


async def test_a_draft_is_thrown_away_only_after_a_question(desk: Desk) -> None:
    async with await desk.browser("officer", COMMUNE) as officer:
        await officer.post(PATH, data=press(await officer.get(PATH), "luu", v__gd_ngay_cong="5"))
        asked = await officer.post(PATH, data=press(await officer.get(PATH), "bo", v__gd_ngay_cong="5"))
        assert "Bỏ bản nháp này?" in main_of(asked.text)
        assert (await officer.get(f"{PATH}/nhap")).json()["version"] == 1
        await officer.post(PATH, data=press(asked, "bo-dong-y"))
        assert (await officer.get(f"{PATH}/nhap")).json()["version"] == 0
        assert 'value="5"' not in main_of((await officer.get(PATH)).text)


async def test_what_happened_since_is_said_before_the_draft_is_sent(desk: Desk) -> None:
    async with await desk.browser("officer", COMMUNE) as officer:
        await officer.post(PATH, data=press(await officer.get(PATH), "luu", v__gd_ngay_cong="5"))
        first = builders.report(values={"gd_ngay_cong": 7}, at=NOW + timedelta(minutes=1))
        back = builders.report(
            events.RETURNED,
            event_id="return-0001",
            at=NOW + timedelta(minutes=2),
            sender="184-TCKH",
            reason="Sai <số>",
            fix_by="2099-12-30",
        )
        await desk.stack.put(reports=[first, back])
        said = main_of((await officer.get(PATH)).text)
    for text in ("Trước khi gửi:", "lần nộp 1 của báo cáo đã được ghi nhận", "Báo cáo bị trả lại:", "Sửa và gửi lại", 'value="5"'):
        assert text in said, text


def long_regime(count: int) -> Reference:
    """ct27 with this many counted figures."""
    first = entry_desk.regime().model_dump(exclude_unset=True, by_alias=True)
    one = {"kind": "quantity", "measure": "người", "section": "Giáo dục"}
    figures = {
        f"chi_tieu_{place:03}": {
            **one,
            "label": f"Số học sinh, học viên được hỗ trợ trong kỳ, nhóm {place}",
            "section": f"Phần {place // 40}",
        }
        for place in range(count)
    }
    more = {name: first[name] for name in first if name not in ("indicators", "rules", "changes")}
    listed = first["indicators"]
    changed = Regime.model_validate(
        {**more, "indicators": figures if isinstance(listed, dict) else [{"code": c, **f} for c, f in figures.items()]}
    )
    known = {one.id: one for one in builders.plain_regimes() if one.derived_from is None} | {CT27: changed}
    return replace(entry_desk.reference(), regimes=regimes.resolve(known.values()))


async def test_a_form_of_two_hundred_figures_comes_quickly_and_has_every_field(stack: Stack) -> None:
    await stack.database["drafts"].delete_many({})
    async with entry_desk.desk(stack, long_regime(200)) as desk, await desk.browser("officer", COMMUNE) as officer:
        empty = await officer.get(PATH)
        assert empty.status_code == 200
        assert empty.text.count('name="v.chi_tieu_') == 200
        fields = {f"v.chi_tieu_{place:03}": str(1_000 + place) for place in range(200)}
        await officer.put(f"{PATH}/nhap", json={"version": 0, "form": "window-0001", "fields": fields})
        filled = await officer.get(PATH)
        assert 'value="1199"' in filled.text
        assert len(empty.content) <= 60 * 1024
        assert len(filled.content) <= 60 * 1024
        noted = await officer.post(PATH, data={**press(filled, ""), **fields, "mo": "8"})
        assert noted.headers["location"] == f"{PATH}?mo=8#mo"
        assert 'name="g.chi_tieu_007"' in (await officer.get(noted.headers["location"])).text
