"""The order of Vietnamese names: by letters first (a ă â … d đ e ê … o ô ơ … u ư), then by tones; a space comes before any letter.

Numbers in a name count as numbers, so that `Phường 2` precedes `Phường 10`. A tone belongs to its word, wherever it is written: `Hoà` and
`Hòa` are the same word. Source: TCVN, and the root collation of CLDR for `vi`; the sort of the database knows neither đ nor the tones.
"""

import re
import unicodedata
from typing import Final

from shared.words import texts

LETTERS: Final = {letter: place for place, letter in enumerate("aăâbcdđeêfghijklmnoôơpqrstuưvwxyz")}
TONES: Final = {mark: place for place, mark in enumerate("\u0300\u0309\u0303\u0301\u0323", 1)}  # huyền, hỏi, ngã, sắc, nặng
PIECES: Final = re.compile(r"[0-9]+|[^\W\d_]+|[\W_]+|\d")

Key = tuple[tuple[tuple[int, int], ...], tuple[int, ...], str]


def key(text: str) -> Key:
    """What names are sorted by: their letters and numbers, then the tones of their words, then the text itself."""
    letters: list[tuple[int, int]] = []
    tones: list[int] = []
    for piece in PIECES.findall(texts.normal(text).strip().casefold()):
        if piece.isascii() and piece.isdigit():
            letters.append((1, int(piece[:18])))
        elif piece[0].isalpha():
            letters += _letters(piece)
            tones.append(_tone(piece))
        else:
            letters.append((0, 0))
    return tuple(letters), tuple(tones), text


def _letters(word: str) -> list[tuple[int, int]]:
    kept = "".join(mark for mark in unicodedata.normalize("NFD", word) if mark not in TONES)
    composed = unicodedata.normalize("NFC", kept)
    return [(2, LETTERS[letter]) if letter in LETTERS else (3, ord(letter)) for letter in composed]


def _tone(word: str) -> int:
    return max((TONES.get(mark, 0) for mark in unicodedata.normalize("NFD", word)), default=0)
