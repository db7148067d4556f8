"""A few seeds of the simulation (`duties` says what it is) in the ordinary run. Again and longer: `make simulate-duties`."""

import pytest

from shared.words import deadline_faults
from shared.words.calendar import COMMON
from tests.simulation.reminders import parts, years
from tests.simulation.reminders.world import Size

SHORT = Size(communes=6, years=1)


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_nothing_is_missed_doubled_or_sent_to_who_owes_nothing(seed: int) -> None:
    result = years.run(seed, SHORT)
    assert result.findings == []
    assert result.counts["alerts"] > 100
    assert (result.counts["crashes"] > 0) == (seed % 3 != 0)


def test_the_regimes_of_parts_of_years_would_be_accepted() -> None:
    assert [list(deadline_faults.of(regime, COMMON)) for regime in parts.regimes(2024, 2029)] == [[]] * 4


def test_one_seed_gives_one_trace() -> None:
    size = Size(communes=3, years=1)
    first, again = years.run(7, size), years.run(7, size)
    assert (first.trace, first.counts) == (again.trace, again.counts)
