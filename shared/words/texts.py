"""Texts as people see them: one Unicode form, no characters that reorder or hide text, and a rule for when a text counts as blank.

Every text from outside passes through here: events, forms, files, search words, names. Source: Unicode 15, UAX #9 (bidi controls), UAX #15
(normal forms), DerivedCoreProperties (default ignorable); design, section 4, "Content".
"""

import re
import unicodedata
from typing import Final

BIDI_CONTROLS: Final = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
FORBIDDEN: Final = re.compile(f"[\x00-\x08\x0b-\x1f\x7f-\x9f{BIDI_CONTROLS}]")
NO_CHARACTER: Final = re.compile(  # lone surrogates and Unicode's noncharacters: CloudEvents allows neither
    "[\ud800-\udfff\ufdd0-\ufdef" + "".join(f"{chr(plane << 16 | 0xFFFE)}{chr(plane << 16 | 0xFFFF)}" for plane in range(17)) + "]"
)
REORDERS: Final = re.compile(f"[{BIDI_CONTROLS}]")
LINE_ENDS: Final = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]+")  # and all other controls
LINE_END: Final = re.compile("(?<!\r)\r\n")  # of Windows; several carriage returns are not a line end

# invisible characters whose category is letter, symbol or unassigned
BLANK: Final = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u2065\u2800\u3164\uffa0\ufff0-\uffff\U00013441\U00013442\U0001d159\U000e0000-\U000e0fff]"
)
UNSEEN: Final = frozenset({"Cc", "Cf", "Cs", "Mn", "Me", "Zs", "Zl", "Zp"})


MOST_MARKS: Final = 30  # on one letter (UAX #15, stream-safe text); no language needs as many
UNCHECKED: Final = 4_000  # characters: composing so many marks takes 13 ms; the time grows with their square
NOT_ASCII: Final = re.compile(f"[^\x00-\x7f]{{{MOST_MARKS + 1}}}")  # only where this is found, marks have to be looked for


def normal(text: str) -> str:
    """The text as it is stored, counted and compared: composed (NFC), with line feeds as line ends."""
    return text if text.isascii() and "\r" not in text else composed(LINE_END.sub("\n", text))


def composed(text: str) -> str:
    """The text in NFC. Of more than `MOST_MARKS` marks on one letter the surplus is left out."""
    return unicodedata.normalize("NFC", _with_few_marks(text) if has_too_many_marks(text) else text)


def has_too_many_marks(text: str) -> bool:
    """Whether a long text has more than `MOST_MARKS` combining marks in a row, which would take minutes to be composed."""
    if len(text) <= UNCHECKED or text.isascii() or NOT_ASCII.search(text) is None:
        return False
    marks = 0
    for character in text:
        marks = marks + 1 if unicodedata.combining(character) else 0
        if marks > MOST_MARKS:
            return True
    return False


def _with_few_marks(text: str) -> str:
    marks, kept = 0, []
    for character in text:
        marks = marks + 1 if unicodedata.combining(character) else 0
        if marks <= MOST_MARKS:
            kept.append(character)
    return "".join(kept)


def forbidden(text: str) -> str | None:
    """The first forbidden character, written as `U+202E`; None if there is none.

    Control characters except tab and newline, bidi controls, and code points that are not characters are forbidden. Windows line ends are
    allowed.
    """
    match = FORBIDDEN.search(LINE_END.sub("\n", text)) or NO_CHARACTER.search(text)
    return None if match is None else f"U+{ord(match[0]):04X}"


def may_be_forbidden(payload: bytes) -> bool:
    """Whether a text in this JSON (UTF-8) could contain a forbidden character: the JSON has an unprintable character or an escape."""
    return b"\\" in payload or not payload.decode("utf-8").isprintable()


def is_blank(text: str) -> bool:
    """Whether the text shows nothing: it is empty, or has only spaces, format characters, fillers and marks without a letter."""
    return not any(unicodedata.category(character) not in UNSEEN for character in BLANK.sub("", text))


def one_line(text: str) -> str:
    """The text on one line: without line ends, tabs, other controls and characters that reorder; "" if nothing visible is left."""
    return "" if is_blank(text) else LINE_ENDS.sub(" ", REORDERS.sub("", NO_CHARACTER.sub("\ufffd", text))).strip()
