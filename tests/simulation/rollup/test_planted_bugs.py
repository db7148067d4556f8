"""Every planted bug is found, in fewer than 2,000 seeds.

How: `bugs` patches the real code, seeds run until the first violation: first the one that found the bug when last measured (`SEEDS`),
then all from 1 on. A change of the product or of the simulation makes other traces: then the search takes longer, no more.
Again: `pytest tests/simulation/rollup/test_planted_bugs.py`; the seeds: `python -m tests.simulation.rollup.test_planted_bugs`.
"""

import sys
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import Final

import pytest

from tests.simulation.rollup import bugs, seasons
from tests.simulation.rollup.run import PROCESSES

MOST_SEEDS: Final = 2000
SEEDS: Final = {
    "a gap in the log not looked for": 25,
    "state loaded beyond the checkpoint": 35,
    "periods that come later are not noted": 62,
    "a checkpoint that says too early that all views are stored": 104,
    "no retry after a duplicate key": 169,
    "last sequence alone as the test for a restored stream": 30,
    "the opening that came last": 69,
    "a correction that corrects nothing": 69,
    "a rebuild publishes nothing": 4,
    "a restored stream is not looked for": 30,
    "a view that a late write brought back stays": 362,
    "a loss at the end of the log not looked for": 35,
    "a rebuild's checkpoint beyond what was read": 1,
    "the bearer of a code without the day of receipt": 7,
    "returns applied on arrival": 3,
    "units of two generations": 3,
    "a row left by a revert": 17,
    "an early block comes back without its events": 487,
}


def found_by(bug: str, is_searched: bool = False) -> int | None:
    """The seed that finds a bug, and nothing without it; None when none of 2,000 does."""
    first = [] if is_searched or bug not in SEEDS else [SEEDS[bug]]
    return next((seed for seed in [*first, *range(1, MOST_SEEDS + 1 - len(first))] if _bites(bug, seed)), None)


def _bites(bug: str, seed: int) -> bool:
    with bugs.BUGS[bug]():
        is_found = seasons.run(seed, is_first_enough=True).violations > 0
    return is_found and seasons.run(seed, is_first_enough=True).violations == 0


@pytest.fixture(scope="module")
def found() -> dict[str, int | None]:
    with ProcessPoolExecutor(PROCESSES, mp_context=get_context("spawn")) as processes:
        return dict(zip(bugs.BUGS, processes.map(found_by, bugs.BUGS), strict=True))


@pytest.mark.parametrize("bug", bugs.BUGS)
def test_a_planted_bug_is_found(found: dict[str, int | None], bug: str) -> None:
    assert found[bug] is not None


if __name__ == "__main__":
    for name in sys.argv[1:] or bugs.BUGS:
        print(f'    "{name}": {found_by(name, is_searched=True)},', flush=True)
