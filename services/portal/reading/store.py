"""The portal's reads from MongoDB: what is in scope of whoever asks."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

import structlog
from bson import Decimal128
from pydantic import TypeAdapter, ValidationError

from services.portal.domain import content, refused, succession
from services.portal.domain.address import Address
from services.portal.domain.content import Content
from services.portal.domain.progress import Progress
from services.portal.domain.reviewing import Counted
from services.portal.domain.standing import Entry
from shared.plumbing import mongo
from shared.plumbing.mongo import Document, Documents
from shared.wire import collection_names, events
from shared.wire.documents.duties import DutyDocument
from shared.wire.documents.reforms import ReformDocument
from shared.wire.documents.reports import ReportDocument
from shared.wire.documents.views import EarlyViewDocument, ViewDocument
from shared.wire.events import Logged
from shared.wire.view_key import ViewKey
from shared.wire.views import Official, View, ViewPosition
from shared.words import periods
from shared.words.reference import Setting
from shared.words.reform import LegalBasis
from shared.words.report_state import CONFIRMING
from shared.words.scope import Scope
from shared.words.units import Unit

log = structlog.get_logger()

Json = dict[str, Any]
"""A document as the API returns it: decimals and instants as texts, without `_id`."""

COUNTS: Final = dict.fromkeys(
    ["regime", "period", "unit", "updated_at", *(f"reporting.{name}" for name in ("expected", "received", "on_time", "late", "rate"))], 1
)
"""The fields of a view that tell how complete it is."""
LAWS: Final = TypeAdapter(list[LegalBasis])
PROGRESS: Final = TypeAdapter(Progress)
TIME_LIMIT_MS = 10_000  # the longest time that a page waits for one query
AT_ONCE: Final[dict[str, Any]] = {"max_time_ms": TIME_LIMIT_MS, "batch_size": 2_000}  # not 101 documents and then the others


@dataclass(frozen=True, slots=True)
class DutyDates:
    """The dates of a unit's duty to report, as notify stored them."""

    deadline: datetime | None
    extended_to: datetime | None


class PortalStore:
    """Reads views, accepted events and the dates of duties in a scope. Lists leave out what is outside; asking for one view outside is
    refused.
    """

    def __init__(self, database: Documents, scope: Scope) -> None:
        self.scope = scope
        self._views = mongo.collection(database, collection_names.VIEWS, ViewDocument)
        self._early_views = mongo.collection(database, collection_names.EARLY_VIEWS, EarlyViewDocument)
        self._reforms = mongo.collection(database, collection_names.REFORMS, ReformDocument)
        self._reports = mongo.collection(database, collection_names.REPORTS, ReportDocument)
        self._duties = mongo.collection(database, collection_names.DUTIES, DutyDocument)

    async def view(self, regime: str, period: str, unit_id: str) -> View | None:
        """A unit's view. Raises `Refused` if it is out of scope."""
        if not self._views_in_scope(regime, period, [unit_id]):
            raise refused.out_of_scope()
        document = await self._views.find_one({"_id": ViewKey(regime, period, unit_id).text}, max_time_ms=TIME_LIMIT_MS)
        return None if document is None else _view(document)

    async def early_view(self, regime: str, period: str, unit_id: str, day: date) -> View | None:
        """The view of a unit in the early block of a day. Raises `Refused` if it is out of scope."""
        if not self._views_in_scope(regime, period, [unit_id], day):
            raise refused.out_of_scope()
        key = ViewKey(regime, period, unit_id, day.isoformat())
        document = await self._early_views.find_one({"_id": key.text}, max_time_ms=TIME_LIMIT_MS)
        return None if document is None else _view(document)

    async def early_views(self, regime: str, period: str, unit_ids: Iterable[str], day: date) -> list[View]:
        """The views of these units in the early block of a day, by unit code; a unit without one is left out."""
        keys = [ViewKey(regime, period, unit_id, day.isoformat()).text for unit_id in self._views_in_scope(regime, period, unit_ids, day)]
        documents = self._early_views.find({"_id": {"$in": keys}}, **AT_ONCE)
        return sorted(_readable([document async for document in documents]), key=lambda view: view.unit.code)

    async def laws(self, reforms: Collection[str]) -> dict[str, list[LegalBasis]]:
        """The laws and decisions that these reforms carry out, by the reform's id."""
        if not reforms:
            return {}
        query, fields = {"_id": {"$in": sorted(reforms)}}, {"reform.legal_basis": 1}
        documents = self._reforms.find(query, fields, **AT_ONCE)
        return {
            document["_id"]: LAWS.validate_python(document["reform"].get("legal_basis", []), strict=False) async for document in documents
        }

    async def views(self, regime: str, period: str, unit_ids: Iterable[str]) -> list[View]:
        """The views of these units, by unit code; a unit without one, or with one that cannot be read, is left out."""
        ids = [ViewKey(regime, period, unit_id).text for unit_id in self._views_in_scope(regime, period, unit_ids)]
        documents = self._views.find({"_id": {"$in": ids}}, **AT_ONCE)
        return sorted(_readable([document async for document in documents]), key=lambda view: view.unit.code)

    async def views_through(self, regime: str, codes: Sequence[str], unit_ids: Collection[str]) -> dict[str, dict[str, View]]:
        """The views of units in several periods, by unit id and period, read by one query. A view that cannot be read is left out."""
        keys = [ViewKey(regime, code, unit_id).text for code in codes for unit_id in self._views_in_scope(regime, code, unit_ids)]
        documents = self._views.find({"_id": {"$in": keys}}, **AT_ONCE)
        by_unit: dict[str, dict[str, View]] = {unit_id: {} for unit_id in unit_ids}
        for view in _readable([document async for document in documents]):
            by_unit[view.unit.id][view.period] = view
        return by_unit

    async def positions(self, regime: str, codes: Collection[str], unit_id: str) -> dict[str, ViewPosition]:
        """The positions of the views of one unit in several periods, by period."""
        keys = [ViewKey(regime, code, unit_id).text for code in codes if self._views_in_scope(regime, code, [unit_id])]
        documents = self._views.find({"_id": {"$in": keys}}, {"period": 1, "position": 1}, **AT_ONCE)
        return {document["period"]: ViewPosition.model_validate(document["position"]) async for document in documents}

    async def progress(self, keys: Iterable[ViewKey]) -> list[Progress]:
        """How complete these views are, without their figures; a view that does not exist is left out."""
        shown = [key.text for key in keys if self._views_in_scope(key.regime, key.period, [key.unit_id])]
        return await self._progress({"_id": {"$in": shown}})

    async def counted(self, keys: Iterable[ViewKey]) -> dict[str, Counted]:
        """How far these views are and which version of them is official, by the view's id, without their figures."""
        shown = [key.text for key in keys if self._views_in_scope(key.regime, key.period, [key.unit_id])]
        fields = {"reporting.expected": 1, "reporting.received": 1, "official": 1}
        documents = self._views.find({"_id": {"$in": shown}}, fields, **AT_ONCE)
        return {document["_id"]: _how_far(document) async for document in documents}

    async def progress_of(self, regimes: Collection[str], unit_codes: Collection[str]) -> list[Progress]:
        """How complete the views of these units are in these regimes, in all periods."""
        found = await self._progress({"regime": {"$in": list(regimes)}, "unit.code": {"$in": list(unit_codes)}})
        return [progress for progress in found if self._views_in_scope(progress.regime, progress.period, [progress.unit_id])]

    async def _progress(self, query: Document) -> list[Progress]:
        documents = self._views.find(query, COUNTS, **AT_ONCE)
        return list(_counted([document async for document in documents]))

    def _views_in_scope(self, regime: str, period: str, unit_ids: Iterable[str], early: date | None = None) -> list[str]:
        """The units among these whose view is in scope, in a period or in its early block of a day."""
        known = self.scope.reference
        setting = known.setting(regime, period)
        if setting is not None and early is not None:
            setting = known.setting_on(setting.regime, setting.period, early)
        return [] if setting is None else [unit_id for unit_id in unit_ids if self.scope.reads_view(setting, unit_id)]

    async def entries(self, setting: Setting, unit_ids: Collection[str]) -> dict[str, list[Entry]]:
        """The accepted events that concern these units, by unit id, without their content; of a unit out of scope none."""
        shown = [unit_id for unit_id in unit_ids if self.scope.reads_report(setting, unit_id)]
        return {unit_id: [] for unit_id in unit_ids} | await self._entries(setting.regime.source_id, setting.period.code, shown)

    async def _entries(self, regime: str, period: str, unit_ids: Collection[str]) -> dict[str, list[Entry]]:
        query = {"regime": regime, "period": period, "unit": {"$in": list(unit_ids)}}
        by_unit: dict[str, list[Entry]] = {unit_id: [] for unit_id in unit_ids}
        async for document in self._reports.find(query, {"event": 0}, **AT_ONCE):
            by_unit[document["unit"]].append(_entry(document))
        return by_unit

    async def entries_of(self, at: Address, units: Iterable[Unit]) -> dict[str, list[Entry]]:
        """The accepted events about these reporters in the period of an address, by unit id. Raises `Refused` if one is out of scope.

        They include those that were received since the unit's first day and are logged under the id of the unit that had its code before,
        because the reform was not registered yet: they count for the bearer of the code (`Reference.unit_of`).
        """
        reporters = list(units)
        if not all(self.scope.reads_report(at.setting, unit.id) for unit in reporters):
            raise refused.out_of_scope()
        former = {old: unit for unit in reporters for old in succession.former(at.reference.registry, at.tree, unit)}
        found = await self._entries(at.regime.source_id, at.period.code, [*(unit.id for unit in reporters), *former])
        for old, unit in former.items():
            first_ms = periods.start_ms(at.reference.registry.begins(unit.id))
            found[unit.id] += [entry for entry in found.pop(old) if entry.received_ms >= first_ms]
        return found

    async def unknown_units(self, setting: Setting) -> list[str]:
        """The ids in accepted events of a regime and period that no unit has; only for whoever reads all reports of the regime."""
        if not setting.groups.keys() <= self.scope.reach(setting).reports:
            return []
        query = {"regime": {"$eq": setting.regime.source_id}, "period": {"$eq": setting.period.code}}
        return sorted(
            unit_id
            for unit_id in await self._reports.distinct("unit", query, maxTimeMS=TIME_LIMIT_MS)
            if unit_id and unit_id not in self.scope.reference.registry.ids
        )

    async def contents(self, ids: Collection[str]) -> dict[str, Content]:
        """The content of these accepted events, by id."""
        return {
            event.id: content.read(event.data, is_imported=event.imported, entered_by=event.entered_by, actor=event.actor)
            for event in await self.logged(ids)
        }

    async def logged(self, ids: Collection[str]) -> list[Logged]:
        """These accepted events, complete."""
        return await self._logged({"_id": {"$in": list(ids)}}) if ids else []

    async def opened_periods(self, regime: str, codes: Collection[str]) -> set[str]:
        """Those of these periods of an on-call regime that were opened."""
        query = {"regime": regime, "period": {"$in": list(codes)}, "type": events.OPENED}
        return set(await self._reports.distinct("period", query, maxTimeMS=TIME_LIMIT_MS))

    async def openings(self, regime: str, period: str) -> list[Logged]:
        """The events that opened the period, or moved its deadline."""
        return await self._logged({"regime": regime, "period": period, "type": events.OPENED})

    async def confirming(self, setting: Setting, unit_ids: Collection[str]) -> dict[str, list[Logged]]:
        """The events that confirm the views of these units in a period, or undo that, by unit id. The scope does not limit them: whoever
        confirms below another view is told whether that one is confirmed. Show their figures only to whoever reads the view.
        """
        by_unit: dict[str, list[Logged]] = {unit_id: [] for unit_id in unit_ids}
        query = {"regime": setting.regime.source_id, "period": setting.period.code, "unit": {"$in": list(unit_ids)}}
        for event in await self._logged(query | {"type": {"$in": sorted(CONFIRMING)}}) if unit_ids else ():
            by_unit[event.unit_id].append(event)
        return by_unit

    async def asked_since(self, of: Collection[tuple[str, str]], since_ms: int) -> list[Logged]:
        """The requests for a reminder in these periods (each with its source regime) that were received since then. They name no unit."""
        alternatives = [{"regime": regime, "period": period, "unit": ""} for regime, period in of]
        query: Document = {"$or": alternatives, "type": events.ASKED, "received_ms": {"$gte": since_ms}}
        return await self._logged(query) if of else []

    async def all_openings(self, regime: str) -> list[Logged]:
        """The events that opened periods of an on-call regime, or moved their deadlines."""
        return await self._logged({"regime": regime, "type": events.OPENED})

    async def _logged(self, query: Document) -> list[Logged]:
        documents = self._reports.find(query, {"event": 1}, **AT_ONCE)
        logged = [events.read_logged(events.stored_text(document["event"])) async for document in documents]
        return [event for event in logged if event is not None]

    async def duty_dates(self, regime: str, period: str, unit_ids: Collection[str]) -> dict[str, DutyDates]:
        """The dates of these units' duties to report, by unit id. A duty that notify has not stored yet is left out."""
        ids = [ViewKey(regime, period, unit_id).text for unit_id in unit_ids]
        documents = self._duties.find({"_id": {"$in": ids}}, {"unit": 1, "deadline": 1, "extended_to": 1}, **AT_ONCE)
        return {document["unit"]["id"]: DutyDates(document.get("deadline"), document.get("extended_to")) async for document in documents}


def _how_far(document: ViewDocument) -> Counted:
    official = document.get("official")
    stands = None if official is None else Official.model_validate(as_json(official))
    return Counted(document["reporting"]["expected"], document["reporting"]["received"], stands)


def _view(document: ViewDocument) -> View:
    return View.model_validate(as_json(document))


def _readable(documents: Iterable[ViewDocument]) -> Iterator[View]:
    """The views that can be read. A view that another version wrote, or that was changed by hand, is left out and does
    not spoil the list.
    """
    for document in documents:
        try:
            yield _view(document)
        except ValidationError:
            log.error("view.unreadable", view=document["_id"])


def _counted(documents: Iterable[ViewDocument]) -> Iterator[Progress]:
    """The counts of the views; a view that cannot be read is left out."""
    for document in documents:
        try:
            fields = as_json(document)
            unit = {f"unit_{name}": fields["unit"][name] for name in ("id", "code", "name")}
            counted = PROGRESS.validate_python({**fields, **fields["reporting"], **unit})
            if document["_id"] == ViewKey(counted.regime, counted.period, counted.unit_id).text:  # not a view of a later series
                yield counted
        except (ValidationError, LookupError, TypeError):
            log.error("view.unreadable", view=document["_id"])


def as_json(document: Mapping[str, Any]) -> Json:
    return {name: _plain(value) for name, value in document.items() if name != "_id"}


def _plain(value: Any) -> Any:
    match value:
        case Decimal128():
            return format(value.to_decimal(), "f")
        case datetime():
            return events.to_text(value)
        case dict():
            return {name: _plain(inner) for name, inner in value.items()}
        case list():
            return [_plain(inner) for inner in value]
        case _:
            return value


def _entry(document: ReportDocument) -> Entry:
    return Entry(
        id=document["_id"],
        type=document["type"],
        unit_id=document["unit"],
        revision=document.get("revision") or 0,
        received_ms=document["received_ms"],
        partition=document.get("partition") or 0,
        sequence=document.get("sequence") or 0,
        is_estimate=document.get("estimate", False),
    )
