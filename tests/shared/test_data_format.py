"""Data in a later format than the code knows are refused, and the code never lowers the stored format."""

import pytest

from shared.plumbing import data_format
from shared.shell.service import Connections
from shared.words.failures import ConfigurationError

pytestmark = pytest.mark.stores


async def stored(connections: Connections) -> int | None:
    found = await connections.database["checkpoints"].find_one({"_id": "format"})
    return None if found is None else int(found["value"])


async def test_data_without_a_mark_are_taken(connections: Connections) -> None:
    await data_format.require(connections.database)

    assert await stored(connections) is None


async def test_whoever_imports_marks_the_data(loaded: Connections) -> None:
    assert await stored(loaded) == data_format.VERSION
    await data_format.require(loaded.database)


async def test_a_later_format_is_refused_and_stays(connections: Connections) -> None:
    later = data_format.VERSION + 1
    await connections.database["checkpoints"].insert_one({"_id": "format", "value": later})

    with pytest.raises(ConfigurationError, match=rf"checkpoints.format: .*format {later}, .*up to format {data_format.VERSION}"):
        await data_format.require(connections.database)
    await data_format.mark(connections.database)

    assert await stored(connections) == later
