"""Digests: at every rung, the recipient of a group's reports is informed about the group's progress.

A group is all duties of one regime and period that have the same deadline before extensions. The recipient gets a digest at every rung.
From the third overdue step on, the level above the recipient (the unit for which it acts, otherwise its parent) gets one too. Source:
design, section 5, "Alerts".
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from services.notify.domain import due, duties, reach
from services.notify.domain.alerts import DIGEST, Matter
from services.notify.domain.duties import REPORT, Duty
from services.notify.domain.owed import Owed
from services.notify.domain.reminders import Candidate, Reminders
from services.notify.domain.watch import Watch
from shared.words import ladder, numbers
from shared.words.ladder import Steps
from shared.words.reference import Reference
from shared.words.units import Unit

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
        """The codes of the units that still owe and cannot be reached."""
        return sorted({duty.unit.code for duty in (*self.missing, *self.unconfirmed) if not reach.is_reachable(duty.unit)})


def tally(of_group: Iterable[Duty], in_time: int = 0) -> Tally:
    """The tally of the duties of a group, and of so many more reports that were received in time; the units are sorted."""
    group = sorted(of_group, key=lambda duty: duty.unit.code)
    reports = [duty for duty in group if duty.task == REPORT]
    confirmations = [duty for duty in group if duty.task != REPORT]
    return Tally(
        expected=len(reports) + in_time,
        received=sum(duty.is_done for duty in reports) + in_time,
        confirmers=len(confirmations),
        missing=tuple(duty for duty in reports if duties.owes(duty)),
        late=tuple(duty for duty in reports if duty.is_late),
        unconfirmed=tuple(duty for duty in confirmations if duties.owes(duty)),
    )


def reached(owed: Iterable[Owed], reference: Reference, now: datetime) -> list[Candidate]:
    """The digests of groups in which a unit owes, for each recipient whose newest rung so far may go out at `now` and is not known to be
    claimed.
    """
    news: list[Candidate] = []
    for of_period in owed:
        loaded_at = reference.loaded_at.get(of_period.regime, now)
        for deadline in dict.fromkeys(deadline for deadline, _ in of_period.by_group):
            if deadline not in of_period.digests:
                of_period.digests[deadline] = _watches(of_period.first(deadline), reference)
            for watch in of_period.digests[deadline]:
                come = watch.look(loaded_at, now)
                if come is not None and watch.open and due.may_go_out(come, now, reference.working_days):
                    duty = of_period.first(deadline)
                    news += [Candidate(Reminders(_matter(duty, look.member), watch.rungs), look) for look in watch.looks(come)]
    return news


def _watches(duty: Duty, reference: Reference) -> list[Watch[Unit]]:
    """The watches of the digests about a duty's group, one for each unit that gets them."""
    rungs = ladder.rungs(duty.due, duty.ladder, duty.working_days)
    late = _names_for_above(duty.ladder)
    recipient, above = recipients(reference, duty.regime, duty.period)
    by_unit = [(recipient, rungs), (above, tuple(rung for rung in rungs if rung.name in late))]
    return [Watch(own, {unit.code: unit}) for unit, own in by_unit if unit is not None and own]


def _names_for_above(steps: Steps) -> set[str]:
    return {f"after-{days}" for days in sorted(steps.after_days)[FIRST_ABOVE - 1 :]}


def recipients(reference: Reference, regime_id: str, period_code: str) -> tuple[Unit | None, Unit | None]:
    """The recipient of a regime's reports, and the level above it. Either is None if it does not exist on the reference day."""
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
