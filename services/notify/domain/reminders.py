"""Reminders: all alerts about one matter, the decision which of them a tick raises, and which raised alerts must still be sent."""

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cached_property

from services.notify.domain import addressing, due, duties, notices
from services.notify.domain.alerts import NOT_RAISED, STREAM, Alert, Matter, NamedUnit
from services.notify.domain.duties import Duty
from services.notify.domain.ledger import RegimePeriod
from services.notify.domain.notices import NOW, Notice
from services.notify.domain.owed import Owed, OwedDuty
from services.notify.domain.watch import Look
from shared.wire import events
from shared.words import instants, periods
from shared.words.calendar import WorkingDays
from shared.words.ladder import Rung
from shared.words.reference import Reference
from shared.words.units import Registry, Unit


@dataclass(frozen=True)
class Reminders:
    """The rungs of one matter. Alerts are built on demand. `notice` is the matter at the rung `now`, if there is one."""

    matter: Matter
    rungs: tuple[Rung, ...]
    notice: Matter | None = None

    @cached_property
    def ids(self) -> list[str]:
        """The ids on the channel `stream`, one for each rung."""
        first = [] if self.notice is None else self.notice.ids(self.rungs[:1], STREAM)
        return first + self.matter.ids(self.rungs[len(first) :], STREAM)

    def id(self, rung: Rung) -> str:
        """The id of one rung on the channel `stream`."""
        return self._matter(rung).ids([rung], STREAM)[0]

    @property
    def alerts(self) -> list[Alert]:
        """One alert for every rung, oldest first, including past rungs."""
        return [self.alert(rung) for rung in self.rungs]

    def alert(self, rung: Rung, raised_at: datetime = NOT_RAISED, to: str = "") -> Alert:
        return Alert(self._matter(rung), rung, raised_at, to)

    def _matter(self, rung: Rung) -> Matter:
        return self.notice if self.notice is not None and rung.name == NOW else self.matter


@dataclass(frozen=True)
class Candidate:
    """Reminders whose newest rung so far may have to be raised. They go to the unit with the id `to`; rungs from before `since` are
    ignored.
    """

    reminders: Reminders
    look: Look[OwedDuty] | Look[Unit]
    to: str
    since: datetime

    @property
    def newest_id(self) -> str:
        """The id of the newest rung so far, on the channel `stream`."""
        return self.reminders.id(self.look.rung)

    @cached_property
    def asked(self) -> list[tuple[Rung, str]]:
        """The rungs after the last one that is known to be claimed, with their ids on the channel `stream`."""
        rungs, ids = self.reminders.rungs, self.reminders.ids
        first = next((place for place, rung in enumerate(rungs, start=1) if rung.name == self.look.claimed), 0)
        return list(zip(rungs[first:], ids[first:], strict=True))


@dataclass(frozen=True, slots=True)
class DueAlerts:
    """A tick's decision: the alerts to raise, and the missed alerts to mark as passed."""

    raised: tuple[Alert, ...]
    passed: tuple[Alert, ...]


@dataclass(frozen=True, slots=True)
class Leftovers:
    """Raised alerts that have not been sent. They are sent now, or dropped because nothing is owed any more or they are too old."""

    send: tuple[Alert, ...]
    drop: tuple[Alert, ...]


def of_duty(duty: Duty) -> Reminders:
    """The reminders of a duty: its notice and its ladder."""
    notice = notices.of_duty(duty)
    return _reminders(duty, notice, notices.rungs(duty, notice))


def _reminders(duty: Duty, notice: Notice | None, rungs: tuple[Rung, ...]) -> Reminders:
    returned = duty.returned
    matter = Matter(
        duty=duty.id,
        task=duty.task,
        regime=duty.regime,
        period=duty.period,
        unit_id=duty.unit.id,
        unit=duty.unit.code,
        unit_name=duty.unit.name,
        cause=duty.cause,
        deadline=duty.reminded_of,
        reason="" if returned is None else returned.reason,
        is_returned=returned is not None,
        view=None if duty.view is None else NamedUnit(duty.view.id, duty.view.code, duty.view.name),
        act=None if returned is None else (returned.received_ms, returned.event_id),
    )
    return Reminders(matter, rungs, None if notice is None else _told(matter, notice))


def _told(matter: Matter, notice: Notice) -> Matter:
    """The matter of a duty at the rung `now`."""
    return replace(
        matter,
        cause=notice.cause,
        deadline=notice.deadline or matter.deadline,
        reason=matter.reason if notice.asked_by else notice.reason,
        before=notice.before,
        is_returned=matter.is_returned and not notice.entered_by,
        entered_by=notice.entered_by,
        undone_by=notice.undone_by,
        asked_by=notice.asked_by,
        text=notice.reason if notice.asked_by else "",
        act=notice.act,
    )


def present(unsent: Iterable[Alert], owed: Mapping[RegimePeriod, Owed]) -> list[Alert]:
    """The alerts, of which requests and undoings say what is owed now, and by when: that may have changed since they were raised. Their ids
    stay.
    """
    return [_present(alert, owed) if alert.matter.is_of_duty else alert for alert in unsent]


def _present(alert: Alert, owed: Mapping[RegimePeriod, Owed]) -> Alert:
    found = _news(alert.matter, owed)
    if found is None or found.notice is None:
        return alert
    told = _reminders(found.duty, found.notice, (alert.rung,)).notice
    return alert if told is None else replace(alert, matter=replace(told, traceparent=alert.matter.traceparent))


def _news(matter: Matter, owed: Mapping[RegimePeriod, Owed]) -> OwedDuty | None:
    of_period = owed.get((matter.regime, matter.period))
    return None if of_period is None else of_period.news_of(matter.duty, (matter.cause, matter.by))


def traced(due_alerts: DueAlerts, traces: Mapping[instants.GivenKey, str]) -> DueAlerts:
    """The same decision. Each alert to raise carries the trace of the act that caused it, if known."""
    return replace(due_alerts, raised=tuple(_traced(alert, traces) for alert in due_alerts.raised))


def _traced(alert: Alert, traces: Mapping[instants.GivenKey, str]) -> Alert:
    act = alert.matter.act
    return alert if act is None or act not in traces else replace(alert, matter=replace(alert.matter, traceparent=traces[act]))


def plan(all_duties: Iterable[Duty], registry: Registry) -> list[Alert]:
    """Every rung of every owed duty, sorted by time, then unit. Each is addressed to the unit that acts on the day of the rung; a rung on a
    day on which nobody does is left out, and so is one from before the unit was asked.
    """
    owed = [duty for duty in all_duties if duties.is_reminded(duty)]
    rungs = [alert for duty in owed for alert in of_duty(duty).alerts if duty.asked_since is None or alert.rung.at >= duty.asked_since]
    alerts = [alert for rung in rungs for alert in addressing.addressed([rung], registry, rung.rung.at).to_units]
    return sorted(alerts, key=lambda alert: (alert.rung.at, alert.matter.unit, alert.matter.duty))


def reached(owed: Iterable[Owed], reference: Reference, now: datetime) -> list[Candidate]:
    """The owed duties whose newest rung so far may go out at `now` and is not known to be claimed."""
    news: list[Candidate] = []
    registry, day = reference.registry, periods.local_day(now)
    for of_period in owed:
        for come, watch in of_period.reached(reference, now):
            since = of_period.since(reference, now, watch)
            if due.may_go_out(come, now, reference.working_days):
                news += filter(None, [_candidate(look, registry, since, day) for look in list(watch.looks(come))])
    return news


def _candidate(look: Look[OwedDuty], registry: Registry, since: datetime, day: date) -> Candidate | None:
    """The candidate for the rung of a look at a duty. A rung of its ladder from before the unit was asked is not looked at again."""
    duty, notice = look.member.duty, look.member.notice
    asked_since = since if notice is not None and notice.by else duty.asked_since or since
    if look.rung.at < asked_since:
        look.close()
        return None
    return candidate(_reminders(duty, notice, look.watch.rungs), look, registry, max(since, asked_since), day)


def candidate(reminders: Reminders, look: Look[OwedDuty] | Look[Unit], registry: Registry, since: datetime, day: date) -> Candidate | None:
    """The candidate for the rung of a look; None if nobody acts for the unit on the day, or if the rung is from before the first day of the
    unit that does.
    """
    acting = registry.acting(reminders.matter.unit_id, day)
    if acting is None:
        return None
    since = max(since, addressing.first_instant(registry, acting))
    return None if look.rung.at < since else Candidate(reminders, look, acting.id, since)


def decide(candidates: Iterable[Candidate], alerted: Set[str], reference: Reference, now: datetime) -> DueAlerts:
    """Decides which alerts to raise. `alerted` are ids, on the channel `stream`, of alerts that were already raised or passed."""
    raised: list[Alert] = []
    passed: list[Alert] = []
    for candidate in candidates:
        reminders, to = candidate.reminders, candidate.to
        names = {candidate.look.claimed, *(rung.name for rung, alert_id in candidate.asked if alert_id in alerted)}
        step = due.due_rungs(reminders.rungs, names, candidate.since, now, reference.working_days)
        raised += [reminders.alert(step.send, now, to)] if step.send else []
        passed += [reminders.alert(rung, now, to) for rung in step.passed]
    return DueAlerts(tuple(raised), tuple(passed))


def close(candidates: Iterable[Candidate]) -> None:
    """Records that the alerts about these candidates are claimed, by whomever. They are not looked at again before the next rung."""
    for candidate in candidates:
        candidate.look.close()


def horizon(unsent: Iterable[Alert], now: datetime) -> datetime:
    """The latest time for which an alert was raised, but at least `now`: a tick may have been for a future time."""
    return max([now, *(alert.raised_at for alert in unsent)])


def sort_out(unsent: Iterable[Alert], owed: Mapping[RegimePeriod, Owed], working_days: WorkingDays, now: datetime) -> Leftovers:
    """Decides which raised but unsent alerts are sent. A unit that no longer owes is not alerted, and nothing goes out on a day off. Each
    alert is judged at `now` or at the time for which it was raised, whichever is later.
    """
    send: list[Alert] = []
    drop: list[Alert] = []
    for alert in unsent:
        at = max(now, alert.raised_at)
        if not _is_owed(alert, owed) or due.is_too_old(alert.rung, at):
            drop.append(alert)
        elif due.may_go_out(alert.rung, at, working_days):
            send.append(alert)
    return Leftovers(tuple(send), tuple(drop))


def _is_owed(alert: Alert, owed: Mapping[RegimePeriod, Owed]) -> bool:
    """Whether the unit still owes exactly what the alert is about; for a digest, whether any unit of the group does. What others entered
    remains news; a request and an undoing are only told as long as there is something to do.
    """
    matter = alert.matter
    of_period = owed.get((matter.regime, matter.period))
    if of_period is None:
        return False
    if matter.is_entry:
        return True
    if matter.is_of_duty:
        return _news(matter, owed) is not None
    if matter.is_digest:
        return of_period.is_group_owing(matter.deadline)
    duty = of_period.duty(matter.duty)
    if duty is None or events.to_ms(duty.reminded_of) != events.to_ms(matter.deadline):
        return False
    notice = notices.of_duty(duty) if alert.rung.name == NOW else None
    return matter.cause == (duty.cause if notice is None else notice.cause)
