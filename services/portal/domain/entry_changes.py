"""What a report would change in the totals above, for the person who is about to send it. Only views in the person's scope."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from shared.wire.previews import FigureChange
from shared.words import vietnamese
from shared.words.forms import Asked
from shared.words.regimes import Regime
from shared.words.scope import Scope

FIELDS: Final = {
    "total": "",
    "true": "có",
    "numerator": "tử số",
    "denominator": "mẫu số",
    "percent": "tỷ lệ (%)",
    "reported": "số đơn vị đã báo cáo",
    "estimated": "phần ước (%)",
    "target.met": "đạt mục tiêu",
}
REPORTING: Final = {
    "reporting.received": "Số đơn vị đã nộp",
    "reporting.on_time": "Số đơn vị nộp đúng hạn",
    "reporting.late": "Số đơn vị nộp muộn",
    "reporting.rate": "Tỷ lệ nộp (%)",
    "reporting.timely_rate": "Tỷ lệ nộp đúng hạn (%)",
}


@dataclass(frozen=True, slots=True)
class Change:
    """One number of a view: what it is now, and what it would be. `regime` is the title of a derived regime whose view it is, else ""."""

    regime: str
    unit: str
    what: str
    now: str
    then: str


def shown(changes: Sequence[FigureChange], asked: Asked, scope: Scope) -> list[Change]:
    """The changes in views that the person may read, in the order in which they came."""
    return list(_shown(changes, asked, scope))


def _shown(changes: Sequence[FigureChange], asked: Asked, scope: Scope) -> Iterator[Change]:
    for change in changes:
        setting = asked.setting if change.regime == asked.regime.id else scope.reference.setting(change.regime, asked.period.code)
        unit = None if setting is None else setting.tree.by_id.get(change.unit)
        if setting is None or unit is None or not scope.reads_view(setting, unit.id):
            continue
        if what := _what(change, setting.regime):
            regime = "" if setting is asked.setting else setting.regime.title
            yield Change(regime, unit.name, what, _text(change.now), _text(change.then))


def _what(change: FigureChange, regime: Regime) -> str:
    """What the number is; "" if people do not read it."""
    if change.indicator is None:
        heading = regime.narratives.get(change.field.removeprefix("narratives."))
        return REPORTING.get(change.field, f"{heading}: số đơn vị" if heading else "")
    indicator = regime.by_code.get(change.indicator)
    if indicator is None:
        return ""
    kind, _, option = change.field.partition(".")
    part = indicator.options.get(option, option) if kind == "counts" else FIELDS.get(change.field, change.field)
    return f"{indicator.label}: {part}" if part else indicator.label


def _text(value: object) -> str:
    match value:
        case None:
            return "–"
        case bool():
            return "có" if value else "không"
        case list():
            return ", ".join(map(str, value)) or "–"
        case _:
            return vietnamese.number(str(value))
