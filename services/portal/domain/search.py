"""Finds a unit by code or by words of its name, with or without accents, in any Unicode form."""

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
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


class Words:
    """Words, each with the numbers of the units that have it. What begins with a text stands together."""

    def __init__(self, named: Iterable[Sequence[str]]) -> None:
        found: dict[str, list[int]] = {}
        for number, names in enumerate(named):
            for name in dict.fromkeys(names):
                found.setdefault(name, []).append(number)
        self._words = sorted(found)
        self._numbers = [found[word] for word in self._words]

    def having(self, word: str) -> Sequence[int]:
        """The units that have exactly this word."""
        place = bisect_left(self._words, word)
        return self._numbers[place] if self._words[place : place + 1] == [word] else ()

    def beginning(self, begin: str) -> set[int]:
        """The units that have a word that begins so."""
        return set[int]().union(*self._from(begin))

    def all_beginning(self, begins: Sequence[str]) -> set[int]:
        """The units that for each of these texts have a word that begins so; at least one text is given."""
        first, *rest = map(self.beginning, begins)
        return first.intersection(*rest)

    def _from(self, begin: str) -> Iterator[list[int]]:
        for place in range(bisect_left(self._words, begin), len(self._words)):
            if not self._words[place].startswith(begin):
                return
            yield self._numbers[place]


class Index:
    """Units by their codes, and by the words of their names with and without accents."""

    def __init__(self, units: Iterable[Unit]) -> None:
        self.units = tuple(units)
        written = [words(unit.name) for unit in self.units]
        plain = [tuple(bare(word) for word in named) for named in written]
        self.ids = Words((unit.code.casefold(), unit.id.casefold()) for unit in self.units)
        self.codes = Words((unit.code.casefold(),) for unit in self.units)
        self.written, self.plain = Words(written), Words(plain)
        self._keys = [
            f"{0 if unit.valid_to is None else 1} {' '.join(named)} {unit.id}" for unit, named in zip(self.units, plain, strict=True)
        ]

    def hit(self, number: int, rank: int) -> Hit:
        return Hit(self.units[number], f"{rank}{self._keys[number]}")


def index(units: Iterable[Unit]) -> Index:
    """The index of the units."""
    return Index(units)


@lru_cache(maxsize=2)
def of_registry(registry: Registry) -> Index:
    """All units that ever existed, each id with its latest row, and all areas."""
    areas = [registry.at(area.valid_from).by_id[area.id] for area in registry.areas]
    return index([*(rows[-1] for rows in registry.ids.values()), *areas])


def find(of: Index, query: str) -> list[Hit]:
    """Units that match a query: their code begins with the query, or for each word of the query their name has a word that begins with it.

    Empty if the query has no words.
    """
    typed = words(query)
    if not typed:
        return []
    code = texts.normal(query).strip().casefold()
    plain = tuple(bare(word) for word in typed)
    best_first = of.ids.having(code), of.codes.beginning(code), of.written.all_beginning(typed), of.plain.all_beginning(plain)
    ranks = {number: rank for rank, numbers in reversed(list(enumerate(best_first))) for number in numbers}
    return sorted((of.hit(number, rank) for number, rank in ranks.items()), key=lambda hit: hit.key)


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
