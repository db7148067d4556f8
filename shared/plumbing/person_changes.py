"""One change of a person's document, in a transaction: it ends the person's sessions, is noticed by every service, and is audited."""

from datetime import datetime
from typing import Final

from shared.plumbing import audit_store, identity_changes, mongo
from shared.plumbing.mongo import Document, Documents, Session
from shared.wire import collection_names
from shared.wire.documents.identity import PersonDocument
from shared.words.audit import Act

NOT_REVOKED: Final[Document] = {"revoked_at": None}
AFTER: Final = True  # pymongo's ReturnDocument.AFTER


async def change(
    database: Documents, session: Session, person: str, update: Document, act: Act, at: datetime, matching: Document | None = None
) -> PersonDocument | None:
    """Changes an account that is not revoked, if it is `matching`, and raises its version, which ends its sessions. Returns it as it is
    then; None if there is no such account.
    """
    people = mongo.collection(database, collection_names.PEOPLE, PersonDocument)
    query = {"_id": {"$eq": person}, **NOT_REVOKED, **(matching or {})}
    raised = update | {"$inc": {"version": 1}}
    found = await people.find_one_and_update(query, raised, return_document=AFTER, session=session)
    if found is not None:
        await note(database, session, act, at)
    return found


async def note(database: Documents, session: Session, act: Act, at: datetime) -> None:
    """Raises the generation and adds the audit entry: the last part of a transaction."""
    await identity_changes.count(database, session)
    await append(database, session, act, at)


async def append(database: Documents, session: Session, act: Act, at: datetime) -> None:
    """Adds an audit entry in a transaction."""
    await audit_store.append(database, actor=act.actor, action=act.action, target=act.target, details=act.details, at=at, session=session)
