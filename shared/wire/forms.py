"""The form as data: regimes, and what one unit is asked to report in one period, as the HTTP API gives them.

A field that may be absent has no meaning when it is absent, and is never null. Fields may be added; none changes its name. Source: design,
section 4, "Forms"; ADR 0064.
"""

from typing import Annotated, Any, Literal

from pydantic import Field

from shared.wire.answers import ValueSent
from shared.wire.published import Count, IfSet, Published, UtcText
from shared.wire.sent import Attachment
from shared.words.regime_fields import DecimalText as Bound
from shared.words.regime_fields import UnitCode

DayText = Annotated[str, Field(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]
Periods = Annotated[
    list[str] | Literal["any"], Field(description="The periods by code, in the order of time; `any` if the recipient opens them.")
]
Kind = Literal["quantity", "ratio", "flag", "choice"]
Labels = Annotated[dict[str, str], Field(description="What people read, by code, in the form's order.")]


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
    group: IfSet[str] = None
    on_call: IfSet[Literal[True]] = None
    derived_from: IfSet[str] = None
    ends: IfSet[DayText] = None


class RegimeList(Published):
    """All regimes, by id."""

    regimes: list[RegimeEntry]


class Deadline(Published):
    """A deadline rule: as the regime's file has it, and in words. `deadline` is the first instant that is late; it is there if a period was
    asked for.
    """

    rule: dict[str, Any]
    text_vi: str
    deadline: IfSet[UtcText] = None


class ConfirmDeadline(Deadline):
    """Who confirms a view, and by when: the units of `level`, or the recipient."""

    level: IfSet[str] = None
    recipient: IfSet[Literal[True]] = None


class ReporterGroup(Published):
    """A group of reporters: the units of a level and kind inside the regime's `within`, or units by code. `deadline` is absent in a regime
    on call or derived.
    """

    name: str
    label: str
    level: IfSet[str] = None
    kind: IfSet[str] = None
    units: IfSet[list[UnitCode]] = None
    deadline: IfSet[Deadline] = None


class Goal(Published):
    """A target of the plan: at least `at_least` by the end of `by`, shown in views of units of `level` only if that is set."""

    at_least: str
    by: str
    level: IfSet[str] = None


class UnusualFigure(Published):
    """A figure is unusual if it is at least `factor` times as large as the one of the period before, or as small, and the larger of both is
    above `above`: then a warning asks for a note.
    """

    factor: str
    above: str


class Rule(Published):
    """A rule between figures: if its condition is true, a warning with this sentence asks for a note. It is not judged while one of its
    figures is not reported.
    """

    id: str
    condition: Annotated[str, Field(alias="if")]
    message_vi: str


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
    share: IfSet[Literal[True]] = None
    numerator_label: IfSet[str] = None
    denominator_label: IfSet[str] = None
    target: IfSet[Goal] = None
    unusual: IfSet[UnusualFigure] = None


class RegimeFigure(Figure):
    """An indicator of a regime. `asked` names the groups and units that report it; absent: all reporters. `aggregation` is how a view
    totals a quantity; `cumulative`: readers see the sum since the beginning of the year too.
    """

    asked: IfSet[list[str]] = None
    aggregation: IfSet[str] = None
    cumulative: IfSet[Literal[True]] = None


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
    period: IfSet[PeriodDays] = None
    recipient: UnitCode
    recipient_name: IfSet[str] = None
    on_behalf_of: IfSet[UnitCode] = None
    within: IfSet[UnitCode] = None
    on_call: IfSet[Literal[True]] = None
    derived_from: IfSet[str] = None
    ends: IfSet[DayText] = None
    groups: list[ReporterGroup]
    confirm: list[ConfirmDeadline]
    moves_to_working_day: IfSet[Literal[True]] = None
    estimates: IfSet[Deadline] = None
    entered_by: IfSet[list[Literal["recipient", "confirmers"]]] = None
    sections: list[Section]
    narratives: Labels
    rules: IfSet[list[Rule]] = None


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
    attachments: IfSet[list[Attachment]] = None


class Returned(Said):
    """A revision that was sent back: why, and by when the report is to be sent again (the first instant that is late; absent: unknown)."""

    reason: str
    fix_by: IfSet[UtcText] = None


class Begin(Published):
    """How the `data` of the next report begins."""

    regime: str
    period: str
    unit: UnitCode
    revision: Annotated[int, Field(ge=1)]
    as_successor: IfSet[Literal[True]] = None


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
    sender: IfSet[str] = None
    deadline: UtcText | None
    opened: IfSet[Literal[False]] = None
    estimates_until: IfSet[UtcText] = None
    standing_revision: Count
    next_revision: Annotated[int, Field(ge=1)]
    data: Begin
    last_period: IfSet[str] = None
    indicators: list[FormFigure]
    narratives: Labels
    rules: IfSet[list[Rule]] = None
    standing: IfSet[Said] = None
    returned: IfSet[Returned] = None
