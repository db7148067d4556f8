"""Reminders: all alerts about one matter, the decision which of them a tick raises, and which raised alerts must still be sent."""

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property

from services.notify.domain import due, duties, notices
from services.notify.domain.alerts import NOT_RAISED, STREAM, Alert, Matter
from services.notify.domain.book import Owed
from services.notify.domain.duties import Duty
from services.notify.domain.ledger import RegimePeriod
from services.notify.domain.notices import NOW
from shared.wire import events
from shared.words import instants, ladder
from shared.words.calendar import WorkingDays
from shared.words.ladder import Rung
from shared.words.reference import Reference


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

    def alert(self, rung: Rung, raised_at: datetime = NOT_RAISED) -> Alert:
        return Alert(self._matter(rung), rung, raised_at)

    def _matter(self, rung: Rung) -> Matter:
        return self.notice if self.notice is not None and rung.name == NOW else self.matter


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


def rungs(duty: Duty) -> tuple[Rung, ...]:
    """The rungs of a duty: its notice, if it has one, then the rungs of its ladder that come after the notice."""
    steps, notice = ladder.rungs(duty.reminded_of, duty.ladder, duty.working_days), notices.of_duty(duty)
    return steps if notice is None else (Rung(NOW, notice.at), *(rung for rung in steps if rung.at > notice.at))


def of_duty(duty: Duty) -> Reminders:
    """The reminders of a duty: its notice and its ladder."""
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
        reason="" if duty.returned is None else duty.returned.reason,
        is_returned=duty.is_returned,
        act=None if duty.returned is None else (duty.returned.received_ms, duty.returned.event_id),
    )
    notice = notices.of_duty(duty)
    if notice is None:
        return Reminders(matter, rungs(duty))
    told = replace(matter, cause=notice.cause, reason=notice.reason, before=notice.before, act=notice.act)
    return Reminders(matter, rungs(duty), told)


def traced(due_alerts: DueAlerts, traces: Mapping[instants.GivenKey, str]) -> DueAlerts:
    """The same decision. Each alert to raise carries the trace of the act that caused it, if known."""
    return replace(due_alerts, raised=tuple(_traced(alert, traces) for alert in due_alerts.raised))


def _traced(alert: Alert, traces: Mapping[instants.GivenKey, str]) -> Alert:
    act = alert.matter.act
    return alert if act is None or act not in traces else replace(alert, matter=replace(alert.matter, traceparent=traces[act]))


def plan(all_duties: Iterable[Duty]) -> list[Alert]:
    """Every rung of every owed duty, sorted by time, then unit."""
    alerts = [alert for duty in all_duties if duties.owes(duty) for alert in of_duty(duty).alerts]
    return sorted(alerts, key=lambda alert: (alert.rung.at, alert.matter.unit, alert.matter.duty))


def reached(owed: Iterable[Owed], reference: Reference, now: datetime, seen: Set[str]) -> list[Reminders]:
    """The reminders of owed duties whose newest rung so far has no alert in `seen` (ids on the channel `stream`).

    If the alert is in `seen`, the rung is recorded as claimed and not looked up again.
    """
    news = []
    for of_period in owed:
        for alike in of_period.by_steps.values():
            first = next(iter(alike.values())).duty
            come = due.newest(rungs(first), reference.loaded_at.get(first.regime, now), now)
            if come is None:
                continue
            for mark in [mark for mark in alike.values() if mark.claimed != come.name]:
                reminders = of_duty(mark.duty)
                if reminders.id(come) in seen:
                    mark.claimed = come.name
                else:
                    news.append(reminders)
    return news


def decide(candidates: Iterable[Reminders], alerted: Set[str], reference: Reference, now: datetime) -> DueAlerts:
    """Decides which alerts to raise. `alerted` are ids, on the channel `stream`, of alerts that were already raised or passed."""
    raised: list[Alert] = []
    passed: list[Alert] = []
    for reminders in candidates:
        names = {rung.name for rung, alert_id in zip(reminders.rungs, reminders.ids, strict=True) if alert_id in alerted}
        step = due.due_rungs(reminders.rungs, names, reference.loaded_at[reminders.matter.regime], now, reference.working_days)
        raised += [reminders.alert(step.send, now)] if step.send else []
        passed += [reminders.alert(rung, now) for rung in step.passed]
    return DueAlerts(tuple(raised), tuple(passed))


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
    """Whether the unit still owes exactly what the alert is about; for a digest, whether any unit of the group does."""
    matter = alert.matter
    of_period = owed.get((matter.regime, matter.period))
    if of_period is None:
        return False
    if matter.is_digest:
        return of_period.is_group_owing(matter.deadline)
    duty = of_period.duty(matter.duty)
    if duty is None or events.to_text(duty.reminded_of) != events.to_text(matter.deadline):
        return False
    notice = notices.of_duty(duty) if alert.rung.name == NOW else None
    return matter.cause == (duty.cause if notice is None else notice.cause)
