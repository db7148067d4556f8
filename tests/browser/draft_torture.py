"""`make draft-torture [ROUNDS=60] [SEED=1]`: two writers in one form, and everything that can end goes away at random.

What: two people type random words into the same fields, each in a Chromium of their own. In each round one of: a browser is killed
(SIGKILL) and opened again, the portal is killed and started again, the portal's clock or a browser's clock jumps, a session ends and the
person logs in again beside the form, a page is loaded again, another window of the same person saves. Whoever is asked which text to keep
chooses at random.
Rule: a word in a field that the page has shown as *Đã lưu* is never lost: it is in the draft, or in its history, or it was shown in a
conflict. Words are only added, so a word that is missing was lost. Exit code 1 if one is.
It has found a difference that was shown as it had been some keys before (seed 2), so that a choice took away what nobody had seen.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import signal
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from playwright.async_api import Error, async_playwright

from services.devstack.ports import choose_ports
from services.devstack.process import Process
from services.devstack.servers import start_mongo
from shared.plumbing import mongo, streams
from shared.plumbing.mongo import Documents
from shared.plumbing.reference_store import ReferenceStore
from shared.shell import observability
from shared.shell.clock import system_clock
from shared.shell.settings import Settings
from shared.wire import collection_names
from tests import identities, nats_users, seeds
from tests.browser.conftest import CHROMIUM, FLAGS
from tests.builders import COMMUNE
from tests.portal import entry_desk
from tests.portal.entry_desk import PATH
from tests.running import module, until_ready

if TYPE_CHECKING:
    from playwright.async_api import BrowserContext, Page, Playwright

FIELDS: Final = ("v.gd_ngay_cong", "v.gd_hien_vat", "t.ket_qua", "t.kho_khan", "g.gd_ngay_cong")
JUMPS: Final = (-3600, -90, 90, 2400)  # seconds; the last ends sessions that are idle
PAUSES: Final = (0.0, 0.1, 0.4, 1.2, 2.2)
SETTLED_S: Final = 60.0
SKEW: Final = "const now = Date.now; Date.now = () => now() + (window.skew ?? 0);"
STATES: Final = """() => [...document.querySelectorAll('.saved[data-state=saved]')].map((place) => {
  const control = document.querySelector(`[name="${place.dataset.for}"]`);
  return [place.dataset.for, control.value];
})"""
SHOWN: Final = "() => [...document.querySelectorAll('dialog .text')].map((one) => one.innerText)"
OPEN: Final = """(names) => names.forEach((name) => {
  const details = document.querySelector(`[name="${name}"]`).closest('details');
  if (details) details.open = true;
})"""
TYPE: Final = """([name, word]) => {
  const control = document.querySelector(`[name="${name}"]`);
  for (const letter of word) {
    control.value += letter;
    control.dispatchEvent(new InputEvent('input', { bubbles: true, data: letter }));
  }
}"""
BLUR: Final = "(name) => document.querySelector(`[name='${name}']`).dispatchEvent(new FocusEvent('focusout', { bubbles: true }))"


@dataclass
class Seen:
    """What the pages have said."""

    typed: list[tuple[str, str]] = field(default_factory=list)
    confirmed: set[tuple[str, str]] = field(default_factory=set)
    """Field and word, shown as saved."""
    shown: set[str] = field(default_factory=set)
    """Words in the differences that somebody was shown."""
    done: Counter[str] = field(default_factory=Counter)


@dataclass
class Writer:
    """A person with a browser that is a process of its own and keeps its storage."""

    name: str
    person: str
    playwright: Playwright
    folder: Path
    world: World
    process: subprocess.Popen[bytes] | None = None
    context: BrowserContext | None = None
    page: Page | None = None

    def launch(self, port: int) -> None:
        """Starts the browser, as a process that can be killed."""
        command = [CHROMIUM, *FLAGS, "--headless=new", f"--remote-debugging-port={port}", f"--user-data-dir={self.folder / self.name}"]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)

    async def start(self) -> None:
        """Starts the browser and opens the form."""
        port = choose_ports(defaults=False).smtp
        self.launch(port)
        async with asyncio.timeout(SETTLED_S):
            while True:
                try:
                    browser = await self.playwright.chromium.connect_over_cdp(f"http://127.0.0.1:{port}")
                    break
                except Error:
                    await asyncio.sleep(0.2)
        self.context = browser.contexts[0]
        await self.log_in()
        await self.open()

    async def kill(self) -> None:
        """Kills the browser, like a power cut."""
        assert self.process is not None
        os.killpg(self.process.pid, signal.SIGKILL)
        await asyncio.to_thread(self.process.wait)

    async def log_in(self) -> None:
        assert self.context is not None
        secret = await identities.put_session(self.world.database, self.person, now=system_clock() + self.world.ahead)
        await self.context.add_cookies([{"name": identities.COOKIE, "value": secret, "domain": "127.0.0.1", "path": "/"}])

    async def open(self) -> None:
        """Opens the form in a new window, and closes the others."""
        assert self.context is not None
        page = await self.context.new_page()
        await page.add_init_script(SKEW)
        page.on("dialog", lambda dialog: asyncio.ensure_future(dialog.accept()))
        async with asyncio.timeout(SETTLED_S):
            while True:  # the portal may be away
                with suppress(Error):
                    await page.goto(self.world.url + PATH)
                    if await page.locator(".form-bar").count():
                        break
                await asyncio.sleep(0.2)
        for other in self.context.pages:
            if other is not page:
                await other.close(run_before_unload=False)
        await page.evaluate(OPEN, list(FIELDS))
        self.page = page

    async def type(self, name: str, word: str) -> None:
        assert self.page is not None
        self.world.seen.typed.append((name, word))
        await self.page.evaluate(TYPE, [name, f"{word} "])
        if self.world.rng.random() < 0.4:
            await self.page.evaluate(BLUR, name)

    async def look(self) -> None:
        """Notes what the page says is saved, and answers what it asks."""
        assert self.page is not None
        for name, text in await self.page.evaluate(STATES):
            self.world.seen.confirmed |= {(name, word) for word in text.split()}
        if await self.page.locator(".form-notice").count():
            await self._answer(self.page)

    async def _answer(self, page: Page) -> None:
        for words in ("Xem khác biệt", "Đã đăng nhập, lưu tiếp", "Thử lại ngay"):
            button = page.locator(".form-notice button", has_text=words).first
            if not await button.count():
                continue
            if words == "Đã đăng nhập, lưu tiếp":
                await self.log_in()
            await button.click(timeout=5000)
            if words == "Xem khác biệt":
                await self._choose(page)

    async def _choose(self, page: Page) -> None:
        self.world.seen.done["choices"] += 1
        self.world.seen.shown |= {word for text in await page.evaluate(SHOWN) for word in text.split()}
        for row in await page.locator("dialog fieldset").all():
            await row.locator("input").nth(self.world.rng.randrange(2)).check(timeout=5000)
        await page.locator("dialog button", has_text="Áp dụng").click(timeout=5000)


@dataclass
class World:
    """A portal that can be killed, its database, and what was seen."""

    rng: random.Random
    settings: Settings
    database: Documents
    portal: Process
    clock: Path
    ahead: timedelta = timedelta()
    seen: Seen = field(default_factory=Seen)
    writers: list[Writer] = field(default_factory=list)
    words: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.settings.portal_port}"

    def word(self) -> str:
        """A word that was never typed before."""
        self.words += 1
        return f"{self.words}{self.rng.choice(('a', 'đ', 'ộ', '5,5'))}"

    async def restart_portal(self) -> None:
        await self.portal.kill()
        await asyncio.sleep(self.rng.random())
        self.portal.launch()
        await until_ready("portal", self.settings)

    def jump(self, seconds: int) -> None:
        """Sets the portal's clock."""
        self.ahead += timedelta(seconds=seconds)
        self.clock.write_text(str(self.ahead.total_seconds()))

    async def texts(self) -> dict[str, str]:
        """All that the draft and its history hold, by field."""
        found: dict[str, str] = {}
        stored = await self.database[collection_names.DRAFTS].find().to_list(None)
        for document in stored:
            for one in [*document["fields"], *document["earlier"]]:
                found[one["name"]] = f"{found.get(one['name'], '')} {one['text']}"
        return found

    async def lost(self) -> set[tuple[str, str]]:
        """Confirmed words that are nowhere."""
        held = {(name, word) for name, text in (await self.texts()).items() for word in text.split()}
        return {(name, word) for name, word in self.seen.confirmed - held if word not in self.seen.shown}


Event = Callable[[World, Writer], Awaitable[None]]


async def _kill_browser(world: World, writer: Writer) -> None:
    await writer.kill()
    await writer.start()


async def _kill_portal(world: World, writer: Writer) -> None:
    restarted = asyncio.create_task(world.restart_portal())
    await asyncio.sleep(0.05)
    await write(world, writer)
    await restarted


async def _clock_of_portal(world: World, writer: Writer) -> None:
    world.jump(world.rng.choice(JUMPS))


async def _clock_of_browser(world: World, writer: Writer) -> None:
    assert writer.page is not None
    await writer.page.evaluate("(ms) => { window.skew = ms; }", world.rng.choice(JUMPS) * 1000)


async def _end_session(world: World, writer: Writer) -> None:
    await world.database[collection_names.SESSIONS].delete_many({"person": writer.person})


async def _reload(world: World, writer: Writer) -> None:
    await writer.open()


async def _second_window(world: World, writer: Writer) -> None:
    assert writer.context is not None
    first = writer.page
    assert first is not None
    page = await writer.context.new_page()
    await page.goto(world.url + PATH)
    if await page.locator(".form-bar").count():
        await page.evaluate(OPEN, list(FIELDS))
        writer.page = page
        await write(world, writer)
        await asyncio.sleep(1.5)
        await writer.look()
    await page.close(run_before_unload=False)
    writer.page = first


EVENTS: Final[dict[str, Event]] = {
    "browser killed": _kill_browser,
    "portal killed": _kill_portal,
    "portal's clock jumps": _clock_of_portal,
    "browser's clock jumps": _clock_of_browser,
    "session ends": _end_session,
    "page loaded again": _reload,
    "second window": _second_window,
}


async def write(world: World, writer: Writer) -> None:
    """A writer types some words into some fields."""
    for _ in range(world.rng.randrange(1, 4)):
        await writer.type(world.rng.choice(FIELDS), world.word())


async def one_round(world: World, event: str) -> set[tuple[str, str]]:
    """Both type, something happens, both type on. Returns what is lost."""
    for writer in world.writers:
        await write(world, writer)
    await asyncio.sleep(world.rng.choice(PAUSES))
    await asyncio.gather(*[writer.look() for writer in world.writers])
    victim = world.rng.choice(world.writers)
    world.seen.done[event] += 1
    await EVENTS[event](world, victim)
    for writer in world.writers:
        await write(world, writer)
    await asyncio.sleep(world.rng.choice(PAUSES))
    for writer in world.writers:
        await writer.look()
    return await world.lost()


async def settle(world: World) -> None:
    """Both writers answer what they are asked until everything is saved."""
    async with asyncio.timeout(SETTLED_S):
        while True:
            for writer in world.writers:
                await writer.look()
            states = [await writer.page.locator(".form-bar .state").get_attribute("data-state") for writer in world.writers if writer.page]
            if set(states) <= {"saved", ""}:
                return
            await asyncio.sleep(0.3)


@asynccontextmanager
async def world(folder: Path, rng: random.Random) -> AsyncIterator[World]:
    """Servers, a portal, and two writers with the form open; all gone afterwards."""
    ports = choose_ports(defaults=False)
    broker, mongod = await asyncio.gather(
        nats_users.start_nats(folder / "nats", ports.nats, ports.nats_http), start_mongo(folder / "mongo", ports.mongo)
    )
    base = Settings(
        _env_file=None, nats_url=broker.url, nats_creds=nats_users.creds(), nats_keys=nats_users.key_folder(), mongo_url=mongod.url
    )
    settings = base.model_copy(update={**ports.of_services(), "database": "torture"})
    client, connection = mongo.connect(settings.mongo_url), await nats_users.connect(broker.url)
    await streams.apply(connection.jetstream(), streams.read())
    reference = ReferenceStore(client[settings.database], system_clock)
    await reference.put_units(seeds.units())
    await reference.put_regimes([entry_desk.regime()])
    clock = folder / "clock"
    clock.write_text("0")
    portal = module("tests.browser.portal_with_clock", str(clock), settings=settings, folder=folder)
    portal.launch()
    made = World(rng, settings, client[settings.database], portal, clock)
    try:
        await until_ready("portal", settings)
        async with async_playwright() as playwright:
            for name in ("writer-1", "writer-2"):
                person = await identities.put_person(made.database, identities.grant("officer", COMMUNE))
                made.writers.append(Writer(name, person, playwright, folder, made))
            await asyncio.gather(*[writer.start() for writer in made.writers])
            yield made
            for writer in made.writers:
                await writer.kill()
    finally:
        await portal.kill()
        await connection.close()
        await mongo.close(client)
        await asyncio.gather(mongod.kill(), broker.kill())


async def torture(folder: Path, rounds: int, seed: int, events: tuple[str, ...] = tuple(EVENTS)) -> tuple[Seen, set[Any]]:
    """So many rounds, each with an event taken at random; all come before one comes again. Returns what was seen and what is lost."""
    rng, queue = random.Random(seed), list[str]()
    async with world(folder, rng) as made:
        lost = set[tuple[str, str]]()
        for number in range(rounds):
            queue = queue or rng.sample(events, len(events))
            lost |= await one_round(made, event := queue.pop())
            print(f"{number + 1:3}  {event:24} {len(made.seen.confirmed):5} words confirmed, {len(lost)} lost", flush=True)
        await settle(made)
        return made.seen, lost | await made.lost()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    observability.configure_logs("torture", level=40)
    with tempfile.TemporaryDirectory(prefix="tonghop-drafts-", ignore_cleanup_errors=True) as folder:
        seen, lost = asyncio.run(torture(Path(folder), asked.rounds, asked.seed))
    keys = sum(len(word) for _, word in seen.confirmed)
    done = ", ".join(f"{name} {times}" for name, times in sorted(seen.done.items()))
    words = f"words typed {len(seen.typed)}, confirmed {len(seen.confirmed)} ({keys} keys)"
    print(f"{asked.rounds} rounds, seed {asked.seed}: {done}; {words}; lost {len(lost)}")
    for name, word in sorted(lost):
        print(f"  {name}: {word}", file=sys.stderr)
    return 1 if lost else 0


if __name__ == "__main__":
    raise SystemExit(main())
