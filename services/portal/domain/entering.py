"""In whose name a person sends a report: an officer for the own unit, the heir's officer for a unit that has ended, or a reviewer of a unit
that may enter the report on behalf (nhập thay).

Ingest judges the event again when it is received; here is decided what the person is offered. Source: design, section 4, "Events"; ADR
0068.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from services.portal.domain.address import Address
from shared.words import forms, grants, on_behalf
from shared.words.forms import Asked
from shared.words.principals import PersonPrincipal, Principal
from shared.words.reference import Reference
from shared.words.scope import Scope
from shared.words.units import Registry


@dataclass(frozen=True, slots=True)
class Entering:
    """Who sends the report of a unit."""

    sender: str
    """The id of the unit that sends: the reporting unit itself, or its heir."""
    as_successor: bool
    """The unit has ended, and its heir sends."""
    entered_by: str | None
    """The id of the other unit for which the person enters the report; None if the person acts for the sender."""


@dataclass(frozen=True, slots=True)
class Person:
    """What a person may do today, by the ids of units."""

    officer_at: Sequence[str]
    reviewer_at: Sequence[str]
    approver_at: Sequence[str] = ()
    """Where the person, as an officer, approves what others have written."""

    @classmethod
    def of(cls, principal: PersonPrincipal, registry: Registry, today: date) -> "Person":
        held = grants.effective(principal.grants, registry, today)
        officer, reviewer = ([grant.unit for grant in held if grant.role == role and grant.unit] for role in ("officer", "reviewer"))
        return cls(officer, reviewer, grants.approves_at(held, registry, today))

    @classmethod
    def of_principal(cls, principal: Principal | None, scope: Scope) -> "Person | None":
        """What a person may do on the day of a scope; None for programs."""
        return cls.of(principal, scope.reference.registry, scope.today) if isinstance(principal, PersonPrincipal) else None


def entering(person: Person, asked: Asked) -> Entering | None:
    """In whose name a person sends the report that is asked for; None if the person may not."""
    sender = asked.sender
    if sender is None:
        return None
    if sender.id in person.officer_at:
        return Entering(sender.id, asked.is_ended, None)
    registry = asked.reference.registry
    for unit_id in person.reviewer_at:
        if unit_id != sender.id and on_behalf.may_enter(registry, asked.setting, asked.unit, unit_id, asked.day, asked.setting.recipient):
            return Entering(sender.id, asked.is_ended, unit_id)
    return None


def entering_at(person: Person, reference: Reference, regime: str, period: str, unit_id: str, today: date) -> Entering | None:
    """As `entering`, for a unit in a period of a regime; None also if the unit is asked for nothing there."""
    if not (person.officer_at or person.reviewer_at):
        return None
    asked = forms.find(reference, regime, period, unit_id, today)
    return entering(person, asked) if isinstance(asked, Asked) else None


def of_principal(principal: Principal | None, at: Address, scope: Scope) -> Entering | None:
    """In whose name whoever asks sends the report of an address; None for programs, and for an early block."""
    person = Person.of_principal(principal, scope)
    if person is None or at.early is not None:
        return None
    return entering_at(person, scope.reference, at.regime.id, at.period.code, at.unit.id, scope.today)
