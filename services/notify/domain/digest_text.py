"""The text of a digest by e-mail: how many have reported, who has not, who was late, and how to reach them."""

from collections.abc import Callable
from datetime import datetime

from services.notify.domain import contacts, messages
from services.notify.domain.alerts import Alert
from services.notify.domain.digest import Standing
from services.notify.domain.duties import Duty
from services.notify.domain.messages import Mail, Setting
from shared.wire import events
from shared.words import periods
from shared.words.units import Unit


def mail(alert: Alert, setting: Setting, standing: Standing, to: str, now: datetime) -> Mail:
    """The e-mail of a digest to one address, as of `now`."""
    facts = [
        f"Tình hình thực hiện chế độ báo cáo, tính đến {_at(now)}:",
        f"- Chế độ báo cáo: {messages.title(setting.regime)}",
        f"- Kỳ báo cáo: {messages.period_in_words(alert.period)}",
        f"- Thời hạn: {messages.deadline_in_words(alert.deadline)} ({messages.time_left(alert.deadline, now)})",
        *_counts(standing),
    ]
    parts = [
        messages.salutation(setting.unit),
        "\n".join(facts),
        _list("Chưa có báo cáo", standing.missing, _note),
        _list("Nộp muộn", standing.late, _came),
        _list("Chưa chốt bảng tổng hợp", standing.unconfirmed, _note),
        "\n".join(filter(None, [_whom_to_call(standing), _link(alert, setting.site)])),
        messages.signature(messages.mark(alert)),
    ]
    return Mail(messages.message_id(alert, to), to, _subject(alert, standing), messages.text(parts))


def _subject(alert: Alert, standing: Standing) -> str:
    rung = messages.rung_in_words(alert.rung)
    period, deadline = messages.period_in_words(alert.period), messages.deadline_in_words(alert.deadline)
    return f"[Đôn đốc – {rung}] {len(_owing(standing))} đơn vị chưa hoàn thành báo cáo {period} {deadline}"


def _owing(standing: Standing) -> dict[str, Unit]:
    """Who still has something to do, by id."""
    return {duty.unit.id: duty.unit for duty in (*standing.missing, *standing.unconfirmed)}


def _whom_to_call(standing: Standing) -> str:
    """Who gets no mail is not said to be reminded."""
    found = sum(not contacts.addresses(unit) for unit in _owing(standing).values())
    if not found:
        return ""
    return f"{found} đơn vị chưa hoàn thành không có địa chỉ thư điện tử nên không được nhắc bằng thư, đề nghị liên hệ trực tiếp."


def _link(alert: Alert, site: str) -> str:
    return f"Danh sách nghĩa vụ báo cáo: {site}/nghia-vu?regime={alert.regime}&period={alert.period}" if site else ""


def _counts(standing: Standing) -> list[str]:
    lines = []
    if standing.expected:
        rate = (standing.rate or "").replace(".", ",")
        lines.append(f"- Đã nộp: {standing.received}/{standing.expected} báo cáo ({rate}%), trong đó nộp muộn: {len(standing.late)}")
    if standing.confirmers:
        lines.append(f"- Đã chốt: {standing.confirmers - len(standing.unconfirmed)}/{standing.confirmers} bảng tổng hợp")
    return lines


def _list(heading: str, found: tuple[Duty, ...], note: Callable[[Duty], str]) -> str:
    """One line a unit; nothing when there is none."""
    if not found:
        return ""
    lines = [
        f"{number}. {duty.unit.code} {contacts.name(duty.unit)}{note(duty)} – {_reach(duty.unit)}"
        for number, duty in enumerate(found, start=1)
    ]
    return "\n".join([f"{heading} ({len(found)}):", *lines])


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
    phones = [f"{name} {phone}".strip() for name, phone in contacts.phones(unit)]
    addresses = contacts.addresses(unit)
    if phones:
        return f"điện thoại: {'; '.join(phones)}"
    return f"không có số điện thoại, thư: {', '.join(addresses)}" if addresses else "chưa có đầu mối liên hệ"


def _at(at: datetime) -> str:
    return f"{at.astimezone(periods.VIETNAM):%H:%M ngày %d/%m/%Y}"
