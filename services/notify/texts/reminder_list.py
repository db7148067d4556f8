"""The mail of several reminders to one unit: a list of everything that the unit owes at a rung, the most urgent duty first.

A unit owes several reports at once if it reports by several regimes, or for several periods of a year.
"""

from collections.abc import Sequence
from datetime import datetime

from services.notify.domain.alerts import Matter
from services.notify.domain.duties import CONFIRM, OFFICIAL, REPORT
from services.notify.texts import mail, reminder, wording
from services.notify.texts.content import Content
from services.notify.texts.mail import Text
from services.notify.texts.reminder import MailsSent
from shared.words import vietnamese


def compose(contents: Sequence[Content], site: str, mails_sent: MailsSent) -> Text:
    """What the mail says. The portal's pages are at `site` ("": unknown). `mails_sent` counts earlier mails about each matter."""
    contents = sorted(contents, key=order)
    now = max(content.now for content in contents)
    matters = [content.alert.matter for content in contents]
    has_one_recipient = len({content.recipient.id if content.recipient else "" for content in contents}) == 1
    entries = [
        _entry(number, content, now, reminder.number(content.alert.matter, mails_sent), site, with_recipient=not has_one_recipient)
        for number, content in enumerate(contents, start=1)
    ]
    parts = [
        mail.salutation(contents[0].unit),
        _what_is_owed(matters, now),
        *entries,
        what_to_do(matters, now),
        _end(contents[0] if has_one_recipient else None),
        "Trân trọng cảm ơn.",
    ]
    return Text(_subject(contents, now), parts)


def order(content: Content) -> tuple[datetime, str, str, str]:
    """Overdue duties come first, because their deadlines are the earliest."""
    matter = content.alert.matter
    return matter.deadline, matter.regime, matter.period, matter.duty


def _subject(contents: Sequence[Content], now: datetime) -> str:
    matters = [content.alert.matter for content in contents]
    overdue = _overdue(matters, now)
    occasion = f"[Nhắc – {vietnamese.number(overdue)} quá hạn]" if overdue else "[Nhắc]"
    earliest = vietnamese.deadline(matters[0].deadline)
    return f"{occasion} Đề nghị {tasks(matters)} (thời hạn sớm nhất: {earliest}) – {wording.name(contents[0].unit)}"


def tasks(matters: Sequence[Matter]) -> str:
    """What several duties ask for: `gửi 3 báo cáo`."""
    count, found = vietnamese.number(len(matters)), {matter.task for matter in matters}
    if found == {REPORT}:
        return f"gửi {count} báo cáo"
    if found == {OFFICIAL}:
        return f"{reminder.SEND_OFFICIAL} trong {count} báo cáo"
    return f"chốt {count} bảng tổng hợp" if found == {CONFIRM} else f"hoàn thành {count} nghĩa vụ báo cáo"


def _overdue(matters: Sequence[Matter], now: datetime) -> int:
    return sum(matter.deadline <= now for matter in matters)


def _what_is_owed(matters: Sequence[Matter], now: datetime) -> str:
    overdue = _overdue(matters, now)
    late = f", trong đó {vietnamese.number(overdue)} nghĩa vụ đã quá hạn" if overdue else ""
    return f"Đến nay đơn vị chưa hoàn thành {vietnamese.number(len(matters))} nghĩa vụ báo cáo sau đây{late}:"


def _entry(number: int, content: Content, now: datetime, mail_number: int, site: str, *, with_recipient: bool) -> str:
    """One duty of the list."""
    matter = content.alert.matter
    facts = [
        reminder.by_heir(content),
        f"- Chế độ báo cáo: {wording.title(content.regime)}",
        f"- Kỳ báo cáo: {vietnamese.period_name(matter.period)}",
        f"- Thời hạn: {vietnamese.deadline(matter.deadline)}",
        reminder.reason(matter),
        f"- Cơ quan nhận báo cáo: {wording.with_reach(content.recipient)}" if with_recipient and content.recipient else "",
        f"- {link}" if (link := reminder.link(matter, site)) else "",
        f"- {link}" if (link := reminder.act_link(matter, site)) else "",
        f"- Nhắc lần {mail_number}",
    ]
    head = f"{number}. {wording.urgency(matter.deadline, now)}: {task(matter)}"
    return "\n   ".join([head, *filter(None, facts)])


def task(matter: Matter) -> str:
    """What one duty asks for."""
    if matter.is_returned:
        return f"gửi lại báo cáo (lần nộp {reminder.revision(matter)} đã bị trả lại)"
    if matter.task == OFFICIAL:
        return reminder.SEND_OFFICIAL
    return "gửi báo cáo" if matter.task == REPORT else f"duyệt và {reminder.confirm(matter)}"


def what_to_do(matters: Sequence[Matter], now: datetime) -> str:
    """What the unit is asked to do about several duties, the earliest deadline first, and when."""
    urgent, where = sum(wording.days_late(matter.deadline, now) >= 0 for matter in matters), reminder.where(matters)
    if urgent == len(matters):
        return f"Đề nghị đơn vị thực hiện các nghĩa vụ trên ngay trong hôm nay, {where}."
    if not urgent:
        return f"Đề nghị đơn vị thực hiện các nghĩa vụ trên đúng thời hạn, {where}."
    which = "mục 1" if urgent == 1 else f"các mục từ 1 đến {urgent}"
    return f"Đề nghị đơn vị thực hiện {which} ngay trong hôm nay, các mục còn lại đúng thời hạn, {where}."


def _end(content: Content | None) -> str:
    """Whom to ask. Without `content`, the entries name their recipients."""
    whom = " nêu tại từng mục" if content is None else reminder.whom_to_ask(content)
    done = "Nếu đơn vị đã thực hiện trong lúc thư này được gửi đi, xin bỏ qua thư này."
    return f"{done}\nNếu có vướng mắc, xin liên hệ cơ quan nhận báo cáo{whom}."
