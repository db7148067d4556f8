"""What the pages about people show: accounts with their roles as of a day, and what a form asks for."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from http import HTTPStatus
from typing import Final

from shared.words import granting, grants, passwords, people
from shared.words.granting import Granter, NewGrant
from shared.words.people import Person
from shared.words.principals import ROLES, Grant, Role
from shared.words.refusals import Refusal, refusal
from shared.words.units import Registry, Unit

ONE_DAY: Final = timedelta(days=1)
MOST_SUGGESTED: Final = 400  # units that a form suggests: those of a province, not of the country
DAY: Final = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
STATUSES: Final = {
    "person.unknown": HTTPStatus.NOT_FOUND,
    **dict.fromkeys(("role.own", "role.not_yours", "person.not_yours"), HTTPStatus.FORBIDDEN),
    **dict.fromkeys(("person.login_taken", "person.revoked", "role.already", "role.unknown"), HTTPStatus.CONFLICT),
}


@dataclass(frozen=True, slots=True)
class RoleLine:
    """A role of an account. `unit` is the unit's row of the day; None for an operator or an unknown unit. `until` is the last day."""

    id: str
    name: str
    unit: Unit | None
    begins: date
    until: date | None
    state: str
    """In words; empty while the role holds."""
    may_revoke: bool
    is_approver: bool = False


@dataclass(frozen=True, slots=True)
class Account:
    """An account. `may_change`: whether it may be revoked or get a new password. `state` is empty while it is in use."""

    person: Person
    roles: Sequence[RoleLine]
    state: str
    last_login: datetime | None
    may_change: bool


def account(person: Person, by: Granter, registry: Registry, today: date, last_login: datetime | None = None) -> Account:
    """An account as somebody sees it. A reviewer sees only the roles in his subtree."""
    held = {grant.id for grant in grants.effective(person.grants, registry, today)}
    shown = [grant for grant in person.grants if by.is_operator or grant.unit in by.units]
    may_act = person.revoked_at is None and person.id != by.person
    roles = [_role(grant, registry, today, grant.id in held, may_act and by.may_grant(grant.role, grant.unit)) for grant in shown]
    state = "Đã thu hồi" if person.revoked_at is not None else "Phải đổi mật khẩu" if person.must_change else ""
    return Account(person, roles, state, last_login, may_act and by.may_change(person, today))


def roles_of(by: Granter) -> dict[Role, str]:
    """The roles that somebody may grant, with their names."""
    return {role: name for role, name in ROLES.items() if by.is_operator or role in granting.BY_REVIEWERS}


def suggested(by: Granter, registry: Registry, today: date) -> list[Unit]:
    """The units that a form suggests to a reviewer, by code; none to an operator, who has too many."""
    tree = registry.at(today)
    units = [tree.by_id[unit] for unit in by.units if unit in tree.by_id]
    return [] if by.is_operator or len(units) > MOST_SUGGESTED else sorted(units, key=lambda unit: unit.code)


def asked(fields: Mapping[str, str], registry: Registry, today: date) -> NewGrant | list[Refusal]:
    """The role that a form asks for; or what is wrong with the form."""
    role = next((one for one in ROLES if one == fields.get("role")), None)
    days = {name: fields.get(name, "").strip() for name in ("from", "until")}
    faults = [refusal("role.not_a_day", name, text=text) for name, text in days.items() if text and _day(text) is None]
    if role is None:
        faults.append(refusal("role.no_such_role", "role", role=fields.get("role", ""), known=list(ROLES.values())))
    if faults or role is None:
        return faults
    begins, until, unit = _day(days["from"]) or today, _day(days["until"]), fields.get("unit", "").strip()
    at = granting.named(passwords.normal(unit), registry, max(begins, today)) if unit else None
    return NewGrant(role, at, begins, None if until is None else until + ONE_DAY, fields.get("approver") == "1")


def typed(fields: Mapping[str, str]) -> tuple[str, str, str]:
    """Login, name and address of a form, as they are stored."""
    return people.login(fields.get("login", "")), passwords.normal(fields.get("name", "").strip()), fields.get("email", "").strip()


def status(reasons: Iterable[Refusal]) -> HTTPStatus:
    """The HTTP status of an act that was refused."""
    return max((STATUSES.get(why.code, HTTPStatus.BAD_REQUEST) for why in reasons), default=HTTPStatus.BAD_REQUEST)


def _role(grant: Grant, registry: Registry, today: date, holds: bool, may_grant: bool) -> RoleLine:
    unit = None if grant.unit is None else registry.row(grant.unit, today)
    until = None if grant.ends is None else grant.ends - ONE_DAY
    may_revoke = may_grant and not grant.is_revoked
    return RoleLine(grant.id, ROLES[grant.role], unit, grant.begins, until, _state(grant, today, holds), may_revoke, grant.is_approver)


def _state(grant: Grant, today: date, holds: bool) -> str:
    if holds:
        return ""
    if grant.is_revoked:
        return "Đã thu hồi"
    if today < grant.begins:
        return "Chưa có hiệu lực"
    return "Hết hiệu lực" if grant.ends is not None and grant.ends <= today else "Đơn vị không hoạt động"


def _day(text: str) -> date | None:
    try:
        found = date.fromisoformat(text) if DAY.fullmatch(text) else None
    except ValueError:
        return None
    return None if found == date.max else found
