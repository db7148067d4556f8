"""Rules about the figures of a report: `A op B`, where A and B are sums of figures and plain numbers.

A rule describes what is strange, so it gives a warning when it is true: `gn_ho_ngheo.numerator + gn_ho_can_ngheo.numerator >
gn_ho_ngheo.denominator`. A rule is a text in a regime file. It is parsed, never executed, and computed exactly with scaled integers.
Source: design, section 4, "Events"; ADR-0062.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from operator import eq, ge, gt, le, lt
from typing import Final

from shared.words import numbers

LONGEST: Final = 500  # characters of a rule
MOST_TERMS: Final = 20  # on both sides together
DECIMALS: Final = 9  # the most that an indicator or a number in a rule may have
PARTS: Final = ("numerator", "denominator")

COMPARE: Final[Mapping[str, Callable[[int, int], bool]]] = {"<=": le, ">=": ge, "<": lt, "=": eq, ">": gt}
SIDES: Final = re.compile(r"([^<>=]+)(<=|>=|<|=|>)([^<>=]+)", re.ASCII)
TERM: Final = re.compile(r"([a-z][a-z0-9_]{0,39})(?:\.(numerator|denominator))?", re.ASCII)
NUMBER: Final = re.compile(r"[0-9]{1,14}(?:\.[0-9]{1,9})?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Term:
    """A figure by its indicator's code, and for a ratio the part."""

    code: str
    part: str = ""


Amounts = Callable[[Term], int | None]
"""The amount of a term in a report, scaled by `DECIMALS`; None if it was not reported."""


@dataclass(frozen=True, slots=True)
class Side:
    """A sum: its figures, and the sum of its plain numbers, scaled by `DECIMALS`."""

    terms: tuple[Term, ...]
    constant: int

    def total(self, amounts: Amounts) -> int | None:
        """The exact sum, scaled; None if a figure was not reported."""
        found = [amounts(term) for term in self.terms]
        reported = [amount for amount in found if amount is not None]
        return self.constant + sum(reported) if len(reported) == len(found) else None


@dataclass(frozen=True, slots=True)
class Condition:
    """A parsed rule."""

    left: Side
    compare: str
    right: Side

    @property
    def terms(self) -> tuple[Term, ...]:
        """Every figure that the rule names, from left to right, each once."""
        return tuple(dict.fromkeys((*self.left.terms, *self.right.terms)))

    @property
    def codes(self) -> tuple[str, ...]:
        """The indicators that the rule names, from left to right, each once."""
        return tuple(dict.fromkeys(term.code for term in self.terms))

    def is_true(self, amounts: Amounts) -> bool:
        """Whether the condition is true of a report. It is not judged, and so not true, while one of its figures is not reported."""
        left, right = self.left.total(amounts), self.right.total(amounts)
        return left is not None and right is not None and COMPARE[self.compare](left, right)


def parse(text: str) -> Condition | None:
    """The condition that a text is; None if it is none, is too long, or names no figure."""
    sides = SIDES.fullmatch(text) if len(text) <= LONGEST else None
    if sides is None:
        return None
    left, right = _side(sides[1]), _side(sides[3])
    if left is None or right is None or not 0 < len(left.terms) + len(right.terms) <= MOST_TERMS:
        return None
    return Condition(left, sides[2], right)


def _side(text: str) -> Side | None:
    """The sum that a text is: figures and plain numbers with a plus between them."""
    terms: list[Term] = []
    constant = 0
    written = text.split("+")
    if len(written) > MOST_TERMS:
        return None
    for one in written:
        one = one.strip(" ")
        if (term := TERM.fullmatch(one)) is not None:
            terms.append(Term(term[1], term[2] or ""))
        elif NUMBER.fullmatch(one):
            constant += numbers.scaled(one, DECIMALS)
        else:
            return None
    return Side(tuple(terms), constant)


def text_of(condition: Condition, names: Callable[[Term], str]) -> str:
    """The condition as people read it, with `names` for its figures."""
    left, right = (" + ".join(_said(side, names)) for side in (condition.left, condition.right))
    return f"{left} {condition.compare} {right}"


def _said(side: Side, names: Callable[[Term], str]) -> Iterator[str]:
    yield from (names(term) for term in side.terms)
    if side.constant or not side.terms:
        yield numbers.vietnamese_text(numbers.plain(side.constant, DECIMALS))
