"""An SMTP server that delivers to a folder: what the alerts say can be read, and nobody is bothered.

Only the supervisor imports it: its package is in the extra `embedded`, which production does without.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import uuid4

from aiosmtpd.smtp import SMTP, Envelope, Session

from services.devstack import mailbox


class _Folder:
    """Handler of aiosmtpd: one `.eml` file per mail, complete as soon as it has that name."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        content = envelope.content or b""
        name = f"{time.time_ns():020d}-{uuid4().hex[:8]}"
        unfinished = self._folder / f"{name}.part"
        unfinished.write_bytes(content if isinstance(content, bytes) else content.encode())
        unfinished.rename(self._folder / f"{name}{mailbox.SUFFIX}")
        return "250 OK"


@asynccontextmanager
async def catching(folder: Path, port: int) -> AsyncIterator[None]:
    """Take mail on a loopback port and keep it in `folder`, as long as the block runs."""
    folder.mkdir(parents=True, exist_ok=True)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(_Folder(folder), enable_SMTPUTF8=True, loop=loop), "127.0.0.1", port)
    try:
        yield
    finally:
        server.close()  # not waited for: from Python 3.12 on that would wait for idle clients too
