"""Explains a figure of a view: which reports are part of it, and whether they add up to it.

`shared.words.report_state` decides which report counts. The sum is recomputed from the reports, in decimals, by code that the fold does not
use. Only events up to the view's position are read, because the view does not include later ones.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from services.portal.domain import content, standing
from services.portal.domain.content import Content
from services.portal.domain.standing import Entry
from shared.check import plain_figures
from shared.wire import events
from shared.wire.answers import EventPosition, ExplainedReport, UnitName, ValueSent
from shared.words.regime_parts import Indicator
from shared.words.units import Unit

Json = dict[str, Any]
ABSENT: Final = object()  # in place of a value that a report does not have


@dataclass(frozen=True, slots=True)
class Part:
    """One report that is part of a figure, with its value."""

    unit: Unit
    entry: Entry
    value: ValueSent | None
    is_estimate: bool = False

    @property
    def received_at(self) -> datetime:
        return events.from_ms(self.entry.received_ms)

    def answer(self) -> ExplainedReport:
        """The part in the API's format."""
        report = ExplainedReport(
            unit=UnitName(id=self.unit.id, code=self.unit.code, name=self.unit.name),
            revision=self.entry.revision,
            event_id=self.entry.event_id,
            received_at=events.to_text(self.received_at),
            position=EventPosition(partition=self.entry.partition, sequence=self.entry.sequence),
            value=self.value,
        )
        return report.model_copy(update={"status": "estimate"}) if self.is_estimate else report


@dataclass(frozen=True, slots=True)
class Explanation:
    """A figure of a view and its parts. `stored` is the view's figure, `computed` is computed from the parts; both are without the target.

    `asked` are the units that must report the indicator. The `silent` ones among them have a report that counts but not this figure; the
    `missing` ones have no report that counts.
    """

    indicator: Indicator
    stored: Json
    computed: Json
    parts: tuple[Part, ...]
    asked: tuple[Unit, ...]
    silent: tuple[Unit, ...]
    missing: tuple[Unit, ...]

    @property
    def adds_up(self) -> bool:
        return self.stored == self.computed


def standing_reports(reporters: Iterable[Unit], entries: Mapping[str, Sequence[Entry]], up_to: int) -> dict[str, Entry]:
    """The report that counts, by unit id, as of a position in the log."""
    found: dict[str, Entry] = {}
    for unit in reporters:
        own = [entry for entry in entries[unit.id] if entry.sequence <= up_to]
        last = standing.last_submission(own)
        if last is not None and standing.fold(own).counts:
            found[unit.id] = last
    return found


def explain(
    indicator: Indicator,
    stored: Json,
    reporters: Sequence[Unit],
    counted: Mapping[str, Entry],
    contents: Mapping[str, Content],
    asked: Collection[str] | None = None,
) -> Explanation:
    """Explains `stored`, the view's figure.

    `counted` are the reports that count, by unit id; `contents` their content, by event id; `asked` the ids of the reporters that must
    report the indicator (None: all).
    """
    bound = tuple(unit for unit in reporters if asked is None or unit.id in asked)
    parts: list[Part] = []
    logged: list[Any] = []
    estimates: list[Any] = []
    for unit in reporters:
        entry = counted.get(unit.id)
        sent = content.NOTHING if entry is None else contents.get(entry.id, content.NOTHING)
        value = sent.values.get(indicator.code, ABSENT)
        if entry is None or value is ABSENT or not plain_figures.is_figure(indicator, value):
            continue
        is_estimate = indicator.code in sent.estimates
        logged.append(value)
        estimates += [value] if is_estimate else []
        parts.append(Part(unit, entry, content.value_sent(value), is_estimate))
    reported = {part.unit.id for part in parts}
    figure = {name: value for name, value in stored.items() if name != "target"}
    computed = plain_figures.figure(indicator, logged, estimates)
    silent = tuple(unit for unit in bound if unit.id in counted and unit.id not in reported)
    missing = tuple(unit for unit in bound if unit.id not in counted)
    return Explanation(indicator, figure, computed, tuple(parts), bound, silent, missing)
