"""An event is judged by what was accepted before it, in its batch and in earlier ones, and by nothing that was refused."""

from typing import Any

import pytest

from shared.wire import events
from tests.builders import DISTRICT, KL62, NQ68, confirmed, opened, returned, submitted
from tests.ingest.claiming import LATER, codes
from tests.ingest.conftest import Ingest


async def test_what_was_accepted_in_earlier_batches_is_known(ingest: Ingest) -> None:
    await ingest.take(submitted(revision=1))
    await ingest.take(submitted(revision=2))

    receipts = await ingest.take(
        submitted(revision=1),
        submitted(revision=2),
        returned(revision=1, fix_by=LATER),
        returned(revision=2, fix_by=LATER),
        returned("06256", fix_by=LATER),
    )
    later = await ingest.take(returned(revision=2, fix_by=LATER))

    assert [codes(receipt) for receipt in [*receipts, *later]] == [
        ["! report.superseded", "! report.revision_repeated"],
        ["! report.revision_repeated"],
        ["action.not_standing"],
        [],
        ["action.no_such_revision"],
        ["action.not_standing"],
    ]


async def test_an_act_that_stands_twice_in_a_batch_is_a_repeat_and_not_in_vain(ingest: Ingest) -> None:
    act = returned(fix_by=LATER)

    receipts = await ingest.take(submitted(event_id="event-abc"), act, act, submitted(event_id="event-abc"))

    assert [receipt["verdict"] for receipt in receipts] == ["accepted", "accepted", "duplicate", "duplicate"]
    assert receipts[2] == receipts[1] | {"verdict": "duplicate", "first_verdict": "accepted"}
    logged = [events.read_logged(claim["event"]) for claim in (await ingest.claims()).values()]
    assert {one.id: one.received_ms for one in logged if one} == {
        key: claim["received_ms"] for key, claim in (await ingest.claims()).items()
    }


async def test_a_confirmation_is_of_the_view_that_is_stored(ingest: Ingest) -> None:
    views = ingest.connections.database["views"]
    approved = confirmed(event_id="event-abc")
    await views.insert_one({"_id": f"{NQ68}/2024/{DISTRICT}", "hash": "a" * 64})
    [moved] = await ingest.take(confirmed())
    await views.update_one({"_id": f"{NQ68}/2024/{DISTRICT}"}, {"$set": {"hash": approved["data"]["view_hash"]}})

    receipts = await ingest.take(approved, confirmed(), approved)

    assert [codes(receipt) for receipt in [moved, *receipts]] == [["action.view_moved"], [], ["action.already_confirmed"], []]
    assert receipts[2]["verdict"] == "duplicate"


@pytest.mark.stores
async def test_an_opening_opens_its_period_for_the_rest_of_the_batch_and_for_ever(ingest: Ingest) -> None:
    def report() -> dict[str, Any]:
        return submitted("540", regime=KL62, values={"dv_tong": 5})

    receipts = await ingest.take(report(), opened(deadline=LATER), report())
    later = await ingest.take(report())

    assert [receipt["verdict"] for receipt in [*receipts, *later]] == ["rejected", "accepted", "accepted", "accepted"]


async def test_an_opening_that_is_rejected_opens_nothing(ingest: Ingest) -> None:
    receipts = await ingest.take(opened(sender="52", deadline=LATER), submitted("540", regime=KL62, values={"dv_tong": 5}))

    assert [receipt["verdict"] for receipt in receipts] == ["rejected", "rejected"]


async def test_what_comes_under_an_id_that_is_taken_is_not_what_the_next_event_is_judged_by(ingest: Ingest) -> None:
    refused = submitted(event_id="event-abc", values={"gd_ngay_cong": "1.000"})
    other = submitted(event_id="event-abc", values={"gd_ngay_cong": 1000})

    receipts = await ingest.take(refused, other, returned(fix_by=LATER), submitted())

    assert [codes(receipt) for receipt in receipts] == [["report.too_many_decimals"], ["event.id_reused"], ["action.no_such_revision"], []]
    assert receipts[-1]["warnings"] == []


async def test_nor_when_the_id_was_taken_in_an_earlier_batch(ingest: Ingest) -> None:
    await ingest.take(submitted(event_id="event-abc", period="2025"))

    receipts = await ingest.take(submitted(event_id="event-abc"), returned(fix_by=LATER))

    assert [codes(receipt) for receipt in receipts] == [["event.id_reused"], ["action.no_such_revision"]]


async def test_an_act_that_was_refused_and_comes_again_is_not_what_the_next_event_is_judged_by(ingest: Ingest) -> None:
    early = returned(event_id="event-return", fix_by=LATER)
    await ingest.take(early)
    await ingest.take(submitted())

    receipts = await ingest.take(early, returned(fix_by=LATER))

    assert [codes(receipt) for receipt in receipts] == [["action.no_such_revision"], []]
