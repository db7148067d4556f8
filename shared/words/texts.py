"""Texts as people see them: one Unicode form, nothing that reorders or hides, and what counts as no text at all.

The one home for every text that comes from outside: events, forms, files, search words, names. Source: Unicode 15, UAX #9
(bidi controls), UAX #15 (normal forms), DerivedCoreProperties (default ignorable); design, section 4, "Content".
"""

import re
import unicodedata
from typing import Final

BIDI_CONTROLS: Final = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
FORBIDDEN: Final = re.compile(f"[\x00-\x08\x0b-\x1f\x7f-\x9f{BIDI_CONTROLS}]")
NO_CHARACTER: Final = re.compile(  # halves of surrogate pairs, and what Unicode says will never be a character: CloudEvents takes neither
    "[\ud800-\udfff\ufdd0-\ufdef" + "".join(f"{chr(plane << 16 | 0xFFFE)}{chr(plane << 16 | 0xFFFF)}" for plane in range(17)) + "]"
)
REORDERS: Final = re.compile(f"[{BIDI_CONTROLS}]")
LINE_ENDS: Final = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]+")  # and all other controls
LINE_END: Final = re.compile("(?<!\r)\r\n")  # as Windows has it; more carriage returns are no line end

# characters that leave no mark although their category is that of letters, symbols or of nothing yet assigned
BLANK: Final = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u2065\u2800\u3164\uffa0\ufff0-\uffff\U00013441\U00013442\U0001d159\U000e0000-\U000e0fff]"
)
UNSEEN: Final = frozenset({"Cc", "Cf", "Cs", "Mn", "Me", "Zs", "Zl", "Zp"})


def normal(text: str) -> str:
    """The text as it is stored, counted and compared: composed (NFC), lines ended by a line feed alone."""
    return text if text.isascii() and "\r" not in text else unicodedata.normalize("NFC", LINE_END.sub("\n", text))


def forbidden(text: str) -> str | None:
    """The first character that no text may hold, as `U+202E`: a control character but tab and newline, a bidi control, or what is no
    character; None when there is none. Lines may also end as in Windows.
    """
    found = FORBIDDEN.search(LINE_END.sub("\n", text)) or NO_CHARACTER.search(text)
    return None if found is None else f"U+{ord(found[0]):04X}"


def may_be_forbidden(payload: bytes) -> bool:
    """Whether a text in this JSON (UTF-8) may hold what `forbidden` names: something in it is no printable character, or is escaped."""
    return b"\\" in payload or not payload.decode("utf-8").isprintable()


def is_blank(text: str) -> bool:
    """Whether nothing of the text can be seen: it is empty, or of spaces, format characters, fillers and marks without a letter."""
    return not any(unicodedata.category(character) not in UNSEEN for character in BLANK.sub("", text))


def one_line(text: str) -> str:
    """The text where one line is wanted, however it was stored: no line ends, tabs or other controls, nothing that reorders; "" when
    nothing of it can be seen.
    """
    return "" if is_blank(text) else LINE_ENDS.sub(" ", REORDERS.sub("", NO_CHARACTER.sub("\ufffd", text))).strip()
