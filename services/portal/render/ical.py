"""The duties of one or more units as an iCalendar feed (RFC 5545) that a calendar program subscribes to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from typing import Final

from icalendar import Alarm, Calendar, Event, Timezone, TimezoneStandard, vText

from services.portal.domain.agenda import Agenda, Planned
from services.portal.domain.duties import CONFIRM, OFFICIAL, REPORT, Duty
from shared.words import deadlines, ladder, periods, vietnamese
from shared.words.calendar import WorkingDays
from shared.words.ladder import Steps
from shared.words.periods import VIETNAM
from shared.words.regimes import Regime
from shared.words.units import Unit

PRODUCT: Final = "-//Tong Hop//Nghia vu bao cao//VI"
MOST_TITLE: Final = 60  # characters of a regime's title in a summary: a telephone shows about as many
MOST_UNITS: Final = 3  # named in the title of a calendar
VERBS: Final = {REPORT: "Nộp", CONFIRM: "Duyệt và chốt", OFFICIAL: "Nộp"}
NOUNS: Final = {REPORT: "báo cáo", CONFIRM: "bảng tổng hợp", OFFICIAL: "số liệu chính thức thay số ước"}
"""The words of a task."""
REFRESH: Final = timedelta(hours=1)
OFFSET: Final = timedelta(hours=7)
OFFSET_BEFORE: Final = timedelta(hours=8)  # the offset of the south until then, which the tz database uses
SINCE: Final = datetime(1975, 6, 13)  # noqa: DTZ001  # local time, as RFC 5545 asks for


@dataclass(frozen=True, slots=True)
class About:
    """The units of a calendar. `names` are what follows the name of a duty's unit, by unit id, where it is not today's name."""

    units: Sequence[Unit]
    names: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The names of the units; of many only the first ones."""
        first = ", ".join(unit.name for unit in self.units[:MOST_UNITS])
        others = len(self.units) - MOST_UNITS
        return first if others <= 0 else f"{first} và {others} đơn vị khác"

    def of_whom(self, unit_id: str, name: str) -> str:
        """What a summary adds about the unit of a duty; nothing in the calendar of one unit about that unit."""
        return "" if [unit.id for unit in self.units] == [unit_id] else f" của {name}"


def feed(about: About, agenda: Agenda, regimes: Mapping[str, Regime], working_days: WorkingDays, site: str, now: datetime) -> bytes:
    """One event for each duty, in the order of deadlines. Duties that are still owed have alarms for the coming reminders; planned ones
    have none. `site` is the address of the pages.
    """
    calendar = Calendar()
    title = _text(f"Hạn báo cáo: {about.name}")
    calendar.add("PRODID", PRODUCT)
    calendar.add("VERSION", "2.0")
    calendar.add("CALSCALE", "GREGORIAN")
    calendar.add("METHOD", "PUBLISH")
    calendar.add("NAME", title)
    calendar.add("X-WR-CALNAME", title)
    calendar.add("X-WR-TIMEZONE", VIETNAM.key)
    calendar.add("REFRESH-INTERVAL", REFRESH, parameters={"VALUE": "DURATION"})
    calendar.add("X-PUBLISHED-TTL", "PT1H")
    calendar.add_component(_timezone())
    if agenda.left_out:
        calendar.add_component(_left_out(about, agenda.left_out, site, now))
    for duty in agenda.duties:
        calendar.add_component(_of_duty(duty, about, regimes.get(duty.regime), working_days, site, now))
    for plan in agenda.planned:
        calendar.add_component(_of_plan(plan, about, regimes[plan.regime].title, site, now))
    text: bytes = calendar.to_ical()
    return text


def without_stamps(body: bytes) -> bytes:
    """The feed without its creation times, to compare whether something has changed."""
    return b"".join(line for line in body.splitlines(keepends=True) if not line.startswith(b"DTSTAMP:"))


def _timezone() -> Timezone:
    """Vietnam's time: UTC+7 all year."""
    standard = TimezoneStandard()
    standard.add("DTSTART", SINCE)
    standard.add("TZOFFSETFROM", OFFSET_BEFORE)
    standard.add("TZOFFSETTO", OFFSET)
    standard.add("TZNAME", "+07")
    zone = Timezone()
    zone.add("TZID", VIETNAM.key)
    zone.add_component(standard)
    return zone


def _event(uid: str, due: datetime, summary: str, description: str, url: str, now: datetime) -> Event:
    """An event all day on the last day that is on time. If the deadline has an hour, the event is at that instant."""
    event = Event()
    event.add("UID", f"{uid}@tonghop")
    event.add("DTSTAMP", now)
    at = due.astimezone(VIETNAM)
    if at.time() == time():
        last = deadlines.last_day(at)
        event.add("DTSTART", last)
        event.add("DTEND", last + timedelta(days=1))
    else:
        event.add("DTSTART", at)
    event.add("SUMMARY", _text(summary))
    event.add("DESCRIPTION", _text(description))
    event.add("URL", url)
    event.add("TRANSP", "TRANSPARENT")  # a deadline does not block time in a calendar
    return event


def _of_duty(duty: Duty, about: About, regime: Regime | None, working_days: WorkingDays, site: str, now: datetime) -> Event:
    title = regime.title if regime else duty.regime
    summary = f"{_headline(duty, now)}{about.of_whom(duty.unit_id, duty.unit_name)}: {_short(title)}"
    description = _description(duty, about.names.get(duty.unit_id, ""), title, now)
    event = _event(duty.id, duty.due, summary, description, f"{site}{duty.path}", now)
    event.add("STATUS", "CONFIRMED")
    if duty.is_owed and regime is not None and regime.obligation is not None:
        steps = ladder.steps_of(regime.obligation.ladder, periods.length_of(duty.period))
        for at in coming(duty.due, steps, working_days, now):
            event.add_component(_alarm(at, f"{summary} ({vietnamese.deadline(duty.due)})"))
    return event


def _of_plan(plan: Planned, about: About, title: str, site: str, now: datetime) -> Event:
    """The event of a duty whose period has not begun. When it begins, the duty's event has the same UID and replaces this one."""
    task = REPORT if plan.is_report else CONFIRM
    period = vietnamese.period_name(plan.period)
    lines = [
        f"Đơn vị: {plan.unit_name} ({plan.unit_code})",
        f"Chế độ báo cáo: {title}",
        f"Kỳ báo cáo: {period}",
        f"Hạn dự kiến: {vietnamese.deadline(plan.due)}",
        "Kỳ báo cáo chưa bắt đầu. Hạn được tính theo quy định hiện hành và có thể thay đổi.",
    ]
    for_whom = about.of_whom(plan.id.split("/")[2], plan.unit_name)
    summary = f"{VERBS[task]} {NOUNS[task]} {period}{for_whom} (dự kiến): {_short(title)}"
    event = _event(plan.id, plan.due, summary, "\n".join(lines), f"{site}/nghia-vu?unit={plan.unit_code}", now)
    event.add("STATUS", "TENTATIVE")
    return event


def _left_out(about: About, duties: Sequence[Duty], site: str, now: datetime) -> Event:
    """One event instead of the oldest owed duties, on the last day of the newest of them."""
    summary = f"Xử lý {vietnamese.number(len(duties))} nghĩa vụ quá hạn khác"
    text = "Lịch này chỉ ghi các nghĩa vụ có hạn gần nhất. Xem toàn bộ nghĩa vụ chưa hoàn thành tại địa chỉ kèm theo."
    chosen = f"unit={about.units[0].code}&state=owed&only=1" if len(about.units) == 1 else "state=owed"
    url = f"{site}/nghia-vu?{chosen}"
    return _event(f"{'+'.join(unit.id for unit in about.units)}/left-out", duties[0].due, summary, text, url, now)


def coming(deadline: datetime, steps: Steps, working_days: WorkingDays, now: datetime) -> list[datetime]:
    """The reminders after `now` and before the deadline. Overdue steps are left out: a calendar that is not refreshed would continue to
    remind a unit that has reported.
    """
    return [rung.at for rung in ladder.rungs(deadline, steps, working_days) if now < rung.at < deadline]


def _alarm(at: datetime, text: str) -> Alarm:
    alarm = Alarm()
    alarm.add("ACTION", "DISPLAY")
    alarm.add("DESCRIPTION", _text(text))
    alarm.add("TRIGGER", at.astimezone(UTC), parameters={"VALUE": "DATE-TIME"})  # an absolute alarm must be in UTC, with the suffix Z
    return alarm


def _headline(duty: Duty, now: datetime) -> str:
    """What is to do and for which period: `Nộp báo cáo tháng 5 năm 2026 (quá hạn)`."""
    task = f"{NOUNS[duty.task]} {vietnamese.period_name(duty.period)}"
    if not duty.is_owed:
        return f"{duty.state_text(now)} {task}"
    verb = "Sửa và nộp lại" if duty.is_returned else VERBS[duty.task]
    return f"{verb} {task} (quá hạn)" if now >= duty.due else f"{verb} {task}"


def _short(title: str) -> str:
    """The beginning of a regime's title; the description has all of it."""
    return title if len(title) <= MOST_TITLE else f"{title[: MOST_TITLE - 1].rstrip()}…"


def _description(duty: Duty, name_today: str, title: str, now: datetime) -> str:
    lines = [
        f"Đơn vị: {duty.unit_name} ({duty.unit_code}){f', {name_today}' if name_today else ''}",
        f"Chế độ báo cáo: {title}",
        f"Kỳ báo cáo: {vietnamese.period_name(duty.period)}",
        f"Việc: {duty.task_word}",
        f"Hạn: {vietnamese.deadline(duty.due)}",
        f"Tình trạng: {duty.state_text(now)}",
    ]
    if duty.extended_to is not None:
        lines.append(f"Được gia hạn: {vietnamese.through(duty.extended_to)}")
    return "\n".join(lines)


def _text(text: str) -> vText:
    """A text that is escaped in every property (the package does not escape properties that it does not know)."""
    return vText(vietnamese.shown(text).replace("\t", " "))
