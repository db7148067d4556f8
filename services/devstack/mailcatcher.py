"""An SMTP server that stores mails in a folder: alerts can be read, and no real person receives them.

Only the supervisor imports it: its package is in the extra `embedded`, which production does not install.
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
    """Handler for aiosmtpd: stores one `.eml` file per mail. A file with this suffix is always complete."""

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
    """Accept mail on a loopback port and store it in `folder` while the block runs."""
    folder.mkdir(parents=True, exist_ok=True)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(_Folder(folder), enable_SMTPUTF8=True, loop=loop), "127.0.0.1", port)
    try:
        yield
    finally:
        server.close()  # no `wait_closed`: since Python 3.12 it would wait for idle clients too
