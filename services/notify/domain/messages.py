"""The text of a unit's alert by e-mail: Vietnamese, plain, courteous; what is owed, by when, and what to do.

A mail says only what is there: it links to pages of the portal, names whom to call, and counts the mails that the unit has got.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Final

from services.notify.domain import contacts
from services.notify.domain.alerts import EMAIL, RAISED, REFUSED, SENT, Alert
from services.notify.domain.duties import REPORT
from services.notify.domain.notices import MOVED, NOW
from shared.words import deadlines, periods, texts
from shared.words.regimes import Regime
from shared.words.units import Unit

PARTS: Final = {
    "H1": "6 tháng đầu năm",
    "H2": "6 tháng cuối năm",
    "Q1": "quý I năm",
    "Q2": "quý II năm",
    "Q3": "quý III năm",
    "Q4": "quý IV năm",
}


class Outcome(Enum):
    """What the mail server did with a mail."""

    SENT = "sent"
    REFUSED = "refused"  # it takes no mail for this address, or not this mail
    AWAY = "away"  # it does not answer, or not now: to be tried again


@dataclass(frozen=True, slots=True)
class Mail:
    """One e-mail to one person. `id` is the local part of its Message-ID: the same alert to the same address has the same."""

    id: str
    to: str
    subject: str
    body: str


@dataclass(frozen=True, slots=True)
class Setting:
    """What a mail says beside its alert: to whom it goes, under which regime, who receives the reports, where the pages are ("": nobody
    said), and how many reminders of the same the unit has got before.
    """

    unit: Unit
    regime: Regime
    recipient: Unit | None
    site: str = ""
    reminders: int = 0


def mail(alert: Alert, setting: Setting, to: str, now: datetime) -> Mail:
    """The e-mail of an alert to one address, as of `now`."""
    return Mail(message_id(alert, to), to, _subject(alert, setting, now), text([*_parts(alert, setting, now), *_end(alert, setting)]))


def text(paragraphs: Iterable[str]) -> str:
    return "\n\n".join(filter(None, paragraphs)) + "\n"


def salutation(unit: Unit) -> str:
    return f"Kính gửi: {contacts.addressee(unit)},"


def signature(mark: str) -> str:
    return f"Hệ thống Tổng Hợp\nThư được gửi tự động, xin không trả lời thư này.{mark}"


def mark(alert: Alert) -> str:
    """By which a mail is found again."""
    return f" Mã nhắc: {alert.id(EMAIL)}"


def title(regime: Regime) -> str:
    return texts.one_line(regime.title) or regime.id


@dataclass(frozen=True, slots=True)
class Handed:
    """What the mail server took and what it refused of one alert's mails, by mail id, and the state of the alert after that."""

    taken: frozenset[str]
    refused: frozenset[str]
    state: str


def handed(alert: Alert, outcomes: Mapping[str, Outcome]) -> Handed:
    """An alert after these outcomes of its mails: raised while one is to be tried again, sent when at least one was taken."""
    taken, refused = ({mail_id for mail_id, found in outcomes.items() if found is one} for one in (Outcome.SENT, Outcome.REFUSED))
    all_taken = alert.mailed | taken
    state = RAISED if Outcome.AWAY in outcomes.values() else SENT if all_taken else REFUSED
    return Handed(all_taken, alert.refused | refused, state)


def message_id(alert: Alert, to: str) -> str:
    """Derived from the alert and the address, so that a mail sent twice after a crash is known to be one."""
    return hashlib.sha256(f"{alert.id(EMAIL)}/{to}".encode()).hexdigest()[:40]


def period_in_words(code: str) -> str:
    """`2026` is "năm 2026", `2026-Q3` "quý III năm 2026", `2026-05` "tháng 5 năm 2026"."""
    year, _, part = code.partition("-")
    if not part:
        return f"năm {year}"
    return f"{PARTS.get(part) or f'tháng {int(part)} năm'} {year}"


def deadline_in_words(deadline: datetime) -> str:
    """ "trước ngày 20/12/2026"; with the hour when the deadline is not the beginning of a day."""
    local = deadline.astimezone(periods.VIETNAM)
    hour = "" if local == periods.start_of(local.date()) else f"{local:%H:%M} "
    return f"trước {hour}ngày {local:%d/%m/%Y}"


def rung_in_words(name: str) -> str:
    """`before-7` is "trước 7 ngày", `last-day-0800` "ngày cuối, 08:00", `after-1` "quá hạn 1 ngày", `now` "báo ngay"."""
    kind, _, number = name.rpartition("-")
    if kind == "last-day":
        return f"ngày cuối, {number[:2]}:{number[2:]}"
    if name == NOW:
        return "báo ngay"
    return f"trước {number} ngày" if kind == "before" else f"quá hạn {number} ngày"


def time_left(deadline: datetime, now: datetime) -> str:
    """ "còn 8 ngày", "hôm nay là ngày cuối cùng", "đã hết hạn hôm nay", "đã quá hạn 3 ngày"."""
    days = days_late(deadline, now)
    if days > 0:
        return f"đã quá hạn {days} ngày"
    if days < 0:
        return f"còn {-days} ngày"
    return "hôm nay là ngày cuối cùng" if now < deadline else "đã hết hạn hôm nay"


def days_late(deadline: datetime, now: datetime) -> int:
    """Days since the last day that was on time; below zero: days until then."""
    return (periods.local_day(now) - deadlines.last_day(deadline)).days


def _is_of_move(alert: Alert) -> bool:
    return alert.cause.startswith(MOVED)


def _subject(alert: Alert, setting: Setting, now: datetime) -> str:
    period, deadline = period_in_words(alert.period), deadline_in_words(alert.deadline)
    task = "chốt bảng tổng hợp" if alert.task != REPORT else "gửi lại báo cáo bị trả" if alert.is_returned else "gửi báo cáo"
    of = contacts.name(setting.unit)
    if _is_of_move(alert):
        return f"[Đổi thời hạn] Thời hạn {task} {period} nay là {deadline} – {of}"
    return f"{_occasion(alert, setting, now)} Đề nghị {task} {period} {deadline} – {of}"


def _occasion(alert: Alert, setting: Setting, now: datetime) -> str:
    if alert.rung == NOW:
        return "[Trả lại]"
    late = days_late(alert.deadline, now)
    return f"[Nhắc lần {setting.reminders + 1}" + (f" – quá hạn {late} ngày]" if late > 0 else "]")


def _parts(alert: Alert, setting: Setting, now: datetime) -> list[str]:
    """Salutation, what is owed, what to do."""
    deadline = f"{deadline_in_words(alert.deadline)} ({time_left(alert.deadline, now)})"
    facts = [
        _what_is_owed(alert),
        f"- Chế độ báo cáo: {title(setting.regime)}",
        f"- Kỳ báo cáo: {period_in_words(alert.period)}",
        f"- Thời hạn cũ: {deadline_in_words(alert.before)}" if alert.before else "",
        f"- Thời hạn mới: {deadline}" if alert.before else f"- Thời hạn: {deadline}",
        _reason(alert),
    ]
    steps = [_what_to_do(alert, now), _link(alert, setting.site)]
    return [salutation(setting.unit), "\n".join(filter(None, facts)), "\n".join(filter(None, steps))]


def _end(alert: Alert, setting: Setting) -> list[str]:
    known = "" if setting.recipient is None else f" {contacts.with_reach(setting.recipient)}"
    help_ = f"Nếu có vướng mắc, xin liên hệ nơi nhận báo cáo:{known}." if known else "Nếu có vướng mắc, xin liên hệ nơi nhận báo cáo."
    done = "" if alert.rung == NOW else "Nếu đơn vị đã thực hiện trong lúc thư này được gửi đi, xin bỏ qua thư này.\n"
    return [done + help_, "Trân trọng cảm ơn.", signature(mark(alert))]


def _what_is_owed(alert: Alert) -> str:
    if _is_of_move(alert):
        return f"Thời hạn của {'báo cáo' if alert.task == REPORT else 'việc chốt bảng tổng hợp'} sau đây đã thay đổi:"
    if alert.is_returned:
        revision = alert.cause.rpartition("-")[2]
        sent = f"Báo cáo (lần gửi {revision}) của đơn vị đã được trả lại để chỉnh sửa"
        return f"{sent}:" if alert.rung == NOW else f"{sent}, đến nay chưa nhận được bản gửi lại:"
    if alert.task == REPORT:
        return "Đến nay hệ thống chưa nhận được báo cáo sau đây của đơn vị:"
    return "Đến nay bảng tổng hợp sau đây chưa được đơn vị duyệt và chốt:"


def _reason(alert: Alert) -> str:
    """In one line, so that a reason cannot pass for another part of the mail."""
    reason = texts.one_line(alert.reason)
    label = "Lý do thay đổi" if _is_of_move(alert) else "Lý do trả lại"
    return f"- {label}: {reason}" if reason else ""


def _what_to_do(alert: Alert, now: datetime) -> str:
    when = "ngay trong hôm nay" if days_late(alert.deadline, now) >= 0 else "đúng thời hạn"
    if alert.is_returned:
        return f"Đề nghị đơn vị chỉnh sửa số liệu và gửi lại báo cáo {when}, bằng phần mềm báo cáo của đơn vị."
    if alert.task == REPORT:
        return f"Đề nghị đơn vị gửi báo cáo {when}, bằng phần mềm báo cáo của đơn vị."
    return f"Đề nghị đơn vị kiểm tra, duyệt và chốt bảng tổng hợp {when}, bằng phần mềm báo cáo của đơn vị."


def _link(alert: Alert, site: str) -> str:
    """The page of what the alert is about."""
    at = f"{alert.regime}/{alert.period}/{alert.unit}"
    page, what = ("bao-cao", "Tình trạng báo cáo của đơn vị") if alert.task == REPORT else ("bang", "Bảng tổng hợp của đơn vị")
    return f"{what}: {site}/{page}/{at}" if site else ""
