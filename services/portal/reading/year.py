"""Reads units' views of the year up to a period: the view of the period itself, and the sums since the beginning of the year."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from services.portal.domain import cumulative
from services.portal.domain.address import Address
from services.portal.domain.cumulative import YearToDate
from services.portal.reading.store import PortalStore
from shared.wire.answers import ViewToDate
from shared.wire.published import Reason
from shared.wire.views import View, ViewPosition
from shared.words.units import Unit

ATTEMPTS: Final = 4
PAUSE_S: Final = 0.3  # while units or regimes change, the views of the periods are computed again at different moments


@dataclass(frozen=True, slots=True)
class Year:
    """One unit's views of the year up to a period, by period, and their sums. There are sums only if all views are of one generation."""

    views: dict[str, View]
    to_date: YearToDate

    @property
    def positions(self) -> dict[str, ViewPosition]:
        """The positions of the views, by period."""
        return {code: view.position for code, view in self.views.items()}

    def answer(self, view: View) -> ViewToDate:
        """The view in the API's form, with the sums."""
        shown, refusal = view.model_dump(exclude_unset=True), self.to_date.refusal
        reason = {} if refusal is None else {"cumulative_reason": Reason.of(refusal)}
        for code, total in self.to_date.figures().items():
            if code in shown["indicators"]:
                shown["indicators"][code] |= {"cumulative": total, **reason}
        return ViewToDate.model_validate(shown)


async def read(at: Address, store: PortalStore) -> Year:
    """The year up to the address's period. If the regime has no cumulative indicator, only the view of the period is read.

    Raises ValidationError if the view of the period itself cannot be read.
    """
    [year] = await of_units(at, [at.unit], store)
    if at.period.code in year.views:
        return year
    stored = await store.view(at.regime.id, at.period.code, at.unit.id)
    return replace(year, views=year.views if stored is None else {**year.views, at.period.code: stored})


async def of_units(at: Address, units: Sequence[Unit], store: PortalStore) -> list[Year]:
    """The years of several units in the address's regime and period, in the order given."""
    regime, codes, ids = at.regime.id, cumulative.codes(at), [unit.id for unit in units]
    views = await store.views_through(regime, codes, ids)
    for _ in range(ATTEMPTS - 1):
        if not any(cumulative.is_mixed(own.values()) for own in views.values()):
            break
        await asyncio.sleep(PAUSE_S)
        views = await store.views_through(regime, codes, ids)
    opened = await store.opened_periods(at.source.id, codes) if at.source.is_on_call and cumulative.is_shown(at) else None
    return [Year(views[unit.id], cumulative.year_to_date(replace(at, unit=unit), views[unit.id], opened)) for unit in units]


async def answers(at: Address, units: Sequence[Unit], store: PortalStore, *, cumulative: bool) -> list[ViewToDate]:
    """The views of several units in the API's form, with the sums if they are asked for; a unit without a view is left out."""
    if not cumulative:
        views = await store.views(at.regime.id, at.period.code, [unit.id for unit in units])
        return [ViewToDate.model_validate(view.model_dump(exclude_unset=True)) for view in views]
    years = await of_units(at, units, store)
    return [year.answer(year.views[at.period.code]) for year in years if at.period.code in year.views]
