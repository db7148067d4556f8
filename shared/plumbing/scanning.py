"""The agency's scanner: a command that gets each file that is sent to be attached, and says by its exit code whether it is taken.

The file is its standard input; a word `{}` of the command is replaced by its path. 0: taken. 75 (`EX_TEMPFAIL`), a signal, no answer in
time, or a command that cannot be started: try again later. Any other code: refused. So nothing is taken without the scanner's word.
Source: `sysexits.h`; ADR 0085.
"""

import asyncio
import os
import shlex
import signal
from contextlib import suppress
from typing import IO, Final

import structlog

from shared.words.refusals import Refusal, refusal

log = structlog.get_logger()

NONE: Final = "none"
WITHIN_S: Final = 30.0  # ClamAV takes a second for 10 MiB
AT_ONCE: Final = 2
TRY_AGAIN: Final = 75
GIVEN: Final = ("PATH", "LANG", "LC_ALL", "HOME", "TMPDIR")  # of our environment, which has secrets too


def command(text: str) -> str:
    """The setting, if its words can be told apart. Raises ValueError."""
    if text != NONE and not shlex.split(text):
        raise ValueError("there is no command")
    return text


class Scanner:
    """Runs the agency's command; without one every file is taken."""

    def __init__(self, text: str, within_s: float = WITHIN_S) -> None:
        self._words = () if text == NONE else tuple(shlex.split(text))
        self._within_s = within_s
        self._at_once = asyncio.Semaphore(AT_ONCE)

    async def refused(self, file: IO[bytes], path: str) -> Refusal | None:
        """Why the scanner does not take a file; None if it does."""
        if not self._words:
            return None
        async with self._at_once:
            file.seek(0)
            return await self._run(file, [path if word == "{}" else word for word in self._words])

    async def _run(self, file: IO[bytes], words: list[str]) -> Refusal | None:
        quiet = asyncio.subprocess.DEVNULL
        given = {name: os.environ[name] for name in GIVEN if name in os.environ}
        try:
            process = await asyncio.create_subprocess_exec(
                *words, stdin=file, stdout=quiet, stderr=quiet, env=given, start_new_session=True
            )
        except OSError as error:
            log.error("scanner.not_started", error=type(error).__name__)
            return refusal("attachment.not_scanned")
        try:
            code = await asyncio.wait_for(process.wait(), self._within_s)
        except TimeoutError:
            log.error("scanner.timed_out", within_s=self._within_s)
            return refusal("attachment.not_scanned")
        finally:
            await _end(process)
        if code == 0:
            return None
        log.warning("scanner.refused", code=code)
        return refusal("attachment.not_scanned") if code < 0 or code == TRY_AGAIN else refusal("attachment.not_clean")


async def _end(process: asyncio.subprocess.Process) -> None:
    """Ends the command and all that it has started."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    await process.wait()
