"""Reads a unit's views of the year up to a period: the view of the period itself, and the sums since the beginning of the year."""

import asyncio
from dataclasses import dataclass
from typing import Final

from services.portal.domain import cumulative
from services.portal.domain.address import Address
from services.portal.domain.cumulative import YearToDate
from services.portal.reading.store import PortalStore
from shared.wire.answers import ViewToDate
from shared.wire.published import Reason, View, ViewPosition

ATTEMPTS: Final = 4
PAUSE_S: Final = 0.3  # while units or regimes change, the views of the periods are computed again at different moments


@dataclass(frozen=True, slots=True)
class Year:
    """The views of the year up to a period, by period, all of one generation or not summed, and their sums."""

    views: dict[str, View]
    to_date: YearToDate

    @property
    def positions(self) -> dict[str, ViewPosition]:
        """The positions of the views, by period."""
        return {code: view.position for code, view in self.views.items()}

    def answer(self, view: View) -> ViewToDate:
        """The view in the API's form, with the sums."""
        sums, refusal = self.to_date.figures(), self.to_date.refusal
        shown = {**view.model_dump(exclude_unset=True), "cumulative": None if sums is None else sums}
        return ViewToDate.model_validate(shown if refusal is None else {**shown, "cumulative_reason": Reason.of(refusal)})


async def read(at: Address, store: PortalStore) -> Year:
    """The year up to the address's period. If the regime has no cumulative indicator, only the view of the period is read."""
    codes = cumulative.codes(at)
    views = await store.views_through(at.regime.id, codes, at.unit.id)
    for _ in range(ATTEMPTS - 1):
        if not cumulative.is_mixed(views.values()):
            break
        await asyncio.sleep(PAUSE_S)
        views = await store.views_through(at.regime.id, codes, at.unit.id)
    opened = await store.opened_periods(at.source.id, codes) if at.source.is_on_call and cumulative.is_shown(at) else None
    return Year(views, cumulative.year_to_date(at, views, opened))
