"""The form as data: regimes, and what one unit is asked to report in one period, as the HTTP API gives them.

A field that may be absent has no meaning when it is absent, and is never null. Fields may be added; none changes its name. Source: design,
section 4, "Forms"; ADR 0064.
"""

from typing import Annotated, Any, Literal

from pydantic import Field
from pydantic.json_schema import SkipJsonSchema

from shared.wire.answers import TextIfGiven, TrueIfGiven, ValueSent
from shared.wire.published import LEFT_OUT, Count, Published, UtcText
from shared.wire.sent import Attachment
from shared.words.regime_fields import DecimalText as Bound
from shared.words.regime_fields import UnitCode

DayText = Annotated[str, Field(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]
Periods = Annotated[
    list[str] | Literal["any"], Field(description="The periods by code, in the order of time; `any` if the recipient opens them.")
]
Kind = Literal["quantity", "ratio", "flag", "choice"]
Labels = Annotated[dict[str, str], Field(description="What people read, by code, in the form's order.")]
UtcIfGiven = Annotated[UtcText | SkipJsonSchema[None], LEFT_OUT]
DayIfGiven = Annotated[DayText | SkipJsonSchema[None], LEFT_OUT]
FalseIfGiven = Annotated[Literal[False] | SkipJsonSchema[None], LEFT_OUT]
CodeIfGiven = Annotated[UnitCode | SkipJsonSchema[None], LEFT_OUT]


class PeriodDays(Published):
    """A period, and the first and last day that its figures cover."""

    code: str
    begins: DayText
    cut_off: DayText


class RegimeEntry(Published):
    """A regime in the list. `reports` says whether the unit of the key reports in it today, `group` in which group.

    `derived_from`: it is computed from the reports of that regime, and nobody reports in it. `on_call`: its recipient opens each period.
    `ends`: it has no period with this cut-off or a later one.
    """

    id: str
    title: str
    periods: Periods
    calendar: str
    recipient: UnitCode
    reports: bool
    group: TextIfGiven = None
    on_call: TrueIfGiven = None
    derived_from: TextIfGiven = None
    ends: DayIfGiven = None


class RegimeList(Published):
    """All regimes, by id."""

    regimes: list[RegimeEntry]


class Deadline(Published):
    """A deadline rule: as the regime's file has it, and in words. `deadline` is the first instant that is late; it is there if a period was
    asked for.
    """

    rule: dict[str, Any]
    text_vi: str
    deadline: UtcIfGiven = None


DeadlineIfAny = Annotated[Deadline | SkipJsonSchema[None], LEFT_OUT]


class ConfirmDeadline(Deadline):
    """Who confirms a view, and by when: the units of `level`, or the recipient."""

    level: TextIfGiven = None
    recipient: TrueIfGiven = None


class ReporterGroup(Published):
    """A group of reporters: the units of a level and kind inside the regime's `within`, or units by code. `deadline` is absent in a regime
    on call or derived.
    """

    name: str
    label: str
    level: TextIfGiven = None
    kind: TextIfGiven = None
    units: Annotated[list[UnitCode] | SkipJsonSchema[None], LEFT_OUT] = None
    deadline: DeadlineIfAny = None


class Goal(Published):
    """A target of the plan: at least `at_least` by the end of `by`, shown in views of units of `level` only if that is set."""

    at_least: str
    by: str
    level: TextIfGiven = None


class UnusualFigure(Published):
    """A figure is unusual if it is at least `factor` times as large as the one of the period before, or as small, and the larger of both is
    above `above`: then a warning asks for a note.
    """

    factor: str
    above: str


UnusualIfSet = Annotated[UnusualFigure | SkipJsonSchema[None], LEFT_OUT]


class Rule(Published):
    """A rule between figures: if its condition is true, a warning with this sentence asks for a note. It is not judged while one of its
    figures is not reported.
    """

    id: str
    condition: Annotated[str, Field(alias="if")]
    message_vi: str


RulesIfAny = Annotated[list[Rule] | SkipJsonSchema[None], LEFT_OUT]
GoalIfSet = Annotated[Goal | SkipJsonSchema[None], LEFT_OUT]


class Figure(Published):
    """An indicator. `kind`: a `quantity` is a number, a `ratio` a numerator and a denominator, a `flag` true or false, a `choice` one of
    `options`.

    `decimals` is how many digits may follow the decimal point. `min` and `max` bound a quantity; null: none (10¹⁴ after scaling by the
    decimals). Each part of a ratio is at least 0, and with `share` the numerator is not larger than the denominator.
    """

    code: str
    label: str
    section: str
    kind: Kind
    measure: str
    decimals: Annotated[int, Field(ge=0, le=9)]
    min: Bound | None
    max: Bound | None
    options: Labels
    share: TrueIfGiven = None
    numerator_label: TextIfGiven = None
    denominator_label: TextIfGiven = None
    target: GoalIfSet = None
    unusual: UnusualIfSet = None


class RegimeFigure(Figure):
    """An indicator of a regime. `asked` names the groups and units that report it; absent: all reporters. `aggregation` is how a view
    totals a quantity; `cumulative`: readers see the sum since the beginning of the year too.
    """

    asked: Annotated[list[str] | SkipJsonSchema[None], LEFT_OUT] = None
    aggregation: TextIfGiven = None
    cumulative: TrueIfGiven = None


class Section(Published):
    """The indicators under one heading; an empty title is no heading."""

    title: str
    indicators: list[RegimeFigure]


class RegimeDetail(Published):
    """A regime as it is for reports that are received today: in the period that was asked for, otherwise today.

    `estimates` is the deadline of the official figures, until when estimates (số ước) are taken; absent: they are not. `entered_by` says
    who may enter a report for a unit. `moves_to_working_day`: a deadline on a day off moves to the end of the next working day.
    """

    id: str
    title: str
    legal_basis: list[str]
    calendar: str
    periods: Periods
    period: Annotated[PeriodDays | SkipJsonSchema[None], LEFT_OUT] = None
    recipient: UnitCode
    recipient_name: TextIfGiven = None
    on_behalf_of: CodeIfGiven = None
    within: CodeIfGiven = None
    on_call: TrueIfGiven = None
    derived_from: TextIfGiven = None
    ends: DayIfGiven = None
    groups: list[ReporterGroup]
    confirm: list[ConfirmDeadline]
    moves_to_working_day: TrueIfGiven = None
    estimates: DeadlineIfAny = None
    entered_by: Annotated[list[Literal["recipient", "confirmers"]] | SkipJsonSchema[None], LEFT_OUT] = None
    sections: list[Section]
    narratives: Labels
    rules: RulesIfAny = None


class FormFigure(Figure):
    """An indicator that the unit is asked for. `last` is the unit's figure in its standing report of the period of the same length before:
    an integer or a decimal text, a ratio, true or false, or the code of an option; null if there is none.
    """

    last: ValueSent | None


class Said(Published):
    """What one revision says, by code. `status` marks estimates; `attachments` are its files."""

    revision: Count
    values: dict[str, ValueSent]
    narratives: dict[str, str]
    notes: dict[str, str]
    status: dict[str, Literal["estimate"]]
    attachments: Annotated[list[Attachment] | SkipJsonSchema[None], LEFT_OUT] = None


class Returned(Said):
    """A revision that was sent back: why, and by when the report is to be sent again (the first instant that is late; absent: unknown)."""

    reason: str
    fix_by: UtcIfGiven = None


class Begin(Published):
    """How the `data` of the next report begins."""

    regime: str
    period: str
    unit: UnitCode
    revision: Annotated[int, Field(ge=1)]
    as_successor: TrueIfGiven = None


class Form(Published):
    """What one unit is asked to report in one period, and what it has reported.

    `unit` is the unit's id; its code is in `data`, how the `data` of the event begins. `begins` and `cut_off` are the first and the last
    day that the figures cover: before `begins` a report is refused. `deadline` is the first instant that is late, an extension included;
    null in a regime on call until the period is opened (`opened` is false then). `estimates_until` is when official figures are due, and
    estimates are refused from then on; absent: they are refused always. `standing_revision` counts now (0: none), `standing` is what it
    says; `returned` is a report that was sent back. `last_period` is the period of `last`. `sender` may send today: the unit's id, or
    that of its heir; absent: no heir is declared.
    """

    regime: str
    title: str
    period: str
    begins: DayText
    cut_off: DayText
    unit: str
    unit_name: str
    sender: TextIfGiven = None
    deadline: UtcText | None
    opened: FalseIfGiven = None
    estimates_until: UtcIfGiven = None
    standing_revision: Count
    next_revision: Annotated[int, Field(ge=1)]
    data: Begin
    last_period: TextIfGiven = None
    indicators: list[FormFigure]
    narratives: Labels
    rules: RulesIfAny = None
    standing: Annotated[Said | SkipJsonSchema[None], LEFT_OUT] = None
    returned: Annotated[Returned | SkipJsonSchema[None], LEFT_OUT] = None
