"""People and their roles as the command line prints them."""

from datetime import date, timedelta
from typing import Final, TypedDict

from shared.words import grants, vietnamese
from shared.words.moving import Draft
from shared.words.people import Person
from shared.words.principals import ROLES, Grant, Role
from shared.words.units import Registry, Unit

ONE_DAY: Final = timedelta(days=1)


RoleEntry = TypedDict(
    "RoleEntry",
    {
        "role": Role,
        "unit": str | None,
        "unit_id": str | None,
        "unit_name": str | None,
        "from": str,
        "until": str | None,
        "approver": bool,
        "revoked": bool,
        "holds": bool,
    },
)
"""A role as `--json` prints it. `from` and `until` are its first and last days; `holds`: whether it is effective today."""


class PersonEntry(TypedDict):
    """A person as `--json` prints him, without anything secret."""

    id: str
    login: str
    name: str
    email: str
    roles: list[RoleEntry]
    revoked: bool
    must_change_password: bool
    totp: bool
    bound: bool
    created_at: str


class UnitEntry(TypedDict):
    """A unit as `--json` prints it."""

    id: str
    code: str
    name: str


class DraftEntry(TypedDict):
    """A role that ends with a reform, with its heirs, as `--json` prints it. `until` is its last day."""

    login: str
    name: str
    role: Role
    unit: UnitEntry
    heir: UnitEntry | None
    candidates: list[UnitEntry]
    until: str | None
    state: str


def entry(person: Person, registry: Registry, today: date) -> PersonEntry:
    """A person, with the roles as they are on a day."""
    effective = {grant.id for grant in grants.effective(person.grants, registry, today)}
    return {
        "id": person.id,
        "login": person.login,
        "name": person.name,
        "email": person.email,
        "roles": [_role(grant, registry, today, holds=grant.id in effective) for grant in person.grants],
        "revoked": person.revoked_at is not None,
        "must_change_password": person.must_change,
        "totp": person.has_totp,
        "bound": person.is_bound,
        "created_at": person.created_at.isoformat(),
    }


def _role(grant: Grant, registry: Registry, today: date, *, holds: bool) -> RoleEntry:
    row = None if grant.unit is None else registry.row(grant.unit, today)
    return {
        "role": grant.role,
        "unit": grant.unit if row is None else row.code,
        "unit_id": grant.unit,
        "unit_name": None if row is None else row.name,
        "from": grant.begins.isoformat(),
        "until": None if grant.ends is None else (grant.ends - ONE_DAY).isoformat(),
        "approver": grant.is_approver,
        "revoked": grant.is_revoked,
        "holds": holds,
    }


def role_line(role: RoleEntry) -> str:
    """A role on one line."""
    at = f" – {role['unit_name'] or role['unit_id']} ({role['unit']})" if role["unit_id"] else ""
    until = f", đến hết {vietnamese.day(date.fromisoformat(role['until']))}" if role["until"] else ""
    state = "" if role["holds"] else (" [đã thu hồi]" if role["revoked"] else " [không hiệu lực]")
    name = ROLES[role["role"]] + (", duyệt gửi" if role["approver"] else "")
    return f"{name}{at}, từ {vietnamese.day(date.fromisoformat(role['from']))}{until}{state}"


def state(person: PersonEntry) -> str:
    """The state of an account in words."""
    if person["revoked"]:
        return "đã thu hồi"
    return "phải đổi mật khẩu" if person["must_change_password"] else "đang dùng"


def draft(found: Draft, state: str) -> DraftEntry:
    """A role that ends with a reform."""
    return {
        "login": found.person.login,
        "name": found.person.name,
        "role": found.grant.role,
        "unit": _unit(found.old),
        "heir": None if found.heir is None else _unit(found.heir),
        "candidates": [_unit(unit) for unit in found.candidates],
        "until": None if found.grant.ends is None else (found.grant.ends - ONE_DAY).isoformat(),
        "state": state,
    }


def _unit(unit: Unit) -> UnitEntry:
    return {"id": unit.id, "code": unit.code, "name": unit.name}
