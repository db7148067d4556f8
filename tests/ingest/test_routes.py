"""Ingest's HTTP routes on real servers: what is answered to a report, and to who asks for its receipt."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest

from services.ingest import app as ingest_app
from services.ingest.doors.gate import Gate
from shared.plumbing import tasks
from shared.plumbing.key_ring import KeyRing
from shared.shell.limits import BURST, Limits
from shared.shell.service import Connections
from shared.shell.settings import Settings
from shared.wire import subjects
from tests import identities
from tests.builders import COMMUNE, submitted
from tests.identities import bearer
from tests.ingest.conftest import Ingest
from tests.ingest.serving import JSON, Client, codes, post, serving
from tests.waiting import until


async def test_an_accepted_report_is_answered_with_201_and_its_receipt(door: Client) -> None:
    answer = await post(door, submitted(event_id="event-abc"))

    assert answer.status_code == 201
    body = answer.json()
    assert body["position"]["sequence"] == 1
    assert {name: body[name] for name in ("event_id", "unit", "verdict", "errors")} == {
        "event_id": "event-abc",
        "unit": COMMUNE,
        "verdict": "accepted",
        "errors": [],
    }
    assert body["received_at"].endswith("Z")


async def test_a_repeat_is_answered_with_200_and_the_first_receipt(door: Client) -> None:
    event = submitted()
    first = await post(door, event)

    second = await post(door, event)

    assert second.status_code == 200
    assert second.json() == first.json() | {"verdict": "duplicate", "first_verdict": "accepted"}


async def test_what_is_accepted_without_effect_is_warned_of(door: Client) -> None:
    await post(door, submitted(revision=2))

    answer = await post(door, submitted(revision=1))

    assert answer.status_code == 201
    assert [warning["code"] for warning in answer.json()["warnings"]] == ["report.superseded"]


async def test_a_rejected_report_is_answered_with_422_all_reasons_and_its_receipt(door: Client) -> None:
    answer = await post(door, submitted(period="2031", values={"khong_co": 1}, narratives={"loi_chao": "x"}))

    assert sorted(codes(answer, 422)) == ["report.unknown_indicator", "report.unknown_narrative", "report.unknown_period"]
    assert answer.json()["receipt"]["verdict"] == "rejected"


async def test_a_repeat_of_a_rejected_report_is_rejected_again(door: Client) -> None:
    event = submitted(period="2031")
    await post(door, event)

    answer = await post(door, event)

    assert codes(answer, 422) == ["report.unknown_period"]
    assert answer.json()["receipt"]["verdict"] == "duplicate"


async def test_a_re_used_id_is_answered_with_422(door: Client) -> None:
    await post(door, submitted(event_id="event-abc"))

    assert codes(await post(door, submitted(event_id="event-abc", revision=2)), 422) == ["event.id_reused"]


async def test_of_two_contents_under_one_id_at_the_same_time_each_gets_its_own_verdict(door: Client) -> None:
    for number in range(10):
        event_id = f"event-{number:03d}"

        answers = await asyncio.gather(*[post(door, submitted(event_id=event_id, revision=revision)) for revision in (1, 2)])

        assert sorted(answer.status_code for answer in answers) == [201, 422]


async def test_of_one_event_twice_at_the_same_time_one_is_new_and_one_a_repeat(door: Client) -> None:
    for _ in range(10):
        event = submitted()

        answers = await asyncio.gather(post(door, event), post(door, event))

        assert sorted(answer.status_code for answer in answers) == [200, 201]


async def test_a_receipt_can_be_asked_for_later(door: Client) -> None:
    posted = await post(door, submitted(event_id="event-abc"))
    await post(door, submitted(event_id="event-abc"))

    answer = await door.get(f"/v1/receipts/{COMMUNE}/event-abc")

    assert answer.status_code == 200
    assert answer.json() == posted.json()


async def test_another_instance_says_the_place_of_an_event_once_it_is_stored(door: Client, ingest: Ingest) -> None:
    posted = (await post(door, submitted(event_id="event-abc"))).json()

    assert await ingest.receipt("event-abc") == posted | {"position": None}
    await ingest.store_report(f"{COMMUNE}/event-abc", posted["position"])
    assert await ingest.receipt("event-abc") == posted


async def test_the_receipt_of_a_rejected_event_tells_why(door: Client) -> None:
    await post(door, submitted(event_id="event-abc", period="2031"))

    body = (await door.get(f"/v1/receipts/{COMMUNE}/event-abc")).json()

    assert (body["verdict"], [error["code"] for error in body["errors"]]) == ("rejected", ["report.unknown_period"])


async def test_there_is_no_receipt_at_an_odd_address(door: Client) -> None:
    await post(door, submitted(event_id="event-abc"))

    for event_id in ("event-unknown", "x", "%00%00%00%00%00%00%00%00", "%ff%fe%fd%fc%fb%fa%f9%f8", "x" * 5000, "$where-event"):
        assert codes(await door.get(f"/v1/receipts/{COMMUNE}/{event_id}"), 404) == ["door.no_such_receipt"], event_id


async def test_whether_another_unit_has_a_receipt_is_not_said(door: Client, known: Connections) -> None:
    other = await identities.put_key(known.database, "06256")
    await post(door, submitted(event_id="event-abc"))

    async def has_other_key() -> bool:
        return (await door.get("/v1/receipts/06256/event-abc", headers=bearer(other))).status_code == 404

    await until(has_other_key)
    for path in (f"{COMMUNE}/event-abc", f"{COMMUNE}/event-unknown", "99999/event-abc"):
        answer = await door.get(f"/v1/receipts/{path}", headers=bearer(other))
        assert codes(answer, 403) == ["identity.out_of_scope"], path
        assert COMMUNE not in answer.text
    for unit in ("*", "06253.%3E", "{$ne:1}", "%F0%9F%98%80", f"{COMMUNE}%00", "x" * 5000):
        assert codes(await door.get(f"/v1/receipts/{unit}/event-abc"), 403) == ["identity.out_of_scope"], unit


async def test_an_event_of_another_unit_is_refused_and_not_stored(door: Client, known: Connections) -> None:
    answer = await post(door, submitted("06256"))

    assert codes(answer, 403) == ["event.subject_mismatch"]
    assert answer.json()["errors"][0]["path"] == "source"
    assert await known.streams.last_sequence(subjects.INBOX) == 0


async def test_a_wrong_address_is_a_problem_too(door: Client) -> None:
    for method, path, status in (
        ("GET", "/v1/nothing", 404),
        ("GET", f"/v1/receipts/{COMMUNE}/a%2Fb", 404),
        ("GET", "/v1/receipts/..%2F..%2Fetc/passwd", 404),
        ("GET", "//v1/reports", 404),
        ("GET", "/v1/reports", 405),
        ("DELETE", f"/v1/receipts/{COMMUNE}/event-abc", 405),
    ):
        wanted = "door.not_found" if status == 404 else "door.method_not_allowed"
        assert codes(await door.request(method, path), status) == [wanted], path


async def test_a_unit_that_has_sent_too_much_is_answered_with_429_and_others_are_not(known: Connections, door: Client) -> None:
    config = known.declaration.stream_config(subjects.INBOX)
    await known.streams.jetstream.update_stream(config.evolve(max_msgs_per_subject=2))
    for revision in (1, 2):
        assert (await post(door, submitted(revision=revision))).status_code == 201

    answer = await post(door, submitted(revision=3))

    assert codes(answer, 429) == ["inbox.full"]
    assert answer.headers["retry-after"] == "3600"

    other = await identities.put_key(known.database, "06256")

    async def is_taken() -> bool:
        return (await post(door, submitted("06256"), JSON | bearer(other))).status_code in (200, 201)

    await until(is_taken)


@pytest.mark.parametrize(
    "forged", [b"{}", b"[]", b"null", b"1", b'"x"', b"{", b"", b"\xff", b'{"verdict":"rejected"}', b'{"verdict":5,"errors":3}', None]
)
async def test_what_comes_as_a_receipt_and_is_none_is_ignored(door: Client, known: Connections, forged: bytes | None) -> None:
    def answer(verdict: str) -> bytes:
        nothing: dict[str, Any] = {"errors": [], "warnings": [], "position": None, "received_at": "2026-11-26T06:49:05.361Z"}
        return orjson.dumps({"event_id": "event-abc", "unit": COMMUNE, "verdict": verdict, **nothing})

    async def forge() -> None:
        while True:
            headers = {"Inbox-Sequence": "1"}
            await known.streams.client.publish(subjects.receipts(COMMUNE), forged or answer("rejected"), headers=headers)
            await asyncio.sleep(0)

    forging = asyncio.create_task(forge())
    try:
        answered = await post(door, submitted(event_id="event-abc"))
    finally:
        await tasks.end(forging)

    assert (answered.status_code, answered.json()["verdict"]) == (201, "accepted")


@pytest.mark.parametrize("actor", ["people/p-0142", "operator/lan", "", None])
async def test_an_actor_is_refused_at_the_door(door: Client, ingest: Ingest, actor: str | None) -> None:
    answer = await post(door, submitted(actor=actor))

    assert codes(answer, 400) == ["event.actor_forbidden"]
    assert await ingest.stored(subjects.INBOX) == []


async def test_a_key_that_is_used_too_often_has_to_wait(known: Connections, key: str, settings: Settings) -> None:
    now = datetime.now(UTC)
    app = ingest_app.create_app(settings)
    app.state.gate = Gate(KeyRing(known.database, known.reference, lambda: now), Limits(), lambda: now)
    other = await identities.put_key(known.database, "06256")
    await app.state.gate.keys.look()
    async with serving(app, key) as client:
        path = f"/v1/receipts/{COMMUNE}/event-unknown"
        statuses = [(await client.get(path)).status_code for _ in range(BURST)]
        refused = await client.get(path)
        not_counted = [(await client.get(path, headers=bearer("th_other"))).status_code for _ in range(BURST + 1)]
        others = await client.get("/v1/receipts/06256/event-unknown", headers=bearer(other))
        now += timedelta(seconds=int(refused.headers["retry-after"]))
        later = await client.get(path)

    assert set(statuses) == {404}
    assert codes(refused, 429) == ["identity.too_many_requests"]
    assert set(not_counted) == {401}
    assert (others.status_code, later.status_code) == (404, 404)
