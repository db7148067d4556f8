"""Which passwords are accepted: long enough, not a common one, and not little more than the account's own names.

No rule asks for certain kinds of characters, and no password expires. Passwords are compared in NFC, so that a keyboard that types letters
and accents apart gives the same password. Source: NIST SP 800-63B-4, section 3.1.1.2; OWASP ASVS 5.0, chapter V6.2.
"""

import unicodedata
from collections.abc import Callable, Collection, Iterable
from typing import Final

from shared.words import texts
from shared.words.refusals import Refusal, number, refusal

LEAST, MOST = 12, 128
"""How many characters a password has, counted in NFC."""
LEAST_OWN: Final = 8  # letters and digits that a password must have beside a name of the account
SHORTEST_NAME: Final = 4  # shorter names are in too many passwords by chance
LONGEST_TAIL: Final = 6  # digits and signs around a common password, which anybody who guesses appends too
RUNS: Final = tuple(
    run[::step] for run in ("0123456789" * 13, "abcdefghijklmnopqrstuvwxyz" * 5, "qwertyuiopasdfghjklzxcvbnm" * 5) for step in (1, -1)
)
PRODUCT: Final = ("Tổng Hợp", "tonghop")

ALPHABET: Final = "abcdefghjkmnpqrstuvwxyz23456789"
"""Characters of generated passwords: those that are easily confused on paper (l and 1, o and 0, i) are left out."""
GROUPS, GROUP = 5, 4  # 20 characters of 31: 99 bits


def normal(password: str) -> str:
    """The password as it is counted, hashed and compared."""
    return texts.composed(password)


def generated(choose: Callable[[str], str]) -> str:
    """A password such as `k7mp-x2qa-…` from a source of chance that chooses one character of a text."""
    return "-".join("".join(choose(ALPHABET) for _ in range(GROUP)) for _ in range(GROUPS))


def faults(password: str, names: Iterable[str], common: Collection[str]) -> list[Refusal]:
    """Why a password is not accepted; empty if it is. `names` are the login, the person's name, and the names and codes of the person's
    units. `common` are the common passwords, in small letters.

    Only one reason about guessing is given: the others would help nobody.
    """
    text = normal(password)
    found = _length_faults(text)
    if texts.forbidden(text) or any(unicodedata.category(character) in ("Cc", "Cs") for character in text):
        found.append(refusal("password.control_character", "password"))
    if is_common(text, common):
        found.append(refusal("password.common", "password"))
    elif any(_is_little_more_than(text, name) for name in (*PRODUCT, *names)):
        found.append(refusal("password.own_name", "password"))
    return found


def is_common(password: str, common: Collection[str]) -> bool:
    """Whether the password is a common one, a common or short one repeated, a run of the alphabet or the keyboard, or one of these with a
    few digits and signs around it.
    """
    text = normal(password).lower()
    bare = text.strip("".join(character for character in set(text) if not character.isalpha()))
    return _is_guessed(text, common) or (len(text) - len(bare) <= LONGEST_TAIL and _is_guessed(bare, common))


def _is_guessed(text: str, common: Collection[str]) -> bool:
    part = text[: (text + text).index(text, 1)] if text else ""  # the shortest text of which it is a repetition
    return part in common or (part != text and len(part) <= SHORTEST_NAME) or any(text in run for run in RUNS)


def _length_faults(text: str) -> list[Refusal]:
    if len(text) < LEAST:
        return [refusal("password.too_short", "password", least=number(LEAST))]
    return [refusal("password.too_long", "password", most=number(MOST))] if len(text) > MOST else []


def _is_little_more_than(password: str, name: str) -> bool:
    """Whether a password without a name has fewer than `LEAST_OWN` letters and digits left; accents, case and signs do not count."""
    plain, own = _plain(password), _plain(name)
    return len(own) >= SHORTEST_NAME and own in plain and len(plain.replace(own, "")) < LEAST_OWN


def _plain(text: str) -> str:
    """Letters without accents and digits, in small letters: `xavanquan` for `Xã Văn Quan`."""
    letters = unicodedata.normalize("NFKD", text.casefold().replace("đ", "d"))
    return "".join(character for character in letters if character.isalnum())
