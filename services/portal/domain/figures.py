"""The figures of views and reports as table rows for people: text, a bar, the target."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from types import MappingProxyType
from typing import assert_never

from shared.wire.answers import RatioSent, ValueSent
from shared.wire.views import ChoiceFigure, FlagFigure, QuantityFigure, RatioFigure, TargetMet, View
from shared.words import numbers, vietnamese
from shared.words.regime_parts import Indicator
from shared.words.regimes import Regime
from shared.words.vietnamese import Number

Figure = QuantityFigure | RatioFigure | FlagFigure | ChoiceFigure

AGGREGATIONS = {"sum": "", "max": "cao nhất", "min": "thấp nhất", "mean": "trung bình"}
ESTIMATED = "ước"
COLOURS = 6  # classes c0 … c5 of the style sheet


@dataclass(frozen=True, slots=True)
class Segment:
    """A part of a bar of width 100: start, width, colour and text."""

    x: Decimal
    width: Decimal
    colour: str
    text: str


@dataclass(frozen=True, slots=True)
class Row:
    """One indicator. `asked` units must report it, `reported` of them did, and `missing` of them have no report that counts.

    `is_met` is None if the plan sets no target. A target is not met before every unit of the view has reported. `is_waiting` says that only
    units that do not have to report this indicator are still missing. `estimated` says how much of it is estimated (`ước 41,2 %`; of a
    unit's own figure `ước`), and `note` is the unit's explanation of its figure.
    """

    code: str
    label: str
    value: str
    measure: str = ""
    percent: str = ""
    bar: tuple[Segment, ...] = ()
    target: str = ""
    is_met: bool | None = None
    reported: int = 0
    is_reported: bool = True
    missing: int = 0
    asked: int = 0
    is_waiting: bool = False
    estimated: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    title: str
    rows: tuple[Row, ...]


def bar(parts: Sequence[tuple[int, str, str]], whole: int) -> tuple[Segment, ...]:
    """The segments of a whole, side by side, from amount, colour and text of each part; empty parts are left out."""
    segments, x = [], Decimal(0)
    for amount, colour, text in parts:
        width = numbers.quotient(amount * 100, whole, 2)
        if width is None or width <= 0:
            continue
        segments.append(Segment(x, min(width, 100 - x), colour, text))
        x += width
    return tuple(segments)


def view_sections(view: View, regime: Regime, asked: Mapping[str, Collection[str]]) -> list[Section]:
    """The totals by section, in the regime's order. `asked` are the codes of the units that must report each indicator, by the indicator's
    code. An indicator that the view does not have was reported by nobody.
    """
    return _sections([(indicator, view_row(view, indicator, asked[indicator.code])) for indicator in regime.indicators])


def view_row(view: View, indicator: Indicator, asked: Collection[str] = ()) -> Row:
    """One figure of a view as a row; `asked` are the codes of the units that must report it."""
    row = _view_row(indicator, view.indicators.get(indicator.code))
    missing = len(set(view.reporting.missing).intersection(asked))
    return replace(row, asked=len(asked), missing=missing, is_waiting=not missing and bool(view.reporting.missing))


def report_sections(
    values: Mapping[str, ValueSent],
    asked: Sequence[Indicator],
    notes: Mapping[str, str] = MappingProxyType({}),
    estimates: Collection[str] = (),
) -> list[Section]:
    """One unit's figures by section: every indicator that the unit must report, whether or not it has a value. `notes` explain figures, and
    `estimates` are the codes of those that are not official yet.
    """
    rows = [(indicator, report_row(indicator, values.get(indicator.code))) for indicator in asked]
    return _sections(
        [
            (indicator, replace(row, note=notes.get(row.code, ""), estimated=ESTIMATED if row.code in estimates else ""))
            for indicator, row in rows
        ]
    )


def _sections(rows: Sequence[tuple[Indicator, Row]]) -> list[Section]:
    titles = list(dict.fromkeys(indicator.section for indicator, _ in rows))
    return [Section(title, tuple(row for indicator, row in rows if indicator.section == title)) for title in titles]


def _view_row(indicator: Indicator, figure: Figure | None) -> Row:
    if figure is None:
        return Row(indicator.code, indicator.label, "–", indicator.measure, is_reported=False)
    value, measure, share, segments = _view_value(indicator, figure)
    target = None if isinstance(figure, ChoiceFigure) else figure.target
    return Row(
        indicator.code,
        indicator.label,
        value,
        measure,
        share,
        segments,
        _target(target, is_percent=isinstance(figure, RatioFigure | FlagFigure), measure=measure) if target else "",
        target.met if target else None,
        figure.reported,
        figure.reported > 0,
        estimated=f"{ESTIMATED} {vietnamese.percent(figure.estimated)}" if figure.estimated else "",
    )


def _view_value(indicator: Indicator, figure: Figure) -> tuple[str, str, str, tuple[Segment, ...]]:
    """Text, measure, percent and bar of one figure of a view."""
    match figure:
        case QuantityFigure():
            note = AGGREGATIONS[indicator.aggregation]
            return vietnamese.number(figure.total), f"{indicator.measure} ({note})" if note else indicator.measure, "", ()
        case RatioFigure():
            value = f"{vietnamese.number(figure.numerator)} / {vietnamese.number(figure.denominator)}"
            return value, indicator.measure, vietnamese.percent(figure.percent), _share_bar(figure.percent)
        case FlagFigure():
            return f"{figure.true} / {figure.reported}", "đơn vị", vietnamese.percent(figure.percent), _share_bar(figure.percent)
        case ChoiceFigure():
            parts = [
                (figure.counts.get(option, 0), f"c{place % COLOURS}", f"{label}: {figure.counts.get(option, 0)}")
                for place, (option, label) in enumerate(indicator.options.items())
            ]
            return "" if figure.reported else "–", "", "", bar(parts, figure.reported)
        case _:
            assert_never(figure)


def _share_bar(percent: Number) -> tuple[Segment, ...]:
    if percent is None:
        return ()
    return bar([(int(Decimal(percent) * 10), "share", vietnamese.percent(percent))], 1000)


def _target(target: TargetMet, *, is_percent: bool, measure: str) -> str:
    return f"≥ {vietnamese.number(target.at_least)} {'%' if is_percent else measure} đến {target.by}"


def report_row(indicator: Indicator, value: ValueSent | None) -> Row:
    """One unit's figure as a row."""
    if value is None:
        return Row(indicator.code, indicator.label, "chưa báo cáo", is_reported=False)
    if isinstance(value, RatioSent):
        numerator, denominator = value.numerator, value.denominator
        share = numbers.percent(numbers.scaled(numerator, indicator.decimals), numbers.scaled(denominator, indicator.decimals))
        text = f"{vietnamese.number(numerator)} / {vietnamese.number(denominator)}"
        shown = None if share is None else str(share)
        return Row(indicator.code, indicator.label, text, indicator.measure, vietnamese.percent(shown), _share_bar(shown))
    if indicator.kind == "flag":
        return Row(indicator.code, indicator.label, "Có" if value else "Không")
    if indicator.kind == "choice":
        return Row(indicator.code, indicator.label, indicator.options.get(str(value), str(value)))
    return Row(indicator.code, indicator.label, vietnamese.number(value), indicator.measure)
