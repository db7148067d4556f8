"""Series: the alerts of one ladder to one unit, and which of them a tick has to look at."""

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property

from services.notify.domain import contacts, duties
from services.notify.domain.alerts import NOT_RAISED, STREAM, Alert
from services.notify.domain.duties import Duty
from services.notify.domain.notices import NOW
from services.notify.domain.owing import Owing
from shared.words import ladder
from shared.words.ladder import Rung


@dataclass(frozen=True)
class Series:
    """The alerts of one ladder to one unit, made when they are wanted: of a whole ladder a tick wants the newest. `about` is the
    alert of no rung yet, `notice` that of the rung `now`, which is the first when there is one.
    """

    about: Alert
    rungs: tuple[Rung, ...]
    notice: Alert | None = None

    @cached_property
    def ids(self) -> list[str]:
        """The ids on the channel `stream`, by rung."""
        told = [] if self.notice is None else [self.notice.id(STREAM)]
        return told + self.about.ids([rung.name for rung in self.rungs[len(told) :]], STREAM)

    def id(self, rung: Rung) -> str:
        """The id at one rung on the channel `stream`."""
        return self._about(rung).ids([rung.name], STREAM)[0]

    @property
    def all(self) -> list[Alert]:
        """Every rung, past ones too, oldest first."""
        return [self.alert(rung) for rung in self.rungs]

    def alert(self, rung: Rung, raised_at: datetime = NOT_RAISED) -> Alert:
        return replace(self._about(rung), rung=rung.name, at=rung.at, raised_at=raised_at)

    def newest(self, now: datetime) -> Rung | None:
        """The newest rung that has come."""
        return newest(self.rungs, now)

    def _about(self, rung: Rung) -> Alert:
        return self.notice if self.notice is not None and rung.name == NOW else self.about


def newest(rungs: Sequence[Rung], now: datetime) -> Rung | None:
    return next((rung for rung in reversed(rungs) if rung.at <= now), None)


def rungs(duty: Duty) -> tuple[Rung, ...]:
    """The rungs of a duty: its notice, if it has one, then those of its ladder that come after it."""
    steps, notice = ladder.rungs(duty.reminded_of, duty.ladder, duty.working_days), duty.notice
    if notice is None:
        return steps
    at = notice.at(duty.working_days)
    return (Rung(NOW, at), *(rung for rung in steps if rung.at > at))


def of_duty(duty: Duty) -> Series:
    """The alerts of a duty: its notice and its ladder."""
    about = Alert(
        duty=duty.id,
        task=duty.task,
        regime=duty.regime,
        period=duty.period,
        unit_id=duty.unit.id,
        unit=duty.unit.code,
        unit_name=duty.unit.name,
        cause=duty.cause,
        rung="",
        at=duty.reminded_of,
        deadline=duty.reminded_of,
        reason=duty.progress.returned.reason if duty.is_returned and duty.progress.returned else "",
        is_returned=duty.is_returned,
        has_mail=bool(contacts.addresses(duty.unit)),
    )
    notice = duty.notice
    if notice is None:
        return Series(about, rungs(duty))
    told = replace(about, cause=notice.cause, rung=NOW, at=notice.at(duty.working_days), reason=notice.reason, before=notice.before)
    return Series(about, rungs(duty), told)


def plan(owed: Iterable[Duty]) -> list[Alert]:
    """Every rung of every duty that is owed, by time, then unit."""
    found = [alert for duty in owed if duties.owes(duty) for alert in of_duty(duty).all]
    return sorted(found, key=lambda alert: (alert.at, alert.unit, alert.duty))


def reached(owing: Iterable[Owing], loaded_at: Mapping[str, datetime], now: datetime, seen: Set[str]) -> list[Series]:
    """The ladders of what is owed whose newest rung that has come is not among the alerts `seen` (ids, channel `stream`). What is
    found there is noted as told, and not looked for again.
    """
    found = []
    for one in owing:
        for owed in one.by_steps.values():
            first = next(iter(owed.values())).duty
            come = newest(rungs(first), now)
            if come is None or come.at < loaded_at.get(first.regime, now):
                continue
            for told in [told for told in owed.values() if told.rung != come.name]:
                alerts = of_duty(told.duty)
                if alerts.id(come) in seen:
                    told.rung = come.name
                else:
                    found.append(alerts)
    return found
