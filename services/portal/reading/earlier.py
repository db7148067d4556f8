"""Reads the earlier periods of the same unit, beside whose figures those of a view are shown."""

from services.portal.domain import comparison
from services.portal.domain.address import Address
from services.portal.domain.comparison import Base
from services.portal.reading.store import PortalStore
from shared.wire.views import View


async def bases(at: Address, store: PortalStore, view: View) -> list[Base]:
    """The earlier periods of a view, read by one query; a second one for a regime whose periods are opened on call."""
    codes = list(comparison.codes(at))
    views = (await store.views_through(at.regime.id, codes, [at.unit.id]))[at.unit.id]
    opened = await store.opened_periods(at.source.id, codes) if at.source.is_on_call else None
    return comparison.bases(at, view, views, opened)
