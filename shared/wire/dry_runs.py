"""A dry run: its answer, what answers a request when there is none, and which changes a reader sees.

A reader sees the changes of the views that he may read. Where he reads a total without what is below it, he does not see how a largest or
smallest value gives way to the next one: that is the value of another unit, and no total that he may read has it. Source: ADR-0063.
"""

from decimal import Decimal
from typing import Any, Literal

from shared.wire.previews import FigureChange
from shared.wire.published import Count, IfSet, Published, Reason
from shared.words.reference import Setting
from shared.words.scope import Scope

HIDDEN = ("total", "target.met")


class DryRun(Published):
    """What the verdict on an event would be, and what it would change. Nothing is stored or published.

    `changes` has only views that the asker may read. It is null if they could not be computed now.
    """

    verdict: Literal["accepted", "rejected", "duplicate"]
    errors: list[Reason]
    warnings: list[Reason]
    changes: list[FigureChange] | None
    standing_revision: IfSet[Count] = None
    next_revision: IfSet[Count] = None


class Unanswered(Published):
    """Why there is no dry run now."""

    error: Reason


def reads_any(scope: Scope, source_regime: str, period: str) -> bool:
    """Whether there is any view in scope that a report to this regime could change."""
    settings = (scope.reference.setting(regime.id, period) for regime in scope.reference.derived_of(source_regime))
    return any(setting is not None and scope.reach(setting).views for setting in settings)


def readable(found: DryRun, scope: Scope, period: str) -> DryRun:
    """The dry run with the changes that are in scope."""
    if found.changes is None:
        return found
    given = [(change, scope.reference.setting(change.regime, period)) for change in found.changes]
    in_scope = [(change, setting) for change, setting in given if setting is not None and scope.reads_view(setting, change.unit)]
    hidden = {
        (change.regime, change.unit, change.indicator)
        for change, setting in in_scope
        if not scope.reads_below(setting, change.unit) and _gives_way(change, setting)
    }
    shown = [change for change, _ in in_scope if change.field not in HIDDEN or (change.regime, change.unit, change.indicator) not in hidden]
    return found.model_copy(update={"changes": shown})


def _gives_way(change: FigureChange, setting: Setting) -> bool:
    """Whether a largest value becomes smaller, or a smallest one larger: the next value, which another unit reported, takes its place."""
    indicator = setting.regime.by_code.get(change.indicator or "")
    if change.field != "total" or indicator is None or indicator.kind != "quantity" or change.now is None:
        return False
    is_smaller = change.then is None or _number(change.then) < _number(change.now)
    match indicator.aggregation:
        case "max":
            return is_smaller
        case "min":
            return change.then is None or not is_smaller
        case _:
            return False


def _number(value: Any) -> Decimal:
    return Decimal(value)
