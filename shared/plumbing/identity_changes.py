"""The generation of identities: one integer that every change of people or credentials raises, so that services notice the change."""

from shared.plumbing import mongo
from shared.plumbing.mongo import Documents, Session
from shared.wire import collection_names
from shared.wire.documents.identity import IDENTITY_GENERATION, IdentityGenerationDocument


async def generation(database: Documents) -> int:
    """The current generation; 0 before the first change."""
    document = await mongo.collection(database, collection_names.IDENTITY, IdentityGenerationDocument).find_one(
        {"_id": IDENTITY_GENERATION}, {"value": 1}
    )
    return document["value"] if document else 0


async def count(database: Documents, session: Session) -> None:
    """Raises the generation, in the transaction of the change: a change that nobody notices cannot be stored."""
    identity = mongo.collection(database, collection_names.IDENTITY, IdentityGenerationDocument)
    await identity.update_one({"_id": IDENTITY_GENERATION}, {"$inc": {"value": 1}}, upsert=True, session=session)
