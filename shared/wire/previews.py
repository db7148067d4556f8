"""What the aggregator answers to a preview: the changes that an event would make to the views, or why it cannot say them now."""

from shared.wire.published import IfSet, Published, Reason, WholeOrDecimal
from shared.words.regime_fields import RegimeId


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


class Preview(Published):
    """What an accepted event would change. `changes` is null if the aggregator cannot say it now; then `error` says why."""

    changes: list[FigureChange] | None
    error: IfSet[Reason] = None
