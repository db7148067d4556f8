"""Reads how far the present period of each regime is: timeliness, targets, confirmation, and reports by day beside the year before.

Three queries, whatever the number of regimes: the views of the present periods, and the reports by day of each year.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any, Final

from services.portal.domain import curve, reviewing
from services.portal.domain.curve import Course, Curve
from services.portal.domain.duties import countdown
from services.portal.reading.store import TIME_LIMIT_MS, as_json
from shared.plumbing import mongo
from shared.plumbing.mongo import Document, Documents
from shared.wire import collection_names
from shared.wire.documents.duties import DUTIES_OF_UNITS, DutyDocument
from shared.wire.documents.views import ViewDocument
from shared.wire.view_key import ViewKey
from shared.wire.views import Official
from shared.words import deadlines
from shared.words.reference import Setting
from shared.words.scope import Scope

MOST_IN_CURVES: Final = 3000  # reporters whose days are counted for one page
HAS_TARGET: Final[Document] = {"$ne": [{"$type": "$$this.v.target"}, "missing"]}
INDICATORS: Final[Document] = {"$objectToArray": {"$ifNull": ["$indicators", {}]}}
IN_VIETNAM: Final = "+07:00"


@dataclass(frozen=True)
class At:
    """A view: a unit in a period of a regime."""

    setting: Setting
    unit_id: str

    @property
    def key(self) -> str:
        return ViewKey(self.setting.regime.id, self.setting.period.code, self.unit_id).text

    @cached_property
    def reporters(self) -> frozenset[str]:
        """The ids of the units at or below it that report."""
        tree = self.setting.tree
        return (
            frozenset(unit.id for unit in tree.subtree(self.unit_id) if unit.id in self.setting.groups)
            if self.unit_id in tree.by_id
            else frozenset()
        )


@dataclass(frozen=True, slots=True)
class Present:
    """How far one view is, beside the counts that every row has."""

    timely_rate: str | None
    targets: int
    met: int
    official: Official | None
    deadline: datetime | None
    now: datetime
    curve: Curve | None
    reads_below: bool
    """Whether what is below the view is in scope: its missing units, not only its totals."""

    @property
    def version(self) -> str:
        return reviewing.version(self.official)

    @property
    def countdown(self) -> str:
        """`còn 3 ngày`, `quá hạn 2 ngày`; "" without a deadline by rule."""
        return "" if self.deadline is None else countdown(self.deadline, self.now)

    @property
    def is_past(self) -> bool:
        return self.deadline is not None and self.now >= self.deadline


class PresentReader:
    """Reads the present periods that a page shows."""

    def __init__(self, database: Documents, scope: Scope) -> None:
        self._scope = scope
        self._views = mongo.collection(database, collection_names.VIEWS, ViewDocument)
        self._duties = mongo.collection(database, collection_names.DUTIES, DutyDocument)

    async def read(self, shown: Sequence[At], now: datetime) -> dict[str, Present]:
        """How far each of these views is, by its key; a view that is not there, or out of scope, is left out."""
        readable = [at for at in shown if self._scope.reads_view(at.setting, at.unit_id)]
        found = await self._heads([at.key for at in readable])
        counted = _first([at for at in readable if self._scope.reads_below(at.setting, at.unit_id)])
        earlier = {at.key: before for at in counted if (before := self._year_before(at)) is not None}
        days = await self._by_day([*counted, *earlier.values()])
        return {at.key: self._present(found[at.key], at, earlier.get(at.key), days, now) for at in readable if at.key in found}

    async def _heads(self, keys: Sequence[str]) -> dict[str, Document]:
        """What the views say beside their figures, and how many of their targets are met."""
        targets: Document = {"$size": {"$filter": {"input": INDICATORS, "cond": HAS_TARGET}}}
        met: Document = {"$size": {"$filter": {"input": INDICATORS, "cond": {"$eq": ["$$this.v.target.met", True]}}}}
        fields: Document = {"official": 1, "timely_rate": "$reporting.timely_rate", "targets": targets, "met": met}
        stages: list[Document] = [{"$match": {"_id": {"$in": list(keys)}}}, {"$project": fields}]
        return {document["_id"]: document for document in await mongo.aggregate(self._views, stages, maxTimeMS=TIME_LIMIT_MS)}

    async def _by_day(self, shown: Iterable[At]) -> dict[str, dict[date, int]]:
        """How many reports of the units at or below each view were received first on each day, by the view's key."""
        asked = {at.key: at for at in shown}
        if not asked:
            return {}
        stages: list[Document] = [
            {"$match": {"task": "report", "$or": [_of_reporters(at) for at in asked.values()]}},
            {
                "$group": {
                    "_id": {
                        "regime": "$regime",
                        "period": "$period",
                        "unit": "$unit.id",
                        "day": {"$dateToString": {"date": "$first_received_at", "timezone": IN_VIETNAM, "format": "%Y-%m-%d"}},
                    }
                }
            },
            {"$group": {"_id": {"regime": "$_id.regime", "period": "$_id.period", "day": "$_id.day"}, "units": {"$push": "$_id.unit"}}},
        ]
        days: dict[tuple[str, str], list[tuple[date, Sequence[str]]]] = {}
        for group in await mongo.aggregate(self._duties, stages, by=DUTIES_OF_UNITS, maxTimeMS=TIME_LIMIT_MS):
            named = group["_id"]
            if named["day"] is not None:
                days.setdefault((named["regime"], named["period"]), []).append((date.fromisoformat(named["day"]), group["units"]))
        return {
            key: {day: count for day, units in days.get(_source(at), ()) if (count := len(at.reporters.intersection(units)))}
            for key, at in asked.items()
        }

    def _year_before(self, at: At) -> At | None:
        """The same unit in the same period a year before; None if the regime or the unit was not there."""
        setting = self._scope.reference.setting(at.setting.regime.id, curve.year_before(at.setting.period.code))
        return None if setting is None or at.unit_id not in setting.tree.by_id else At(setting, at.unit_id)

    def _present(
        self, found: Mapping[str, Any], at: At, before: At | None, days: Mapping[str, Mapping[date, int]], now: datetime
    ) -> Present:
        head, due = as_json(found), self._deadline(at)
        official = head.get("official")
        drawn = curve.curve(self._course(at, days, now), self._course(before, days, now)) if due is not None and at.key in days else None
        return Present(
            head.get("timely_rate"),
            head["targets"],
            head["met"],
            None if official is None else Official.model_validate(official),
            due,
            now,
            drawn,
            self._scope.reads_below(at.setting, at.unit_id),
        )

    def _course(self, at: At | None, days: Mapping[str, Mapping[date, int]], now: datetime) -> Course | None:
        due = None if at is None else self._deadline(at)
        if at is None or due is None or at.key not in days:
            return None
        return curve.course(at.setting.period.code, len(at.reporters), days[at.key], due, curve.through(now))

    def _deadline(self, at: At) -> datetime | None:
        """The last deadline by rule of the groups below a view; None in a regime on call."""
        known, period = self._scope.reference, at.setting.period
        source = known.setting(at.setting.regime.source_id, period.code)
        if source is None or source.regime.is_on_call:
            return None
        groups = {at.setting.groups[unit_id] for unit_id in at.reporters} & source.regime.reporters.keys()
        due = [deadlines.group_deadline(source.regime, group, period, None, known.working_days) for group in groups]
        return max((one for one in due if one is not None), default=None)


def _first(shown: Sequence[At]) -> list[At]:
    """The first views whose reporters are together at most `MOST_IN_CURVES`."""
    found, reporters = [], 0
    for at in shown:
        reporters += len(at.reporters)
        if reporters > MOST_IN_CURVES:
            break
        found.append(at)
    return found


def _source(at: At) -> tuple[str, str]:
    return at.setting.regime.source_id, at.setting.period.code


def _of_reporters(at: At) -> Document:
    """The query for the duties of the units at or below a view."""
    regime, period = _source(at)
    return {"regime": {"$eq": regime}, "period": {"$eq": period}, "unit.id": {"$in": sorted(at.reporters)}}
