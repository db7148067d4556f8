"""The content of an alert: the addressee, the regime, the recipient of the reports, and the progress of a group of duties."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from services.notify.domain import digest
from services.notify.domain.alerts import Alert, Handed, Lease
from services.notify.domain.book import Book
from services.notify.domain.digest import Tally
from shared.words import periods
from shared.words.reference import Reference
from shared.words.regimes import Regime
from shared.words.units import Unit


@dataclass(frozen=True, slots=True)
class Content:
    """One alert with everything that a channel may write about it, as of `now`. `unit` is the unit that it goes to, `of` the unit that has
    the duty: another one if that has ended. `tally` is the digest's group; None for a reminder. `by` is the unit that entered a report,
    undid a confirmation or asks, if it is news of that and the unit is known.

    `handed` are the mails that earlier attempts delivered.
    """

    alert: Alert
    unit: Unit
    of: Unit
    regime: Regime
    recipient: Unit | None
    now: datetime
    tally: Tally | None
    handed: Handed
    by: Unit | None = None

    @property
    def is_to_heir(self) -> bool:
        """Whether the alert goes to a unit that acts for the one that has the duty."""
        return self.unit.id != self.of.id


def of(leases: Iterable[Lease], reference: Reference, book: Book, at: datetime) -> list[Content]:
    """The contents of alerts at the instant `at`, or at the time for which an alert was raised if that is later."""
    recipients: dict[tuple[str, str], Unit | None] = {}
    contents = []
    for lease in leases:
        alert = lease.alert
        matter, now = alert.matter, max(at, alert.raised_at)
        regime, pair = reference.regimes[matter.regime], (matter.regime, matter.period)
        if pair not in recipients:
            recipient, _ = digest.recipients(reference, regime.id, matter.period)
            recipients[pair] = recipient and reference.registry.acting(recipient.id, periods.local_day(now))
        tally = digest.tally(*book.of_group(*pair, matter.deadline), reference.registry, now) if matter.is_digest else None
        unit, of_duty = addressee(reference, alert.unit_id, now), addressee(reference, matter.unit_id, now)
        by = reference.registry.row(matter.by, periods.local_day(now)) if matter.by else None
        contents.append(Content(alert, unit, of_duty, regime, recipients[pair], now, tally, lease.handed, by))
    return contents


def addressee(reference: Reference, unit_id: str, at: datetime) -> Unit:
    """The row of the unit with an id at an instant."""
    unit = reference.registry.row(unit_id, periods.local_day(at))
    if unit is None:
        raise LookupError(unit_id)  # units are never removed
    return unit
