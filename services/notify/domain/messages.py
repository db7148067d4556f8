"""The text of an alert by e-mail: Vietnamese, plain, courteous; what is owed, by when, and what to do."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Final

from services.notify.domain.alerts import EMAIL, RAISED, REFUSED, SENT, Alert
from services.notify.domain.duties import REPORT
from shared import deadlines, periods
from shared.regimes import Regime

WAYS: Final = "bằng biểu nhập trên trang web, tệp Excel hoặc phần mềm của đơn vị"
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


def mail(alert: Alert, regime: Regime, to: str, now: datetime) -> Mail:
    """The e-mail of an alert to one address, as of `now`."""
    days_late = (periods.local_day(now) - deadlines.last_day(alert.deadline)).days
    body = f"""Kính gửi: {alert.unit_name},

{_what_is_owed(alert)}
- Chế độ báo cáo: {regime.title}
- Kỳ báo cáo: {period_in_words(alert.period)}
- Thời hạn: {deadline_in_words(alert.deadline)} ({time_left(days_late)})
{_reason(alert)}
{_what_to_do(alert, days_late)}

Nếu đơn vị đã thực hiện trong lúc thư này được gửi đi, xin bỏ qua thư này.
Nếu có vướng mắc, xin liên hệ cơ quan nhận báo cáo ({regime.recipient}) để được hướng dẫn hoặc gia hạn.

Trân trọng cảm ơn.

Hệ thống Tổng Hợp
Thư được gửi tự động, xin không trả lời thư này. Mã nhắc: {alert.id(EMAIL)}
"""
    return Mail(message_id(alert, to), to, _subject(alert, days_late), body)


def state(alert: Alert, outcomes: Mapping[str, Outcome]) -> tuple[frozenset[str], str]:
    """The mails that an alert has handed over after these outcomes, by mail id, and the state of the alert."""
    sent = alert.mailed | {mail_id for mail_id, outcome in outcomes.items() if outcome is Outcome.SENT}
    if Outcome.AWAY in outcomes.values():
        return sent, RAISED
    return sent, SENT if sent else REFUSED


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
    """`before-7` is "trước 7 ngày", `last-day-0800` "ngày cuối, 08:00", `after-1` "quá hạn 1 ngày"."""
    kind, _, number = name.rpartition("-")
    if kind == "last-day":
        return f"ngày cuối, {number[:2]}:{number[2:]}"
    return f"trước {number} ngày" if kind == "before" else f"quá hạn {number} ngày"


def _subject(alert: Alert, days_late: int) -> str:
    mark = f"[Nhắc lần {alert.step}]" if days_late <= 0 else f"[Nhắc lần {alert.step} – quá hạn {days_late} ngày]"
    asked = "gửi báo cáo" if alert.task == REPORT else "chốt bảng tổng hợp"
    if alert.cause.startswith("return-"):
        asked = "gửi lại báo cáo bị trả"
    return f"{mark} Đề nghị {asked} {period_in_words(alert.period)} {deadline_in_words(alert.deadline)} – {alert.unit_name}"


def _what_is_owed(alert: Alert) -> str:
    if alert.cause.startswith("return-"):
        revision = alert.cause.removeprefix("return-")
        return f"Báo cáo (lần gửi {revision}) của đơn vị đã được trả lại để chỉnh sửa, đến nay chưa nhận được bản gửi lại:"
    if alert.task == REPORT:
        return "Đến nay hệ thống chưa nhận được báo cáo sau đây của đơn vị:"
    return "Đến nay bảng tổng hợp sau đây chưa được đơn vị duyệt và chốt:"


def time_left(days_late: int) -> str:
    """ "còn 8 ngày", "hôm nay là ngày cuối cùng", "đã quá hạn 3 ngày"."""
    if days_late > 0:
        return f"đã quá hạn {days_late} ngày"
    return "hôm nay là ngày cuối cùng" if days_late == 0 else f"còn {-days_late} ngày"


def _reason(alert: Alert) -> str:
    return f"- Lý do trả lại: {alert.reason}\n" if alert.reason else ""


def _what_to_do(alert: Alert, days_late: int) -> str:
    when = "ngay trong hôm nay" if days_late >= 0 else "đúng thời hạn"
    if alert.cause.startswith("return-"):
        return f"Đề nghị đơn vị chỉnh sửa số liệu và gửi lại báo cáo {when}, {WAYS}."
    if alert.task == REPORT:
        return f"Đề nghị đơn vị gửi báo cáo {when}, {WAYS}."
    return f"Đề nghị đơn vị kiểm tra, duyệt và chốt bảng tổng hợp {when} trên trang web."
