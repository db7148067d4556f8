"""Secret addresses of calendars, one for each person. An address follows from the portal's secret key, the person and a number. The
database has only its hash, so that whoever has a copy of the database cannot read a calendar.
"""

import re
from collections.abc import Callable
from datetime import datetime
from typing import Final

from services.portal.sessions.seals import Seals
from shared.plumbing import mongo, person_changes
from shared.plumbing import people_documents as stored
from shared.plumbing.mongo import Document, Documents, Session
from shared.wire import collection_names
from shared.wire.documents.identity import PersonDocument
from shared.words import credentials
from shared.words.audit import Act, Action
from shared.words.people import Person

ADDRESS: Final = re.compile(r"[A-Za-z0-9_-]{43}")


class CalendarStore:
    """Reads and writes the addresses of calendars."""

    def __init__(self, database: Documents, seals: Seals, clock: Callable[[], datetime]) -> None:
        self._database, self._seals, self._clock = database, seals, clock
        self._people = mongo.collection(database, collection_names.PEOPLE, PersonDocument)

    async def prepare(self) -> None:
        """Creates the index."""
        await self._people.create_index("calendar_hash")

    async def address(self, person: str) -> str | None:
        """The address of a person's calendar; None if there is none, or it was made with another secret key."""
        document = await self._people.find_one({"_id": {"$eq": person}}, {"calendar": 1, "calendar_hash": 1})
        if document is None or document["calendar_hash"] is None:
            return None
        address = self._address(person, document["calendar"])
        return address if credentials.verifier(address) == document["calendar_hash"] else None

    async def person(self, address: str) -> Person | None:
        """Whose calendar has this address; None if nobody's."""
        if ADDRESS.fullmatch(address) is None:
            return None
        document = await self._people.find_one({"calendar_hash": {"$eq": credentials.verifier(address)}, **person_changes.NOT_REVOKED})
        return None if document is None else stored.person(document)

    async def renew(self, person: str) -> None:
        """Gives a person a new address. The old one is nobody's from now on."""
        document = await self._people.find_one({"_id": {"$eq": person}}, {"calendar": 1})
        number = 1 if document is None else document["calendar"] + 1
        fields = {"calendar": number, "calendar_hash": credentials.verifier(self._address(person, number))}
        await self._change(person, "calendar.renewed", fields, {"calendar": number - 1})

    async def revoke(self, person: str) -> None:
        """Takes the address away. Its number stays, so that it never comes back."""
        await self._change(person, "calendar.revoked", {"calendar_hash": None}, {"calendar_hash": {"$ne": None}})

    def _address(self, person: str, number: int) -> str:
        return self._seals.derived("calendar", person, str(number))

    async def _change(self, person: str, action: Action, fields: Document, matching: Document) -> None:
        act, at = Act(f"people/{person}", action, f"people/{person}"), self._clock()

        async def put(session: Session) -> None:
            query = {"_id": {"$eq": person}, **person_changes.NOT_REVOKED, **matching}
            if (await self._people.update_one(query, {"$set": fields}, session=session)).modified_count:
                await person_changes.append(self._database, session, act, at)

        await mongo.in_transaction(self._database, put)
