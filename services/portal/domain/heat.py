"""Which of four classes each figure of a column belongs to, so that a table shows at a glance where figures are large.

A class is a quarter of the ranks: 1 the smallest figures, 4 the largest. Equal figures have the same class. The class says nothing about
good or bad. Fewer than four figures, or figures that are all equal, have none.
"""

from bisect import bisect_left
from collections.abc import Mapping
from fractions import Fraction
from typing import Final

from services.portal.domain import sizes

CLASSES: Final = 4


def classes(of_units: Mapping[str, Fraction]) -> dict[str, int]:
    """The class of each figure, by its name; empty if there is nothing to tell apart."""
    whole, _ = sizes.whole(sizes.ratios(of_units))
    ordered = sorted(whole.values())
    if len(ordered) < CLASSES or ordered[0] == ordered[-1]:
        return {}
    return {name: 1 + CLASSES * bisect_left(ordered, size) // len(ordered) for name, size in whole.items()}
