"""Claim, publish, acknowledge: one event and one received time, even if work is repeated, killed or done twice at once."""

import asyncio
import hashlib
import json
import unicodedata
from collections.abc import Callable
from typing import Any

import orjson
import pytest
from pymongo.errors import AutoReconnect

from services.ingest import store as stores
from services.ingest.domain import screening
from services.ingest.domain.case import Incoming
from services.ingest.domain.decision import Accepted
from services.ingest.domain.known import Known
from services.ingest.intake import Intake
from services.ingest.store import ClaimStore
from shared.plumbing import delivery, reader
from shared.plumbing.broker import Message, Streams
from shared.plumbing.reader import Delivery
from shared.shell.service import Connections
from shared.wire import events, subjects
from shared.wire.receipts import LogPosition
from shared.words.failures import TransientError
from shared.words.reference import Reference
from shared.words.refusals import refusal
from tests.builders import (
    CALLER,
    COMMUNE,
    DISTRICT,
    KL62,
    NQ68,
    RECEIVED,
    RECIPIENT,
    Event,
    confirmed,
    opened,
    payload,
    returned,
    submitted,
    withdrawn,
)  # fmt: skip
from tests.ingest.conftest import PARTITIONS, Ingest, parking
from tests.waiting import until_inbox_is_done

NEIGHBOUR = "06256"
LATER = "2099-12-31"  # the broker's clock is the real one


class Crash(BaseException):
    """The process is gone."""


@pytest.mark.stores
async def test_an_accepted_event_is_claimed_logged_and_answered_once(ingest: Ingest) -> None:
    [receipt] = await ingest.take(submitted(event_id="event-abc"))

    [report] = await ingest.stored(subjects.REPORTS)
    claim = (await ingest.claims())[f"{COMMUNE}/event-abc"]
    assert report["subject"] == subjects.reports(claim["partition"], "ct27-van-quan")
    assert report["headers"]["Nats-Msg-Id"] == f"{COMMUNE}/event-abc"
    assert (report["id"], report["unitid"], report["receivedms"]) == ("event-abc", COMMUNE, str(claim["received_ms"]))
    assert receipt == {
        "subject": f"receipts.{COMMUNE}",
        "event_id": "event-abc",
        "unit": COMMUNE,
        "verdict": "accepted",
        "errors": [],
        "warnings": [],
        "received_at": events.to_text(events.from_ms(claim["received_ms"])),
        "position": {"partition": claim["partition"], "sequence": 1},
        "standing_revision": 1,
        "next_revision": 2,
    }
    await until_inbox_is_done(ingest.connections)


async def test_the_received_time_is_that_of_the_broker(ingest: Ingest) -> None:
    [found] = await ingest.send(submitted(event_id="event-abc", time="2020-01-01T00:00:00Z"))
    await ingest.work([found])

    assert (await ingest.stored(subjects.REPORTS))[0]["receivedms"] == str(found.stored_ms)


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


def codes(receipt: dict[str, Any]) -> list[str]:
    """Why it was refused; of an accepted event its warnings, marked."""
    return [reason["code"] for reason in receipt["errors"]] + [f"! {warning['code']}" for warning in receipt["warnings"]]


async def test_a_rejected_claim_keeps_what_could_be_read(ingest: Ingest) -> None:
    await ingest.take(
        submitted(event_id="event-0001", revision=7, values={"khong_co": 1}),
        submitted(event_id="event-0002", period="2031"),
        submitted(event_id="event-0003", regime="khong-co"),
        submitted(event_id="event-0004") | {"data": 5},
    )

    claims = await ingest.claims()
    kept = [
        tuple(claims[f"{COMMUNE}/event-000{number}"][name] for name in ("type", "regime", "period", "unit_id", "revision"))
        for number in range(1, 5)
    ]
    assert kept == [
        (events.SUBMITTED, "ct27-van-quan", "2024", COMMUNE, 7),
        (events.SUBMITTED, "ct27-van-quan", "", "", 1),
        (events.SUBMITTED, "", "", "", 1),
        (events.SUBMITTED, "", "", "", 0),
    ]


async def test_who_sends_an_id_that_is_none_gets_a_receipt_that_names_it(ingest: Ingest) -> None:
    [receipt] = await ingest.take({**submitted(), "id": "Báo cáo 1/2026"})

    assert (receipt["event_id"], receipt["verdict"]) == ("Báo cáo 1/2026", "rejected")
    assert "8–64 ký tự ASCII" in receipt["errors"][0]["message_vi"]


async def test_an_event_twice_in_one_batch_is_accepted_and_a_duplicate(ingest: Ingest) -> None:
    event = submitted()

    receipts = await ingest.take(event, event)

    assert [receipt["verdict"] for receipt in receipts] == ["accepted", "duplicate"]
    assert receipts[0]["received_at"] == receipts[1]["received_at"]
    assert receipts[0]["position"] == receipts[1]["position"] is not None
    assert len(await ingest.stored(subjects.REPORTS)) == len(await ingest.claims()) == 1


async def test_each_receipt_has_the_place_of_its_own_event_whatever_stands_between_them(ingest: Ingest) -> None:
    repeated = submitted(revision=2)
    await ingest.take(submitted(period="1999"), repeated)

    await ingest.take(submitted(revision=3), submitted(period="1999"), repeated, *[submitted(revision=4 + n) for n in range(9)])

    stored = await ingest.stored(subjects.REPORTS)
    partition = subjects.partition_of("ct27-van-quan", stored[0]["data"]["period"], PARTITIONS)
    places = {report["id"]: {"partition": partition, "sequence": place} for place, report in enumerate(stored, 1)}
    assert len(places) == 11
    answers = [(receipt["event_id"], receipt["position"]) for receipt in ingest.receipts if not receipt["errors"]]
    assert dict(answers) == places
    assert [position for event_id, position in answers if event_id == repeated["id"]] == [places[repeated["id"]]] * 2


@pytest.mark.stores
async def test_a_repeat_of_a_stored_event_is_not_published_and_answered_with_its_place(ingest: Ingest) -> None:
    event = submitted(event_id="event-abc")
    await ingest.take(event)
    await ingest.store_report(f"{COMMUNE}/event-abc", {"partition": 3, "sequence": 12})

    [receipt] = await ingest.take(event)

    assert (receipt["verdict"], receipt["position"]) == ("duplicate", {"partition": 3, "sequence": 12})
    assert len(await ingest.stored(subjects.REPORTS)) == 1


async def test_places_are_remembered_of_what_was_published_last_only(ingest: Ingest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stores, "REMEMBERED", 3)
    await ingest.take(*[submitted(event_id=f"event-{number:03d}") for number in range(4)])
    await ingest.take(submitted(event_id="event-004"))

    known = await ingest.store.positions([f"{COMMUNE}/event-{number:03d}" for number in range(6)])

    assert {key: position.sequence for key, position in known.items()} == {f"{COMMUNE}/event-{n:03d}": n + 1 for n in (2, 3, 4)}


async def test_a_repeat_that_comes_to_another_before_its_event_is_stored_is_published_again_whatever_the_broker_remembers(
    ingest: Ingest,
) -> None:
    """A copy in the log is folded once; an event that only a claim holds would be lost."""
    event = submitted(event_id="event-abc")
    jetstream = ingest.connections.streams.jetstream
    await jetstream.update_stream((await jetstream.stream_info(subjects.REPORTS)).config.evolve(duplicate_window=0.1))
    [first] = await ingest.take(event)
    await asyncio.sleep(0.5)

    batch = await ingest.send(event)
    await ingest.work(batch, another_intake(ingest.connections))

    [again] = ingest.receipts[1:]
    reports = await ingest.stored(subjects.REPORTS)
    assert [report["receivedms"] for report in reports] == [reports[0]["receivedms"]] * 2
    assert [first["position"]["sequence"], again["position"]["sequence"]] == [1, 2]
    assert again["received_at"] == first["received_at"]


async def test_a_document_in_reports_without_a_place_is_no_proof(ingest: Ingest) -> None:
    event = submitted(event_id="event-abc")
    await ingest.take(event)
    await ingest.connections.database["reports"].insert_one({"_id": f"{COMMUNE}/event-abc"})

    await ingest.work(await ingest.send(event), another_intake(ingest.connections))

    assert [receipt["position"]["sequence"] for receipt in ingest.receipts] == [1, 1]
    assert len(await ingest.stored(subjects.REPORTS)) == 1


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


async def test_a_rejected_event_is_claimed_answered_with_all_reasons_and_not_logged(ingest: Ingest) -> None:
    event = submitted(values={"gd_ngay_cong": -1, "khong_co": 1})

    [receipt] = await ingest.take(event)
    [again] = await ingest.take(event)

    assert receipt["verdict"] == "rejected"
    assert {error["code"] for error in receipt["errors"]} == {"report.out_of_range", "report.unknown_indicator"}
    assert again == receipt | {"verdict": "duplicate", "first_verdict": "rejected"}
    assert await ingest.stored(subjects.REPORTS) == []
    await until_inbox_is_done(ingest.connections)


async def test_a_rejected_event_stays_rejected_when_what_it_lacked_comes_later(ingest: Ingest) -> None:
    event = submitted("540", regime=KL62, values={"dv_tong": 5})
    await ingest.take(event)
    await ingest.take(opened(deadline=LATER))

    [receipt] = await ingest.take(event)
    [under_a_new_id] = await ingest.take({**event, "id": "event-new"})

    assert (receipt["verdict"], receipt["errors"][0]["code"]) == ("duplicate", "report.period_not_opened")
    assert under_a_new_id["verdict"] == "accepted"


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


async def test_a_malformed_message_is_parked_with_its_reason_and_nothing_else(ingest: Ingest) -> None:
    [receipt] = await ingest.take(b'{"id": "event-abc", "id": "event-abd"}')

    [parked] = await ingest.stored(subjects.PARKED)
    assert (parked["reason"]["code"], parked["subject"], parked["payload"]) == (
        "event.duplicate_key",
        "parked.ingest",
        '{"id": "event-abc", "id": "event-abd"}',
    )
    assert (receipt["event_id"], receipt["unit"], receipt["verdict"]) == (None, COMMUNE, "rejected")
    assert await ingest.claims() == {}
    assert await ingest.stored(subjects.REPORTS) == []
    await until_inbox_is_done(ingest.connections)


async def test_malformed_messages_do_not_hold_up_the_others(ingest: Ingest) -> None:
    bad = [b"", b"\xff", b"[" * 50_000, payload(submitted())[:-1], payload(submitted(time="x" * 600_000)), b'{"id": "\\ud800-abcdefgh"}']

    receipts = await ingest.take(bad[0], submitted(), *bad[1:], submitted(NEIGHBOUR))

    assert len(await ingest.stored(subjects.PARKED)) == len(bad)
    assert sorted(report["source"] for report in await ingest.stored(subjects.REPORTS)) == [f"/units/{COMMUNE}", f"/units/{NEIGHBOUR}"]
    assert len(receipts) == len(bad) + 2
    await until_inbox_is_done(ingest.connections)


async def test_a_message_with_more_faults_than_a_receipt_holds_does_not_hold_up_the_others(ingest: Ingest) -> None:
    faulty = submitted(values={f"sai_{number}_{'đ' * 30}": 1 for number in range(4000)})

    receipts = await ingest.take(submitted(), faulty, submitted(NEIGHBOUR))

    assert [receipt["verdict"] for receipt in receipts] == ["accepted", "rejected", "accepted"]
    await until_inbox_is_done(ingest.connections)


async def test_a_sender_cannot_claim_the_id_of_another(ingest: Ingest) -> None:
    mine = submitted(event_id="event-abc")
    [stolen] = await ingest.take(mine, sender=NEIGHBOUR)

    [receipt] = await ingest.take(mine)

    assert (stolen["verdict"], stolen["unit"], stolen["subject"]) == ("rejected", NEIGHBOUR, f"receipts.{NEIGHBOUR}")
    assert receipt["verdict"] == "accepted"
    assert set(await ingest.claims()) == {f"{NEIGHBOUR}/event-abc", f"{COMMUNE}/event-abc"}
    assert [report["source"] for report in await ingest.stored(subjects.REPORTS)] == [f"/units/{COMMUNE}"]


async def test_two_senders_may_use_the_same_id(ingest: Ingest) -> None:
    receipts = await ingest.take(submitted(event_id="event-abc"), submitted(NEIGHBOUR, event_id="event-abc"))

    assert [receipt["verdict"] for receipt in receipts] == ["accepted", "accepted"]
    assert len(await ingest.stored(subjects.REPORTS)) == 2


@pytest.mark.parametrize("sender", ["06253/event", "đơn-vị", "a$b#c", "x" * 200])
async def test_a_sender_of_an_odd_subject_is_rejected_and_claims_nothing_of_others(ingest: Ingest, sender: str) -> None:
    [receipt] = await ingest.take(submitted(event_id="event-abc"), sender=sender)

    assert receipt["verdict"] == "rejected"
    assert set(await ingest.claims()) == {f"{sender}/event-abc"}
    assert await ingest.stored(subjects.REPORTS) == []


async def test_an_id_may_look_like_that_of_a_re_used_one(ingest: Ingest) -> None:
    other = submitted(event_id="event-abc", revision=2)
    await ingest.take(submitted(event_id="event-abc"), other)
    [twin] = [key for key in await ingest.claims() if "#" in key]

    [receipt] = await ingest.take(submitted(event_id=twin.partition("/")[2], revision=3))

    assert receipt["verdict"] == "rejected"
    assert [report["data"]["revision"] for report in await ingest.stored(subjects.REPORTS)] == [1]


async def test_all_that_concerns_one_regime_and_period_lies_in_one_partition_in_order(ingest: Ingest) -> None:
    await ingest.take(submitted(), withdrawn(), submitted(revision=3), returned(revision=3, fix_by=LATER))

    stored = await ingest.stored(subjects.REPORTS)
    assert len({report["subject"] for report in stored}) == 1
    assert [report["data"]["revision"] for report in stored] == [1, 2, 3, 3]
    assert [report["source"] for report in stored] == [f"/units/{COMMUNE}"] * 3 + [f"/units/{RECIPIENT}"]


def another_intake(connections: Connections) -> Intake:
    """That of another instance, which remembers nothing of this one."""
    return Intake(connections.streams, ClaimStore(connections.database), parking(connections), connections.reference, PARTITIONS)


# A crash, anywhere


class Unpublished(Intake):
    """A door whose process dies after the claims."""

    async def publish(self, claims: Any) -> dict[str, LogPosition]:
        raise Crash


class Unanswered(Intake):
    """A door whose process dies after the events were published, before it answers and acks."""

    async def _answer(self, asked: Any, claims: Any, positions: Any) -> None:
        raise Crash


def door_that_dies(kind: str, ingest: Ingest) -> Intake:
    parts = (ingest.connections.streams, ingest.store, ingest.parking, ingest.connections.reference, PARTITIONS)
    return Unpublished(*parts) if kind == "between claim and publish" else Unanswered(*parts)


@pytest.mark.parametrize("kind", ["between claim and publish", "between publish and ack"])
@pytest.mark.parametrize("sent_again", [False, True])
async def test_a_crash_leaves_one_event_with_one_received_time(ingest: Ingest, kind: str, sent_again: bool) -> None:
    events_sent = [submitted(event_id="event-abc"), submitted(NEIGHBOUR, event_id="event-abd"), submitted(NEIGHBOUR, period="1999")]
    batch = await ingest.send(*events_sent)
    with pytest.raises(Crash):
        await door_that_dies(kind, ingest).on_inbox(batch)
    assert ingest.receipts == []

    if sent_again:  # the sender, who has no answer, is faster than the broker
        await ingest.take(*events_sent)
    await ingest.work(batch)

    reports = await ingest.stored(subjects.REPORTS)
    assert [(report["id"], report["receivedms"]) for report in reports] == [
        ("event-abc", str(batch[0].stored_ms)),
        ("event-abd", str(batch[1].stored_ms)),
    ]
    assert len(await ingest.claims()) == 3
    assert [receipt["verdict"] for receipt in ingest.receipts[-3:]] == ["accepted", "accepted", "rejected"]
    assert [receipt["position"]["sequence"] for receipt in ingest.receipts[-3:-1]] == [1, 2]
    await until_inbox_is_done(ingest.connections)


async def test_a_message_that_is_delivered_again_after_its_ack_was_lost_gets_the_same_answer(ingest: Ingest) -> None:
    batch = await ingest.send(submitted())
    await ingest.work(batch)

    await ingest.work(batch)

    assert ingest.receipts[0] == ingest.receipts[1]
    assert len(await ingest.stored(subjects.REPORTS)) == 1


@pytest.mark.parametrize("failing", ["insert", "find", "positions", "reports"])
async def test_while_a_server_is_away_nothing_is_lost_and_the_batch_comes_again(
    ingest: Ingest, failing: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery, "NAK_DELAY_S", 0.1)
    batch = await ingest.send(submitted(), submitted(NEIGHBOUR))
    with monkeypatch.context() as patched:
        break_down(patched, failing)
        assert not await ingest.deliver(batch)

    again: list[Delivery] = []
    async with asyncio.timeout(5):
        while len(again) < 2:
            again += await ingest.follow.batch(10, wait_s=1.0)
    await ingest.work(again)

    assert len(await ingest.stored(subjects.REPORTS)) == 2
    assert [receipt["verdict"] for receipt in ingest.receipts] == ["accepted", "accepted"]
    await until_inbox_is_done(ingest.connections)


def break_down(patched: pytest.MonkeyPatch, part: str) -> None:
    async def away(*_: Any, **__: Any) -> Any:
        raise AutoReconnect("rs0")

    async def unacknowledged(*_: Any, **__: Any) -> Any:
        raise TransientError(refusal("nats.not_acknowledged", "REPORTS"))

    match part:
        case "insert":
            patched.setattr("shared.plumbing.mongo.insert_new", away)
        case "find":
            patched.setattr(ClaimStore, "_stored", away)
        case "positions":
            patched.setattr(ClaimStore, "positions", away)
        case "reports":
            patched.setattr(Streams, "publish_together", unacknowledged)


# Two at once


async def test_two_doors_at_the_same_messages_make_one_event_of_each(ingest: Ingest) -> None:
    other = another_intake(ingest.connections)
    batch = await ingest.send(*[submitted(event_id=f"event-{number:03d}") for number in range(100)])

    await asyncio.gather(ingest.intake.on_inbox(batch), other.on_inbox(batch))
    await ingest.settle()

    reports = await ingest.stored(subjects.REPORTS)
    assert sorted(report["id"] for report in reports) == [f"event-{number:03d}" for number in range(100)]
    assert {receipt["verdict"] for receipt in ingest.receipts} == {"accepted"}
    assert {receipt["event_id"]: receipt["position"]["sequence"] for receipt in ingest.receipts} == {
        report["id"]: place + 1 for place, report in enumerate(reports)
    }


async def test_two_doors_at_repeated_messages_make_one_event_with_one_received_time(ingest: Ingest, known: Connections) -> None:
    sent = [submitted(event_id=f"event-{number:03d}") for number in range(60)]
    other = another_intake(known)
    batch = await ingest.send(*sent, *sent)

    await asyncio.gather(*[intake.on_inbox(part) for intake, part in ((ingest.intake, batch[:60]), (other, batch[60:]))])
    await ingest.settle()

    claims, reports = await ingest.claims(), await ingest.stored(subjects.REPORTS)
    assert len(reports) == len(claims) == 60
    assert all(claims[f"{COMMUNE}/{report['id']}"]["received_ms"] == int(report["receivedms"]) for report in reports)
    for event in sent:
        answers = [receipt for receipt in ingest.receipts if receipt["event_id"] == event["id"]]
        assert sorted(receipt["verdict"] for receipt in answers) == ["accepted", "duplicate"]
        assert len({receipt["received_at"] for receipt in answers}) == 1
    await until_inbox_is_done(ingest.connections)


async def test_two_doors_at_two_contents_of_one_id_accept_one(ingest: Ingest, known: Connections) -> None:
    other = another_intake(known)
    batch = await ingest.send(
        *[submitted(event_id=f"event-{number:03d}", revision=revision) for revision in (1, 2) for number in range(40)]
    )

    await asyncio.gather(ingest.intake.on_inbox(batch[:40]), other.on_inbox(batch[40:]))
    await ingest.settle()

    assert len(await ingest.stored(subjects.REPORTS)) == 40
    verdicts = [receipt["verdict"] for receipt in ingest.receipts]
    assert (verdicts.count("accepted"), verdicts.count("rejected")) == (40, 40)


async def test_two_readers_share_what_comes_and_nothing_is_lost_or_doubled(ingest: Ingest, known: Connections) -> None:
    other = another_intake(known)
    readers = [reader.durable_reader(known.streams.client, subjects.INBOX, subjects.INGEST_DURABLE, window=64) for _ in range(2)]

    async def work(follow: reader.Reader, intake: Intake) -> None:
        while batch := await follow.batch(20, wait_s=0.8):
            await ingest.deliver(batch, intake)

    working = [asyncio.create_task(work(follow, intake)) for follow, intake in zip(readers, (ingest.intake, other), strict=True)]
    messages = [Message(subjects.inbox(COMMUNE), payload(submitted(event_id=f"event-{number:03d}")), f"{number}") for number in range(300)]
    await known.streams.publish_all(subjects.INBOX, messages)
    await asyncio.gather(*working)

    assert len(await ingest.claims()) == 300
    assert sorted(report["id"] for report in await ingest.stored(subjects.REPORTS)) == [f"event-{number:03d}" for number in range(300)]
    await until_inbox_is_done(ingest.connections)
    for follow in readers:
        await follow.close()


def without_subject(receipt: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in receipt.items() if key != "subject"}


async def test_what_comes_under_an_id_that_is_taken_is_not_what_the_next_event_is_judged_by(ingest: Ingest) -> None:
    refused = submitted(event_id="event-abc", values={"gd_ngay_cong": "1.000"})
    other = submitted(event_id="event-abc", values={"gd_ngay_cong": 1000})

    receipts = await ingest.take(refused, other, returned(fix_by=LATER), submitted())

    assert codes_of(receipts) == [["report.too_many_decimals"], ["event.id_reused"], ["action.no_such_revision"], []]
    assert receipts[-1]["warnings"] == []


async def test_nor_when_the_id_was_taken_in_an_earlier_batch(ingest: Ingest) -> None:
    await ingest.take(submitted(event_id="event-abc", period="2025"))

    receipts = await ingest.take(submitted(event_id="event-abc"), returned(fix_by=LATER))

    assert codes_of(receipts) == [["event.id_reused"], ["action.no_such_revision"]]


async def test_an_act_that_was_refused_and_comes_again_is_not_what_the_next_event_is_judged_by(ingest: Ingest) -> None:
    early = returned(event_id="event-return", fix_by=LATER)
    await ingest.take(early)
    await ingest.take(submitted())

    receipts = await ingest.take(early, returned(fix_by=LATER))

    assert codes_of(receipts) == [["action.no_such_revision"], []]


def codes_of(receipts: list[dict[str, Any]]) -> list[list[str]]:
    return [[error["code"] for error in receipt["errors"]] for receipt in receipts]
