"""The documents of views and early views, with their figures."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Literal, NotRequired, TypedDict


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
