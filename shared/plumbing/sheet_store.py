"""The collection `sheets`: workbooks that were given back with marks, or as a new form with their figures, for a day."""

from datetime import datetime, timedelta
from typing import Final

from pymongo import ASCENDING

from shared.plumbing import mongo
from shared.plumbing.mongo import Documents
from shared.wire import collection_names
from shared.wire.documents.files import SheetDocument

KEPT: Final = timedelta(days=1)
MOST_BYTES: Final = 8 * 1024 * 1024  # a document of MongoDB has 16 MiB at most
MOST_OF_OWNER: Final = 20  # the oldest go first


class SheetStore:
    """Keeps workbooks under ids that cannot be guessed. `owner` is a unit's id, or who is logged in."""

    def __init__(self, database: Documents) -> None:
        self._sheets = mongo.collection(database, collection_names.SHEETS, SheetDocument)

    async def prepare(self) -> None:
        """Creates the indexes. MongoDB removes what has expired."""
        await self._sheets.create_index("expires_at", expireAfterSeconds=0, name="age")
        await self._sheets.create_index([("owner", ASCENDING), ("created_at", ASCENDING)], name="of_owner")

    async def put(self, sheet: str, owner: str, name: str, content: bytes, now: datetime) -> bool:
        """Keeps a workbook; whether it could be kept."""
        if len(content) > MOST_BYTES:
            return False
        listed = await self._sheets.find({"owner": owner}, {"_id": 1}).sort("created_at", ASCENDING).to_list(None)
        if surplus := [one["_id"] for one in listed[: len(listed) - MOST_OF_OWNER + 1]]:
            await self._sheets.delete_many({"_id": {"$in": surplus}})
        await self._sheets.insert_one(
            {"_id": sheet, "owner": owner, "name": name, "content": content, "created_at": now, "expires_at": now + KEPT}
        )
        return True

    async def get(self, sheet: str, owner: str, now: datetime) -> tuple[str, bytes] | None:
        """The name and the content of a workbook of this owner; None if there is none."""
        found = await self._sheets.find_one({"_id": sheet, "owner": owner, "expires_at": {"$gt": now}})
        return None if found is None else (found["name"], found["content"])
