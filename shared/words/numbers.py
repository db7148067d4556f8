"""Exact numbers: from the door to the view, a figure is an integer that is scaled by its indicator's decimals.

Numbers are checked as text, exactly as sent: JSON number texts and decimal strings; no exponent, no NaN, no separators. Source: design,
section 5, "Indicator kinds"; ADR-0005.
"""

import re
from decimal import Decimal
from typing import Final

MAX_SCALED: Final = 10**14  # the largest magnitude of one value; the sum of 90,000 values fits an int64
PLAIN_DECIMAL: Final = re.compile(r"(-?[0-9]{1,30})(?:\.([0-9]{1,30}))?", re.ASCII)


SWAPPED: Final = str.maketrans(",.", ".,")


class NumberText(str):
    """The text of a JSON number that is not a plain integer, kept as sent."""

    __slots__ = ()


def parts(text: str) -> tuple[str, str] | None:
    """The integer part and the decimals of a plain decimal, as written; None if `text` is not a plain decimal.

    A plain decimal is digits, with at most one point among them and at most one minus before them.
    """
    match = PLAIN_DECIMAL.fullmatch(text)
    return None if match is None else (match[1], match[2] or "")


def decimals_of(text: str) -> int:
    """The number of decimals in a plain decimal. Trailing zeros count, because the writer of `1.000` may mean a thousand."""
    return len(text.partition(".")[2])


def scaled(value: int | str, decimals: int) -> int:
    """`value` × 10^decimals as an integer. `value` is an integer, or a plain decimal with at most `decimals` decimals."""
    if isinstance(value, int):
        factor: int = 10**decimals
        return value * factor
    whole, _, fraction = value.partition(".")
    return int(whole + fraction[:decimals].ljust(decimals, "0"))


def unscaled(value: int, decimals: int) -> Decimal:
    """The scaled integer as a decimal number with exactly `decimals` decimals."""
    return Decimal(value).scaleb(-decimals)


def plain(value: int, decimals: int) -> str:
    """The scaled integer as plain decimal text with exactly `decimals` decimals; `decimals` is at least 1."""
    digits = str(value).zfill(decimals + 1 + (value < 0))
    return f"{digits[:-decimals]}.{digits[-decimals:]}"


def quotient(numerator: int, denominator: int, decimals: int) -> Decimal | None:
    """numerator / denominator to `decimals` decimals, half-even; None when the denominator is 0."""
    if denominator == 0:
        return None
    whole, rest = divmod(abs(numerator) * 10**decimals, abs(denominator))
    doubled = 2 * rest
    if doubled > abs(denominator) or (doubled == abs(denominator) and whole % 2 == 1):
        whole += 1
    is_negative = (numerator < 0) != (denominator < 0)
    return unscaled(-whole if is_negative else whole, decimals)


def percent(numerator: int, denominator: int) -> Decimal | None:
    """One sum as a percentage of another: one decimal, half-even; None when the denominator is 0."""
    return quotient(numerator * 100, denominator, 1)


def vietnamese(value: Decimal | int | None) -> str:
    """A number in Vietnamese notation, 1.234,5; a dash if there is no number."""
    if value is None:
        return "–"
    return f"{value:,f}".translate(SWAPPED) if isinstance(value, Decimal) else f"{value:,}".replace(",", ".")


def vietnamese_text(plain_decimal: str) -> str:
    """A plain decimal in Vietnamese notation, without trailing zeros after its sign."""
    shown = vietnamese(Decimal(plain_decimal))
    return shown.rstrip("0").rstrip(",") if "," in shown else shown


def text(value: object) -> str:
    """A stored or computed decimal as text for JSON, never with an exponent."""
    return format(value if isinstance(value, Decimal) else Decimal(str(value)), "f")
