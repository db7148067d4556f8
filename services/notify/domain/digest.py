"""Digests: to whom a group reports is told, once a rung, how the group stands.

A group are the duties of one regime and period with one deadline by rule. The recipient gets one at every rung, the level
above it (whom it acts for, else its parent) from the third overdue step on; nobody else. Source: design, section 5, "Alerts".
"""

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from services.notify.domain import contacts, duties
from services.notify.domain.alerts import DIGEST, Alert, digest_of
from services.notify.domain.duties import REPORT, Duty
from services.notify.domain.owing import Owing
from services.notify.domain.series import Series
from shared.wire import published
from shared.words import ladder, numbers
from shared.words.ladder import Rung
from shared.words.reference import Reference
from shared.words.regimes import Ladder, Regime
from shared.words.units import Unit

CODES: Final = published.DIGEST_CODES
FIRST_ABOVE: Final = 3  # the overdue step from which the level above is told


@dataclass(frozen=True, slots=True)
class Standing:
    """How a group stands: its duties by what became of them."""

    expected: int
    received: int
    confirmers: int
    missing: tuple[Duty, ...]
    late: tuple[Duty, ...]
    unconfirmed: tuple[Duty, ...]

    @property
    def rate(self) -> str | None:
        """Percent of expected reports received; None when no report is expected."""
        found = numbers.percent(self.received, self.expected)
        return None if found is None else str(found)

    @property
    def without_contact(self) -> list[str]:
        """The codes of those who owe and cannot be reached."""
        return sorted({duty.unit.code for duty in (*self.missing, *self.unconfirmed) if not contacts.is_reachable(duty.unit)})

    def as_data(self) -> dict[str, object]:
        """The figures of the event: counts of all, codes of the first."""
        return {
            "expected": self.expected,
            "received": self.received,
            "late": len(self.late),
            "rate": self.rate,
            "confirmers": self.confirmers,
            "confirmed": self.confirmers - len(self.unconfirmed),
            "missing": [duty.unit.code for duty in self.missing[:CODES]],
            "late_units": [duty.unit.code for duty in self.late[:CODES]],
            "unconfirmed": [duty.unit.code for duty in self.unconfirmed[:CODES]],
            "without_contact": self.without_contact[:CODES],
        }


def standing(found: Iterable[Duty], deadline: datetime) -> Standing:
    """How the duties stand whose deadline by rule is `deadline`, by unit."""
    group = sorted((duty for duty in found if duty.due == deadline), key=lambda duty: duty.unit.code)
    reports = [duty for duty in group if duty.task == REPORT]
    confirmations = [duty for duty in group if duty.task != REPORT]
    return Standing(
        expected=len(reports),
        received=sum(duty.is_done for duty in reports),
        confirmers=len(confirmations),
        missing=tuple(duty for duty in reports if duties.owes(duty)),
        late=tuple(duty for duty in reports if duty.is_late),
        unconfirmed=tuple(duty for duty in confirmations if duties.owes(duty)),
    )


def reached(owing: Iterable[Owing], reference: Reference, now: datetime, seen: Set[str]) -> list[Series]:
    """The digests of every group in which somebody owes: a ladder for each recipient whose newest rung that has come is not
    among the alerts `seen` (ids, channel `stream`).
    """
    groups: dict[tuple[str, str, datetime], Duty] = {}
    for one in owing:
        firsts = [next(iter(owed.values())) for owed in one.by_group.values()]
        for duty in sorted(firsts, key=lambda duty: duty.task != REPORT):
            groups.setdefault((duty.regime, duty.period, duty.due), duty)
    ladders = [alerts for duty in groups.values() for alerts in _ladders(duty, reference)]
    return [alerts for alerts in ladders if _is_news(alerts, reference.loaded_at, now, seen)]


def _is_news(alerts: Series, loaded_at: Mapping[str, datetime], now: datetime, seen: Set[str]) -> bool:
    come = alerts.newest(now)
    return come is not None and come.at >= loaded_at.get(alerts.about.regime, now) and alerts.id(come) not in seen


def _ladders(duty: Duty, reference: Reference) -> list[Series]:
    """Every digest of a duty's group, by recipient."""
    rungs = ladder.rungs(duty.due, duty.ladder, duty.working_days)
    late = _names_for_above(duty.ladder)
    recipient, above = recipients(reference, reference.regimes[duty.regime], duty.period)
    told = [(recipient, rungs), (above, tuple(rung for rung in rungs if rung.name in late))]
    return [_series(duty, unit, own) for unit, own in told if unit is not None and own]


def _names_for_above(steps: Ladder) -> set[str]:
    return {f"after-{days}" for days in sorted(steps.after_days)[FIRST_ABOVE - 1 :]}


def recipients(reference: Reference, regime: Regime, period_code: str) -> tuple[Unit | None, Unit | None]:
    """To whom a regime's reporters report, and the level above it; None where there is none at the cut-off."""
    period = regime.period(period_code)
    if period is None:
        return None, None
    tree = reference.registry.at(period.cut_off)
    recipient = tree.by_code.get(regime.recipient)
    if recipient is None:
        return None, None
    parent = tree.by_id.get(recipient.parent or "")
    above = tree.by_code.get(regime.on_behalf_of) if regime.on_behalf_of else parent
    return recipient, None if above == recipient else above


def _series(duty: Duty, recipient: Unit, rungs: tuple[Rung, ...]) -> Series:
    about = Alert(
        duty=digest_of(duty.regime, duty.period),
        task=DIGEST,
        regime=duty.regime,
        period=duty.period,
        unit_id=recipient.id,
        unit=recipient.code,
        unit_name=recipient.name,
        cause=duty.task,
        rung="",
        at=duty.due,
        deadline=duty.due,
        has_mail=bool(contacts.addresses(recipient)),
    )
    return Series(about, rungs)
