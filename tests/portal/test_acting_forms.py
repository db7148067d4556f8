"""The forms of acts: what is read from them, what of hostile input is refused, and what is said when a server is away."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime

import httpx2
import orjson
import pytest
import pytest_asyncio
from pymongo.errors import AutoReconnect

from services.portal.domain import acting_changes, acting_forms, acting_statement
from services.portal.domain.refused import Refused
from services.portal.http import acting
from shared.plumbing import audit_store, dry_runs
from shared.wire import events
from shared.wire.view_hash import canonical
from tests import seeds
from tests.builders import FIGURES
from tests.portal import builders, entry_desk
from tests.portal.builders import COMMUNE, CT27
from tests.portal.conftest import Stack
from tests.portal.entry_desk import Desk, hidden, main_of

TODAY = date(2024, 12, 10)
RECIPIENT = "184-TCKH"
RETURN = f"/bao-cao/{CT27}/2024/{COMMUNE}/tra-lai"
loop = pytest.mark.asyncio(loop_scope="session")


def form(*pairs: tuple[str, str]) -> acting_forms.Typed:
    return acting_forms.typed([("phieu", "a" * 32), *pairs])


@pytest.mark.parametrize(
    ("text", "found", "code"),
    [
        ("05/12/2026", date(2026, 12, 5), None),
        (" 5.1.2027 ", date(2027, 1, 5), None),
        ("2026-12-05", date(2026, 12, 5), None),
        ("10/12/2024", TODAY, None),
        ("09/12/2024", date(2024, 12, 9), "act.day_passed"),
        ("31/02/2025", None, "act.no_day"),
        ("05/12/26", None, "act.no_day"),
        ("0５/12/2026", None, "act.no_day"),
        ("31/12/9999", date(9999, 12, 31), "act.day_too_far"),
        ("", None, "act.no_day"),
        ("<script>" * 9, None, "act.no_day"),
    ],
)
def test_a_day_is_read_as_people_write_it(text: str, found: date | None, code: str | None) -> None:
    typed = form(("ngay", text))
    assert acting_forms.day(typed, TODAY) == found
    assert [fault.code for fault in typed.faults] == ([code] if code else [])


@pytest.mark.parametrize(
    ("pairs", "reason", "code"),
    [
        ([("ly_do", " Sai\r\nsố ")], "Sai\nsố", None),
        ([("ly_do_chon", "thieu"), ("ly_do_chon", "none-such")], "Thiếu số liệu của chỉ tiêu được giao.", None),
        ([("ly_do", "\u200b \u3164")], "", "act.reason_missing"),
        ([("ly_do", "a\u202eb")], None, "act.text_forbidden"),
        ([("ly_do", "ắ" * 2000)], "ắ" * 2000, None),
        ([("ly_do", "x" * 2001)], None, "act.text_too_long"),
        ([("ly_do", "x" * 1990), ("ly_do_chon", "thieu")], None, "act.text_too_long"),
    ],
    ids=["windows line end", "chosen", "unseen", "bidi", "longest", "too long", "too long together"],
)
def test_a_reason_is_chosen_or_written(pairs: list[tuple[str, str]], reason: str | None, code: str | None) -> None:
    typed = form(*pairs)
    found = acting_forms.reason(typed)
    assert reason is None or found == reason
    assert [fault.code for fault in typed.faults] == ([code] if code else [])


@pytest.mark.parametrize(
    "pairs", [[], [("phieu", "short")], [("phieu", "a" * 32), ("phieu", "a" * 32)], [("phieu", "a" * 32), ("other", "1")]]
)
def test_a_form_that_is_not_ours_is_refused(pairs: list[tuple[str, str]]) -> None:
    with pytest.raises(Refused) as refused:
        acting_forms.typed(pairs)
    assert refused.value.refusal.code == "form.malformed"


STATED = canonical(CT27, "2024", "184", FIGURES).decode()


@pytest.mark.parametrize(
    "text",
    [
        STATED.replace("1532.750", "NaN"),
        STATED.replace('"total":12', '"total":1e9'),
        STATED.replace('"missing":[]', '"missing":[1]'),
        STATED.replace('{"indicators"', '{ "indicators"'),
        STATED.replace('"184"', '"185"'),
        STATED.replace('"kind":"quantity"', '"kind":"none"'),
        "[" * 5000,
        "",
        '"\ud800"',
    ],
    ids=["not a number", "a float", "no code", "not canonical", "another unit", "another kind", "deep", "nothing", "surrogate"],
)
def test_figures_that_were_never_a_view_are_refused(text: str) -> None:
    assert acting_statement.of_form(STATED, CT27, "2024", "184") is not None
    assert acting_statement.of_form(text, CT27, "2024", "184") is None


def test_what_has_changed_is_said_figure_by_figure() -> None:
    setting = seeds.first_reference().setting(CT27, "2024")
    assert setting is not None
    ratio = {"kind": "ratio", "numerator": 1, "denominator": 4, "percent": "25.0", "reported": 1}
    before = {
        "reporting": {"expected": 2, "received": 1, "missing": [COMMUNE]},
        "indicators": {"gd_tien_tai_tro": {"total": "1532.750", "reported": 1}, "vh_nha_van_hoa_thon": ratio},
        "narratives": {},
    }
    after = {
        "reporting": {"expected": 2, "received": 2, "missing": []},
        "indicators": {"gd_tien_tai_tro": {"total": "1532.250", "reported": 1}, "vh_nha_van_hoa_thon": ratio},
        "narratives": {"kho_khan": 1},
    }
    found = [(one.what, one.before, one.after, one.by) for one in acting_changes.between(before, after, setting)]
    assert found == [
        ("Số đơn vị đã nộp", "1", "2", "+1"),
        ("Đơn vị chưa nộp", "Thị trấn Văn Quan", "–", ""),
        ("Tiền tài trợ cho giáo dục", "1.532,750", "1.532,250", "-0,500"),
        (f"{setting.regime.narratives['kho_khan']}: số đơn vị", "0", "1", "+1"),
    ]


@pytest_asyncio.fixture(loop_scope="session")
async def desk(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Desk]:
    monkeypatch.setattr(acting, "VERDICT_S", 0.2)
    monkeypatch.setattr(dry_runs, "WITHIN_S", 0.2)
    await stack.jetstream.purge_stream("INBOX")
    await stack.database["receipts"].delete_many({})
    await stack.put(reports=[builders.report(values={"gd_ngay_cong": 4210}, at=datetime(2024, 12, 9, tzinfo=UTC))])
    async with entry_desk.desk(stack) as made:
        yield made


async def filled(person: httpx2.AsyncClient, **more: object) -> dict[str, object]:
    return {**hidden((await person.get(RETURN)).text), "viec": "gui", "ngay": "30/12/2099", "ly_do": "Sai số", **more}


async def inbox_size(stack: Stack) -> int:
    return (await stack.jetstream.stream_info("INBOX")).state.messages


@loop
async def test_an_act_without_a_verdict_waits_and_is_one_event(desk: Desk) -> None:
    async with await desk.browser("reviewer", RECIPIENT) as reviewer:
        fields = await filled(reviewer, chi_tieu=["gd_ngay_cong"])
        answers = [await reviewer.post(RETURN, data=fields) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [202, 202]
    assert "đang chờ kết quả" in main_of(answers[0].text)
    last = (await desk.stack.jetstream.stream_info("INBOX")).state.last_seq
    messages = [await desk.stack.jetstream.get_msg("INBOX", number) for number in (last - 1, last)]
    event, again = (orjson.loads(message.data or b"") for message in messages)
    assert event["id"] == again["id"]  # ingest claims it once
    assert messages[0].subject == f"inbox.{RECIPIENT}.people"
    assert event["type"] == events.RETURNED
    assert event["data"] == {
        "regime": CT27,
        "period": "2024",
        "unit": COMMUNE,
        "revision": 1,
        "reason": "Sai số",
        "fix_by": "2099-12-30",
        "indicators": ["gd_ngay_cong"],
    }


@loop
@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"chi_tieu": ["gd_ngay_cong", "none_such"]}, 422),
        ({"ngay": "1/1/2020"}, 422),
        ({"lan": "7"}, 422),
        ({"lan": "9" * 5000}, 400),
        ({"phieu": "<script>"}, 400),
        ({"more": "1"}, 400),
        ({"ly_do": "x" * 300_000}, 413),
    ],
    ids=["unknown indicator", "a day that passed", "another revision", "no revision", "no form", "another field", "too large"],
)
async def test_hostile_forms_send_nothing(desk: Desk, fields: dict[str, object], status: int) -> None:
    async with await desk.browser("reviewer", RECIPIENT) as reviewer:
        answer = await reviewer.post(RETURN, data=await filled(reviewer, **fields))
    assert answer.status_code == status, main_of(answer.text)
    assert await inbox_size(desk.stack) == 0


@loop
async def test_without_broker_or_database_nothing_is_lost_and_the_page_says_so(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    async with await desk.browser("reviewer", RECIPIENT) as reviewer:
        fields = await filled(reviewer)
        async with entry_desk.desk(desk.stack, nats=False) as alone, await alone.browser("reviewer", RECIPIENT) as other:
            away = await other.post(RETURN, data=fields)
        assert away.status_code == 503
        assert "hệ thống chỉ tính một lần" in main_of(away.text)
        assert hidden(away.text)["phieu"] == fields["phieu"]

        async def fail(*_: object, **__: object) -> None:
            raise AutoReconnect("away")

        monkeypatch.setattr(audit_store, "append", fail)
        lost = await reviewer.post(RETURN, data=fields)
        assert lost.status_code == 503
        assert hidden(lost.text) == fields  # a button sends them again
    assert await inbox_size(desk.stack) == 0


@loop
async def test_a_form_goes_through_the_login_and_is_sent_once(desk: Desk) -> None:
    async with await desk.browser("reviewer", RECIPIENT) as reviewer:
        fields = await filled(reviewer)
        nobody = httpx2.AsyncClient(transport=reviewer._transport, base_url="http://portal", headers=entry_desk.OWN)
        kept = await nobody.post(RETURN, data=fields)
    assert kept.status_code == 401
    assert "Đăng nhập" in kept.text
    assert await inbox_size(desk.stack) == 0


@loop
async def test_nobody_acts_who_is_no_reviewer_of_the_recipient(desk: Desk) -> None:
    people = [("viewer", RECIPIENT), ("officer", COMMUNE), ("operator", None), ("reviewer", "20")]
    async with await desk.browser("reviewer", RECIPIENT) as reviewer:
        fields = await filled(reviewer)
    for role, unit in people:
        async with await desk.browser(role, unit) as person:  # type: ignore[arg-type]
            answers = await asyncio.gather(person.get(RETURN), person.post(RETURN, data=fields))
            page = await person.get(f"/bao-cao/{CT27}/2024/{COMMUNE}")
        assert [answer.status_code for answer in answers] == [403, 403], role
        assert f'href="{RETURN}"' not in page.text
        assert ("Chỉ cơ quan nhận báo cáo làm được việc này" in page.text) == (role == "reviewer")
    assert await inbox_size(desk.stack) == 0
