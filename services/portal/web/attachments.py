"""The files that a report has attached, as downloads, for whoever reads the report."""

from typing import Annotated

from fastapi import APIRouter, Path, Response

from services.portal.http.attached import AttachedFiles
from services.portal.http.scoped import ReportAtOn, Stored
from services.portal.reading import attachments

router = APIRouter(include_in_schema=False)

Ref = Annotated[str, Path(max_length=64)]


@router.get("/bao-cao/{regime}/{period}/{unit}/dinh-kem/{ref}")
async def download(at: ReportAtOn, ref: Ref, store: Stored, files: AttachedFiles) -> Response:
    """A file that one of the report's revisions lists."""
    listed = await attachments.of_report(at, store)
    return await files.answer(listed, ref, f"reports/{at.regime.id}/{at.period.code}/{at.unit.id}")
