"""A report's page: every revision with its changes, refused attempts with reasons, reminders, and who acted. By role and scope."""

from datetime import timedelta
from typing import Any, Final

import orjson
import pytest
import pytest_asyncio

from services.portal.domain import content, revision_changes, sent_alerts
from shared.wire import events
from tests import identities
from tests.portal import builders, entry_desk
from tests.portal.builders import COMMUNE, CT27, DISTRICT
from tests.portal.conftest import Stack
from tests.portal.entry_desk import NOW, main_of

PATH: Final = f"/bao-cao/{CT27}/2024/{COMMUNE}"
RECIPIENT: Final = "184-TCKH"
OTHER: Final = next(unit.id for unit in builders.units() if unit.parent == DISTRICT and unit.level == "commune" and unit.id != COMMUNE)


def said(**data: Any) -> content.Content:
    return content.read(data)


def test_a_revision_differs_in_figures_states_notes_and_texts_of_the_regime() -> None:
    earlier = said(values={"gd_ngay_cong": 1340, "mt_rac_xu_ly": {"numerator": "1.0", "denominator": "2.0"}, "khong_co": 1})
    later = said(
        values={"gd_ngay_cong": 1430, "khong_co": 2},
        status={"gd_ngay_cong": "estimate"},
        notes={"gd_ngay_cong": "Do bão"},
        narratives={"kho_khan": "Thiếu kinh phí", "khong_co": "?"},
    )
    found = revision_changes.differences(builders.regime(), earlier, later)
    assert [(one.before, one.after, one.is_text) for one in found] == [
        ("1.340", "1.430, ước", False),
        ("không có", "Do bão", True),
        ("1,0 / 2,0 (50,0 %)", "không có số liệu", False),
        ("không có", "Thiếu kinh phí", True),
    ]
    assert revision_changes.differences(builders.regime(), later, later) == []


def test_zero_differs_from_no_figure() -> None:
    [one] = revision_changes.differences(builders.regime(), said(values={}), said(values={"gd_ngay_cong": 0}))
    assert (one.before, one.after) == ("không có số liệu", "0")


def test_of_two_submissions_with_one_number_the_one_that_counts_is_opened() -> None:
    first, second = (builders.entry(revision=2, event_id=name) for name in ("event-a", "event-b"))
    assert revision_changes.submissions([second, first, builders.entry(events.RETURNED, revision=2)]) == {2: second}
    assert [revision_changes.before([1, 2, 5], number) for number in (1, 2, 5)] == [None, 1, 2]


@pytest.mark.parametrize(
    ("cause", "what"),
    [
        ("report", "Nhắc nộp báo cáo"),
        ("return-2", "Nhắc sửa và nộp lại"),
        ("returned-2", "Báo cáo bị trả lại"),
        ("entered-for-3", "Báo cáo được nhập thay"),
        ("asked-0a1b-2c", "Đôn đốc"),
        ("of-a-later-version", "of-a-later-version"),
    ],
)
def test_a_reminder_says_what_it_was_about(cause: str, what: str) -> None:
    alert = sent_alerts.of_document(
        {"cause": cause, "rung": "d7", "channel": "email", "state": "sent", "raised_at": NOW, "unit_id": COMMUNE}
    )
    assert alert is not None
    assert (alert.what, alert.by, alert.answer, alert.to) == (what, "thư điện tử", "máy chủ thư đã nhận", COMMUNE)
    assert sent_alerts.of_document({"cause": cause}) is None


def rejected(sender: str, number: int, text: str) -> dict[str, Any]:
    reason = {"code": "report.below_min", "path": "data.values.gd_ngay_cong", "message_vi": text, "message_en": "No."}
    return {
        "_id": f"{sender}/tu-choi-{number}",
        "event_id": f"tu-choi-{number}",
        "sender": sender,
        "type": events.SUBMITTED,
        "regime": CT27,
        "period": "2024",
        "unit_id": COMMUNE,
        "verdict": "rejected",
        "errors": [reason],
        "warnings": [],
        "revision": 3,
        "received_ms": events.to_ms(NOW) + number,
    }


def alert(unit_id: str = COMMUNE, **changes: Any) -> dict[str, Any]:
    named = {"_id": f"{CT27}/2024/{unit_id}/report/x/email", "duty": f"{CT27}/2024/{unit_id}", "unit_id": unit_id}
    return named | {"cause": "report", "rung": "d7", "channel": "email", "state": "sent", "raised_at": NOW} | changes


WHO = [("reviewer", "450"), ("reviewer", builders.regime("nq68-quang-binh").recipient), ("reviewer", "44"), ("viewer", "450")]


@pytest_asyncio.fixture(loop_scope="session")
async def sent(stack: Stack) -> Stack:
    """Two revisions, of which a person sent the second; it was returned. The third was refused, and another unit tried too."""
    person = await identities.put_person(stack.database, identities.grant("officer", COMMUNE))
    await stack.database["people"].update_one({"_id": person}, {"$set": {"name": "Hoàng <Văn> An"}})
    values = {"gd_ngay_cong": 1340, "gd_tien_tai_tro": "1.500"}
    first = builders.report(at=NOW - timedelta(days=3), values=values, narratives={"kho_khan": "Chậm"})
    second = builders.report(at=NOW - timedelta(days=2), revision=2, sequence=2, values=values | {"gd_ngay_cong": 1430})
    second["event"] = orjson.dumps(orjson.loads(second["event"]) | {"actor": f"people/{person}"})
    back = builders.report(
        events.RETURNED, sender=RECIPIENT, revision=2, sequence=3, at=NOW - timedelta(days=1), reason="Xem lại ngày công"
    )
    await stack.put(reports=[first, second, back], views=[builders.view()], alerts=[alert(), alert(state="passed", _id="passed")])
    await stack.database["receipts"].delete_many({})
    await stack.put(receipts=[rejected(COMMUNE, 1, "Số <phải> từ 0."), rejected(OTHER, 2, "Của đơn vị khác.")])
    return stack


async def get(stack: Stack, role: Any, unit: str, path: str = PATH) -> tuple[int, str]:
    async with entry_desk.desk(stack) as desk, await desk.browser(role, unit) as browser:
        answer = await browser.get(path)
    return answer.status_code, answer.text


@pytest.mark.stores
@pytest.mark.asyncio(loop_scope="session")
@pytest.mark.parametrize(("role", "unit"), [("officer", COMMUNE), ("reviewer", RECIPIENT)], ids=["officer", "reviewer"])
async def test_a_page_shows_revisions_refusals_reminders_and_people_to_whoever_reads_the_report(sent: Stack, role: str, unit: str) -> None:
    status, page = await get(sent, role, unit)
    text = main_of(page)
    assert status == 200
    assert "đã nộp lần 2, đang sửa lần 3" in text
    assert "Khác gì so với lần nộp 1 (2)" in text
    assert "1.340" in text
    assert f'href="{PATH}?revision=1"' in page
    assert "Lần gửi không được nhận (1)" in text
    assert "Số &lt;phải&gt; từ 0." in page
    assert "Của đơn vị khác." not in page
    assert "Nhắc nộp báo cáo" in text
    assert text.count("máy chủ thư đã nhận") == 1
    assert "người thực hiện: Hoàng &lt;Văn&gt; An" in page


@pytest.mark.asyncio(loop_scope="session")
@pytest.mark.parametrize(("role", "unit"), [("reviewer", "184"), ("viewer", "20"), ("viewer", RECIPIENT), ("viewer", COMMUNE)])
async def test_readers_above_and_elsewhere_are_told_the_unit_and_not_the_person(sent: Stack, role: str, unit: str) -> None:
    text = main_of((await get(sent, role, unit))[1])
    assert "người thực hiện: cán bộ của đơn vị" in text
    assert "Hoàng" not in text


@pytest.mark.stores
@pytest.mark.asyncio(loop_scope="session")
async def test_who_confirmed_is_named_to_colleagues_and_the_recipient(sent: Stack) -> None:
    regime, person = "nq68-quang-binh", await identities.put_person(sent.database, identities.grant("reviewer", "450"))
    await sent.database["people"].update_one({"_id": person}, {"$set": {"name": "Trần Thị Chốt"}})
    confirmed = builders.report(events.CONFIRMED, unit="450", regime=regime, revision=0, view_hash="0" * 64, at=NOW)
    confirmed["event"] = orjson.dumps(orjson.loads(confirmed["event"]) | {"actor": f"people/{person}"})
    await sent.put(reports=[confirmed], views=[builders.view("450", regime=regime)])
    path, recipient = f"/bang/{regime}/2024/450", builders.regime(regime).recipient
    told = {(role, unit): main_of((await get(sent, role, unit, path))[1]) for role, unit in WHO}
    assert [who for who, text in told.items() if "Trần Thị Chốt" in text] == [("reviewer", "450"), ("reviewer", recipient)]
    assert all("Các bản đã chốt" in text and "cán bộ tổng hợp, " in text for text in told.values())


@pytest.mark.asyncio(loop_scope="session")
async def test_an_earlier_revision_is_opened_as_it_was(sent: Stack) -> None:
    text = main_of((await get(sent, "officer", COMMUNE, f"{PATH}?revision=1"))[1])
    assert "Đang xem lần nộp 1, không phải lần mới nhất." in text
    assert "Số liệu (lần nộp 1)" in text
    assert "Đây là lần nộp đầu tiên." in text
    assert "1.430" not in text
    assert "Chậm" in text


@pytest.mark.stores
@pytest.mark.asyncio(loop_scope="session")
async def test_a_revision_that_is_not_there_or_no_number_is_refused_and_others_learn_nothing(sent: Stack) -> None:
    asked = {"3": 404, "0": 400, "-1": 400, "1e3": 400, "٣": 400, "9" * 400: 400, "%00": 400, "": 200}
    async with entry_desk.desk(sent) as desk, await desk.browser("officer", COMMUNE) as own, await desk.browser("officer", OTHER) as other:
        assert {text: (await own.get(f"{PATH}?revision={text}")).status_code for text in asked} == asked
        assert {(await other.get(f"{PATH}?revision={text}")).status_code for text in ("1", "2", "3")} == {403}
