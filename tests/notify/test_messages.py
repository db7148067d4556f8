from services.notify.domain import messages, series
from services.notify.domain.messages import Mail, Outcome
from shared.events import Logged
from tests.notify.builders import confirmed, duty, extended, regime, returned, submitted, vn

CONFIRMING = regime(obligation={"deadlines": {"xa": {"before": "12-20"}}, "confirm": {"level": "district", "before": "12-05"}})


def _mail(rung: str, at: str, *history: Logged, unit_id: str = "111") -> Mail:
    found = duty(*history, unit_id=unit_id, regimes=(CONFIRMING,))
    alert = next(alert for alert in series.of_duty(found).all if alert.rung == rung)
    return messages.mail(alert, CONFIRMING, "111@xa.example", vn(at))


def test_a_reminder_says_what_is_owed_by_when_and_what_to_do() -> None:
    mail = _mail("before-7", "2026-12-11 08:00")
    assert mail.subject == "[Nhắc lần 3] Đề nghị gửi báo cáo năm 2026 trước ngày 20/12/2026 – Xã 111"
    assert "Kính gửi: Xã 111," in mail.body
    assert "Chế độ báo cáo: Báo cáo hằng năm về văn hóa" in mail.body
    assert "Thời hạn: trước ngày 20/12/2026 (còn 8 ngày)" in mail.body
    assert "Đề nghị đơn vị gửi báo cáo đúng thời hạn" in mail.body


def test_an_overdue_mail_counts_the_days() -> None:
    mail = _mail("after-3", "2026-12-22 08:00")
    assert mail.subject.startswith("[Nhắc lần 8 – quá hạn 3 ngày]")
    assert "đã quá hạn 3 ngày" in mail.body
    assert "ngay trong hôm nay" in mail.body


def test_the_last_day_is_named_as_such() -> None:
    assert "hôm nay là ngày cuối cùng" in _mail("last-day-1400", "2026-12-19 14:00").body


def test_a_returned_report_is_asked_for_with_its_reason() -> None:
    mail = _mail("before-7", "2026-12-21 08:00", submitted(), returned(fix_by="2026-12-28"))
    assert "gửi lại báo cáo bị trả" in mail.subject
    assert "trước ngày 29/12/2026" in mail.subject
    assert "Lý do trả lại: Thiếu số liệu mục 3" in mail.body


def test_a_confirmer_is_asked_to_confirm() -> None:
    mail = _mail("before-3", "2026-12-01 08:00", unit_id="11")
    assert "Đề nghị chốt bảng tổng hợp năm 2026 trước ngày 05/12/2026" in mail.subject
    assert "duyệt và chốt bảng tổng hợp" in mail.body


def test_a_deadline_inside_a_day_names_its_hour() -> None:
    assert messages.deadline_in_words(vn("2026-12-24 16:30")) == "trước 16:30 ngày 24/12/2026"


def test_periods_are_spelt_as_people_say_them() -> None:
    assert [messages.period_in_words(code) for code in ("2026", "2026-H1", "2026-Q3", "2026-05")] == [
        "năm 2026",
        "6 tháng đầu năm 2026",
        "quý III năm 2026",
        "tháng 5 năm 2026",
    ]


def test_rungs_are_spelt_as_people_say_them() -> None:
    names = ("before-30", "last-day-0800", "after-1")
    assert [messages.rung_in_words(name) for name in names] == ["trước 30 ngày", "ngày cuối, 08:00", "quá hạn 1 ngày"]


def test_a_mail_keeps_its_id_per_alert_and_address() -> None:
    first, again = _mail("before-7", "2026-12-11 08:00"), _mail("before-7", "2026-12-14 09:00")
    other = _mail("before-7", "2026-12-11 08:00", extended("2026-12-24"))
    assert first.id == again.id != other.id
    assert first.id.isalnum()


def test_an_alert_is_raised_until_no_mail_is_left_to_hand_over() -> None:
    (alert, *_) = series.of_duty(duty()).all
    assert messages.state(alert, {"a": Outcome.SENT, "b": Outcome.AWAY}) == (frozenset("a"), "raised")
    assert messages.state(alert, {"a": Outcome.SENT, "b": Outcome.REFUSED}) == (frozenset("a"), "sent")
    assert messages.state(alert, {"b": Outcome.REFUSED}) == (frozenset(), "refused")


def test_confirming_early_ends_the_reminders() -> None:
    assert series.plan([duty(confirmed(), unit_id="11", regimes=(CONFIRMING,))]) == []
