"""A few seeds of the simulation (`duties` says what it is) in the ordinary run. Again and longer: `make simulate-duties`."""

from itertools import pairwise

import pytest

from shared.words import deadline_faults
from shared.words.calendar import COMMON
from tests.simulation.reminders import parts, world, years
from tests.simulation.reminders.decree import DAY, at
from tests.simulation.reminders.reforms import JULY, MARCH
from tests.simulation.reminders.world import Size

SHORT = Size(communes=6, years=1)


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_nothing_is_missed_doubled_or_sent_to_who_owes_nothing(seed: int) -> None:
    result = years.run(seed, SHORT)
    assert result.findings == []
    assert result.counts["alerts"] > 100
    assert (result.counts["crashes"] > 0) == (seed % 3 != 0)


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_across_reforms_heirs_get_what_is_owed_and_nobody_else_does(seed: int) -> None:
    result = years.run(seed, Size(years=2, regimes="reformed"))
    assert result.findings == []
    assert result.counts["alerts"] > 100


def test_worlds_that_are_reformed_have_all_that_happened() -> None:
    worlds = [world.make(seed, Size(years=2, regimes="reformed")) for seed in range(20)]
    last = [one.eras[-1] for one in worlds]
    assert any(era.since < at(JULY) for one in worlds for era in one.eras if JULY in era.reform_days)  # known before its first day
    assert any(one.eras[2].since > at(JULY) for one in worlds)  # registered late
    assert any(len(later.reform_days) < len(before.reform_days) for one in worlds for before, later in pairwise(one.eras))  # reverted
    assert any(era.acting("HB", JULY) is None for era in last)  # an open heir
    assert {era.acting("P-LD", day) for era in last for day in (MARCH - DAY, MARCH, JULY)} == {"P-LD", "P-NV-2025", "P-TH-2025"}
    assert any(era.pins for era in last)


def test_the_regimes_of_parts_of_years_would_be_accepted() -> None:
    assert [list(deadline_faults.of(regime, COMMON)) for regime in parts.regimes(2024, 2029)] == [[]] * 4


def test_one_seed_gives_one_trace() -> None:
    size = Size(communes=3, years=1)
    first, again = years.run(7, size), years.run(7, size)
    assert (first.trace, first.counts) == (again.trace, again.counts)
