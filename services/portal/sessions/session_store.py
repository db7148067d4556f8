"""Sessions of people. A session ends 30 minutes after its last request, 12 hours after the login, and at once when the person logs out, is
revoked, or gets another password or role.

Nothing is kept in memory: each request reads the session and the person, so that an end is seen at once by every portal.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from shared.plumbing import mongo
from shared.plumbing import people_documents as stored
from shared.plumbing.mongo import Documents
from shared.shell.clock import NewSecret
from shared.wire import collection_names
from shared.wire.documents.identity import PersonDocument, SessionDocument
from shared.words import credentials
from shared.words.people import Person
from shared.words.principals import PersonPrincipal

IDLE: Final = timedelta(minutes=30)
LONGEST: Final = timedelta(hours=12)
SEEN_EVERY: Final = timedelta(minutes=1)  # how exactly the last request is known
MOST_LETTERS: Final = 200  # characters of a browser's name


class SessionStore:
    """Reads and writes sessions."""

    def __init__(self, database: Documents, new_secret: NewSecret) -> None:
        self._sessions = mongo.collection(database, collection_names.SESSIONS, SessionDocument)
        self._people = mongo.collection(database, collection_names.PEOPLE, PersonDocument)
        self._new_secret = new_secret

    async def prepare(self) -> None:
        """Creates the indexes."""
        await self._sessions.create_index("person")
        await self._sessions.create_index("expires_at", expireAfterSeconds=0)

    async def principal(self, secret: str, now: datetime, *, is_request: bool = True) -> PersonPrincipal | None:
        """The person whose session has this secret; None if there is no such session, or it has ended. Only a request of the person keeps
        the session alive, not an open page that goes on listening.
        """
        session = await self._sessions.find_one({"_id": {"$eq": credentials.verifier(secret)}})
        if session is None or not is_alive(session, now):
            return None
        person = await self._people.find_one({"_id": {"$eq": session["person"]}})
        if person is None or person["revoked_at"] is not None or person["version"] != session["version"]:
            return None
        if is_request and now - session["seen_at"] >= SEEN_EVERY:
            await self._sessions.update_one({"_id": session["_id"]}, {"$max": {"seen_at": now}})
        return principal(stored.person(person), session["_id"])

    async def ends(self, secret: str) -> tuple[datetime, datetime] | None:
        """When a session ends if its person asks for nothing more, and when it ends at the latest; None if there is none."""
        session = await self._sessions.find_one({"_id": {"$eq": credentials.verifier(secret)}})
        if session is None:
            return None
        latest = session["began_at"] + LONGEST
        return min(session["seen_at"] + IDLE, latest), latest

    async def begin(self, person: str, version: int, address: str, browser: str, now: datetime) -> str:
        """Stores a new session of a person whose `version` is this one. Returns the secret for the cookie."""
        secret = self._new_secret()
        await self._sessions.insert_one(
            {
                "_id": credentials.verifier(secret),
                "person": person,
                "version": version,
                "began_at": now,
                "seen_at": now,
                "expires_at": now + LONGEST,
                "address": address,
                "browser": browser[:MOST_LETTERS],
            }
        )
        return secret

    async def of_person(self, person: str, now: datetime) -> list[SessionDocument]:
        """The sessions of a person that have not ended by time, the newest first."""
        found = await self._sessions.find({"person": {"$eq": person}}).sort("began_at", -1).to_list(None)
        return [session for session in found if is_alive(session, now)]

    async def last_logins(self, people: Sequence[str]) -> dict[str, datetime]:
        """When these people last logged in, as far as their sessions are still stored."""
        found: dict[str, datetime] = {}
        stored = await self._sessions.find({"person": {"$in": list(people)}}, {"person": 1, "began_at": 1}).to_list(None)
        for session in stored:
            found[session["person"]] = max(session["began_at"], found.get(session["person"], session["began_at"]))
        return found

    async def end(self, session: str, person: str) -> bool:
        """Ends one session of a person, by its id. Returns whether there was one."""
        return bool((await self._sessions.delete_one({"_id": {"$eq": session}, "person": {"$eq": person}})).deleted_count)

    async def end_secret(self, secret: str) -> None:
        """Ends the session with this secret, if there is one."""
        if secret:
            await self._sessions.delete_one({"_id": {"$eq": credentials.verifier(secret)}})

    async def owner(self, secret: str) -> str:
        """Whose session has or had this secret, also if it has ended; "" if that is not known."""
        session = await self._sessions.find_one({"_id": {"$eq": credentials.verifier(secret)}}) if secret else None
        return "" if session is None else session["person"]

    async def end_older(self, person: str, version: int) -> None:
        """Removes the sessions that a change of the person has ended, so that they are not listed."""
        await self._sessions.delete_many({"person": {"$eq": person}, "version": {"$lt": version}})

    async def end_all(self, person: str, except_for: str = "") -> int:
        """Ends the sessions of a person but for one. Returns how many."""
        return int((await self._sessions.delete_many({"person": {"$eq": person}, "_id": {"$ne": except_for}})).deleted_count)


def is_alive(session: SessionDocument, now: datetime) -> bool:
    """Whether time has not ended the session."""
    return now < session["seen_at"] + IDLE and now < session["began_at"] + LONGEST


def principal(person: Person, session: str) -> PersonPrincipal:
    """A person, with a session's id."""
    return PersonPrincipal(person.id, person.login, person.name, person.grants, session)
