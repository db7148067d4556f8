"""The format of what is stored: code refuses data of a later one, which it would misread.

One integer beside the generation. Whoever writes makes it at least its own, and of data of an earlier format raises the generation, once:
so all that is computed from the log is computed again. Going back to older code after that is refused.
"""

from typing import Final

from shared.plumbing import mongo
from shared.plumbing.mongo import Documents, Session
from shared.wire import collection_names
from shared.wire.documents import FormatDocument
from shared.words.failures import ConfigurationError
from shared.words.refusals import refusal

FORMAT: Final = "format"
GENERATION: Final = "generation"
VERSION: Final = 5  # raised when code of before would misread or spoil what this code stores, in MongoDB or in the log


async def require(database: Documents) -> None:
    """Raises ConfigurationError when what is stored is of a later format than this code knows."""
    found = await _stored(database)
    if found > VERSION:
        raise ConfigurationError(refusal("mongo.newer_data", f"MongoDB: checkpoints.{FORMAT}", found=found, most=VERSION))


async def mark(database: Documents) -> None:
    """Says that data of this code's format are stored; what was computed in an earlier one is computed again."""

    async def bring_up(session: Session) -> None:
        if await _stored(database, session) < VERSION:
            checkpoints = database[collection_names.CHECKPOINTS]
            await checkpoints.update_one({"_id": FORMAT}, {"$max": {"value": VERSION}}, upsert=True, session=session)
            await checkpoints.update_one({"_id": GENERATION}, {"$inc": {"value": 1}}, session=session)  # none: nothing is computed yet

    if await _stored(database) < VERSION:
        await mongo.in_transaction(database, bring_up)


async def _stored(database: Documents, session: Session | None = None) -> int:
    """The format of what is stored; 0 when nothing is, or nothing says so."""
    checkpoints = mongo.collection(database, collection_names.CHECKPOINTS, FormatDocument)
    found = await checkpoints.find_one({"_id": FORMAT}, {"value": 1}, session=session)
    return found["value"] if found else 0
