"""A message that could not be processed, as the stream PARKED has it."""

from typing import Annotated, Self

from pydantic import Field

from shared.wire.published import Count, Published
from shared.words.refusals import Refusal


class ParkedReason(Published):
    """Why a message was parked: a code of the error catalogue with its sentences, or a code with a technical detail."""

    code: str
    path: str = ""
    message_vi: str = ""
    message_en: str = ""
    detail: str = ""

    @classmethod
    def of(cls, refusal: Refusal) -> Self:
        """A refusal of the catalogue as a reason for parking."""
        return cls(code=refusal.code, path=refusal.path, message_vi=refusal.message_vi, message_en=refusal.message_en)


class Parked(Published):
    """A message that could not be processed, and for which a retry would not help: its first 16 KiB as received, and the reason."""

    reason: ParkedReason
    subject: str
    sequence: Annotated[int, Field(ge=1)]
    size_bytes: Count
    payload: str
