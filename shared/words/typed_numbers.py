"""How a number is read that a person has typed, in a form, a text cell or a table; and how what was understood is shown to the person.

People here write 1.234,5 and software writes 1234.5, so `1.234` may be a thousand times more or less than it looks: what has two readings
is refused with both, and never guessed. Source: design, section 4, "Numbers that people type"; ADR 0068.
"""

import re
import unicodedata
from decimal import Decimal
from typing import Final, Literal

from shared.words import texts, vietnamese
from shared.words.refusals import Refusal, refusal

MOST_CHARACTERS: Final = 60  # of a typed number with its measure; the largest accepted figure has 21 with separators
MOST_DIGITS: Final = 30  # as in `numbers.PLAIN_DECIMAL`

MINUS: Final = re.compile("[-\u2010-\u2015\u2212\ufe63\uff0d]")
SPACES: Final = re.compile("[ \t\u00a0\u2007\u2009\u202f]")
MONEY: Final = " đồng"  # `1,5 triệu` means `triệu đồng`
BODY: Final = re.compile(r"[0-9][0-9., ]*", re.ASCII)

DIGITS: Final = re.compile(r"[0-9]+", re.ASCII)
GROUPS: Final = re.compile(r"[1-9][0-9]{0,2}(?:\.[0-9]{3})+|[1-9][0-9]{0,2}(?: [0-9]{3})+", re.ASCII)
GROUPS_BEFORE_POINT: Final = re.compile(r"[1-9][0-9]{0,2}(?:,[0-9]{3})+|[1-9][0-9]{0,2}(?: [0-9]{3})+", re.ASCII)
MANY_POINTS: Final = re.compile(r"[1-9][0-9]{0,2}(?:\.[0-9]{3}){2,}", re.ASCII)
ONE_POINT: Final = re.compile(r"([0-9]+|[1-9][0-9]{0,2}(?: [0-9]{3})+)\.([0-9]+)", re.ASCII)
THOUSANDTHS: Final = 3  # digits after a point that may also be a group of thousands


Decimals = Literal["comma", "point"]
"""What is before the decimals: a comma, as people here write; or a point, in a table whose sender says so. The other one groups."""


def read(typed: str, decimals: int, measure: str = "", decimal: Decimals = "comma") -> str | Refusal | None:
    """A figure with this many decimals as a plain decimal text (`1234.5`), or why it was not read; None if nothing was typed.

    `measure` is the indicator's unit of measure: typed behind the number it is ignored. Any other word is refused, because `1,5 tỷ` is not
    1,5 of `triệu đồng`. More decimals than the indicator has are not judged here.
    """
    found = _read(typed, decimals, measure, decimal)
    if not isinstance(found, list):
        return found
    if len(found) == 1:
        return found[0]
    text = texts.normal(typed)
    return refusal("report.ambiguous_number", text=text, thousands=found[0], many=shown(found[0]), few=shown(found[1]))


def readings(typed: str, decimals: int, measure: str = "") -> list[str]:
    """The numbers, as plain decimals, that a text can mean, the larger first; none if it cannot be read."""
    found = _read(typed, decimals, measure)
    return found if isinstance(found, list) else []


def _read(typed: str, decimals: int, measure: str, decimal: Decimals = "comma") -> list[str] | Refusal | None:
    """The readings of a text, at least one; why there are none; None if nothing was typed."""
    text = texts.normal(typed)
    if texts.is_blank(text):
        return None
    if len(text) > MOST_CHARACTERS or texts.forbidden(text):
        return refusal("report.unreadable_number", text=text)
    sign, number, word = _parts(text)
    if BODY.fullmatch(number) is None or sum(character.isdigit() for character in number) > MOST_DIGITS:
        return refusal("report.unreadable_number", text=text)
    if word and word not in _names(measure):
        return _other_measure(text, word, measure)
    found = _readings(number, decimals) if decimal == "comma" else _after_point(number, decimals)
    if not found:
        return refusal("report.whole_number", text=text) if decimals == 0 else refusal("report.unreadable_number", text=text)
    return [_plain(sign, reading) for reading in found]


def shown(plain: str, measure: str = "") -> str:
    """A plain decimal as Vietnamese readers write it, with its measure: `1.234,5 triệu đồng`."""
    text = vietnamese.number(plain)
    return f"{text} {measure}" if measure else text


def understood(plain: str, measure: str = "") -> str:
    """What was understood, for a place beside the box: `= 1.234,5 triệu đồng`."""
    return f"= {shown(plain, measure)}"


def written(plain: str, decimals: int) -> str:
    """A plain decimal as it is filled into a box: in groups, unless it then has two readings (`1.234` where decimals are allowed)."""
    text = vietnamese.number(plain)
    return text if read(text, decimals) == plain else plain.replace(".", ",")


def _parts(text: str) -> tuple[str, str, str]:
    """The sign, the number and the word behind it, of a text that is not blank."""
    body = SPACES.sub(" ", text).strip()
    sign = "-" if MINUS.match(body) else ""
    body = body[len(sign) :].lstrip()
    number = re.match(r"[0-9., ]*", body, re.ASCII)
    end = number.end() if number else 0
    return sign, body[:end].strip(), _name(body[end:])


def _name(text: str) -> str:
    """A measure as it is compared: `M²` is `m2`."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def _names(measure: str) -> set[str]:
    name = _name(measure)
    return {name, name.removesuffix(MONEY)} - {""}


def _other_measure(text: str, word: str, measure: str) -> Refusal:
    if not any(character.isalpha() or character == "%" for character in word):
        return refusal("report.unreadable_number", text=text)
    if not measure:
        return refusal("report.number_only", text=text)
    return refusal("report.other_measure", text=text, measure=measure)


def _readings(number: str, decimals: int) -> list[str]:
    """The possible plain decimals, without a sign: none, one, or two, the larger first."""
    if DIGITS.fullmatch(number) or (GROUPS.fullmatch(number) and (decimals == 0 or " " in number)):
        return [_digits(number)]
    return [] if decimals == 0 else _with_decimals(number)


def _after_point(number: str, decimals: int) -> list[str]:
    """The plain decimal of a number whose decimals follow a point: only one reading, and none of decimals that may not be there."""
    whole, point, fraction = number.partition(".")
    is_whole = DIGITS.fullmatch(whole) or GROUPS_BEFORE_POINT.fullmatch(whole)
    if not is_whole or (point and (decimals == 0 or not DIGITS.fullmatch(fraction))):
        return []
    return [f"{whole.replace(',', '').replace(' ', '')}{point}{fraction}"]


def _with_decimals(number: str) -> list[str]:
    whole, comma, fraction = number.partition(",")
    if comma:
        is_number = (DIGITS.fullmatch(whole) or GROUPS.fullmatch(whole)) and DIGITS.fullmatch(fraction)
        return [f"{_digits(whole)}.{fraction}"] if is_number else []
    if MANY_POINTS.fullmatch(number):
        return [_digits(number)]
    one = ONE_POINT.fullmatch(number)
    if one is None:
        return []
    decimal = f"{_digits(one[1])}.{one[2]}"
    return [_digits(number), decimal] if len(one[2]) == THOUSANDTHS else [decimal]


def _digits(text: str) -> str:
    return text.replace(".", "").replace(" ", "")


def _plain(sign: str, reading: str) -> str:
    """The plain decimal without needless zeros in front, and without the sign of a zero."""
    whole, point, fraction = reading.partition(".")
    plain = f"{whole.lstrip('0') or '0'}{point}{fraction}"
    return plain if Decimal(plain) == 0 else sign + plain
