"""The figures of a view as a form carries them from the page that was seen to the confirmation: exactly the text that is hashed. Pure.

So the hash in the event is the hash of what the person saw, whatever the view says by then. Source: ADR 0074.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

import orjson
from pydantic import BaseModel, ConfigDict, Discriminator, Tag, TypeAdapter, ValidationError

from shared.wire import view_hash
from shared.wire.published import Count
from shared.wire.views import ChoiceFigure, FlagFigure, QuantityFigure, RatioFigure, View
from shared.words.regime_fields import UnitCode

Figures = Mapping[str, Any]


def _kind(figure: Any) -> str:
    return str(figure.get("kind")) if isinstance(figure, dict) else ""


class _Quantity(QuantityFigure):
    measure: str = ""


class _Reporting(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")
    expected: Count
    received: Count
    missing: list[UnitCode]


class _Stated(BaseModel):
    """The shape of a statement."""

    model_config = ConfigDict(strict=True, extra="forbid")
    regime: str
    period: str
    unit: str
    reporting: _Reporting
    indicators: dict[
        str,
        Annotated[
            Annotated[_Quantity, Tag("quantity")]
            | Annotated[RatioFigure, Tag("ratio")]
            | Annotated[FlagFigure, Tag("flag")]
            | Annotated[ChoiceFigure, Tag("choice")],
            Discriminator(_kind),
        ],
    ]
    narratives: dict[str, Count]


STATED = TypeAdapter(_Stated)


@dataclass(frozen=True, slots=True)
class Statement:
    """The figures of a view, as their canonical JSON `text`."""

    text: str
    figures: Figures

    @property
    def hash(self) -> str:
        return hashlib.sha256(self.text.encode()).hexdigest()

    @property
    def missing(self) -> int:
        return len(self.figures["reporting"]["missing"])


def of_view(view: View) -> Statement:
    """The figures of a view."""
    shown = view.model_dump(exclude_unset=True)
    text = view_hash.canonical(view.regime, view.period, view.unit.id, view_hash.figures_of(shown)).decode()
    return Statement(text, orjson.loads(text))


def of_form(text: str, regime: str, period: str, unit_id: str) -> Statement | None:
    """The figures in a field of a form; None if they are not those of this view at some time, in canonical form."""
    try:
        found = orjson.loads(text)
        STATED.validate_python(found)
        canonical = view_hash.canonical(regime, period, unit_id, found).decode()
    except (ValueError, ValidationError, orjson.JSONEncodeError):
        return None
    return Statement(text, found) if canonical == text else None
