"""Files that are made in the background: leases, restarts, limits, whose they are, the audit log. Nothing is converted here."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta

import httpx2
import pytest
import pytest_asyncio

from services.portal.domain import file_orders
from services.portal.domain.file_orders import LEASE, MOST_ATTEMPTS, Order
from services.portal.files.producing import Progress
from services.portal.files.runner import Runner
from services.portal.files.store import CHUNK, FileStore
from services.portal.office import making
from shared.plumbing import tasks
from shared.words.failures import PermanentError
from shared.words.refusals import refusal
from tests import identities
from tests.portal import builders
from tests.portal.conftest import Stack
from tests.portal.logged_in import Clock

pytestmark = pytest.mark.asyncio(loop_scope="session")

ORDER = Order("docx", builders.CT27, "2024", "184")
PATH = f"/bang/{builders.CT27}/2024/184"
Made = Callable[[Order, str, datetime, Progress], Awaitable[bytes]]


@pytest_asyncio.fixture(loop_scope="session")
async def store(stack: Stack) -> AsyncIterator[FileStore]:
    for name in ("files", "file_chunks"):
        await stack.database[name].delete_many({})
    yield stack.app.state.files


async def order(store: FileStore, now: datetime, owner: str = "lan", **changes: str) -> str:
    asked = Order("docx", builders.CT27, "2024", changes.get("unit", "184"))
    return await store.put(asked, owner, "Báo cáo", "bao-cao.docx", now)


def answering(content: bytes) -> Made:
    async def make(order: Order, owner: str, now: datetime, progress: Progress) -> bytes:
        await progress(1, 2)
        return content

    return make


async def content(store: FileStore, file: str, owner: str, now: datetime) -> bytes:
    found = await store.of_owner(file, owner, now)
    assert found is not None
    return b"".join([part async for part in store.content(found)])


async def test_a_file_of_several_parts_is_only_its_owner_s(store: FileStore) -> None:
    clock, whole = Clock(datetime.now(UTC)), b"x" * CHUNK + b"y" * 10
    file = await order(store, clock())
    assert await Runner(store, answering(whole), clock, "one").step()
    assert await content(store, file, "lan", clock()) == whole
    assert await store.of_owner(file, "binh", clock()) is None
    assert await store.of_owner(file, "lan", clock() + file_orders.KEPT) is None


async def test_the_file_of_a_portal_that_was_killed_is_made_by_another_one(store: FileStore) -> None:
    clock = Clock(datetime.now(UTC))
    file = await order(store, clock())
    claimed = await store.claim("killed", clock())
    assert claimed is not None
    other = Runner(store, answering(b"anew"), clock, "other")
    assert not await other.step()  # the lease holds
    clock.now += LEASE + timedelta(seconds=1)
    assert await other.step()
    await store.finish(claimed, "killed", b"late")  # it was only asleep
    assert await content(store, file, "lan", clock()) == b"anew"
    assert not await store.renew(file, "killed", clock())


async def test_a_portal_that_stops_lets_the_file_be_made_at_once(store: FileStore) -> None:
    clock, began = Clock(datetime.now(UTC)), asyncio.Event()

    async def never(order: Order, owner: str, now: datetime, progress: Progress) -> bytes:
        began.set()
        await asyncio.Event().wait()
        return b""

    file = await order(store, clock())
    stopping = asyncio.create_task(Runner(store, never, clock, "stopping").run())
    await began.wait()
    await tasks.end(stopping)
    assert await Runner(store, answering(b"done"), clock, "next").step()
    assert await content(store, file, "lan", clock()) == b"done"


async def test_a_file_that_kills_its_makers_is_given_up(store: FileStore) -> None:
    clock = Clock(datetime.now(UTC))
    file = await order(store, clock())
    for attempt in range(MOST_ATTEMPTS):
        assert await store.claim(f"killed-{attempt}", clock()) is not None
        clock.now += LEASE + timedelta(seconds=1)
    assert await store.claim("last", clock()) is None
    found = await store.of_owner(file, "lan", clock())
    assert found is not None
    assert found["refusal"] is not None
    assert (found["state"], found["refusal"]["code"]) == ("failed", "document.given_up")


async def test_what_fails_says_why(store: FileStore) -> None:
    async def fail(order: Order, owner: str, now: datetime, progress: Progress) -> bytes:
        raise PermanentError(refusal("document.empty_book"))

    clock = Clock(datetime.now(UTC))
    file = await order(store, clock())
    assert await Runner(store, fail, clock, "one").step()
    found = await store.of_owner(file, "lan", clock())
    assert found is not None
    assert found["refusal"] is not None
    assert (found["state"], found["refusal"]["code"]) == ("failed", "document.empty_book")


async def test_a_person_has_few_files_under_way(store: FileStore) -> None:
    now = datetime.now(UTC)
    for number in range(file_orders.MOST_UNFINISHED):
        assert await store.may_order("lan", now)
        await order(store, now, unit=f"unit-{number}")
    assert not await store.may_order("lan", now)
    assert await store.may_order("binh", now)
    assert not file_orders.may_order(0, file_orders.MOST_A_DAY)


async def test_a_download_is_recorded_first_made_in_the_background_and_shown_while_it_is_made(stack: Stack, store: FileStore) -> None:
    person = await identities.put_person(stack.database, identities.grant("reviewer", "184"))
    cookies = {identities.COOKIE: await identities.put_session(stack.database, person)}
    browser = httpx2.AsyncClient(base_url=stack.url, timeout=60, cookies=cookies)
    await stack.put(views=[builders.view()], reports=builders.season())
    asked = await browser.get(f"{PATH}.docx")
    page = asked.headers.get("location", "")
    if not page:  # it was quick
        assert asked.headers["content-disposition"].startswith('attachment; filename="ct27-van-quan-2024-184.docx"')
        page = f"/tep/{(await stack.database['files'].find_one({'owner': person}) or {})['_id']}"
    entry = await stack.database["audit"].find_one({"actor": f"people/{person}", "action": "document.exported"})
    assert entry is not None
    assert (entry["target"], entry["details"]["file"]) == ("views/ct27-van-quan/2024/184", "docx")
    for _ in range(300):
        shown = await browser.get(page)
        if "http-equiv" not in shown.text:
            break
        assert '<noscript><meta http-equiv="refresh" content="2"></noscript>' in shown.text
        await asyncio.sleep(0.1)
    assert "Tải tệp về" in shown.text, shown.text
    whole = await browser.get(f"{page}/tai-ve")
    assert (whole.status_code, whole.content[:2]) == (200, b"PK")
    assert whole.headers["cache-control"] == "no-store"
    await browser.aclose()
    for path in (page, f"{page}/tai-ve"):
        assert (await stack.http.get(path)).status_code == 404  # somebody else, who views everything


async def test_without_libreoffice_only_word_is_offered_and_the_page_says_so(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    await stack.put(views=[builders.view()])
    monkeypatch.setattr(making, "office", lambda: None)
    answer = await stack.http.get(f"{PATH}.pdf")
    assert answer.status_code == 501
    assert "bản Word" in answer.text
    assert (await stack.database["files"].count_documents({"kind": "pdf"})) == 0


async def test_a_role_that_ended_meanwhile_gets_no_file(stack: Stack, store: FileStore) -> None:
    person = await identities.put_person(stack.database, identities.grant("reviewer", "44"))
    await stack.put(views=[builders.view()])
    now = datetime.now(UTC)
    file = await store.put(ORDER, person, "Báo cáo", "bao-cao.docx", now)
    for _ in range(100):
        found = await store.of_owner(file, person, now)
        if found is not None and found["state"] == "failed":
            break
        stack.app.state.file_runner.wake()
        await asyncio.sleep(0.1)
    assert found is not None
    assert found["refusal"] is not None
    assert found["refusal"]["code"] == "identity.out_of_scope"
