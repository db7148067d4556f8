"""150 seeds of ingest and aggregate: whatever goes wrong, the views, FEED and the stored events are right in the end.

How: `python -m tests.simulation.rollup.run` says what is simulated; here the first 150 seeds. More: `make simulate N=10000`.
"""

import os
import subprocess
import sys
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import pytest

from tests.simulation.rollup import seasons
from tests.simulation.rollup.chance import KINDS
from tests.simulation.rollup.run import PROCESSES, one
from tests.simulation.verdict import Result

SEEDS = range(1, 151)
TRACED = (3, 27, 108)  # with all kinds of trouble
HAPPENS = (
    *KINDS,
    "upsert race lost",
    "redelivered",
    "dropped by the window",
    "copies in the log",
    "atomic batches",
    "crashes",
    "crashes half-way",
    "power cuts",
    "gone for good",
    "breaks in the last moment",
    "pauses",
    "zombies",
    "second instances",
    "broker restarts",
    "FEED's end lost",
    "disconnects",
    "consumers lost",
    "restored from a copy",
    "WentBack was said",
    "units changed",
    "units changed cut off",
    "regimes changed",
    "regimes changed cut off",
    "reforms applied",
    "reforms applied cut off",
    "reforms reverted",
    "reforms reverted cut off",
    "early views",
    "early reports",
    "areas",
    "pins",
    "rebuilds",
    "rebuilds cut off",
    "log: generation.raised",
    "log: reader.gap_found",
    "log: reader.loss_found",
    "log: batch.postponed",
    "log: message.parked",
    "log: feed.repaired",
    "log: feed.publish_failed",
)


@pytest.fixture(scope="module")
def results() -> list[Result]:
    with ProcessPoolExecutor(PROCESSES, mp_context=get_context("spawn")) as processes:
        return list(processes.map(one, SEEDS, chunksize=10))


def test_no_seed_breaks_a_promise(results: list[Result]) -> None:
    assert [(result.seed, result.findings[0]) for result in results if result.violations] == []


@pytest.mark.parametrize("what", HAPPENS)
def test_everything_that_can_go_wrong_goes_wrong(results: list[Result], what: str) -> None:
    assert sum((result.counts for result in results), Counter())[what] > 0


@pytest.mark.parametrize("seed", TRACED)
def test_the_same_seed_gives_the_same_trace(seed: int) -> None:
    first = seasons.run(seed)
    assert seasons.run(seed).trace == first.trace
    assert seasons.run(seed + 1).trace != first.trace


def test_the_trace_does_not_depend_on_the_order_of_sets() -> None:
    """In processes of their own, each with another hash of strings."""
    code = f"from tests.simulation.rollup import seasons\nfor seed in {TRACED}: print(seasons.run(seed).trace)"
    traces = {
        subprocess.run(
            [sys.executable, "-c", code], env={**os.environ, "PYTHONHASHSEED": salt}, check=True, capture_output=True, text=True
        ).stdout
        for salt in ("1", "2")
    }
    assert traces == {"".join(f"{seasons.run(seed).trace}\n" for seed in TRACED)}
