"""What a test run started ends with it: also when pytest is killed, by a time limit or by SIGKILL, and no fixture can stop its servers.

Every process of the run inherits a variable with the run's id, whatever session it is in. A watcher outside the run waits for the end
of pytest, then kills whatever still has the variable.
"""

import os
import signal
import sys
import time
import uuid
from contextlib import suppress
from pathlib import Path
from typing import Final

RUN: Final = "TEST_RUN"  # no setting of the product: also processes that start without its settings inherit it
LOOK_S: Final = 0.2


def watch() -> None:
    """Start the watcher of this process, unless it is itself part of a watched run."""
    if RUN in os.environ:
        return
    run = str(uuid.uuid4())
    program = [sys.executable, "-I", __file__, str(os.getpid()), run]
    silent = [(os.POSIX_SPAWN_OPEN, number, os.devnull, os.O_RDWR, 0) for number in range(3)]
    os.posix_spawn(sys.executable, program, os.environ, file_actions=silent, setsid=True)  # a Popen object would warn that it still runs
    os.environ[RUN] = run


def of_run(run: str) -> list[int]:
    """The ids of the processes that were started by the run."""
    mark = f"{RUN}={run}".encode()
    return [int(folder.name) for folder in Path("/proc").iterdir() if folder.name.isdigit() and mark in _environment(folder)]


def _environment(folder: Path) -> list[bytes]:
    """The variables with which a process started; empty when it is gone, a zombie, or another user's."""
    try:
        return (folder / "environ").read_bytes().split(b"\0")
    except OSError:
        return []


def main() -> None:
    """Wait until the parent is gone, then kill what it started; more than once, because a supervisor starts processes again."""
    parent, run = int(sys.argv[1]), sys.argv[2]
    while os.getppid() == parent:
        time.sleep(LOOK_S)
    while pids := of_run(run):
        for pid in pids:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(LOOK_S)


if __name__ == "__main__":
    main()
