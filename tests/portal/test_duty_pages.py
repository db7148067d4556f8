import csv
import io
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any

import openpyxl
import pytest

from services.portal.domain import search
from services.portal.domain.duties import DutyState
from services.portal.reading.duty_queries import Asked
from services.portal.reading.duty_store import DutyStore
from shared.words.scope import Scope
from tests import seeds
from tests.portal import builders
from tests.portal.builders import AFTER, CT27
from tests.portal.conftest import Stack
from tests.portal.test_pages import HOSTILE, Links, page, text_of

pytestmark = pytest.mark.asyncio(loop_scope="session")

HEADINGS = "Đơn vị,Mã đơn vị,Chế độ báo cáo,Mã chế độ,Kỳ,Mã kỳ,Việc,Hạn (trước),Còn lại,Tình trạng,Nhận lần đầu,Muộn"


def a_bit_of_all() -> list[dict[str, Any]]:
    """One duty of each kind, in three provinces' units."""
    ahead = datetime.now(UTC) + timedelta(days=10)
    fix_by = datetime.now(UTC) + timedelta(days=3)
    return [
        builders.duty("06253"),
        builders.duty("06256", deadline=ahead),
        builders.duty("06268", deadline=ahead, extended_to=ahead),
        builders.duty("06277", returned={"revision": 1, "reason": "Sai", "fix_by": fix_by}, reminded_of=fix_by, first_received_at=AFTER),
        builders.received("06280"),
        builders.received("06274", AFTER),
        builders.confirmation("450"),
        builders.confirmation("452", at=None),
    ]


async def codes(stack: Stack, query: str = "") -> list[str]:
    """The unit codes of the rows of the CSV, as the page has them."""
    answer = await stack.http.get(f"/nghia-vu.csv?{query}")
    assert answer.status_code == 200, answer.text
    shown = await page(stack, f"/nghia-vu?{query}")
    found = [row[1] for row in csv.reader(io.StringIO(answer.text))][1:]
    assert all(f'<span class="code">{code}</span></th>' in shown for code in found)
    assert shown.count('<th scope="row"') == len(found)
    return sorted(found)


@pytest.mark.stores
async def test_the_page_tells_of_each_duty_how_it_stands(stack: Stack) -> None:
    await stack.put(duties=a_bit_of_all())
    shown = text_of(await page(stack, "/nghia-vu"))
    assert "Tất cả 8 nghĩa vụ Chưa nộp 5 nghĩa vụ Quá hạn 2 nghĩa vụ Bị trả lại 1 nghĩa vụ Đã nộp 2 nghĩa vụ" in shown
    assert "Nộp muộn 1 nghĩa vụ Đã chốt 1 nghĩa vụ" in shown
    assert "trước ngày 20/12/2024 Quá hạn " in shown
    assert "Chưa nộp còn 10 ngày" in shown
    assert "Nộp muộn 2 ngày 21/12/2024 09:30" in shown
    assert "Bị trả lại còn 3 ngày 21/12/2024 09:30 Sửa và nộp lại" in shown
    assert "Đã chốt muộn 6 ngày" in shown


@pytest.mark.stores
@pytest.mark.parametrize(
    ("state", "found"),
    [
        ("owed", ["06253", "06256", "06268", "06277", "452"]),
        ("overdue", ["06253", "452"]),
        ("returned", ["06277"]),
        ("received", ["06274", "06280"]),
        ("late", ["06274"]),
        ("confirmed", ["450"]),
    ],
)
async def test_duties_are_filtered_by_state(stack: Stack, state: str, found: list[str]) -> None:
    await stack.put(duties=a_bit_of_all())
    assert await codes(stack, f"state={state}") == found
    listed = (await stack.http.get(f"/api/v1/duties?state={state}")).json()["duties"]
    assert sorted(duty["unit"]["code"] for duty in listed) == found


@pytest.mark.stores
async def test_the_store_finds_a_duty_under_exactly_the_states_that_it_has(stack: Stack) -> None:
    await stack.put(duties=a_bit_of_all())
    store, now = DutyStore(stack.database, Scope.of_command_line(seeds.first_reference(), AFTER.date())), datetime.now(UTC)
    everything = [duty async for duty in store.read(Asked(None), None, now)]
    assert len(everything) == 8
    all_of_them, totals = await store.totals(Asked(None), now)
    assert all_of_them == totals[DutyState.OWED] + totals[DutyState.RECEIVED] + totals[DutyState.CONFIRMED]
    for state in DutyState:
        found = {duty.id async for duty in store.read(Asked(None), state, now)}
        assert found == {duty.id for duty in everything if state in duty.states(now)}
        assert totals[state] == len(found)
    left = await store.owed(Asked(None), now)
    assert sum(one.owed for one in left.values()) == totals[DutyState.OWED]
    assert sum(one.overdue for one in left.values()) == totals[DutyState.OVERDUE]
    assert await store.owed(Asked(None, period="1999"), now) == {}
    assert await store.totals(Asked(None, period="1999"), now) == (0, dict.fromkeys(DutyState, 0))


async def test_what_was_returned_comes_first_then_what_is_owed_by_deadline(stack: Stack) -> None:
    await stack.put(duties=a_bit_of_all())
    answer = await stack.http.get("/nghia-vu.csv")
    found = [row[1] for row in csv.reader(io.StringIO(answer.text))][1:]
    assert found[:5] == ["06277", "452", "06253", "06256", "06268"]


async def test_a_unit_is_asked_for_with_those_below_it_or_alone(stack: Stack) -> None:
    await stack.put(duties=a_bit_of_all())
    assert len(await codes(stack, "unit=184")) == 6
    assert await codes(stack, "unit=44") == ["450", "452"]
    assert await codes(stack, "unit=184&only=1") == []
    assert await codes(stack, "unit=450&only=1") == ["450"]
    assert await codes(stack, f"regime={CT27}&period=2024&unit=06280") == ["06280"]
    assert await codes(stack, "period=2025") == []
    unseen = "%E2%80%8B%C2%A0%EF%BB%BF"
    assert await codes(stack, "unit=%E2%80%8B06280%C2%A0") == ["06280"]
    assert len(await codes(stack, f"regime={unseen}&period={unseen}&unit={unseen}&state={unseen}&only={unseen}")) == 8
    assert await codes(stack, "regime=&period=&unit=&state=&only=") == sorted(d["unit"]["code"] for d in a_bit_of_all())


@pytest.mark.stores
async def test_a_page_has_two_hundred_and_leads_on_with_the_same_filters(stack: Stack) -> None:
    unit = {"id": "06253", "code": "06253", "name": "Thị trấn Văn Quan"}
    await stack.put(duties=[builders.duty(_id=f"{CT27}/2024/{number:03d}", unit=unit) for number in range(201)])
    first = await page(stack, "/nghia-vu?period=2024&unit=20")
    assert first.count('<th scope="row"') == 200
    assert "201 nghĩa vụ" in text_of(first)
    next_page = following(first)
    assert next_page.startswith("/nghia-vu?period=2024&unit=20&after=")
    last = await page(stack, next_page)
    assert last.count('<th scope="row"') == 1
    assert 'rel="next"' not in last
    assert 'href="/nghia-vu?period=2024&amp;unit=20">« Trang đầu' in last


def following(html: str) -> str:
    """The address of the next page."""
    return unescape(html.partition('rel="next" href="')[2].partition('"')[0])


async def test_the_table_is_made_for_excel(stack: Stack) -> None:
    evil = {"id": "06253", "code": "06253", "name": '=HYPERLINK("x")'}
    await stack.put(duties=[builders.received(at=AFTER, unit=evil)])
    answer = await stack.http.get("/nghia-vu.csv")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"].startswith('attachment; filename="nghia-vu-20')
    assert answer.content.startswith(b"\xef\xbb\xbf" + HEADINGS.encode())
    assert answer.content.endswith(b"\r\n")
    header, row = csv.reader(io.StringIO(answer.content.decode("utf-8-sig")))
    told = dict(zip(header, row, strict=True))
    assert told["Đơn vị"] == '\'=HYPERLINK("x")'
    assert (told["Hạn (trước)"], told["Nhận lần đầu"], told["Muộn"]) == ("20/12/2024 00:00", "21/12/2024 09:30", "2 ngày")
    assert (told["Tình trạng"], told["Còn lại"], told["Gia hạn (trước)"]) == ("Nộp muộn", "", "")


async def test_an_empty_page_says_why(stack: Stack) -> None:
    assert "Chưa có nghĩa vụ báo cáo nào" in await page(stack, "/nghia-vu")
    assert "Không có nghĩa vụ nào phù hợp với bộ lọc" in await page(stack, "/nghia-vu?state=late")
    assert "Không có đơn vị nào có mã “99999”" in await page(stack, "/nghia-vu?unit=99999")


async def test_pages_lead_to_the_duties(stack: Stack) -> None:
    await stack.put(views=[builders.view()])
    assert 'href="/nghia-vu"' in await page(stack, "/")
    assert f'href="/nghia-vu?regime={CT27}&amp;period=2024&amp;unit=184"' in await page(stack, f"/bang/{CT27}/2024/184")
    assert 'href="/tai-khoan#lich"' in await page(stack, f"/bao-cao/{CT27}/2024/06253")


async def test_what_is_stored_is_never_markup(stack: Stack) -> None:
    await stack.put(duties=[builders.duty(unit={"id": "06253", "code": "06253", "name": HOSTILE})])
    html = await page(stack, "/nghia-vu?unit=184")
    assert "<script>alert" not in html
    assert "<img" not in html
    links = Links()
    links.feed(html)
    assert links.inline == []
    assert all(address.startswith(("/", "#")) for address in links.addresses)


HOSTILE_QUERIES = [
    ("unit=%7B%22$ne%22:1%7D", 400),
    ("unit=%00", 400),
    ("unit=" + "a" * 5000, 400),
    ("unit=%3Cscript%3E", 400),
    ("unit=１８４", 400),
    ("regime=$ne", 400),
    ("period=2024;x", 400),
    ("period=%22%3E", 400),
    ("state=x", 422),
    ("only=perhaps", 422),
]


@pytest.mark.parametrize(("query", "status"), HOSTILE_QUERIES)
async def test_a_hostile_parameter_is_refused_with_a_page(stack: Stack, query: str, status: int) -> None:
    for path in ("/nghia-vu", "/nghia-vu.csv"):
        assert "Không trả lời được yêu cầu này" in await page(stack, f"{path}?{query}", status)


async def test_a_state_that_there_is_not_is_a_problem_of_the_api(stack: Stack) -> None:
    answer = await stack.http.get("/api/v1/duties?state=x")
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")


async def test_an_operator_in_a_query_filters_nothing(stack: Stack) -> None:
    await stack.put(duties=a_bit_of_all())
    assert len(await codes(stack, "unit[$ne]=x&state[$gt]=")) == 8


@pytest.mark.stores
async def test_names_are_searched_without_accents_and_lists_are_sorted(stack: Stack) -> None:
    await stack.put(duties=a_bit_of_all())
    assert await codes(stack, "q=van+quan") == ["06253"]
    assert await codes(stack, "q=v%C4%83n+quan&unit=44") == []
    assert await codes(stack, "q=khong+co+ten+nay") == []
    answer = await stack.http.get("/nghia-vu.csv?sort=han")
    due = [row[7] for row in csv.reader(io.StringIO(answer.text))][1:]
    assert due[0] == "05/12/2024 00:00"
    names = [row[0] for row in csv.reader(io.StringIO((await stack.http.get("/nghia-vu.csv?sort=don-vi")).text))][1:]
    assert names == sorted(names, key=lambda name: tuple(search.bare(word) for word in search.words(name)))
    for bad in ("sort=x", "q=%24%24", f"q={'a' * 201}", "q=a%00"):
        assert (await stack.http.get(f"/nghia-vu?{bad}")).status_code in (400, 422), bad


async def test_the_workbook_begins_with_the_filter_the_time_and_n_of_n(stack: Stack) -> None:
    evil = {"id": "06253", "code": "06253", "name": '=HYPERLINK("x")'}
    await stack.put(duties=[*a_bit_of_all()[1:], builders.received(at=AFTER, unit=evil)])
    answer = await stack.http.get("/nghia-vu.xlsx?state=received&unit=184")
    rows = [list(row) for row in openpyxl.load_workbook(io.BytesIO(answer.content)).worksheets[0].iter_rows(values_only=True)]
    assert rows[0][0] == "Nghĩa vụ báo cáo"
    assert rows[1][0] == "Bộ lọc: Đơn vị: Huyện Văn Quan; Tình trạng: Đã nộp"
    assert str(rows[2][0]).startswith("Xuất lúc ")
    assert str(rows[2][0]).endswith(": 3 trong 8 nghĩa vụ")
    assert rows[4][:2] == ["Đơn vị", "Mã đơn vị"]
    assert '=HYPERLINK("x")' in [row[0] for row in rows[5:]]  # a text, not a formula


@pytest.mark.stores
async def test_a_duty_tells_who_was_told_what_by_which_channel_with_which_answer(stack: Stack) -> None:
    duty = builders.duty(returned={"revision": 2, "reason": "Sai số thôn", "fix_by": None})
    about = {
        "duty": duty["_id"],
        "task": "report",
        "regime": CT27,
        "period": "2024",
        "unit": "06253",
        "unit_id": "06253",
        "mailed": ["a", "b"],
    }
    sent = {**about, "mailed": ["a", "b"], "cause": "report", "rung": "before-7", "channel": "email", "state": "sent", "raised_at": AFTER}
    refused = {**sent, "_id": "2", "cause": "returned-2", "rung": "now", "state": "refused", "mailed": []}
    other = {**sent, "_id": "3", "duty": f"{CT27}/2024/06256", "cause": "return-9"}
    await stack.put(
        duties=[duty], alerts=[{**sent, "_id": "1"}, refused, other, {**sent, "_id": "4", "cause": "asked-x", "channel": "stream"}]
    )
    seen = text_of(await page(stack, f"/nghia-vu/{CT27}/2024/06253"))
    assert "Đã nhắc và báo (3)" in seen
    assert "Sai số thôn" in seen
    assert "nhắc nộp báo cáotrước 7 ngàythư điện tửmáy chủ thư đã nhận (2 thư)" in seen
    assert "báo đã trả lại báo cáobáo ngaythư điện tửmáy chủ thư từ chối mọi địa chỉ" in seen
    assert "đôn đốctrước 7 ngàyluồng thông báo" in seen
    assert "nhắc sửa" not in seen
    assert (await stack.http.get(f"/nghia-vu/{CT27}/2024/99999")).status_code == 404
    assert (await stack.http.get(f"/nghia-vu/{CT27}/$ne/06253")).status_code == 400
