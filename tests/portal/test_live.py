import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import httpx2
import orjson
import pytest

from services.portal import live
from services.portal.domain import address
from services.portal.http.hub import Hub
from services.portal.live import position_of
from shared.wire import subjects
from shared.words import regimes
from shared.words.reference import Reference
from tests import hostile, identities
from tests.hostile import Hostile
from tests.portal import builders
from tests.portal.builders import CT27
from tests.portal.conftest import Stack

pytestmark = pytest.mark.asyncio(loop_scope="session")

KEY = (CT27, "2024", "184")


async def test_a_listener_hears_of_its_view_only() -> None:
    hub = Hub()
    with hub.listening({"": [KEY]}) as listener:
        hub.tell((CT27, "2024", "20"), "1-3-1")
        assert not listener.has_news
        hub.tell(KEY, "1-3-2")
        assert await listener.news() == {"": "1-3-2"}


async def test_a_slow_listener_keeps_only_the_newest() -> None:
    hub = Hub()
    with hub.listening({"": [KEY]}) as listener:
        for sequence in range(1000):
            hub.tell(KEY, f"1-3-{sequence}")
        assert await listener.news() == {"": "1-3-999"}
        assert not listener.has_news


async def test_a_listener_of_several_views_hears_of_each_and_keeps_the_others() -> None:
    hub, earlier = Hub(), (CT27, "2023", "184")
    with hub.listening({"": [earlier, KEY]}) as listener:
        hub.tell(KEY, "1-3-7")
        listener.begin({earlier: "1-2-4", KEY: "1-3-6"})
        assert await listener.news() == {"": "1-2-4,1-3-7"}
        hub.tell(earlier, "1-2-5")
        assert await listener.news() == {"": "1-2-5,1-3-7"}
    assert (hub.count, hub._followers) == (0, {})


async def test_a_listener_that_left_is_forgotten() -> None:
    hub = Hub()
    with hub.listening({"": [KEY]}):
        assert hub.count == 1
    assert (hub.count, hub._followers) == (0, {})


@pytest.mark.parametrize("unit", ["52-SYT", "540"])
async def test_a_page_of_a_report_follows_the_view_above_also_if_units_without_a_report_are_below(unit: str) -> None:
    """The districts of this regime report; their communes do not."""
    known = Reference(1, builders.registry(), regimes.resolve(builders.plain_regimes()), {})
    at = address.named(known, "quy-dau-tu-cong-binh-dinh", "2026-Q2", unit)
    assert at.is_reporter
    assert live.followed(at).keys == {"2026-Q2": ("quy-dau-tu-cong-binh-dinh", "2026-Q2", "52")}
    assert list(live.followed(at, to_date=True).keys) == ["2026-Q1", "2026-Q2"]


async def test_a_feed_event_that_cannot_be_read_has_no_position() -> None:
    assert position_of(b"{") == ""
    assert position_of(b'{"data": []}') == ""
    assert subjects.fed_view("feed.20.x") is None
    assert subjects.fed_view("feed.20.a.2024.184") == ("a", "2024", "184")


async def events_of(lines: AsyncIterator[str]) -> AsyncIterator[dict[str, str]]:
    found: dict[str, str] = {}
    async for line in lines:
        name, _, value = line.partition(": ")
        if line and name:
            found[name] = value
        elif found:
            yield found
            found = {}


async def test_an_open_page_hears_that_its_view_changed(stack: Stack) -> None:
    await stack.put(views=[builders.view()])
    async with asyncio.timeout(10), stack.http.stream("GET", f"/live/{CT27}/2024/06253") as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        heard = events_of(answer.aiter_lines())
        first = await anext(heard)
        while "event" not in first:
            first = await anext(heard)
        assert (first["event"], first["id"]) == ("view", "1-3-1234")
        payload = orjson.dumps({"data": {"position": {"generation": 1, "partition": 3, "sequence": 1235}}})
        await stack.jetstream.publish(subjects.feed("20", CT27, "2024", "184"), payload)
        second = await anext(heard)
        assert (second["event"], second["id"]) == ("view", "1-3-1235")


@pytest.mark.parametrize(
    ("path", "headers", "is_kept_alive"),
    [
        (f"/bang/{CT27}/2024/184", {}, True),
        (f"/bang/{CT27}/2024/184", {"Tonghop-By-Itself": "1"}, False),
        (f"/live/{CT27}/2024/184", {}, False),
    ],
)
async def test_only_the_person_keeps_a_session_alive_and_not_an_open_page(
    stack: Stack, path: str, headers: dict[str, str], is_kept_alive: bool
) -> None:
    await stack.put(views=[builders.view()])
    began = datetime.now(UTC) - timedelta(minutes=20)
    viewer = await identities.put_person(stack.database, identities.grant("viewer", "20"))
    secret = await identities.put_session(stack.database, viewer, now=began)
    cookies = {identities.COOKIE: secret}
    async with httpx2.AsyncClient(base_url=stack.url, cookies=cookies) as http, http.stream("GET", path, headers=headers) as answer:
        assert answer.status_code == 200
    session = await stack.database["sessions"].find_one({"person": viewer})
    assert session is not None
    assert (session["seen_at"] - began > timedelta(minutes=19)) == is_kept_alive


async def test_whoever_publishes_to_the_feed_is_answered_by_the_stream_alone(stack: Stack) -> None:
    inbox = stack.nats.new_inbox()
    answers = await stack.nats.subscribe(inbox)
    await stack.put(views=[builders.view()])
    async with asyncio.timeout(10), stack.http.stream("GET", f"/live/{CT27}/2024/184") as answer:
        heard = events_of(answer.aiter_lines())
        while "event" not in await anext(heard):
            pass
        await stack.nats.publish(subjects.feed("20", CT27, "2024", "184"), b"{}", reply=inbox)
        await anext(heard)  # the portal has had it
        assert b'"stream":"FEED"' in (await answers.next_msg(timeout=5)).data
        with pytest.raises(TimeoutError):
            await answers.next_msg(timeout=0.3)
    await answers.unsubscribe()


async def test_an_unreadable_feed_message_does_not_stop_the_next(stack: Stack) -> None:
    await stack.put(views=[builders.view()])
    async with asyncio.timeout(10), stack.http.stream("GET", f"/live/{CT27}/2024/184") as answer:
        heard = events_of(answer.aiter_lines())
        while "event" not in await anext(heard):
            pass
        for payload in (b"\xff", b"[]"):
            await stack.jetstream.publish(subjects.feed("20", CT27, "2024", "184"), payload)
        assert (await anext(heard))["event"] == "view"


async def test_no_header_and_no_reply_in_the_feed_stops_the_next(stack: Stack) -> None:
    await stack.put(views=[builders.view()])
    subject = subjects.feed("20", CT27, "2024", "184").encode()
    position = {"generation": 1, "partition": 3, "sequence": 1236}
    async with asyncio.timeout(20), stack.http.stream("GET", f"/live/{CT27}/2024/184") as answer:
        heard = events_of(answer.aiter_lines())
        while "event" not in await anext(heard):
            pass
        await hostile.publish(stack.settings.nats_servers[0], *hostile.of_every_kind(subject, b"{}"))
        await hostile.publish(
            stack.settings.nats_servers[0], *[Hostile(b"feed.20.x.y." + token, b"{}") for token in hostile.TOKENS.values()]
        )
        await stack.jetstream.publish(subject.decode(), orjson.dumps({"data": {"position": position}}))
        while (await anext(heard))["id"] != "1-3-1236":
            pass


async def test_a_page_of_nothing_cannot_be_listened_to(stack: Stack) -> None:
    answer = await stack.http.get(f"/live/{CT27}/2024/99999")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
