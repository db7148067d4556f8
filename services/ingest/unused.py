"""Removes attachments that no report has used for seven days (ADR 0085).

Only while INBOX is screened to its end: a report that waits there may use one that is old by now.
"""

import asyncio
from collections.abc import Callable
from typing import Final

import structlog

from shared.plumbing import delivery
from shared.plumbing.attachment_store import AttachmentStore
from shared.shell.clock import Clock

log = structlog.get_logger()

PAUSE_S: Final = 3600
FIRST_S: Final = 120  # after a start there is more urgent work


async def remove(store: AttachmentStore, clock: Clock, is_screened: Callable[[], bool]) -> None:
    """Removes them every hour until it is cancelled."""
    await asyncio.sleep(FIRST_S)
    while True:
        if is_screened():
            await once(store, clock)
        await asyncio.sleep(PAUSE_S)


async def once(store: AttachmentStore, clock: Clock) -> None:
    """Removes what is too old now. While the database is away nothing is removed."""
    try:
        removed = await store.remove_unused(clock())
    except delivery.MAY_PASS as error:
        if not delivery.is_passing(error):
            raise
        log.warning("attachments.not_removed", error=type(error).__name__)
        return
    if removed:
        log.info("attachments.removed", count=removed)
