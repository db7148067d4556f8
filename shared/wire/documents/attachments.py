"""The documents of files that are attached to reports, in the form of GridFS: any driver's bucket `attachments` reads them."""

from datetime import datetime
from typing import Annotated, TypedDict

from shared.words.attachments import MediaType


class ListedDocument(TypedDict):
    """An attachment as a report is to list it; part of a draft's document."""

    name: Annotated[str, "its name for people"]
    media_type: Annotated[MediaType, "by its content"]
    size: Annotated[int, "bytes"]
    sha256: Annotated[str, "of the content, in hex"]
    ref: Annotated[str, "the attachment's `_id`"]


class AttachmentFactsDocument(TypedDict):
    """What we know of an attachment; part of its document."""

    unit: Annotated[str, "id of the unit that sent it"]
    media_type: Annotated[MediaType, "by its content"]
    sha256: Annotated[str, "of the content, in hex"]
    used_by: Annotated[str, "the report that uses it, `<regime>/<period>/<unit id>`; empty while none does"]


class AttachmentDocument(TypedDict):
    """A file that was sent to be attached to a report. It stays as long as the report that uses it; without one it is removed after 7 days.

    Written by: `shared/plumbing/attachment_store.py` (ingest, the portal). Read by: ingest, the portal.
    """

    _id: Annotated[str, "its random name, `ref`: 43 characters"]
    length: Annotated[int, "bytes"]
    chunkSize: Annotated[int, "bytes of each part but the last"]
    uploadDate: Annotated[datetime, "when it was stored"]
    metadata: Annotated[AttachmentFactsDocument, "what we know of it"]


class AttachmentChunkDocument(TypedDict):
    """A part of an attachment's content.

    Written by: `shared/plumbing/attachment_store.py` (ingest, the portal). Read by: the portal.
    """

    _id: Annotated[str, "`<file>/<number>`"]
    files_id: Annotated[str, "the attachment's `_id`"]
    n: Annotated[int, "place of the part, from 0"]
    data: Annotated[bytes, "the part"]
