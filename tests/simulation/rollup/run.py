"""`python -m tests.simulation.rollup.run --seeds N`: ingest and aggregate under everything that can go wrong, in made-up time.

What: a small province, two periods, three regimes, two partitions; units that send, correct, repeat, withdraw; a recipient that
returns, extends, opens; units and regimes that change under way; in three seeds of ten, reforms that are applied and reverted
(`reforms`); one to three instances of each service that crash, are paused, wake up as zombies; a broker and a database that lose
answers, answer late, stop half-way through a bulk, land late, restart, lose FEED's end, or come back as an older copy; power or
connections that fail while the last reports are on their way. How: the real services on stand-ins for nats-server and MongoDB
(`broker`, `store`) under an event loop without a clock (`loop`); the judge (`judge`) compares with the plain recomputation.
Seed: the number of the run gives the same trace each time.
Last measured: 10,000 seeds in 461 s on 2 cores (549 s in a slower hour), none violated. Since reforms are simulated:
590 seeds (1–300, 1001–1290) on a busy machine, none violated.
Again: `make simulate N=10000`, one seed with its trace `make simulate SEED=123`.
"""

import argparse
import gc
import sys
import time
from collections import Counter
from multiprocessing import get_context
from typing import Final

from rich.console import Console
from rich.table import Table

from tests.simulation.rollup import seasons
from tests.simulation.verdict import Result

PROCESSES: Final = 2
CHUNK: Final = 10
SEEDS_EACH: Final = 50
MOST_SHOWN: Final = 40


def one(seed: int) -> Result:
    """One seed."""
    return seasons.run(seed)


def show(seed: int, console: Console) -> int:
    """One seed with its trace; how many violations."""
    result = seasons.run(seed, is_traced=True)
    for line in result.lines:
        console.print(line, markup=False, highlight=False)
    for finding in result.findings:
        console.print(finding, style="red", markup=False)
    console.print(f"seed {seed}: {result.violations} violations, trace {result.trace}")
    return result.violations


def table(counts: Counter[str], seeds: int, seconds: float) -> Table:
    """All counts, what went wrong first."""
    shown = Table("chỉ số", "giá trị", title="Mô phỏng tiếp nhận và tổng hợp (simulated ingest and aggregate)")
    for name, value in sorted(counts.items()):
        shown.add_row(name, f"{value:,}")
    shown.add_row("seeds", f"{seeds:,}")
    shown.add_row("seconds", f"{seconds:,.1f}")
    shown.add_row("seeds/s", f"{seeds / seconds:,.1f}")
    return shown


def main() -> None:
    parser = argparse.ArgumentParser(description="Ingest and aggregate, simulated.")
    parser.add_argument("--seeds", type=int, default=1000)
    parser.add_argument("--first", type=int, default=1)
    parser.add_argument("--seed", type=int, help="one seed, with its trace")
    asked = parser.parse_args()
    console = Console(soft_wrap=True)
    if asked.seed is not None:
        sys.exit(1 if show(asked.seed, console) else 0)
    counts: Counter[str] = Counter({"violations": 0})
    bad = 0
    began = time.monotonic()
    seeds = range(asked.first, asked.first + asked.seeds)
    context = get_context("forkserver")
    context.set_forkserver_preload([seasons.__name__])
    # garbage is not collected: a process that left that of some hundred seeds is replaced
    with context.Pool(PROCESSES, gc.disable, maxtasksperchild=SEEDS_EACH // CHUNK) as processes:
        for number, result in enumerate(processes.imap(one, seeds, chunksize=CHUNK), start=1):
            counts.update(result.counts)
            if result.violations and (bad := bad + 1) <= MOST_SHOWN:
                console.print(f"seed {result.seed} (make simulate SEED={result.seed}): {result.findings[0]}", style="red", markup=False)
            if number % 500 == 0:
                console.print(f"{number}/{len(seeds)} seeds, {bad} with violations, {number / (time.monotonic() - began):.0f} seeds/s")
    console.print(table(counts, len(seeds), time.monotonic() - began))
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
