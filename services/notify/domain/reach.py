"""How a unit can be reached, by which channels an alert was sent to it, and why no mail was sent.

Only contacts with visible and valid content count.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from services.notify.domain.alerts import DELIVERED, EMAIL, PASSED, RAISED, REFUSED, SENT, Alert
from shared.words import mailboxes, texts
from shared.words.units import Unit

# reasons why there was no mail
NO_CONTACT: Final = "no_contact"
NO_ADDRESS: Final = "no_address"
WAITING: Final = "waiting"
NOT_NEEDED: Final = "not_needed"
REASONS: Final = (NO_CONTACT, NO_ADDRESS, REFUSED, WAITING, NOT_NEEDED)
BY_STATE: Final = {RAISED: WAITING, REFUSED: REFUSED, PASSED: NOT_NEEDED}

StoredOutcomes = Mapping[str, tuple[str, int]]
"""By an alert's id on a channel: the alert's state, and how many addresses were refused."""


@dataclass(frozen=True, slots=True)
class Reach:
    """The channels by which an alert was sent to its unit. `unreached` says why no mail was sent ("" if one was); `refused` counts the
    addresses of the unit that the mail server refused.
    """

    alert: Alert
    channels: tuple[str, ...]
    unreached: str
    refused: int = 0


def addresses(unit: Unit) -> list[str]:
    """The mail addresses of a unit, each once."""
    return sorted({contact.email for contact in unit.contacts if mailboxes.is_address(contact.email)})


def phones(unit: Unit) -> list[tuple[str, str]]:
    """Name (may be empty) and telephone of each contact that has a telephone."""
    return [(texts.one_line(contact.name), phone) for contact in unit.contacts if (phone := texts.one_line(contact.phone))]


def is_reachable(unit: Unit) -> bool:
    """Whether the unit has a telephone or a mail address."""
    return bool(addresses(unit) or phones(unit))


def of_raised(alert: Alert, unit: Unit, outcomes: StoredOutcomes, channels: Sequence[str]) -> Reach:
    """The reach of an alert that was raised, from its outcome on each channel."""
    states = {channel: outcomes.get(alert.id(channel), ("", 0)) for channel in channels}
    mailed, refused = states.get(EMAIL, ("", 0))
    unreached = "" if mailed == SENT else BY_STATE.get(mailed) or _why_no_mail(unit) or NO_ADDRESS
    return Reach(alert, tuple(channel for channel, (state, _) in states.items() if state in DELIVERED), unreached, refused)


def expected(alert: Alert, unit: Unit, channels: Sequence[str]) -> Reach:
    """The reach that an alert would have if it were sent now."""
    return Reach(alert, tuple(channels), _why_no_mail(unit))


def unreached(reaches: Sequence[Reach]) -> dict[str, list[str]]:
    """The ids of the units to which no mail was sent, by reason."""
    by_reason = ((why, sorted({reach.alert.unit_id for reach in reaches if reach.unreached == why})) for why in REASONS)
    return {why: codes for why, codes in by_reason if codes}


def _why_no_mail(unit: Unit) -> str:
    if addresses(unit):
        return ""
    return NO_ADDRESS if is_reachable(unit) else NO_CONTACT
