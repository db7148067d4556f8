"""Runs a function on bytes in a process of its own, with limits of time and memory: for files that strangers have sent.

    async with Confined(["shared.sheets.jobs"]) as confined:
        answer = await confined.run("shared.sheets.jobs:read", file, {"most_rows": 20_000})

The function is one of a module: it takes the bytes and a mapping of JSON, and returns bytes. A `PermanentError` that it raises is raised
here with the same refusals. If it needs more than its limits, or its process breaks, `confined.too_heavy` is raised; the caller's event
loop never waits for it. The processes are forked from one that has imported the modules already (`confined_server`), so that a job costs
milliseconds; they know no setting and no secret of ours. Source: ADR 0083.
"""

import asyncio
import contextlib
import os
import signal
import socket
import sys
import tempfile
from asyncio.subprocess import DEVNULL, Process
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib import resources
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import orjson
import structlog

from shared.words.failures import PermanentError, TransientError
from shared.words.refusals import Refusal, refusal

log = structlog.get_logger()

SERVER: Final = "shared.plumbing.confined_server"
ROOT: Final = str(Path(str(resources.files("shared"))).parent)
MOST_WAITING: Final = 32  # jobs beside those that are running; each holds its file in memory
MOST_ANSWER: Final = 32 * 1024 * 1024
SLACK_S: Final = 2.0  # for starting and answering; the process itself is ended by its own clock
START_S: Final = 30.0
CHUNK: Final = 256 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """What one job may use. `wall_s` ends it, whatever it does; memory is what it needs beside what is loaded before it begins."""

    wall_s: float = 10.0
    cpu_s: int = 8
    memory_mib: int = 160
    file_mib: int = 64


LIMITS: Final = Limits()


class ConfinedFaultError(Exception):
    """The function has a fault of ours. The text is its traceback."""


class Confined:
    """A small number of jobs at once; more wait. The process from which they are forked starts with the first job."""

    def __init__(self, modules: Sequence[str], at_once: int = 2) -> None:
        self._modules = list(modules)
        self._free = asyncio.Semaphore(at_once)
        self._starting = asyncio.Lock()
        self._waiting = 0
        self._process: Process | None = None
        self._control: socket.socket | None = None
        self._folder: tempfile.TemporaryDirectory[str] | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await self.close()

    async def run(self, function: str, given: bytes, order: Mapping[str, Any] | None = None, limits: Limits = LIMITS) -> bytes:
        """What the function `module:name` returns. Raises `PermanentError` with its refusals, or because it needs too much;
        `TransientError` if too many jobs are waiting; `ConfinedFaultError` if it has a fault.
        """
        if self._waiting >= MOST_WAITING:
            raise TransientError(refusal("confined.busy"))
        self._waiting += 1
        try:
            await self._free.acquire()
        finally:
            self._waiting -= 1
        try:
            answer = await self._answer(_head(function, given, order or {}, limits), given, limits)
        finally:
            self._free.release()
        return _result(answer)

    async def watch(self, _: object = None) -> None:
        """Waits until it is cancelled, and ends the process then: one of a service's watches."""
        try:
            await asyncio.Event().wait()
        finally:
            await self.close()

    async def close(self) -> None:
        """Ends the process and all its jobs."""
        process, control, folder = self._process, self._control, self._folder
        self._process = self._control = self._folder = None
        if control is not None:
            control.close()
        if process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            await process.wait()
        if folder is not None:
            folder.cleanup()

    async def _answer(self, head: bytes, given: bytes, limits: Limits) -> bytes:
        """The answer to one job, complete or not: a process that is ended answers nothing."""
        ours, theirs = socket.socketpair()
        ours.setblocking(False)
        with ours:
            with theirs:
                await self._hand_over(theirs)
            with contextlib.suppress(TimeoutError, ConnectionError):
                async with asyncio.timeout(limits.wall_s + SLACK_S):
                    return await _exchange(ours, head + given)
        return b""

    async def _hand_over(self, theirs: socket.socket) -> None:
        """Gives the end of a connection to the server, which is started if it is not there."""
        async with self._starting:
            for _ in range(2):
                try:
                    control = self._control or await self._start()
                    socket.send_fds(control, [b"j"], [theirs.fileno()])
                except OSError:  # it has died, or does not take jobs any more
                    await self.close()
                else:
                    return
        raise TransientError(refusal("confined.busy"))

    async def _start(self) -> socket.socket:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        ours.setblocking(False)
        folder = tempfile.TemporaryDirectory(prefix="tonghop-")
        environment = {"PATH": os.defpath, "LANG": "C.UTF-8", "PYTHONPATH": ROOT, "HOME": folder.name, "TMPDIR": folder.name}
        with theirs:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", SERVER, str(theirs.fileno()), *self._modules),
                stdin=DEVNULL,
                stdout=DEVNULL,
                stderr=DEVNULL,
                env=environment,
                cwd=folder.name,
                pass_fds=[theirs.fileno()],
                start_new_session=True,
            )
        self._process, self._control, self._folder = process, ours, folder
        async with asyncio.timeout(START_S):
            if await asyncio.get_running_loop().sock_recv(ours, 1) != b"r":
                raise ConfinedFaultError("the server of confined jobs does not start")
        return ours


def _head(function: str, given: bytes, order: Mapping[str, Any], limits: Limits) -> bytes:
    """One line that says what to do with the bytes behind it."""
    return orjson.dumps({"function": function, "order": order, "size": len(given), **asdict(limits)}) + b"\n"


async def _exchange(ours: socket.socket, sent: bytes) -> bytes:
    loop = asyncio.get_running_loop()
    await loop.sock_sendall(ours, sent)
    answer = bytearray()
    while part := await loop.sock_recv(ours, CHUNK):
        answer += part
        if len(answer) > MOST_ANSWER:
            return b""
    return bytes(answer)


def _result(answer: bytes) -> bytes:
    """The result in an answer: a letter and what it is about, complete only if its length is right."""
    kind, _, rest = answer.partition(b"\n")
    letter, _, size = kind.partition(b" ")
    if not size.isdigit() or int(size) != len(rest):
        raise PermanentError(refusal("confined.too_heavy"))
    if letter == b"k":
        return rest
    said = orjson.loads(rest)
    if letter == b"p":
        raise PermanentError(*(Refusal(one["code"], one["path"], one["message_vi"], one["message_en"]) for one in said))
    raise ConfinedFaultError(said)
