"""Queries on the collection `duties`: filters, states, the order, and counts."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, assert_never

from services.portal.domain.duties import CONFIRM, OFFICIAL, REPORT, DutyState
from services.portal.domain.duty_units import Part
from shared.plumbing.mongo import Document
from shared.wire.documents.duties import DUTIES_OF_UNITS

ORDER = [("owed", -1), ("reminded_of", 1), ("regime", 1), ("period", 1), ("unit.code", 1), ("_id", 1)]
"""Owed duties first, then by deadline. Used for results without pages; lists with pages are sorted by `_id`, which never changes."""
TASKS = (CONFIRM, OFFICIAL)
"""The tasks that are named at the end of a duty's id."""
MOST_UNITS = 2_000  # whose duties are sought one by one; of more, reading all duties is as fast
SENT = [REPORT, OFFICIAL]
"""The tasks that are done by sending a report."""
IN_CALENDAR = [("owed", -1), ("reminded_of", -1), ("_id", 1)]
"""Owed duties first, each by the newest deadline: a calendar leaves out the oldest ones."""


@dataclass(frozen=True, slots=True)
class Asked:
    """The filters of a query. `parts` are the units in scope, within the requested subtree; None if they are all units. `year` selects all
    its periods; for the others, None means no filter.
    """

    parts: Sequence[Part] | None
    regime: str | None = None
    period: str | None = None
    year: int | None = None
    named: Collection[str] | None = None
    """Ids of the units that are searched for by name; None if none are."""

    @property
    def index(self) -> Sequence[tuple[str, int]] | None:
        """The index by which these duties should be counted; None: the one that the server chooses. It tries indexes with the first
        documents that they give: if those of a small regime are all in scope, it reads each regime whole, that of the country too.
        """
        units = sum(len(part.unit_ids) for part in self.parts or ())
        return DUTIES_OF_UNITS if 0 < units <= MOST_UNITS else None

    def as_query(self) -> Document:
        """The MongoDB filter. Every value is inside `$eq` or `$in`, so that no text can act as an operator."""
        query: Document = {name: {"$eq": value} for name, value in (("regime", self.regime), ("period", self.period)) if value is not None}
        if self.year is not None and self.period is None:
            query["period"] = {"$gte": str(self.year), "$lt": str(self.year + 1)}
        if self.named is not None:
            query["unit.id"] = {"$in": sorted(self.named)}
        return query if self.parts is None else {**query, **of_units(self.parts)}


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


def of_units(parts: Sequence[Part]) -> Document:
    """The query for the units of these parts; nothing matches if there is none."""
    return {"$or": [_of_part(part) for part in parts] or [{"_id": {"$in": []}}]}


def _of_part(part: Part) -> Document:
    """The query for the units of a part. It has one alternative for each regime, not for each period: there are up to hundreds of them."""
    by_regime: dict[str, list[str]] = {}
    for regime, period in part.periods:
        by_regime.setdefault(regime, []).append(period)
    pairs = [{"regime": {"$eq": regime}, "period": {"$in": codes}} for regime, codes in by_regime.items()]
    return {"unit.id": {"$in": sorted(part.unit_ids)}, "$or": pairs}


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
            return {"owed": False, "task": {"$in": SENT}}
        case DutyState.LATE:
            return {"owed": False, "task": {"$in": SENT}, "late": True}
        case DutyState.CONFIRMED:
            return {"owed": False, "task": CONFIRM}
        case _:
            assert_never(state)


KIND: Document = {name: f"${name}" for name in ("owed", "task", "late")}
"""What decides about most states, inside a pipeline: counting by plain fields is several times as fast as by conditions."""
OF_KIND: Mapping[DutyState, Callable[[Mapping[str, Any]], bool]] = {
    DutyState.OWED: lambda kind: kind["owed"],
    DutyState.RECEIVED: lambda kind: not kind["owed"] and kind["task"] in SENT,
    DutyState.LATE: lambda kind: not kind["owed"] and kind["task"] in SENT and kind["late"],
    DutyState.CONFIRMED: lambda kind: not kind["owed"] and kind["task"] == CONFIRM,
}
"""Whether duties of a kind are in a state, by the same rule as `of_state`. The other two states have indexes of their own."""
