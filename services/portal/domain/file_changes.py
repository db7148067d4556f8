"""What a file that a person brought to a form says: how many figures it has, and what it changes in the form. Pure.

The person sees how each figure was understood before anything is sent. Source: ADR 0083.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from services.portal.domain import entry_fields
from services.portal.domain.drafts import Texts
from shared.words import texts, typed_numbers
from shared.words.forms import Asked

MOST_CHANGES: Final = 60  # that a page lists
MOST_LETTERS: Final = 200  # of a text that is shown
BLANK: Final = "để trống"
FLAGS: Final = {entry_fields.YES: "Có", entry_fields.NO: "Không"}


@dataclass(frozen=True, slots=True)
class Change:
    """A field of the form: what it said, and what it says with the file."""

    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class FileChanges:
    """How many indicators have a figure with the file, and how many have none; what the file changes; how many more changes there are."""

    filled: int
    blank: int
    changes: Sequence[Change]
    unlisted: int


def of(asked: Asked, before: Texts, after: Texts) -> FileChanges:
    """What became of the texts of a form, by the names of their fields."""
    filled = sum(any(not texts.is_blank(after.get(name, "")) for name in entry_fields.names(one)) for one in asked.indicators)
    changes = list(_changes(asked, before, after))
    return FileChanges(filled, len(asked.indicators) - filled, changes[:MOST_CHANGES], max(0, len(changes) - MOST_CHANGES))


def _changes(asked: Asked, before: Texts, after: Texts) -> Iterator[Change]:
    for name in entry_fields.typed_names(asked):
        was, now = (_shown(asked, name, typed.get(name, "")) for typed in (before, after))
        if was != now:
            yield Change(entry_fields.label(name, asked), was, now)


def _shown(asked: Asked, name: str, text: str) -> str:
    """A text as it was understood: a number with its measure, an option by its words."""
    if texts.is_blank(text):
        return BLANK
    letter, _, code = name.partition(".")
    indicator = asked.regime.by_code.get(code)
    if letter == entry_fields.ESTIMATE:
        return "số ước"
    if indicator is None or letter not in (entry_fields.VALUE, *entry_fields.PARTS):
        text = text.strip()
        return text if len(text) <= MOST_LETTERS else f"{text[:MOST_LETTERS]}…"
    match indicator.kind:
        case "flag":
            return FLAGS.get(text, text)
        case "choice":
            return indicator.options.get(text, text)
    plain = typed_numbers.read(text, indicator.decimals, indicator.measure)
    return typed_numbers.shown(plain, indicator.measure) if isinstance(plain, str) else text
