"""View: the figures of one unit's subtree for one regime and period, in the shape of the contract.

Decimals are `Decimal`, instants `datetime`: the store and the feed each convert them. The hash covers the figures alone
(`shared/wire/view_hash.py`), so equal sets of events have equal hashes. Source: design, section 4, "View".
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from services.aggregate.domain import block as blocks
from services.aggregate.domain import kinds
from services.aggregate.domain.block import Block
from services.aggregate.domain.kinds import Marks, Matrix
from shared.wire import events, subjects, view_hash
from shared.wire.documents.views import (
    EarlyViewDocument,
    FigureDocument,
    OfficialDocument,
    ReportingDocument,
    ViewDocument,
    ViewFiguresDocument,
)
from shared.wire.view_key import ViewKey
from shared.words import numbers
from shared.words.report_state import Confirmation
from shared.words.units import Unit


class ViewVersion(NamedTuple):
    """The version of a view; the larger version is the newer one. The stored field and the API call it `position`."""

    generation: int
    sequence: int  # sequence in REPORTS of the last event that concerned the view; 0 if there is none


@dataclass(frozen=True, slots=True)
class View:
    """One view: its document, and its subject in FEED; "" if it is a view of an early block, which FEED does not get.

    `traceparent` is copied from the last event that concerned the view. It is not stored: a view that was read from the store has none.
    """

    document: ViewDocument
    subject: str
    traceparent: str = ""

    @property
    def id(self) -> str:
        return self.document["_id"]

    @property
    def version(self) -> ViewVersion:
        return version_of(self.document)


def version_of(document: ViewDocument) -> ViewVersion:
    """The version of a view's document."""
    position = document["position"]
    return ViewVersion(position["generation"], position["sequence"])


def render(block: Block, unit_id: str, generation: int, partition: int) -> View:
    """The view of `unit_id`, recomputed from its rows."""
    span = block.tree.spans[unit_id]
    unit, regime, period = span.unit, block.regime.id, block.period.code
    rows = block.rows[span.rows]
    sums = kinds.column_sums(rows)
    reporting = _reporting(block.tree.reporters_of(span), rows, sums)
    is_complete = not reporting["missing"]
    indicators = {
        code: kinds.figure(column, sums, rows, level=unit.level, is_complete=is_complete) for code, column in block.columns.items()
    }
    if block.estimates is not None:
        _say_estimates(indicators, block, sums, rows, block.estimates[span.rows])
    figures: ViewFiguresDocument = {
        "reporting": reporting,
        "indicators": indicators,
        "narratives": {code: sums[blocks.NARRATIVES + offset] for offset, code in enumerate(block.regime.narratives)},
    }
    touch = block.touched.get(unit_id, blocks.NEVER)
    document: ViewDocument = {
        "_id": ViewKey(regime, period, unit.id).text,
        "regime": regime,
        "period": period,
        "unit": {"id": unit.id, "code": unit.code, "name": unit.name, "level": unit.level, "parent": unit.parent},
        "position": {"generation": generation, "partition": partition, "sequence": touch.sequence},
        "updated_at": None if touch.received_ms is None else events.from_ms(touch.received_ms),
        "hash": view_hash.hash_of(regime, period, unit.id, figures),
        "official": None,
        **figures,
    }
    document["official"] = _official(block.confirmations(unit_id), document)
    if block.early is not None:
        units = block.early.isoformat()
        early: EarlyViewDocument = {**document, "_id": ViewKey(regime, period, unit.id, units).text, "units": units}
        return View(early, subject="")
    return View(document, subjects.feed(span.top, regime, period, unit.id), touch.traceparent)


def _official(confirmations: Sequence[Confirmation], view: ViewDocument) -> OfficialDocument | None:
    """The confirmed version of a view, from its confirmations that were not undone, the earliest first."""
    if not confirmations:
        return None
    last = confirmations[-1]
    has_moved = not view_hash.is_of(view, last.view_hash)
    return {"number": len(confirmations), "hash": last.view_hash, "at": events.from_ms(last.received_ms), "moved": has_moved}


def _say_estimates(indicators: dict[str, FigureDocument], block: Block, sums: list[int], rows: Matrix, marks: Marks) -> None:
    """Adds `estimated` to the figures of which something is estimated."""
    has_any: list[bool] = np.any(marks, axis=0).tolist()
    for place, (code, column) in enumerate(block.columns.items()):
        if has_any[place] and (share := kinds.estimated(column, sums, rows, marks[:, place])) is not None:
            indicators[code]["estimated"] = share


def _reporting(reporters: Sequence[Unit], rows: Matrix, sums: list[int]) -> ReportingDocument:
    expected, received, on_time = len(reporters), sums[blocks.RECEIVED], sums[blocks.ON_TIME]
    has_reported = rows[:, blocks.RECEIVED].tolist()
    return {
        "expected": expected,
        "received": received,
        "on_time": on_time,
        "late": received - on_time,
        "missing": sorted(unit.code for unit, has in zip(reporters, has_reported, strict=True) if not has),
        "rate": numbers.percent(received, expected),
        "timely_rate": numbers.percent(on_time, expected),
    }
