"""Every planted bug is found, in fewer than 2,000 seeds: here those that are found soon, all of them by `make planted-bugs`.

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
    "a checkpoint beyond the views that are written": 19,
    "an area counted twice": 32,
    "early reports added": 17,
    "an undone confirmation counts": 96,
    "a correction that corrects nothing": 69,
    "guard that compares the partition first": 8,
    "a write error of a bulk ignored": 8,
    "FEED without the last sequence expected": 8,
    "FEED never repaired": 10,
    "a publish that is not acknowledged taken for done": 6,
    "pin ignored": 12,
    "later reports counted early": 12,
}
RARE: Final = frozenset(
    {
        "a checkpoint that says too early that all views are stored",
        "a gap in the log not looked for",
        "a loss at the end of the log not looked for",
        "a rebuild's checkpoint beyond what was read",
        "a restored stream is not looked for",
        "a row left by a revert",
        "a view that a late write brought back stays",
        "an early block comes back without its events",
        "last sequence alone as the test for a restored stream",
        "no retry after a duplicate key",
        "periods that come later are not noted",
        "state loaded beyond the checkpoint",
        "the bearer of a code without the day of receipt",
        "the confirmation that came last is official",
        "the opening that came last",
        "units of two generations",
    }
)
"""Bugs that few seeds find: `make planted-bugs` looks for them, because the search takes minutes."""

COMMON: Final = tuple(bug for bug in bugs.BUGS if bug not in RARE)


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
        return dict(zip(COMMON, processes.map(found_by, COMMON), strict=True))


@pytest.mark.parametrize("bug", COMMON)
def test_a_planted_bug_is_found(found: dict[str, int | None], bug: str) -> None:
    assert found[bug] is not None


def search() -> int:
    """Looks for bugs from the first seed on, all that are named or all there are; the number that no seed finds."""
    missed = 0
    for name in sys.argv[1:] or bugs.BUGS:
        seed = found_by(name, is_searched=True)
        missed += seed is None
        print(f'    "{name}": {seed},', flush=True)
    return missed


if __name__ == "__main__":
    sys.exit(min(search(), 1))
