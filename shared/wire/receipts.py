"""What ingest answers to what was sent: the receipt of an event, or that it is pending, and the name of an attachment."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from shared.wire.published import Count, IfSet, Published, Reason, UtcText
from shared.words import attachments


class LogPosition(Published):
    """The place of an accepted event in the log."""

    partition: Count
    sequence: Annotated[int, Field(ge=1)]


class TakenAttachment(Published):
    """The answer to a file that was sent to be attached: what a report lists, beside a name for people."""

    ref: Annotated[str, StringConstraints(pattern=attachments.REF)]
    sha256: Annotated[str, StringConstraints(pattern=attachments.SHA256)]
    size: Annotated[int, Field(ge=1, le=attachments.MOST_BYTES)]
    media_type: attachments.MediaType


class Receipt(Published):
    """The verdict on one event that `unit` sent.

    `event_id` is null if the message could not be parsed. `duplicate` means that the event was sent before: the receipt repeats the first
    decision, and `first_verdict` names it. `errors` lists all faults of a rejected event. `warnings` may come with an accepted event, for
    example when it changes no figure. `position` is null if the event was not accepted; a receipt that is requested later may also have
    null until the event is in a view. `unit` is the sender's id. `imported_at` is there if an operator imported the event later: then
    `received_at` is when it was received at that time. For a report or its withdrawal, `standing_revision` is the revision that stands with
    this decision (0: none), and `next_revision` is the one to send next.
    """

    event_id: str | None
    unit: str
    verdict: Literal["accepted", "rejected", "duplicate"]
    first_verdict: IfSet[Literal["accepted", "rejected"]] = None
    errors: list[Reason]
    warnings: list[Reason]
    received_at: UtcText
    imported_at: IfSet[UtcText] = None
    position: LogPosition | None
    standing_revision: IfSet[Count] = None
    next_revision: IfSet[Count] = None

    @property
    def is_rejected(self) -> bool:
        """Whether the event is rejected, or repeats a rejected event."""
        return "rejected" in (self.verdict, self.first_verdict)


class PendingReceipt(Published):
    """The event is stored, and the verdict is not known yet. Request the receipt again after a moment."""

    event_id: str
    unit: str
    verdict: Literal["pending"]
    errors: Annotated[list[Reason], Field(max_length=0)]
    warnings: Annotated[list[Reason], Field(max_length=0)]
    received_at: None
    position: None
