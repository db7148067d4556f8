"""Takes a file that is to be attached to a report: onto the disk as it comes, then recognised, scanned and stored.

Memory does not grow with the file, an oversized one is cut off where it becomes too large, and nothing of a refused one is kept. Source:
ADR 0085.
"""

import asyncio
import hashlib
import tempfile
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from http import HTTPStatus
from typing import IO, Final

from shared.plumbing import file_kinds
from shared.plumbing.attachment_store import AttachmentStore
from shared.plumbing.scanning import Scanner
from shared.wire import events
from shared.words.attachments import KEPT, MOST_BYTES, MOST_UNUSED, Attachment
from shared.words.refusals import Refusal, refusal

AT_ONCE: Final = 32  # uploads of one process: 320 MiB on the disk
AT_ONCE_OF_UNIT: Final = 4
STATUSES: Final = {
    "attachment.empty": HTTPStatus.BAD_REQUEST,
    "attachment.too_large": HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    "attachment.unknown_kind": HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    "attachment.damaged": HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    "attachment.two_kinds": HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    "attachment.not_clean": HTTPStatus.UNPROCESSABLE_ENTITY,
    "attachment.not_scanned": HTTPStatus.SERVICE_UNAVAILABLE,
    "attachment.too_many_unused": HTTPStatus.TOO_MANY_REQUESTS,
    "attachment.busy": HTTPStatus.TOO_MANY_REQUESTS,
}
WAITS_S: Final = {"attachment.not_scanned": 60, "attachment.too_many_unused": 3600, "attachment.busy": 5}


class NotTakenError(Exception):
    """A file that is not taken: why, with which status, and after how many seconds it may be sent again (None: not as it is)."""

    def __init__(self, why: Refusal) -> None:
        super().__init__(why.code)
        self.why, self.status, self.wait_s = why, STATUSES[why.code], WAITS_S.get(why.code)


class Uploads:
    """Takes files for units."""

    def __init__(self, store: AttachmentStore, scanner: Scanner, new_ref: Callable[[], str], clock: Callable[[], datetime]) -> None:
        self._store, self._scanner, self._new_ref, self._clock = store, scanner, new_ref, clock
        self._of_unit = Counter[str]()

    async def take(self, unit: str, parts: AsyncIterator[bytes]) -> Attachment:
        """Stores a file of a unit. Raises NotTakenError, and whatever the parts raise; then nothing is stored."""
        with self._place(unit):
            if await self._store.unused(unit, self._clock() - KEPT) >= MOST_UNUSED:
                raise NotTakenError(refusal("attachment.too_many_unused", most=MOST_UNUSED))
            with tempfile.NamedTemporaryFile(prefix="tonghop-") as file:
                size, sha256 = await _received(parts, file)
                kind = await asyncio.to_thread(file_kinds.recognised, file)
                if isinstance(kind, Refusal):
                    raise NotTakenError(kind)
                if (unclean := await self._scanner.refused(file, file.name)) is not None:
                    raise NotTakenError(unclean)
                attachment = Attachment(self._new_ref(), unit, kind, size, sha256, events.to_ms(self._clock()))
                await self._store.put(attachment, file)
        return attachment

    @contextmanager
    def _place(self, unit: str) -> Iterator[None]:
        """One of the places of a unit, and of all."""
        if self._of_unit[unit] >= AT_ONCE_OF_UNIT or self._of_unit.total() >= AT_ONCE:
            raise NotTakenError(refusal("attachment.busy"))
        self._of_unit[unit] += 1
        try:
            yield
        finally:
            self._of_unit[unit] -= 1
            if not self._of_unit[unit]:
                del self._of_unit[unit]


async def _received(parts: AsyncIterator[bytes], file: IO[bytes]) -> tuple[int, str]:
    """Writes what comes into a file. Returns its size and hash. Raises NotTakenError."""
    size, digest = 0, hashlib.sha256()
    async for part in parts:
        size += len(part)
        if size > MOST_BYTES:
            raise NotTakenError(too_large())
        digest.update(part)
        file.write(part)
    if not size:
        raise NotTakenError(refusal("attachment.empty"))
    return size, digest.hexdigest()


def too_large() -> Refusal:
    return refusal("attachment.too_large", most=MOST_BYTES // (1024 * 1024))
