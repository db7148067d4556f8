"""Imported events: an operator enters an event of earlier, with the instant at which it was received then.

Source: design, section 4, "Events".
"""

import re
from datetime import UTC, datetime
from typing import Any, Final

from services.ingest.domain import shapes
from shared.wire import events, sent
from shared.words.refusals import Both, Refusal, refusal

ATTRIBUTES: Final = ("imported", "receivedat")
RFC_3339: Final = re.compile(sent.RFC_3339, re.ASCII)
OPERATOR: Final = re.compile(r"operator/[A-Za-z0-9._@-]{1,64}", re.ASCII)
FIRST_MS: Final = events.to_ms(datetime(2000, 1, 1, tzinfo=UTC))  # an earlier instant is a slip


def received_then(tree: dict[str, Any], stored_ms: int) -> int | None:
    """When an imported event was received then; None if the event is not imported, or not as it has to be.

    The event came on a subject for people. `stored_ms`: when INBOX stored it.
    """
    at = _instant(tree)
    return None if at is None or faults(tree, stored_ms, Both("", "")) else at


def faults(tree: dict[str, Any], stored_ms: int, stored: Both) -> list[Refusal]:
    """Why an event on a subject for people may not be imported as it is. The shapes of its attributes are checked elsewhere.

    `stored_ms`: when INBOX stored it; `stored`: the same for a sentence.
    """
    given = [name for name in ATTRIBUTES if tree.get(name) is not None]
    if not given:
        return []
    wrong = [refusal("event.import_incomplete", name) for name in ATTRIBUTES if name not in given]
    actor, at = tree.get("actor"), _instant(tree)
    if isinstance(actor, str) and not OPERATOR.fullmatch(actor):
        wrong.append(refusal("event.import_by_operator", "actor"))
    if at is not None and at > stored_ms:
        wrong.append(refusal("event.received_in_future", "receivedat", text=tree["receivedat"], now=stored))
    if at is not None and at < FIRST_MS:
        wrong.append(shapes.wrong_field("receivedat"))
    return wrong


def _instant(tree: dict[str, Any]) -> int | None:
    """The instant in `receivedat`, in milliseconds since 1970; None if there is no instant."""
    text = tree.get("receivedat")
    if not isinstance(text, str) or not RFC_3339.fullmatch(text):
        return None
    try:
        return events.to_ms(datetime.fromisoformat(text.upper()))
    except (ValueError, OverflowError):
        return None
