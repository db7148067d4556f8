"""What we publish: views, the events of FEED and ALERTS, receipts, parked messages. Services build these models.

Decimals are texts, never floats. Instants are RFC 3339 texts. Readers must ignore fields that they do not know: optional fields may be
added without a new version. Source: design, section 4.
"""

from typing import Annotated, Any, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from pydantic.json_schema import SkipJsonSchema

from shared.words import attachments
from shared.words.refusals import Refusal
from shared.words.regime_fields import RegimeId, UnitCode

DecimalText = Annotated[str, StringConstraints(pattern=r"^-?[0-9]+(\.[0-9]+)?$")]
PercentText = Annotated[str, StringConstraints(pattern=r"^[0-9]+\.[0-9]$")]
UtcText = Annotated[str, StringConstraints(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z$")]
OffsetText = Annotated[str, StringConstraints(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{3})?\+07:00$")]
Count = Annotated[int, Field(ge=0)]
WholeOrDecimal = int | DecimalText


class Published(BaseModel):
    """Base of what we publish: values are not converted, and objects are immutable."""

    model_config = ConfigDict(frozen=True, strict=True)


class UnitOfView(Published):
    """The unit whose subtree the view sums. The id is stable. The code is not: a later reform may give it to another area."""

    id: str
    code: UnitCode
    name: str
    level: str
    parent: str | None


class ViewPosition(Published):
    """The last event that changed the view; all 0 if there is none. The position with the larger (generation, sequence) is the newer."""

    generation: Count
    partition: Count
    sequence: Count


class Reporting(Published):
    """How complete the view is. `missing` lists the codes of the units whose report does not count, sorted.

    `rate` and `timely_rate` are percentages of `expected`; null if no report is expected.
    """

    expected: Count
    received: Count
    on_time: Count
    late: Count
    missing: list[UnitCode]
    rate: PercentText | None
    timely_rate: PercentText | None


class TargetMet(Published):
    """A target of the plan: at least `at_least` by the end of `by`. `met` is false while a unit is missing."""

    at_least: DecimalText
    by: str
    met: bool


def _without_default(schema: dict[str, Any]) -> None:
    schema.pop("default", None)


LEFT_OUT: Final = Field(json_schema_extra=_without_default)  # the field is left out when it has no value; it is never null
TargetIfSet = Annotated[TargetMet | SkipJsonSchema[None], LEFT_OUT]


EstimatedIfAny = Annotated[PercentText | SkipJsonSchema[None], LEFT_OUT]


class Figure(Published):
    """What figures of every kind have: the number of units that reported the figure, and how much of it is estimated.

    `estimated` is a percentage: of a sum the share of the absolute amount, of a ratio the share of the denominator, otherwise the share of
    the units that reported the figure. It is absent when nothing is estimated.
    """

    reported: Count
    estimated: EstimatedIfAny = None


class QuantityFigure(Figure):
    """The total, computed by the indicator's aggregation. It is an integer if the indicator has no decimals and the total is
    not a mean; otherwise it is a decimal text. It is null if nobody reported.
    """

    kind: Literal["quantity"]
    total: WholeOrDecimal | None
    measure: str
    target: TargetIfSet = None


class RatioFigure(Figure):
    """The sum of all numerators and the sum of all denominators. `percent` is computed from the sums; null if the denominator is 0."""

    kind: Literal["ratio"]
    numerator: WholeOrDecimal
    denominator: WholeOrDecimal
    percent: PercentText | None
    target: TargetIfSet = None


class FlagFigure(Figure):
    """The number of units that answered yes."""

    kind: Literal["flag"]
    true: Count
    percent: PercentText | None
    target: TargetIfSet = None


class ChoiceFigure(Figure):
    """The number of units that chose each option."""

    kind: Literal["choice"]
    counts: dict[str, Count]


class Official(Published):
    """The confirmed version of a view: the `number`-th confirmation that was not undone, which approved the figures with this `hash`.

    Number 1 is the first confirmation; number k + 1 is the k-th adjustment (điều chỉnh lần k). `at` is when it was received. `moved`: the
    view has other figures since.
    """

    number: Annotated[int, Field(ge=1)]
    hash: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
    at: UtcText
    moved: bool


class ViewHead(Published):
    """What a view says beside its figures: of whom, of which period, as of which event, whether it is confirmed, and who has reported.

    `official` is null while no confirmation stands: the figures are provisional (tạm tính).
    """

    regime: RegimeId
    period: str
    unit: UnitOfView
    position: ViewPosition
    updated_at: UtcText | None
    hash: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
    official: Official | None = None
    reporting: Reporting


class View(ViewHead):
    """The roll-up of one unit's subtree, for one regime and one period.

    `hash` is the sha256 of the figures as canonical JSON, without names, measures, targets and timeliness: equal figures have equal
    hashes. The contracts' README has a worked example. `updated_at` is the received time of the last event that changed the view; null if
    there is none.
    """

    indicators: dict[str, QuantityFigure | RatioFigure | FlagFigure | ChoiceFigure]
    narratives: dict[str, Count]


class PublishedEvent(Published):
    """The CloudEvents attributes of an event that one of our services publishes.

    `traceparent` (W3C Trace Context) is copied from the event that caused this one; it is absent if that event has none.
    """

    specversion: Literal["1.0"]
    id: str
    source: str
    type: str
    time: UtcText | None = None
    datacontenttype: Literal["application/json"] = "application/json"
    traceparent: str | None = None


class ViewUpdated(PublishedEvent):
    """A view has changed. `data` is the whole view; the event id is `<regime>/<period>/<unit id>/<generation>.<sequence>`."""

    type: Literal["vn.tonghop.view.updated.v1"]
    source: Literal["/services/aggregate"]
    data: View


DIGEST_CODES: Final = 300  # of each list; six lists of codes of 32 characters are below the 64 KiB of a message of ALERTS
FirstCodes = Annotated[list[UnitCode], Field(max_length=DIGEST_CODES)]


class DigestData(Published):
    """The state of a group of units that share a deadline, as their recipient gets it.

    `received` includes late reports. `confirmers` is the number of units that must confirm their view, `confirmed` how many have done so.
    `estimators` is the number of units whose official figures are due by this deadline, because they have sent estimates; `official` is how
    many have sent official figures, `estimated` are units whose report still has estimates.

    Each list holds unit codes of the reference day, at most the first 300; the mail names all of them. `without_contact` are units that no
    reminder can reach. `without_heir` are units that have ended and for which no heir is declared: nobody is reminded of what they owe.
    """

    expected: Count
    received: Count
    late: Count
    rate: PercentText | None
    confirmers: Count
    confirmed: Count
    missing: FirstCodes
    late_units: FirstCodes
    unconfirmed: FirstCodes
    without_contact: FirstCodes
    without_heir: FirstCodes = []
    estimators: Count = 0
    official: Count = 0
    estimated: FirstCodes = []


class NamedUnit(Published):
    """A unit, with its code and name on the reference day of the period."""

    id: str
    code: UnitCode
    name: str


DeadlineBeforeIfMoved = Annotated[OffsetText | SkipJsonSchema[None], LEFT_OUT]
UnitIfSaid = Annotated[NamedUnit | SkipJsonSchema[None], LEFT_OUT]
TextIfSaid = Annotated[str | SkipJsonSchema[None], LEFT_OUT]
DigestIfOne = Annotated[DigestData | SkipJsonSchema[None], LEFT_OUT]


CAUSE: Final = r"^(report|confirm|official|(return|returned|moved|entered-for|undone)-[0-9]+|asked-[\x21-\x2e\x30-\x7e]{8,64})$"


class AlertData(Published):
    """One reminder to one unit. `rung` is the step of the reminder ladder, or `now` for news that is sent at once.

    `unit` is the id of the unit that the alert is for. `of` is the unit that has the duty. They differ if that unit has ended and `unit`
    acts for it as its heir. In a digest, `of` is the recipient of the reports.

    `cause` says what the unit owes: `report`, `confirm`, `official` (figures that replace estimates), or `return-<revision>` (a report that
    was sent back). At the rung `now` it says what happened: `returned-<revision>` (the report was sent back), `moved-<n>` (the deadline was
    moved from `deadline_before` to `deadline`), `entered-for-<revision>` (`entered_by` entered the report for this unit, which can send a
    higher revision), `undone-<n>` (`undone_by` undid the confirmation of this unit, for the reason `text`) or `asked-<event id>`
    (`asked_by` asks for what is still owed, in the words `text`). An alert with `digest` goes to the recipient: it says which units still
    owe.
    """

    unit: str
    of: UnitIfSaid = None
    regime: RegimeId
    period: str
    rung: str
    at: OffsetText
    deadline: OffsetText
    cause: Annotated[str, StringConstraints(pattern=CAUSE)]
    deadline_before: DeadlineBeforeIfMoved = None
    entered_by: UnitIfSaid = None
    undone_by: UnitIfSaid = None
    asked_by: UnitIfSaid = None
    text: TextIfSaid = None
    digest: DigestIfOne = None


class AlertRaised(PublishedEvent):
    """A reminder to a unit that still owes a report or a confirmation, or a digest to the recipient.

    The event id is `<duty>/<cause>/<deadline>/<rung>/stream`; for a digest `digest/<regime>/<period>/<deadline>/<rung>/<recipient
    id>/stream`. Of the causes `asked-` and `undone-` it has the id of the unit that asked or undid instead of the deadline. It names the
    unit of `of`, whoever acts for it.
    """

    type: Literal["vn.tonghop.alert.raised.v1"]
    source: Literal["/services/notify"]
    data: AlertData


class Reason(Published):
    """One fault or warning: a stable code, the path of the field, and a sentence that says what to do, in two languages."""

    code: str
    path: str
    message_vi: str
    message_en: str

    @classmethod
    def of(cls, refusal: Refusal) -> Self:
        """A refusal of the catalogue in its published form."""
        return cls(code=refusal.code, path=refusal.path, message_vi=refusal.message_vi, message_en=refusal.message_en)


class LogPosition(Published):
    """The place of an accepted event in the log."""

    partition: Count
    sequence: Annotated[int, Field(ge=1)]


FirstVerdict = Annotated[Literal["accepted", "rejected"] | SkipJsonSchema[None], LEFT_OUT]
UtcTextIfSet = Annotated[UtcText | SkipJsonSchema[None], LEFT_OUT]
RevisionIfSet = Annotated[Count | SkipJsonSchema[None], LEFT_OUT]


class TakenAttachment(Published):
    """The answer to a file that was sent to be attached: what a report lists, beside a name for people."""

    ref: Annotated[str, StringConstraints(pattern=attachments.REF)]
    sha256: Annotated[str, StringConstraints(pattern=attachments.SHA256)]
    size: Annotated[int, Field(ge=1, le=attachments.MOST_BYTES)]
    media_type: attachments.MediaType


class Receipt(Published):
    """The verdict on one event that `unit` sent.

    `event_id` is null if the message could not be parsed. `duplicate` means that the event was sent before: the receipt repeats the first
    decision, and `first_verdict` names it. `errors` lists all faults of a rejected event. `warnings` may come with an accepted event, for
    example when it changes no figure. `position` is null if the event was not accepted; a receipt that is requested later may also have
    null until the event is in a view. `unit` is the sender's id. `imported_at` is there if an operator imported the event later: then
    `received_at` is when it was received at that time. For a report or its withdrawal, `standing_revision` is the revision that stands with
    this decision (0: none), and `next_revision` is the one to send next.
    """

    event_id: str | None
    unit: str
    verdict: Literal["accepted", "rejected", "duplicate"]
    first_verdict: FirstVerdict = None
    errors: list[Reason]
    warnings: list[Reason]
    received_at: UtcText
    imported_at: UtcTextIfSet = None
    position: LogPosition | None
    standing_revision: RevisionIfSet = None
    next_revision: RevisionIfSet = None

    @property
    def is_rejected(self) -> bool:
        """Whether the event is rejected, or repeats a rejected event."""
        return "rejected" in (self.verdict, self.first_verdict)


class FigureChange(Published):
    """What one number of a view is now, and what it would be then.

    `regime` and `unit` (an id) name the view: derived regimes have views of the same units. `indicator` is the code of an indicator, or
    null: then `field` names a number of the view's `reporting` (`reporting.received`) or of its narratives (`narratives.<code>`).
    Otherwise `field` names a member of the figure: `total`, `numerator`, `percent`, `reported`, `estimated`, `counts.<option>`,
    `target.met`. `now` and `then` are as the view's API gives them; null is no value.
    """

    regime: RegimeId
    unit: str
    indicator: str | None
    field: str
    now: WholeOrDecimal | bool | list[str] | None
    then: WholeOrDecimal | bool | list[str] | None


class DryRun(Published):
    """What the verdict on an event would be, and what it would change. Nothing is stored or published.

    `changes` has only views that the asker may read. It is null if they could not be computed now.
    """

    verdict: Literal["accepted", "rejected", "duplicate"]
    errors: list[Reason]
    warnings: list[Reason]
    changes: list[FigureChange] | None
    standing_revision: RevisionIfSet = None
    next_revision: RevisionIfSet = None


class PendingReceipt(Published):
    """The event is stored, and the verdict is not known yet. Request the receipt again after a moment."""

    event_id: str
    unit: str
    verdict: Literal["pending"]
    errors: Annotated[list[Reason], Field(max_length=0)]
    warnings: Annotated[list[Reason], Field(max_length=0)]
    received_at: None
    position: None


class TableRow(Published):
    """What became of one report of a table: `line` is its first line, `reporter` the code of the unit that it is about, `unit` the sender.

    With an event it has the fields of the receipt (`pending`: the verdict is not known yet), or of a dry run. Without an `event_id` it was
    not sent: `errors` say why. Paths are `line:column`, or the line where no cell is meant.
    """

    line: Count
    regime: str
    period: str
    reporter: str
    unit: str
    revision: RevisionIfSet = None
    event_id: Annotated[str | SkipJsonSchema[None], LEFT_OUT] = None
    verdict: Literal["accepted", "rejected", "duplicate", "pending"]
    first_verdict: FirstVerdict = None
    errors: list[Reason]
    warnings: list[Reason]
    received_at: UtcTextIfSet = None
    position: Annotated[LogPosition | SkipJsonSchema[None], LEFT_OUT] = None
    standing_revision: RevisionIfSet = None
    next_revision: RevisionIfSet = None
    changes: Annotated[list[FigureChange] | SkipJsonSchema[None], LEFT_OUT] = None

    @property
    def is_rejected(self) -> bool:
        return "rejected" in (self.verdict, self.first_verdict)

    @property
    def is_accepted(self) -> bool:
        return self.verdict in ("accepted", "duplicate") and not self.is_rejected


class TableReceipts(Published):
    """What became of a table: one entry for each report, in the order of the file, and how many were accepted (also as repeats) and
    rejected.
    """

    receipts: list[TableRow]
    accepted: Count
    rejected: Count


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


class AuditHead(Published):
    """Number and hash of the last entry of the audit log, published once a day. Whoever keeps it can show later that no entry up to this
    one was changed or removed.
    """

    number: Annotated[int, Field(ge=1)]
    hash: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
    at: UtcText
