"""What is bound to the units that a reform ends: people's roles, keys and NATS credentials. All of it ends with its unit, by itself."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal, NamedTuple

from shared.words.principals import Role


class BoundRole(NamedTuple):
    """A person's role at a unit (an id)."""

    unit: str
    login: str
    name: str
    role: Role


class BoundCredential(NamedTuple):
    """A unit's (an id) key or NATS identity, by the credential's id."""

    unit: str
    id: str
    kind: Literal["http", "nats"]


@dataclass(frozen=True, slots=True)
class Bound:
    """What is bound to units, sorted."""

    roles: tuple[BoundRole, ...] = ()
    credentials: tuple[BoundCredential, ...] = ()

    def to(self, units: Collection[str]) -> "Bound":
        """What is bound to some of the units (ids)."""
        roles = sorted(role for role in self.roles if role.unit in units)
        return Bound(tuple(roles), tuple(sorted(one for one in self.credentials if one.unit in units)))


NOTHING = Bound()
