"""Data of format 7 stay valid in format 8, tested on a stored copy: nothing computed changes, and views say which version is official."""

from pathlib import Path
from typing import Any, cast

import pytest

from shared.plumbing import data_format, inbox
from shared.shell.service import Connections
from shared.wire.envelope import CloudEvent
from shared.wire.receipts import Receipt
from tests import builders
from tests.aggregate.running import verdict
from tests.data_formats import stored
from tests.data_formats.test_format_6 import ANSWER_S
from tests.running import running, with_all_settings
from tests.waiting import until

NAME = "format-7"
REGIME, PERIOD = "nq68-quang-binh", "2024"
CONFIRMED = {"450": (1, False), "452": (2, False)}  # districts, with number and `moved`


@pytest.fixture
async def before(connections: Connections) -> Connections:
    """The database and streams of then."""
    await stored.put_back(connections, NAME)
    return connections


def official(views: dict[str, Any]) -> dict[str, tuple[int, bool]]:
    """Number and `moved` of each official view of the regime and period."""
    found = {name.rpartition("/")[2]: view["official"] for name, view in views.items() if name.startswith(f"{REGIME}/{PERIOD}/")}
    return {unit: (one["number"], one["moved"]) for unit, one in found.items() if one is not None}


async def test_what_was_confirmed_in_format_7_is_official_and_can_be_undone(before: Connections, tmp_path: Path) -> None:
    settings = with_all_settings(before).settings
    views = {name: view["hash"] for name, view in (await stored.documents(before, "views")).items()}
    owed = {name: (duty["owed"], duty["late"], duty["deadline"]) for name, duty in (await stored.documents(before, "duties")).items()}
    generation = (await stored.documents(before, "checkpoints"))["generation"]["value"]
    await data_format.mark(before.database)

    async with running(settings, tmp_path, "ingest", "aggregate", "notify"):
        await stored.until_computed_again(before, generation)
        now = await stored.documents(before, "views")
        assert {name: view["hash"] for name, view in now.items()} == views
        assert official(now) == CONFIRMED
        duties = await stored.documents(before, "duties")
        assert {name: (duty["owed"], duty["late"], duty["deadline"]) for name, duty in duties.items()} == owed

        [first, second] = sorted(name for name in await stored.documents(before, "receipts") if name.startswith("452/chot-452"))
        event = builders.undone("452", confirmation=second, regime=REGIME, period=PERIOD)
        receipt = await inbox.send(before.streams, inbox.outgoing(cast(CloudEvent, event)), ANSWER_S)
        assert isinstance(receipt, Receipt)
        assert receipt.verdict == "accepted"

        async def is_undone() -> bool:
            return official(await stored.documents(before, "views")) == CONFIRMED | {"452": (1, True)}

        await until(is_undone)
        event = builders.undone("452", confirmation=first, regime=REGIME, period=PERIOD)
        assert isinstance(await inbox.send(before.streams, inbox.outgoing(cast(CloudEvent, event)), ANSWER_S), Receipt)

        async def is_owed_again() -> bool:
            duty = await before.database["duties"].find_one({"_id": f"{REGIME}/{PERIOD}/452/confirm"})
            return duty is not None and duty["owed"]

        await until(is_owed_again)
        assert (await verdict(before)).as_dict()["differences"] == []
