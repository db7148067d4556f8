"""Reads the data that explain a figure: the view, and the reports below its unit up to the view's position."""

import asyncio
from dataclasses import dataclass
from typing import Final

from pydantic import TypeAdapter

from services.portal.domain import cursor, explain, refused, units
from services.portal.domain.address import Address
from services.portal.domain.explain import Explanation
from services.portal.reading.store import PortalStore
from shared.wire.answers import ExplainedFigure, FigureShown, IndicatorShown
from shared.wire.views import View
from shared.words import refusals
from shared.words.regime_parts import Indicator

FIGURE: Final[TypeAdapter[FigureShown]] = TypeAdapter(FigureShown)
ATTEMPTS: Final = 5
PAUSE_S: Final = 0.3  # a view may be readable a moment before the last of its reports


@dataclass(frozen=True)
class Explained:
    """An explanation, and the view to which it belongs.

    `unknown_units` are unit ids in accepted reports of the regime and period that no registry has; no view counts them.
    """

    address: Address
    view: View
    explanation: Explanation
    unknown_units: tuple[str, ...]

    def answer(self, after: str | None, limit: int) -> ExplainedFigure:
        """The answer in the API's form: at most `limit` parts after a cursor, and the cursor of the next page.

        Raises `Refused` if the cursor belongs to another list.
        """
        explanation, unit = self.explanation, self.address.unit
        indicator = explanation.indicator
        choice = ("explain", self.address.regime.id, self.address.period.code, unit.id, indicator.code)
        behind = "" if after is None else cursor.key_of(after, *choice)
        if behind is None:
            raise refused.bad_cursor("after")
        rest = [part for part in explanation.parts if part.unit.code > behind]
        return ExplainedFigure(
            regime=self.address.regime.id,
            period=self.address.period.code,
            unit=units.described(unit),
            indicator=IndicatorShown(
                code=indicator.code,
                label=indicator.label,
                kind=indicator.kind,
                aggregation=indicator.aggregation,
                decimals=indicator.decimals,
                measure=indicator.measure,
            ),
            position=self.view.position,
            figure=FIGURE.validate_python(explanation.stored),
            computed=FIGURE.validate_python(explanation.computed),
            adds_up=explanation.adds_up,
            expected=len(explanation.asked),
            reported=len(explanation.parts),
            silent=len(explanation.silent),
            missing=len(explanation.missing),
            unknown_units=list(self.unknown_units),
            reports=[part.answer() for part in rest[:limit]],
            next=cursor.after(rest[limit - 1].unit.code, *choice) if len(rest) > limit else None,
        )


async def read(address: Address, store: PortalStore, code: str) -> Explained:
    """Explains a figure of a view. Raises `Refused` for an unknown indicator, and for a unit without a view."""
    indicator = address.regime.by_code.get(code)
    if indicator is None:
        raise refused.not_found(refusals.refusal("report.unknown_indicator", "indicator", regime=address.regime.id))
    explained = await _read(address, store, indicator)
    for _ in range(ATTEMPTS - 1):
        if explained.explanation.adds_up:
            break
        await asyncio.sleep(PAUSE_S)
        explained = await _read(address, store, indicator)
    return explained


async def _read(address: Address, store: PortalStore, indicator: Indicator) -> Explained:
    regime, period, reporters = address.regime, address.period.code, address.reporters
    view = await store.view(regime.id, period, address.unit.id)
    if view is None:
        raise refused.no_such_view(regime.id, period, address.unit.code)
    unknown, entries = await asyncio.gather(store.unknown_units(address.setting), store.entries_of(address, reporters))
    counted = explain.standing_reports(reporters, entries, view.position.sequence)
    contents = await store.contents([entry.id for entry in counted.values()])
    figure = view.indicators.get(indicator.code)
    stored = {} if figure is None else figure.model_dump(exclude_unset=True)
    asked = {unit.id for unit in address.asked(indicator)}
    return Explained(address, view, explain.explain(indicator, stored, reporters, counted, contents, asked), tuple(unknown))
