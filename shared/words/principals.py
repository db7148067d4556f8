"""Who asks: a unit, a receiver or a person, as a key or a session proves it. What each may read and do is `shared/words/scope.py`.

Identities are bound to unit ids, never to codes: a code that a reform gives to another unit carries no key and no role.
Source: design, section 1 of the second part.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

Role = Literal["officer", "reviewer", "viewer", "operator"]
Right = Literal["send", "read"]

ROLES: Final[dict[Role, str]] = {
    "officer": "cán bộ báo cáo",
    "reviewer": "cán bộ tổng hợp",
    "viewer": "người xem",
    "operator": "quản trị",
}
"""The roles, with their Vietnamese names."""


@dataclass(frozen=True, slots=True)
class Grant:
    """A role at a unit (an id; None for an operator), from the day `begins` until the day before `ends`. `is_approver`: of an officer who
    approves what the unit's other officers have written, and alone sends it.
    """

    id: str
    role: Role
    unit: str | None
    begins: date
    ends: date | None = None
    is_revoked: bool = False
    is_approver: bool = False

    def holds(self, day: date) -> bool:
        return not self.is_revoked and self.begins <= day and (self.ends is None or day < self.ends)


@dataclass(frozen=True, slots=True)
class FeedScope:
    """The feed of one unit at the top (an id), of one regime or of all."""

    top: str
    regime: str | None = None


@dataclass(frozen=True, slots=True)
class UnitPrincipal:
    """A unit's software, by its key."""

    unit: str
    credential: str
    may: frozenset[Right]

    @property
    def actor(self) -> str:
        return f"units/{self.unit}"


@dataclass(frozen=True, slots=True)
class ReceiverPrincipal:
    """A receiver of feeds, by its key."""

    name: str
    credential: str
    feeds: Sequence[FeedScope]

    @property
    def actor(self) -> str:
        return f"receivers/{self.name}"


@dataclass(frozen=True, slots=True)
class PersonPrincipal:
    """A person, by a session. `grants` are all roles; which of them hold depends on the day."""

    person: str
    login: str
    name: str
    grants: Sequence[Grant]
    session: str

    @property
    def actor(self) -> str:
        """As the attribute `actor` of events and the audit log name the person."""
        return f"people/{self.person}"


Principal = UnitPrincipal | ReceiverPrincipal | PersonPrincipal
