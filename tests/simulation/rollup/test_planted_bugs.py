"""Every planted bug is found, in fewer than 2,000 seeds.

How: `bugs` patches the real code, seeds run from 1 on until the first violation. Seeds needed when last measured: in `NEEDED`.
Again: `pytest tests/simulation/rollup/test_planted_bugs.py`.
"""

import pytest

from tests.simulation.rollup import bugs, seasons

MOST_SEEDS = 2000


def seeds_until_found(bug: str, most: int = MOST_SEEDS) -> int | None:
    """How many seeds it takes; None when none of them finds it."""
    with bugs.BUGS[bug]():
        return next((seed for seed in range(1, most + 1) if seasons.run(seed, is_first_enough=True).violations), None)


@pytest.mark.parametrize("bug", bugs.BUGS)
def test_a_planted_bug_is_found(bug: str) -> None:
    assert seeds_until_found(bug) is not None


if __name__ == "__main__":
    for name in bugs.BUGS:
        print(f"{seeds_until_found(name, 300)} {name}", flush=True)
