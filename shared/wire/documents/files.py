"""The documents of files that are made in the background, and of workbooks that are given back."""

from datetime import datetime
from typing import Annotated, Literal, TypedDict


class FileReasonDocument(TypedDict):
    """Why a file could not be made; part of a file's document."""

    code: Annotated[str, "stable code of the error catalogue"]
    path: Annotated[str, "empty"]
    message_vi: Annotated[str, "what to do, in Vietnamese"]
    message_en: Annotated[str, "what to do, in English"]


class FileDocument(TypedDict):
    """A file that somebody has ordered: a consolidated report, a book, a copy of a report.

    Written by: the portal. Read by: the portal. MongoDB removes it after a day.
    """

    _id: Annotated[str, "random id"]
    owner: Annotated[str, "id of the person who ordered it; nobody else gets it"]
    key: Annotated[str, "sha256 of the order and its owner, in hex"]
    kind: Annotated[Literal["docx", "pdf", "book", "copy-docx", "copy-pdf"], "what is made"]
    regime: Annotated[str, "id of the regime"]
    period: Annotated[str, "code of the period"]
    unit: Annotated[str, "code of the unit on the period's reference day"]
    event: Annotated[str, "id of the event, for the copy of a report; else empty"]
    title: Annotated[str, "what people read"]
    name: Annotated[str, "name of the file in ASCII"]
    state: Annotated[Literal["waiting", "working", "done", "failed"], "state"]
    done: Annotated[int, "steps that are done"]
    of: Annotated[int, "steps in all; 0 while it is not known"]
    attempts: Annotated[int, "how often somebody began to make it"]
    holder: Annotated[str, "who makes it, or made it: a random name of a portal's process"]
    lease_until: Annotated[datetime, "until when the holder is believed to be alive"]
    created_at: Annotated[datetime, "when it was ordered"]
    expires_at: Annotated[datetime, "when MongoDB may remove it"]
    size: Annotated[int, "bytes; 0 while it is not done"]
    sha256: Annotated[str, "of the content, in hex; empty while it is not done"]
    refusal: Annotated[FileReasonDocument | None, "why it could not be made; null while nothing went wrong"]


class FileChunkDocument(TypedDict):
    """A part of a file's content.

    Written by: the portal. Read by: the portal. MongoDB removes it with its file.
    """

    _id: Annotated[str, "`<file>/<holder>/<number>`"]
    file: Annotated[str, "id of the file"]
    number: Annotated[int, "place of the part, from 0"]
    data: Annotated[bytes, "at most 1 MiB"]
    expires_at: Annotated[datetime, "when MongoDB may remove it"]


class SheetDocument(TypedDict):
    """A workbook that was given back: a sender's own with its wrong cells marked, or a new form with the figures of an older one.

    Written by: `shared/plumbing/sheet_store.py`. Read by: ingest and the portal, for the owner. MongoDB removes it after a day.
    """

    _id: Annotated[str, "random secret"]
    owner: Annotated[str, "`unit/` and the id of the unit, or `person/` and the id of the person, who sent the file; nobody else gets it"]
    name: Annotated[str, "name of the file in ASCII"]
    content: Annotated[bytes, "the file"]
    created_at: Annotated[datetime, "when it was made"]
    expires_at: Annotated[datetime, "when MongoDB may remove it"]
