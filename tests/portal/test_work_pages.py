"""*Việc của tôi* and the navigation, on real servers, by role."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import pytest

from shared.wire import events
from shared.words.principals import Role
from tests import identities
from tests.portal import builders, matrix
from tests.portal.builders import CT27
from tests.portal.conftest import Stack
from tests.portal.test_pages import text_of

pytestmark = pytest.mark.asyncio(loop_scope="session")

NOW = datetime.now(UTC)
OWN = "06253"


async def shown_to(stack: Stack, role: Role, unit: str | None, path: str = "/viec-cua-toi", status: int = 200) -> httpx2.Response:
    secret = await identities.session_with(stack.database, identities.grant(role, unit))
    async with httpx2.AsyncClient(base_url=stack.url, cookies={identities.COOKIE: secret}) as http:
        answer = await http.get(path)
    assert answer.status_code == status, answer.text
    return answer


def receipt(event_id: str, *, period: str = "2024", at: datetime = NOW, **changes: Any) -> dict[str, Any]:
    document = {"event_id": event_id, "sender": OWN, "verdict": "accepted", "errors": [], "warnings": [], "revision": 1}
    about = {"type": events.SUBMITTED, "regime": CT27, "period": period, "unit_id": OWN, "received_ms": events.to_ms(at)}
    return {"_id": f"{changes.get('sender', OWN)}/{event_id}"} | document | about | changes


def season() -> list[dict[str, Any]]:
    """Duties of one commune: returned, overdue for years, ahead; and one of another commune."""
    fix_by, ahead = NOW + timedelta(days=3), NOW + timedelta(days=9)
    back = {"revision": 1, "reason": "Sai <số> thôn", "fix_by": fix_by}
    return [
        builders.duty(OWN),
        builders.duty(OWN, _id=f"{CT27}/2025/{OWN}", period="2025", returned=back, reminded_of=fix_by),
        builders.duty(OWN, _id=f"{CT27}/2026/{OWN}", period="2026", deadline=ahead),
        builders.duty("06256"),
    ]


async def test_an_officer_lands_on_what_the_unit_owes_in_order_and_nothing_vanishes(stack: Stack) -> None:
    await stack.put(duties=season())
    assert (await shown_to(stack, "officer", OWN, "/", 307)).headers["location"] == "/viec-cua-toi"
    page = (await shown_to(stack, "officer", OWN)).text
    places = [page.index(f'href="/bao-cao/{CT27}/{period}/{OWN}"') for period in ("2025", "2024", "2026")]
    assert places == sorted(places)
    seen = text_of(page)
    assert "3 việc cần làm." in seen
    assert "Lý do trả lại: Sai &lt;số&gt; thôn" in seen
    assert "còn 3 ngày" in seen
    assert "Quá hạn " in seen
    assert "còn 9 ngày" in seen
    assert "06256" not in page


@pytest.mark.stores
async def test_what_was_sent_is_told_with_its_verdict_and_receipt(stack: Stack) -> None:
    why = [{"code": "x.y", "path": "", "message_vi": "Thiếu số liệu", "message_en": ""}]
    await stack.database["receipts"].delete_many({})
    await stack.put(
        duties=season(),
        receipts=[
            receipt("dau", period="2025", at=NOW - timedelta(hours=2)),
            receipt("sau", period="2025", verdict="rejected", errors=why),
            receipt("khac", sender="06256", unit_id="06256"),
        ],
    )
    page = (await shown_to(stack, "officer", OWN)).text
    assert "Không được nhận" in page
    assert "Thiếu số liệu" in page
    assert f"/bieu-mau/{CT27}/2025/{OWN}/bien-nhan/sau" in page
    assert "/bien-nhan/dau" not in page
    stands = {"owed": False, "received": True, "first_received_at": NOW, "revision": 2}
    await stack.database["duties"].update_one({"period": "2026"}, {"$set": stands})
    await stack.put(receipts=[receipt("muon", period="2026")])
    seen = text_of((await shown_to(stack, "officer", OWN)).text)
    assert "Đã gửi, lần 2. Lần 1 nhận lúc" in seen
    assert "/bien-nhan/khac" not in page


@pytest.mark.stores
async def test_a_draft_is_told_with_its_age_and_who_saved_it_but_not_what_is_in_it(stack: Stack) -> None:
    await stack.database["drafts"].delete_many({})
    about = {"regime": CT27, "period": "2024", "unit": OWN, "entered_by": None, "ended": None, "at": NOW - timedelta(hours=3)}
    draft = {"_id": f"{CT27}/2024/{OWN}", **about, "by": {"person": "p", "name": "Lý <Lan>", "form": "x"}, "fields": [{"text": "SECRET"}]}
    ended = {**draft, "_id": f"{CT27}/2025/{OWN}", "period": "2025", "ended": "sent", "by": {"person": "p", "name": "An", "form": "x"}}
    await stack.put(duties=season(), drafts=[draft, ended, {**ended, "_id": "other", "ended": None, "entered_by": "184"}])
    page = (await shown_to(stack, "officer", OWN)).text
    assert "Bản nháp, chưa gửi: lưu 3 giờ trước, Lý &lt;Lan&gt;." in text_of(page)
    assert page.count("Bản nháp, chưa gửi") == 1
    assert "SECRET" not in page
    await stack.database["drafts"].delete_many({})


async def test_without_work_the_page_says_so(stack: Stack) -> None:
    assert "Không còn việc nào" in (await shown_to(stack, "officer", OWN)).text
    assert "Không còn việc nào" in (await shown_to(stack, "reviewer", "184")).text
    assert "không có việc phải làm" in (await shown_to(stack, "viewer", "184")).text
    assert "không có việc phải làm" in (await shown_to(stack, "operator", None)).text


@pytest.mark.stores
async def test_a_reviewer_sees_who_is_late_and_what_waits_or_moved(stack: Stack) -> None:
    nq68, official = "nq68-quang-binh", {"number": 1, "hash": "0" * 64, "at": NOW - timedelta(days=2), "moved": True}
    waiting = builders.confirmation("450", at=None, _id=f"{nq68}/2025/450/confirm", period="2025", deadline=NOW + timedelta(days=2))
    late = builders.received("06280", NOW - timedelta(seconds=1))
    views = [builders.view("450", regime=nq68, official=official), builders.view("450", regime=nq68, period="2025")]
    await stack.put(duties=[*season(), late, builders.confirmation("450"), waiting], views=views)
    of_district = text_of((await shown_to(stack, "reviewer", "184")).text)
    assert "Đã trả lại, chưa sửa" in of_district
    assert "2 đơn vị chưa nộp, 2 quá hạn" in of_district
    assert "Nộp muộn hôm nay" in of_district
    assert "Chờ chốt" not in of_district
    confirmers_page = (await shown_to(stack, "reviewer", "450")).text
    of_confirmer = text_of(confirmers_page)
    assert f'<a class="act" href="/bang/{nq68}/2025/450/chot">Chốt số liệu' in confirmers_page
    assert f'<a class="act" href="/bang/{nq68}/2024/450/chot">Chốt điều chỉnh' in confirmers_page
    assert "còn 9 đơn vị chưa nộp: cần ghi lý do" in of_confirmer
    assert "/chot" not in (await shown_to(stack, "reviewer", "184")).text
    assert "Chờ chốt (1)" in of_confirmer
    assert "đơn vị chưa nộp" in of_confirmer
    assert "Đã thay đổi, chưa chốt lại (1)" in of_confirmer
    assert "Sai &lt;số&gt; thôn" not in of_confirmer


async def test_what_has_not_begun_waits_for_nobody(stack: Stack) -> None:
    nq68, later = "nq68-quang-binh", NOW + timedelta(days=400)
    ahead = builders.confirmation("450", at=None, _id=f"{nq68}/2028/450/confirm", period="2028", deadline=later)
    report = builders.duty(OWN, _id=f"{CT27}/2027/{OWN}", period="2027", deadline=later)
    await stack.put(duties=[ahead, report])
    assert "Không còn việc nào" in (await shown_to(stack, "reviewer", "450")).text
    assert "Không còn việc nào" in (await shown_to(stack, "reviewer", "184")).text
    assert "Không còn việc nào" in (await shown_to(stack, "officer", OWN)).text


@pytest.mark.stores
async def test_a_reviewer_asks_for_what_is_owed_from_the_first_page_once_a_day(stack: Stack) -> None:
    await stack.put(duties=[builders.duty(OWN), builders.duty("06256", _id=f"{CT27}/2024/06256")])
    path, recipient = f"/bang/{CT27}/2024/184/don-doc", builders.regime().recipient
    assert f'<a class="act" href="{path}">Đôn đốc' in (await shown_to(stack, "reviewer", recipient)).text
    assert path not in (await shown_to(stack, "reviewer", "184")).text
    asked = [
        builders.report(events.ASKED, unit="", sender=recipient, revision=0, at=NOW, event_id=unit, units=[unit]) for unit in (OWN, "06256")
    ]
    await stack.put(reports=asked[:1])
    assert f'<a class="act" href="{path}">' in (await shown_to(stack, "reviewer", recipient)).text
    await stack.put(reports=asked[1:])
    page = (await shown_to(stack, "reviewer", recipient)).text
    assert path not in page
    assert "hôm nay" in text_of(page)[text_of(page).index("Đôn đốc") :]


async def test_the_navigation_is_there_with_a_session_only_and_the_login_has_no_search(stack: Stack) -> None:
    page = (await shown_to(stack, "reviewer", "184")).text
    assert '<a href="/viec-cua-toi" aria-current="page">Việc của tôi</a>' in page
    async with httpx2.AsyncClient(base_url=stack.url) as http:
        login = (await http.get("/dang-nhap")).text
    assert "/viec-cua-toi" not in login
    assert 'action="/tim"' not in login


@pytest.mark.stores
async def test_an_heir_finds_what_the_ended_unit_still_owes_and_a_reviewer_what_was_returned_below(stack: Stack) -> None:
    async with matrix.world(stack) as world:
        kinds = {kind.name: kind for kind in matrix.KINDS}
        of_heir = (await world.ask(kinds["officer"], "/viec-cua-toi")).seen
        of_reviewer = (await world.ask(kinds["reviewer"], "/viec-cua-toi")).seen
    assert [name for name in ("own", "source", "sibling", "abolished") if f"CANARY{name}TEXT" in of_heir] == ["own", "source"]
    assert "Bị trả lại, cần sửa (2)" in of_heir
    assert "nay thuộc" in of_heir
    assert "CANARYsiblingTEXT" in of_reviewer
    assert "CANARYotherTEXT" not in of_reviewer
