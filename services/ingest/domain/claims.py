"""Claims: ingest's final decision about one event, and the receipt that reports it.

Source: design, section 3, "Ingest: claim, publish, ack".
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from services.ingest.domain.case import Incoming
from services.ingest.domain.decision import Malformed
from shared.wire import events
from shared.wire.published import Reason
from shared.wire.receipts import LogPosition, Receipt

ACCEPTED: Final = "accepted"
REJECTED: Final = "rejected"
DUPLICATE: Final = "duplicate"


@dataclass(frozen=True, slots=True)
class Claim:
    """One claimed event. `regime`, `partition` and `event` say what is logged and where; they are set only if the event was accepted."""

    id: str
    event_id: str
    sender: str
    verdict: Literal["accepted", "rejected"]
    received_ms: int
    errors: Sequence[Reason] = ()
    warnings: Sequence[Reason] = ()
    regime: str = ""
    partition: int = 0
    event: bytes = b""
    was_stored: bool = False  # the claim was stored before this batch, so REPORTS may have the event
    is_repeat: bool = False  # another message has claimed the event
    imported_ms: int | None = None  # when INBOX stored an imported event
    standing_revision: int | None = None  # what stood after the decision; None in claims before data format 7
    next_revision: int | None = None

    @property
    def is_accepted(self) -> bool:
        return self.verdict == ACCEPTED

    def position(self, sequence: int) -> LogPosition:
        """The place of the event in the log, given its sequence in REPORTS."""
        return LogPosition(partition=self.partition, sequence=sequence)

    def receipt(self, position: LogPosition | None) -> Receipt:
        """The receipt for the sender. For a repeat it reports the first decision (ADR-0007)."""
        first = Receipt(
            event_id=self.event_id,
            unit=self.sender,
            verdict=self.verdict,
            errors=list(self.errors),
            warnings=list(self.warnings),
            received_at=_text(self.received_ms),
            imported_at=None if self.imported_ms is None else _text(self.imported_ms),
            position=position,
            standing_revision=self.standing_revision,
            next_revision=self.next_revision,
        )
        return first.model_copy(update={"verdict": DUPLICATE, "first_verdict": self.verdict}) if self.is_repeat else first


def malformed_receipt(incoming: Incoming, verdict: Malformed) -> Receipt:
    """The receipt for a message that could not be parsed."""
    return Receipt(
        event_id=verdict.event_id,
        unit=incoming.sender,
        verdict=REJECTED,
        errors=[Reason.of(verdict.reason)],
        warnings=[],
        received_at=_text(incoming.received_ms),
        position=None,
    )


def _text(milliseconds: int) -> str:
    return events.to_text(events.from_ms(milliseconds))
