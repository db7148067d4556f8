"""Alerts: one rung of one duty's ladder, once per channel; and of a group's ladder, to whom the group reports (a digest).

An alert's id is `<duty>/<cause>/<deadline>/<rung>/<channel>`: a return, an extension or a moved deadline starts a ladder of
its own. A digest's is `digest/<regime>/<period>/<group deadline>/<rung>/<recipient>/<channel>`. Source: design, section 5.
"""

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final, Literal

import orjson

from services.notify.domain import duties, ladder
from services.notify.domain.duties import Duty, Task
from services.notify.domain.ladder import Rung
from shared import events, periods

STREAM: Final = "stream"
EMAIL: Final = "email"
# what becomes of an alert on one channel
RAISED: Final = "raised"
PUBLISHED: Final = "published"
SENT: Final = "sent"
REFUSED: Final = "refused"  # the mail server takes no mail for any of the unit's addresses
PASSED: Final = "passed"

DIGEST: Final = "digest"
NOT_RAISED: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Alert:
    """One rung as it goes to one unit. `step` is the rung's number in its ladder, from 1; `reason` that of a return.

    `mailed` are the ids of the mails that were handed over already. Of a digest `duty` names the regime and period, `unit` is the
    recipient, `deadline` the group's.
    """

    duty: str
    task: Task | Literal["digest"]
    regime: str
    period: str
    unit_id: str
    unit: str
    unit_name: str
    cause: str
    rung: str
    step: int
    at: datetime
    deadline: datetime
    reason: str = ""
    has_mail: bool = False
    raised_at: datetime = NOT_RAISED
    mailed: frozenset[str] = frozenset()

    @property
    def is_digest(self) -> bool:
        return self.task == DIGEST

    @property
    def ladder_id(self) -> str:
        cause = "" if self.is_digest else f"/{self.cause}"
        return f"{self.duty}{cause}/{events.to_text(self.deadline)}"

    def id(self, channel: str) -> str:
        recipient = f"/{self.unit}" if self.is_digest else ""
        return f"{self.ladder_id}/{self.rung}{recipient}/{channel}"


@dataclass(frozen=True, slots=True)
class Decision:
    """What a tick does: alerts to raise, and alerts that were missed and overtaken."""

    raised: tuple[Alert, ...]
    passed: tuple[Alert, ...]


@dataclass(frozen=True, slots=True)
class Leftovers:
    """Raised alerts that were not sent yet: to be sent now, or never, because nothing is owed or they are too old."""

    send: tuple[Alert, ...]
    drop: tuple[Alert, ...]


def of_duty(duty: Duty) -> list[Alert]:
    """Every rung of a duty's ladder, past ones too, oldest first."""
    reason = duty.progress.returned.reason if duty.is_returned and duty.progress.returned else ""
    return [
        Alert(
            duty=duty.id,
            task=duty.task,
            regime=duty.regime,
            period=duty.period,
            unit_id=duty.unit.id,
            unit=duty.unit.code,
            unit_name=duty.unit.name,
            cause=duty.cause,
            rung=rung.name,
            step=step,
            at=rung.at,
            deadline=duty.reminded_of,
            reason=reason,
            has_mail=any(contact.email for contact in duty.unit.contacts),
        )
        for step, rung in enumerate(ladder.rungs(duty.reminded_of, duty.ladder), start=1)
    ]


def plan(owed: Iterable[Duty]) -> list[Alert]:
    """Every rung of every duty that is owed, by time, then unit."""
    found = [alert for duty in owed if duties.owes(duty) for alert in of_duty(duty)]
    return sorted(found, key=lambda alert: (alert.at, alert.unit, alert.duty))


def reached(owed: Iterable[Duty], loaded_at: Mapping[str, datetime], now: datetime, seen: Set[str]) -> list[list[Alert]]:
    """The ladders of what is owed whose newest rung that has come is not among the alerts `seen` (ids, channel `stream`)."""
    found = []
    for duty in owed:
        come = [rung for rung in ladder.rungs(duty.reminded_of, duty.ladder) if rung.at <= now]
        if come and come[-1].at >= loaded_at.get(duty.regime, now) and duties.owes(duty):
            alerts = of_duty(duty)
            if alerts[len(come) - 1].id(STREAM) not in seen:
                found.append(alerts)
    return found


def digest_of(regime: str, period: str) -> str:
    """What stands in a digest for the duty."""
    return f"{DIGEST}/{regime}/{period}"


def decide(ladders: Iterable[Sequence[Alert]], alerted: Set[str], loaded_at: Mapping[str, datetime], now: datetime) -> Decision:
    """What to raise of some ladders. `alerted` are the ids, on the channel `stream`, of what was raised or passed before."""
    raised: list[Alert] = []
    passed: list[Alert] = []
    for alerts in ladders:
        by_name = {alert.rung: replace(alert, raised_at=now) for alert in alerts}
        names = {alert.rung for alert in alerts if alert.id(STREAM) in alerted}
        rungs = [Rung(alert.rung, alert.at) for alert in alerts]
        due = ladder.due_rungs(rungs, names, loaded_at[alerts[0].regime], now)
        raised += [by_name[due.send.name]] if due.send else []
        passed += [by_name[rung.name] for rung in due.passed]
    return Decision(tuple(raised), tuple(passed))


def horizon(unsent: Iterable[Alert], now: datetime) -> datetime:
    """The latest time at which one of some alerts was raised, or `now`: an alert may be raised for a time to come."""
    return max([now, *(alert.raised_at for alert in unsent)])


def sort_out(unsent: Sequence[Alert], owed: Iterable[Duty], now: datetime) -> Leftovers:
    """What becomes of raised alerts that were not sent. Nobody is alerted who owes nothing any more, and nothing goes out on
    a day off. Each is judged at `now` or at the time it was raised for, whichever is later.
    """
    if not unsent:
        return Leftovers((), ())
    owing = [duty for duty in owed if duties.owes(duty)]
    alive = {f"{duty.id}/{duty.cause}/{events.to_text(duty.reminded_of)}" for duty in owing}
    alive |= {f"{digest_of(duty.regime, duty.period)}/{events.to_text(duty.due)}" for duty in owing}
    send: list[Alert] = []
    drop: list[Alert] = []
    for alert in unsent:
        at = max(now, alert.raised_at)
        if alert.ladder_id not in alive or ladder.is_too_old(alert.at, at):
            drop.append(alert)
        elif ladder.may_go_out(alert.at, at):
            send.append(alert)
    return Leftovers(tuple(send), tuple(drop))


def entry(alert: Alert) -> dict[str, str]:
    """The alert as commands answer it: times in Vietnam, with their offset."""
    return {
        "unit": alert.unit,
        "regime": alert.regime,
        "period": alert.period,
        "rung": alert.rung,
        "at": alert.at.astimezone(periods.VIETNAM).isoformat(),
        "deadline": alert.deadline.astimezone(periods.VIETNAM).isoformat(),
    }


def cloud_event(alert: Alert, digest: Mapping[str, object] | None = None) -> bytes:
    """The alert as it is published to the stream ALERTS; a digest with its figures."""
    event = {
        "specversion": "1.0",
        "id": alert.id(STREAM),
        "source": "/services/notify",
        "type": events.ALERT_RAISED,
        "time": events.to_text(alert.raised_at),
        "datacontenttype": "application/json",
        "data": {**entry(alert), "cause": alert.cause, **({"digest": digest} if digest is not None else {})},
    }
    return orjson.dumps(event)
