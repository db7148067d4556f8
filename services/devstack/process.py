"""A child process that outlives event loops, and functions to recognise a process that an earlier run left behind."""

import asyncio
import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from shared.plumbing import data_files

POLL_S = 0.02  # how often to check whether a process has ended


class Process:
    """One child in its own session (so that a Ctrl-C for us does not reach it). Its output is appended to a log file."""

    def __init__(self, name: str, command: Sequence[str], log: Path, env: Mapping[str, str] | None = None) -> None:
        self.name = name
        self.command = tuple(command)
        self.log = log
        self._env = dict(env or {})
        self._child: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """Process id of the last launch."""
        return self._launched.pid

    @property
    def is_alive(self) -> bool:
        return self._child is not None and self._child.poll() is None

    def launch(self) -> None:
        """Start it, without waiting until it works."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            self._child = subprocess.Popen(
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=os.environ | self._env,
                cwd=data_files.HOME,
                start_new_session=True,
            )

    async def ended(self) -> int:
        """Wait until it ends by itself. Returns its exit code."""
        while (code := self._launched.poll()) is None:
            await asyncio.sleep(POLL_S)
        return code

    async def kill(self) -> None:
        """Send SIGKILL to it and to everything it started, like a power cut. Returns when it is gone."""
        child = self._launched
        if child.poll() is None:
            os.killpg(child.pid, signal.SIGKILL)
        await self.ended()

    async def stop(self, within_s: float = 10.0) -> None:
        """Send SIGTERM, and SIGKILL if it has not ended within `within_s` seconds. Does nothing if it is dead."""
        child = self._launched
        if child.poll() is None:
            child.terminate()
        deadline = time.monotonic() + within_s
        while child.poll() is None and time.monotonic() < deadline:
            await asyncio.sleep(POLL_S)
        await self.kill()

    @property
    def _launched(self) -> subprocess.Popen[bytes]:
        if self._child is None:
            raise RuntimeError(f"{self.name} was never launched")
        return self._child


def is_running(pid: int, command: Sequence[str]) -> bool:
    """Whether `pid` is alive and runs exactly `command`. If not, the process id was re-used by another process."""
    return command_of(pid) == tuple(command)


def command_of(pid: int) -> tuple[str, ...]:
    """The arguments with which a process was started; empty if it is gone or a zombie."""
    try:
        raw = Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return ()
    return tuple(os.fsdecode(argument) for argument in raw.split(b"\0")[:-1])


def with_argument(*arguments: str) -> list[tuple[int, tuple[str, ...]]]:
    """The processes that were started with one of these arguments: their ids and commands."""
    processes = [(int(folder.name), command_of(int(folder.name))) for folder in Path("/proc").iterdir() if folder.name.isdigit()]
    return [(pid, command) for pid, command in processes if not set(arguments).isdisjoint(command)]


def end(pid: int, command: Sequence[str], within_s: float) -> None:
    """Stop a process that is not our child: SIGTERM, then SIGKILL. Does nothing if `pid` no longer runs `command`."""
    for number, patience_s in ((signal.SIGTERM, within_s), (signal.SIGKILL, 5.0)):
        if not is_running(pid, command):
            return
        os.kill(pid, number)
        deadline = time.monotonic() + patience_s
        while is_running(pid, command) and time.monotonic() < deadline:
            time.sleep(POLL_S)
