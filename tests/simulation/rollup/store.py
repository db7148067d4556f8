"""A stand-in for MongoDB: a server whose operations travel, land in parts, fail, and land late. Its driver's face: `driver`.

An operation is a request that arrives after a while, is carried out outside of every process, and answered after a while. A caller
that was ended or gave up takes nothing back. Writes of a bulk land one after the other; others come between.
"""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any, Final

from bson.codec_options import CodecOptions
from pymongo.errors import AutoReconnect, BulkWriteError, DuplicateKeyError, NetworkTimeout, OperationFailure, ServerSelectionTimeoutError

from tests.simulation.rollup.chance import Chance
from tests.simulation.rollup.loop import PROCESS, Process, VirtualLoop
from tests.simulation.rollup.tables import DuplicateError, Table, Watcher, Write

DUPLICATE: Final = 11000
NO_NAMESPACE: Final = 26
STEPPED_DOWN: Final = 11602  # InterruptedDueToReplStateChange: this write was not done
LATE_S: Final = 6.0
RACE_S: Final = 1.0
Effect = Callable[[], Any]
Note = Callable[..., None]


class Server:
    """The database server: its collections, and what becomes of each operation."""

    def __init__(self, loop: VirtualLoop, chance: Chance, note: Note, watch: Watcher) -> None:
        self.tables: dict[str, Table] = {}
        self._loop = loop
        self._chance = chance
        self._note = note
        self._watch = watch
        self.on_half: Callable[[Process], None] = lambda process: None  # a process whose bulk stopped half-way
        self.cut_in = ("", "")  # the power of this service fails in the middle of its next bulk for this collection
        self.late_in = ""  # the next bulk for this collection lands late
        self.is_cut_late = False  # what it wrote is on its way, and lands between another's finding nothing and inserting
        self.under_way: list[tuple[Bulk, list[tuple[int, Write]]]] = []
        self.on_power_cut: Callable[[Process], None] = lambda process: None

    def table(self, name: str) -> Table:
        if name not in self.tables:
            self.tables[name] = Table(name, self._watch)
        return self.tables[name]

    def rename(self, name: str, target: str) -> None:
        """One step: readers see the old documents or the new ones."""
        if name not in self.tables:
            raise OperationFailure("source namespace does not exist", NO_NAMESPACE)
        moved = self.tables.pop(name)
        moved.name = target
        self.tables[target] = moved
        self._watch(f"{name} > {target}", None, None)

    def conflicted(self) -> None:
        """A transaction found that somebody else was faster."""
        self._chance.counts["transactions that lost"] += 1

    async def read(self, name: str, what: str, effect: Effect) -> Any:
        """What a query finds when it arrives."""
        future = self._ask(name, what)
        if self._chance.has("store_before"):
            self._loop.later(self._chance.latency_s(), _refuse, future, self._away())
        else:
            self._arrives(self._chance.latency_s(), self._answer, future, effect)
        return await future

    async def change(self, name: str, what: str, effect: Effect) -> Any:
        """One change that is done whole or not at all."""
        future, chance = self._ask(name, what), self._chance
        latency_s = chance.latency_s()
        if chance.has("store_before"):
            self._loop.later(latency_s, _refuse, future, self._away())
        elif chance.has("store_after"):
            self._arrives(latency_s, self._answer, self._loop.create_future(), effect)
            self._loop.later(latency_s + chance.latency_s(), _refuse, future, self._away())
        elif chance.has("store_late"):
            self._loop.later(latency_s, _refuse, future, self._away())
            self._arrives(latency_s + chance.late_s(self._loop.time(), LATE_S), self._answer, self._loop.create_future(), effect)
        else:
            self._arrives(latency_s, self._answer, future, effect)
        return await future

    async def bulk(self, name: str, what: str, writes: Sequence[Write], codec: CodecOptions[Any]) -> None:
        """Unordered writes: some, then the others. Raises what the driver raises."""
        future = self._ask(name, f"{what} {len(writes)}")
        bulk = Bulk(self, name, writes, codec, future)
        latency_s = self._chance.latency_s()
        if is_late := self.late_in == name:
            self.late_in = ""
        if self._chance.has("store_before"):
            self._loop.later(latency_s, _refuse, future, self._away())
        elif is_late or self._chance.has("store_late"):
            self._loop.later(latency_s, _refuse, future, self._away())
            self._arrives(latency_s + self._chance.late_s(self._loop.time(), LATE_S), bulk.land, list(enumerate(writes)))
        else:
            self._arrives(latency_s, bulk.start)
        await future

    def _arrives(self, delay_s: float, act: Callable[..., object], *args: Any) -> None:
        """What is done when a request arrives, unless the power of its sender failed before."""
        process = PROCESS.get()
        self._loop.later(delay_s, lambda: None if process is not None and process.is_cut_off else act(*args))

    def _ask(self, name: str, what: str) -> "asyncio.Future[Any]":
        """A request leaves; that of a process that is gone does not."""
        process = PROCESS.get()
        if process is not None and process.is_dead:
            raise asyncio.CancelledError
        self._note("store", process.name if process else "outside", name, what)
        return self._loop.create_future()

    def _answer(self, future: "asyncio.Future[Any]", effect: Effect) -> None:
        try:
            result = effect()
        except DuplicateError:
            _refuse(future, DuplicateKeyError("E11000 duplicate key", DUPLICATE))
        except OperationFailure as error:
            _refuse(future, error)
        else:
            if not future.done():
                future.set_result(result)

    def _away(self) -> Exception:
        return self._chance.rng.choice([AutoReconnect, NetworkTimeout, ServerSelectionTimeoutError])("away")


class Bulk:
    """One unordered bulk on its way through the server."""

    def __init__(self, server: Server, name: str, writes: Sequence[Write], codec: CodecOptions[Any], future: "asyncio.Future[Any]") -> None:
        self._server = server
        self._name = name
        self._writes = writes
        self._codec = codec
        self._future = future
        self._failures: list[dict[str, Any]] = []
        self._is_lost = False
        self._process = PROCESS.get()

    def start(self) -> None:
        """Decides how far it comes."""
        chance, loop = self._server._chance, self._server._loop
        writes = list(enumerate(self._writes))
        if chance.is_on and len(writes) > 1 and chance.rng.random() < 0.6:
            chance.rng.shuffle(writes)
        kind, name = self._server.cut_in
        if name == self._name and self._process is not None and self._process.name.startswith(kind) and len(writes) > 1:
            self._server.cut_in = ("", "")
            first = writes[: chance.rng.randrange(1, len(writes))]
            if self._server.is_cut_late:
                self._server.under_way.append((self, first))
            else:
                self._do(first)
            return self._server.on_power_cut(self._process)
        if chance.has("store_half"):
            cut = chance.rng.randrange(len(writes) + 1)
            first, rest = writes[:cut], writes[cut:]
            self._is_lost = True
            self.land(first)
            if self._process is not None and chance.rng.random() < 0.6:
                self._server.on_half(self._process)
            if chance.rng.random() < 0.4:
                loop.later(chance.late_s(loop.time(), LATE_S), self.land, rest)
            return
        if chance.has("store_refused"):
            cut = chance.rng.randrange(len(writes))
            self._failures += [{"index": index, "code": STEPPED_DOWN, "errmsg": "stepped down"} for index, _ in writes[cut:]]
            writes = writes[:cut]
        elif chance.has("store_after"):
            self._is_lost = True
        if chance.is_on and len(writes) > 1 and chance.rng.random() < 0.3:
            cut = chance.rng.randrange(1, len(writes))
            self._do(writes[:cut])
            loop.later(0.02 * chance.rng.random(), self.land, writes[cut:])
        else:
            self.land(writes)

    def land(self, writes: Sequence[tuple[int, Write]]) -> None:
        """Does writes, answers when none is left to wait for."""
        chance = self._server._chance
        table = self._server.table(self._name)
        racing: list[tuple[int, Write]] = []
        direct: list[tuple[int, Write]] = []
        for index, write in writes:
            is_new = write.is_guarded and table.has_room_for(write)
            is_racing = is_new and (bool(self._server.under_way) or chance.has("upsert_race"))
            (racing if is_racing else direct).append((index, write))
        self._do(direct)
        if racing:
            while self._server.under_way:
                bulk, first = self._server.under_way.pop()
                bulk._do(first)
            self._server._loop.later(RACE_S * chance.rng.random(), self._insert, racing)
        else:
            self._finish()

    def _insert(self, racing: Sequence[tuple[int, Write]]) -> None:
        """Upserts that found nothing some time ago: whoever came between has the `_id` now."""
        table = self._server.table(self._name)
        for index, write in racing:
            if table.has_room_for(write):
                self._do([(index, write)])
            else:
                self._server._chance.counts["upsert race lost"] += 1
                self._failures.append({"index": index, "code": DUPLICATE, "errmsg": "E11000"})
        self._finish()

    def _do(self, writes: Sequence[tuple[int, Write]]) -> None:
        table = self._server.table(self._name)
        for index, write in writes:
            try:
                table.do(write, self._codec)
            except DuplicateError:
                self._failures.append({"index": index, "code": DUPLICATE, "errmsg": "E11000"})

    def _finish(self) -> None:
        if self._is_lost:
            chance = self._server._chance
            if self._failures and chance.rng.random() < 0.3:
                details = {"writeErrors": self._failures, "writeConcernErrors": [{"code": 64, "errmsg": "timed out"}]}
                return _refuse(self._future, BulkWriteError(details))
            return _refuse(self._future, self._server._away())
        if self._failures:
            self._failures.sort(key=lambda failure: failure["index"])
            return _refuse(self._future, BulkWriteError({"writeErrors": self._failures, "writeConcernErrors": []}))
        if not self._future.done():
            self._future.set_result(None)


def _refuse(future: "asyncio.Future[Any]", error: Exception) -> None:
    if not future.done():
        future.set_exception(error)
