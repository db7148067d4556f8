"""What the command line and the portal do to people: each act is checked by the rules of granting, and stored with its audit entry."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from shared.plumbing import common_passwords, password_hashes
from shared.plumbing.people_store import PeopleStore
from shared.words import granting, passwords, people
from shared.words.granting import Granter, NewGrant
from shared.words.people import Person
from shared.words.refusals import Refusal, refusal
from shared.words.units import Registry

Refused = tuple[Refusal, ...]
ATTEMPTS: Final = 100  # at a generated password that is accepted; a random one nearly always is


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts today: his name in the audit log, and what he may grant."""

    name: str
    granter: Granter
    registry: Registry
    today: date


@dataclass(frozen=True, slots=True)
class NewPerson:
    """A person to be added. The texts are as `people.login` and `passwords.normal` give them."""

    login: str
    name: str
    email: str
    grant: NewGrant


@dataclass(frozen=True, slots=True)
class WithPassword:
    """A person with the new password, which is shown once and stored nowhere."""

    person: Person
    password: str

    def __repr__(self) -> str:
        return f"WithPassword({self.person.login})"


class PeopleDesk:
    """Adds and changes people. `choose` is a source of chance for passwords: it chooses one character of a text."""

    def __init__(self, store: PeopleStore, choose: Callable[[str], str]) -> None:
        self._store, self._choose = store, choose

    async def add(self, by: Actor, new: NewPerson) -> WithPassword | Refused:
        """Adds a person with one role and a generated password."""
        faults = [*people.login_faults(new.login), *people.name_faults(new.name), *people.email_faults(new.email)]
        faults += granting.faults(by.granter, "", new.grant, by.registry, by.today)
        if faults:
            return tuple(faults)
        password = self._password(new.login, new.name, [new.grant.unit] if new.grant.unit else [], by.registry)
        hashed = await password_hashes.hashed(password)
        person = await self._store.add(by.name, new.login, new.name, new.email, hashed, [new.grant])
        return _one(refusal("person.login_taken", "login", login=new.login)) if person is None else WithPassword(person, password)

    async def grant(self, by: Actor, person: Person | None, asked: NewGrant, moved_from: str = "") -> Person | Refused:
        """Grants a role to a person. `moved_from` is the role whose unit has ended, if this one replaces it."""
        if faults := self._hidden(by, person) or tuple(granting.faults(by.granter, _id(person), asked, by.registry, by.today)):
            return faults
        assert person is not None
        if granting.has_already(person, asked):
            return _one(refusal("role.already", login=person.login))
        return await self._store.grant(by.name, person.id, asked, moved_from) or _gone(person)

    async def revoke_grant(self, by: Actor, person: Person | None, grant_id: str) -> Person | Refused:
        """Revokes one role of a person."""
        if faults := self._hidden(by, person) or _own(by, person):
            return faults
        assert person is not None
        grant = person.grant(grant_id)
        if grant is None:
            return _one(refusal("role.unknown", login=person.login))
        if not by.granter.may_grant(grant.role, grant.unit):
            return _one(refusal("role.not_yours"))
        return await self._store.revoke_grant(by.name, person.id, grant_id) or _one(refusal("role.unknown", login=person.login))

    async def revoke(self, by: Actor, person: Person | None) -> Person | Refused:
        """Revokes an account for good."""
        if faults := self._unchangeable(by, person):
            return faults
        assert person is not None
        return await self._store.revoke(by.name, person.id) or _gone(person)

    async def reset(self, by: Actor, person: Person | None, *, drops_totp: bool = False) -> WithPassword | Refused:
        """Gives an account a generated password; without one-time codes from then on if `drops_totp`."""
        if faults := self._unchangeable(by, person):
            return faults
        assert person is not None
        password = self._password(person.login, person.name, [grant.unit for grant in person.grants if grant.unit], by.registry)
        changed = await self._store.reset(by.name, person.id, await password_hashes.hashed(password), drops_totp=drops_totp)
        return _gone(person) if changed is None else WithPassword(changed, password)

    def _password(self, login: str, name: str, units: Sequence[str], registry: Registry) -> str:
        names = people.names(login, name, units, registry)
        for _ in range(ATTEMPTS):
            password = passwords.generated(self._choose)
            if not passwords.faults(password, names, common_passwords.known()):
                break
        return password

    def _hidden(self, by: Actor, person: Person | None) -> Refused:
        """Why the account cannot be reached. Somebody who may not see an account does not learn whether it exists."""
        if not by.granter.is_operator and (person is None or not by.granter.may_see(person)):
            return _one(refusal("person.not_yours"))
        if person is None:
            return _one(refusal("person.unknown"))
        return _gone(person) if person.revoked_at is not None else ()

    def _unchangeable(self, by: Actor, person: Person | None) -> Refused:
        if faults := self._hidden(by, person) or _own(by, person):
            return faults
        assert person is not None
        return () if by.granter.may_change(person, by.today) else _one(refusal("person.not_yours"))


def _own(by: Actor, person: Person | None) -> Refused:
    return _one(refusal("role.own")) if _id(person) == by.granter.person else ()


def _id(person: Person | None) -> str:
    return "" if person is None else person.id


def _gone(person: Person) -> Refused:
    return _one(refusal("person.revoked", login=person.login))


def _one(why: Refusal) -> Refused:
    return (why,)
