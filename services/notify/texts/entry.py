"""The mail about reports that other units entered for a unit (nhập thay): who did, and that the unit can correct them."""

from collections.abc import Sequence
from typing import Final

from services.notify.texts import mail, reminder, wording
from services.notify.texts.content import Content
from services.notify.texts.mail import Text
from shared.words import vietnamese

OCCASION: Final = "[Nhập thay]"
WHAT_TO_DO: Final = (
    "Báo cáo nhập thay được tính là báo cáo của đơn vị. Đề nghị đơn vị kiểm tra; nếu cần sửa, đơn vị gửi báo cáo với lần nộp cao hơn, "
    f"{reminder.SENDING}."
)


def compose(contents: Sequence[Content], site: str) -> Text:
    """What the mail says about one report, or about several. The portal's pages are at `site` ("": unknown)."""
    contents = sorted(contents, key=_order)
    is_one = len(contents) == 1
    parts = [
        mail.salutation(contents[0].unit),
        *([_one(contents[0], site)] if is_one else _several(contents, site)),
        WHAT_TO_DO,
        "Nếu có vướng mắc, xin liên hệ đơn vị đã nhập thay.",
        "Trân trọng cảm ơn.",
    ]
    return Text(f"{OCCASION} {_subject(contents)}", parts)


def _order(content: Content) -> tuple[str, str, str, str]:
    matter = content.alert.matter
    return matter.regime, matter.period, matter.duty, matter.cause


def _subject(contents: Sequence[Content]) -> str:
    first = contents[0]
    if len(contents) > 1:
        return f"{vietnamese.number(len(contents))} báo cáo đã được nhập thay đơn vị – {wording.name(first.unit)}"
    return f"{reminder.who(first)} đã nhập báo cáo {_which(first)} thay đơn vị – {reminder.whose(first)}"


def _one(content: Content, site: str) -> str:
    return "\n".join([f"{reminder.who(content)} đã nhập báo cáo sau đây thay đơn vị:", *_facts(content, site)])


def _several(contents: Sequence[Content], site: str) -> list[str]:
    entries = [[f"{number}. Báo cáo {_which(content)}", *_facts(content, site)] for number, content in enumerate(contents, start=1)]
    return [f"{vietnamese.number(len(contents))} báo cáo sau đây đã được nhập thay đơn vị:", *("\n   ".join(entry) for entry in entries)]


def _facts(content: Content, site: str) -> list[str]:
    matter, by = content.alert.matter, content.by
    link, act_link = reminder.link(matter, site), reminder.act_link(matter, site)
    facts = [
        reminder.by_heir(content),
        f"- Chế độ báo cáo: {wording.title(content.regime)}",
        f"- Kỳ báo cáo: {vietnamese.period_name(matter.period)}",
        f"- Lần nộp: {reminder.revision(matter)}",
        f"- Đơn vị nhập thay: {reminder.who(content) if by is None else wording.with_reach(by)}",
        f"- {link}" if link else "",
        f"- {act_link}" if act_link else "",
    ]
    return list(filter(None, facts))


def _which(content: Content) -> str:
    matter = content.alert.matter
    return f"{vietnamese.period_name(matter.period)} (lần nộp {reminder.revision(matter)})"
