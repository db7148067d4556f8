"""The answers of the portal's JSON API, except the view (`shared.wire.views`).

Instants are RFC 3339 texts in UTC, decimals are texts. A field that may be absent has no meaning when it is absent, and is never null.
Source: design, section 4, "Portal".
"""

from typing import Annotated, Literal

from pydantic import ConfigDict, Field, StringConstraints

from shared.wire.published import LEFT_OUT, Count, IfSet, PercentText, Published, Reason, UtcText, WholeOrDecimal
from shared.wire.views import ChoiceFigure, FlagFigure, QuantityFigure, RatioFigure, UnitOfView, ViewHead, ViewPosition, ViewUpdated
from shared.words import attachments
from shared.words.regime_fields import RegimeId, UnitCode

ReportState = Literal["on_time", "late", "returned", "withdrawn", "overdue", "missing"]
Revision = Annotated[int, Field(ge=1)]
Next = Annotated[str | None, Field(description="Give it as `after` to read the next page; null on the last page.")]


class UnitName(Published):
    """A unit: its id is stable, its code may be used again for another area."""

    id: str
    code: UnitCode
    name: str


class RatioSent(Published):
    """A ratio as a unit reported it."""

    numerator: WholeOrDecimal
    denominator: WholeOrDecimal


ValueSent = Annotated[
    bool | int | str | RatioSent,
    Field(description="A quantity (an integer or a decimal text), a flag, the code of an option, or a ratio."),
]


class EventPosition(Published):
    """Where the log keeps an event."""

    partition: Count
    sequence: Count


class UnitState(Published):
    """The state of one unit's report.

    `received` says whether a report was ever submitted, `counts` whether it is in the totals. `received_at` is when the first submission
    was received; `on_time` compares it with the deadline and is null while no report counts. `deadline` is the first instant that is late,
    extensions included; null when there is no deadline.
    """

    unit: UnitOfView
    state: ReportState
    received: bool
    counts: bool
    revision: Revision | None
    received_at: UtcText | None
    on_time: bool | None
    deadline: UtcText | None


class RatioTotal(Published):
    """The sums of a ratio's numerators and denominators. `percent` is computed from the sums; null if the denominator is 0."""

    numerator: WholeOrDecimal
    denominator: WholeOrDecimal
    percent: PercentText | None


class Cumulative(Published):
    """The sum of an indicator since the beginning of the year (lũy kế).

    `total` is written like the figure of the view; for a quantity it is null if nobody reported it in these periods. `periods` are the
    periods that were summed, oldest first. `complete` is true if these are all periods of this length since the beginning of the year, and
    in each of them every unit that must report the indicator has a report that counts.
    """

    total: WholeOrDecimal | RatioTotal | None
    periods: list[str]
    complete: bool


CumulativeIfAsked = Annotated[Cumulative | None, LEFT_OUT]


class QuantityToDate(QuantityFigure):
    """A quantity. With `cumulative=true` an indicator whose regime says so has `cumulative`, its sum since the beginning of the year. It is
    null if the periods cannot be summed; then `cumulative_reason` says why.
    """

    cumulative: CumulativeIfAsked = None
    cumulative_reason: IfSet[Reason] = None


class RatioToDate(RatioFigure):
    """A ratio, with `cumulative` and `cumulative_reason` as a quantity has them."""

    cumulative: CumulativeIfAsked = None
    cumulative_reason: IfSet[Reason] = None


class ViewToDate(ViewHead):
    """A view. Only with `cumulative=true` its figures have sums since the beginning of the year (lũy kế). The hash does not cover the sums,
    and a confirmation is made without them.
    """

    indicators: dict[str, QuantityToDate | RatioToDate | FlagFigure | ChoiceFigure]
    narratives: dict[str, Count]


class Series(Published):
    """Whose figures a view has that is not the period's own: by the units of the day `units`, as they reported them."""

    units: Annotated[str, Field(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]
    basis: Literal["reported"]


class ViewOfUnits(ViewToDate):
    """A view. If a day before a reform was asked for, it is the early block: what units that have ended reported until then, with `series`.
    Its figures are not part of the period's figures, and it has no sums since the beginning of the year.
    """

    series: IfSet[Series] = None


class Children(Published):
    """The units directly below a unit, by code: `views` for the units that have a view, `units` for the units that report themselves."""

    views: list[ViewToDate]
    units: list[UnitState]


class HistoryStep(Published):
    """One event that concerns a report.

    `reason` and `fix_by` belong to a return, `reason` and `until` to an extension; `corrects` is true for an extension that replaces
    earlier ones. `imported` is true if an operator entered the event later, with the received time of then; `as_successor` if `sender` is
    the heir of the report's unit, which had ended. `entered_by` is the id of the unit that entered the report for `sender`. If a newer
    revision had already been received, this event changed nothing, and `superseded_by` is that revision.
    """

    event_id: str
    sender: str
    type: str
    revision: Revision | None
    received_at: UtcText
    position: EventPosition
    corrects: IfSet[Literal[True]] = None
    imported: IfSet[Literal[True]] = None
    as_successor: IfSet[Literal[True]] = None
    entered_by: IfSet[str] = None
    superseded_by: IfSet[Revision] = None
    reason: IfSet[str] = None
    fix_by: IfSet[str] = None
    until: IfSet[str] = None


class AttachedFile(Published):
    """A file that the report lists. The `ref` under which its unit sent it is not told: people get the file at the report's page."""

    name: str
    media_type: attachments.MediaType
    size: Annotated[int, Field(ge=1)]
    sha256: Annotated[str, StringConstraints(pattern=attachments.SHA256)]


class Report(UnitState):
    """One unit's own report. `values`, `narratives`, `notes`, `status` and `attachments` are empty while no report counts; `history` holds
    the last 500 events, oldest first. `notes` explain figures, and `status` marks figures that are estimates, both by the indicator's code.
    `attachments` are the files of the last submission. `entered_by` is the id of the unit that entered the report for its unit; it is
    absent if the unit sent it itself.

    In a derived regime it is the report to the source regime, restricted to the indicators of the derived regime, without attachments.
    """

    regime: RegimeId
    period: str
    values: dict[str, ValueSent]
    narratives: dict[str, str]
    notes: dict[str, str]
    status: dict[str, Literal["estimate"]]
    attachments: list[AttachedFile]
    entered_by: IfSet[str] = None
    history: list[HistoryStep]


class IndicatorShown(Published):
    """An indicator as its regime defines it."""

    code: str
    label: str
    kind: Literal["quantity", "ratio", "flag", "choice"]
    aggregation: Literal["sum", "max", "min", "mean"]
    decimals: Count
    measure: str


class NoFigure(Published):
    """The view has no such figure."""

    model_config = ConfigDict(extra="forbid")


FigureShown = QuantityFigure | RatioFigure | FlagFigure | ChoiceFigure | NoFigure


class ExplainedReport(Published):
    """One report that is part of a figure, with the value that it adds. `status` is there if the value is an estimate."""

    unit: UnitName
    revision: Revision
    event_id: str
    received_at: UtcText
    position: EventPosition
    value: Annotated[ValueSent | None, Field(description="null when the logged value cannot be read")]
    status: IfSet[Literal["estimate"]] = None


class ExplainedFigure(Published):
    """The reports that make one figure of a view, and whether they add up to it.

    `figure` is the figure in the view at `position`, `computed` is computed from the reports; both are without the target. `expected`
    counts the units that must report the indicator, `reported` the units whose report has it, `silent` the units whose report counts but
    does not have it, `missing` the units without a report that counts. `unknown_units` are unit ids in accepted reports that no registry
    has; they are not part of any view. If `position` differs from that of the previous page, the figure has changed in between.
    """

    regime: RegimeId
    period: str
    unit: UnitOfView
    indicator: IndicatorShown
    position: ViewPosition
    figure: FigureShown
    computed: FigureShown
    adds_up: bool
    expected: Count
    reported: Count
    silent: Count
    missing: Count
    unknown_units: list[str]
    reports: list[ExplainedReport]
    next: Next


class FeedPage(Published):
    """Changed views of a province, oldest first. Send `cursor` as `after` to get the next page. An empty list means that nothing has
    changed since.
    """

    events: list[ViewUpdated]
    cursor: Annotated[str, Field(pattern=r"^[0-9]{1,19}$")]


class DutyReturn(Published):
    """Why a report was returned, and the deadline of the corrected report (the first instant that is late)."""

    revision: Revision
    reason: str
    fix_by: UtcText | None


class Duty(Published):
    """What one unit owes for one regime and period: a report, the confirmation of its view, or official figures in place of the estimates
    that it has sent. If the unit has ended, `acting` is the unit that acts for it today; it is absent if the unit acts itself, or if no
    heir is declared.

    `deadline` is the first instant that is late, the extension included. `late` is judged by `first_received_at`; `late_by_s`
    is the delay in seconds, null while nothing is late. `returned` is null unless the report is to be corrected now. Of `official`,
    `received_at` and `first_received_at` are those of a report without estimates.
    """

    id: Annotated[str, Field(description="`<regime>/<period>/<unit id>`, and `/confirm` or `/official` behind it for these tasks.")]
    regime: RegimeId
    period: str
    unit: UnitName
    task: Literal["report", "confirm", "official"]
    deadline: UtcText
    owed: bool
    received_at: UtcText | None
    first_received_at: UtcText | None
    revision: Count
    late: bool
    late_by_s: Count | None
    extended_to: UtcText | None
    returned: DutyReturn | None
    confirmed_at: UtcText | None
    acting: IfSet[UnitName] = None


class DutyPage(Published):
    """Duties by id."""

    duties: list[Duty]
    next: Next
