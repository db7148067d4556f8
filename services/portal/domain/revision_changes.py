"""What a revision of a report says differently from the one before: figures, their remarks and states, and narratives."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from services.portal.domain import content, figures
from services.portal.domain.content import Content
from services.portal.domain.standing import Entry
from shared.wire import events
from shared.words.regime_parts import Indicator
from shared.words.regimes import Regime

NO_FIGURE = "không có số liệu"
NO_TEXT = "không có"


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that differs. `is_text`: both sides are texts of several lines."""

    label: str
    before: str
    after: str
    is_text: bool = False


def submissions(entries: Sequence[Entry]) -> dict[int, Entry]:
    """The submissions of a report by revision, ascending; of several with one revision the one that counts."""
    found: dict[int, Entry] = {}
    for entry in sorted((entry for entry in entries if entry.type == events.SUBMITTED), key=lambda entry: entry.key):
        found[entry.revision] = entry
    return found


def before(revisions: Sequence[int], revision: int) -> int | None:
    """The revision before one, as far as it was sent."""
    return max((other for other in revisions if other < revision), default=None)


def differences(regime: Regime, earlier: Content, later: Content) -> list[Difference]:
    """What differs, in the regime's order: of indicators and headings that the regime has."""
    return list(_differences(regime, earlier, later))


def _differences(regime: Regime, earlier: Content, later: Content) -> Iterator[Difference]:
    for indicator in regime.indicators:
        yield from _differing(indicator.label, _figure(indicator, earlier), _figure(indicator, later))
        yield from _texts(f"{indicator.label}: giải trình", earlier.notes, later.notes, indicator.code)
    for code, label in regime.narratives.items():
        yield from _texts(label, earlier.narratives, later.narratives, code)


def _texts(label: str, earlier: Mapping[str, str], later: Mapping[str, str], code: str) -> Iterator[Difference]:
    yield from _differing(label, earlier.get(code, NO_TEXT), later.get(code, NO_TEXT), is_text=True)


def _differing(label: str, earlier: str, later: str, *, is_text: bool = False) -> Iterator[Difference]:
    if earlier != later:
        yield Difference(label, earlier, later, is_text)


def _figure(indicator: Indicator, said: Content) -> str:
    value = content.value_sent(said.values.get(indicator.code))
    if value is None:
        return NO_FIGURE
    row = figures.report_row(indicator, value)
    shown = f"{row.value} ({row.percent})" if row.percent else row.value
    return f"{shown}, {figures.ESTIMATED}" if indicator.code in said.estimates else shown
