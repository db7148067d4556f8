"""Answers an attachment as a download: recorded in the audit log first, and so that no browser opens it as a page of ours.

Source: ADR 0085; `X-Content-Type-Options`, `Content-Security-Policy: sandbox` (the standards Fetch and HTML).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import Depends, Request, Response
from fastapi.responses import StreamingResponse

from services.portal.domain import refused
from services.portal.http.exporting import Record, Recorded
from services.portal.http.multipart import SentFile
from services.portal.render import file_name
from shared.plumbing.attachment_store import AttachmentStore
from shared.plumbing.uploads import NotTakenError, Uploads
from shared.words.attachments import ENDINGS, Attachment, Listed
from shared.words.refusals import Refusal, refusal

HEADERS: Final = {
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}


@dataclass(frozen=True, slots=True)
class Attached:
    """The stored attachments, for whoever has shown that he may read the report."""

    store: AttachmentStore
    uploads: Uploads
    record: Record

    async def answer(self, listed: Iterable[Listed], ref: str, target: str) -> Response:
        """The attachment with this ref, if the report lists it. Raises `Refused` with 404."""
        found = next((one for one in listed if one.ref == ref), None)
        stored = None if found is None else (await self.store.of_refs([ref])).get(ref)
        if found is None or stored is None or stored.sha256 != found.sha256:
            raise refused.not_found(refusal("attachment.not_found"))
        await self.record("attachment.exported", target, found.sha256)
        title, _, _ = found.name.rpartition(".")
        plain = f"tep-dinh-kem.{ENDINGS[stored.media_type]}"
        named = file_name.disposition("attachment", plain, title or found.name)
        headers = {**HEADERS, "Content-Disposition": named, "Content-Length": str(stored.size)}
        return StreamingResponse(self.store.content(ref), media_type=stored.media_type, headers=headers)

    async def take(self, unit: str, sent: SentFile) -> Attachment | Refusal:
        """Stores a file that a person has sent; or says why it is not taken, after the browser has sent all of it."""
        try:
            return await self.uploads.take(unit, sent.content())
        except NotTakenError as error:
            await sent.drain()
            return error.why


async def attached_of(request: Request, record: Recorded) -> Attached:
    state = request.app.state
    return Attached(state.attachments, state.uploads, record)


AttachedFiles = Annotated[Attached, Depends(attached_of)]
