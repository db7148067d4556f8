"""The mail about a confirmation that another unit undid (hủy chốt): who did, and why."""

from typing import Final

from services.notify.texts import mail, reminder, wording
from services.notify.texts.content import Content
from services.notify.texts.mail import Text
from shared.words import texts, vietnamese

OCCASION: Final = "[Hủy chốt]"


def compose(content: Content, site: str) -> Text:
    """What the mail says. The portal's pages are at `site` ("": unknown)."""
    matter, who = content.alert.matter, reminder.who(content)
    view, why, link = f"bảng tổng hợp{reminder.of_view(matter)}", texts.one_line(matter.reason), reminder.link(matter, site)
    act_link = reminder.act_link(matter, site)
    facts = [
        f"{who[:1].upper()}{who[1:]} đã hủy việc chốt {view} sau đây:",
        reminder.by_heir(content),
        f"- Chế độ báo cáo: {wording.title(content.regime)}",
        f"- Kỳ báo cáo: {vietnamese.period_name(matter.period)}",
        f"- Thời hạn chốt: {vietnamese.deadline(matter.deadline)} ({wording.time_left(matter.deadline, content.now)})",
        f"- Lý do hủy chốt: {why}" if why else "",
        f"- {link}" if link else "",
        f"- {act_link}" if act_link else "",
    ]
    parts = [
        mail.salutation(content.unit),
        "\n".join(filter(None, facts)),
        f"Đề nghị đơn vị kiểm tra số liệu, duyệt và chốt lại bảng tổng hợp, {reminder.where([matter])}.",
        f"Nếu có vướng mắc, xin liên hệ đơn vị đã hủy chốt{'' if content.by is None else f': {wording.with_reach(content.by)}'}.",
        "Trân trọng cảm ơn.",
    ]
    return Text(
        f"{OCCASION} {who[:1].upper()}{who[1:]} đã hủy chốt {view} {vietnamese.period_name(matter.period)} – {reminder.whose(content)}",
        parts,
    )
