"""A server process. It counts as started when it answers."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path

from services.devstack.process import Process
from shared.words.failures import Failure
from shared.words.refusals import refusal

START_LIMIT_S = 60.0  # for a cold disk and a busy machine; usually it takes one or two seconds


class ServerUnavailable(Failure):
    """A server is not installed on this machine, or it does not start."""


class Server(Process):
    """A server process. It counts as started when it answers."""

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        log: Path,
        url: str,
        has_answered: Callable[[], Awaitable[bool]],
        env: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(name, command, log, env)
        self.url = url
        self.creds: Path | None = None  # of nats-server: the folder with the credentials of its users
        self._has_answered = has_answered

    async def start(self) -> None:
        """Launch the server and wait until it answers. Raises ServerUnavailable, with the end of its log, if it does not."""
        self.launch()
        try:
            await self._until_it_answers()
        except BaseException:
            await self.kill()
            raise

    async def _until_it_answers(self) -> None:
        deadline = time.monotonic() + START_LIMIT_S
        while not await self._has_answered():
            if not self.is_alive or time.monotonic() > deadline:
                last_lines = "\n".join(self.log.read_text(errors="replace").splitlines()[-5:])
                raise ServerUnavailable(refusal("stack.server_not_started", server=self.name, lines=[last_lines]))
            await asyncio.sleep(0.05)

    async def restart(self) -> None:
        """Start the server again on the same port and data. If it is still running, stop it first."""
        await self.stop()
        await self.start()
