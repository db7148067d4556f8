"""People and their roles as the command line prints them."""

from datetime import date, timedelta
from typing import Any, Final

from shared.words import grants, vietnamese
from shared.words.moving import Draft
from shared.words.people import Person
from shared.words.principals import ROLES, Grant
from shared.words.units import Registry, Unit

ONE_DAY: Final = timedelta(days=1)


def entry(person: Person, registry: Registry, today: date) -> dict[str, Any]:
    """A person as `--json` prints him, without anything secret."""
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


def _role(grant: Grant, registry: Registry, today: date, *, holds: bool) -> dict[str, Any]:
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


def role_line(role: dict[str, Any]) -> str:
    """A role on one line."""
    words: dict[str, str] = dict(ROLES.items())
    at = f" – {role['unit_name'] or role['unit_id']} ({role['unit']})" if role["unit_id"] else ""
    until = f", đến hết {vietnamese.day(date.fromisoformat(role['until']))}" if role["until"] else ""
    state = "" if role["holds"] else (" [đã thu hồi]" if role["revoked"] else " [không hiệu lực]")
    name = words[role["role"]] + (", duyệt gửi" if role["approver"] else "")
    return f"{name}{at}, từ {vietnamese.day(date.fromisoformat(role['from']))}{until}{state}"


def state(person: dict[str, Any]) -> str:
    """The state of an account in words."""
    if person["revoked"]:
        return "đã thu hồi"
    return "phải đổi mật khẩu" if person["must_change_password"] else "đang dùng"


def draft(found: Draft, state: str) -> dict[str, Any]:
    """A role that ends with a reform, with its heirs, as `--json` prints it."""
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


def _unit(unit: Unit) -> dict[str, str]:
    return {"id": unit.id, "code": unit.code, "name": unit.name}
