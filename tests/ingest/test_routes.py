"""Ingest's HTTP routes on real servers: every possible answer."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import orjson
import pytest
from fastapi import FastAPI
from pymongo.errors import ServerSelectionTimeoutError

from services.devstack.servers import Server, choose_ports
from services.ingest import app as ingest_app
from services.ingest import parked_counts
from services.ingest.domain import spoiled
from services.ingest.doors import http
from services.ingest.doors.gate import Gate
from services.ingest.parked_counts import OfDay
from services.ingest.store import ClaimStore
from shared.plumbing import streams, tasks
from shared.plumbing.key_ring import KeyRing
from shared.plumbing.readiness import Readiness
from shared.shell import service
from shared.shell.clock import system_clock
from shared.shell.limits import BURST, Limits
from shared.shell.service import Connections
from shared.shell.settings import Settings
from shared.wire import events, subjects
from shared.words import periods
from tests import identities, nats_users
from tests.builders import COMMUNE, Event, payload, submitted
from tests.contracts import conformity
from tests.identities import bearer
from tests.ingest.conftest import Ingest
from tests.running import is_ready, readiness
from tests.waiting import until

JSON = {"content-type": "application/cloudevents+json"}
Client = httpx2.AsyncClient


@asynccontextmanager
async def serving(app: FastAPI, key: str) -> AsyncIterator[Client]:
    """A client of the running app, with a unit's key; every answer must be one that the app's document describes."""
    document = app.openapi()

    async def conforms(answer: httpx2.Response) -> None:
        await answer.aread()
        assert conformity.faults(document, answer) == []

    transport, hooks = httpx2.ASGITransport(app=app), {"response": [conforms]}
    async with (
        app.router.lifespan_context(app),
        Client(transport=transport, base_url="http://ingest", timeout=30, event_hooks=hooks, headers=bearer(key)) as client,
    ):
        yield client


@pytest.fixture
async def key(known: Connections) -> str:
    """The key of the commune that sends."""
    return await identities.put_key(known.database, COMMUNE)


@pytest.fixture
async def door(settings: Settings, key: str) -> AsyncIterator[Client]:
    """The door of a working ingest."""
    app = ingest_app.create_app(settings)
    async with serving(app, key) as client:
        await until(lambda: is_ready(app))
        yield client


async def knows_keys(client: Client) -> bool:
    """Whether ingest has read the keys: before, it can refuse nobody."""
    return (await client.get(f"/v1/receipts/{COMMUNE}/event-unknown")).status_code == 404


async def post(client: Client, sent: Event | bytes, headers: dict[str, str] | None = None) -> httpx2.Response:
    return await client.post("/v1/reports", content=sent if isinstance(sent, bytes) else payload(sent), headers=headers or JSON)


def codes(answer: httpx2.Response, status: int) -> list[str]:
    """The codes of a refusal, after a look at the shape of RFC 9457."""
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    body: dict[str, Any] = answer.json()
    assert body["status"] == status
    assert body["type"] == f"urn:tonghop:problem:{body['code']}"
    assert body["title"]
    assert all(error.keys() == {"code", "path", "message_vi", "message_en"} for error in body["errors"])
    for error in body["errors"]:
        place = f"{error['path']}: " if error["path"] else ""
        assert place + error["message_vi"] in body["detail"]
        assert place + error["message_en"] in body["detail_en"]
    found = [error["code"] for error in body["errors"]]
    assert body["code"] == found[0]
    return found


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


async def test_an_event_in_binary_mode_is_told_how_it_is_sent(door: Client) -> None:
    event = submitted()
    headers = {"content-type": "application/json"} | {f"ce-{name}": event[name] for name in ("specversion", "id", "source", "type")}

    answer = await door.post("/v1/reports", content=orjson.dumps(event["data"]), headers=headers)
    data_alone = await door.post("/v1/reports", content=orjson.dumps(event["data"]), headers={"content-type": "application/json"})

    assert codes(answer, 400) == codes(data_alone, 400) == ["event.not_structured"]


SPOILED = {
    "cut": b'{"id": "event-abc"',
    "twice": b'{"id": "event-abc", "id": "event-abd"}',
    "empty": b"",
    "list": b"[]",
    "no attributes": b"{}",
    "bytes": b"\xff\x00",
    "deep": b"[" * 50_000,
    "large": b"x" * (events.MAX_EVENT_BYTES + 1),
    "huge number": b'{"id": ' + b"9" * 10_000 + b"}",
}


async def test_after_a_hundred_spoiled_bodies_a_day_only_spoiled_ones_are_429_and_say_why_all_the_same(
    door: Client, known: Connections, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spoiled, "MOST_KEPT", len(SPOILED))
    first = [(await post(door, body)).status_code for body in SPOILED.values()]
    answers = [await post(door, body) for body in SPOILED.values()]

    assert set(first) == {400, 413}
    for answer in answers:
        assert codes(answer, 429)[0] == "door.too_many_spoiled"
        assert len(answer.json()["errors"]) > 1
        assert 0 < int(answer.headers["retry-after"]) <= 86_400
    assert (await post(door, submitted())).status_code == 201
    forbidden = await post(door, submitted("06256"))
    assert codes(forbidden, 403) == ["event.subject_mismatch"]

    async def is_counted() -> bool:
        found = await known.database["parked_counts"].find_one({"unit": COMMUNE})
        return found is not None and (found["kept"], found["counted"], found["refused"]) == (0, 0, 2 * len(SPOILED))

    await until(is_counted)
    assert await known.database["parked"].count_documents({}) == 0
    assert await known.database["receipts"].count_documents({}) == 1


async def test_what_other_instances_counted_today_counts_too(
    settings: Settings, known: Connections, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parked_counts, "LOOK_S", 0.05)
    now = system_clock()
    counts = parked_counts.ParkedCounts(known.database, lambda: now)
    yesterday = OfDay(COMMUNE, periods.local_day(now) - timedelta(days=1))
    await counts.add({OfDay(COMMUNE, periods.local_day(now)): 60}, {OfDay(COMMUNE, periods.local_day(now)): 39, yesterday: 5000})
    app = ingest_app.create_app(settings)
    async with serving(app, key) as client:
        await until(lambda: is_ready(app))

        assert codes(await post(client, b"x"), 400) == ["event.malformed"]
        assert codes(await post(client, b"x"), 429) == ["door.too_many_spoiled", "event.malformed"]


@pytest.mark.parametrize("media_type", ["application/cloudevents-batch+json", "text/plain", "multipart/form-data", ""])
async def test_another_media_type_is_named(door: Client, media_type: str) -> None:
    answer = await door.post("/v1/reports", content=payload(submitted()), headers={"content-type": media_type})

    assert codes(answer, 400) == ["door.unsupported"]
    assert f"“{media_type or '–'}”" in answer.json()["detail"]


async def test_what_is_accepted_without_effect_is_warned_of(door: Client) -> None:
    await post(door, submitted(revision=2))

    answer = await post(door, submitted(revision=1))

    assert answer.status_code == 201
    assert [warning["code"] for warning in answer.json()["warnings"]] == ["report.superseded"]


@pytest.mark.parametrize("media_type", ["application/cloudevents+json; charset=utf-8", "application/json", "Application/JSON"])
async def test_both_media_types_of_json_are_taken(door: Client, media_type: str) -> None:
    assert (await post(door, submitted(), {"content-type": media_type})).status_code == 201


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


NO_EVENTS: list[tuple[bytes, list[str]]] = [
    (b"", ["event.malformed"]),
    (b"{", ["event.malformed"]),
    (b"[]", ["event.malformed"]),
    (b"\xff", ["event.malformed"]),
    (b"[" * 100_000, ["event.malformed"]),
    (b'{"id": 1, "id": 2}', ["event.duplicate_key"]),
    (payload(submitted()).replace(b"340", b"NaN"), ["report.not_a_number"]),
    (payload(submitted(event_id="short")), ["event.invalid_field"]),
    (payload(submitted(source="/units/../06253")), ["event.invalid_field"]),
    (payload(submitted(source="/units/*")), ["event.invalid_field"]),
    (payload(submitted(source="/units/06253.>")), ["event.invalid_field"]),
    (payload(submitted(source="06253")), ["event.invalid_field"]),
    (json.dumps(submitted(source="/units/\ud800")).encode(), ["event.invalid_field"]),
    (b"{}", ["event.not_structured"]),
    (b'{"id": "event-0001"}', ["event.missing_field"] * 4),
]


async def test_what_is_no_event_is_answered_with_400_and_not_put_into_an_inbox(door: Client, known: Connections) -> None:
    for body, wrong in NO_EVENTS:
        assert codes(await post(door, body), 400) == wrong, body[:200]

    assert await known.streams.last_sequence(subjects.INBOX) == 0


async def test_too_large_a_body_is_answered_with_413(door: Client) -> None:
    assert codes(await post(door, b" " * (events.MAX_EVENT_BYTES + 1)), 413) == ["event.too_large"]


async def test_too_large_a_body_in_chunks_is_refused_before_its_end(door: Client) -> None:
    sent = 0

    async def chunks() -> AsyncIterator[bytes]:
        nonlocal sent
        for _ in range(1000):
            sent += 64 * 1024
            yield b" " * 64 * 1024

    answer = await door.post("/v1/reports", content=chunks(), headers=JSON)

    assert "content-length" not in answer.request.headers
    assert codes(answer, 413) == ["event.too_large"]
    assert sent <= events.MAX_EVENT_BYTES + 3 * 64 * 1024


async def test_the_largest_event_is_taken(door: Client) -> None:
    event = submitted(narratives={"ket_qua": "đ" * 10_000})
    body = payload(event)

    answer = await post(door, body + b" " * (events.MAX_EVENT_BYTES - len(body)))

    assert answer.status_code == 201


async def test_another_media_type_is_no_event(door: Client) -> None:
    for media_type in ("text/plain", "application/xml", "", "application/x-www-form-urlencoded", "application/jsonp"):
        assert codes(await post(door, submitted(), {"content-type": media_type}), 400) == ["door.unsupported"], media_type


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


# Servers that are away


def changed(settings: Settings, **changes: Any) -> Settings:
    """Other settings; not `model_copy`, which keeps addresses that were computed from the old ones."""
    return Settings(_env_file=None, **settings.model_dump() | changes)


@pytest.fixture
def pause(monkeypatch: pytest.MonkeyPatch) -> asyncio.Event:
    """Holds up ingest's screening until it is set."""
    goes_on = asyncio.Event()
    screening = ingest_app.ingest

    async def wait(connections: Connections, store: ClaimStore, readiness: Readiness) -> None:
        await goes_on.wait()
        await screening(connections, store, readiness)

    monkeypatch.setattr(ingest_app, "ingest", wait)
    return goes_on


async def test_while_the_verdict_is_pending_the_answer_is_202_and_the_receipt_comes_later(
    key: str, settings: Settings, pause: asyncio.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "VERDICT_S", 0.3)
    async with serving(ingest_app.create_app(settings), key) as client:

        async def is_pending() -> bool:
            return (await post(client, submitted(event_id="event-abc"))).status_code == 202

        await until(is_pending)
        answer = await post(client, submitted(event_id="event-abd"))
        address = answer.headers["location"]
        assert answer.status_code == 202
        assert answer.json()["verdict"] == "pending"
        assert answer.headers["retry-after"] == "2"
        assert codes(await client.get(address), 404) == ["door.no_such_receipt"]

        pause.set()

        async def has_come() -> bool:
            return (await client.get(address)).status_code == 200

        await until(has_come)
        assert (await client.get(address)).json()["verdict"] == "accepted"
        monkeypatch.setattr(http, "VERDICT_S", 5.0)
        assert (await post(client, submitted(event_id="event-abd"))).status_code == 200


@pytest.fixture
async def own_nats(tmp_path: Path) -> AsyncIterator[Server]:
    ports = choose_ports(defaults=False)
    server = await nats_users.start_nats(tmp_path / "nats", ports.nats, ports.nats_http)
    yield server
    await server.kill()


@pytest.fixture
async def apart(known: Connections, settings: Settings, own_nats: Server) -> Settings:
    """Settings with a broker of its own, its streams in place."""
    own = changed(settings, nats_url=own_nats.url)
    connections = service.connections(own, "test")
    await connections.broker.start()
    await streams.apply(connections.streams.jetstream, connections.declaration)
    await connections.close()
    return own


async def test_while_the_broker_is_away_the_answer_is_503_and_afterwards_201(
    apart: Settings, key: str, own_nats: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.plumbing.broker.ACK_TIMEOUT_S", 1.0)
    event = submitted()
    app = ingest_app.create_app(apart)
    async with serving(app, key) as client:
        await until(lambda: is_ready(app))
        await own_nats.kill()

        answer = await post(client, event)

        assert codes(answer, 503) == ["door.broker_away"]
        assert int(answer.headers["retry-after"]) > 0
        await own_nats.start()

        async def is_taken() -> bool:
            return (await post(client, event)).status_code in (200, 201)

        await until(is_taken)


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


async def test_before_the_broker_was_ever_reached_the_answer_is_503(key: str, settings: Settings) -> None:
    nowhere = changed(settings, nats_url=f"nats://127.0.0.1:{choose_ports(defaults=False).nats}")
    app = ingest_app.create_app(nowhere)
    async with serving(app, key) as client:
        await until(lambda: knows_keys(client))
        answer = await post(client, submitted())
        ready = await readiness(app)

    assert codes(answer, 503) == ["door.broker_away"]
    assert ready.status_code == 503


async def test_while_the_database_is_away_a_receipt_is_answered_with_503(door: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    async def away(*_: str) -> None:
        raise ServerSelectionTimeoutError

    monkeypatch.setattr(ClaimStore, "receipt", away)

    answer = await door.get(f"/v1/receipts/{COMMUNE}/event-abc")

    assert codes(answer, 503) == ["door.database_away"]


async def test_before_the_keys_were_read_nobody_is_refused(key: str, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.plumbing.mongo.SERVER_SELECTION_MS", 300)
    port = choose_ports(defaults=False).mongo
    app = ingest_app.create_app(changed(settings, mongo_url=f"mongodb://127.0.0.1:{port}/?replicaSet=rs0"))

    async with serving(app, key) as client:

        async def waits_for_keys() -> bool:
            return "keys" in (await readiness(app)).json()["waiting_for"]

        await until(waits_for_keys)
        answer = await post(client, submitted())

    assert codes(answer, 503) == ["identity.keys_not_read"]
    assert int(answer.headers["retry-after"]) > 0


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


async def test_a_fault_of_ours_is_a_problem_that_says_what_to_do(settings: Settings, key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async def fails(*_: str) -> None:
        raise RuntimeError("a fault of ours")

    app = ingest_app.create_app(settings)
    monkeypatch.setattr(ClaimStore, "receipt", fails)
    transport = httpx2.ASGITransport(app=app, raise_app_exceptions=False)
    async with app.router.lifespan_context(app), Client(transport=transport, base_url="http://ingest", headers=bearer(key)) as client:
        await until(lambda: is_ready(app))
        answer = await client.get(f"/v1/receipts/{COMMUNE}/event-abc")

    assert codes(answer, 500) == ["door.fault"]


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
