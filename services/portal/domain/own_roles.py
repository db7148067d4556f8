"""A person's roles, as the account page lists them."""

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from shared.words.principals import ROLES, Grant
from shared.words.units import Registry


class OwnRole(NamedTuple):
    """One role: its Vietnamese name, the unit's name ("" for an operator), its days, and whether it holds."""

    name: str
    unit: str
    begins: date
    ends: date | None
    state: str


def listed(grants: Iterable[Grant], registry: Registry, day: date) -> list[OwnRole]:
    """All roles: those that hold first, then those to come, then past and revoked ones."""
    ordered = sorted(grants, key=lambda grant: (_order(grant, day), grant.begins, grant.role, grant.unit or "", grant.id))
    return [OwnRole(_name(grant), _unit(grant, registry), grant.begins, grant.ends, _state(grant, day)) for grant in ordered]


def _name(grant: Grant) -> str:
    return ROLES[grant.role] + (", duyệt gửi" if grant.is_approver else "")


def _unit(grant: Grant, registry: Registry) -> str:
    rows = registry.ids.get(grant.unit or "", ())
    return rows[-1].name if rows else grant.unit or ""


def _order(grant: Grant, day: date) -> int:
    return 0 if grant.holds(day) else 1 if not grant.is_revoked and day < grant.begins else 2


def _state(grant: Grant, day: date) -> str:
    if grant.is_revoked:
        return "đã thu hồi"
    return "đang hiệu lực" if grant.holds(day) else "chưa đến ngày" if day < grant.begins else "đã hết hiệu lực"
