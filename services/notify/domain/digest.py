"""Digests: at every rung, the recipient of a group's reports is informed about the group's progress.

A group is all duties of one regime and period that have the same deadline before extensions. The recipient gets a digest at every rung.
From the third overdue step on, the level above the recipient (the unit for which it acts, otherwise its parent) gets one too. Source:
design, section 5, "Alerts".
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final

from services.notify.domain import addressing, due, duties, reach, reminders
from services.notify.domain.alerts import DIGEST, Matter
from services.notify.domain.duties import CONFIRM, OFFICIAL, REPORT, Duty
from services.notify.domain.owed import Owed
from services.notify.domain.reminders import Candidate, Reminders
from services.notify.domain.watch import Watch
from shared.words import ladder, numbers, periods
from shared.words.ladder import Steps
from shared.words.reference import Reference
from shared.words.units import Registry, Unit

FIRST_ABOVE: Final = 3  # the level above gets digests from this overdue step on


@dataclass(frozen=True, slots=True)
class Tally:
    """The progress of a group: its duties, sorted by state."""

    expected: int
    received: int
    confirmers: int
    missing: tuple[Duty, ...]
    late: tuple[Duty, ...]
    unconfirmed: tuple[Duty, ...]
    estimators: int = 0
    """Units that sent estimates, which official figures must replace by this deadline."""
    official: int = 0
    """How many of them have replaced their estimates."""
    estimated: tuple[Duty, ...] = ()
    """Those whose report counts and still has estimates."""
    acting: Mapping[str, Unit | None] = field(default_factory=dict)
    """The unit that acts for each unit of the group, by id; None if nobody does. A unit that is left out acts for itself."""

    @property
    def rate(self) -> str | None:
        """Percentage of expected reports that were received; None if no report is expected."""
        percent = numbers.percent(self.received, self.expected)
        return None if percent is None else str(percent)

    @property
    def confirmed(self) -> int:
        return self.confirmers - len(self.unconfirmed)

    @property
    def without_contact(self) -> list[str]:
        """The codes of the units that still owe and that cannot be reached, nor the units that act for them."""
        acting = ((duty.unit.code, self.acting_for(duty)) for duty in self.owing)
        return sorted({code for code, unit in acting if unit is not None and not reach.is_reachable(unit)})

    @property
    def without_heir(self) -> list[Duty]:
        """The duties that are owed by units that have ended and for which no heir is declared: nobody is reminded of them."""
        return [duty for duty in self.owing if self.acting_for(duty) is None]

    @property
    def owing(self) -> tuple[Duty, ...]:
        """The duties that are owed."""
        return (*self.missing, *self.unconfirmed, *self.estimated)

    def acting_for(self, duty: Duty) -> Unit | None:
        """Who acts for the unit of a duty; None if nobody does."""
        return self.acting.get(duty.unit.id, duty.unit)


def tally(of_group: Iterable[Duty], in_time: int = 0, registry: Registry | None = None, at: datetime | None = None) -> Tally:
    """The tally of the duties of a group, and of so many more reports that were received in time; the units are sorted. `registry` says
    which units act for them at the instant `at`; without it, each unit acts for itself.
    """
    group = sorted(of_group, key=lambda duty: duty.unit.code)
    reports = [duty for duty in group if duty.task == REPORT]
    confirmations = [duty for duty in group if duty.task == CONFIRM]
    officials = [duty for duty in group if duty.task == OFFICIAL]
    return Tally(
        expected=len(reports) + in_time,
        received=sum(duty.is_done for duty in reports) + in_time,
        confirmers=len(confirmations),
        missing=tuple(duty for duty in reports if duties.owes(duty)),
        late=tuple(duty for duty in reports if duty.is_late),
        unconfirmed=tuple(duty for duty in confirmations if duties.owes(duty)),
        estimators=len(officials),
        official=sum(duty.is_done for duty in officials),
        estimated=tuple(duty for duty in officials if duties.is_reminded(duty)),
        acting={} if registry is None or at is None else _acting(group, registry, periods.local_day(at)),
    )


def _acting(group: Iterable[Duty], registry: Registry, day: date) -> dict[str, Unit | None]:
    return {duty.unit.id: addressing.answers(registry, duty.unit, day) for duty in group}


def reached(owed: Iterable[Owed], reference: Reference, now: datetime) -> list[Candidate]:
    """The digests of groups in which a unit owes, for each recipient whose newest rung so far may go out at `now` and is not known to be
    claimed.
    """
    news: list[Candidate] = []
    registry, day = reference.registry, periods.local_day(now)
    for of_period in owed:
        since = of_period.since(reference, now)
        for deadline in dict.fromkeys(deadline for deadline, _ in of_period.by_group):
            if deadline not in of_period.digests:
                of_period.digests[deadline] = _watches(of_period.first(deadline), reference)
            for watch in _to_different_units(of_period.digests[deadline], registry, day):
                come = watch.look(since, now)
                if come is not None and watch.open and due.may_go_out(come, now, reference.working_days):
                    looks = ((Reminders(_matter(of_period.first(deadline), look.member), watch.rungs), look) for look in watch.looks(come))
                    found = (reminders.candidate(about, look, registry, since, day) for about, look in looks)
                    news += filter(None, found)
    return news


def _to_different_units(watches: Iterable[Watch[Unit]], registry: Registry, day: date) -> Iterator[Watch[Unit]]:
    """The watches, without that of the level above if one unit acts for it and for the recipient: it gets the recipient's digest."""
    informed: set[str] = set()
    for watch in watches:
        acting = {unit.id for member in watch.members.values() if (unit := registry.acting(member.id, day)) is not None}
        if informed.isdisjoint(acting):
            yield watch
        informed |= acting


def _watches(duty: Duty, reference: Reference) -> list[Watch[Unit]]:
    """The watches of the digests about a duty's group, one for each unit that gets them."""
    rungs = ladder.rungs(duty.due, duty.ladder, duty.working_days)
    late = _names_for_above(duty.ladder)
    recipient, above = recipients(reference, duty.regime, duty.period)
    by_unit = [(recipient, rungs), (above, tuple(rung for rung in rungs if rung.name in late))]
    return [Watch(own, {unit.id: unit}) for unit, own in by_unit if unit is not None and own]


def _names_for_above(steps: Steps) -> set[str]:
    return {f"after-{days}" for days in sorted(steps.after_days)[FIRST_ABOVE - 1 :]}


def recipients(reference: Reference, regime_id: str, period_code: str) -> tuple[Unit | None, Unit | None]:
    """The recipient of a regime's reports, and the level above it, as they are on the reference day. Either is None if it does not exist on
    that day. Digests go to whoever acts for them on the day of the rung.
    """
    setting = reference.setting(regime_id, period_code)
    recipient = None if setting is None else setting.recipient
    if setting is None or recipient is None:
        return None, None
    parent = setting.tree.by_id.get(recipient.parent or "")
    above = setting.tree.by_code.get(setting.regime.on_behalf_of) if setting.regime.on_behalf_of else parent
    return recipient, None if above == recipient else above


def _matter(duty: Duty, recipient: Unit) -> Matter:
    return Matter(
        duty=f"{DIGEST}/{duty.regime}/{duty.period}",
        task=DIGEST,
        regime=duty.regime,
        period=duty.period,
        unit_id=recipient.id,
        unit=recipient.code,
        unit_name=recipient.name,
        cause=duty.task,
        deadline=duty.due,
    )
