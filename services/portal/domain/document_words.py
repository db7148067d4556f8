"""Texts of documents: what users typed, made fit for a document, and figures beside those of a year before."""

import re
from decimal import Decimal
from typing import Final

from services.portal.domain.figures import Row
from shared.wire.views import FlagFigure, Official, QuantityFigure, RatioFigure, View
from shared.words import numbers, texts, vietnamese
from shared.words.regime_parts import Indicator

NOTHING: Final = "–"
SHARE: Final = re.compile(r"(?<=[0-9m]) (?=%)")
AT_LEAST: Final = re.compile(r"(?<=[≥≤]) ")
RATIO: Final = re.compile(r"(?<=[0-9]) / (?=[0-9])", re.ASCII)
NUMBERING: Final = re.compile(r"(?:[0-9]{1,2}[a-zđ]?|[IVX]{1,4})[.)] +")
MINUS: Final = "−"  # no line ends behind it, as behind a hyphen
PROVISIONAL: Final = "Số liệu tạm tính (chưa chốt)"


def line(text: str) -> str:
    """A text on one line, in NFC and without characters that a document cannot hold."""
    return AT_LEAST.sub("\u00a0", RATIO.sub("\u00a0/ ", SHARE.sub("\u00a0", vietnamese.line(text))))


def unnumbered(title: str) -> str:
    """A title of the plan without its number there: the document numbers by itself."""
    plain = line(title)
    return plain[found.end() :] if (found := NUMBERING.match(plain)) else plain


def paragraphs(text: str) -> list[str]:
    """The paragraphs of a text that somebody typed; blank lines are left out."""
    return [line(one) for one in vietnamese.shown(text).replace("\t", " ").splitlines() if not texts.is_blank(one)]


def official(view: View) -> str:
    """Whether the figures are confirmed, as it stands above each table."""
    found: Official | None = view.official
    if found is None:
        return PROVISIONAL
    words = "Số liệu chính thức" if found.number == 1 else f"Số liệu chính thức, điều chỉnh lần {found.number - 1}"
    return f"{words}; đã thay đổi sau khi chốt, chưa chốt lại" if found.moved else words


def value(row: Row, view: View, indicator: Indicator) -> str:
    """One figure as a text; of a choice each option with its count."""
    figure = view.indicators.get(indicator.code)
    if figure is None or not row.is_reported:
        return NOTHING
    return row.value or "; ".join(part.text for part in row.bar) or NOTHING


def amount(view: View | None, code: str) -> tuple[Decimal, str] | None:
    """What of a figure is compared, with its measure; None if there is nothing to compare."""
    figure = None if view is None else view.indicators.get(code)
    match figure:
        case QuantityFigure() if figure.reported and figure.total is not None:
            return Decimal(figure.total), ""
        case RatioFigure() | FlagFigure() if figure.reported and figure.percent is not None:
            return Decimal(figure.percent), "điểm %"
        case _:
            return None


def change(now: tuple[Decimal, str] | None, before: tuple[Decimal, str] | None) -> str:
    """The change since a year before, absolute and for amounts also in percent: `+3 (+25 %)`, `−3 (−25 %)`."""
    if now is None or before is None:
        return NOTHING
    by = now[0] - before[0]
    text = _signed(by)
    if now[1]:
        return f"{text} {now[1]}"
    scale = 10 ** max(0, -int(by.as_tuple().exponent), -int(before[0].as_tuple().exponent))
    share = numbers.quotient(int(by * scale) * 100, abs(int(before[0] * scale)), 1)
    return text if share is None else f"{text} ({_signed(share)} %)"


def in_words(now: tuple[Decimal, str] | None, before: tuple[Decimal, str] | None) -> str:
    """The change as a sentence has it: `tăng 3 (25 %)`, `giảm 2,5 điểm %`, `bằng`; "" if it cannot be told."""
    if now is None or before is None:
        return ""
    by = now[0] - before[0]
    if by == 0:
        return "không thay đổi"
    return f"{'tăng' if by > 0 else 'giảm'} {change(now, before).replace('+', '').replace(MINUS, '')}"


def _signed(by: Decimal) -> str:
    return f"{'+' if by > 0 else ''}{vietnamese.number(format(by, 'f')).replace('-', MINUS)}"
