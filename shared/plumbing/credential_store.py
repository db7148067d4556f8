"""The collections `credentials` and `credential_uses`. Every change raises the generation of identities and adds to the audit
log, in the same transaction.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from shared.plumbing import audit_store, identity_changes, mongo
from shared.plumbing.mongo import Document, Documents, Session
from shared.wire import collection_names
from shared.wire.documents.identity import CredentialDocument, CredentialUseDocument, FeedScopeDocument
from shared.words.audit import Action
from shared.words.credentials import Credential, Holder
from shared.words.principals import FeedScope

WRITE_BATCH: Final = 1000


class CredentialStore:
    """Reads and writes credentials."""

    def __init__(self, database: Documents) -> None:
        self._database = database
        self._credentials = mongo.collection(database, collection_names.CREDENTIALS, CredentialDocument)
        self._uses = mongo.collection(database, collection_names.CREDENTIAL_USES, CredentialUseDocument)

    async def issue(self, new: Sequence[Credential]) -> None:
        """Stores new credentials."""

        async def put(session: Session) -> None:
            await mongo.replace_each(self._credentials, [_document(credential) for credential in new], session, WRITE_BATCH)
            await identity_changes.count(self._database, session)
            for credential in new:
                await self._record("credential.issued", credential, credential.issued_by, credential.issued_at, session)

        await mongo.in_transaction(self._database, put)

    async def end(self, old: Sequence[Credential], ends: datetime, at: datetime, by: str) -> None:
        """Lets credentials expire at `ends`, unless they expire earlier."""
        earlier = [replace(credential, expires_at=ends) for credential in old if ends < credential.expires_at]

        async def put(session: Session) -> None:
            for credential in earlier:
                await self._credentials.update_one({"_id": credential.id}, {"$min": {"expires_at": ends}}, session=session)
            await identity_changes.count(self._database, session)
            for credential in earlier:
                await self._record("credential.ended", credential, by, at, session)

        await mongo.in_transaction(self._database, put)

    async def revoke(self, credentials: Sequence[Credential], at: datetime, by: str) -> None:
        """Revokes credentials that are not revoked yet."""

        async def put(session: Session) -> None:
            standing = {"_id": {"$in": [credential.id for credential in credentials]}, "revoked_at": None}
            await self._credentials.update_many(standing, {"$set": {"revoked_at": at, "revoked_by": by}}, session=session)
            await identity_changes.count(self._database, session)
            for credential in credentials:
                await self._record("credential.revoked", credential, by, at, session)

        await mongo.in_transaction(self._database, put)

    async def all(self) -> list[Credential]:
        """All credentials, past ones too, in the order of their issue."""
        return await self._found({})

    async def newest(self, limit: int, *, holder: Holder | None = None, behind: tuple[datetime, str] | None = None) -> list[Credential]:
        """The newest credentials, newest first: of all, or of a unit and a receiver; those issued before the place `behind`."""
        query: Document = {} if holder is None else {"$or": [{"unit": {"$eq": holder.unit}}, {"receiver": {"$eq": holder.receiver}}]}
        if behind is not None:
            at, id_ = behind
            query["$and"] = [{"$or": [{"issued_at": {"$lt": at}}, {"issued_at": at, "_id": {"$lt": id_}}]}]
        found = self._credentials.find(query).sort([("issued_at", -1), ("_id", -1)]).limit(limit)
        return [_credential(document) async for document in found]

    async def by_id(self, credential: str) -> Credential | None:
        """One credential; None if there is none with this id."""
        document = await self._credentials.find_one({"_id": {"$eq": credential}})
        return None if document is None else _credential(document)

    async def uses_of(self, credentials: Sequence[str]) -> dict[str, datetime]:
        """When these credentials (ids) were last used, to the minute; one that was not is left out."""
        return {found["_id"]: found["at"] async for found in self._uses.find({"_id": {"$in": list(credentials)}})}

    async def of_unit(self, unit: str) -> list[Credential]:
        """All credentials of a unit, past ones too, in the order of their issue."""
        return await self._found({"unit": unit})

    async def of_receiver(self, name: str) -> list[Credential]:
        """All credentials of a receiver, past ones too, in the order of their issue."""
        return await self._found({"receiver": name})

    async def valid_keys(self, now: datetime) -> list[Credential]:
        """The HTTP keys that are neither revoked nor expired."""
        return await self._found({"kind": "http", "revoked_at": None, "expires_at": {"$gt": now}})

    async def uses(self) -> dict[str, datetime]:
        """When each credential was last used, by its id, to the minute."""
        return {document["_id"]: document["at"] for document in await self._uses.find().to_list(None)}

    async def note_uses(self, uses: Mapping[str, datetime]) -> None:
        """Stores when credentials were used, by their ids. An earlier time than the stored one changes nothing."""
        await mongo.put_newer(
            self._uses, [({"_id": credential, "at": {"$lt": at}}, _use(credential, at)) for credential, at in uses.items()]
        )

    async def _record(self, action: Action, credential: Credential, by: str, at: datetime, session: Session) -> None:
        """Adds an entry to the audit log, in the transaction of the change."""
        details = {
            "id": credential.id,
            "kind": credential.kind,
            "may": sorted(credential.may),
            "feeds": [f"{feed.top}/{feed.regime or '*'}" for feed in credential.holder.feeds],
            "expires": credential.expires_at.isoformat(timespec="seconds"),
        }
        target = credential.holder.actor
        await audit_store.append(self._database, actor=by, action=action, target=target, details=details, at=at, session=session)

    async def _found(self, matching: Document) -> list[Credential]:
        documents = await self._credentials.find(matching).to_list(None)
        return sorted(map(_credential, documents), key=lambda credential: (credential.issued_at, credential.id))


def _use(credential: str, at: datetime) -> CredentialUseDocument:
    return {"_id": credential, "at": at}


def _document(credential: Credential) -> CredentialDocument:
    feeds: list[FeedScopeDocument] = [{"top": feed.top, "regime": feed.regime} for feed in credential.holder.feeds]
    return {
        "_id": credential.id,
        "kind": credential.kind,
        "unit": credential.holder.unit,
        "receiver": credential.holder.receiver,
        "feeds": feeds,
        "verifier": credential.verifier,
        "may": sorted(credential.may),
        "issued_at": credential.issued_at,
        "issued_by": credential.issued_by,
        "expires_at": credential.expires_at,
        "revoked_at": credential.revoked_at,
        "revoked_by": credential.revoked_by,
    }


def _credential(document: CredentialDocument) -> Credential:
    feeds = tuple(FeedScope(feed["top"], feed["regime"]) for feed in document["feeds"])
    return Credential(
        document["_id"],
        document["kind"],
        Holder(document["unit"], document["receiver"], feeds),
        document["verifier"],
        frozenset(document["may"]),
        document["issued_at"],
        document["issued_by"],
        document["expires_at"],
        document["revoked_at"],
        document["revoked_by"],
    )
