"""What one cell of a form says: a number, a yes or no, an option, a mark, a text; or why it says nothing that can be taken. Pure.

A cell that shows nothing is no figure, never 0. A number is what the program showed: 15 digits. Source: design, section 4, "Numbers that
people type"; ADR 0083.
"""

import re
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from shared.sheets import layout, typed_words
from shared.sheets.finding import Found
from shared.words import texts, typed_numbers, vietnamese
from shared.words.refusals import Refusal, refusal
from shared.words.regime_parts import Indicator

SAVED: Final = re.compile(r"[+-]?(?:[0-9]{1,30}(?:\.[0-9]{0,40})?|\.[0-9]{1,40})(?:[Ee][+-]?[0-9]{1,3})?", re.ASCII)
DIGITS: Final = 15
LARGEST: Final = Decimal(10) ** 30
SMALLEST: Final = Decimal(10) ** -30
EPOCH: Final = date(1899, 12, 30)  # day 0 of a workbook, from March 1900 on


def is_blank(found: Found) -> bool:
    """Whether a cell shows nothing: it is empty, or has blanks only. A formula whose result is not known is not blank."""
    if found.kind is None:
        return True
    if found.kind == "text":
        return texts.is_blank(found.text) and found.formula != "foreign"
    return not found.text and not found.formula


def trouble(found: Found) -> Refusal | None:
    """Why a cell cannot be read, whatever is expected in it."""
    if found.formula == "foreign":
        return refusal("sheet.foreign_formula", found.path)
    if found.formula and found.kind != "text" and not found.text:
        return refusal("sheet.not_computed", found.path)
    if found.kind == "error":
        return refusal("sheet.error_value", found.path, text=found.text)
    return None


def number(found: Found, indicator: Indicator) -> str | Refusal:
    """The plain decimal in a cell that is not blank."""
    match found.kind:
        case "number" | "percent":
            return _number(found, indicator)
        case "date":
            return refusal("sheet.date", found.path)
        case "flag":
            return refusal("report.unreadable_number", found.path, text=_flag_text(found.text))
    read = typed_numbers.read(found.text, indicator.decimals, indicator.measure)
    if isinstance(read, Refusal):
        return read.at(found.path)
    return read or "0"


def _number(found: Found, indicator: Indicator) -> str | Refusal:
    value = shortest(found.text)
    if value is None:
        return refusal("report.unreadable_number", found.path, text=found.text)
    if found.kind == "percent":
        if indicator.measure != layout.PERCENT:
            return refusal("sheet.percent", found.path, measure=indicator.measure or "–")
        value *= 100
    return plain(value)


def shortest(text: str) -> Decimal | None:
    """The number that a program has saved, with at most 15 digits: `0.30000000000000004` is 0.3. None if it is no number of a sane size."""
    if SAVED.fullmatch(text) is None:
        return None
    value = Decimal(text)
    if value == 0:
        return Decimal(0)
    return Decimal(f"{value:.{DIGITS}g}") if SMALLEST < abs(value) < LARGEST else None


def plain(value: Decimal) -> str:
    """A number without needless zeros and without an exponent."""
    text = format(value, "f")
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in ("-0", "") else text


def flag(found: Found) -> bool | Refusal:
    """The yes or no in a cell that is not blank."""
    if found.kind == "flag":
        return found.text not in ("0", "false")
    said = typed_words.flag(found.text) if found.kind == "text" else None
    if said is not None:
        return said
    return refusal("sheet.not_a_flag", found.path, text=shown(found), yes=layout.YES, no=layout.NO)


def option(found: Found, indicator: Indicator) -> str | Refusal:
    """The code of the option in a cell that is not blank: by its words, or by its code."""
    labels = layout.option_labels(indicator)
    text = shown(found)
    if (code := typed_words.option(text, labels)) is not None:
        return code
    return refusal("sheet.not_an_option", found.path, text=text, options=list(labels.values())[:20])


def mark(found: Found) -> bool | Refusal:
    """Whether a cell that is not blank marks its figure as an estimate."""
    if found.kind in ("number", "flag") and found.text in ("0", "1"):
        return found.text == "1"
    said = typed_words.estimate(found.text) if found.kind == "text" else None
    if said is not None:
        return said
    return refusal("sheet.estimate_mark", found.path, text=shown(found))


def shown(found: Found) -> str:
    """A cell as a text: numbers and days as Vietnamese readers write them."""
    match found.kind:
        case "number" | "percent" | "date":
            value = shortest(found.text)
            if value is None:
                return found.text.strip()
            if found.kind == "date" and 60 < value < 100_000:
                return vietnamese.day(EPOCH + timedelta(days=int(value)))
            return vietnamese.number(plain(value * 100)) + " %" if found.kind == "percent" else plain(value).replace(".", ",")
        case "flag":
            return _flag_text(found.text)
    return texts.normal(found.text).strip()


def _flag_text(text: str) -> str:
    return "FALSE" if text in ("0", "false") else "TRUE"
