"""A view as it is published: its head, how complete it is, its figures; and the event of FEED that brings it."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from shared.wire.published import Count, DecimalText, IfSet, PercentText, Published, PublishedEvent, UtcText, WholeOrDecimal
from shared.words.regime_fields import RegimeId, UnitCode


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


class Figure(Published):
    """What figures of every kind have: the number of units that reported the figure, and how much of it is estimated.

    `estimated` is a percentage: of a sum the share of the absolute amount, of a ratio the share of the denominator, otherwise the share of
    the units that reported the figure. It is absent when nothing is estimated.
    """

    reported: Count
    estimated: IfSet[PercentText] = None


class QuantityFigure(Figure):
    """The total, computed by the indicator's aggregation. It is an integer if the indicator has no decimals and the total is
    not a mean; otherwise it is a decimal text. It is null if nobody reported.
    """

    kind: Literal["quantity"]
    total: WholeOrDecimal | None
    measure: str
    target: IfSet[TargetMet] = None


class RatioFigure(Figure):
    """The sum of all numerators and the sum of all denominators. `percent` is computed from the sums; null if the denominator is 0."""

    kind: Literal["ratio"]
    numerator: WholeOrDecimal
    denominator: WholeOrDecimal
    percent: PercentText | None
    target: IfSet[TargetMet] = None


class FlagFigure(Figure):
    """The number of units that answered yes."""

    kind: Literal["flag"]
    true: Count
    percent: PercentText | None
    target: IfSet[TargetMet] = None


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


class ViewUpdated(PublishedEvent):
    """A view has changed. `data` is the whole view; the event id is `<regime>/<period>/<unit id>/<generation>.<sequence>`."""

    type: Literal["vn.tonghop.view.updated.v1"]
    source: Literal["/services/aggregate"]
    data: View
