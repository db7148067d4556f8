"""What is sent again is a duplicate with the first decision, also of older code. Another content under the same id is rejected."""

import hashlib
import json
import unicodedata
from collections.abc import Callable
from typing import Any

import orjson
import pytest

from services.ingest.domain import screening
from services.ingest.domain.case import Incoming
from services.ingest.domain.decision import Accepted
from services.ingest.domain.known import Known
from shared.wire import events, subjects
from shared.words.reference import Reference
from tests.builders import CALLER, COMMUNE, KL62, RECEIVED, Event, opened, payload, returned, submitted
from tests.ingest.claiming import LATER, codes
from tests.ingest.conftest import Ingest


async def test_an_event_that_is_sent_again_is_a_duplicate_with_the_first_decision(ingest: Ingest) -> None:
    event = submitted()
    [first] = await ingest.take(event)

    [second] = await ingest.take(event)

    assert second == first | {"verdict": "duplicate", "first_verdict": "accepted"}
    assert len(await ingest.stored(subjects.REPORTS)) == len(await ingest.claims()) == 1


def test_a_retry_that_is_stamped_anew_is_the_same_content(reference: Reference) -> None:
    first = submitted(event_id="event-abc", time="2024-12-10T09:30:00+07:00")
    again = {**first, "time": "2024-12-11T00:00:00Z", "subject": "thử lại", "traceparent": "00-1", "datacontenttype": "application/json"}

    assert hash_of(reference, first) == hash_of(reference, again)
    assert hash_of(reference, first) != hash_of(reference, {**first, "data": {**first["data"], "revision": 2}})


def test_composed_and_decomposed_letters_are_the_same_content(reference: Reference) -> None:
    first, again = (
        submitted(event_id="event-abc", narratives={"ket_qua": unicodedata.normalize(form, "Đã hoàn thành việc ấy.")})
        for form in ("NFC", "NFD")
    )

    assert hash_of(reference, first) == hash_of(reference, again)


def hash_of(reference: Reference, event: Event) -> str:
    decision = screening.screen(Incoming(COMMUNE, payload(event), events.to_ms(RECEIVED), 1), reference, Known())
    assert isinstance(decision, Accepted)
    return decision.hash


async def test_a_retry_that_is_stamped_anew_is_told_that_the_report_counts(ingest: Ingest) -> None:
    event = submitted()
    [first] = await ingest.take(event)

    [again] = await ingest.take({**event, "time": "2024-12-11T00:00:00Z"})

    assert again == first | {"verdict": "duplicate", "first_verdict": "accepted"}


async def as_format_4(ingest: Ingest, key: str, sent: Event, hash_of_all: Callable[[Event], str]) -> None:
    """The claim as code before data format 5 stored it: a hash of everything that was sent, no warnings, no revision."""
    claims = ingest.connections.database["receipts"]
    found = await claims.find_one({"_id": key})
    assert found is not None
    for name in ("warnings", "revision"):
        del found[name]
    found["hash"] = hash_of_all(sent)
    if "event" in found:
        logged = orjson.loads(found["event"])
        found["event"] = orjson.dumps({**logged, "receivedms": int(logged["receivedms"])})
    else:
        for name in ("type", "regime", "period", "unit_id"):
            del found[name]
    await claims.replace_one({"_id": key}, found)


def of_format_2(sent: Event) -> str:
    return hashlib.sha256(json.dumps(sent, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def of_format_4(sent: Event) -> str:
    return hashlib.sha256(orjson.dumps(sent, option=orjson.OPT_SORT_KEYS)).hexdigest()


@pytest.mark.parametrize("hash_of_all", [of_format_2, of_format_4])
async def test_an_event_that_older_code_claimed_is_a_duplicate_when_it_is_sent_again(
    ingest: Ingest, hash_of_all: Callable[[Event], str]
) -> None:
    text = "Việc đã xong."
    event = submitted(event_id="event-abc", time="2024-12-10T09:30:00+07:00", narratives={"ket_qua": text}, values={"gd_tien_tai_tro": 12})
    [first] = await ingest.take(event)
    await as_format_4(ingest, f"{COMMUNE}/event-abc", event, hash_of_all)

    decomposed = {**event["data"], "narratives": {"ket_qua": unicodedata.normalize("NFD", text)}}
    repeats = await ingest.take(event, {**event, "time": "2025-01-01T00:00:00Z"}, {**event, "data": decomposed})
    [other] = await ingest.take({**event, "data": {**event["data"], "revision": 2}})

    assert repeats == [first | {"verdict": "duplicate", "first_verdict": "accepted"}] * 3
    assert [reason["code"] for reason in other["errors"]] == ["event.id_reused"]


async def test_an_event_that_older_code_rejected_is_a_duplicate_when_it_is_sent_again(ingest: Ingest) -> None:
    event = submitted(event_id="event-abc", values={"khong_co": 1})
    [first] = await ingest.take(event)
    await as_format_4(ingest, f"{COMMUNE}/event-abc", event, of_format_4)

    [again] = await ingest.take(event)

    assert again == first | {"verdict": "duplicate", "first_verdict": "rejected"}


async def test_what_older_code_accepted_is_known_to_those_that_come_after(ingest: Ingest) -> None:
    sent = [submitted(event_id="event-abc", revision=3), opened(event_id="event-opens", deadline=LATER)]
    await ingest.take(*sent)
    await as_format_4(ingest, f"{COMMUNE}/event-abc", sent[0], of_format_4)
    await as_format_4(ingest, f"{CALLER}/event-opens", sent[1], of_format_4)

    receipts = await ingest.take(
        submitted(revision=2),
        returned(revision=4, fix_by=LATER),
        opened(deadline="2098-12-31"),
        submitted("540", regime=KL62, values={"dv_tong": 5}),
    )

    assert [codes(receipt) for receipt in receipts] == [["! report.superseded"], ["action.no_such_revision"], ["action.not_later"], []]


async def test_an_event_twice_in_one_batch_is_accepted_and_a_duplicate(ingest: Ingest) -> None:
    event = submitted()

    receipts = await ingest.take(event, event)

    assert [receipt["verdict"] for receipt in receipts] == ["accepted", "duplicate"]
    assert receipts[0]["received_at"] == receipts[1]["received_at"]
    assert receipts[0]["position"] == receipts[1]["position"] is not None
    assert len(await ingest.stored(subjects.REPORTS)) == len(await ingest.claims()) == 1


@pytest.mark.stores
@pytest.mark.parametrize("in_one_batch", [True, False])
async def test_a_re_used_id_with_other_content_is_rejected_and_nothing_changes(ingest: Ingest, in_one_batch: bool) -> None:
    first, other = submitted(event_id="event-abc"), submitted(event_id="event-abc", revision=2)

    if in_one_batch:
        receipts = await ingest.take(first, other)
    else:
        receipts = [*await ingest.take(first), *await ingest.take(other)]

    assert [receipt["verdict"] for receipt in receipts] == ["accepted", "rejected"]
    assert [error["code"] for error in receipts[1]["errors"]] == ["event.id_reused"]
    assert [report["data"]["revision"] for report in await ingest.stored(subjects.REPORTS)] == [1]
    assert await ingest.receipt("event-abc") == without_subject(receipts[0])


async def test_after_a_re_used_id_the_first_event_is_still_a_duplicate(ingest: Ingest) -> None:
    first = submitted(event_id="event-abc")
    await ingest.take(first, submitted(event_id="event-abc", revision=2))

    [receipt] = await ingest.take(first)

    assert receipt["verdict"] == "duplicate"
    assert receipt["errors"] == []


async def test_a_rejected_event_stays_rejected_when_what_it_lacked_comes_later(ingest: Ingest) -> None:
    event = submitted("540", regime=KL62, values={"dv_tong": 5})
    await ingest.take(event)
    await ingest.take(opened(deadline=LATER))

    [receipt] = await ingest.take(event)
    [under_a_new_id] = await ingest.take({**event, "id": "event-new"})

    assert (receipt["verdict"], receipt["errors"][0]["code"]) == ("duplicate", "report.period_not_opened")
    assert under_a_new_id["verdict"] == "accepted"


async def test_an_id_may_look_like_that_of_a_re_used_one(ingest: Ingest) -> None:
    other = submitted(event_id="event-abc", revision=2)
    await ingest.take(submitted(event_id="event-abc"), other)
    [twin] = [key for key in await ingest.claims() if "#" in key]

    [receipt] = await ingest.take(submitted(event_id=twin.partition("/")[2], revision=3))

    assert receipt["verdict"] == "rejected"
    assert [report["data"]["revision"] for report in await ingest.stored(subjects.REPORTS)] == [1]


def without_subject(receipt: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in receipt.items() if key != "subject"}
