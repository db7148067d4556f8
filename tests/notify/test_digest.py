from dataclasses import replace
from datetime import date

from services.notify.channels import stream
from services.notify.domain import digest, reach, reminders
from services.notify.domain.alerts import STREAM, Alert
from services.notify.domain.digest import Tally
from services.notify.domain.duties import Duty
from services.notify.domain.reminders import DueAlerts
from services.notify.texts import mailings
from shared.plumbing import streams
from shared.wire import subjects
from shared.wire.alerts import AlertRaised
from shared.wire.events import Logged
from shared.words.calendar import COMMON
from shared.words.regimes import Regime
from shared.words.units import Contact, Registry, Unit
from tests.notify.builders import REGIME, UNITS, book, confirmed, content_of, extended, reference, regime, returned, submitted, vn

HEADERS = 1024  # bytes that a message may need beside its payload
LAST_DAY, DUE = "2026-12-18 08:00", "2026-12-19T17:00:00.000Z"
CONFIRMING = regime(obligation={"deadlines": {"xa": {"before": "12-20"}}, "confirm": {"level": "district", "before": "12-20"}})


def _decide(*history: Logged, at: str = LAST_DAY, of: Regime | None = None, seen: frozenset[str] = frozenset()) -> DueAlerts:
    of = of or regime()
    ladders = digest.reached(book(*history, regimes=(of,)).owed(vn(at)).values(), reference(of), vn(at))
    return reminders.decide(ladders, seen, reference(of), vn(at))


def _to(*history: Logged, at: str = LAST_DAY, of: Regime | None = None) -> list[tuple[str, str]]:
    return [(alert.matter.unit, alert.rung.name) for alert in _decide(*history, at=at, of=of).raised]


def _tally(*history: Logged, of: Regime | None = None) -> Tally:
    return digest.tally(*book(*history, regimes=(of or regime(),)).of_group(REGIME, "2026", vn("2026-12-20")))


def _mail(*history: Logged, at: str = LAST_DAY, of: Regime | None = None, registry: Registry | None = None) -> str:
    of = of or regime()
    [raised] = [alert for alert in _decide(*history, at=at, of=of).raised if alert.matter.unit == "11"]
    [mailing] = mailings.of([content_of(raised, *history, at=vn(at), regimes=(of,), registry=registry)], "", {})
    assert mailing.mail.to == "11@huyen.example"
    return f"{mailing.mail.subject}\n{mailing.mail.body}"


def test_a_digest_is_named_by_group_deadline_rung_and_recipient() -> None:
    [raised] = _decide().raised
    assert raised.id(STREAM) == f"digest/{REGIME}/2026/{DUE}/last-day-0800/11/stream"


def test_the_recipient_gets_one_digest_for_each_rung_and_the_overtaken_are_passed() -> None:
    decision = _decide()
    assert [(alert.matter.unit, alert.rung.name) for alert in decision.raised] == [("11", "last-day-0800")]
    assert {alert.rung.name for alert in decision.passed} == {"before-30", "before-14", "before-7", "before-3"}
    seen = frozenset(alert.id(STREAM) for alert in (*decision.raised, *decision.passed))
    assert _decide(seen=seen) == DueAlerts((), ())


def test_there_is_none_when_nobody_owes() -> None:
    assert _to(submitted("111"), submitted("112")) == [("11", "last-day-0800")]
    assert _to(submitted("111"), submitted("112"), submitted("113")) == []


def test_the_level_above_is_told_from_the_third_overdue_rung_on() -> None:
    assert _to(at="2026-12-22 08:00") == [("11", "after-3")]
    assert _to(at="2026-12-28 08:00") == [("11", "after-7"), ("1", "after-7")]


def test_the_level_above_is_whom_the_recipient_acts_for_when_that_is_said() -> None:
    assert _to(at="2026-12-28 08:00", of=regime(recipient="111", on_behalf_of="1")) == [("111", "after-7"), ("1", "after-7")]
    assert _to(at="2026-12-28 08:00", of=regime(recipient="111")) == [("111", "after-7"), ("11", "after-7")]


def test_a_recipient_at_the_top_has_nobody_above() -> None:
    assert _to(at="2026-12-28 08:00", of=regime(recipient="1")) == [("1", "after-7")]


def test_groups_with_deadlines_of_their_own_have_digests_of_their_own() -> None:
    two = regime(
        reporters={"xa": {"label": "xã", "level": "commune"}, "huyen": {"label": "huyện", "level": "district"}},
        obligation={"deadlines": {"xa": {"before": "12-20"}, "huyen": {"before": "12-24"}}},
    )
    rungs = {alert.matter.deadline: alert.rung.name for alert in _decide(of=two).raised}
    assert rungs == {vn("2026-12-20"): "last-day-0800", vn("2026-12-24"): "before-3"}


def test_a_tally_counts_received_late_and_missing() -> None:
    tally = _tally(submitted("111", received="2026-12-20 00:00"), submitted("112"), returned("112"), confirmed("11"), of=CONFIRMING)
    assert (tally.expected, tally.received, tally.rate, tally.confirmers) == (3, 1, "33.3", 1)
    assert [duty.unit.code for duty in tally.missing] == ["112", "113"]
    assert [duty.unit.code for duty in tally.late] == ["111"]
    assert tally.unconfirmed == ()
    assert tally.without_contact == ["112"]


def test_a_mail_says_how_many_reported_who_did_not_and_whom_to_call() -> None:
    phoned = tuple(replace(unit, contacts=(Contact("Bà Lan", "0912 345 678", "a@b.vn"),)) if unit.code == "113" else unit for unit in UNITS)
    text = _mail(submitted("111", received="2026-12-20 09:30"), at="2026-12-22 08:00", registry=Registry(phoned))
    assert text.startswith("[Đôn đốc – quá hạn 3 ngày] 2 đơn vị chưa hoàn thành báo cáo năm 2026 trước ngày 20/12/2026\n")
    assert "Đã nộp: 1/3 báo cáo (33,3%), trong đó nộp muộn: 1" in text
    assert "Chưa có báo cáo (2):\n1. 112 Xã 112 – chưa có đầu mối liên hệ\n2. 113 Xã 113 – điện thoại: Bà Lan 0912 345 678\n" in text
    assert "Nộp muộn (1):\n1. 111 Xã 111 (gửi lần đầu 09:30 ngày 20/12/2026) – không có số điện thoại, thư: 111@xa.example" in text


def test_a_mail_says_who_has_another_day_than_the_group() -> None:
    text = _mail(submitted("111"), returned("111", fix_by="2026-12-28"), extended("2026-12-24", "112"), of=CONFIRMING)
    assert "111 Xã 111 (đã trả lại, sửa trước ngày 29/12/2026)" in text
    assert "112 Xã 112 (được gia hạn: trước ngày 25/12/2026)" in text
    assert "Đã chốt: 0/1 bảng tổng hợp" in text
    assert "Chưa chốt bảng tổng hợp (1):\n1. 11 Xã 11" in text


def test_the_event_of_a_digest_fits_the_published_shape_and_names_no_person() -> None:
    [raised] = _decide().raised
    event = AlertRaised.model_validate_json(stream.event(content_of(raised, submitted("111"), at=vn(LAST_DAY))))
    assert event.id == raised.id(STREAM)
    assert event.data.digest is not None
    assert (event.data.digest.received, event.data.digest.missing, event.data.digest.without_contact) == (1, ["112", "113"], ["112"])


def test_the_event_of_the_largest_digest_fits_into_its_stream() -> None:
    tally = replace(_tally(), missing=_many(), late=_many(), unconfirmed=_many(), expected=10_035, received=3, confirmers=10_035)
    [raised] = _decide().raised
    event = stream.event(replace(content_of(raised, at=vn(LAST_DAY)), tally=tally))
    assert AlertRaised.model_validate_json(event).data.digest is not None
    assert len(event) < streams.read(1).streams[subjects.ALERTS].max_msg_size - HEADERS


def _many() -> tuple[Duty, ...]:
    """The duties of 10,035 units with the longest codes there can be, and no contact."""
    first = next(iter(book().duties(vn(LAST_DAY))))
    return tuple(replace(first, unit=replace(first.unit, code=f"{number:032}", contacts=())) for number in range(10_035))


def test_an_unsent_digest_is_dropped_when_nobody_owes_any_more() -> None:
    [raised] = _decide().raised
    everybody = [submitted(unit) for unit in ("111", "112", "113")]
    assert reminders.sort_out([raised], book(*everybody[:2]).owed(vn(LAST_DAY)), COMMON, vn(LAST_DAY)).send == (raised,)
    assert reminders.sort_out([raised], book(*everybody).owed(vn(LAST_DAY)), COMMON, vn(LAST_DAY)).drop == (raised,)


def test_a_recipient_that_is_not_there_at_the_cut_off_gets_none() -> None:
    gone = tuple(replace(unit, valid_to=date(2026, 7, 1)) if unit.code == "11" else unit for unit in UNITS)
    assert digest.recipients(reference(registry=Registry(gone)), regime().id, "2026") == (None, None)


def _unit_alert() -> Alert:
    return reminders.of_duty(next(iter(book().duties(vn(LAST_DAY))))).alerts[0]


def test_a_reminder_of_a_unit_says_nothing_of_the_others() -> None:
    assert b"digest" not in stream.event(content_of(_unit_alert(), at=vn(LAST_DAY)))


def test_a_unit_without_contact_is_known_as_such() -> None:
    plain: Unit = UNITS[3]
    assert not reach.is_reachable(plain)
    assert not reach.is_reachable(replace(plain, contacts=(Contact("Ông Nam"),)))
    assert reach.is_reachable(replace(plain, contacts=(Contact("Ông Nam", "0912"),)))


def test_a_mail_writes_large_numbers_as_official_letters_do() -> None:
    tally = replace(_tally(), missing=_many(), expected=10_035, received=3_012)
    [raised] = _decide().raised
    [mailing] = mailings.of([replace(content_of(raised, at=vn(LAST_DAY)), tally=tally)], "", {})
    assert "- Đã nộp: 3.012/10.035 báo cáo (30,0%), trong đó nộp muộn: 0\n" in mailing.mail.body
    assert "\nChưa có báo cáo (10.035):\n" in mailing.mail.body
