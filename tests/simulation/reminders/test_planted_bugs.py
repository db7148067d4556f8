"""Every planted bug is found within a few seeds.

How: `bugs` breaks one rule of the real code at a time; seeds of a small world run until one shows the bug. All of them pass on the unbroken
code. Seeds: `SEEDS`, at most seven. Last measured: all bugs are found, the file takes about half a minute.
Again: `pytest tests/simulation/reminders/test_planted_bugs.py`.
"""

from contextlib import ExitStack
from typing import Final

import pytest

from shared.words import ladder
from tests.simulation.reminders import years
from tests.simulation.reminders.bugs import BUGS
from tests.simulation.reminders.world import Size

SMALL: Final = Size(communes=3, years=1)
SEEDS: Final = (3, 1, 2, 4, 5, 6, 35)  # every third is calm


@pytest.mark.parametrize("bug", BUGS)
def test_a_planted_bug_is_found(bug: str) -> None:
    ladder.rungs.cache_clear()
    with ExitStack() as broken:
        broken.callback(ladder.rungs.cache_clear)
        broken.enter_context(BUGS[bug]())
        assert any(years.run(seed, SMALL, is_first_enough=True).violations for seed in SEEDS)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_unbroken_code_passes_the_same_seeds(seed: int) -> None:
    assert years.run(seed, SMALL).findings == []
