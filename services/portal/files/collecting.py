"""Reads what a document is made from, in the scope of whoever ordered it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from services.portal.domain import standing
from services.portal.domain.address import Address
from services.portal.domain.consolidated import Known
from services.portal.domain.report_copies import Sent
from services.portal.reading import overview, statuses
from services.portal.reading.overview import Confirmation
from services.portal.reading.store import PortalStore
from shared.wire import events
from shared.wire.views import View
from shared.words import vietnamese
from shared.words.units import Unit

NO_PERIOD: Final = "Không so sánh được với cùng kỳ năm trước: chế độ hoặc đơn vị chưa có trong kỳ ấy."
NO_VIEW: Final = "Không so sánh được với cùng kỳ năm trước: kỳ ấy không có số liệu."
OTHER_UNITS: Final = "Không so sánh với cùng kỳ năm trước: các đơn vị báo cáo khác kỳ ấy."


async def known(at: Address, store: PortalStore, now: datetime) -> Known | None:
    """What the consolidated report is made from; None if there is no view."""
    view = await store.view(at.regime.id, at.period.code, at.unit.id)
    if view is None:
        return None
    whole = await overview.read(at, store, view, now)
    before, why = await _year_before(at, store)
    texts = await statuses.narratives(at, store)
    return Known(at, view, before, why, texts, whole.missing, _confirmed(list(whole.confirmations)), now)


async def _year_before(at: Address, store: PortalStore) -> tuple[View | None, str]:
    """The view of the same period a year before, or why it is not compared: only the same units' figures are."""
    earlier = at.in_period(f"{int(at.period.code[:4]) - 1}{at.period.code[4:]}")
    if earlier is None or not store.scope.reads_view(earlier.setting, earlier.unit.id):
        return None, NO_PERIOD
    view = await store.view(earlier.regime.id, earlier.period.code, earlier.unit.id)
    if view is None or not view.reporting.received:
        return None, NO_VIEW
    if {unit.id for unit in earlier.reporters} != {unit.id for unit in at.reporters}:
        return None, OTHER_UNITS
    return view, ""


def _confirmed(confirmations: list[Confirmation]) -> str:
    """Who confirmed the figures, and when."""
    said = [f"{one.by.name} chốt lúc {vietnamese.moment(one.confirmed_at)}" for one in confirmations if one.confirmed_at]
    return f"Số liệu được duyệt và chốt: {'; '.join(said)}." if said else ""


async def sent(at: Address, event_id: str, store: PortalStore) -> Sent | None:
    """An accepted report of the unit by its event; None if there is none. Raises `Refused` if it is out of scope."""
    entries = (await store.entries_of(at, [at.unit]))[at.unit.id]
    found = next((entry for entry in entries if entry.event_id == event_id and entry.type == events.SUBMITTED), None)
    if found is None:
        return None
    event = next(iter(await store.logged([found.id])), None)
    if event is None:
        return None
    due = (await statuses.deadlines_of(at, store, [at.unit], {at.unit.id: entries})).get(at.unit.id)
    last = standing.last_submission(entries)
    is_last = last is not None and last.id == found.id
    words = ", đang tính" if is_last and standing.fold(entries).counts else ", không còn tính vào bảng tổng hợp"
    status = standing.judge(at.unit, entries, due, events.from_ms(event.received_ms))
    return Sent(at.unit, event, status.on_time, words)


@dataclass(frozen=True, slots=True)
class Counted:
    """A unit whose report counts, the id of its event, and whether it was on time."""

    unit: Unit
    event: str
    on_time: bool | None


async def counted(at: Address, store: PortalStore, now: datetime) -> list[Counted]:
    """The reports that count at or below a unit, by unit code."""
    entries = await store.entries_of(at, at.reporters)
    due = await statuses.deadlines_of(at, store, at.reporters, entries)
    found = []
    for unit in at.reporters:
        own = entries[unit.id]
        last = standing.last_submission(own)
        if last is not None and standing.fold(own).counts:
            found.append(Counted(unit, last.id, standing.judge(unit, own, due.get(unit.id), now).on_time))
    return found


async def with_content(reports: Sequence[Counted], store: PortalStore) -> list[Sent]:
    """These reports with what they say; one that cannot be read any more is left out."""
    logged = {event.id: event for event in await store.logged([one.event for one in reports])}
    return [Sent(one.unit, logged[one.event], one.on_time, "") for one in reports if one.event in logged]
