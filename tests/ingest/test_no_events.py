"""What is no event is answered at once, with what is wrong and how it is sent; after too many a day the sender has to wait."""

import json
from collections.abc import AsyncIterator
from datetime import timedelta

import orjson
import pytest

from services.ingest import app as ingest_app
from services.ingest import parked_counts
from services.ingest.domain import spoiled
from services.ingest.parked_counts import OfDay
from shared.shell.clock import system_clock
from shared.shell.service import Connections
from shared.shell.settings import Settings
from shared.wire import events, subjects
from shared.words import periods
from tests.builders import COMMUNE, payload, submitted
from tests.ingest.serving import JSON, Client, codes, post, serving
from tests.running import is_ready
from tests.waiting import until


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


@pytest.mark.parametrize("media_type", ["application/cloudevents+json; charset=utf-8", "application/json", "Application/JSON"])
async def test_both_media_types_of_json_are_taken(door: Client, media_type: str) -> None:
    assert (await post(door, submitted(), {"content-type": media_type})).status_code == 201


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
