"""The collection `invitations`: links by which a person binds an account at a provider, once, within a week."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from pymongo.errors import DuplicateKeyError

from shared.plumbing import mongo, person_changes
from shared.plumbing import people_documents as stored
from shared.plumbing.mongo import Documents, Session
from shared.wire import collection_names
from shared.wire.documents.identity import InvitationDocument, PersonDocument
from shared.words.audit import Act
from shared.words.people import Person

INVITED_FOR: Final = timedelta(days=7)


class InvitationStore:
    """Makes and uses invitations. A `verifier` is the sha256 of the secret in the link, in hex."""

    def __init__(self, database: Documents, clock: Callable[[], datetime]) -> None:
        self._database, self._clock = database, clock
        self._people = mongo.collection(database, collection_names.PEOPLE, PersonDocument)
        self._invitations = mongo.collection(database, collection_names.INVITATIONS, InvitationDocument)

    async def prepare(self) -> None:
        """Creates the index by which MongoDB removes what has expired."""
        await self._invitations.create_index("expires_at", expireAfterSeconds=0)

    async def invite(self, actor: str, person: str, verifier: str) -> datetime | None:
        """Stores an invitation instead of earlier ones. Returns when it expires; None if there is no account, or it is revoked."""
        now = self._clock()

        async def put(session: Session) -> datetime | None:
            if await self._people.find_one({"_id": {"$eq": person}, **person_changes.NOT_REVOKED}, session=session) is None:
                return None
            await self._invitations.delete_many({"person": {"$eq": person}}, session=session)
            await self._invitations.insert_one({"_id": verifier, "person": person, "expires_at": now + INVITED_FOR}, session=session)
            await person_changes.append(self._database, session, Act(actor, "person.invited", f"people/{person}"), now)
            return now + INVITED_FOR

        await self.prepare()
        return await mongo.in_transaction(self._database, put)

    async def invited(self, verifier: str) -> Person | None:
        """Whom an invitation is for; None if it is unknown, used or expired, or the account is revoked."""
        invitation = await self._invitations.find_one({"_id": {"$eq": verifier}, "expires_at": {"$gt": self._clock()}})
        if invitation is None:
            return None
        document = await self._people.find_one({"_id": {"$eq": invitation["person"]}, **person_changes.NOT_REVOKED})
        return None if document is None else stored.person(document)

    async def bind(self, verifier: str, issuer: str, subject: str) -> Person | None:
        """Uses an invitation: binds the account at the provider to the person, instead of one that was bound before. None if the
        invitation is unknown, used or expired, or the account is bound to somebody else.
        """
        now = self._clock()

        async def put(session: Session) -> PersonDocument | None:
            valid = {"_id": {"$eq": verifier}, "expires_at": {"$gt": now}}
            invitation = await self._invitations.find_one_and_delete(valid, session=session)
            if invitation is None:
                return None
            person, update = invitation["person"], {"$set": {"subject": {"issuer": issuer, "subject": subject}}}
            act = Act(f"people/{person}", "person.bound", f"people/{person}", {"issuer": issuer})
            return await person_changes.change(self._database, session, person, update, act, now)

        try:
            document = await mongo.in_transaction(self._database, put)
        except DuplicateKeyError:
            return None
        return None if document is None else stored.person(document)
