"""The mail of several digests to one recipient: a summary of all groups, then a section about each group, the most urgent one first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from services.notify.domain.digest import Tally
from services.notify.texts import digest, mail, wording
from services.notify.texts.content import Content
from services.notify.texts.mail import Text
from shared.words import vietnamese

MOST_UNITS: Final = 200  # units that a list names: more than a province has communes


@dataclass(frozen=True, slots=True)
class Section:
    """The digest of one group, and its figures."""

    content: Content
    tally: Tally

    @property
    def deadline(self) -> datetime:
        return self.content.alert.matter.deadline


def compose(contents: Sequence[Content], site: str) -> Text:
    """What the mail says. The portal's pages are at `site` ("": unknown)."""
    sections = [Section(content, content.tally) for content in sorted(contents, key=_order) if content.tally is not None]
    now = max(content.now for content in contents)
    parts = [
        mail.salutation(contents[0].unit),
        _summary(sections, now),
        *(part for number, section in enumerate(sections, start=1) for part in _paragraphs(number, section, now, site)),
        digest.without_heir(section.tally for section in sections),
        digest.whom_to_call(digest.owing(section.tally for section in sections)),
    ]
    return Text(_subject(sections, now), parts)


def _order(content: Content) -> tuple[datetime, str, str]:
    """Overdue groups come first, because their deadlines are the earliest."""
    matter = content.alert.matter
    return matter.deadline, matter.regime, matter.period


def _subject(sections: Sequence[Section], now: datetime) -> str:
    overdue = _overdue(sections, now)
    late = f", {vietnamese.number(overdue)} đợt quá hạn" if overdue else ""
    units = vietnamese.number(len(digest.owing(section.tally for section in sections)))
    rounds, earliest = vietnamese.number(len(sections)), vietnamese.deadline(sections[0].deadline)
    return f"[Đôn đốc – {rounds} đợt báo cáo{late}] {units} đơn vị chưa hoàn thành, thời hạn sớm nhất: {earliest}"


def _overdue(sections: Sequence[Section], now: datetime) -> int:
    return sum(section.deadline <= now for section in sections)


def _summary(sections: Sequence[Section], now: datetime) -> str:
    """One line for each group."""
    count = vietnamese.number(len(sections))
    return "\n".join(
        [
            f"Tình hình thực hiện {count} đợt báo cáo, tính đến {vietnamese.time_of_day(now)}:",
            *(f"{number}. {_line(section, now)}" for number, section in enumerate(sections, start=1)),
        ]
    )


def _line(section: Section, now: datetime) -> str:
    matter, tally = section.content.alert.matter, section.tally
    figures = [
        f"đã nộp {digest.share(tally.received, tally.expected)} báo cáo" if tally.expected else "",
        f"đã chốt {digest.share(tally.confirmed, tally.confirmers)} bảng tổng hợp" if tally.confirmers else "",
        f"đã thay số ước {digest.share(tally.official, tally.estimators)} báo cáo" if tally.estimators else "",
    ]
    name = f"{wording.title(section.content.regime)}, {vietnamese.period_name(matter.period)}, {vietnamese.deadline(matter.deadline)}"
    return f"{wording.urgency(matter.deadline, now)}: {name} – {', '.join(filter(None, figures))}"


def _paragraphs(number: int, section: Section, now: datetime, site: str) -> list[str]:
    """The paragraphs about one group."""
    return [
        "\n".join([f"ĐỢT {number}", *digest.facts(section.content, section.tally, now)]),
        *digest.lists(section.tally, MOST_UNITS),
        digest.link(section.content.alert, site),
    ]
