"""The form in which a person enters a report, on real servers without ingest: who may open it, what it keeps, and what it refuses."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import httpx2
import orjson
import pytest
import pytest_asyncio
from pymongo.errors import AutoReconnect

from services.portal.http import acting, forms
from shared.plumbing import dry_runs
from shared.wire import events, subjects
from shared.wire.dry_runs import DryRun
from shared.wire.previews import FigureChange
from tests import seeds
from tests.portal import builders, entry_desk
from tests.portal.builders import COMMUNE, CT27
from tests.portal.conftest import Stack
from tests.portal.entry_desk import NOW, PATH, Desk, hidden, main_of

pytestmark = pytest.mark.asyncio(loop_scope="session")
RECIPIENT = "184-TCKH"


@pytest_asyncio.fixture(loop_scope="session")
async def desk(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Desk]:
    monkeypatch.setattr(acting, "VERDICT_S", 0.2)
    monkeypatch.setattr(dry_runs, "WITHIN_S", 0.2)
    await stack.jetstream.purge_stream("INBOX")
    await stack.database["receipts"].delete_many({})
    await stack.database["drafts"].delete_many({})
    async with entry_desk.desk(stack) as made:
        yield made


async def sent(stack: Stack) -> list[tuple[str, dict[str, object]]]:
    """What is in the inbox: subject and event."""
    last = (await stack.jetstream.stream_info("INBOX")).state
    found = [await stack.jetstream.get_msg("INBOX", number) for number in range(last.first_seq, last.last_seq + 1)]
    return [(str(message.subject), orjson.loads(message.data or b"")) for message in found]


async def typed(browser: httpx2.AsyncClient, button: str = "gui", path: str = PATH, **fields: str) -> httpx2.Response:
    """Opens the form, types into it, and presses a button."""
    opened = await browser.get(path)
    assert opened.status_code == 200, opened.text
    names = {name.replace("__", "."): text for name, text in fields.items()}
    return await browser.post(path, data={**hidden(opened.text), "viec": button, **names})


async def test_the_form_asks_what_the_unit_is_asked_and_is_filled_with_what_it_said_last(desk: Desk) -> None:
    await desk.stack.put(
        reports=[
            builders.report(
                values={"gd_tien_tai_tro": "1234.000", "gd_ngay_cong": 4210, "vh_nha_van_hoa_thon": {"numerator": 9, "denominator": 11}},
                narratives={"kho_khan": "Thiếu vốn <b>"},
                notes={"gd_ngay_cong": "Do bão"},
                status={"gd_ngay_cong": "estimate"},
                at=NOW - timedelta(days=3),
            ),
            builders.report(period="2023", event_id="last-year-0001", values={"gd_ngay_cong": 4000}, at=NOW - timedelta(days=300)),
        ]
    )
    async with await desk.browser("officer", COMMUNE) as officer:
        page = await officer.get(PATH)
    text = main_of(page.text)
    assert page.headers["cache-control"] == "no-store"
    assert 'name="v.gd_tien_tai_tro" value="1.234,000"' in text
    assert 'name="v.gd_ngay_cong" value="4.210"' in text
    assert 'name="n.vh_nha_van_hoa_thon" value="9"' in text
    assert "Thiếu vốn &lt;b&gt;" in page.text
    assert 'name="g.gd_ngay_cong"' in text
    assert "Do bão" in text
    assert 'name="u.gd_ngay_cong" value="1" checked' in text
    assert "trước ngày 20/12/2024" in text
    assert "= 4.210" in text
    assert hidden(page.text)["lan"] == "2"
    assert "Nhập thay" not in text


@pytest.mark.parametrize(("role", "unit", "status"), [("viewer", COMMUNE, 403), ("operator", None, 403), ("officer", "06280", 403)])
async def test_whoever_may_not_send_gets_no_form(desk: Desk, role: str, unit: str | None, status: int) -> None:
    async with await desk.browser(role, unit) as person:  # type: ignore[arg-type]
        assert (await person.get(PATH)).status_code == status
        assert (await person.post(PATH, data={"phieu": "a" * 32, "lan": "1", "viec": "gui", "v.gd_ngay_cong": "1"})).status_code == status
    assert await sent(desk.stack) == []


async def test_a_reviewer_enters_on_behalf_only_where_the_regime_says_so(desk: Desk, stack: Stack) -> None:
    async with await desk.browser("reviewer", RECIPIENT) as recipient, await desk.browser("reviewer", "20") as province:
        page = await recipient.get(PATH)
        assert page.status_code == 200
        assert "Nhập thay cho Thị trấn Văn Quan" in main_of(page.text)
        assert (await province.get(PATH)).status_code == 403
    async with (
        entry_desk.desk(stack, seeds.first_reference()) as strict,
        await strict.browser("reviewer", RECIPIENT) as reviewer,
    ):
        assert (await reviewer.get(PATH)).status_code == 403


async def test_what_is_sent_is_an_event_of_the_unit_that_names_the_person(desk: Desk) -> None:
    async with await desk.browser("officer", COMMUNE) as officer:
        answer = await typed(
            officer,
            v__gd_ngay_cong="1.234",
            v__gd_tien_tai_tro="12,5",
            t__kho_khan="Khó\r\nkhăn ",
            g__gd_ngay_cong="Do bão",
            v__vh_nha_van_hoa_xa="co",
            u__gd_ngay_cong="1",
        )
    [(subject, event)] = await sent(desk.stack)
    assert subject == f"inbox.{COMMUNE}.people"
    assert event["source"] == f"/units/{COMMUNE}"
    assert str(event["actor"]).startswith("people/")
    assert "enteredby" not in event
    assert event["data"] == {
        "regime": CT27,
        "period": "2024",
        "unit": COMMUNE,
        "revision": 1,
        "values": {"gd_ngay_cong": "1234", "gd_tien_tai_tro": "12.5", "vh_nha_van_hoa_xa": True},
        "narratives": {"kho_khan": "Khó\nkhăn"},
        "notes": {"gd_ngay_cong": "Do bão"},
        "status": {"gd_ngay_cong": "estimate"},
    }
    assert answer.status_code == 303
    assert answer.headers["location"] == f"{PATH}/bien-nhan/{event['id']}?cho=1"
    [entry] = await desk.stack.database["audit"].find({"action": "report.sent"}).sort("_id", -1).limit(1).to_list(None)
    assert (entry["target"], entry["details"]["event"], entry["actor"]) == (f"reports/{CT27}/2024/{COMMUNE}", event["id"], event["actor"])


async def test_a_report_that_is_entered_on_behalf_says_for_which_unit_the_person_acted(desk: Desk) -> None:
    async with await desk.browser("reviewer", RECIPIENT) as reviewer:
        await typed(reviewer, v__gd_ngay_cong="5")
    [(subject, event)] = await sent(desk.stack)
    assert (subject, event["source"], event["enteredby"]) == (f"inbox.{COMMUNE}.people", f"/units/{COMMUNE}", RECIPIENT)
    [entry] = await desk.stack.database["audit"].find({"action": "report.entered_for"}).sort("_id", -1).limit(1).to_list(None)
    assert entry["details"]["entered_by"] == RECIPIENT


async def test_a_form_that_is_sent_twice_is_one_event_and_a_changed_one_is_another(desk: Desk) -> None:
    async with await desk.browser("officer", COMMUNE) as officer:
        form = {**hidden((await officer.get(PATH)).text), "viec": "gui", "v.gd_ngay_cong": "5"}
        answers = await asyncio.gather(*[officer.post(PATH, data=form) for _ in range(2)])
        other = await officer.post(PATH, data=form | {"v.gd_ngay_cong": "6"})
    ids = [event["id"] for _, event in await sent(desk.stack)]
    assert len(set(ids)) == 2
    assert answers[0].headers["location"] == answers[1].headers["location"] != other.headers["location"]


async def test_a_form_that_was_logged_already_is_not_sent_again(desk: Desk) -> None:
    async with await desk.browser("officer", COMMUNE) as officer:
        form = {**hidden((await officer.get(PATH)).text), "viec": "gui", "v.gd_ngay_cong": "5"}
        first = await officer.post(PATH, data=form)
        [(_, event)] = await sent(desk.stack)
        await desk.stack.put(reports=[builders.report(event_id=str(event["id"]), values={"gd_ngay_cong": 5}, at=NOW)])
        again = await officer.post(PATH, data=form)
    assert again.headers["location"] == first.headers["location"].removesuffix("?cho=1")
    assert len(await sent(desk.stack)) == 1


async def test_a_colleague_who_was_quicker_is_not_overwritten(desk: Desk) -> None:
    async with await desk.browser("officer", COMMUNE) as officer:
        opened = hidden((await officer.get(PATH)).text)
        await desk.stack.put(reports=[builders.report(values={"gd_ngay_cong": 7}, at=NOW)])
        answer = await officer.post(PATH, data={**opened, "viec": "gui", "v.gd_ngay_cong": "5"})
        assert answer.status_code == 422
        assert "lần nộp 1 của báo cáo này đã được ghi nhận" in main_of(answer.text)
        assert 'value="5"' in answer.text
        assert await sent(desk.stack) == []
        again = hidden(answer.text)
        assert (again["lan"], again["phieu"] != opened["phieu"]) == ("2", True)
        await officer.post(PATH, data={**again, "viec": "gui", "v.gd_ngay_cong": "5"})
    [(_, event)] = await sent(desk.stack)
    assert event["data"]["revision"] == 2  # type: ignore[index]


async def test_what_cannot_be_read_is_kept_as_typed_and_said_beside_its_field(desk: Desk) -> None:
    wrong = {"v__gd_ngay_cong": "12a", "v__gd_tien_tai_tro": "1.234", "n__vh_nha_van_hoa_thon": '"><script>', "t__kho_khan": "Giữ lại"}
    async with await desk.browser("officer", COMMUNE) as officer:
        answer = await typed(officer, **wrong)
    page = answer.text
    assert answer.status_code == 422
    assert await sent(desk.stack) == []
    assert "<title>Lỗi: Biểu nhập báo cáo" in page
    assert "3 lỗi cần sửa" in main_of(page)
    assert '<a href="#v-gd_ngay_cong">' in page
    assert "Số “1.234” có hai cách hiểu: 1.234 hoặc 1,234. Gõ 1234 hoặc gõ 1,234 cho rõ." in main_of(page)
    for kept in ('value="12a"', 'value="1.234"', "&#34;&gt;&lt;script&gt;", "Giữ lại"):
        assert kept in page, kept
    assert "<script>" not in page.partition("<main")[2]


async def test_while_nobody_answers_the_check_says_so_and_keeps_everything(desk: Desk) -> None:
    async with await desk.browser("officer", COMMUNE) as officer:
        answer = await typed(officer, "kiem-tra", v__gd_ngay_cong="5")
    assert answer.status_code == 503
    assert "Chưa kiểm tra được" in main_of(answer.text)
    assert 'value="5"' in answer.text
    assert await sent(desk.stack) == []


async def test_while_the_broker_is_away_nothing_is_lost(stack: Stack) -> None:
    settings = stack.settings.model_copy(update={"nats_url": "nats://127.0.0.1:9"})
    async with entry_desk.desk(stack, nats=False) as away, await away.browser("officer", COMMUNE) as officer:
        assert settings.nats_url != stack.settings.nats_url
        opened = hidden((await officer.get(PATH)).text)
        answer = await officer.post(PATH, data={**opened, "viec": "gui", "v.gd_ngay_cong": "5", "t.kho_khan": "Giữ lại"})
    assert answer.status_code == 503
    assert "có thể chưa được gửi" in main_of(answer.text)
    assert 'value="5"' in answer.text
    assert "Giữ lại" in answer.text
    again = hidden(answer.text)
    assert {name: again[name] for name in ("phieu", "lan")} == {name: opened[name] for name in ("phieu", "lan")}  # the same event


@pytest.mark.parametrize("is_read", [True, False], ids=["after the form was read", "before the form was read"])
async def test_while_the_database_is_away_what_was_typed_waits_on_the_page(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, is_read: bool
) -> None:
    def away(*_: object) -> object:
        raise AutoReconnect

    async with await desk.browser("officer", COMMUNE) as officer:
        form = {**hidden((await officer.get(PATH)).text), "viec": "gui", "v.gd_ngay_cong": "5", "t.kho_khan": "Giữ <lại>\nđây"}
        with monkeypatch.context() as patched:
            patched.setattr("services.portal.reading.entry_forms.read" if is_read else "shared.words.forms.find", away)
            answer = await officer.post(PATH, data=form)
        assert answer.status_code == 503
        assert "http-equiv" not in answer.text  # a page that reloads itself would lose what was typed
        assert hidden(answer.text) == form
        await officer.post(PATH, data=hidden(answer.text))
    [(_, event)] = await sent(desk.stack)
    assert event["data"]["narratives"] == {"kho_khan": "Giữ <lại>\nđây"}  # type: ignore[index]


NAMES = [builders.registry().ids[unit][-1].name for unit in (COMMUNE, "184", "20", "06280")]


def changes(*units: str) -> bytes:
    found = [FigureChange(regime=CT27, unit=unit, indicator="gd_ngay_cong", field="total", now=5, then=4321) for unit in units]
    return DryRun(verdict="accepted", errors=[], warnings=[], changes=found).model_dump_json(exclude_defaults=False).encode()


async def test_a_check_shows_the_changes_of_views_that_the_person_may_read(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dry_runs, "WITHIN_S", 5.0)

    async def answer(message: object) -> None:
        await message.respond(changes(COMMUNE, "184", "20", "06280"))  # type: ignore[attr-defined]

    subscription = await desk.stack.nats.subscribe(subjects.dry_run_of_people(COMMUNE), cb=answer)
    try:
        pages = {}
        for role, unit in (("officer", COMMUNE), ("reviewer", RECIPIENT)):
            async with await desk.browser(role, unit) as person:  # type: ignore[arg-type]
                pages[role] = await typed(person, "kiem-tra", v__gd_ngay_cong="5")
    finally:
        await subscription.unsubscribe()
    assert [page.status_code for page in pages.values()] == [200, 200]
    units = {role: [name for name in NAMES if f">{name}</th>" in page.text] for role, page in pages.items()}
    assert units == {"officer": NAMES[:2], "reviewer": [*NAMES[:2], NAMES[3]]}  # the district's totals, as the regime says; no neighbour
    assert main_of(pages["officer"].text).count("4.321") == 2
    assert await sent(desk.stack) == []


HOSTILE = {
    "no form": {"phieu": ""},
    "a form that is no text of ours": {"phieu": "../../../etc"},
    "no revision": {"lan": ""},
    "a negative revision": {"lan": "-1"},
    "a huge revision": {"lan": "9" * 300},
    "digits of another script": {"lan": "١"},
}


@pytest.mark.parametrize("name", HOSTILE)
async def test_a_form_that_is_not_ours_is_refused(desk: Desk, name: str) -> None:
    async with await desk.browser("officer", COMMUNE) as officer:
        form = {**hidden((await officer.get(PATH)).text), "viec": "gui", "v.gd_ngay_cong": "5", **HOSTILE[name]}
        assert (await officer.post(PATH, data=form)).status_code == 400
    assert await sent(desk.stack) == []


async def test_a_revision_far_ahead_is_asked_about(desk: Desk) -> None:
    async with await desk.browser("officer", COMMUNE) as officer:
        form = {**hidden((await officer.get(PATH)).text), "viec": "gui", "v.gd_ngay_cong": "5", "lan": "999999"}
        assert (await officer.post(PATH, data=form)).status_code == 422
    assert await sent(desk.stack) == []


async def test_fields_that_the_form_does_not_have_are_named_and_nothing_is_sent(desk: Desk) -> None:
    async with await desk.browser("officer", COMMUNE) as officer:
        answer = await typed(officer, v__gd_ngay_cong="5", v__khong_co="1")
    assert answer.status_code == 422
    assert "v.khong_co" in main_of(answer.text)
    assert await sent(desk.stack) == []


async def test_a_form_of_another_site_or_that_is_too_large_is_refused(desk: Desk) -> None:
    async with await desk.browser("officer", COMMUNE) as officer:
        opened = hidden((await officer.get(PATH)).text)
        foreign = await officer.post(PATH, data=opened | {"viec": "gui"}, headers={"Sec-Fetch-Site": "cross-site"})
        large = await officer.post(PATH, content=b"a=" + b"x" * forms.MOST_OF_A_REPORT, headers={"Content-Type": forms.FORM})
        many = await officer.post(PATH, content=b"&".join(b"%d=1" % place for place in range(3000)), headers={"Content-Type": forms.FORM})
        twice = await officer.post(PATH, content=b"viec=gui&v.gd_ngay_cong=1&v.gd_ngay_cong=2", headers={"Content-Type": forms.FORM})
        file = await officer.post(PATH, files={"v.gd_ngay_cong": b"1"})
    assert [answer.status_code for answer in (foreign, large, many, twice, file)] == [403, 413, 400, 400, 400]
    assert await sent(desk.stack) == []


async def test_what_is_too_long_for_an_event_is_kept_and_not_sent(desk: Desk) -> None:
    async with await desk.browser("officer", COMMUNE) as officer:
        for button in ("gui", "kiem-tra"):
            answer = await typed(officer, button, v__gd_ngay_cong="5", t__kho_khan="x" * events.MAX_EVENT_BYTES)
            assert answer.status_code == 422
            assert "Rút gọn phần thuyết minh" in main_of(answer.text)
            assert "x" * events.MAX_EVENT_BYTES in answer.text
    assert await sent(desk.stack) == []


async def test_a_derived_regime_has_no_form_of_its_own(desk: Desk) -> None:
    async with await desk.browser("officer", COMMUNE) as officer:
        answer = await officer.get(f"/bieu-mau/vhtt-van-quan/2024/{COMMUNE}")
    assert answer.status_code == 404
    assert CT27 in main_of(answer.text)


async def test_a_receipt_is_of_this_report_only(desk: Desk) -> None:
    receipt = {
        "event_id": "a" * 32,
        "sender": COMMUNE,
        "hash": "0" * 64,
        "received_ms": events.to_ms(NOW),
        "inbox_sequence": 1,
        "type": events.SUBMITTED,
        "regime": CT27,
        "period": "2024",
        "unit_id": COMMUNE,
        "verdict": "accepted",
        "errors": [],
        "warnings": [{"code": "x.y", "path": "data.values.gd_ngay_cong", "message_vi": "Gấp 10 lần kỳ trước.", "message_en": "Ten times."}],
        "revision": 3,
    }
    await desk.stack.database["receipts"].insert_many(
        [
            {**receipt, "_id": f"{COMMUNE}/{'a' * 32}"},
            {**receipt, "_id": f"{COMMUNE}/{'b' * 32}", "event_id": "b" * 32, "period": "2023"},
            {**receipt, "_id": f"{COMMUNE}/phần mềm 1#2", "event_id": "phần mềm 1#2"},
        ]
    )
    async with await desk.browser("officer", COMMUNE) as officer, await desk.browser("officer", "06280") as other:
        page = await officer.get(f"{PATH}/bien-nhan/{'a' * 32}")
        assert page.status_code == 200
        for said in ("Báo cáo đã được ghi nhận", "a" * 32, "10/12/2024 09:30", "Đúng hạn", "Gấp 10 lần kỳ trước.", "ngày công"):
            assert said.lower() in main_of(page.text).lower(), said
        assert (await officer.get(f"{PATH}/bien-nhan/ph%E1%BA%A7n%20m%E1%BB%81m%201%232")).status_code == 200
        for unknown in ("b" * 32, "c" * 32, "A" * 32, "x", "x?cho=1", "a" * 5000, "%00", "a%2Fb"):
            assert (await officer.get(f"{PATH}/bien-nhan/{unknown}")).status_code == 404, unknown
        assert (await officer.get(f"{PATH}/bien-nhan/{'c' * 32}?cho=1")).status_code == 202
        assert (await other.get(f"{PATH}/bien-nhan/{'a' * 32}")).status_code == 403


async def test_without_a_session_the_page_leads_to_the_login_and_what_was_typed_waits(desk: Desk) -> None:
    async with await desk.browser("officer", COMMUNE) as officer:
        form = {**hidden((await officer.get(PATH)).text), "viec": "gui", "v.gd_ngay_cong": "5"}
        officer.cookies.clear()
        assert (await officer.get(PATH)).status_code == 303
        answer = await officer.post(PATH, data=form)
    assert answer.status_code == 401
    assert "Phiên đăng nhập đã hết nên biểu mẫu chưa được gửi" in answer.text
    assert await sent(desk.stack) == []
