"""News for a unit that another unit entered a report for it (nhập thay)."""

import random
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notify.channels import stream
from services.notify.domain import bundles, news, reminders
from services.notify.domain.alerts import STREAM, Alert
from services.notify.domain.book import Book
from services.notify.domain.ledger import Ledger, ReportKey
from services.notify.domain.roster import Roster
from services.notify.store import report_states
from services.notify.texts import mailings
from shared.wire import events
from shared.wire.alerts import AlertRaised
from shared.wire.events import Logged
from shared.words.calendar import COMMON
from shared.words.ladder import Rung
from shared.words.units import Registry
from tests.notify.builders import (
    REGIME,
    UNITS,
    book,
    content_of,
    duty,
    entered,
    estimated,
    extended,
    opened,
    reference,
    regime,
    returned,
    submitted,
    vn,
    withdrawn,
)

AT = "2026-12-10 09:01"
OTHER = "bao-cao-khac"


def _of(found: Book, at: str, alerted: frozenset[str] = frozenset()) -> list[Alert]:
    candidates = reminders.reached(found.owed(vn(at)).values(), reference(), vn(at))
    raised = reminders.decide(candidates, alerted, reference(), vn(at)).raised
    reminders.close(candidates)
    return [alert for alert in raised if alert.matter.is_entry]


def _raised(at: str, *history: Logged, alerted: frozenset[str] = frozenset()) -> list[Alert]:
    return _of(book(*history), at, alerted)


def test_the_sender_is_told_at_once_who_entered_its_report() -> None:
    [told] = _raised(AT, entered("11"))
    assert told.rung == Rung("now", vn("2026-12-10 09:00"))
    assert told.id(STREAM) == f"{REGIME}/2026/111/entered-for-1/2026-12-19T17:00:00.000Z/now/stream"
    event = AlertRaised.model_validate_json(stream.event(content_of(told, entered("11"), at=vn(AT))))
    assert (event.data.cause, event.data.unit, event.data.rung) == ("entered-for-1", "111", "now")
    assert event.data.entered_by is not None
    assert (event.data.entered_by.id, event.data.entered_by.name) == ("11", "Xã 11")


def test_what_a_unit_sent_itself_is_no_news() -> None:
    assert _raised(AT, submitted()) == []


def test_an_imported_entry_is_no_news() -> None:
    assert _raised(AT, entered("11")._replace(imported=True)) == []


def test_an_import_does_not_hide_what_was_entered_before_it() -> None:
    found = book(entered("11"))
    found.fold(submitted("112")._replace(imported=True), events.to_ms(vn("2026-12-10 09:00:30")))
    assert [alert.matter.cause for alert in _of(found, AT)] == ["entered-for-1"]


def test_an_entry_in_the_evening_is_told_in_the_morning() -> None:
    late = entered("11", received="2026-12-10 19:00")
    assert _raised("2026-12-10 19:01", late) == []
    assert [alert.rung.at for alert in _raised("2026-12-11 08:00", late)] == [vn("2026-12-11 08:00")]


def test_it_is_told_once() -> None:
    found = book(entered("11"))
    [told] = _of(found, AT)
    assert _of(found, "2026-12-10 09:02") == []
    assert _raised("2026-12-11 09:00", entered("11"), alerted=frozenset({told.id(STREAM)})) == []
    found.fold(entered("11", received="2026-12-10 09:00:30"))  # the same revision under another event id
    assert [alert.id(STREAM) for alert in _of(found, "2026-12-10 09:03", frozenset({told.id(STREAM)}))] == []


@pytest.mark.parametrize(
    "later",
    [
        submitted(revision=2, received="2026-12-10 09:00:30"),
        withdrawn(received="2026-12-10 09:00:30"),
        returned(received="2026-12-10 09:00:30"),
        extended("2026-12-30", received="2026-12-10 09:00:30"),
    ],
    ids=["own revision", "withdrawal", "return", "extension"],
)
def test_what_happens_later_neither_hides_nor_repeats_it(later: Logged) -> None:
    [told] = _raised(AT, entered("11"))
    [again] = _raised(AT, entered("11"), later)
    assert again.id(STREAM) == told.id(STREAM)
    kept = book(entered("11"), later).owed(vn(AT))
    assert reminders.sort_out([told], kept, COMMON, vn(AT)).send == (told,)


def test_each_revision_is_told() -> None:
    history = entered("11"), entered("1", revision=2, received="2026-12-10 09:00:20")
    assert [(alert.matter.cause, alert.matter.entered_by) for alert in _raised(AT, *history)] == [
        ("entered-for-1", "11"),
        ("entered-for-2", "1"),
    ]


def test_what_is_a_week_old_is_not_told_any_more() -> None:
    assert _raised("2026-12-18 09:00", entered("11")) == []
    [told] = _raised(AT, entered("11"))
    now = vn("2026-12-18 09:00")
    assert reminders.sort_out([told], book(entered("11")).owed(now), COMMON, now).drop == (told,)


def test_an_old_period_stays_in_memory_until_it_is_told() -> None:
    found = book(entered("11"))
    assert found.ledger.acted_ms == {(REGIME, "2026"): round(vn("2026-12-10 09:00").timestamp() * 1000)}


def test_what_is_stored_neither_forgets_nor_repeats_it() -> None:
    history = entered("11"), entered("1", revision=2, received="2026-12-10 09:00:20"), estimated(revision=3)
    state = book(*history).ledger.of(ReportKey(REGIME, "2026", "111"))
    assert report_states.report(report_states.document(state)) == state
    ledger = Ledger()
    ledger.absent.add((REGIME, "2026"))
    ledger.recall((REGIME, "2026"), {"111": report_states.report(report_states.document(state))})
    recalled = Book(Roster(reference()), ledger, [(REGIME, "2026")])
    told = _of(recalled, AT)
    assert [alert.id(STREAM) for alert in told] == [alert.id(STREAM) for alert in _raised(AT, *history)]
    known = frozenset(alert.id(STREAM) for alert in told)
    assert _of(Book(Roster(reference()), ledger, [(REGIME, "2026")]), AT, known) == []


def test_the_mail_says_who_what_and_what_to_do() -> None:
    registry = Registry([replace(unit, name="Huyện Văn Quan") if unit.id == "11" else unit for unit in UNITS])
    [told] = _raised(AT, entered("11", revision=3))
    content = content_of(told, entered("11", revision=3), at=vn(AT), registry=registry)
    [mailing] = mailings.of([content], "https://bao-cao.example", {})
    assert mailing.mail.subject == "[Nhập thay] UBND huyện Văn Quan đã nhập báo cáo năm 2026 (lần nộp 3) thay đơn vị – Xã 111"
    assert mailing.mail.body.startswith(
        "Kính gửi: UBND xã 111,\n\nUBND huyện Văn Quan đã nhập báo cáo sau đây thay đơn vị:\n"
        "- Chế độ báo cáo: Báo cáo hằng năm về văn hóa\n- Kỳ báo cáo: năm 2026\n- Lần nộp: 3\n- Đơn vị nhập thay: UBND huyện Văn Quan (thư"
    )
    assert "nếu cần sửa, đơn vị gửi báo cáo với lần nộp cao hơn" in mailing.mail.body
    assert f"https://bao-cao.example/bao-cao/{REGIME}/2026/111" in mailing.mail.body


def test_several_of_one_morning_are_one_mail_and_apart_from_reminders() -> None:
    regimes = regime(), regime(id=OTHER, title="Báo cáo khác")
    history = entered("11"), entered("1", regime=OTHER)
    known, at = reference(*regimes), vn(AT)
    candidates = reminders.reached(book(*history, submitted("112"), submitted("112"), regimes=regimes).owed(at).values(), known, at)
    mine = [alert for alert in reminders.decide(candidates, set(), known, at).raised if alert.matter.unit == "111"]
    [bundle] = bundles.of(mine)
    contents = [content_of(alert, *history, at=at, regimes=regimes) for alert in bundle]
    [mailing] = mailings.of(contents, "", {})
    assert mailing.mail.subject == "[Nhập thay] 2 báo cáo đã được nhập thay đơn vị – Xã 111"
    assert "\n1. Báo cáo năm 2026 (lần nộp 1)\n   - Chế độ báo cáo: Báo cáo khác\n" in mailing.mail.body
    assert "\n2. Báo cáo năm 2026 (lần nộp 1)\n   - Chế độ báo cáo: Báo cáo hằng năm" in mailing.mail.body
    reminder = reminders.of_duty(duty()).alerts[0]
    assert bundles.key(reminder) != bundles.key(mine[0])


def test_an_unknown_unit_stops_nothing() -> None:
    strange = entered("khong-co")
    [told] = _raised(AT, strange)
    content = content_of(told, strange, at=vn(AT))
    assert AlertRaised.model_validate_json(stream.event(content)).data.entered_by is None
    assert "đơn vị khong-co đã nhập" in mailings.of([content], "", {})[0].mail.body


def test_the_heir_of_a_unit_that_has_ended_is_told() -> None:
    # given a report for a unit that has ended, entered in the name of its heir
    [told] = _raised(AT, entered("11"))
    heir = replace(told, to="113")
    content = content_of(heir, entered("11"), at=vn(AT))
    [mailing] = mailings.of([content], "", {})
    assert "- Đơn vị phải báo cáo: xã 111 cũ, nay thuộc xã 113" in mailing.mail.body
    assert mailing.mail.subject.endswith("thay đơn vị – xã 111 cũ, nay thuộc xã 113")


HOURS = st.integers(0, 40).map(lambda number: f"2026-12-{10 + number // 24} {number % 24:02}:00")
HISTORIES = st.lists(
    st.one_of(
        st.builds(entered, st.sampled_from(["1", "11"]), revision=st.integers(1, 3), received=HOURS),
        st.builds(submitted, revision=st.integers(1, 3), received=HOURS),
        st.builds(returned, revision=st.integers(1, 3), received=HOURS),
        st.builds(extended, st.sampled_from(["2026-12-18", "2026-12-30"]), received=HOURS),
        st.builds(opened, st.just("2026-12-24"), received=HOURS),
    ),
    max_size=7,
)


@given(HISTORIES, st.randoms(use_true_random=False))
def test_order_and_repetition_do_not_change_what_is_told(history: list[Logged], rng: random.Random) -> None:
    shuffled = [*history, *rng.sample(history, len(history) // 2)]
    rng.shuffle(shuffled)
    told = [sorted(news.of_entries(duty(*some)), key=lambda notice: notice.cause) for some in (history, shuffled)]
    assert told[0] == told[1]
    assert {notice.cause for notice in told[0]} == {f"entered-for-{one.revision}" for one in history if one.entered_by}
