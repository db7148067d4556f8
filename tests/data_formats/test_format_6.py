"""Data of format 6 stay valid in format 7, tested on a stored copy: nothing computed changes, and estimates are taken from then on."""

from itertools import count
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
from tests.running import running, with_all_settings
from tests.waiting import until

NAME = "format-6"
REGIME = "ct27-van-quan"
ANSWER_S = 20.0


@pytest.fixture
async def before(connections: Connections) -> Connections:
    """The database and streams of then."""
    await stored.put_back(connections, NAME)
    return connections


async def let_estimates(connections: Connections) -> None:
    """A regime of then takes estimates from now on."""
    reference = await connections.reference.current()
    file = reference.regimes[REGIME].model_dump(exclude_defaults=True, by_alias=True)
    changed = type(reference.regimes[REGIME]).model_validate({**file, "estimates": {"until": {"once": "2099-12-30"}}})
    await connections.reference.put_regimes([changed])


async def test_a_season_of_format_6_goes_on_and_takes_estimates(before: Connections, tmp_path: Path) -> None:
    settings = with_all_settings(before).settings
    views = {name: view["hash"] for name, view in (await stored.documents(before, "views")).items()}
    owed = {name: (duty["owed"], duty["late"], duty["deadline"]) for name, duty in (await stored.documents(before, "duties")).items()}
    receipts = await stored.documents(before, "receipts")
    generation = (await stored.documents(before, "checkpoints"))["generation"]["value"]
    await data_format.mark(before.database)

    async with running(settings, tmp_path, "ingest", "aggregate", "notify"):
        await stored.until_computed_again(before, generation)
        assert {name: view["hash"] for name, view in (await stored.documents(before, "views")).items()} == views
        now = {name: (duty["owed"], duty["late"], duty["deadline"]) for name, duty in (await stored.documents(before, "duties")).items()}
        assert now == owed
        assert {name: one for name, one in (await stored.documents(before, "receipts")).items() if name in receipts} == receipts

        await let_estimates(before)
        tries = count(1)

        async def takes_an_estimate() -> bool:
            """Services notice the changed regime a moment later."""
            number = next(tries)
            about: dict[str, Any] = {"period": "2026", "revision": number, "event_id": f"estimate-{number:04}"}
            event = builders.submitted("06274", values={"gd_ngay_cong": 100}, **about)
            event["data"]["status"] = {"gd_ngay_cong": "estimate"}
            receipt = await inbox.send(before.streams, inbox.outgoing(cast(CloudEvent, event)), ANSWER_S)
            assert isinstance(receipt, Receipt)
            assert {error.code for error in receipt.errors} <= {"report.estimates_not_taken"}
            return receipt.verdict == "accepted"

        await until(takes_an_estimate)

        async def is_estimated() -> bool:
            view = await before.database["views"].find_one({"_id": f"{REGIME}/2026/184"})
            return view is not None and "estimated" in view["indicators"]["gd_ngay_cong"]

        async def is_asked_for_official_figures() -> bool:
            duty = await before.database["duties"].find_one({"_id": f"{REGIME}/2026/06274/official"})
            return duty is not None and duty["owed"]

        await until(is_estimated)
        await until(is_asked_for_official_figures)
        assert (await verdict(before)).as_dict()["differences"] == []
    repeated = await stored.documents(before, "receipts")
    assert {name: one for name, one in repeated.items() if name in receipts} == receipts
