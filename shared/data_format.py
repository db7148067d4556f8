"""The format of what is stored: code refuses data of a later one, which it would misread.

One integer beside the generation. Whoever writes makes it at least its own; going back to older code after that is refused.
"""

from typing import Final

from shared.errors import ConfigurationError
from shared.mongo import Documents

FORMAT: Final = "format"
VERSION: Final = 4  # raised when code of before would misread or spoil what this code stores, in MongoDB or in the log


async def require(database: Documents) -> None:
    """Raises ConfigurationError when what is stored is of a later format than this code knows."""
    found = await database["checkpoints"].find_one({"_id": FORMAT}, {"value": 1})
    if found is not None and found["value"] > VERSION:
        raise ConfigurationError(
            f"MongoDB: checkpoints.{FORMAT}: {found['value']}, cần (wanted) tối đa {VERSION}: dữ liệu của phiên bản mới hơn,"
            " chạy lại phiên bản đó (stored by newer code, run that)"
        )


async def mark(database: Documents) -> None:
    """Says that data of this code's format are stored."""
    await database["checkpoints"].update_one({"_id": FORMAT}, {"$max": {"value": VERSION}}, upsert=True)
