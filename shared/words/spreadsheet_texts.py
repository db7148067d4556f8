"""Texts in CSV files that a spreadsheet opens: none of them begins a formula. Pure. Source: OWASP, "CSV injection"."""

import re
from typing import Final

from shared.words import vietnamese

BOM: Final = "\ufeff"
SIGNS: Final = r"[=+\-@＝＋－＠﹦﹢﹣﹫]"  # signs that begin a formula, with their full-width and small forms
PASSED_OVER: Final = r"[\s\"\u00ad\u200b-\u200d\u2060\ufeff]*"  # characters before the sign that are invisible or that a program may strip
FORMULA: Final = re.compile(f"{PASSED_OVER}{SIGNS}")
SPLIT: Final = re.compile(f"([;|\t\n]{PASSED_OVER})(?={SIGNS})")  # a program with another separator begins a cell after these


def harmless(text: str) -> str:
    """A cell that no spreadsheet interprets as a formula, whatever its separator is."""
    cell = vietnamese.shown(text)
    return ("'" if FORMULA.match(cell) else "") + SPLIT.sub(r"\1'", cell)
