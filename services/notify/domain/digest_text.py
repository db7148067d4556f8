"""The text of a digest by e-mail: how many have reported, who has not, who was late, and how to reach them."""

from collections.abc import Callable
from datetime import datetime

from services.notify.domain import messages
from services.notify.domain.alerts import EMAIL, Alert
from services.notify.domain.digest import Standing
from services.notify.domain.duties import Duty
from services.notify.domain.messages import Mail
from shared import deadlines, events, periods
from shared.regimes import Regime
from shared.units import Unit


def mail(alert: Alert, regime: Regime, standing: Standing, to: str, now: datetime) -> Mail:
    """The e-mail of a digest to one address, as of `now`."""
    days_late = (periods.local_day(now) - deadlines.last_day(alert.deadline)).days
    body = f"""Kính gửi: {alert.unit_name},

Tình hình thực hiện chế độ báo cáo, tính đến {_at(now)}:
- Chế độ báo cáo: {regime.title}
- Kỳ báo cáo: {messages.period_in_words(alert.period)}
- Thời hạn: {messages.deadline_in_words(alert.deadline)} ({messages.time_left(days_late)})
{_counts(standing)}
{_list("Chưa có báo cáo", standing.missing, _note)}{_list("Nộp muộn", standing.late, _came)}\
{_list("Chưa chốt bảng tổng hợp", standing.unconfirmed, _note)}
Các đơn vị trên đã được nhắc riêng, trừ đơn vị chưa có đầu mối liên hệ.

Hệ thống Tổng Hợp
Thư được gửi tự động, xin không trả lời thư này. Mã nhắc: {alert.id(EMAIL)}
"""
    return Mail(messages.message_id(alert, to), to, _subject(alert, standing), body)


def _subject(alert: Alert, standing: Standing) -> str:
    owing = len({duty.unit.id for duty in (*standing.missing, *standing.unconfirmed)})
    rung = messages.rung_in_words(alert.rung)
    period, deadline = messages.period_in_words(alert.period), messages.deadline_in_words(alert.deadline)
    return f"[Đôn đốc – {rung}] {owing} đơn vị chưa hoàn thành báo cáo {period} {deadline}"


def _counts(standing: Standing) -> str:
    lines = []
    if standing.expected:
        rate = (standing.rate or "").replace(".", ",")
        lines.append(f"- Đã nộp: {standing.received}/{standing.expected} báo cáo ({rate}%), trong đó nộp muộn: {len(standing.late)}")
    if standing.confirmers:
        lines.append(f"- Đã chốt: {standing.confirmers - len(standing.unconfirmed)}/{standing.confirmers} bảng tổng hợp")
    return "\n".join(lines) + "\n"


def _list(title: str, found: tuple[Duty, ...], note: Callable[[Duty], str]) -> str:
    """One line a unit; nothing when there is none."""
    if not found:
        return ""
    lines = [f"{number}. {duty.unit.code} {duty.unit.name}{note(duty)} – {_reach(duty.unit)}" for number, duty in enumerate(found, start=1)]
    return "\n".join([f"{title} ({len(found)}):", *lines]) + "\n\n"


def _note(duty: Duty) -> str:
    """Why a unit has another day than its group, if it has."""
    returned = duty.progress.returned
    if duty.is_returned and returned is not None and returned.fix_by is not None:
        return f" (đã trả lại, sửa {messages.deadline_in_words(duty.reminded_of)})"
    return f" (được gia hạn: {messages.deadline_in_words(duty.deadline)})" if duty.deadline > duty.due else ""


def _came(duty: Duty) -> str:
    first = duty.progress.standing.first_submitted_ms
    return "" if first is None else f" (gửi lần đầu {_at(events.from_ms(first))})"


def _reach(unit: Unit) -> str:
    """Whom to call; who cannot be reached is named as such."""
    phones = [f"{contact.name} {contact.phone}".strip() for contact in unit.contacts if contact.phone]
    if phones:
        return f"điện thoại: {'; '.join(phones)}"
    addresses = [contact.email for contact in unit.contacts if contact.email]
    return f"không có số điện thoại, thư: {', '.join(addresses)}" if addresses else "chưa có đầu mối liên hệ"


def _at(at: datetime) -> str:
    return f"{at.astimezone(periods.VIETNAM):%H:%M ngày %d/%m/%Y}"
