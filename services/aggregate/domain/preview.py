"""Preview: what one event would change in the views, number by number. It is computed on copies, and the blocks themselves never change.

Views of early blocks are left out: a change names regime and unit, and a unit that stays has an early view beside its view of the period,
so the two could not be told apart. What counts in an early block alone, because its unit ends within the period, changes nothing here, and
neither does a confirmation, which changes no figure. Source: design, section 4, "Dry run"; ADR-0063.
"""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from services.aggregate.domain import view as views
from services.aggregate.domain.block import Block
from shared.wire.documents.views import ViewDocument
from shared.wire.events import LATEST_MS, Logged
from shared.wire.previews import FigureChange
from shared.wire.published import WholeOrDecimal
from shared.words import numbers, report_state

Value = WholeOrDecimal | bool | list[str] | None

NEXT: Final = LATEST_MS  # a sequence after every other one


class Preview:
    """The changes that an event would make to the views of some blocks. The copies are made at once, the views are computed later."""

    def __init__(self, blocks: Sequence[Block], event: Logged, generation: int, partition: int) -> None:
        self._generation, self._partition = generation, partition
        self._concerned: list[tuple[str, Block, Block]] = []  # the view's unit, the block now and then
        for block in blocks:
            if block.early is None and event.type not in report_state.CONFIRMING:
                now, then = block.fork(event), block.fork(event)
                self._concerned += [(unit_id, now, then) for unit_id in then.apply(event, NEXT)]

    def __iter__(self) -> Iterator[list[FigureChange]]:
        """The changes of one view after the other. A view that would not change gives an empty list."""
        for unit_id, now, then in self._concerned:
            yield list(between(self._view(now, unit_id), self._view(then, unit_id)))

    @property
    def changes(self) -> list[FigureChange]:
        return [change for of_view in self for change in of_view]

    def _view(self, block: Block, unit_id: str) -> ViewDocument:
        return views.render(block, unit_id, self._generation, self._partition).document


def between(now: ViewDocument, then: ViewDocument) -> Iterator[FigureChange]:
    """What differs between two versions of a view: how complete it is, its figures, and the number of its narratives."""
    regime, unit = now["regime"], now["unit"]["id"]
    for about in ("reporting", "narratives"):
        for field, before, after in _differing(now.get(about), then.get(about), about):
            yield FigureChange(regime=regime, unit=unit, indicator=None, field=field, now=before, then=after)
    for code, figure in now["indicators"].items():
        for field, before, after in _differing(figure, then["indicators"][code]):
            yield FigureChange(regime=regime, unit=unit, indicator=code, field=field, now=before, then=after)


def _differing(now: object, then: object, path: str = "") -> Iterator[tuple[str, Value, Value]]:
    """The numbers that differ, by path. A number that is absent is null."""
    if isinstance(now, Mapping) or isinstance(then, Mapping):
        before: Mapping[str, Any] = now if isinstance(now, Mapping) else {}
        after: Mapping[str, Any] = then if isinstance(then, Mapping) else {}
        for name in dict.fromkeys((*before, *after)):
            yield from _differing(before.get(name), after.get(name), f"{path}.{name}" if path else name)
    elif now != then:
        yield path, _plain(now), _plain(then)


def _plain(value: Any) -> Value:
    """A value as the view's API gives it."""
    plain: Value = numbers.text(value) if isinstance(value, Decimal) else value
    return plain
