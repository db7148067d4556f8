"""The document of a draft: what people have typed into a form and not sent yet."""

from datetime import datetime
from typing import Annotated, Literal, NotRequired, TypedDict

from shared.wire.documents.attachments import ListedDocument


class DraftWriterDocument(TypedDict):
    """Who saved; part of a draft. Of a text with which the form was filled, everything is empty."""

    person: Annotated[str, "id of the person"]
    name: Annotated[str, "the person's name at that time"]
    form: Annotated[str, "random text of the opened form: the window"]


class DraftFieldDocument(TypedDict):
    """One field of a draft."""

    name: Annotated[str, "name of the field, for example `v.gd_lop`"]
    text: Annotated[str, "the text as it was typed, also when it is invalid"]
    by: Annotated[DraftWriterDocument, "who typed it"]
    at: Annotated[datetime, "when it was saved"]
    version: Annotated[int, "version of the draft in which it was changed last"]


class EarlierTextDocument(TypedDict):
    """A text of a draft that was overwritten or deleted."""

    name: Annotated[str, "name of the field"]
    text: Annotated[str, "the text"]
    by: Annotated[DraftWriterDocument, "who had typed it"]
    at: Annotated[datetime, "when it was saved"]
    replaced_at: Annotated[datetime, "when it was overwritten or deleted"]


class DraftHandedDocument(TypedDict):
    """That a draft was handed in for approval."""

    by: Annotated[DraftWriterDocument, "who handed it in"]
    at: Annotated[datetime, "when"]


class DraftSentBackDocument(TypedDict):
    """That the approver gave a draft back instead of sending it."""

    by: Annotated[DraftWriterDocument, "who gave it back"]
    at: Annotated[datetime, "when"]
    note: Annotated[str, "what is to be changed"]


class DraftDocument(TypedDict):
    """What people have typed into the form of a report and not sent yet. It is no event and in no total. Since data format 8.

    Written by: `services/portal/drafts/draft_store.py`. Read by: the portal.
    """

    _id: Annotated[
        str,
        "`<regime>/<period>/<unit id>`, with `/by/<unit id>` behind it if another unit enters the report; of a draft that has ended, once "
        "another one follows it, also `#<version>`",
    ]
    regime: Annotated[str, "id of the regime"]
    period: Annotated[str, "code of the period"]
    unit: Annotated[str, "id of the unit that is to report"]
    entered_by: Annotated[str | None, "id of the other unit that enters the report; null if the unit does it itself"]
    version: Annotated[int, "raised by every save, also over the end of a draft"]
    revision: Annotated[int, "the report's revision that it is to become"]
    fields: Annotated[list[DraftFieldDocument], "what is in the fields"]
    earlier: Annotated[list[EarlierTextDocument], "texts that were overwritten or deleted, the oldest first; of each field the last twelve"]
    by: Annotated[DraftWriterDocument, "who saved last"]
    at: Annotated[datetime, "when it was saved last"]
    began_at: Annotated[datetime, "when it was begun"]
    ended: Annotated[Literal["sent", "discarded"] | None, "how it ended; null while it has not"]
    event: Annotated[str, "id of the event that was sent from it; empty before"]
    expires_at: Annotated[
        datetime | None,
        "when MongoDB may remove it: 90 days after its end, 400 days after its last save before; null if stored before that was so",
    ]
    handed: NotRequired[Annotated[DraftHandedDocument | None, "set while it is handed in for approval; absent or null otherwise"]]
    sent_back: NotRequired[
        Annotated[DraftSentBackDocument | None, "what the approver said who gave it back; absent or null before, and once handed in again"]
    ]
    attachments: NotRequired[Annotated[list[ListedDocument], "the files of the report; absent while they are those that it has already"]]
