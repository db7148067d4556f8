"""Every planted bug is found, in fewer than 200 seeds.

How: `bugs` breaks one rule of the real code at a time; seeds of a small world run until the first violation: first the one that found the
bug when last measured (`SEEDS`), then all from 1 on. The same seed finds nothing in the unbroken code. A change of the product or of the
simulation makes other traces: then the search takes longer, no more.
Again: `pytest tests/simulation/reminders/test_planted_bugs.py`; the seeds: `python -m tests.simulation.reminders.test_planted_bugs`.
"""

import sys
from concurrent.futures import ProcessPoolExecutor
from functools import lru_cache
from multiprocessing import get_context
from typing import Final

import pytest

from shared.words import ladder
from tests.simulation.reminders import years
from tests.simulation.reminders.bugs import BUGS, ESTIMATES, PARTS, REFORMED, REQUESTS
from tests.simulation.reminders.run import PROCESSES
from tests.simulation.reminders.world import Size

SMALL: Final = Size(communes=3, years=1, regimes="yearly", is_asked=False)
SMALL_PARTS: Final = Size(communes=3, years=1, first_year=2026, regimes="parts", is_asked=False)  # Tết of 2026 follows the cut-off on 14/02
SMALL_REFORMED: Final = Size(years=2, regimes="reformed", is_asked=False)
SMALL_ASKED: Final = Size(communes=3, years=1, regimes="yearly")
MOST_SEEDS: Final = 200
SEEDS: Final = {
    "a rung from before the load goes out": 2,
    "the lease is not checked": 3,
    "a batch splits the reminders of a unit": 23,
    "a notice that was held up goes out in the evening": 7,
    "a rung from before the first day goes to a new unit": 2,
    "an heir and the unit that has ended are alerted": 2,
    "who acts is asked of the day of the rung": 70,
    "an early report is the new unit's": 2,
    "an entry that was replaced is not told": 4,
    "a restart forgets what others entered": 13,
    "a restart forgets who asked": 50,
    "who has confirmed again is told what was undone": 8,
    "a restart forgets what undid a confirmation": 13,
}


def found_by(bug: str, is_searched: bool = False) -> int | None:
    """The seed that finds a bug, and nothing without it; None when none of 200 does."""
    first = [] if is_searched or bug not in SEEDS else [SEEDS[bug]]
    return next((seed for seed in [*first, *range(1, MOST_SEEDS + 1 - len(first))] if _bites(bug, seed)), None)


def _bites(bug: str, seed: int) -> bool:
    size = _size(bug)
    ladder.rungs.cache_clear()
    with BUGS[bug]():
        is_found = years.run(seed, size, is_first_enough=True).violations > 0
    ladder.rungs.cache_clear()
    return is_found and _is_clean(seed, size)


def _size(bug: str) -> Size:
    if bug in REQUESTS:
        return SMALL_ASKED
    return SMALL_REFORMED if bug in REFORMED else SMALL_PARTS if bug in PARTS | ESTIMATES else SMALL


@lru_cache
def _is_clean(seed: int, size: Size) -> bool:
    return years.run(seed, size, is_first_enough=True).violations == 0


@pytest.fixture(scope="module")
def found() -> dict[str, int | None]:
    with ProcessPoolExecutor(PROCESSES, mp_context=get_context("spawn")) as processes:
        return dict(zip(BUGS, processes.map(found_by, BUGS), strict=True))


@pytest.mark.parametrize("bug", BUGS)
def test_a_planted_bug_is_found(found: dict[str, int | None], bug: str) -> None:
    assert found[bug] is not None


if __name__ == "__main__":
    for name in sys.argv[1:] or BUGS:
        print(f'    "{name}": {found_by(name, is_searched=True)},', flush=True)
