"""The collection `people`. Every change raises the generation of identities, and every change after which a person has
other rights or another password raises his version, which ends his sessions. Each is one transaction with its audit entry (ADR 0053).
"""

from collections.abc import Callable, Collection, Sequence
from datetime import datetime

from pymongo import ASCENDING
from pymongo.errors import DuplicateKeyError

from shared.plumbing import mongo, person_changes
from shared.plumbing import people_documents as stored
from shared.plumbing.mongo import Document, Documents, Session
from shared.wire import collection_names
from shared.wire.documents.identity import PersonDocument
from shared.words.audit import Act, Detail
from shared.words.granting import NewGrant
from shared.words.people import Person


class PeopleStore:
    """Reads and changes people. `actor` is who does it, as the audit log names it."""

    def __init__(self, database: Documents, clock: Callable[[], datetime], new_id: Callable[[], str]) -> None:
        self._database, self._clock, self._new_id = database, clock, new_id
        self._people = mongo.collection(database, collection_names.PEOPLE, PersonDocument)

    async def prepare(self) -> None:
        """Creates the indexes."""
        await self._people.create_index("login", unique=True)
        bound = {"subject.subject": {"$exists": True}}
        keys = [("subject.issuer", ASCENDING), ("subject.subject", ASCENDING)]
        await self._people.create_index(keys, unique=True, partialFilterExpression=bound)

    async def by_id(self, person: str) -> Person | None:
        """The person with an id."""
        return _read(await self._people.find_one({"_id": {"$eq": person}}))

    async def by_login(self, login: str) -> Person | None:
        """The person with a login, as `people.login` gives it."""
        return _read(await self._people.find_one({"login": {"$eq": login}}))

    async def by_subject(self, issuer: str, subject: str) -> Person | None:
        """The person to whom an account at a provider is bound."""
        return _read(await self._people.find_one({"subject": {"$eq": {"issuer": issuer, "subject": subject}}}))

    async def listed(self, text: str = "", units: Collection[str] | None = None, after: str = "", limit: int = 0) -> list[Person]:
        """People by login, those after a login, `limit` at most (0: all). `text` is a part of the login or name; `units` (ids): only those
        who have or had a role there.
        """
        query: Document = stored.search(text) | {"login": {"$gt": after}}
        if units is not None:
            query["grants.unit"] = {"$in": sorted(units)}
        return [stored.person(found) for found in await self._people.find(query).sort("login", ASCENDING).limit(limit).to_list()]

    async def bound_to(self, units: Collection[str]) -> list[Person]:
        """People who have a role at one of these units (ids), and whose account is not revoked."""
        query = person_changes.NOT_REVOKED | {"grants.unit": {"$in": sorted(units)}}
        return [stored.person(found) for found in await self._people.find(query).sort("login", ASCENDING).to_list()]

    async def approving(self, unit: str) -> list[Person]:
        """People with an account that is not revoked who have, or had, the role of who approves the drafts of a unit (an id)."""
        granted = {"grants": {"$elemMatch": {"unit": unit, "role": "officer", "approver": True, **person_changes.NOT_REVOKED}}}
        found = self._people.find(person_changes.NOT_REVOKED | granted).sort("login", ASCENDING)
        return [stored.person(document) for document in await found.to_list()]

    async def add(self, actor: str, login: str, name: str, email: str, password: str | None, grants: Sequence[NewGrant]) -> Person | None:
        """Adds a person with roles. `password` is a hash, which must be changed at the first login. None if the login is taken."""
        now = self._clock()
        document = stored.new_person(self._new_id(), login, name, email, now)
        document["grants"] = [stored.new_grant(self._new_id(), asked, actor, now) for asked in grants]
        if password is not None:
            document = {**document, **stored.password(password, now, must_change=True)}
        target = f"people/{document['_id']}"

        async def put(session: Session) -> None:
            await self._people.insert_one(document, session=session)
            for asked in grants:
                await person_changes.append(self._database, session, Act(actor, "role.granted", target, _details(asked)), now)
            await person_changes.note(self._database, session, Act(actor, "person.added", target, {"login": login}), now)

        await self.prepare()
        try:
            await mongo.in_transaction(self._database, put)
        except DuplicateKeyError as error:
            if "login" in (error.details or {}).get("keyPattern", {}):
                return None
            raise
        return stored.person(document)

    async def grant(self, actor: str, person: str, asked: NewGrant, moved_from: str = "") -> Person | None:
        """Grants a role. None if there is no such account, or it is revoked. `moved_from` is the id of the role that it replaces."""
        document = stored.new_grant(self._new_id(), asked, actor, self._clock())
        details = _details(asked) | {"grant": document["id"]} | ({"moved_from": moved_from} if moved_from else {})
        act = Act(actor, "person.moved" if moved_from else "role.granted", f"people/{person}", details)
        return await self._changed(act, person, {"$push": {"grants": document}})

    async def revoke_grant(self, actor: str, person: str, grant: str) -> Person | None:
        """Revokes a role. None if the person has no such role, or it is revoked already."""
        update = {"$set": {"grants.$.revoked_at": self._clock()}}
        matching = {"grants": {"$elemMatch": {"id": grant, **person_changes.NOT_REVOKED}}}
        return await self._changed(Act(actor, "role.revoked", f"people/{person}", {"grant": grant}), person, update, matching)

    async def revoke(self, actor: str, person: str) -> Person | None:
        """Revokes an account for good. None if there is none, or it is revoked already."""
        update = {"$set": {"revoked_at": self._clock()}}
        return await self._changed(Act(actor, "person.revoked", f"people/{person}"), person, update)

    async def reset(self, actor: str, person: str, password: str, *, drops_totp: bool = False) -> Person | None:
        """Gives an account a new password (a hash), which must be changed at the next login. None if there is none, or it is revoked."""
        changed: Document = {**stored.password(password, self._clock(), must_change=True)}
        if drops_totp:
            changed |= {"totp": None, "totp_step": 0}
        return await self._changed(Act(actor, "person.reset", f"people/{person}", {"drops_totp": drops_totp}), person, {"$set": changed})

    async def set_password(self, actor: str, person: str, password: str) -> Person | None:
        """Stores the password (a hash) that a person has chosen himself. The result has the version of sessions from now on."""
        changed = stored.password(password, self._clock(), must_change=False)
        return await self._changed(Act(actor, "password.changed", f"people/{person}"), person, {"$set": changed})

    async def renew_hash(self, person: str, old: str, new: str) -> None:
        """Replaces a hash by one of the same password with present parameters. It changes nobody's rights, so nobody is informed."""
        await self._people.update_one({"_id": {"$eq": person}, "password": {"$eq": old}}, {"$set": {"password": new}})

    async def _changed(self, act: Act, person: str, update: Document, matching: Document | None = None) -> Person | None:
        at = self._clock()

        async def put(session: Session) -> PersonDocument | None:
            return await person_changes.change(self._database, session, person, update, act, at, matching)

        return _read(await mongo.in_transaction(self._database, put))


def _read(document: PersonDocument | None) -> Person | None:
    return None if document is None else stored.person(document)


def _details(asked: NewGrant) -> dict[str, Detail]:
    ends = None if asked.ends is None else asked.ends.isoformat()
    details: dict[str, Detail] = {"role": asked.role, "unit": asked.unit, "begins": asked.begins.isoformat(), "ends": ends}
    return details | {"approver": True} if asked.is_approver else details
