"""An act of a person: the event that it makes, in the name of a unit. What the act means is the event's data; ingest judges it.

The event id is derived from the form that was opened and from what it says. So the same form sent twice is one event, while a form that
was changed after an attempt is another one. Source: design, section 4, "Events"; ADR 0068.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import orjson

from shared.wire import envelope, event_key
from shared.wire.envelope import CloudEvent
from shared.words.audit import Action

FORM: Final = re.compile(r"[A-Za-z0-9_-]{8,64}", re.ASCII)
DIGITS: Final = 32  # of the event id, in hex


@dataclass(frozen=True, slots=True)
class Act:
    """What a person does: an event of the unit `sender` (an id), and how the audit log names it.

    `form` is the random text of the form that the person has opened. `entered_by` is the unit for which the person enters a report of
    another unit, None if the person acts for the sender.
    """

    kind: str
    sender: str
    data: Mapping[str, object]
    form: str
    action: Action
    target: str
    entered_by: str | None = None

    @property
    def event_id(self) -> str:
        content = [self.form, self.kind, self.sender, self.entered_by, dict(self.data)]
        return hashlib.sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).hexdigest()[:DIGITS]

    @property
    def key(self) -> str:
        """The event's id in `reports` and `receipts`."""
        return event_key.of(self.sender, self.event_id)

    def event(self, actor: str, at: datetime) -> CloudEvent:
        """The event, as the person `actor` (`people/<id>`) causes it."""
        return envelope.of_unit(self.sender, self.event_id, self.kind, self.data, at=at, actor=actor, entered_by=self.entered_by)


def is_form(text: str) -> bool:
    """Whether this can be the random text of an opened form."""
    return FORM.fullmatch(text) is not None
