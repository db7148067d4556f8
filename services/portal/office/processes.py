"""Runs a program with limits: time, processor time, memory, size of files; with an environment of its own, which has no secret of ours."""

import asyncio
import contextlib
import os
import resource
import signal
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from shared.words.failures import PermanentError
from shared.words.refusals import refusal

PATH: Final = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
MIB: Final = 1024 * 1024
CANNOT_BE_FILLED: Final = 3  # the exit code of `worker` when a template is wrong


@dataclass(frozen=True, slots=True)
class Limits:
    """What a program may use. `wall_s` ends it, whatever it does."""

    wall_s: float
    cpu_s: int
    memory_mib: int
    file_mib: int = 256


@dataclass(frozen=True, slots=True)
class Ended:
    """How a program ended. `code` is negative if a signal ended it."""

    code: int
    output: bytes
    errors: str


async def run(command: Sequence[str], limits: Limits, *, given: bytes = b"", environment: Mapping[str, str], folder: str) -> Ended:
    """Runs a program in a group of its own, which is killed as a whole when the time is over or we are cancelled. Raises
    `PermanentError` if it took too long.
    """
    process = await asyncio.create_subprocess_exec(
        *command,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={"PATH": PATH, "LANG": "C.UTF-8", **environment},
        cwd=folder,
        start_new_session=True,
        preexec_fn=_limiting(limits),
    )
    try:
        output, errors = await asyncio.wait_for(process.communicate(given), limits.wall_s)
    except TimeoutError:
        raise PermanentError(refusal("document.too_long", seconds=int(limits.wall_s))) from None
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)  # also what the program has left behind
        await process.wait()
    return Ended(process.returncode or 0, output, errors.decode("utf-8", "replace"))


def _limiting(limits: Limits) -> Callable[[], None]:
    def limit() -> None:
        for what, most in (
            (resource.RLIMIT_CPU, limits.cpu_s),
            (resource.RLIMIT_AS, limits.memory_mib * MIB),
            (resource.RLIMIT_FSIZE, limits.file_mib * MIB),
            (resource.RLIMIT_CORE, 0),
        ):
            resource.setrlimit(what, (most, most))

    return limit
