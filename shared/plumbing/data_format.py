"""The format version of stored data: code refuses data of a later version, which it would misread.

The version is an integer stored beside the generation. A writer raises it to its own version, and if the data were of an earlier one, it
also raises the generation once, so that everything computed from the log is computed again. Older code refuses to start after that.
"""

from typing import Final

from shared.plumbing import mongo
from shared.plumbing.mongo import Documents, Session
from shared.wire import collection_names
from shared.wire.documents.checkpoints import FormatDocument
from shared.words.failures import ConfigurationError
from shared.words.refusals import refusal

FORMAT: Final = "format"
GENERATION: Final = "generation"
VERSION: Final = 8  # raise it when older code would misread or damage what this code stores, in MongoDB or in the log


async def require(database: Documents) -> None:
    """Raises ConfigurationError if the stored data have a later format than this code knows."""
    stored = await _stored(database)
    if stored > VERSION:
        raise ConfigurationError(refusal("mongo.newer_data", f"MongoDB: checkpoints.{FORMAT}", found=stored, most=VERSION))


async def mark(database: Documents) -> None:
    """Records that the stored data have this code's format. If they had an earlier one, everything computed is computed again."""

    async def bring_up(session: Session) -> None:
        if await _stored(database, session) < VERSION:
            checkpoints = database[collection_names.CHECKPOINTS]
            await checkpoints.update_one({"_id": FORMAT}, {"$max": {"value": VERSION}}, upsert=True, session=session)
            await checkpoints.update_one(
                {"_id": GENERATION}, {"$inc": {"value": 1}}, session=session
            )  # no document: nothing is computed yet

    if await _stored(database) < VERSION:
        await mongo.in_transaction(database, bring_up)


async def _stored(database: Documents, session: Session | None = None) -> int:
    """The format of the stored data; 0 if nothing is stored or no format is recorded."""
    checkpoints = mongo.collection(database, collection_names.CHECKPOINTS, FormatDocument)
    document = await checkpoints.find_one({"_id": FORMAT}, {"value": 1}, session=session)
    return document["value"] if document else 0
