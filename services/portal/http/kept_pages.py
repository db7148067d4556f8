"""Keeps rendered pages for a moment, so that all who watch the same page get what was rendered once (ADR 0077)."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from services.portal.http import compressing
from services.portal.http.hub import Hub, Key

MOST: Final = 64  # pages, about 0.2 MB each; the least recently asked for goes first
KEPT_S: Final = 3.0  # longer than the news of one change are spread
SHARE: Final = 4.0  # a page that is out of date is served for so many times what it took to render: rendering takes a fifth at most


@dataclass(frozen=True)
class Rendered:
    """An answer, and what it says about itself: the views that it shows, their positions, and whether it is for one person only."""

    status: int
    headers: Mapping[bytes, bytes]
    body: bytes
    follows: Sequence[Key] = ()
    position: str = ""
    is_personal: bool = False

    @property
    def is_for_all(self) -> bool:
        """Whether everybody with the same scope gets this."""
        return self.status == 200 and bool(self.follows) and not self.is_personal

    @cached_property
    def zipped(self) -> bytes:
        return compressing.zipped(self.body)


@dataclass(eq=False)
class Kept:
    """A page that is kept. It hears of the views that it shows."""

    page: Rendered
    began: float
    done: float
    is_outdated: bool = False

    def hear(self, key: Key, position: str) -> None:
        self.is_outdated = True

    def serves(self, now: float) -> bool:
        """Whether it may be served at an instant."""
        return now < (self.done + SHARE * (self.done - self.began) if self.is_outdated else self.began + KEPT_S)


@dataclass
class KeptPages:
    """At most `MOST` pages, by address and scope. Several that ask at the same time wait for one rendering."""

    hub: Hub
    now: Callable[[], float]
    rendered: int = 0
    _kept: OrderedDict[Hashable, Kept] = field(default_factory=OrderedDict)
    _under_way: dict[Hashable, asyncio.Task[Rendered]] = field(default_factory=dict)

    async def page(self, name: Hashable, render: Callable[[], Awaitable[Rendered]]) -> Rendered:
        """The page that is kept under a name, otherwise rendered now."""
        kept = self._kept.get(name)
        if kept is not None and kept.serves(self.now()):
            self._kept.move_to_end(name)
            return kept.page
        task = self._under_way.get(name)
        if task is None:
            task = self._under_way[name] = asyncio.create_task(self._render(name, render))
            page = await asyncio.shield(task)
        else:
            page = await asyncio.shield(task)
            if not page.is_for_all:  # it was another's
                page = await render()
        return page

    async def _render(self, name: Hashable, render: Callable[[], Awaitable[Rendered]]) -> Rendered:
        began = self.now()
        try:
            page = await render()
        finally:
            del self._under_way[name]
        self.rendered += 1
        self._drop(name)
        if page.is_for_all:
            self._keep(name, Kept(page, began, self.now()))
        return page

    def _keep(self, name: Hashable, kept: Kept) -> None:
        self._kept[name] = kept
        self.hub.add(kept.page.follows, kept)
        while len(self._kept) > MOST:
            self._drop(next(iter(self._kept)))

    def _drop(self, name: Hashable) -> None:
        kept = self._kept.pop(name, None)
        if kept is not None:
            self.hub.remove(kept.page.follows, kept)
