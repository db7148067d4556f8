"""What differs between the figures of a view at two times, figure by figure, for people. Pure.

Figures have the form of a confirmation (`shared/wire/view_hash.py`): numbers are integers or plain decimal texts.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from services.portal.domain import entry_changes
from shared.words import vietnamese
from shared.words.reference import Setting
from shared.words.regime_parts import Indicator

Figures = Mapping[str, Any]
FIELDS: Final = ("total", "numerator", "denominator", "percent", "true", "reported", "estimated")
PERCENT: Final = ("percent", "estimated")
MOST_NAMED: Final = 20


@dataclass(frozen=True, slots=True)
class Difference:
    """One number: what it was, what it is, and by how much it changed ("" if it is no number)."""

    what: str
    before: str
    after: str
    by: str = ""


def between(before: Figures, after: Figures, setting: Setting) -> list[Difference]:
    """Everything that differs: completeness, then the figures in the regime's order, then the narratives."""
    regime = setting.regime
    figures = [
        difference
        for indicator in regime.indicators
        for difference in _of_indicator(indicator, _at(before, "indicators", indicator.code), _at(after, "indicators", indicator.code))
    ]
    narratives = [
        _difference(f"{label}: số đơn vị", _at(before, "narratives").get(code, 0), _at(after, "narratives").get(code, 0))
        for code, label in regime.narratives.items()
    ]
    return [*_reporting(before, after, setting), *figures, *(one for one in narratives if one is not None)]


def _reporting(before: Figures, after: Figures, setting: Setting) -> Iterator[Difference]:
    then, now = _at(before, "reporting"), _at(after, "reporting")
    for name, what in (("expected", "Số đơn vị phải nộp"), ("received", "Số đơn vị đã nộp")):
        if (found := _difference(what, then.get(name), now.get(name))) is not None:
            yield found
    lacked, lack = then.get("missing") or [], now.get("missing") or []
    if set(lacked) != set(lack):
        yield Difference("Đơn vị chưa nộp", _names(lacked, setting), _names(lack, setting))


def _names(codes: list[str], setting: Setting) -> str:
    names = [unit.name if (unit := setting.tree.by_code.get(code)) else code for code in codes]
    more = f" và {len(names) - MOST_NAMED} đơn vị khác" if len(names) > MOST_NAMED else ""
    return f"{', '.join(names[:MOST_NAMED])}{more}" if names else "–"


def _of_indicator(indicator: Indicator, before: Figures, after: Figures) -> Iterator[Difference]:
    for name in FIELDS:
        part = entry_changes.FIELDS[name]
        what = f"{indicator.label}: {part}" if part else indicator.label
        if (found := _difference(what, before.get(name), after.get(name))) is not None:
            yield found
    for option, label in indicator.options.items():
        counts = [_at(figure, "counts").get(option, 0) for figure in (before, after)]
        if (found := _difference(f"{indicator.label}: {label}", *counts)) is not None:
            yield found


def _difference(what: str, before: object, after: object) -> Difference | None:
    if before == after:
        return None
    return Difference(what, _text(before), _text(after), _by(before, after))


def _text(value: object) -> str:
    return "–" if value is None else vietnamese.number(str(value))


def _by(before: object, after: object) -> str:
    """The difference of two numbers with its sign; "" if one is none."""
    try:
        found = Decimal(str(after)) - Decimal(str(before))
    except InvalidOperation:
        return ""
    return f"{'+' if found > 0 else ''}{vietnamese.number(format(found, 'f'))}"


def _at(tree: Figures, *path: str) -> Figures:
    """A part of the figures; empty if it is not there, or no object."""
    for name in path:
        found = tree.get(name)
        tree = found if isinstance(found, Mapping) else {}
    return tree
