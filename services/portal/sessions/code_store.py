"""The secrets of one-time codes, in the documents of people: encrypted, with the time step of the last code that was accepted."""

from base64 import b32encode
from collections.abc import Callable
from datetime import datetime
from typing import Final

from services.portal.domain import one_time_codes
from services.portal.sessions.seals import Seals
from shared.plumbing import mongo, person_changes
from shared.plumbing import people_documents as stored
from shared.plumbing.mongo import Document, Documents, Session
from shared.shell.clock import NewSecret
from shared.wire import collection_names
from shared.wire.documents.identity import PersonDocument
from shared.words.audit import Act, Action
from shared.words.people import Person

SECRET_CHARACTERS: Final = 32  # of base32: 160 bits (RFC 4226, section 4)


class CodeStore:
    """Reads and writes the secrets of one-time codes."""

    def __init__(self, database: Documents, seals: Seals, clock: Callable[[], datetime], new_secret: NewSecret) -> None:
        self._database, self._seals, self._clock, self._new_secret = database, seals, clock, new_secret
        self._people = mongo.collection(database, collection_names.PEOPLE, PersonDocument)

    def new_secret(self) -> str:
        """A secret that nobody has yet."""
        return b32encode(self._new_secret().encode())[:SECRET_CHARACTERS].decode()

    async def take(self, person: str, code: str) -> bool:
        """Whether this is a code of the person, which was not taken before. A code is taken once, and none from before it either."""
        now = self._clock()
        document = await self._people.find_one({"_id": {"$eq": person}}, {"totp": 1})
        sealed = None if document is None else document["totp"]
        secret = None if sealed is None else self._seals.opened("code", sealed, now)
        step = None if secret is None else one_time_codes.step_of(secret, code, now)
        if step is None:
            return False
        newer = {"_id": person, "totp": sealed, "totp_step": {"$lt": step}}
        return bool((await self._people.update_one(newer, {"$set": {"totp_step": step}})).modified_count)

    async def enable(self, person: str, secret: str, code: str) -> Person | None:
        """Stores the secret of one-time codes, if the code is one of it. The result has the version of sessions from now on."""
        now = self._clock()
        step = one_time_codes.step_of(secret, code, now)
        if step is None:
            return None
        return await self._change(person, "totp.enabled", {"totp": self._seals.seal("code", secret, now), "totp_step": step})

    async def disable(self, person: str) -> Person | None:
        """Removes the secret. The result has the version of sessions from now on."""
        return await self._change(person, "totp.disabled", {"totp": None, "totp_step": 0})

    async def _change(self, person: str, action: Action, fields: Document) -> Person | None:
        act, at = Act(f"people/{person}", action, f"people/{person}"), self._clock()

        async def put(session: Session) -> PersonDocument | None:
            return await person_changes.change(self._database, session, person, {"$set": fields}, act, at)

        document = await mongo.in_transaction(self._database, put)
        return None if document is None else stored.person(document)
