from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from services.portal.domain import menu, reviewing, work
from services.portal.domain.duties import Duty
from services.portal.domain.reviewing import Behind, Counted, Waiting
from services.portal.domain.work import Section, Sent, Task
from shared.wire.views import Official
from shared.words.principals import Role
from tests.portal import builders

NOW = datetime(2026, 11, 26, 2, 30, tzinfo=UTC)  # 09:30 in Vietnam


def due(days: int, unit: str = "06253", **changes: Any) -> Duty:
    return builders.read_duty(builders.duty(unit, deadline=NOW + timedelta(days=days), **changes))


def returned(days: int, unit: str) -> Duty:
    fix_by = NOW + timedelta(days=days)
    return due(-30, unit, returned={"revision": 1, "reason": "Sai số thôn", "fix_by": fix_by}, reminded_of=fix_by)


def done(days: int, unit: str) -> Duty:
    return builders.read_duty(builders.received(unit, NOW - timedelta(days=40), deadline=NOW + timedelta(days=days)))


def test_returned_comes_first_then_overdue_then_by_deadline_and_what_is_done_last() -> None:
    given = [
        due(3, "06256"),
        due(20, "06280"),
        done(-9, "06268"),
        due(-2, "06283"),
        returned(2, "06286"),
        due(-200, "06277"),
        done(-3, "06274"),
    ]
    found = work.parts(map(Task, given), NOW)
    assert [(part.section, [task.duty.unit_code for task in part.tasks]) for part in found] == [
        (Section.RETURNED, ["06286"]),
        (Section.OVERDUE, ["06277", "06283"]),
        (Section.SOON, ["06256"]),
        (Section.LATER, ["06280"]),
        (Section.DONE, ["06274", "06268"]),
    ]
    assert work.left(found) == 5


def test_a_returned_report_that_is_overdue_stays_with_the_returned_ones() -> None:
    [part] = work.parts([Task(returned(-5, "06286"))], NOW)
    assert (part.section, part.tasks[0].duty.why_returned) == (Section.RETURNED, "Sai số thôn")


def test_the_last_verdict_counts_and_leads_to_its_receipt() -> None:
    first, last = (Sent(f"event-{hour}", NOW + timedelta(hours=hour), hour, is_accepted=hour == 1, why=["Sai"]) for hour in (1, 2))
    duty = due(3)
    task = Task(duty, sent=work.newest([(duty.id, last), (duty.id, first)])[duty.id])
    assert task.is_rejected
    assert task.receipt == "/bieu-mau/ct27-van-quan/2024/06253/bien-nhan/event-2"
    assert Task(duty).receipt == ""


@pytest.mark.parametrize(
    ("stands", "sent", "accepted", "standing", "is_superseded"),
    [(2, 2, True, 2, False), (2, 1, True, 2, True), (0, 1, True, 1, False), (1, 2, True, 2, False), (1, 2, False, 1, False)],
)
def test_the_revision_that_stands_is_told_whichever_came_last(
    stands: int, sent: int, accepted: bool, standing: int, is_superseded: bool
) -> None:
    task = Task(due(3, revision=stands), sent=Sent("event", NOW, sent, is_accepted=accepted))
    assert (task.standing, task.is_superseded) == (standing, is_superseded)


@pytest.mark.parametrize(
    ("back", "words"),
    [
        (timedelta(0), "vừa xong"),
        (timedelta(seconds=-5), "vừa xong"),
        (timedelta(minutes=12), "12 phút trước"),
        (timedelta(hours=3), "3 giờ trước"),
        (timedelta(hours=10), "hôm qua"),
        (timedelta(days=5), "5 ngày trước"),
    ],
)
def test_the_age_of_a_draft_in_words(back: timedelta, words: str) -> None:
    assert work.ago(NOW - back, NOW) == words


def official(number: int, *, moved: bool, day: int = 1) -> Official:
    return Official(number=number, hash="0" * 64, at=f"2026-11-{day:02}T00:00:00.000Z", moved=moved)


def test_a_view_is_provisional_confirmed_or_adjusted() -> None:
    words = [reviewing.version(one) for one in (None, official(1, moved=False), official(3, moved=True))]
    assert words == ["tạm tính", "đã chốt", "đã chốt, điều chỉnh lần 2"]


def test_only_what_moved_since_its_confirmation_is_to_be_confirmed_again() -> None:
    views = {"still": official(1, moved=False), "later": official(1, moved=True, day=9), "first": official(2, moved=True, day=3)}
    done = [Waiting(due(-9), name, Counted(3, 3, one)) for name, one in views.items()] + [Waiting(due(-9), "none", Counted(3, 3, None))]
    assert [one.view_unit for one in reviewing.confirmed_and_moved(done)] == ["first", "later"]


@pytest.mark.parametrize(
    ("counted", "words"),
    [(None, "chưa có bảng tổng hợp"), (Counted(15, 11, None), "còn 4 đơn vị chưa nộp"), (Counted(15, 15, None), "đã đủ báo cáo")],
)
def test_what_keeps_a_view_from_being_confirmed(counted: Counted | None, words: str) -> None:
    assert Waiting(due(3), "Huyện Văn Quan", counted).state == words


@pytest.mark.parametrize(
    ("days", "received", "cut_off", "waits"),
    [
        (400, 0, "2027-11-20", False),
        (400, 15, "2027-11-20", True),
        (30, 0, "2026-12-31", True),
        (31, 0, "2026-11-26", False),
        (31, 0, "2026-11-25", True),
        (-5, 0, "2026-11-26", True),
    ],
)
def test_a_view_waits_for_its_confirmation_when_it_is_complete_or_its_period_is_over_or_it_is_due_soon(
    days: int, received: int, cut_off: str, waits: bool
) -> None:
    found = reviewing.is_time_to_confirm(due(days), Counted(15, received, None), date.fromisoformat(cut_off), NOW)
    assert found == waits
    assert reviewing.is_time_to_confirm(due(400), None, date(2026, 11, 20), NOW)


def test_the_periods_with_most_overdue_reports_come_first() -> None:
    soon, late = NOW + timedelta(days=3), NOW + timedelta(days=30)
    rows = [
        Behind("r", "2026-01", 5, 0, 0, late, ""),
        Behind("r", "2026-02", 5, 0, 0, soon, ""),
        Behind("r", "2026-03", 5, 1, 0, None, ""),
        Behind("r", "2026-04", 9, 4, 1, soon, ""),
    ]
    found = reviewing.behind_first(rows)
    assert [row.period for row in found] == ["2026-04", "2026-03", "2026-02", "2026-01"]
    assert [row.words(NOW) for row in found[:2]] == [
        "9 đơn vị chưa nộp, 4 quá hạn, 1 bị trả lại; hạn tới: còn 3 ngày",
        "5 đơn vị chưa nộp, 1 quá hạn",
    ]


@pytest.mark.parametrize(
    ("roles", "texts"),
    [
        ({"officer"}, ["Việc của tôi", "Tổng quan", "Nghĩa vụ", "Biểu mẫu", "Hướng dẫn"]),
        ({"reviewer"}, ["Việc của tôi", "Tổng quan", "Nghĩa vụ", "Biểu mẫu", "Người dùng", "Hướng dẫn"]),
        ({"viewer"}, ["Tổng quan", "Nghĩa vụ", "Biểu mẫu", "Hướng dẫn"]),
        ({"operator"}, ["Biểu mẫu", "Quản trị", "Hướng dẫn"]),
        (set(), ["Biểu mẫu", "Hướng dẫn"]),
    ],
    ids=["officer", "reviewer", "viewer", "operator", "nobody"],
)
def test_the_navigation_has_what_the_roles_open(roles: set[Role], texts: list[str]) -> None:
    assert [entry.text for entry in menu.of(roles, "/")] == texts


def test_the_navigation_names_the_present_part() -> None:
    def current(path: str, *roles: Role) -> list[tuple[str, str]]:
        return [(entry.text, entry.current) for entry in menu.of(roles, path) if entry.current]

    assert current("/", "viewer") == current("/tong-quan", "viewer") == [("Tổng quan", "page")]
    assert current("/", "officer") == current("/viec-cua-toi", "officer") == [("Việc của tôi", "page")]
    assert current("/bang/r/2026/184", "viewer") == [("Tổng quan", "true")]
    assert current("/nghia-vu", "viewer") == [("Nghĩa vụ", "page")]
    assert current("/che-do/ct27", "viewer") == [("Biểu mẫu", "true")]
    assert current("/quan-tri/thu-hong", "operator") == [("Quản trị", "true")]
    assert current("/tai-khoan", "viewer") == []
