"""Published: the shapes that outsiders read from us. Views, feed and alert events, receipts, parked messages.

Decimals are texts, never floats; instants are RFC 3339 texts. A reader passes over fields that it does not know: optional
fields may be added within a version. Source: design, section 4.
"""

from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from pydantic.json_schema import SkipJsonSchema

from shared.words.regimes import RegimeId, UnitCode

DecimalText = Annotated[str, StringConstraints(pattern=r"^-?[0-9]+(\.[0-9]+)?$")]
PercentText = Annotated[str, StringConstraints(pattern=r"^[0-9]+\.[0-9]$")]
UtcText = Annotated[str, StringConstraints(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z$")]
OffsetText = Annotated[str, StringConstraints(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{3})?\+07:00$")]
Count = Annotated[int, Field(ge=0)]
WholeOrDecimal = int | DecimalText


class Published(BaseModel):
    """What we publish: nothing converted, nothing changed later."""

    model_config = ConfigDict(frozen=True, strict=True)


class UnitOfView(Published):
    """The unit whose subtree a view sums. Its id is stable; its code may be re-used for another area."""

    id: str
    code: UnitCode
    name: str
    level: str
    parent: str | None


class ViewPosition(Published):
    """The event that touched the view last. Newer is a larger (generation, sequence); 0 when no event touched it."""

    generation: Count
    partition: Count
    sequence: Count


class Reporting(Published):
    """How complete a view is. `missing` holds the codes of the units whose report does not count, sorted."""

    expected: Count
    received: Count
    on_time: Count
    late: Count
    missing: list[UnitCode]
    rate: PercentText | None
    timely_rate: PercentText | None


class TargetMet(Published):
    """A goal of the plan. It is not met while a unit is missing."""

    at_least: DecimalText
    by: str
    met: bool


def _leave_out_default(schema: dict[str, Any]) -> None:
    schema.pop("default", None)


TargetIfSet = Annotated[TargetMet | SkipJsonSchema[None], Field(json_schema_extra=_leave_out_default)]  # left out where none is set


class Figure(Published):
    """What every kind of figure says: how many units reported it."""

    reported: Count


class QuantityFigure(Figure):
    """The total by the indicator's aggregation; an integer for whole things, null when nobody reported."""

    kind: Literal["quantity"]
    total: WholeOrDecimal | None
    measure: str
    target: TargetIfSet = None


class RatioFigure(Figure):
    """Sums of numerators and denominators; the percent is that of the sums, null when the denominator is 0."""

    kind: Literal["ratio"]
    numerator: WholeOrDecimal
    denominator: WholeOrDecimal
    percent: PercentText | None
    target: TargetIfSet = None


class FlagFigure(Figure):
    """How many units said yes."""

    kind: Literal["flag"]
    true: Count
    percent: PercentText | None
    target: TargetIfSet = None


class ChoiceFigure(Figure):
    """How many units chose each option."""

    kind: Literal["choice"]
    counts: dict[str, Count]


class View(Published):
    """The roll-up of one unit's subtree for one regime and period.

    `hash` is the sha256 of the figures' canonical JSON, without names, measures, targets and timeliness (the contracts' README has a
    worked example): the same figures give the same hash. `updated_at` is the received time of the event that touched the view last,
    null when there was none.
    """

    regime: RegimeId
    period: str
    unit: UnitOfView
    position: ViewPosition
    updated_at: UtcText | None
    hash: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
    reporting: Reporting
    indicators: dict[str, QuantityFigure | RatioFigure | FlagFigure | ChoiceFigure]
    narratives: dict[str, Count]


class PublishedEvent(Published):
    """The CloudEvents attributes of an event that a service publishes."""

    specversion: Literal["1.0"]
    id: str
    source: str
    type: str
    time: UtcText | None = None
    datacontenttype: Literal["application/json"] = "application/json"


class ViewUpdated(PublishedEvent):
    """A view changed; `data` is the whole view. The id is `<regime>/<period>/<unit id>/<generation>.<sequence>`."""

    type: Literal["vn.tonghop.view.updated.v1"]
    source: Literal["/services/aggregate"]
    data: View


DIGEST_CODES: Final = 400  # of each list; four lists of codes of 32 characters are below the 64 KiB of a message of ALERTS
FirstCodes = Annotated[list[UnitCode], Field(max_length=DIGEST_CODES)]


class DigestData(Published):
    """How a group of units with one deadline stands: reports expected and received (late ones too), views to be confirmed and
    confirmed, and the codes of those that lack, at most the first 400 of each; the mail names them all.
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


DeadlineBeforeIfMoved = Annotated[OffsetText | SkipJsonSchema[None], Field(json_schema_extra=_leave_out_default)]
DigestIfOne = Annotated[DigestData | SkipJsonSchema[None], Field(json_schema_extra=_leave_out_default)]


class AlertData(Published):
    """One rung of a unit's reminder ladder, or, at the rung `now`, what it is told at once. `cause` is report, confirm or
    return-<revision>; at `now` returned-<revision> (its report was sent back) or moved-<n> (its deadline is another now;
    `deadline_before` is the old one).

    With `digest` it is not the unit that owes: the unit is told how those stand who owe it the report.
    """

    unit: UnitCode
    regime: RegimeId
    period: str
    rung: str
    at: OffsetText
    deadline: OffsetText
    cause: Annotated[str, StringConstraints(pattern=r"^(report|confirm|(return|returned|moved)-[0-9]+)$")]
    deadline_before: DeadlineBeforeIfMoved = None
    digest: DigestIfOne = None


class AlertRaised(PublishedEvent):
    """A unit that still owes is reminded, or a recipient is told who does. The id is `<duty>/<cause>/<deadline>/<rung>/stream`,
    that of a digest `digest/<regime>/<period>/<deadline>/<rung>/<recipient>/stream`.
    """

    type: Literal["vn.tonghop.alert.raised.v1"]
    source: Literal["/services/notify"]
    data: AlertData


class Reason(Published):
    """One thing that is wrong: a stable code, the path of the field, and what to do, in two languages."""

    code: str
    path: str
    message_vi: str
    message_en: str


class LogPosition(Published):
    """Where the log keeps an accepted event."""

    partition: Count
    sequence: Annotated[int, Field(ge=1)]


FirstVerdict = Annotated[Literal["accepted", "rejected"] | SkipJsonSchema[None], Field(json_schema_extra=_leave_out_default)]


class Receipt(Published):
    """The verdict on one event. `event_id` is null when no event could be told; `duplicate` repeats the first decision, which
    `first_verdict` names. `warnings` say what an accepted event does not change, or who else sends.

    `position` is null when the event was not accepted. In a receipt that is asked for it may be null until the event is in a view.
    """

    event_id: str | None
    unit: str
    verdict: Literal["accepted", "rejected", "duplicate"]
    first_verdict: FirstVerdict = None
    errors: list[Reason]
    warnings: list[Reason]
    received_at: UtcText
    position: LogPosition | None


class ParkedReason(Published):
    """Why a message was parked: a refusal of the catalogue, or an error with its detail."""

    code: str
    path: str = ""
    message_vi: str = ""
    message_en: str = ""
    detail: str = ""


class Parked(Published):
    """A message that no retry can help, as it came (at most its first 16 KiB), and why."""

    reason: ParkedReason
    subject: str
    sequence: Annotated[int, Field(ge=1)]
    size_bytes: Count
    payload: str
