"""The documents in MongoDB: one model for each, shared by its writer and its readers.

The models are `TypedDict`s: plain dictionaries at run time, so that writing a view converts nothing. Each docstring says which module
writes the documents and who reads them, and each field has a description; the data-model page is generated from both. The names of the
collections are in `collection_names.py`.

A field that is `NotRequired` is absent from documents that an earlier data format wrote. Decimals are written as `Decimal` and read as
BSON's Decimal128; instants are in UTC, to the millisecond.
"""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Final, Literal, NotRequired, TypedDict

from shared.wire import collection_names
from shared.wire.attachment_documents import AttachmentChunkDocument, AttachmentDocument, ListedDocument
from shared.wire.file_documents import FileChunkDocument, FileDocument, SheetDocument
from shared.wire.identity_documents import (
    AuditDocument,
    AuditHeadDocument,
    CredentialDocument,
    CredentialUseDocument,
    DailyHeadDocument,
    IdentityGenerationDocument,
    InvitationDocument,
    LoginDelayDocument,
    PersonDocument,
    SessionDocument,
)

# reference data


class ContactDocument(TypedDict):
    """A person or an office to whom reminders go; part of a unit's document."""

    name: Annotated[str, "name of the person or the office"]
    email: Annotated[str, "address, empty when there is none"]
    phone: Annotated[str, "telephone number, empty when there is none"]


class UnitDocument(TypedDict):
    """One row of a unit: what the unit is between two days.

    Written by: `shared/plumbing/reference_store.py` (`tonghop units import`, `contacts import`), `shared/plumbing/reform_store.py`
    (`tonghop reform apply`, `reform revert`).
    Read by: every service, as reference data.
    """

    _id: Annotated[str, "the unit's id, stable for its life; of later rows of the unit `<id>@<valid_from>`, since data format 6"]
    code: Annotated[str, "the unit's code; a later unit may get the same code"]
    name: Annotated[str, "the unit's name"]
    level: Annotated[str, "level in the tree, for example `province`"]
    kind: Annotated[str, "kind within its level"]
    parent: Annotated[str | None, "id of the unit above it"]
    valid_from: Annotated[str, "first day, `YYYY-MM-DD`"]
    valid_to: Annotated[str | None, "the first day on which the row no longer holds, `YYYY-MM-DD`; null while no end is known"]
    contacts: Annotated[list[ContactDocument], "to whom reminders go; those of the unit's last row are in use"]


class AreaDocument(TypedDict):
    """One area (địa bàn): a dated set of units, such as the communes of a former district. Since data format 6.

    Written by: `shared/plumbing/reform_store.py` (`tonghop reform apply`, `reform revert`).
    Read by: every service, as reference data.
    """

    _id: Annotated[str, "the area's id"]
    code: Annotated[str, "the area's code"]
    name: Annotated[str, "the area's name"]
    members: Annotated[list[str], "ids of its units"]
    valid_from: Annotated[str, "first day, `YYYY-MM-DD`"]
    valid_to: Annotated[str | None, "the first day on which the area no longer exists, `YYYY-MM-DD`; null while no end is known"]
    covers: Annotated[str, "what the area covers, for readers"]


class RegimeDocument(TypedDict):
    """One reporting regime.

    Written by: `shared/plumbing/reference_store.py` (`tonghop regimes load`), `shared/plumbing/reform_store.py` (`reform apply --regimes`).
    Read by: every service, as reference data.
    """

    _id: Annotated[str, "the regime's id"]
    file: Annotated[dict[str, Any], "the regime's file as loaded, without the values that are defaults (`shared/words/regimes.py`)"]
    loaded_at: Annotated[datetime, "when the regime was loaded for the first time"]
    kinds: NotRequired[
        Annotated[
            dict[str, tuple[str, int]],
            "`[kind, decimals]` of every indicator that the regime ever had, by code: neither can be changed later",
        ]
    ]


class ClosedRowDocument(TypedDict):
    """A row of a unit, or an area, that a reform closed; part of a reform's document."""

    id: Annotated[str, "`_id` of the row's document"]
    valid_to: Annotated[str | None, "its end before the reform"]


class PinDocument(TypedDict):
    """A period that keeps the units of the day before the reform; part of a reform's document."""

    regime: Annotated[str, "id of the (source) regime"]
    period: Annotated[str, "code of the period"]
    day: Annotated[str, "its reference day, `YYYY-MM-DD`"]


class ReplacedRegimeDocument(TypedDict):
    """A regime that was loaded with a reform; part of a reform's document."""

    id: Annotated[str, "the regime's id"]
    file: Annotated[dict[str, Any], "its file as it was loaded with the reform"]
    before: Annotated[RegimeDocument | None, "its document before the reform; null if there was none"]


class ReformActDocument(TypedDict):
    """An application or a revert of a reform; part of a reform's document."""

    what: Annotated[Literal["applied", "reverted"], "what was done"]
    at: Annotated[datetime, "when"]
    by: Annotated[str, "who: `operator/<login>`"]
    hash: Annotated[str, "SHA-256 of the files that were applied or reverted"]


EdgeFields = tuple[str, str, str, int, str, bool]
"""An edge: id of the unit that ended, id of the unit that follows it, share, weight, basis of the weight, whether it is the heir."""


class ReformDocument(TypedDict):
    """One reform of units (đợt sắp xếp) that was applied, with all that a revert needs. Since data format 6.

    Written by: `shared/plumbing/reform_store.py` (`tonghop reform apply`, `reform revert`).
    Read by: every service, as reference data (`edges` and `pins` of applied ones); `tonghop reform list`, `reform show`.
    """

    _id: Annotated[str, "the reform's id"]
    state: Annotated[Literal["applied", "reverted"], "whether it is in force"]
    valid_from: Annotated[str, "its first day, `YYYY-MM-DD`"]
    hash: Annotated[str, "SHA-256 of its files"]
    reform: Annotated[dict[str, Any], "what reform.yaml says: title, law, `after`, `expect`, `keep` (`shared/words/reform.py`)"]
    counts: Annotated[dict[str, dict[str, int]], "how many units end, go on, begin, stay and exist after it, by level"]
    edges: Annotated[list[EdgeFields], "which units follow those that ended"]
    pins: Annotated[list[PinDocument], "periods that keep the units of the day before"]
    closed: Annotated[list[ClosedRowDocument], "rows of units that it closed"]
    begun: Annotated[list[str], "`_id` of the rows of units that it began"]
    areas_closed: Annotated[list[ClosedRowDocument], "areas that it closed"]
    areas_begun: Annotated[list[str], "`_id` of the areas that it began"]
    contacts: Annotated[dict[str, list[ContactDocument]], "contacts that its files brought, by unit id"]
    regimes: Annotated[list[ReplacedRegimeDocument], "regimes that were loaded with it"]
    history: Annotated[list[ReformActDocument], "every application and revert, the oldest first"]
    files: Annotated[bytes, "its files: JSON with the texts by name, compressed (zlib)"]


# what the aggregator stores


class ReportDocument(TypedDict):
    """One accepted event of the log (`reports`), in the order in which it was logged.

    Written by: `services/aggregate/store.py`, `services/aggregate/rebuild.py`.
    Read by: aggregate (at its start), ingest (where an event is in the log), the portal (a report's history), `tonghop verify`.
    """

    _id: Annotated[str, "`<sender code>/<event id>`, the key of the event's claim in `receipts`"]
    regime: Annotated[str, "id of the regime that the event concerns"]
    period: Annotated[str, "code of the period"]
    unit: Annotated[str, "id of the unit that the event concerns; empty when it concerns the whole period"]
    type: Annotated[str, "type of the event"]
    revision: Annotated[int, "revision that was sent, withdrawn or returned; 0 for other events"]
    received_ms: Annotated[int, "when INBOX stored the event, milliseconds since 1970"]
    partition: Annotated[int, "partition of the log"]
    sequence: Annotated[int, "sequence in REPORTS of the event's first copy"]
    event: Annotated[bytes, "the logged CloudEvent, byte for byte; text in what format 1 stored"]
    estimate: NotRequired[Annotated[bool, "true if the event is a report with estimated figures, otherwise absent; since data format 7"]]


class ViewUnitDocument(TypedDict):
    """The unit of a view, as it was named on the last day of the period."""

    id: Annotated[str, "the unit's id"]
    code: Annotated[str, "the unit's code"]
    name: Annotated[str, "the unit's name"]
    level: Annotated[str, "its level"]
    parent: Annotated[str | None, "id of the unit above it"]


class ViewVersionDocument(TypedDict):
    """Which version of a view this is: a larger (generation, sequence) is newer."""

    generation: Annotated[int, "generation of units and regimes by which the view was computed"]
    partition: Annotated[int, "partition of the log"]
    sequence: Annotated[int, "sequence in REPORTS of the last event that concerned the view; 0 when there was none"]


class ReportingDocument(TypedDict):
    """How complete a view is."""

    expected: Annotated[int, "how many reports are expected"]
    received: Annotated[int, "how many reports count"]
    on_time: Annotated[int, "how many of them were on time"]
    late: Annotated[int, "how many of them were late"]
    missing: Annotated[list[str], "codes of the units whose report does not count, sorted"]
    rate: Annotated[Decimal | None, "received / expected, percent with one decimal; null when none is expected"]
    timely_rate: Annotated[Decimal | None, "on time / expected, percent with one decimal; null when none is expected"]


class TargetDocument(TypedDict):
    """A target of the plan, and whether the figure reaches it."""

    at_least: Annotated[str, "the target"]
    by: Annotated[str, "by when it is to be reached"]
    met: Annotated[bool, "whether the figure reaches it; never while a report is missing"]


class QuantityDocument(TypedDict):
    """The total of a quantity."""

    kind: Literal["quantity"]
    total: Annotated[int | Decimal | None, "the total by the indicator's aggregation; null when no unit reported it"]
    measure: Annotated[str, "unit of measure"]
    reported: Annotated[int, "how many units reported it"]
    estimated: NotRequired[Annotated[Decimal, "percent of it that is estimated; absent when nothing is; since data format 7"]]
    target: NotRequired[Annotated[TargetDocument, "absent when no target is set"]]


class RatioDocument(TypedDict):
    """The sums of a ratio."""

    kind: Literal["ratio"]
    numerator: Annotated[int | Decimal, "sum of the numerators"]
    denominator: Annotated[int | Decimal, "sum of the denominators"]
    reported: Annotated[int, "how many units reported it"]
    estimated: NotRequired[Annotated[Decimal, "percent of it that is estimated; absent when nothing is; since data format 7"]]
    percent: Annotated[Decimal | None, "percent of the sums; null when the denominator is 0"]
    target: NotRequired[Annotated[TargetDocument, "absent when no target is set"]]


class FlagDocument(TypedDict):
    """How many units said yes."""

    kind: Literal["flag"]
    true: Annotated[int, "how many units said yes"]
    reported: Annotated[int, "how many units answered"]
    estimated: NotRequired[Annotated[Decimal, "percent of it that is estimated; absent when nothing is; since data format 7"]]
    percent: Annotated[Decimal | None, "true / reported; null when no unit answered"]
    target: NotRequired[Annotated[TargetDocument, "absent when no target is set"]]


class ChoiceDocument(TypedDict):
    """How many units chose each option."""

    kind: Literal["choice"]
    counts: Annotated[dict[str, int], "number of units by option"]
    reported: Annotated[int, "how many units answered"]
    estimated: NotRequired[Annotated[Decimal, "percent of it that is estimated; absent when nothing is; since data format 7"]]


FigureDocument = QuantityDocument | RatioDocument | FlagDocument | ChoiceDocument
"""One indicator of a view."""


class ViewFiguresDocument(TypedDict):
    """The figures of a view: what a confirmation approves."""

    reporting: Annotated[ReportingDocument, "how complete the view is"]
    indicators: Annotated[dict[str, FigureDocument], "figures by the indicator's code"]
    narratives: Annotated[dict[str, int], "how many units wrote under each heading, by its code"]


class OfficialDocument(TypedDict):
    """The confirmed version of a view; part of a view's document."""

    number: Annotated[int, "1 for the first confirmation, k + 1 for the k-th adjustment"]
    hash: Annotated[str, "SHA-256 of the figures that were confirmed"]
    at: Annotated[datetime, "when the confirmation was received"]
    moved: Annotated[bool, "whether the view has other figures since"]


class ViewDocument(ViewFiguresDocument):
    """The roll-up of one unit's subtree for one regime and period (`views`).

    Written by: `services/aggregate/store.py`, `services/aggregate/rebuild.py`.
    Read by: the portal, ingest (`hash`, for confirmations), `services/aggregate/feed.py`, `tonghop verify`.
    """

    _id: Annotated[str, "key of the view, `<regime>/<period>/<unit id>` (`shared/wire/view_key.py`)"]
    regime: Annotated[str, "id of the regime"]
    period: Annotated[str, "code of the period"]
    unit: Annotated[ViewUnitDocument, "the unit whose subtree is summed"]
    position: Annotated[ViewVersionDocument, "which version of the view this is"]
    updated_at: Annotated[datetime | None, "received time of the last event that concerned the view; null when there was none"]
    hash: Annotated[str, "SHA-256 of the figures (`shared/wire/view_hash.py`)"]
    official: NotRequired[Annotated[OfficialDocument | None, "the confirmed version; null while none stands; since data format 8"]]


class EarlyViewDocument(ViewDocument):
    """The roll-up of one unit's subtree in the early block of a period that spans the first day of a reform (`early_views`): by the units
    of the day before, from what was received until then. It is part of no total.

    Written by: `services/aggregate/store.py`, `services/aggregate/rebuild.py`.
    Read by: the portal, ingest (`hash`, for confirmations), `tonghop import`, `tonghop verify`.
    """

    _id: Annotated[str, "key of the view, `<regime>/<period>/<unit id>@<units>` (`shared/wire/view_key.py`)"]
    units: Annotated[str, "the day before the reform, `YYYY-MM-DD`: its units are counted, and what was received until its end"]


# what ingest stores


class ReasonDocument(TypedDict):
    """One fault of an event, or one warning; part of a receipt's document."""

    code: Annotated[str, "stable code of the error catalogue"]
    path: Annotated[str, "path of the field, empty for the whole event"]
    message_vi: Annotated[str, "what to do, in Vietnamese"]
    message_en: Annotated[str, "what to do, in English"]


class ReceiptDocument(TypedDict):
    """One claimed event with the complete decision about it (`receipts`). It is written once and never changed.

    Written by: `services/ingest/store.py`. Read by: ingest (to find repeats, and what was accepted before), portal (receipts of reports),
    `tonghop rebuild` (accepted events that the log lacks), `tonghop demo`.
    """

    _id: Annotated[str, "`<sender>/<event id>`; for a second event under the same id, `#` and the first 16 digits of its hash follow"]
    event_id: Annotated[str, "id of the event"]
    sender: Annotated[str, "id of the unit that sent it"]
    hash: Annotated[str, "SHA-256 of the event's content, by which a repeat is told from another event"]
    received_ms: Annotated[int, "when INBOX stored the first message with the event, or its `receivedat`; milliseconds since 1970"]
    inbox_sequence: Annotated[int, "sequence in INBOX of that message"]
    type: Annotated[str, "type of the event; empty when it is unknown, as are `regime`, `period` and `unit_id`"]
    regime: Annotated[str, "id of the regime that the event concerns"]
    period: Annotated[str, "code of the period"]
    unit_id: Annotated[str, "id of the unit that the event concerns; empty when it concerns the whole period"]
    verdict: Annotated[Literal["accepted", "rejected"], "the decision"]
    errors: Annotated[list[ReasonDocument], "why the event was rejected"]
    warnings: NotRequired[Annotated[list[ReasonDocument], "what the sender of an accepted event should know; since data format 5"]]
    revision: NotRequired[Annotated[int, "revision of the event, 0 when it has none; since data format 5"]]
    imported_ms: NotRequired[Annotated[int, "when INBOX stored the first message with the event; of an imported event only"]]
    standing_revision: NotRequired[
        Annotated[int, "revision that stands with this decision, 0 for none; of reports and withdrawals, since data format 7"]
    ]
    next_revision: NotRequired[Annotated[int, "revision to send next; of reports and withdrawals, since data format 7"]]
    partition: NotRequired[Annotated[int, "partition of the log; of an accepted event only"]]
    event: NotRequired[Annotated[bytes | str, "the event as it is logged; of an accepted event only; text in what format 1 stored"]]


class ParkedDocument(TypedDict):
    """One message that could not be processed, whole, with the reason (`parked`). It is removed after 400 days. Since data format 7.

    Written by: `services/ingest/parked.py`; `tonghop parked replay` and `parked drop` say what became of it, and add what an
    earlier version parked in the stream PARKED only. Read by: the command line; the portal, without `payload`.
    """

    _id: Annotated[
        str,
        "`<service>/<sequence in INBOX>`; if a restored broker used the sequence again, `@` and `received_ms` follow",
    ]
    subject: Annotated[str, "subject of INBOX"]
    sender: Annotated[str, "id of the unit that sent it"]
    sequence: Annotated[int, "sequence in INBOX"]
    received_ms: Annotated[int, "when INBOX stored it; milliseconds since 1970"]
    parked_at: Annotated[datetime, "when it was parked"]
    size: Annotated[int, "bytes of the message"]
    payload: Annotated[bytes, "the message as it was sent; the first 16 KiB of what an earlier version parked and INBOX no longer has"]
    reason: Annotated[ReasonDocument, "why it was parked"]
    event_id: NotRequired[Annotated[str, "the text in the place of the event's id, if there is one"]]
    traceparent: NotRequired[Annotated[str, "the event's `traceparent`, if there is one"]]
    state: Annotated[Literal["waiting", "replayed", "dropped"], "what became of it"]
    by: NotRequired[Annotated[str, "actor that replayed or dropped it"]]
    at: NotRequired[Annotated[datetime, "when that was done"]]
    why: NotRequired[Annotated[str, "why it was dropped"]]


class ParkedCountDocument(TypedDict):
    """How many messages a unit spoiled on one day (`parked_counts`). It is removed after 400 days. Since data format 7.

    Written by: `services/ingest/parked_counts.py`. Read by: ingest, for the limits of a day; the portal.
    """

    _id: Annotated[str, "`<unit id>/<day>`"]
    unit: Annotated[str, "id of the unit"]
    day: Annotated[str, "day of receipt in Vietnam, `YYYY-MM-DD`"]
    began_at: Annotated[datetime, "when the first was counted"]
    kept: Annotated[int, "messages that were parked"]
    counted: Annotated[int, "further messages, of which nothing is kept; after a crash some may be counted twice"]
    refused: Annotated[int, "bodies that the HTTP door refused; they are not kept"]


# what the portal stores


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
    expires_at: Annotated[datetime | None, "when MongoDB may remove it: 90 days after its end; null before"]
    handed: NotRequired[Annotated[DraftHandedDocument | None, "set while it is handed in for approval; absent or null otherwise"]]
    sent_back: NotRequired[
        Annotated[DraftSentBackDocument | None, "what the approver said who gave it back; absent or null before, and once handed in again"]
    ]
    attachments: NotRequired[Annotated[list[ListedDocument], "the files of the report; absent while they are those that it has already"]]


# what the notifier stores

GivenFields = tuple[int, str, datetime, str, str, bool]
"""An opening or an extension: received time in ms, event id, instant, reason, code of the unit that set it, whether it corrects."""


class DutyUnitDocument(TypedDict):
    """The unit of a duty, as it was named on the last day of the period."""

    id: Annotated[str, "the unit's id"]
    code: Annotated[str, "the unit's code"]
    name: Annotated[str, "the unit's name"]


class ReturnedDocument(TypedDict):
    """Why the unit's report was sent back."""

    revision: Annotated[int, "the revision that was sent back"]
    reason: Annotated[str, "the recipient's reason"]
    fix_by: Annotated[datetime | None, "the first instant at which the new report is late; null when none was named"]


class ExtensionDocument(TypedDict):
    """More time for one unit."""

    until: Annotated[datetime, "the first instant that is late"]
    reason: Annotated[str, "the recipient's reason"]
    author: Annotated[str, "code of the unit that gave it"]


class ReportStateDocument(TypedDict):
    """What the logged events say about one unit's report (`shared/words/report_state.py`). A notifier continues from it."""

    winner: Annotated[tuple[int, int, str], "of the revision that counts: revision, received time in ms, event id; 0, 0, empty when none"]
    is_submission: Annotated[bool, "whether that revision is a submission, not a withdrawal"]
    first_submitted_ms: Annotated[int | None, "when the first submission was received"]
    extensions: Annotated[list[GivenFields], "all extensions: received time in ms, event id, instant, reason, author, whether it corrects"]
    returns: Annotated[
        list[tuple[int, int, str, str, datetime | None]],
        "the latest return of each revision: revision, received time in ms, event id, reason, fix-by instant",
    ]
    confirmations: NotRequired[
        Annotated[
            list[tuple[str, int, str]],
            "confirmations: `<sender>/<event id>`, received time in ms, hash of the view; since data format 8 (before: `confirmation`)",
        ]
    ]
    undone: NotRequired[Annotated[list[str], "`<sender>/<event id>` of the confirmations that were undone; since data format 8"]]
    first_confirmed_ms: Annotated[int | None, "when the first confirmation was received"]
    is_estimate: NotRequired[Annotated[bool, "whether the revision that counts has estimated figures; since data format 7"]]
    was_estimated: NotRequired[Annotated[bool, "whether some submission had estimated figures; since data format 7"]]
    first_official_ms: NotRequired[Annotated[int | None, "when the first submission without estimates was received; since data format 7"]]
    entered: NotRequired[
        Annotated[
            list[tuple[int, int, str, str]],
            "what others entered for the unit: revision, received time in ms, event id, id of the other unit; since data format 7",
        ]
    ]
    undoings: NotRequired[
        Annotated[
            list[tuple[str, int, str, str, str]],
            "what undid confirmations: `<sender>/<event id>` of the confirmation, received time in ms, event id, id of the unit that undid "
            "it, reason; since data format 8",
        ]
    ]
    asked: NotRequired[
        Annotated[
            list[tuple[int, str, str, str, str]],
            "requests for reminders: received time in ms, event id, id of the unit that asks, id of the unit that is asked, text; since "
            "data format 8",
        ]
    ]


DUTIES_OF_UNITS: Final = (("unit.id", 1), ("regime", 1), ("period", 1))
"""The index of `duties` by which the duties of some units are found; notify creates it, and readers ask for it."""


class DutyDocument(TypedDict):
    """What one unit owes in one regime and period: to report, to confirm its view, or to replace estimates by official figures.

    Written by: `services/notify/store/book.py`.
    Read by: notify (at its start), the portal (calendars, lists of duties).
    """

    _id: Annotated[str, "`<regime>/<period>/<unit id>`, with `/confirm` or `/official` behind it if that is the task"]
    generation: Annotated[int, "generation of units and regimes by which the duty was computed"]
    sequence: Annotated[int, "sequence in REPORTS up to which the log was read; with `generation` it says which of two writings is newer"]
    regime: Annotated[str, "id of the regime"]
    period: Annotated[str, "code of the period"]
    unit: Annotated[DutyUnitDocument, "the unit that owes"]
    task: Annotated[Literal["report", "confirm", "official"], "what it owes; `official` since data format 7"]
    deadline: Annotated[datetime, "the first instant that is late for this unit, an extension included"]
    owed: Annotated[bool, "whether the unit still has to act"]
    received: Annotated[bool, "whether a report of the unit counts; of `official` whether it has no estimate; false for a confirmation"]
    received_at: Annotated[datetime | None, "when that report was received"]
    first_received_at: Annotated[datetime | None, "when the unit's first report was received; of `official` the first without estimates"]
    revision: Annotated[int, "revision that counts, was withdrawn or was returned; 0 when there is none"]
    late: Annotated[bool, "whether it was done first after the deadline"]
    late_by_s: Annotated[int | None, "how long after the deadline, in seconds; null when it is owed or was done in time"]
    extended_to: Annotated[datetime | None, "the first late instant of the extension in force"]
    extension: Annotated[ExtensionDocument | None, "the extension in force"]
    returned: Annotated[ReturnedDocument | None, "the return of the report that is to be sent again"]
    confirmed_at: Annotated[datetime | None, "when the view was confirmed last"]
    view_hash: Annotated[str | None, "hash of the view that was confirmed last"]
    view: NotRequired[Annotated[str, "id of the unit whose view is to be confirmed; absent if it is the unit's own; since data format 6"]]
    reminded_of: Annotated[datetime, "the deadline from which the reminders are counted: a returned report's fix-by date, else `deadline`"]
    cause: Annotated[str, "what the reminders are about: `report`, `confirm`, `official` or `return-<revision>`"]
    state: Annotated[ReportStateDocument, "from which a notifier continues"]


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


# checkpoints


class LogMarkDocument(TypedDict):
    """A mark that identifies one message of REPORTS, even if another stream re-uses its sequence (`shared/plumbing/log_mark.py`)."""

    sequence: Annotated[int, "sequence in REPORTS; 0 before the first message"]
    event_id: Annotated[str, "`<sender code>/<event id>` of the event; empty when the message was none"]
    stored_ms: Annotated[int, "when REPORTS stored it, milliseconds since 1970"]
    stream_created: Annotated[str, "when REPORTS was created"]


class AggregateCheckpointDocument(LogMarkDocument):
    """How far one partition of the log is stored in `reports` and `views`.

    Written by: `services/aggregate/store.py`, `services/aggregate/rebuild.py`.
    Read by: aggregate (at its start), `tonghop verify`, `tonghop demo`.
    """

    _id: Annotated[str, "`aggregate/<partition>`"]
    generation: NotRequired[Annotated[int, "generation under which every view is stored up to there; absent while some views are not"]]
    moved_under: NotRequired[Annotated[int, "generation of the aggregator that moved the checkpoint; absent if it is not known"]]


class ShownDocument(TypedDict):
    """A regime and period whose views are all stored.

    Written by: `services/aggregate/store.py`. Read by: aggregate (at its start).
    """

    _id: Annotated[str, "`shown/<partition>/<regime>/<period>`"]
    partition: Annotated[int, "partition of the log"]
    regime: Annotated[str, "id of the source regime"]
    period: Annotated[str, "code of the period"]
    generation: Annotated[int, "generation of units and regimes by which the views were computed"]


class NotifyCheckpointDocument(LogMarkDocument):
    """How far the log is stored in `duties`, and state that belongs to no stored duty.

    Written by: `services/notify/store/book.py`. Read by: notify (at its start), `tonghop status`.
    """

    _id: Annotated[Literal["notify"], "`notify`"]
    shape: Annotated[int, "the data format that last changed this document and the state of duties"]
    generation: Annotated[int, "generation of units and regimes by which the duties were computed"]
    begun: Annotated[list[tuple[str, str]], "regimes and periods whose duties are all stored"]
    opened: Annotated[list[tuple[str, str, list[GivenFields]]], "regime, period and openings of each period that was opened on call"]
    waiting: Annotated[list[tuple[str, str, str, ReportStateDocument]], "regime, period, unit id and state where no duty is stored"]
    acted: NotRequired[
        Annotated[list[tuple[str, str, int]], "regime, period and received time (ms) of the last act about them, of the last weeks"]
    ]
    imported: NotRequired[
        Annotated[list[tuple[str, str, int]], "regime, period and time (ms) at which an event of an earlier time was last imported"]
    ]


class FormatDocument(TypedDict):
    """The format of the stored data.

    Written by: `shared/plumbing/data_format.py`.
    Read by: every service, at its start.
    """

    _id: Literal["format"]
    value: Annotated[int, "the data format"]


class GenerationDocument(TypedDict):
    """The current generation of units, regimes and views.

    Written by: `shared/plumbing/reference_store.py`, `shared/plumbing/data_format.py`. Read by: every service, repeatedly.
    """

    _id: Literal["generation"]
    value: Annotated[int, "the generation: raised when units or regimes change, and when views are rebuilt"]
    imports: NotRequired[Annotated[int, "how many imports there were, those that changed nothing included"]]


COLLECTIONS: Final[dict[str, tuple[type, ...]]] = {
    collection_names.UNITS: (UnitDocument,),
    collection_names.REGIMES: (RegimeDocument,),
    collection_names.AREAS: (AreaDocument,),
    collection_names.REFORMS: (ReformDocument,),
    collection_names.REPORTS: (ReportDocument,),
    collection_names.VIEWS: (ViewDocument,),
    collection_names.EARLY_VIEWS: (EarlyViewDocument,),
    collection_names.RECEIPTS: (ReceiptDocument,),
    collection_names.PARKED: (ParkedDocument,),
    collection_names.PARKED_COUNTS: (ParkedCountDocument,),
    collection_names.DRAFTS: (DraftDocument,),
    collection_names.FILES: (FileDocument,),
    collection_names.FILE_CHUNKS: (FileChunkDocument,),
    collection_names.SHEETS: (SheetDocument,),
    collection_names.ATTACHMENTS: (AttachmentDocument,),
    collection_names.ATTACHMENT_CHUNKS: (AttachmentChunkDocument,),
    collection_names.DUTIES: (DutyDocument,),
    collection_names.ALERTS: (AlertDocument,),
    collection_names.CHECKPOINTS: (
        AggregateCheckpointDocument,
        ShownDocument,
        NotifyCheckpointDocument,
        FormatDocument,
        GenerationDocument,
    ),
    collection_names.PEOPLE: (PersonDocument,),
    collection_names.INVITATIONS: (InvitationDocument,),
    collection_names.SESSIONS: (SessionDocument,),
    collection_names.LOGIN_DELAYS: (LoginDelayDocument,),
    collection_names.CREDENTIALS: (CredentialDocument,),
    collection_names.CREDENTIAL_USES: (CredentialUseDocument,),
    collection_names.AUDIT: (AuditDocument,),
    collection_names.IDENTITY: (IdentityGenerationDocument, AuditHeadDocument, DailyHeadDocument),
}
"""The models of each collection's documents, by its name."""
