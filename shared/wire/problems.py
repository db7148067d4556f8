"""Errors over HTTP: the body of every answer that is not a success. RFC 9457, media type `application/problem+json`."""

from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field

from shared.wire.published import IfSet, Reason
from shared.wire.receipts import Receipt

MEDIA_TYPE: Final = "application/problem+json"


class Problem(BaseModel):
    """Why a request was refused (RFC 9457).

    `code` is a stable code of the error catalogue. `detail` says what to do in Vietnamese, `detail_en` in English. `errors` lists every
    fault with its path; `code` and `type` are those of the first fault.
    """

    model_config = ConfigDict(frozen=True, strict=True)

    type: Annotated[str, Field(pattern="^urn:tonghop:problem:")]
    title: str
    status: Annotated[int, Field(ge=400, le=599)]
    code: str
    detail: str
    detail_en: str
    errors: Annotated[list[Reason], Field(min_length=1)]


class RejectedProblem(Problem):
    """Why an event was rejected, with its receipt."""

    receipt: IfSet[Receipt] = None
