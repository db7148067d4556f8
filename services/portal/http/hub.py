"""Who follows which views: open pages that are told when a view moves, and rendered pages that are then out of date (ADR 0077)."""

import asyncio
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Final, Protocol

Key = tuple[str, str, str]  # regime, period, unit id

SEPARATOR: Final = ","  # between the positions of several views
FEW: Final = 20  # so many watchers of one view are told at once
SPREAD_S: Final = 2.0  # more are told within this time at random, so that their pages do not all ask at once
PACE_S: Final = 0.005  # for each watcher: 500 of them are told again after 2.5 s at the earliest


class Hears(Protocol):
    """Something that follows views."""

    def hear(self, key: Key, position: str) -> None:
        """Takes the new position of a view."""


class Listener:
    """One stream, for one open page or for all pages of a browser: the newest position of each view that they follow. Older positions are
    of no use.
    """

    def __init__(self, pages: Mapping[str, Sequence[Key]], pause_s: Callable[[], float]) -> None:
        self.pages = dict(pages)
        self._pause_s = pause_s
        self._positions = dict.fromkeys((key for keys in pages.values() for key in keys), "")
        self._told: dict[str, str] = {}
        self._moved = asyncio.Event()
        self._earliest = 0.0

    @property
    def keys(self) -> list[Key]:
        return list(self._positions)

    def hear(self, key: Key, position: str) -> None:
        self._positions[key] = position
        self._moved.set()

    def begin(self, stored: Mapping[Key, str]) -> None:
        """Takes the positions that were stored when the page connected. A position that was heard since then is newer."""
        for key, position in stored.items():
            self.hear(key, self._positions[key] or position)

    @property
    def has_news(self) -> bool:
        return self._moved.is_set()

    async def news(self) -> dict[str, str]:
        """Waits until a view has moved, and longer while many follow it. Returns the positions of each page that has moved, in the form of
        the page's own.
        """
        await self._moved.wait()
        if self._told:  # the first are sent at once: the page has just been read
            await self._wait()
        self._moved.clear()
        now = {name: SEPARATOR.join(self._positions[key] for key in keys) for name, keys in self.pages.items()}
        moved = {name: position for name, position in now.items() if self._told.get(name) != position}
        self._told = now
        return moved

    async def _wait(self) -> None:
        pause_s, loop = self._pause_s(), asyncio.get_running_loop()
        if not pause_s:
            return
        now = loop.time()
        await asyncio.sleep(max(self._earliest - now, random.uniform(0, min(SPREAD_S, pause_s))))
        self._earliest = loop.time() + pause_s

    async def news_within(self, seconds: float) -> dict[str, str]:
        """As `news`; empty if no view has moved for this long."""
        try:
            return await asyncio.wait_for(self.news(), seconds)
        except TimeoutError:
            return {}


class Hub:
    """What follows each view."""

    def __init__(self) -> None:
        self._followers: dict[Key, set[Hears]] = {}
        self._watchers: dict[Key, int] = {}
        self.count = 0

    @contextmanager
    def listening(self, pages: Mapping[str, Sequence[Key]]) -> Iterator[Listener]:
        """A listener for pages that follow views, by the page's name."""
        listener = Listener(pages, lambda: self._pause_s(listener))
        keys = listener.keys
        self.count += 1
        self.add(keys, listener)
        for key in keys:
            self._watchers[key] = self._watchers.get(key, 0) + 1
        try:
            yield listener
        finally:
            self.count -= 1
            self.remove(keys, listener)
            for key in keys:
                self._watchers[key] -= 1
                if not self._watchers[key]:
                    del self._watchers[key]

    def add(self, keys: Sequence[Key], follower: Hears) -> None:
        """From now on the follower hears of these views."""
        for key in keys:
            self._followers.setdefault(key, set()).add(follower)

    def remove(self, keys: Sequence[Key], follower: Hears) -> None:
        for key in keys:
            self._followers[key].discard(follower)
            if not self._followers[key]:
                del self._followers[key]

    def has(self, key: Key) -> bool:
        """Whether anything follows a view."""
        return key in self._followers

    def tell(self, key: Key, position: str) -> None:
        """Says a view's new position to whatever follows it."""
        for follower in self._followers.get(key, ()):
            follower.hear(key, position)

    def _pause_s(self, listener: Listener) -> float:
        most = max((self._watchers.get(key, 0) for key in listener.keys), default=0)
        return 0.0 if most <= FEW else most * PACE_S
