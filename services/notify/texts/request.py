"""The mail about a request (đôn đốc): who asks, in which words, and what the unit owes by when."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from services.notify.domain.alerts import Matter
from services.notify.texts import mail, reminder, reminder_list, wording
from services.notify.texts.content import Content
from services.notify.texts.mail import Text
from shared.words import texts, vietnamese

OCCASION: Final = "[Đôn đốc]"


def compose(contents: Sequence[Content], site: str) -> Text:
    """What the mail says about one duty, or about several. The portal's pages are at `site` ("": unknown)."""
    contents = sorted(contents, key=reminder_list.order)
    now, is_one = max(content.now for content in contents), len(contents) == 1
    matters = [content.alert.matter for content in contents]
    parts = [
        mail.salutation(contents[0].unit),
        "\n".join(filter(None, [_who_asks(contents), _words(contents[0])])),
        *_entries(contents, now, site),
        reminder.what_to_do(contents[0]) if is_one else reminder_list.what_to_do(matters, now),
        _end(contents[0]),
        "Trân trọng cảm ơn.",
    ]
    return Text(f"{OCCASION} {_subject(contents)}", parts)


def _subject(contents: Sequence[Content]) -> str:
    first, matters = contents[0], [content.alert.matter for content in contents]
    deadline = vietnamese.deadline(matters[0].deadline)
    if len(contents) > 1:
        return f"Đề nghị {reminder_list.tasks(matters)} (thời hạn sớm nhất: {deadline}) – {wording.name(first.unit)}"
    what = reminder.act(matters[0], "gửi lại báo cáo bị trả lại" if matters[0].is_returned else "gửi báo cáo")
    return f"Đề nghị {what} {vietnamese.period_name(matters[0].period)} {deadline} – {reminder.whose(first)}"


def _who_asks(contents: Sequence[Content]) -> str:
    many = "" if len(contents) == 1 else f"{vietnamese.number(len(contents))} "
    return f"{_capital(reminder.who(contents[0]))} đôn đốc đơn vị thực hiện {many}nghĩa vụ báo cáo sau đây, đến nay chưa hoàn thành."


def _words(content: Content) -> str:
    """What the unit that asks wrote, on one line, so that it cannot look like another part of the mail."""
    text = texts.one_line(content.alert.matter.text)
    return f"Nội dung đôn đốc: “{text}”" if text else ""


def _entries(contents: Sequence[Content], now: datetime, site: str) -> list[str]:
    if len(contents) == 1:
        return ["\n".join([f"- Việc phải làm: {_task(contents[0].alert.matter)}", *_facts(contents[0], now, site)])]
    heads = (f"{number}. {_capital(_task(content.alert.matter))}" for number, content in enumerate(contents, start=1))
    return ["\n   ".join([head, *_facts(content, now, site)]) for head, content in zip(heads, contents, strict=True)]


def _task(matter: Matter) -> str:
    return "gửi lại báo cáo đã bị trả lại" if matter.is_returned else reminder_list.task(matter)


def _facts(content: Content, now: datetime, site: str) -> list[str]:
    matter = content.alert.matter
    link, act_link = reminder.link(matter, site), reminder.act_link(matter, site)
    facts = [
        reminder.by_heir(content),
        f"- Chế độ báo cáo: {wording.title(content.regime)}",
        f"- Kỳ báo cáo: {vietnamese.period_name(matter.period)}",
        f"- Thời hạn: {vietnamese.deadline(matter.deadline)} ({wording.time_left(matter.deadline, now)})",
        reminder.reason(matter),
        f"- {link}" if link else "",
        f"- {act_link}" if act_link else "",
    ]
    return list(filter(None, facts))


def _end(content: Content) -> str:
    whom = "" if content.by is None else f": {wording.with_reach(content.by)}"
    done = "Nếu đơn vị đã thực hiện trong lúc thư này được gửi đi, xin bỏ qua thư này."
    return f"{done}\nNếu có vướng mắc, xin liên hệ cơ quan đôn đốc{whom}."


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
