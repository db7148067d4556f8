"""A confirmation that was undone (hủy chốt): the duty to confirm is owed again, and its unit is told if another one did that."""

import random

import pytest

from services.notify.channels import stream
from services.notify.domain import news, reminders
from services.notify.domain.alerts import STREAM, Alert
from services.notify.domain.book import Book
from services.notify.domain.duties import Duty, owes
from services.notify.domain.ledger import Ledger, ReportKey
from services.notify.domain.roster import Roster
from services.notify.store import report_states
from services.notify.texts import mailings
from shared.check import plain_duties
from shared.wire import events
from shared.wire.alerts import AlertRaised
from shared.wire.events import Logged
from tests.notify.builders import REGIME, asked, book, confirmed, content_of, extended, reference, regime, undone, vn

CONFIRMING = regime(obligation={"deadlines": {"xa": {"before": "12-20"}}, "confirm": {"level": "district", "before": "12-25"}})
KNOWN = reference(CONFIRMING)
CONFIRM = f"{REGIME}/2026/11/confirm"
FIRST = confirmed(received="2026-12-20 09:00")
ABOVE = undone(FIRST, by="1", received="2026-12-22 09:00")


def after(*history: Logged) -> Book:
    return book(*history, regimes=(CONFIRMING,))


def duty(*history: Logged) -> Duty:
    return next(one for one in after(*history).duties(vn("2026-12-23")) if one.id == CONFIRM)


def raised(found: Book, at: str) -> list[Alert]:
    candidates = reminders.reached(found.owed(vn(at)).values(), KNOWN, vn(at))
    due = reminders.decide(candidates, frozenset(), KNOWN, vn(at)).raised
    reminders.close(candidates)
    return [alert for alert in due if alert.matter.duty == CONFIRM]


def causes(at: str, *history: Logged) -> list[tuple[str, str]]:
    return [(alert.matter.cause, alert.rung.name) for alert in raised(after(*history), at)]


def test_the_confirmation_is_owed_again() -> None:
    assert not owes(duty(FIRST))
    assert owes(duty(FIRST, ABOVE))
    assert not owes(duty(FIRST, ABOVE, confirmed(received="2026-12-23 09:00")))


def test_a_later_confirmation_is_on_time_if_the_first_one_was() -> None:
    again = duty(FIRST, ABOVE, confirmed(received="2026-12-27 09:00"))
    assert (again.is_late, again.late_by(vn("2026-12-30"))) == (False, None)


def test_while_an_earlier_confirmation_stands_nothing_is_owed_but_the_unit_is_told() -> None:
    second = confirmed(received="2026-12-21 09:00")
    history = FIRST, second, undone(second, by="1", received="2026-12-22 09:00")
    assert not owes(duty(*history))
    assert causes("2026-12-22 09:01", *history) == [("undone-1", "now")]


def test_the_unit_is_told_at_once_who_undid_its_confirmation() -> None:
    [alert] = raised(after(FIRST, ABOVE), "2026-12-22 09:01")
    assert alert.id(STREAM) == f"{CONFIRM}/undone-1/1/now/stream"
    content = content_of(alert, FIRST, ABOVE, at=vn("2026-12-22 09:01"), regimes=(CONFIRMING,))
    data = AlertRaised.model_validate_json(stream.event(content)).data
    assert (data.unit, data.undone_by and data.undone_by.id, data.text) == ("11", "1", "Cộng sai")
    [mailing] = mailings.of([content], "https://bao-cao.example", {})
    assert mailing.mail.subject == "[Hủy chốt] UBND xã 1 đã hủy chốt bảng tổng hợp năm 2026 – Xã 11"
    assert mailing.mail.body.split("\n\n")[1] == (
        "UBND xã 1 đã hủy việc chốt bảng tổng hợp sau đây:\n- Chế độ báo cáo: Báo cáo hằng năm về văn hóa\n- Kỳ báo cáo: năm 2026\n"
        "- Thời hạn chốt: trước ngày 25/12/2026 (còn 2 ngày)\n- Lý do hủy chốt: Cộng sai\n"
        "- Bảng tổng hợp của đơn vị: https://bao-cao.example/bang/bao-cao-nam/2026/11\n"
        "- Trang chốt số liệu: https://bao-cao.example/bang/bao-cao-nam/2026/11/chot"
    )


def test_who_undoes_its_own_confirmation_is_only_reminded_by_the_ladder() -> None:
    own = undone(FIRST, received="2026-12-22 09:00")
    assert causes("2026-12-22 09:01", FIRST, own) == []  # the rung of the day before came earlier
    assert causes("2026-12-23 08:00", FIRST, own) == [("confirm", "before-1")]


def test_reminders_go_on_by_the_ladder() -> None:
    found = after(FIRST, ABOVE)
    seen = [
        (alert.matter.cause, alert.rung.name) for at in ("22 09:01", "23 08:00", "24 08:00") for alert in raised(found, f"2026-12-{at}")
    ]
    assert seen == [("undone-1", "now"), ("confirm", "before-1"), ("confirm", "last-day-0800")]


def test_the_news_waits_for_the_morning_and_not_for_who_has_confirmed_again() -> None:
    late = undone(FIRST, by="1", received="2026-12-22 19:00")
    assert causes("2026-12-22 19:01", FIRST, late) == []
    assert ("undone-1", "now") in causes("2026-12-23 08:00", FIRST, late)
    assert causes("2026-12-23 08:00", FIRST, late, confirmed(received="2026-12-22 20:00")) == []


def test_a_move_before_it_is_no_news_afterwards() -> None:
    moved = extended("2026-12-28", "11", received="2026-12-21 09:00")
    assert causes("2026-12-22 09:01", FIRST, moved, ABOVE) == [("undone-1", "now")]


def test_an_imported_undoing_counts_and_is_not_told() -> None:
    imported = ABOVE._replace(imported=True)
    assert owes(duty(FIRST, imported))
    assert news.of_undoings(duty(FIRST, imported)) == []


def _history(rng: random.Random) -> list[Logged]:
    """Confirmations about the deadline, of which some are undone, once or twice, in any order; and more time."""
    made = [confirmed(received=f"2026-12-24 23:59:59.{rng.randrange(997, 1000)}") for _ in range(rng.randrange(3))]
    made += [confirmed(received="2026-12-26 09:00") for _ in range(rng.randrange(2))]
    made += [undone(one, by=rng.choice(["1", "11"]), received="2026-12-27 09:00") for one in made if rng.random() < 0.5]
    made += [extended("2026-12-26", "11", received="2026-12-20 09:00")] if rng.random() < 0.3 else []
    made += rng.sample(made, rng.randrange(len(made) + 1))
    rng.shuffle(made)
    return made


def test_the_duty_follows_the_plain_rule() -> None:
    seen = set()
    for seed in range(60):
        history = _history(random.Random(seed))
        found = duty(*history)
        assert (found.is_done, found.is_late) == plain_duties.confirmed(history, vn("2026-12-25")), seed
        seen.add((found.is_done, found.is_late))
    assert seen == {(False, False), (True, False), (True, True)}


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 0, 2, 1, 1)])
def test_order_and_repetition_do_not_matter(order: tuple[int, ...]) -> None:
    history = FIRST, ABOVE, asked("11", by="1", received="2026-12-22 10:00")
    state = after(*history).ledger.of(ReportKey(REGIME, "2026", "11"))
    assert after(*(history[place] for place in order)).ledger.of(ReportKey(REGIME, "2026", "11")) == state


def test_what_is_stored_neither_forgets_nor_repeats_it() -> None:
    found, pair = after(FIRST, ABOVE), (REGIME, "2026")
    state = found.ledger.of(ReportKey(*pair, "11"))
    assert report_states.report(report_states.document(state)) == state
    ledger = Ledger()
    ledger.absent.add(pair)
    ledger.recall(pair, {"11": report_states.report(report_states.document(state))})
    recalled = Book(Roster(KNOWN), ledger, [pair])
    assert [alert.id(STREAM) for alert in raised(recalled, "2026-12-22 09:01")] == [f"{CONFIRM}/undone-1/1/now/stream"]
    assert found.ledger.acted_ms == {pair: events.to_ms(vn("2026-12-22 09:00"))}
