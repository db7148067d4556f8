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


class FigureDifference(BaseModel):
    """A figure or text of the report that was recorded meanwhile, and what the workbook says instead; null: nothing."""

    model_config = ConfigDict(frozen=True, strict=True)

    code: str
    now: object
    then: object


class WorkbookProblem(Problem):
    """Why a workbook was refused. The path of a fault is the cell: `Biểu!F12`.

    `marked` is the address of the sender's own file with its wrong cells marked, `renewed` that of a new form with the figures that still
    mean the same; both are kept for a day. `differences`: what the report says that was recorded meanwhile, and what the file says.
    """

    marked: IfSet[str] = None
    renewed: IfSet[str] = None
    differences: IfSet[list[FigureDifference]] = None


class RejectedProblem(Problem):
    """Why an event was rejected, with its receipt."""

    receipt: IfSet[Receipt] = None
