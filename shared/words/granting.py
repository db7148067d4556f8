"""Who may grant a role, and who may change somebody's account.

An operator grants any role to others, none to himself. A reviewer grants `officer` and `viewer` in the subtree of his unit, by today's
tree. Nobody else grants anything. A reviewer changes an account (password, revocation) only if he may grant every role that it has:
otherwise a new password would give him the rights of somebody above him. Source: design, section 1 of the second part; ADR 0053.
"""

from dataclasses import dataclass
from datetime import date
from typing import Final

from shared.words import grants
from shared.words.people import Person
from shared.words.principals import PersonPrincipal, Role
from shared.words.refusals import Refusal, day, refusal
from shared.words.units import Registry

BY_REVIEWERS: Final[frozenset[Role]] = frozenset({"officer", "viewer"})
"""The roles that a reviewer grants."""


@dataclass(frozen=True, slots=True)
class NewGrant:
    """A role that is to be granted: at a unit (an id; None for an operator), from `begins` until the day before `ends`. `is_approver`: the
    officer approves what the unit's other officers have written.
    """

    role: Role
    unit: str | None
    begins: date
    ends: date | None = None
    is_approver: bool = False


@dataclass(frozen=True, slots=True)
class Granter:
    """What somebody may grant on a day. `person` is his id, empty for who works on the machine itself."""

    person: str
    is_operator: bool
    units: frozenset[str] = frozenset()
    """The units (ids) in which a reviewer grants roles."""

    @property
    def is_nobody(self) -> bool:
        """Whether he may grant nothing."""
        return not (self.is_operator or self.units)

    def may_grant(self, role: Role, unit: str | None) -> bool:
        """Whether he may grant a role at a unit to somebody else."""
        return self.is_operator or (role in BY_REVIEWERS and unit in self.units)

    def may_see(self, person: Person) -> bool:
        """Whether he sees an account: a reviewer those who have or had a role in his subtree."""
        return self.is_operator or any(grant.unit in self.units for grant in person.grants)

    def may_change(self, person: Person, today: date) -> bool:
        """Whether he may revoke an account, or give it a new password: that of another person, all of whose roles he may grant."""
        rights = [self.may_grant(grant.role, grant.unit) for grant in person.to_come(today)]
        return person.id != self.person and self.may_see(person) and all(rights)


MACHINE: Final = Granter("", is_operator=True)
"""Who works on the machine itself, with the command line."""


def granter(principal: PersonPrincipal, registry: Registry, today: date) -> Granter:
    """What a person may grant today."""
    held = grants.effective(principal.grants, registry, today)
    tree = registry.at(today)
    tops = [grant.unit for grant in held if grant.role == "reviewer" and grant.unit is not None]
    below = frozenset(unit.id for top in tops for unit in tree.subtree(top))
    return Granter(principal.person, any(grant.role == "operator" for grant in held), below)


def faults(by: Granter, person: str, asked: NewGrant, registry: Registry, today: date) -> list[Refusal]:
    """Why a role is not granted to a person (an id, empty for a new one); empty if it is."""
    if person and person == by.person:
        return [refusal("role.own")]
    if not by.may_grant(asked.role, asked.unit):
        return [refusal("role.not_yours")]
    if asked.is_approver and asked.role != "officer":
        return [refusal("role.approver_is_officer", "approver")]
    return [*unit_faults(asked, registry, today), *_date_faults(asked, today)]


def unit_faults(asked: NewGrant, registry: Registry, today: date) -> list[Refusal]:
    """What is wrong with the unit of a role."""
    if asked.role == "operator":
        return [] if asked.unit is None else [refusal("role.operator_has_no_unit", "unit")]
    if asked.unit is None:
        return [refusal("role.needs_unit", "unit")]
    first = max(asked.begins, today)
    row = registry.row(asked.unit, first)
    if row is None:
        return [refusal("role.unknown_unit", "unit", unit=asked.unit)]
    if row.valid_to is not None and row.valid_to <= first:
        heir = registry.acting(asked.unit, first)
        return [refusal("role.unit_ended", "unit", unit=row.name, day=day(row.valid_to), heir="–" if heir is None else heir.name)]
    return [refusal("role.unit_not_begun", "unit", unit=row.name, day=day(row.valid_from))] if first < row.valid_from else []


def named(name: str, registry: Registry, first: date) -> str:
    """The id of the unit that has a code on a day, else of a unit with this id, else the name itself: unknown."""
    unit = registry.at(first).by_code.get(name)
    return name if unit is None or unit.id in registry.at(first).members else unit.id


def has_already(person: Person, asked: NewGrant) -> bool:
    """Whether the person has this very role at this unit already, for all the days that are asked."""
    return any(
        grant.role == asked.role
        and grant.unit == asked.unit
        and not grant.is_revoked
        and (grant.is_approver or not asked.is_approver)
        and grant.begins <= asked.begins
        and (grant.ends is None or (asked.ends is not None and asked.ends <= grant.ends))
        for grant in person.grants
    )


def _date_faults(asked: NewGrant, today: date) -> list[Refusal]:
    if asked.ends is None or (asked.begins < asked.ends and today < asked.ends):
        return []
    return [refusal("role.ends_too_early", "ends", day=day(asked.ends))]
