from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notify.channels import email
from services.notify.channels.email import Answer
from services.notify.domain import reach, reminders
from services.notify.domain.alerts import Alert, Handed
from services.notify.texts import mailings, trial, wording
from services.notify.texts.mail import Mail
from services.notify.texts.mailings import Mailing
from shared.wire.events import Logged
from shared.words import vietnamese
from shared.words.units import Contact, Registry, Unit
from tests.notify.builders import UNITS, confirmed, content_of, duty, extended, reference, regime, returned, submitted, unit, vn

CONFIRMING = regime(obligation={"deadlines": {"xa": {"before": "12-20"}}, "confirm": {"level": "district", "before": "12-05"}})
SITE = "https://baocao.langson.example"


def _mail(
    rung: str, at: str, *history: Logged, unit_id: str = "111", site: str = "", reminders_before: int = 0, units: tuple[Unit, ...] = UNITS
) -> Mail:
    owed = duty(*history, unit_id=unit_id, regimes=(CONFIRMING,))
    [alert] = [alert for alert in reminders.of_duty(owed).alerts if alert.rung.name == rung]
    what = content_of(alert, *history, at=vn(at), regimes=(CONFIRMING,), registry=Registry(units))
    [mailing] = mailings.of([what], site, {(alert.matter.duty, alert.matter.cause): reminders_before})
    return mailing.mail


def _with(code: str, **changes: Any) -> tuple[Unit, ...]:
    """The units, one of them changed."""
    return tuple(replace(known, **changes) if known.code == code else known for known in UNITS)


def test_a_reminder_says_what_is_owed_by_when_what_to_do_and_whom_to_call() -> None:
    known = _with("11", name="Huyện Văn Quan", contacts=(Contact("Bà Lan", "0205 3830 123", "11@huyen.example"),))
    mail = _mail("before-7", "2026-12-11 08:00", site=SITE, reminders_before=2, units=known)
    assert mail.subject == "[Nhắc lần 3] Đề nghị gửi báo cáo năm 2026 trước ngày 20/12/2026 – Xã 111"
    assert (
        mail.body
        == """Kính gửi: UBND xã 111,

Đến nay hệ thống chưa nhận được báo cáo sau đây của đơn vị:
- Chế độ báo cáo: Báo cáo hằng năm về văn hóa
- Kỳ báo cáo: năm 2026
- Thời hạn: trước ngày 20/12/2026 (còn 8 ngày)

Đề nghị đơn vị gửi báo cáo đúng thời hạn, trên trang báo cáo hoặc bằng phần mềm báo cáo của đơn vị.
Tình trạng báo cáo của đơn vị: https://baocao.langson.example/bao-cao/bao-cao-nam/2026/111
Biểu nhập báo cáo: https://baocao.langson.example/bieu-mau/bao-cao-nam/2026/111

Nếu đơn vị đã thực hiện trong lúc thư này được gửi đi, xin bỏ qua thư này.
Nếu có vướng mắc, xin liên hệ cơ quan nhận báo cáo: UBND huyện Văn Quan (Bà Lan, điện thoại 0205 3830 123).

Trân trọng cảm ơn.

Hệ thống Tổng Hợp
Thư được gửi tự động, xin không trả lời thư này. Mã nhắc: bao-cao-nam/2026/111/report/2026-12-19T17:00:00.000Z/before-7/email
"""
    )


def test_without_a_public_address_there_is_no_link() -> None:
    assert "http" not in _mail("before-7", "2026-12-11 08:00").body


def test_mails_are_counted_as_the_unit_got_them() -> None:
    assert _mail("last-day-0800", "2026-12-18 08:00").subject.startswith("[Nhắc lần 1] ")
    assert _mail("last-day-0800", "2026-12-18 08:00", reminders_before=4).subject.startswith("[Nhắc lần 5] ")


def test_an_overdue_mail_counts_the_days() -> None:
    mail = _mail("after-3", "2026-12-22 08:00", reminders_before=7)
    assert mail.subject.startswith("[Nhắc lần 8 – quá hạn 3 ngày]")
    assert "đã quá hạn 3 ngày" in mail.body
    assert "ngay trong hôm nay" in mail.body


def test_the_last_day_is_named_as_such() -> None:
    assert "hôm nay là ngày cuối cùng" in _mail("last-day-1400", "2026-12-19 14:00").body
    assert wording.time_left(vn("2026-12-18 17:00"), vn("2026-12-18 16:59")) == "hôm nay là ngày cuối cùng"
    assert wording.time_left(vn("2026-12-18 17:00"), vn("2026-12-18 17:00")) == "đã hết hạn hôm nay"


def test_a_returned_report_is_told_at_once_with_its_reason() -> None:
    mail = _mail("now", "2026-12-14 08:00", submitted(), returned(fix_by="2026-12-28"))
    assert mail.subject == "[Trả lại] Đề nghị gửi lại báo cáo bị trả lại năm 2026 trước ngày 29/12/2026 – Xã 111"
    assert "Báo cáo (lần nộp 1) của đơn vị đã được trả lại để chỉnh sửa:\n" in mail.body
    assert "- Lý do trả lại: Thiếu số liệu mục 3\n" in mail.body


def test_a_returned_report_is_asked_for_again_by_its_ladder() -> None:
    mail = _mail("before-7", "2026-12-21 08:00", submitted(), returned(fix_by="2026-12-28"))
    assert mail.subject == "[Nhắc lần 1] Đề nghị gửi lại báo cáo bị trả lại năm 2026 trước ngày 29/12/2026 – Xã 111"
    assert "đến nay chưa nhận được bản gửi lại" in mail.body
    assert "Lý do trả lại: Thiếu số liệu mục 3" in mail.body


def test_a_moved_deadline_is_told_with_the_old_and_the_new_one() -> None:
    mail = _mail("now", "2026-12-15 09:00", extended("2026-12-24"))
    assert mail.subject == "[Đổi thời hạn] Thời hạn gửi báo cáo năm 2026 nay là trước ngày 25/12/2026 – Xã 111"
    assert "- Thời hạn cũ: trước ngày 20/12/2026\n- Thời hạn mới: trước ngày 25/12/2026 (còn 9 ngày)\n" in mail.body
    assert "- Lý do thay đổi: Lũ lụt\n" in mail.body


def test_a_moved_fix_by_date_asks_for_the_report_again() -> None:
    longer = extended("2026-12-30", received="2026-12-15 09:00")
    mail = _mail("now", "2026-12-15 09:00", submitted(), returned(fix_by="2026-12-24"), longer)
    assert mail.subject == "[Đổi thời hạn] Thời hạn gửi lại báo cáo bị trả lại năm 2026 nay là trước ngày 31/12/2026 – Xã 111"
    assert "- Thời hạn cũ: trước ngày 25/12/2026\n" in mail.body
    assert "Đề nghị đơn vị chỉnh sửa số liệu và gửi lại báo cáo đúng thời hạn" in mail.body


def test_a_confirmer_is_asked_to_confirm() -> None:
    mail = _mail("before-3", "2026-12-01 08:00", unit_id="11", site=SITE)
    assert "Đề nghị chốt bảng tổng hợp năm 2026 trước ngày 05/12/2026" in mail.subject
    assert "duyệt và chốt bảng tổng hợp" in mail.body
    assert f"{SITE}/bang/bao-cao-nam/2026/11\nTrang chốt số liệu: {SITE}/bang/bao-cao-nam/2026/11/chot\n" in mail.body
    assert "duyệt và chốt bảng tổng hợp đúng thời hạn, trên trang báo cáo.\n" in mail.body
    without = _mail("before-3", "2026-12-01 08:00", unit_id="11").body
    assert "trên trang báo cáo.\n" in without
    assert "Trang chốt" not in without
    assert "phần mềm" not in without


@pytest.mark.parametrize(
    ("name", "kind", "expected"),
    [
        ("Xã Tú Xuyên", "peoples_committee", "UBND xã Tú Xuyên"),
        ("Phường Đúc", "peoples_committee", "UBND phường Đúc"),
        ("Phường Phường Đúc", "peoples_committee", "UBND phường Phường Đúc"),
        ("Phường", "peoples_committee", "UBND Phường"),
        ("Thị trấn Văn Quan", "peoples_committee", "UBND thị trấn Văn Quan"),
        ("Thành phố Hà Nội", "peoples_committee", "UBND thành phố Hà Nội"),
        ("Thành Phố Đồng Hới", "peoples_committee", "UBND thành phố Đồng Hới"),
        ("Tỉnh Quảng Bình", "peoples_committee", "UBND tỉnh Quảng Bình"),
        ("UBND xã Tú Xuyên", "peoples_committee", "UBND xã Tú Xuyên"),
        ("Sở Y tế", "office", "Sở Y tế"),
        ("\u200b\u00a0", "peoples_committee", "UBND đơn vị 9"),
        ("\u200b", "office", "đơn vị 9"),
    ],
)
def test_a_unit_is_addressed_by_its_kind_and_level(name: str, kind: str, expected: str) -> None:
    assert wording.addressee(replace(unit("9", kind=kind), name=name)) == expected


def test_what_cannot_be_seen_of_a_contact_is_not_used() -> None:
    unseen = replace(unit("9"), contacts=(Contact("\u200b", "\ufeff", "\u00a0"), Contact("\u2060", "0912", "a\u200b@xa.example")))
    assert reach.phones(unseen) == [("", "0912")]
    assert reach.addresses(unseen) == []
    assert not reach.is_reachable(replace(unseen, contacts=unseen.contacts[:1]))


def test_an_office_without_a_telephone_is_named_with_its_address_and_one_without_contact_by_name_alone() -> None:
    assert "cơ quan nhận báo cáo: UBND xã 11 (thư 11@huyen.example).\n" in _mail("before-7", "2026-12-11 08:00").body
    assert "cơ quan nhận báo cáo: UBND xã 11.\n" in _mail("before-7", "2026-12-11 08:00", units=_with("11", contacts=())).body


HOSTILE = "\r\nBcc: x@y.example\r\n\r\nTrân trọng cảm ơn.\u2028\u202e\u2066- Thời hạn: trước ngày 01/01/2099\x0b\x85"


@given(st.text(st.characters(codec="utf-8"), max_size=60))
def test_no_name_contact_or_reason_makes_a_line_of_its_own(text: str) -> None:
    units = _with("11", name=f"Huyện {HOSTILE}{text}", contacts=(Contact(f"{HOSTILE}{text}", f"0912{HOSTILE}", "11@huyen.example"),))
    units = tuple(replace(known, name=f"Xã 111{HOSTILE}{text}") if known.code == "111" else known for known in units)
    history = submitted(), returned(fix_by="2026-12-28", reason=f"Thiếu{HOSTILE}{text}")
    mail = _mail("before-7", "2026-12-21 08:00", *history, units=units)
    plain = _mail("before-7", "2026-12-21 08:00", submitted(), returned(fix_by="2026-12-28"))
    assert len(mail.body.splitlines()) == len(plain.body.splitlines())
    assert len(mail.subject.splitlines()) == 1
    assert not set("\u202e\u2066\x0b\x85\u2028\r") & set(mail.body + mail.subject)


def test_a_trial_mail_says_that_it_is_one() -> None:
    known = replace(unit("111"), contacts=(Contact("A", "", "a@xa.example"), Contact("B", "", "b@xa.example"), Contact("C", "0912", "")))
    first, second = trial.mails(known, SITE, vn("2026-12-11 08:00"))
    assert (first.to, second.to) == ("a@xa.example", "b@xa.example")
    assert first.subject == "[Thử] Thư thử của hệ thống Tổng Hợp – Xã 111"
    assert "gửi lúc 08:00 ngày 11/12/2026" in first.body
    assert "Đơn vị không phải làm gì." in first.body


def test_a_deadline_inside_a_day_names_its_hour() -> None:
    assert vietnamese.deadline(vn("2026-12-24 16:30")) == "trước 16:30 ngày 24/12/2026"


def test_periods_are_spelt_as_people_say_them() -> None:
    assert [vietnamese.period_name(code) for code in ("2026", "2026-H1", "2026-Q3", "2026-05")] == [
        "năm 2026",
        "6 tháng đầu năm 2026",
        "quý III năm 2026",
        "tháng 5 năm 2026",
    ]


def test_rungs_are_spelt_as_people_say_them() -> None:
    names = ("before-30", "last-day-0800", "after-1", "now")
    assert [wording.rung(name) for name in names] == ["trước 30 ngày", "ngày cuối, 08:00", "quá hạn 1 ngày", "báo ngay"]


def test_a_mail_keeps_its_id_per_alert_and_address() -> None:
    first, again = _mail("before-7", "2026-12-11 08:00"), _mail("before-7", "2026-12-14 09:00")
    other = _mail("before-7", "2026-12-11 08:00", extended("2026-12-24", received="2026-12-01 09:00"))
    assert first.id == again.id != other.id
    assert first.id.isalnum()


def test_an_alert_is_raised_until_no_mail_is_left_to_hand_over() -> None:
    alert = reminders.of_duty(duty()).alerts[0]
    first = content_of(alert, at=alert.rung.at)
    some = email.outcome(first, _answers(alert, a=Answer.SENT, b=Answer.AWAY, c=Answer.REFUSED))
    assert (some.handed, some.state) == (Handed(frozenset("a"), frozenset("c")), "raised")
    assert email.outcome(first, _answers(alert, a=Answer.SENT, b=Answer.REFUSED)).state == "sent"
    again = replace(first, handed=some.handed)
    assert email.outcome(again, _answers(alert, b=Answer.REFUSED)).state == "sent"


def test_what_no_server_took_is_not_sent() -> None:
    alert = reminders.of_duty(duty()).alerts[0]
    first = content_of(alert, at=alert.rung.at)
    assert email.outcome(first, _answers(alert, b=Answer.REFUSED)).state == "refused"
    assert email.outcome(first, []).state == "refused"
    assert email.outcome(replace(first, handed=Handed(refused=frozenset("b"))), []).state == "refused"


def _answers(alert: Alert, **by_mail: Answer) -> list[tuple[Mailing, Answer]]:
    """The answers to mails about one alert, by the mails' ids."""
    return [(Mailing(Mail(mail_id, f"{mail_id}@xa.example", "", ""), (alert,)), answer) for mail_id, answer in by_mail.items()]


def test_confirming_early_ends_the_reminders() -> None:
    assert reminders.plan([duty(confirmed(), unit_id="11", regimes=(CONFIRMING,))], reference().registry) == []
