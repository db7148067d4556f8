"""The document of an alert on one channel."""

from datetime import datetime
from typing import Annotated, Literal, NotRequired, TypedDict

from shared.wire.documents.duties import DutyUnitDocument


class AlertDocument(TypedDict):
    """One alert on one channel. Inserting the document claims the alert permanently; a lease on it allows one notifier to send it.

    Written by: `services/notify/store/alerts.py`. Read by: notify; the portal (who was told about a duty, on its page and the report's).
    """

    _id: Annotated[
        str,
        "`<duty>/<cause>/<deadline>/<rung>/<channel>`; of a digest `<duty>/<deadline>/<rung>/<recipient>/<channel>`; of `asked-` and "
        "`undone-` the id of the unit that asked or undid stands instead of the deadline",
    ]
    duty: Annotated[str, "id of the duty; of a digest `digest/<regime>/<period>`"]
    task: Annotated[Literal["report", "confirm", "official", "digest"], "what it is about"]
    regime: Annotated[str, "id of the regime"]
    period: Annotated[str, "code of the period"]
    unit: Annotated[str, "code of the unit that has the duty, on the reference day; of a digest the recipient's"]
    unit_id: Annotated[str, "its id"]
    unit_name: Annotated[str, "its name"]
    to: NotRequired[Annotated[str, "id of the unit that the alert goes to; absent in alerts of before data format 6: then `unit_id`"]]
    view: NotRequired[Annotated[DutyUnitDocument, "the unit whose view is to be confirmed, if it is another unit; since data format 6"]]
    cause: Annotated[
        str,
        "`report`, `confirm`, `official`, `return-<revision>`; at the rung `now` `returned-`, `entered-for-<revision>`, `moved-`, "
        "`undone-<number>`, `asked-<event id>`",
    ]
    entered_by: NotRequired[Annotated[str, "id of the unit that entered the report; only of `entered-for-<revision>`; since data format 7"]]
    undone_by: NotRequired[Annotated[str, "id of the unit that undid the confirmation; only of `undone-<number>`; since data format 8"]]
    asked_by: NotRequired[Annotated[str, "id of the unit that asks for what is owed; only of `asked-<event id>`; since data format 8"]]
    text: NotRequired[Annotated[str, "what that unit wrote; since data format 8"]]
    rung: Annotated[str, "name of the rung"]
    at: Annotated[datetime, "when the rung is due"]
    deadline: Annotated[datetime, "the deadline from which the rung is counted"]
    reason: Annotated[str, "reason of a return, a moved deadline or an undoing"]
    before: NotRequired[Annotated[datetime | None, "the deadline before it moved"]]
    is_returned: NotRequired[Annotated[bool, "whether what is owed is a report that was sent back"]]
    channel: Annotated[str, "`stream`, `email`"]
    state: Annotated[
        Literal["raised", "published", "sent", "refused", "passed"],
        "`raised`: claimed, not sent yet; `published`: in ALERTS; `sent`: accepted by the mail server; `refused`: no address was accepted; "
        "`passed`: never sent",
    ]
    raised_at: Annotated[datetime, "the instant for which a tick raised it"]
    mailed: Annotated[list[str], "ids of the mails that the server accepted, as in their Message-ID; a mail may be about several alerts"]
    refused: NotRequired[Annotated[list[str], "ids of the mails that the server refused for good"]]
    holder: Annotated[str, "the notifier that holds the lease"]
    lease_until: Annotated[datetime, "when another notifier may take the lease"]
    traceparent: NotRequired[Annotated[str, "trace of the event that caused the alert, if it is one of those that do"]]
