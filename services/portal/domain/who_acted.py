"""Who is told the name of a person who acted: colleagues in the unit in whose name it was done, and the recipient of the reports. Pure.

Readers above or elsewhere are told the unit and that an officer of it acted. Operators of the machine are never named. Source: ADR 0086.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from services.portal.domain import acting_rights
from services.portal.domain.address import Address
from services.portal.domain.entering import Person
from shared.words.principals import Principal
from shared.words.scope import Scope

PERSON: Final = "people/"
OPERATOR: Final = "operator/"
OF_MACHINE: Final = "quản trị hệ thống"
OF_UNIT: Final = "cán bộ của đơn vị"


@dataclass(frozen=True)
class Reader:
    """Who reads a page about an address. `person` is None for programs."""

    person: Person | None
    at: Address
    scope: Scope

    @classmethod
    def of(cls, principal: Principal | None, at: Address, scope: Scope) -> "Reader":
        return cls(Person.of_principal(principal, scope), at, scope)

    @cached_property
    def _receives(self) -> bool:
        reviewer_at = () if self.person is None else tuple(self.person.reviewer_at)
        return acting_rights.receiving(self.scope.reference, self.at.setting, self.scope.today, reviewer_at) is not None

    def is_told(self, unit_id: str) -> bool:
        """Whether the reader is told who acted in the name of a unit."""
        if self.person is None:
            return False
        mine, registry = (*self.person.officer_at, *self.person.reviewer_at), self.scope.reference.registry
        return self._receives or any(registry.acts_for(one, unit_id, self.scope.today) for one in mine)

    def words(self, actor: str, unit_id: str, names: Mapping[str, str]) -> str:
        """Who acted, as the reader is told; "" if no person did, or one who is not known any more. `names` are people's names by id."""
        if actor.startswith(OPERATOR):
            return OF_MACHINE
        if not actor.startswith(PERSON):
            return ""
        return names.get(actor.removeprefix(PERSON), "") if self.is_told(unit_id) else OF_UNIT
