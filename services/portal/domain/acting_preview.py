"""What an act would change in the totals, in sentences for whoever is about to act: only views in the person's scope. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from services.portal.domain import entry_changes
from services.portal.domain.acting_rights import Matter
from shared.wire.previews import FigureChange
from shared.words import forms
from shared.words.scope import Scope


@dataclass(frozen=True, slots=True)
class Foreseen:
    """One number of a view that would change: `Số đơn vị đã nộp giảm từ 13 xuống 12`."""

    what: str
    words: str


@dataclass(frozen=True, slots=True)
class ViewForeseen:
    """What would change in one view; `regime` is the title of a derived regime whose view it is, else ""."""

    unit: str
    regime: str
    changes: Sequence[Foreseen]


def foreseen(changes: Sequence[FigureChange], matter: Matter, scope: Scope) -> list[ViewForeseen]:
    """The changes by view, in the order in which they came."""
    by_view: dict[tuple[str, str], list[Foreseen]] = {}
    for unit, regime, change in _foreseen(changes, matter, scope):
        by_view.setdefault((unit, regime), []).append(change)
    return [ViewForeseen(unit, regime, found) for (unit, regime), found in by_view.items()]


def _foreseen(changes: Sequence[FigureChange], matter: Matter, scope: Scope) -> Iterator[tuple[str, str, Foreseen]]:
    asked = forms.of_unit(matter.reference, matter.setting, matter.unit.id, matter.day)
    for change in changes if asked is not None else ():
        for shown in entry_changes.shown([change], asked, scope) if asked is not None else ():
            yield shown.unit, shown.regime, Foreseen(shown.what, _words(change, shown.now, shown.then))


def _words(change: FigureChange, now: str, then: str) -> str:
    try:
        grows = Decimal(str(change.then)) - Decimal(str(change.now))
    except InvalidOperation:
        return f"từ {now} thành {then}"
    if not grows.is_finite() or grows == 0:
        return f"từ {now} thành {then}"
    return f"tăng từ {now} lên {then}" if grows > 0 else f"giảm từ {now} xuống {then}"
