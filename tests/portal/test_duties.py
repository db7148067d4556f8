import dataclasses
import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.portal.domain import duties, duty_units
from services.portal.domain.duties import Duty, DutyState
from services.portal.domain.duty_units import Part
from services.portal.reading import duty_queries
from services.portal.render import spreadsheet
from shared.words import texts, vietnamese
from shared.words.periods import VIETNAM
from shared.words.principals import Grant, PersonPrincipal, Role
from shared.words.reference import Reference
from shared.words.scope import Scope
from shared.words.spreadsheet_texts import harmless
from shared.words.units import Registry, Unit
from tests.portal import builders
from tests.portal.builders import DEADLINE, read_duty

NOW = datetime(2024, 12, 21, 9, tzinfo=VIETNAM)


def vietnam(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=VIETNAM)


@pytest.mark.parametrize(
    ("now", "words"),
    [
        ("2024-11-19T23:59", "còn 30 ngày"),
        ("2024-12-16T08:00", "còn 3 ngày"),
        ("2024-12-18T23:59", "còn 1 ngày"),
        ("2024-12-19T00:00", "còn 24 giờ"),
        ("2024-12-19T19:30", "còn 4 giờ"),
        ("2024-12-19T23:18", "còn 42 phút"),
        ("2024-12-19T23:59:30", "còn 1 phút"),
        ("2024-12-20T00:00", "quá hạn 1 ngày"),
        ("2024-12-21T23:59", "quá hạn 2 ngày"),
    ],
)
def test_a_countdown_counts_vietnams_days_from_the_last_day_on_time(now: str, words: str) -> None:
    assert duties.countdown(DEADLINE, vietnam(now)) == words
    assert duties.countdown(DEADLINE, vietnam(now).astimezone(UTC)) == words


@pytest.mark.parametrize(
    ("now", "words"),
    [
        ("2024-12-20T14:00", "còn 1 ngày"),
        ("2024-12-21T13:59:59", "còn 1 phút"),
        ("2024-12-21T14:00", "quá hạn 1 phút"),
        ("2024-12-21T16:40", "quá hạn 2 giờ"),
        ("2024-12-22T00:00", "quá hạn 1 ngày"),
    ],
)
def test_a_deadline_with_an_hour_is_still_on_time_on_its_day(now: str, words: str) -> None:
    assert duties.countdown(vietnam("2024-12-21T14:00"), vietnam(now)) == words


minutes = st.integers(0, 4 * 366 * 24 * 60)  # of four years from 2024 on


def deadline_at(minute: int) -> datetime:
    return datetime(2024, 1, 1, tzinfo=VIETNAM) + timedelta(minutes=minute)


@given(minutes, st.timedeltas(timedelta(days=-400), timedelta(days=400)))
def test_a_countdown_says_overdue_exactly_from_the_deadline_on(minute: int, after: timedelta) -> None:
    deadline = deadline_at(minute)
    now = deadline.astimezone(UTC) + after
    assert duties.countdown(deadline, now).startswith("quá hạn" if now >= deadline else "còn ")


def given_states(document: dict[str, object]) -> list[str]:
    return [state.value for state in read_duty(document).states(NOW)]


def test_a_duty_is_found_under_its_state_and_the_wider_one() -> None:
    returned = {"revision": 1, "reason": "Sai", "fix_by": NOW + timedelta(days=2)}
    assert given_states(builders.duty(reminded_of=NOW + timedelta(seconds=1))) == ["owed"]
    assert given_states(builders.duty(reminded_of=NOW)) == ["owed", "overdue"]
    assert given_states(builders.duty(returned=returned, reminded_of=returned["fix_by"])) == ["owed", "returned"]
    assert given_states(builders.duty(returned=returned)) == ["owed", "returned", "overdue"]
    assert given_states(builders.received()) == ["received"]
    assert given_states(builders.received(at=NOW)) == ["received", "late"]
    assert given_states(builders.confirmation()) == ["confirmed"]
    assert given_states(builders.confirmation(at=None, reminded_of=NOW)) == ["owed", "overdue"]


def test_a_duty_tells_its_narrowest_states() -> None:
    assert read_duty(builders.duty(returned={"revision": 1, "reason": "", "fix_by": None})).words(NOW) == ["Bị trả lại", "Quá hạn"]
    assert read_duty(builders.received()).words(NOW) == ["Đã nộp"]
    assert read_duty(builders.received(at=NOW)).words(NOW) == ["Nộp muộn"]


def test_what_is_owed_has_one_word_be_it_overdue_or_not() -> None:
    assert read_duty(builders.duty(reminded_of=NOW + timedelta(days=1))).state_text(NOW) == "Chưa nộp"
    assert read_duty(builders.duty()).state_text(NOW) == "Chưa nộp, quá hạn"
    assert read_duty(builders.confirmation(at=None, reminded_of=NOW)).state_text(NOW) == "Chưa chốt, quá hạn"


def test_late_by_is_told_of_what_was_done_late_only() -> None:
    assert read_duty(builders.received()).late_by == ""
    assert read_duty(builders.received(at=NOW)).late_by == "2 ngày"
    assert read_duty(builders.confirmation(at=NOW)).late_by == "17 ngày"
    assert read_duty(builders.duty()).late_by == ""


def test_an_extension_to_a_day_reads_to_its_end() -> None:
    assert vietnamese.through(vietnam("2024-12-29T00:00")) == "đến hết ngày 28/12/2024"
    assert vietnamese.through(vietnam("2024-12-29T14:30")) == "trước 14:30 ngày 29/12/2024"


@pytest.mark.parametrize("text", ["=1+1", "+84", "-1", "@x", "\t=1", "\r=1", "\n=1", " =1", "＝1", '=cmd|"/c calc"!A1'])
def test_no_cell_is_a_formula(text: str) -> None:
    assert harmless(text).startswith("'")
    assert harmless("Xã Tràng Phái") == "Xã Tràng Phái"


def test_a_row_quotes_what_csv_must_quote() -> None:
    named = read_duty(builders.duty(unit={"id": "1", "code": "06253", "name": 'Xã "A", B;\nC'}))
    assert spreadsheet.line(named, {}, "", NOW).startswith('"Xã ""A"", B;\nC",06253,')
    assert spreadsheet.line(named, {}, "", NOW).endswith("\r\n")


def unit(unit_id: str, code: str, parent: str | None, begins: int = 2020, ends: int | None = None) -> Unit:
    return Unit(
        unit_id, code, unit_id, "commune", "peoples_committee", parent, date(begins, 1, 1), None if ends is None else date(ends, 1, 1)
    )


def test_the_units_below_are_those_of_each_periods_cut_off() -> None:
    units = [
        unit("A", "A", None),
        unit("B", "B", None),
        unit("1", "1", "A", ends=2025),  # in 2025 its area joins another, which gets its code
        unit("2", "2", "A"),
        unit("1-2025", "1", "B", begins=2025),
    ]
    regime = builders.regime()
    known = Reference(1, Registry(units), {regime.id: regime}, {})
    periods = {regime.id: ["2024", "2025", "no-period"], "no-regime": ["2024"]}
    today = date(2026, 1, 1)
    scope = Scope.of_command_line(known, today)
    assert duty_units.below(scope, periods, "A", only=False) == [
        Part(frozenset("A12"), ((regime.id, "2024"),)),
        Part(frozenset("A2"), ((regime.id, "2025"),)),
    ]
    assert [found.unit_ids for found in duty_units.below(scope, periods, "1", only=False)] == [frozenset(["1"]), frozenset(["1-2025"])]
    assert duty_units.below(scope, periods, "A", only=True) == [Part(frozenset("A"), ((regime.id, "2024"), (regime.id, "2025")))]
    assert duty_units.below(scope, periods, "9", only=False) == []


def test_whoever_has_no_unit_in_any_period_with_duties_sees_none() -> None:
    regime = builders.regime()
    units = [unit("A", "A", None), unit("1", "1", "A"), unit("new", "new", "A", begins=2026)]
    known, today = Reference(1, Registry(units), {regime.id: regime}, {}), date(2026, 11, 26)

    def parts(role: Role, at: str, periods: list[str]) -> list[Part] | None:
        principal = PersonPrincipal("p1", "an", "An", [Grant("g1", role, at, date(2020, 1, 1))], "s")
        return duty_units.in_scope(Scope.of(principal, known, today), {regime.id: periods})

    assert parts("officer", "new", []) == []  # `DutyStore.periods` leaves out periods in which nothing is in scope
    assert parts("viewer", "A", []) == []
    assert parts("viewer", "A", ["2024"]) is None  # everything


def test_a_badge_says_the_state_once_and_a_note_the_time_if_the_badge_does_not() -> None:
    now = vietnam("2024-12-21T14:00")
    returned: dict[str, Any] = {"returned": {"revision": 1, "reason": "Sai", "fix_by": now}, "reminded_of": now - timedelta(days=1)}
    shown = [
        builders.duty(deadline=DEADLINE),
        builders.duty(deadline=now + timedelta(days=3)),
        builders.duty(deadline=DEADLINE, **returned),
        builders.received(at=DEADLINE + timedelta(days=1)),
        builders.received(),
    ]
    assert [dataclasses.astuple(read_duty(document).badge(now)) for document in shown] == [
        ("overdue", "Quá hạn 2 ngày", ""),
        ("missing", "Chưa nộp", "còn 3 ngày"),
        ("returned", "Bị trả lại", "quá hạn 1 ngày"),
        ("late", "Nộp muộn 2 ngày", ""),
        ("on_time", "Đã nộp", ""),
    ]
    unconfirmed = read_duty(builders.confirmation("452", at=None, deadline=now + timedelta(days=3)))
    assert unconfirmed.badge(now).text == "Chưa chốt"


def test_every_state_has_a_word_and_a_colour() -> None:
    assert set(duties.WORDS) == set(duties.BADGES) == set(DutyState)
    assert Duty.__slots__


@pytest.mark.parametrize(
    "text",
    ["\u200b=1", "\ufeff=1", '"=1', " \u00a0+1", "﹣1", "－1", "\u202e=1", "x;=1", "x\t@SUM(1)", "x\n-1", "x; =1", "x|+1"],
)
def test_no_part_of_a_cell_is_a_formula_whatever_splits_it(text: str) -> None:
    for part in re.split("[;|\t\n]", harmless(text)):
        seen = "".join(letter for letter in part if not texts.is_blank(letter))
        assert not seen.lstrip('"').startswith(tuple("=+-@＝＋－＠﹣")), part


def test_an_ordinary_cell_stays_as_it_is() -> None:
    for text in ("Sở Lao động – Thương binh và Xã hội", "1.234,5", "20/12/2024 00:00", "Xã Ấp; Xã Ổi", "a-b", "06253"):
        assert harmless(text) == text


def test_a_duty_of_a_unit_whose_name_cannot_be_seen_is_told_by_its_code() -> None:
    assert read_duty(builders.duty(unit={"id": "1", "code": "06253", "name": "\u200b\u00a0"})).unit_name == "06253"


OFFICIAL: dict[str, Any] = {"_id": f"{builders.CT27}/2024/{builders.COMMUNE}/official", "task": "official"}


def test_official_figures_are_sent_like_a_report_and_never_confirmed() -> None:
    owed, done = read_duty(builders.duty(**OFFICIAL)), read_duty(builders.received(at=DEADLINE, **OFFICIAL))
    assert (owed.task_word, owed.unit_id, owed.path) == (
        "Nộp số liệu chính thức thay số ước",
        builders.COMMUNE,
        f"/bao-cao/{builders.CT27}/2024/{builders.COMMUNE}",
    )
    assert owed.states(NOW) == [DutyState.OWED, DutyState.OVERDUE]
    assert done.states(NOW) == [DutyState.RECEIVED, DutyState.LATE]
    assert done.received_at == DEADLINE
    assert done.badge(NOW).text.startswith("Nộp muộn")


@pytest.mark.parametrize("state", [DutyState.RECEIVED, DutyState.LATE])
def test_the_filters_of_what_was_sent_include_official_figures(state: DutyState) -> None:
    assert duty_queries.of_state(state, NOW)["task"] == {"$in": ["report", "official"]}
