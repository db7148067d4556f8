"""Finds a unit by code or by words of its name, with or without accents, in any Unicode form."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from shared.words import texts
from shared.words.units import Registry, Unit

LETTERS: Final = re.compile(r"[^\W_]+")
MOST_LETTERS: Final = 200  # characters of a query, in composed form
FORM: Final = (f"tên hoặc mã, tối đa {MOST_LETTERS} ký tự", f"a name or a code, of at most {MOST_LETTERS} characters")
WITHOUT_MARK: Final = str.maketrans("đĐ", "dD")  # a letter without a decomposition in Unicode


@dataclass(frozen=True, slots=True)
class Entry:
    """A unit in the index: the words of its name with and without accents."""

    unit: Unit
    words: tuple[str, ...]
    bare: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Hit:
    """A unit that matches a query. Hits are sorted by `key`: codes before names, exact matches before others; among equal ones, units with
    an end follow the others.
    """

    unit: Unit
    key: str


def words(text: str) -> tuple[str, ...]:
    """The words of a text, in composed form and lower case. Invisible characters do not separate words."""
    seen = "".join(character for character in texts.normal(text) if character.isspace() or not texts.is_blank(character))
    return tuple(LETTERS.findall(seen.casefold()))


def bare(text: str) -> str:
    """A word without accents: `Điềm` is `Diem`."""
    taken_apart = unicodedata.normalize("NFD", text)
    return "".join(character for character in taken_apart if unicodedata.category(character) != "Mn").translate(WITHOUT_MARK)


def index(units: Iterable[Unit]) -> list[Entry]:
    """The index of the units."""
    named = ((unit, words(unit.name)) for unit in units)
    return [Entry(unit, written, tuple(bare(word) for word in written)) for unit, written in named]


@lru_cache(maxsize=2)
def of_registry(registry: Registry) -> list[Entry]:
    """All units that ever existed, each id with its latest row, and all areas."""
    areas = [registry.at(area.valid_from).by_id[area.id] for area in registry.areas]
    return index([*(rows[-1] for rows in registry.ids.values()), *areas])


def find(entries: Sequence[Entry], query: str) -> list[Hit]:
    """Units that match a query: their code begins with the query, or for each word of the query their name has a word that begins with it.

    Empty if the query has no words.
    """
    typed = words(query)
    plain = tuple(bare(word) for word in typed)
    if not typed:
        return []
    code = texts.normal(query).strip().casefold()
    hits = []
    for entry in entries:
        ranks = (
            code in (entry.unit.code.casefold(), entry.unit.id.casefold()),
            entry.unit.code.casefold().startswith(code),
            _all_begin(typed, entry.words),
            _all_begin(plain, entry.bare),
        )
        if any(ranks):
            rank = ranks.index(True)
            hits.append(Hit(entry.unit, f"{rank}{0 if entry.unit.valid_to is None else 1} {' '.join(entry.bare)} {entry.unit.id}"))
    return sorted(hits, key=lambda hit: hit.key)


def find_titled(titles: Mapping[str, str], query: str) -> list[str]:
    """The ids of regimes that match a query: the id begins with it, or for each word of it the title or the id has a word that begins so.
    By title. Empty if the query has no words.
    """
    plain, code = tuple(bare(word) for word in words(query)), texts.normal(query).strip().casefold()
    if not plain:
        return []
    named = {regime: tuple(bare(word) for word in words(f"{title} {regime}")) for regime, title in titles.items()}
    return sorted((id_ for id_ in titles if id_.startswith(code) or _all_begin(plain, named[id_])), key=lambda id_: (titles[id_], id_))


def _all_begin(typed: Sequence[str], named: Sequence[str]) -> bool:
    return all(any(word.startswith(begin) for word in named) for begin in typed)
