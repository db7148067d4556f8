"""Claim, publish, acknowledge: an accepted event is claimed, logged and answered once; what is rejected or malformed holds up nobody."""

import pytest

from shared.wire import events, subjects
from tests.builders import COMMUNE, RECIPIENT, payload, returned, submitted, withdrawn
from tests.ingest.claiming import LATER, NEIGHBOUR
from tests.ingest.conftest import Ingest
from tests.waiting import until_inbox_is_done


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


async def test_a_rejected_event_is_claimed_answered_with_all_reasons_and_not_logged(ingest: Ingest) -> None:
    event = submitted(values={"gd_ngay_cong": -1, "khong_co": 1})

    [receipt] = await ingest.take(event)
    [again] = await ingest.take(event)

    assert receipt["verdict"] == "rejected"
    assert {error["code"] for error in receipt["errors"]} == {"report.out_of_range", "report.unknown_indicator"}
    assert again == receipt | {"verdict": "duplicate", "first_verdict": "rejected"}
    assert await ingest.stored(subjects.REPORTS) == []
    await until_inbox_is_done(ingest.connections)


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


async def test_all_that_concerns_one_regime_and_period_lies_in_one_partition_in_order(ingest: Ingest) -> None:
    await ingest.take(submitted(), withdrawn(), submitted(revision=3), returned(revision=3, fix_by=LATER))

    stored = await ingest.stored(subjects.REPORTS)
    assert len({report["subject"] for report in stored}) == 1
    assert [report["data"]["revision"] for report in stored] == [1, 2, 3, 3]
    assert [report["source"] for report in stored] == [f"/units/{COMMUNE}"] * 3 + [f"/units/{RECIPIENT}"]
