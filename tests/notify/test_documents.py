"""The documents that the notifier stores match the models of `shared/wire/documents/`, field by field."""

import asyncio
from typing import Any

import pytest

from services.notify import tick
from services.notify.tick import Desk
from shared.wire import collection_names
from shared.wire.documents.alerts import AlertDocument
from shared.wire.documents.checkpoints import NotifyCheckpointDocument
from shared.wire.documents.duties import DutyDocument
from tests.documents import differences
from tests.notify.builders import confirmed, extended, on_call, opened, regime, returned, submitted, vn
from tests.notify.conftest import Office

CONFIRMING = regime(obligation={"deadlines": {"xa": {"before": "12-20"}}, "confirm": {"level": "district", "before": "12-20"}})


@pytest.mark.stores
async def test_what_is_stored_has_the_fields_of_its_model(office: Office, desk: Desk) -> None:
    await office.import_regimes(CONFIRMING, on_call())
    early = extended("2027-12-24", period="2027")  # of a period that has not begun
    history = submitted("111"), returned("111"), extended("2026-12-24", "113"), opened("2026-12-30"), confirmed("11"), early
    await office.log(*history)
    await desk.barrier.pass_folded()
    await tick.tick(desk, vn("2026-12-18 08:00"))
    database: Any = office.connections.database
    wanted = {"_id": "notify", "sequence": len(history), "generation": desk.follower.position.generation}
    async with asyncio.timeout(10):
        while await database[collection_names.CHECKPOINTS].find_one(wanted) is None:
            await asyncio.sleep(0.05)

    found, counts = [], {}
    for name, model in ((collection_names.DUTIES, DutyDocument), (collection_names.ALERTS, AlertDocument)):
        stored = [document async for document in database[name].find()]
        counts[name] = len(stored)
        found += [f"{name}/{document['_id']}{wrong}" for document in stored for wrong in differences(document, model)]
    checkpoint = await database[collection_names.CHECKPOINTS].find_one({"_id": "notify"})
    found += differences(checkpoint, NotifyCheckpointDocument)

    assert found == []
    assert counts[collection_names.DUTIES] == 7
    assert counts[collection_names.ALERTS] > 20
    assert (len(checkpoint["waiting"]), len(checkpoint["opened"])) == (1, 1)
