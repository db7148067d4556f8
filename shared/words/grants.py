"""Which roles of a person hold on a day."""

from collections.abc import Iterable
from datetime import date

from shared.words.principals import Grant
from shared.words.units import Registry


def effective(grants: Iterable[Grant], registry: Registry, day: date) -> list[Grant]:
    """The grants that hold on a day. A role at a unit that has ended, or has not begun, is not valid: none passes to an heir by itself."""
    return [grant for grant in grants if grant.holds(day) and registry.keeps_valid(grant.unit, day)]


def approves_at(grants: Iterable[Grant], registry: Registry, day: date) -> list[str]:
    """The units (ids) whose drafts whoever has these grants approves on a day."""
    return [grant.unit for grant in effective(grants, registry, day) if grant.is_approver and grant.role == "officer" and grant.unit]
