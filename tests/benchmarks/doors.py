"""What do files of strangers cost at ingest's doors: how long is each refused, with how much memory, and does anything else wait meanwhile?

What: every hostile workbook (`tests/sheets/hostile.py`), table (`tests/tabled.py`) and attachment (`tests/scans.py`) is sent, one after the
other; then large tables that can be read, of several shapes. For each kind: how long an answer took, the most memory that a confined job
had (VmHWM, looked at each 2 ms; what it shares with the process from which it is forked is in it), and by how much ingest's event loop was
late at most: a task sleeps 5 ms and sees when it is woken.
How: nats-server and mongod of the benchmarks, ingest with its listener in this process, the client in a process of its own.
Again: `make bench-doors` (2 minutes). Figures: docs/adr/0087-let-no-file-hold-the-event-loop.md.
"""

import asyncio
import http.client
import os
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, NamedTuple

import orjson

from shared.plumbing import confined, tasks
from shared.sheets.writing import MEDIA_TYPE
from shared.shell.limits import Limits
from tests import identities, scans, tabled
from tests.benchmarks.machine import servers
from tests.builders import COMMUNE, CT27
from tests.ingest.test_hostile import listening
from tests.running import with_all_settings
from tests.sheets import files, hostile

TICK_S: Final = 0.005
LOOK_S: Final = 0.002
ROWS: Final = 19_999
WORKBOOKS, TABLES, ATTACHMENTS = "/v1/reports/xlsx", "/v1/reports/csv", "/v1/attachments"


class File(NamedTuple):
    """A file to be sent."""

    name: str
    address: str
    kind: str
    content: bytes


class Told(NamedTuple):
    """What became of it."""

    name: str
    status: int
    code: str
    ms: float
    peak_mib: float


def workbooks() -> Iterator[File]:
    for name, make, _ in hostile.cases():
        yield File(name, WORKBOOKS, MEDIA_TYPE, make())


def tables() -> Iterator[File]:
    for name, (_, content) in tabled.REFUSED.items():
        yield File(name, TABLES, "text/csv", content)


def attachments() -> Iterator[File]:
    for name, (_, content) in scans.REFUSED.items():
        yield File(name, ATTACHMENTS, "application/octet-stream", content)


def large() -> Iterator[File]:
    """Tables with as much in them as is taken."""
    labels = "".join(f";{one.code}" for one in files.asked().indicators if one.kind == "quantity")
    wide = f"regime;period;unit{labels}\n" + f"{CT27};2024;{COMMUNE}{';hai' * labels.count(';')}\n" * (199_000 // (labels.count(";") + 3))
    shapes = {
        f"{ROWS:,} rows of units that are not the sender's": "regime;period;unit;gd_ngay_cong\n"
        + "".join(f"{CT27};2024;X{number};1\n" for number in range(ROWS)),
        f"{ROWS:,} rows of one report again and again": "regime;period;gd_ngay_cong\n" + f"{CT27};2024;1\n" * ROWS,
        f"{ROWS:,} rows of figures of one report": "regime;period;indicator;value;note\n"
        + "".join(f"{CT27};2024;gd_ngay_cong;{number};x\n" for number in range(ROWS)),
        "200,000 cells that cannot be read": wide,
        f"{ROWS:,} rows of periods that are not there": "regime;period;gd_ngay_cong\n"
        + "".join(f"{CT27};{number};1\n" for number in range(ROWS)),
    }
    for name, text in shapes.items():
        yield File(name, TABLES, "text/csv", text.encode())
    yield File("a workbook with 20,000 fields", WORKBOOKS, MEDIA_TYPE, hostile.more_rows(_fields()))
    yield File("200 reports that are tried", f"{TABLES}?dry_run=true", "text/csv", _reports(200).encode())


def _fields() -> bytes:
    marker = b'<row r="%d"><c t="inlineStr"><is><t>th:v:a%d:000000</t></is></c><c r="F%d"><v>1</v></c></row>'
    return b"".join(marker % (row, row, row) for row in range(500, 10_400))


def _reports(count: int) -> str:
    regimes = (CT27, "nq68-quang-binh")
    return "regime;period;gd_ngay_cong\n" + "".join(f"{regimes[0]};{2024 + number % 7};1\n" for number in range(count))


@dataclass
class Lateness:
    """By how much the event loop was late, at most, in milliseconds; and how long this process computed meanwhile, which is what a machine
    with nothing else to do would see.
    """

    most: float = 0.0
    computed: float = 0.0

    async def watch(self) -> None:
        while True:
            began, used = time.perf_counter(), time.process_time()
            await asyncio.sleep(TICK_S)
            self.most = max(self.most, (time.perf_counter() - began - TICK_S) * 1000)
            self.computed = max(self.computed, (time.process_time() - used) * 1000)

    def reset(self) -> None:
        self.most = self.computed = 0.0

    def __str__(self) -> str:
        return f"the loop late by at most {self.most:.0f} ms, {self.computed:.0f} ms of computing"


async def measure() -> None:
    Limits.wait = lambda *_: None  # type: ignore[method-assign]  # the client sends more than its key may
    async with servers() as machine:
        connections = machine.connections
        key = await identities.put_key(connections.database, COMMUNE)
        async with listening(with_all_settings(connections).settings, key) as door:
            late, tables_that_are_read = Lateness(), list(large())
            watching = asyncio.create_task(late.watch())
            await asyncio.sleep(2)
            print(f"   alone: {late}", flush=True)
            await _sent([File("a form", WORKBOOKS, MEDIA_TYPE, b"PK")], door.port, key, late)  # warm
            for name, made in (("hostile workbooks", workbooks()), ("hostile tables", tables()), ("hostile attachments", attachments())):
                _say(name, await _sent(list(made), door.port, key, late), late)
            for one in tables_that_are_read:
                [told] = await _sent([one], door.port, key, late)
                print(f"   {told.name}: {told.status} in {told.ms / 1000:.2f} s, {late}", flush=True)
            await tasks.end(watching)


def _say(name: str, found: list[Told], late: Lateness) -> None:
    times = sorted(found, key=lambda one: one.ms)
    heaviest = max(found, key=lambda one: one.peak_mib)
    print(f"   {len(found)} {name}: p50 {times[len(times) // 2].ms:.0f} ms, longest {times[-1].ms:.0f} ms ({times[-1].name})", flush=True)
    print(f"      most memory {heaviest.peak_mib:.0f} MiB ({heaviest.name}); {late}", flush=True)


async def _sent(made: Sequence[File], port: int, key: str, late: Lateness) -> list[Told]:
    """Sends files from a process of its own."""
    with TemporaryDirectory(prefix="tonghop-bench-") as name:
        listed = []
        for place, one in enumerate(made):
            path = Path(name) / str(place)
            path.write_bytes(one.content)
            listed.append([one.name, one.address, one.kind, str(path)])
        order = orjson.dumps({"port": port, "key": key, "files": listed})
        await asyncio.sleep(10 * TICK_S)  # what was made before has nothing to do with it
        late.reset()
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.benchmarks.doors", "send", stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
        )
        answer, _ = await process.communicate(order)
    return [Told(*one) for one in orjson.loads(answer)]


def send() -> None:
    """The client's process."""
    order = orjson.loads(sys.stdin.buffer.read())
    told = []
    for name, address, kind, path in order["files"]:
        content = Path(path).read_bytes()
        with _Peak() as peak:
            began = time.perf_counter()
            connection = http.client.HTTPConnection("127.0.0.1", order["port"], timeout=60)
            headers = {"Authorization": f"Bearer {order['key']}", "Content-Type": kind}
            with suppress(ConnectionError):  # what is too large is answered before all of it is sent
                connection.request("POST", address, content, headers)
            answer = connection.getresponse()
            body = orjson.loads(answer.read())
            ms = (time.perf_counter() - began) * 1000
        told.append([name, answer.status, str(body.get("code", "")), ms, peak.mib])
    sys.stdout.buffer.write(orjson.dumps(told))


class _Peak:
    """The most memory of a confined job while it is looked at."""

    def __init__(self) -> None:
        self.mib = 0.0
        self._is_done = threading.Event()
        self._looking = threading.Thread(target=self._look)

    def __enter__(self) -> "_Peak":
        self._looking.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._is_done.set()
        self._looking.join()

    def _look(self) -> None:
        server = _server()
        while server and not self._is_done.wait(LOOK_S):
            with suppress(OSError, ValueError, IndexError):  # it has ended meanwhile
                for child in Path(f"/proc/{server}/task/{server}/children").read_text(encoding="ascii").split():
                    status = Path(f"/proc/{child}/status").read_text(encoding="utf-8")
                    self.mib = max(self.mib, int(status.partition("VmHWM:")[2].split()[0]) / 1024)


def _server() -> int:
    """The process from which jobs are forked: a child of this process's parent; 0 if there is none yet."""
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError, ValueError):
            parent = (folder / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()[1]
            if int(parent) == os.getppid() and confined.SERVER.encode() in (folder / "cmdline").read_bytes():
                return int(folder.name)
    return 0


if __name__ == "__main__":
    if sys.argv[1:] == ["send"]:
        send()
    else:
        asyncio.run(measure())
