"""Open pages that fetch themselves again: one rendering for all with the same scope, nothing of a person, and 304 for what is known."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx2
import pytest

from services.portal import live
from services.portal.http.hub import FEW, Hub
from services.portal.http.kept_pages import KEPT_S, MOST, KeptPages, Rendered
from services.portal.http.watched import Watched
from shared.words import credentials
from tests import identities
from tests.portal import builders
from tests.portal.builders import CT27
from tests.portal.conftest import Stack

loop = pytest.mark.asyncio(loop_scope="session")

KEY = (CT27, "2024", "184")
VIEW = f"/bang/{CT27}/2024/184"
AGAIN = {"Tonghop-By-Itself": "1", "Sec-Fetch-Site": "same-origin"}


class Desk:
    """Pages on a clock that is set by hand; each rendering takes a tenth of a second."""

    def __init__(self) -> None:
        self.hub, self.time = Hub(), 100.0
        self.pages = KeptPages(self.hub, lambda: self.time)

    async def ask(self, name: str = "a", **fields: object) -> str:
        async def render() -> Rendered:
            self.time += 0.1
            await asyncio.sleep(0)
            body = str(self.pages.rendered + 1).encode()
            return Rendered(200, {}, body, **{"follows": [KEY], "position": "1", **fields})  # type: ignore[arg-type]

        return (await self.pages.page(name, render)).body.decode()


async def test_all_who_ask_at_once_get_one_rendering() -> None:
    desk = Desk()
    assert set(await asyncio.gather(*[desk.ask() for _ in range(50)])) == {"1"}
    assert await desk.ask() == "1"
    assert await desk.ask("another scope") == "2"


async def test_news_end_a_page_after_a_few_times_of_what_it_cost() -> None:
    desk = Desk()
    await desk.ask()
    desk.hub.tell(("other", "2024", "184"), "2")
    assert await desk.ask() == "1"
    desk.hub.tell(KEY, "2")
    desk.time += 0.3
    assert await desk.ask() == "1"
    desk.time += 0.2
    assert await desk.ask() == "2"


async def test_a_page_is_kept_for_three_seconds_only() -> None:
    desk = Desk()
    await desk.ask()
    desk.time += KEPT_S
    assert await desk.ask() == "2"


@pytest.mark.parametrize("fields", [{"is_personal": True}, {"status": 403}, {"follows": []}])
async def test_what_is_for_one_person_or_no_page_is_given_to_nobody_else(fields: dict[str, object]) -> None:
    desk = Desk()

    async def render() -> Rendered:
        desk.time += 0.1
        await asyncio.sleep(0)
        desk.time += 1
        return Rendered(**{"status": 200, "headers": {}, "body": str(desk.time).encode(), "follows": [KEY], **fields})  # type: ignore[arg-type]

    pages = await asyncio.gather(*[desk.pages.page("a", render) for _ in range(4)])
    assert len({page.body for page in pages}) == 4
    assert desk.pages._kept == {}


async def test_only_so_many_pages_are_kept_and_those_that_go_follow_nothing() -> None:
    desk = Desk()
    for number in range(MOST + 5):
        await desk.ask(str(number))
    assert len(desk.pages._kept) == len(desk.hub._followers[KEY]) == MOST


async def test_a_failed_rendering_is_not_kept_and_stops_nobody() -> None:
    desk = Desk()

    async def fail() -> Rendered:
        raise ConnectionError

    with pytest.raises(ConnectionError):
        await desk.pages.page("a", fail)
    assert await desk.ask() == "1"


async def test_few_watchers_are_told_at_once_and_many_are_spread(monkeypatch: pytest.MonkeyPatch) -> None:
    pauses: list[float] = []

    async def sleep(seconds: float) -> None:
        pauses.append(seconds)

    monkeypatch.setattr("services.portal.http.hub.asyncio.sleep", sleep)
    hub = Hub()
    with hub.listening({"page": [KEY]}) as listener:
        hub.tell(KEY, "1")
        await listener.news()
        hub.tell(KEY, "2")
        assert await listener.news() == {"page": "2"}
        assert pauses == []
        streams = [hub.listening({"page": [KEY]}) for _ in range(FEW + 380)]
        for one in streams:
            one.__enter__()
        hub.tell(KEY, "3")
        assert await listener.news() == {"page": "3"}
        hub.tell(KEY, "4")
        await listener.news()
        for one in streams:
            one.__exit__(None, None, None)
    first, second = pauses
    assert 0 <= first <= 2
    assert second > 1.5  # not before 401 × 5 ms
    assert (hub.count, hub._followers, hub._watchers) == (0, {}, {})


@asynccontextmanager
async def reader(stack: Stack, role: str, unit: str) -> AsyncIterator[httpx2.AsyncClient]:
    person = await identities.put_person(stack.database, identities.grant(role, unit))  # type: ignore[arg-type]
    cookies = {identities.COOKIE: await identities.put_session(stack.database, person)}
    async with httpx2.AsyncClient(base_url=stack.url, cookies=cookies, headers=AGAIN) as http:
        yield http


def pages_of(stack: Stack) -> KeptPages:
    app = stack.app.middleware_stack
    while not isinstance(app, Watched):
        app = app._app if hasattr(app, "_app") else app.app  # type: ignore[union-attr]
    return app.pages


@loop
async def test_a_watched_page_is_its_main_part_rendered_once_for_two_people_with_one_scope(stack: Stack) -> None:
    await stack.put(views=[builders.view()], reports=builders.season())
    rendered = pages_of(stack).rendered
    async with reader(stack, "viewer", "184") as one, reader(stack, "viewer", "184") as another, reader(stack, "viewer", "20") as above:
        first, second, third = [await http.get(VIEW) for http in (one, another, above)]
        assert first.text == second.text
        assert pages_of(stack).rendered == rendered + 2
        assert first.text.strip().startswith("<main")
        assert "Đăng xuất" not in first.text
        assert first.headers["cache-control"] == "no-store"
        assert "content-security-policy" in first.headers
        assert first.headers["content-encoding"] == "gzip"
        del one.headers["tonghop-by-itself"]
        assert first.text.strip() in (await one.get(VIEW)).text
        one.headers.update(AGAIN)
        assert third.status_code == 200
        again = await one.get(VIEW, headers={"If-None-Match": first.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")


@loop
async def test_what_is_out_of_scope_is_refused_although_the_page_is_kept_for_others(stack: Stack) -> None:
    await stack.put(views=[builders.view()], reports=builders.season())
    async with reader(stack, "viewer", "184") as inside, reader(stack, "viewer", "450") as outside:
        assert (await inside.get(VIEW)).status_code == 200
        assert (await outside.get(VIEW)).status_code == 403
    async with httpx2.AsyncClient(base_url=stack.url, headers=AGAIN) as nobody:
        assert (await nobody.get(VIEW)).status_code == 303


@loop
async def test_a_browsers_stream_says_which_pages_follow_and_which_are_gone(stack: Stack) -> None:
    await stack.put(views=[builders.view()])
    of = f"{CT27}/2024/184,{CT27}/2024/06253,{CT27}/2024/99999,nq68-quang-binh/2024/450"
    async with reader(stack, "viewer", "184") as http, asyncio.timeout(10), http.stream("GET", f"/live/views?of={of}") as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        seen = ""
        async for text in answer.aiter_text():
            seen += text
            if seen.count("event: view") == 2:
                break
    assert f'event: gone\ndata: {{"of":"{CT27}/2024/99999"}}' in seen
    assert 'event: gone\ndata: {"of":"nq68-quang-binh/2024/450"}' in seen
    assert f'event: view\ndata: {{"of":"{CT27}/2024/184","position":"1-3-1234"}}' in seen


@loop
@pytest.mark.parametrize(
    "of", ["", ",", "a", "a/b", "a/b/c/d", "../../..", "%00/2024/184", f"{CT27}/2024/184\n", ",".join(f"a/2024/{n}" for n in range(41))]
)
async def test_a_browsers_stream_of_nonsense_is_refused(stack: Stack, of: str) -> None:
    answer = await stack.http.get("/live/views", params={"of": of})
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"


@loop
async def test_a_browsers_stream_ends_with_its_session(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "LOOK_S", 0.1)
    await stack.put(views=[builders.view()])
    async with reader(stack, "viewer", "184") as http, asyncio.timeout(10):
        async with http.stream("GET", f"/live/views?of={CT27}/2024/184") as answer:
            seen = b""
            async for chunk in answer.aiter_bytes():
                seen += chunk
                await stack.database["sessions"].delete_many({"_id": {"$in": await _ids(stack, http)}})
        assert seen.endswith(b'event: gone\ndata: {"of":"%b/2024/184"}\n\n' % CT27.encode())


async def _ids(stack: Stack, http: httpx2.AsyncClient) -> list[str]:
    return [credentials.verifier(secret) for secret in http.cookies.values()]
