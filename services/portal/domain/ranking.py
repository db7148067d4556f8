"""The units below a unit in the order of one figure, and how much of the target, or of the total, each has reached."""

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from services.portal.domain import sizes
from shared.words import numbers


@dataclass(frozen=True, slots=True)
class Place:
    """One unit's place. Equal figures have the same rank, and the next rank is left out: 1, 2, 2, 4. `share` is a percentage with one
    decimal of what the figure is measured against; None if that is 0 or not there.
    """

    unit_id: str
    rank: int
    size: Fraction
    share: Decimal | None
    is_reached: bool


def places(of_units: Mapping[str, Fraction], measured_against: Mapping[str, Fraction]) -> list[Place]:
    """The units with a figure, the largest first; equal ones in the order given. `measured_against` is each unit's target, or the total."""
    whole, _ = sizes.whole(sizes.ratios(of_units))
    ordered = sorted(whole.values())
    found = [
        Place(
            unit_id,
            len(ordered) - bisect_right(ordered, whole[unit_id]) + 1,
            size,
            share(size, measured_against.get(unit_id)),
            unit_id in measured_against and size >= measured_against[unit_id],
        )
        for unit_id, size in of_units.items()
    ]
    return sorted(found, key=lambda place: place.rank)


def share(size: Fraction, whole: Fraction | None) -> Decimal | None:
    """A figure as a percentage of a whole, one decimal, half-even."""
    if whole is None or whole <= 0:
        return None
    part = size * 100 / whole
    return numbers.quotient(part.numerator, part.denominator, 1)
