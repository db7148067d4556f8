"""Queries on the collection `duties`: filters, states, the order, and counts."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import assert_never

from services.portal.domain.duties import REPORT, DutyState
from services.portal.domain.scope import Scope
from shared.plumbing.mongo import Document

ORDER = [("owed", -1), ("reminded_of", 1), ("regime", 1), ("period", 1), ("unit.code", 1), ("_id", 1)]
"""Owed duties first, then by deadline. Used for results without pages; lists with pages are sorted by `_id`, which never changes."""
IN_CALENDAR = [("owed", -1), ("reminded_of", -1), ("_id", 1)]
"""Owed duties first, each by the newest deadline: a calendar leaves out the oldest ones."""


@dataclass(frozen=True, slots=True)
class Asked:
    """The filters of a query; None means no filter. `scopes` are the units of the requested subtree; `year` selects all its periods."""

    regime: str | None = None
    period: str | None = None
    scopes: Sequence[Scope] | None = None
    year: int | None = None

    def as_query(self) -> Document:
        """The MongoDB filter. Every value is inside `$eq` or `$in`, so that no text can act as an operator."""
        query: Document = {name: {"$eq": value} for name, value in (("regime", self.regime), ("period", self.period)) if value is not None}
        if self.year is not None and self.period is None:
            query["period"] = {"$gte": str(self.year), "$lt": str(self.year + 1)}
        if self.scopes is not None:
            query["$or"] = [_of_scope(scope) for scope in self.scopes] or [{"_id": {"$in": []}}]
        return query


def listed(asked: Asked, state: DutyState | None, now: datetime, behind: str | None = None) -> Document:
    """The query for a page of duties, beginning after the duty with the id `behind`."""
    rest: Document = {} if behind is None else {"_id": {"$gt": behind}}
    return {"$and": [asked.as_query(), of_state(state, now) if state else {}, rest]}


def in_calendar(unit_id: str, since: datetime, represented: Collection[str] = ()) -> Document:
    """The query for a unit's calendar: what it owes, what it did that was due after `since`, and what the ended units owe for which it
    acts.
    """
    own: Document = {"unit.id": {"$eq": unit_id}, "$or": [{"owed": True}, {"deadline": {"$gt": since}}]}
    return {"$or": [own, {"unit.id": {"$in": sorted(represented)}, "owed": True}]}


def _of_scope(scope: Scope) -> Document:
    """The query for the units of a scope. It has one alternative for each regime, not for each period: there are up to hundreds of them."""
    by_regime: dict[str, list[str]] = {}
    for regime, period in scope.periods:
        by_regime.setdefault(regime, []).append(period)
    pairs = [{"regime": {"$eq": regime}, "period": {"$in": codes}} for regime, codes in by_regime.items()]
    return {"unit.id": {"$in": sorted(scope.unit_ids)}, "$or": pairs}


def of_state(state: DutyState, now: datetime) -> Document:
    """The query for a state, by the same rule as `Duty.states`."""
    match state:
        case DutyState.OWED:
            return {"owed": True}
        case DutyState.OVERDUE:
            return {"owed": True, "reminded_of": {"$lte": now}}
        case DutyState.RETURNED:
            return {"owed": True, "returned": {"$type": "object"}}
        case DutyState.RECEIVED:
            return {"owed": False, "task": REPORT}
        case DutyState.LATE:
            return {"owed": False, "task": REPORT, "late": True}
        case DutyState.CONFIRMED:
            return {"owed": False, "task": {"$ne": REPORT}}
        case _:
            assert_never(state)


def is_in(state: DutyState, now: datetime) -> Document:
    """The condition for a state inside a pipeline, by the same rule as `of_state`."""
    is_done, is_report = {"$not": ["$owed"]}, {"$eq": ["$task", REPORT]}
    match state:
        case DutyState.OWED:
            return {"$and": ["$owed"]}
        case DutyState.OVERDUE:
            return {"$and": ["$owed", {"$lte": ["$reminded_of", now]}]}
        case DutyState.RETURNED:
            return {"$and": ["$owed", {"$eq": [{"$type": "$returned"}, "object"]}]}
        case DutyState.RECEIVED:
            return {"$and": [is_done, is_report]}
        case DutyState.LATE:
            return {"$and": [is_done, is_report, "$late"]}
        case DutyState.CONFIRMED:
            return {"$and": [is_done, {"$not": [is_report]}]}
        case _:
            assert_never(state)
