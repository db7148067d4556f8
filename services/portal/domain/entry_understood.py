"""What is understood of the numbers in a form, said beside each box, so that `1.234` cannot be wrong by a thousand.

Nothing here is a fault: faults are said when the form is checked or sent. A box without a number is "no figure", never 0.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from services.portal.domain import entry_fields
from services.portal.domain.drafts import Texts
from shared.words import texts, typed_numbers
from shared.words.forms import Asked
from shared.words.regime_parts import Indicator

BLANK: Final = "Không có số liệu"
UNREAD: Final = "Chưa đọc được"
ASKED: Final = "Có hai cách hiểu"


@dataclass(frozen=True, slots=True)
class Choice:
    """One of two readings of a number: what is to be typed for it, and how it reads."""

    typed: str
    shown: str


def of(indicator: Indicator, text: str) -> str:
    """What is understood of a text in a box of an indicator; "" for boxes that take no number."""
    if indicator.kind not in ("quantity", "ratio"):
        return ""
    if texts.is_blank(text):
        return BLANK
    plain = typed_numbers.read(text, indicator.decimals, indicator.measure)
    if isinstance(plain, str):
        return typed_numbers.understood(plain, indicator.measure)
    return ASKED if choices(indicator, text) else UNREAD


def choices(indicator: Indicator, text: str) -> list[Choice]:
    """Both readings of a number that has two, the larger first; none of any other text."""
    if indicator.kind not in ("quantity", "ratio") or texts.is_blank(text):
        return []
    found = typed_numbers.readings(text, indicator.decimals, indicator.measure)
    if len(found) < 2:
        return []
    return [Choice(typed_numbers.written(plain, indicator.decimals), typed_numbers.shown(plain, indicator.measure)) for plain in found]


def of_fields(asked: Asked, typed: Texts) -> dict[str, str]:
    """What is understood of each of these fields that takes a number."""
    return {name: of(indicator, typed[name]) for indicator, name in _numbers(asked) if name in typed}


def choices_of_fields(asked: Asked, typed: Texts) -> dict[str, list[Choice]]:
    """The readings of each of these fields that has two."""
    found = {name: choices(indicator, typed[name]) for indicator, name in _numbers(asked) if name in typed}
    return {name: listed for name, listed in found.items() if listed}


def _numbers(asked: Asked) -> Iterable[tuple[Indicator, str]]:
    for indicator in asked.indicators:
        if indicator.kind in ("quantity", "ratio"):
            yield from ((indicator, name) for name in entry_fields.names(indicator))
