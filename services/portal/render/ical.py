"""A unit's duties as an iCalendar feed (RFC 5545) that a calendar program subscribes to."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Final

from icalendar import Alarm, Calendar, Event, Timezone, TimezoneStandard, vText

from services.portal.domain.duties import Duty
from shared.words import deadlines, ladder, periods, vietnamese
from shared.words.calendar import WorkingDays
from shared.words.ladder import Steps
from shared.words.periods import VIETNAM
from shared.words.regimes import Regime

PRODUCT: Final = "-//Tong Hop//Nghia vu bao cao//VI"
REFRESH: Final = timedelta(hours=1)
OFFSET: Final = timedelta(hours=7)
OFFSET_BEFORE: Final = timedelta(hours=8)  # the offset of the south until then, which the tz database uses
SINCE: Final = datetime(1975, 6, 13)  # noqa: DTZ001  # local time, as RFC 5545 asks for


def feed(
    unit_name: str, duties: Sequence[Duty], regimes: Mapping[str, Regime], working_days: WorkingDays, site: str, now: datetime
) -> bytes:
    """One event for each duty. Duties that are still owed have alarms for the coming reminders. `site` is the address of the pages."""
    calendar = Calendar()
    title = _text(f"Hạn báo cáo: {unit_name}")
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
    for duty in duties:
        calendar.add_component(_event(duty, regimes.get(duty.regime), working_days, site, now))
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


def _event(duty: Duty, regime: Regime | None, working_days: WorkingDays, site: str, now: datetime) -> Event:
    """The event of a duty: all day on the last day that is on time. If the deadline has an hour, the event is at that instant."""
    event = Event()
    event.add("UID", f"{duty.id}@tonghop")
    event.add("DTSTAMP", now)
    at = duty.due.astimezone(VIETNAM)
    if at.time() == time():
        last = deadlines.last_day(at)
        event.add("DTSTART", last)
        event.add("DTEND", last + timedelta(days=1))
    else:
        event.add("DTSTART", at)
    title = regime.title if regime else duty.regime
    summary = f"{_headline(duty, now)}: {title}, {vietnamese.period_name(duty.period)}"
    event.add("SUMMARY", _text(summary))
    event.add("DESCRIPTION", _text(_description(duty, title, now)))
    event.add("URL", f"{site}{duty.path}")
    event.add("TRANSP", "TRANSPARENT")  # a deadline does not block time in a calendar
    if duty.is_owed and regime is not None and regime.obligation is not None:
        steps = ladder.steps_of(regime.obligation.ladder, periods.length_of(duty.period))
        for at in coming(duty.due, steps, working_days, now):
            event.add_component(_alarm(at, f"{summary} ({vietnamese.deadline(duty.due)})"))
    return event


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
    if not duty.is_owed:
        return duty.state_text(now)
    return "Sửa và nộp lại báo cáo" if duty.is_returned else "Hạn nộp báo cáo" if duty.is_report else "Hạn duyệt và chốt"


def _description(duty: Duty, title: str, now: datetime) -> str:
    lines = [
        f"Đơn vị: {duty.unit_name} ({duty.unit_code})",
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
