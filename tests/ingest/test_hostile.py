"""Hostile input changes nothing, over HTTP and over NATS: each has its reason, and afterwards all that stood still stands.

How: real servers, ingest with its listener and the aggregator in this process, a unit with its key and its credentials; every input of
`tests/hostile_events.py` and request of `tests/hostile_requests.py` once. Again: `pytest tests/ingest/test_hostile.py`.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import httpx2
import orjson
import pytest

from services.aggregate.app import aggregate
from services.ingest import app as ingest_app
from shared.plumbing import tasks
from shared.plumbing.readiness import Readiness
from shared.shell import listeners
from shared.shell.listeners import Listener
from shared.shell.service import Connections
from shared.shell.settings import Settings
from shared.wire import collection_names, subjects
from tests import hostile_requests, identities, nats_users
from tests.builders import COMMUNE, payload, submitted
from tests.hostile_events import EVENTS
from tests.identities import bearer
from tests.nats_matrix.wire import Wire
from tests.running import is_ready, with_all_settings
from tests.waiting import until

JSON = {"content-type": "application/cloudevents+json"}
OTHER = "06256"
OVER_HTTP = {"event.malformed": ("event.invalid_field", "event.missing_field")}  # of an id: here somebody can be told without a receipt
OF_OTHER = {"source of another unit", "another unit", "withdrawal of another unit"}  # this unit sends over NATS
WATCHED = (collection_names.REPORTS, collection_names.VIEWS)
State = dict[str, Any]


class Door(NamedTuple):
    """Ingest in this process, and where it listens."""

    app: Any
    port: int
    http: httpx2.AsyncClient
    nats_url: str


@asynccontextmanager
async def listening(settings: Settings, key: str) -> AsyncIterator[Door]:
    app = ingest_app.create_app(settings)
    with listeners.bound("127.0.0.1", 0, "TONGHOP_BIND_HOST") as sock:
        listener = Listener(listeners.configured(app, 1))
        task = asyncio.create_task(listener.serve([sock]))
        port = sock.getsockname()[1]
        address, fresh = f"http://127.0.0.1:{port}", httpx2.Limits(max_keepalive_connections=0)  # ends can cross in a busy process
        async with httpx2.AsyncClient(base_url=address, headers=bearer(key) | JSON, timeout=30, limits=fresh) as http:
            try:

                async def is_up() -> bool:
                    return listener.started and await is_ready(app)

                await until(is_up)
                yield Door(app, port, http, settings.nats_servers[0])
            finally:
                listener.should_exit = True
                await task


@pytest.fixture
async def folding(known: Connections) -> AsyncIterator[None]:
    task = asyncio.ensure_future(aggregate(with_all_settings(known), Readiness()))
    yield
    await tasks.end(task)


@pytest.fixture
async def door(known: Connections, folding: None, settings: Settings) -> AsyncIterator[Door]:
    async with listening(settings, await identities.put_key(known.database, COMMUNE)) as opened:
        yield opened


async def state(connections: Connections) -> State:
    """All that hostile input must not change."""
    database = connections.database
    found: State = {name: [one async for one in database[name].find().sort("_id")] for name in WATCHED}
    accepted = {"verdict": "accepted"}
    found["claims"] = [one async for one in database[collection_names.RECEIPTS].find(accepted).sort("_id")]
    found["log"] = await connections.streams.last_sequence(subjects.REPORTS)
    return found


async def post(door: Door, body: bytes, key: str | None = None) -> httpx2.Response:
    return await door.http.post("/v1/reports", content=body, headers=bearer(key) if key else None)


async def stands(connections: Connections, door: Door) -> State:
    """One report is accepted and in its view; what stands then."""
    assert (await post(door, payload(submitted(event_id="event-good")))).status_code == 201

    async def is_shown() -> bool:
        view = await connections.database[collection_names.VIEWS].find_one({"_id": "ct27-van-quan/2024/184"})
        return view is not None and view["reporting"]["received"] == 1

    await until(is_shown)
    return await state(connections)


async def receipt_at(door: Door, path: str) -> Any:
    """The receipt of an event that had no verdict within two seconds."""

    async def is_there() -> bool:
        return (await door.http.get(path)).status_code == 200

    await until(is_there)
    return (await door.http.get(path)).json()


async def events_over_http(door: Door) -> None:
    """Each is refused with its code. A unit that sends too much that is no event has to wait, which is a refusal too."""
    at_once = asyncio.Semaphore(16)

    async def refused(name: str, body: bytes, code: str) -> str:
        async with at_once:
            answer = await post(door, body)
            receipt = await receipt_at(door, answer.headers["location"]) if answer.status_code == 202 else answer.json().get("receipt")
        told = receipt["errors"][0]["code"] if receipt else answer.json()["code"]
        is_told = 400 <= answer.status_code < 500 or (answer.status_code == 202 and receipt["verdict"] == "rejected")
        return (
            ""
            if is_told and (told in (code, *OVER_HTTP.get(code, ())) or answer.status_code == 429)
            else f"{name}: {answer.status_code} {told}"
        )

    wrong = await asyncio.gather(*[refused(name, body, code) for name, (body, code) in EVENTS.items()])
    assert "; ".join(text for text in wrong if text) == ""


async def events_over_nats(door: Door) -> None:
    """Each has a receipt with its code."""
    now = datetime.now(UTC)
    creds = nats_users.keys().unit(OTHER, now, now + timedelta(hours=1)).text
    wire = await Wire.log_in(door.nats_url, creds)
    wire.subscribe(f"receipts.{OTHER}")
    assert await wire.settle() == []
    sent = {name: (body.replace(COMMUNE.encode(), OTHER.encode()), code) for name, (body, code) in EVENTS.items() if name not in OF_OTHER}

    for body, _ in sent.values():
        wire.publish(f"inbox.{OTHER}", body)
        await wire.drain()

    def by_message() -> dict[bytes, Any]:  # a receipt may come twice
        return {heard.headers: orjson.loads(heard.body) for heard in wire.heard}

    async def are_answered() -> bool:
        return len(by_message()) == len(sent)

    await until(are_answered)
    receipts = list(by_message().values())
    assert {receipt["verdict"] for receipt in receipts} == {"rejected"}
    assert Counter(receipt["errors"][0]["code"] for receipt in receipts) == Counter(code for _, code in sent.values())
    await wire.close()


async def requests(door: Door) -> None:
    """Requests that are no HTTP or odd, all with a good key, are refused, or answered as the same request in a plain form."""
    for name, sent in {**hostile_requests.REFUSED, **{name: sent for name, (sent, _) in hostile_requests.TAKEN.items()}}.items():
        answer = await hostile_requests.ask(door.port, with_key(door, sent))
        assert answer.statuses, name
        assert all(status < 500 for status in answer.statuses), name


async def bodies_that_are_cut_off(door: Door) -> None:
    """A report is not taken if its end did not come, or if it is shorter than was said."""
    whole = payload(submitted(revision=2))
    head = with_key(door, hostile_requests.POST + hostile_requests.JSON)
    for sent in (
        head + b"Content-Length: %d\r\n\r\n" % (len(whole) + 1) + whole,
        head + b"Content-Length: %d\r\n\r\n" % len(whole) + whole[:-1],
        head + b"Transfer-Encoding: chunked\r\n\r\n%x\r\n" % len(whole) + whole + b"\r\n",
    ):
        assert (await hostile_requests.ask(door.port, sent, until=0, is_ended=True)).statuses == ()
    shorter = await hostile_requests.ask(door.port, head + b"Content-Length: %d\r\n\r\n" % (len(whole) - 1) + whole)
    assert shorter.codes[:1] == ("event.malformed",)


def with_key(door: Door, sent: bytes) -> bytes:
    key = door.http.headers["authorization"].encode()
    return sent.replace(hostile_requests.HOST, hostile_requests.HOST + b"Authorization: " + key + b"\r\n", 1)


async def test_no_hostile_input_changes_anything(known: Connections, door: Door) -> None:
    key = await identities.put_key(known.database, OTHER)
    before = await stands(known, door)

    for sending in (bodies_that_are_cut_off, requests, events_over_http, events_over_nats):
        await sending(door)
        assert await state(known) == before
        assert await is_ready(door.app)

    good = await post(door, payload(submitted(OTHER, event_id="event-next")), key)
    assert (good.status_code, good.json()["verdict"]) == (201, "accepted")


def test_there_are_inputs_of_every_kind() -> None:
    assert len(EVENTS) >= 180
    assert {code for _, code in EVENTS.values()} >= {"event.malformed", "event.duplicate_key", "event.too_large", "text.control_character"}
