"""The units directly below a unit as a table: a row for each unit, a column for each indicator of a section or of all."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Final

from services.portal.domain import collation, figures, heat, progress, search, sizes
from services.portal.domain.address import Address
from services.portal.domain.figures import Segment
from services.portal.domain.standing import State, Status
from services.portal.domain.table_choice import BY_CODE, BY_NAME, BY_STATE, RowState, TableChoice
from shared.wire.answers import RatioSent
from shared.wire.views import ChoiceFigure, FlagFigure, QuantityFigure, RatioFigure, Reporting
from shared.words import vietnamese
from shared.words.regime_parts import Indicator
from shared.words.regimes import Regime
from shared.words.units import Unit

MOST_CELLS: Final = 3_000  # that a page shows unless it is asked for more: about 110 KiB
ORDER: Final = (State.OVERDUE, State.MISSING, State.WITHDRAWN, State.RETURNED, State.LATE, State.ON_TIME)
NO_DATA: Final = "–"
NOT_ASKED: Final = ""


@dataclass(frozen=True, slots=True)
class Child:
    """A unit directly below: how complete its view is, the state of its own report, or both. `figures` are those of its view; without a
    view, those of its report if it counts. `estimates` are the codes of figures of which some part is estimated.
    """

    unit: Unit
    reporting: Reporting | None
    status: Status | None
    figures: Mapping[str, Any] = field(default_factory=dict)
    estimates: frozenset[str] = frozenset()

    @property
    def bar(self) -> tuple[Segment, ...]:
        return () if self.reporting is None else progress.bar(self.reporting)


def _state_key(child: Child) -> tuple[Fraction, str]:
    """The least complete first; units with a report of their own by its state."""
    if child.reporting is not None:
        share = Fraction(child.reporting.received, child.reporting.expected) if child.reporting.expected else Fraction(1)
        return share * len(ORDER), child.unit.code
    place = ORDER.index(child.status.shown) if child.status is not None else len(ORDER)
    return Fraction(place), child.unit.code


KEYS: Final[Mapping[str, Callable[[Child], Any]]] = {
    BY_CODE: lambda child: child.unit.code,
    BY_NAME: lambda child: (collation.key(child.unit.name), child.unit.code),
    BY_STATE: _state_key,
}
"""What the units are sorted by, if it is not a figure."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One figure of one unit. `heat` is 1 to 4, or 0 without a class."""

    text: str
    heat: int = 0
    is_estimated: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    child: Child
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Matrix:
    """`lines` are the rows that the reader chose, of `all` units. `section` is the number of the section whose columns are shown, or 0."""

    section: int
    columns: tuple[Indicator, ...]
    lines: tuple[Line, ...]
    all: int


def sections(regime: Regime) -> list[str]:
    """The titles of the regime's sections, in its order."""
    return list(dict.fromkeys(indicator.section for indicator in regime.indicators))


def matrix(at: Address, children: Sequence[Child], choice: TableChoice) -> Matrix:
    """The table that the reader chose. Classes of heat are those among all units, so that a filter does not change them."""
    section = _section(at.regime, choice, len(children))
    columns = columns_of(at.regime, section)
    by_code = {indicator.code: _sizes(indicator, children) for indicator in (*columns, *_sorted_by(at.regime, choice))}
    tints = {indicator.code: heat.classes(by_code[indicator.code]) for indicator in columns}
    kept = in_order(children, choice, by_code)
    lines = tuple(Line(child, tuple(_cell(at, child, indicator, tints[indicator.code]) for indicator in columns)) for child in kept)
    return Matrix(section, columns, lines, len(children))


def columns_of(regime: Regime, section: int) -> tuple[Indicator, ...]:
    """The indicators of a section by its number; of 0 all."""
    if section == 0:
        return tuple(regime.indicators)
    title = sections(regime)[section - 1]
    return tuple(indicator for indicator in regime.indicators if indicator.section == title)


def in_order(children: Sequence[Child], choice: TableChoice, by_code: Mapping[str, Mapping[str, Fraction]]) -> list[Child]:
    """The units that pass the filter, sorted. Units without the figure that is sorted by come last in both directions."""
    typed = tuple(search.bare(word) for word in search.words(choice.q))
    kept = [child for child in children if _has_state(child, choice.state) and _is_named(child.unit, choice.q, typed)]
    if choice.sort in KEYS:
        return sorted(kept, key=KEYS[choice.sort], reverse=choice.is_descending)
    values = by_code[choice.sort]
    with_figure = [child for child in kept if child.unit.id in values]
    without = [child for child in kept if child.unit.id not in values]
    return sorted(with_figure, key=lambda child: values[child.unit.id], reverse=choice.is_descending) + without


def _section(regime: Regime, choice: TableChoice, units: int) -> int:
    """The chosen section; without a choice all, if that is not too much for a page, otherwise the first one."""
    if choice.section is not None:
        return choice.section
    return 0 if units * len(regime.indicators) <= MOST_CELLS or len(sections(regime)) < 2 else 1


def _sorted_by(regime: Regime, choice: TableChoice) -> Iterator[Indicator]:
    if choice.sort in regime.by_code:
        yield regime.by_code[choice.sort]


def _sizes(indicator: Indicator, children: Sequence[Child]) -> dict[str, Fraction]:
    found = {child.unit.id: sizes.size(indicator, child.figures.get(indicator.code)) for child in children}
    return {unit_id: size for unit_id, size in found.items() if size is not None}


def _has_state(child: Child, state: RowState | None) -> bool:
    """Whether a unit's reports are in a state: of a unit with a view all of them are received, or one is late or missing."""
    counts, late = child.status is not None and child.status.counts, child.status is not None and child.status.state is State.LATE
    match state:
        case None:
            return True
        case "received":
            return (child.status is None or counts) and not (child.reporting and child.reporting.missing)
        case "late":
            return late or bool(child.reporting and child.reporting.late)
        case "missing":
            return (child.status is not None and not counts) or bool(child.reporting and child.reporting.missing)


def _is_named(unit: Unit, q: str, typed: Sequence[str]) -> bool:
    """Whether a unit's code begins with a text, or its name has a word that begins with each word of it, with or without accents."""
    if not q:
        return True
    named = [search.bare(word) for word in search.words(unit.name)]
    return unit.code.casefold().startswith(q.casefold()) or (
        bool(typed) and all(any(word.startswith(begin) for word in named) for begin in typed)
    )


def _cell(at: Address, child: Child, indicator: Indicator, tints: Mapping[str, int]) -> Cell:
    figure = child.figures.get(indicator.code)
    if figure is None:
        group = at.group_of.get(child.unit.id)
        is_asked = child.reporting is not None or (group is not None and at.regime.is_asked(indicator, group, child.unit.code))
        return Cell(NO_DATA if is_asked else NOT_ASKED)
    return Cell(short(indicator, figure), tints.get(child.unit.id, 0), indicator.code in child.estimates)


def short(indicator: Indicator, figure: object) -> str:
    """A figure in one short text: of a ratio the percentage, of a view's flag how many said yes."""
    match figure:
        case QuantityFigure():
            return vietnamese.number(figure.total)
        case RatioFigure():
            return vietnamese.percent(figure.percent)
        case FlagFigure():
            return f"{figure.true}/{figure.reported}"
        case ChoiceFigure():
            counted = [(label, figure.counts.get(option, 0)) for option, label in indicator.options.items()]
            return ", ".join(f"{label}: {count}" for label, count in counted if count) or NO_DATA
        case RatioSent():
            return figures.report_row(indicator, figure).percent or NO_DATA
        case bool() | int() | str():
            return figures.report_row(indicator, figure).value
        case _:
            return NO_DATA
