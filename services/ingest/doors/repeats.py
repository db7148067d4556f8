"""Under which id a report of a file is sent, and what was accepted under it: so a file that is sent again is a repeat, and a file that was
rejected once is judged anew, because a rejected event keeps its verdict.

Source: design, section 4, "Workbooks" and "Tables"; ADR 0084.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from services.ingest.store import ClaimStore
from shared.words.attachments import Listed
from shared.words.forms import Content

MOST_ATTEMPTS: Final = 20  # of a report that is rejected each time


@dataclass(frozen=True, slots=True)
class Sending:
    """The id of the event, and what was accepted under it before; None: nothing."""

    event_id: str
    before: Content | None = None

    def attachments(self, held: Content) -> dict[str, Any]:
        """The attachments of the event's `data`. A file says nothing about them, so the report keeps those that it has; a repeat says what
        was said first.
        """
        kept: Sequence[Listed] = (held if self.before is None else self.before).attachments
        return {"attachments": [asdict(one) for one in kept]} if kept else {}


async def find(store: ClaimStore, sender: str, first: str) -> Sending:
    """How a report is sent whose own id is `first`. From the first rejection on, the attempt is hashed too."""
    event_id = first
    for attempt in range(1, MOST_ATTEMPTS):
        said = await store.said(sender, event_id)
        if not isinstance(said, str):
            return Sending(event_id, _content(said))
        event_id = hashlib.sha256(f"{first}/{attempt}".encode()).hexdigest()[: len(first)]
    return Sending(event_id)


def _content(said: Mapping[str, Any] | None) -> Content | None:
    return None if said is None else Content.of(said)
