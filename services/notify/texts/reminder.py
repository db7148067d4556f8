"""The mail of a reminder, in plain and courteous Vietnamese: what is owed, by when, and what to do.

A mail refers only to what exists: pages of the portal, people to call, and the number of earlier mails to the unit.
"""

from collections.abc import Collection, Mapping
from typing import Final

from services.notify.domain.alerts import Matter
from services.notify.domain.duties import CONFIRM, OFFICIAL, REPORT
from services.notify.domain.notices import MOVED, NOW
from services.notify.texts import mail, wording
from services.notify.texts.content import Content
from services.notify.texts.mail import Text
from shared.words import texts, vietnamese

SEND_OFFICIAL: Final = "gửi số liệu chính thức thay số ước"
ON_PAGES: Final = "trên trang báo cáo"
SENDING: Final = f"{ON_PAGES} hoặc bằng phần mềm báo cáo của đơn vị"
MailsSent = Mapping[tuple[str, str], int]
"""How many mails a unit has had about a duty and cause; pairs without a mail may be left out."""


def compose(content: Content, site: str, number: int) -> Text:
    """What the mail says. The portal's pages are at `site` ("": unknown). `number` counts the mails that the unit has had about the same
    matter, including this one.
    """
    return Text(_subject(content, number), [*_parts(content, site), *_end(content)])


def number(matter: Matter, mails_sent: MailsSent) -> int:
    """Which mail about a matter the next one is, counted from 1."""
    return mails_sent.get((matter.duty, matter.cause), 0) + 1


def _is_of_move(matter: Matter) -> bool:
    return matter.cause.startswith(MOVED)


def _subject(content: Content, number: int) -> str:
    matter = content.alert.matter
    period, deadline = vietnamese.period_name(matter.period), vietnamese.deadline(matter.deadline)
    task = act(matter, "gửi lại báo cáo bị trả lại" if matter.is_returned else "gửi báo cáo")
    unit = whose(content)
    if _is_of_move(matter):
        return f"[Đổi thời hạn] Thời hạn {task} {period} nay là {deadline} – {unit}"
    return f"{_occasion(content, number)} Đề nghị {task} {period} {deadline} – {unit}"


def act(matter: Matter, report: str) -> str:
    """What is to be done, by the task; `report` if it is to report."""
    if matter.task == OFFICIAL:
        return SEND_OFFICIAL
    return confirm(matter) if matter.task == CONFIRM else report


def _occasion(content: Content, number: int) -> str:
    if content.alert.rung.name == NOW:
        return "[Trả lại]"
    late = wording.days_late(content.alert.matter.deadline, content.now)
    return f"[Nhắc lần {number}" + (f" – quá hạn {late} ngày]" if late > 0 else "]")


def _parts(content: Content, site: str) -> list[str]:
    """Salutation, what is owed, what to do."""
    matter = content.alert.matter
    deadline = f"{vietnamese.deadline(matter.deadline)} ({wording.time_left(matter.deadline, content.now)})"
    facts = [
        _what_is_owed(content),
        by_heir(content),
        f"- Chế độ báo cáo: {wording.title(content.regime)}",
        f"- Kỳ báo cáo: {vietnamese.period_name(matter.period)}",
        f"- Thời hạn cũ: {vietnamese.deadline(matter.before)}" if matter.before else "",
        f"- Thời hạn mới: {deadline}" if matter.before else f"- Thời hạn: {deadline}",
        reason(matter),
    ]
    steps = [what_to_do(content), link(matter, site), act_link(matter, site)]
    return [mail.salutation(content.unit), "\n".join(filter(None, facts)), "\n".join(filter(None, steps))]


def _end(content: Content) -> list[str]:
    done = "" if content.alert.rung.name == NOW else "Nếu đơn vị đã thực hiện trong lúc thư này được gửi đi, xin bỏ qua thư này.\n"
    questions = f"Nếu có vướng mắc, xin liên hệ cơ quan nhận báo cáo{whom_to_ask(content)}."
    return [done + questions, "Trân trọng cảm ơn."]


def whom_to_ask(content: Content) -> str:
    """The recipient after a colon; "" if it is unknown."""
    return "" if content.recipient is None else f": {wording.with_reach(content.recipient)}"


def _what_is_owed(content: Content) -> str:
    matter = content.alert.matter
    if _is_of_move(matter):
        what = {REPORT: "báo cáo", OFFICIAL: "số liệu chính thức thay số ước trong báo cáo"}.get(matter.task, "việc chốt bảng tổng hợp")
        return f"Thời hạn của {what} sau đây đã thay đổi:"
    if matter.is_returned:
        whom = "đơn vị cũ" if content.is_to_heir else "đơn vị"
        sent = f"Báo cáo (lần nộp {revision(matter)}) của {whom} đã được trả lại để chỉnh sửa"
        return f"{sent}:" if content.alert.rung.name == NOW else f"{sent}, đến nay chưa nhận được bản gửi lại:"
    if matter.task == REPORT:
        return f"Đến nay hệ thống chưa nhận được báo cáo sau đây của {'đơn vị cũ' if content.is_to_heir else 'đơn vị'}:"
    if matter.task == OFFICIAL:
        whose = "đơn vị cũ" if content.is_to_heir else "đơn vị"
        return f"Báo cáo sau đây của {whose} còn số ước, đến nay chưa có số liệu chính thức thay số ước:"
    return f"Đến nay bảng tổng hợp sau đây{of_view(matter)} chưa được đơn vị duyệt và chốt:"


def whose(content: Content) -> str:
    """The unit that has the duty; with its heir, if the alert goes to the heir."""
    return wording.both(content.of, content.unit) if content.is_to_heir else wording.name(content.unit)


def by_heir(content: Content) -> str:
    """The line for an heir about the unit for which it acts; "" for a unit's own duty."""
    what = "chốt bảng tổng hợp" if content.alert.matter.task == CONFIRM else "báo cáo"
    return f"- Đơn vị phải {what}: {wording.both(content.of, content.unit)}" if content.is_to_heir else ""


def confirm(matter: Matter) -> str:
    """To confirm the unit's own view, or that of another unit."""
    return f"chốt bảng tổng hợp{of_view(matter)}"


def of_view(matter: Matter) -> str:
    """Whose view is to be confirmed, after a noun; "" for the unit's own."""
    return "" if matter.view is None else f" của {wording.inside(matter.view.name)}"


def who(content: Content) -> str:
    """The unit that did what is told, as an addressee; its id if nobody knows it."""
    return f"đơn vị {content.alert.matter.by}" if content.by is None else wording.addressee(content.by)


def revision(matter: Matter) -> str:
    """The revision that was returned."""
    return matter.cause.rpartition("-")[2]


def reason(matter: Matter) -> str:
    """The reason on one line, so that it cannot look like another part of the mail."""
    given = texts.one_line(matter.reason)
    label = "Lý do thay đổi" if _is_of_move(matter) else "Lý do trả lại"
    return f"- {label}: {given}" if given else ""


def what_to_do(content: Content) -> str:
    """What the unit is asked to do, and when."""
    matter = content.alert.matter
    when = "ngay trong hôm nay" if wording.days_late(matter.deadline, content.now) >= 0 else "đúng thời hạn"
    if content.is_to_heir:
        what = act(matter, "chỉnh sửa, gửi lại báo cáo" if matter.is_returned else "gửi báo cáo")
        return f"Đề nghị đơn vị {what} {when} với tư cách đơn vị kế thừa, {where([matter])}."
    if matter.is_returned:
        return f"Đề nghị đơn vị chỉnh sửa số liệu và gửi lại báo cáo {when}, {SENDING}."
    if matter.task == REPORT:
        return f"Đề nghị đơn vị gửi báo cáo {when}, {SENDING}."
    if matter.task == OFFICIAL:
        return f"Đề nghị đơn vị gửi lại báo cáo với số liệu chính thức {when}, {SENDING}."
    return f"Đề nghị đơn vị kiểm tra, duyệt và chốt bảng tổng hợp {when}, {where([matter])}."


def where(matters: Collection[Matter]) -> str:
    """With what the unit does what is owed: a report is sent by the form or by software; who confirms a view uses the portal's page."""
    return ON_PAGES if all(matter.task == CONFIRM for matter in matters) else SENDING


def link(matter: Matter, site: str) -> str:
    """The line with the link to the matter's page; "" if `site` is unknown."""
    page, what = ("bang", f"Bảng tổng hợp{_whose_view(matter)}") if matter.task == CONFIRM else ("bao-cao", "Tình trạng báo cáo của đơn vị")
    unit = matter.unit if matter.view is None else matter.view.code
    return f"{what}: {site}/{page}/{matter.regime}/{matter.period}/{unit}" if site else ""


def act_link(matter: Matter, site: str) -> str:
    """The line with the link to the page on which it is done: the form of the report, or the page that confirms the view; "" if `site` is
    unknown.
    """
    unit = matter.unit if matter.view is None else matter.view.code
    of = f"{matter.regime}/{matter.period}/{unit}"
    page = f"Trang chốt số liệu: {site}/bang/{of}/chot" if matter.task == CONFIRM else f"Biểu nhập báo cáo: {site}/bieu-mau/{of}"
    return page if site else ""


def _whose_view(matter: Matter) -> str:
    return of_view(matter) or " của đơn vị"
