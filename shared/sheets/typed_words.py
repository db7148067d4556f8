"""What a typed word means where words are chosen from: a yes or no, an option, the mark of an estimate. Pure.

One rule for workbooks and tables. Accents, case and punctuation do not matter; what fits two options is none of them.
Source: design, section 4.
"""

from collections.abc import Mapping
from typing import Final

from shared.sheets.columns import folded
from shared.words import texts

TICKS: Final = frozenset({"✓", "✔"})
YES: Final = frozenset({"co", "x", "v", "1", "dung", "true", "yes"})
NO: Final = frozenset({"khong", "0", "sai", "false", "no"})
ESTIMATED: Final = frozenset({"uoc", "so uoc", "estimate"})


def flag(text: str) -> bool | None:
    """Yes or no; None if the word is neither."""
    word = folded(text)
    if word in YES or text.strip() in TICKS:
        return True
    return False if word in NO else None


def estimate(text: str) -> bool | None:
    """Whether the word marks a figure as an estimate; None if it says something else."""
    return True if folded(text) in ESTIMATED else flag(text)


def option(text: str, labels: Mapping[str, str]) -> str | None:
    """The code of the option that a text is: by its words, or by its code; None if it is none, or could be two. `labels`: what is chosen
    from, by code.
    """
    said = texts.normal(text).strip()
    exact = [code for code, label in labels.items() if said in (code, texts.normal(label).strip())]
    alike = [code for code, label in labels.items() if folded(said) in (folded(code), folded(label))]
    return next((found[0] for found in (exact, alike) if len(found) == 1), None)
