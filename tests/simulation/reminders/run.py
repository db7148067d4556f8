"""`python -m tests.simulation.reminders.run --seeds N`: five years of duties and reminders under everything that can go wrong.

What: all six real regimes, and six that ask every commune: two yearly ones, and one each of months, quarters, half-years and
nine months (`parts`), 2024–2028; random reports, corrections, withdrawals, returns, extensions, openings and moved deadlines;
two notifiers on one alert store, killed at any step, stalled, down for days, with clocks that jump by up to two hours; ingest
and mail away; events late, out of order and twice. How: the real tick, channels, domain and alert store drive stand-ins
(`fakes`, `keeper`) under a made-up clock (`years`); the oracle (`oracle`, `decree`, from the texts of the design and of NĐ
09/2019) judges every claim, message and mail at once and, at the end, what was not said (`judge`). Every third seed is without
faults: there not even a mail may come twice. The first `--national` seeds (one) have all 10,035 communes; there 85 of 100 tasks
are done in time, and the others are as random as in the local seeds. `--reformed N` seeds more have a small province (`reforms`) that
crosses reforms on 1/3/2025, on 1/7/2025 and later: known before or after their day, reverted and applied again with the heirs that were
open; offices merged twice in one period, splits, renames, pinned periods, events under the ids of before. Of these, every tenth lasts five
years and the others two.
Seed: the number of the run gives the same trace each time.
Last measured: seed 1 with all communes: 1,166,617 duties, 942,620 alerts, 946,693 rungs that had to be decided, 268,624 mails, 54 crashes,
0 violations, 466 s (337 s of CPU on one core, with much other work beside), 2.8 GiB. Local seeds 4–11, with fewer addresses: 45,231 duties,
160,309 alerts, 291 crashes, 0 violations, 10–20 s of CPU each.
Seeds 1–340 with reforms: 241,316 alerts, 0 violations; of 1–200: 50,560 duties, 117,281 rungs that had to be decided, 33,039 mails, 1,222
crashes; 0.6 s of CPU for a seed of two years.
Again: `make simulate-duties`.
"""

import argparse
import gc
import itertools
import resource
import sys
import time
from collections import Counter
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from typing import Final

from rich.console import Console
from rich.table import Table

from tests.simulation.reminders import years
from tests.simulation.reminders.world import Size
from tests.simulation.verdict import Result

PROCESSES: Final = 2
LOCAL: Final = Size()
NATIONAL: Final = Size(communes=None, orderly=0.85)  # a million tasks: most of them are done in time
REFORMED: Final = Size(years=2, regimes="reformed")
REFORMED_LONG: Final = Size(regimes="reformed")


def run(seed: int, national: int) -> Result:
    """One seed, at the size that is its turn."""
    return years.run(seed, _size(seed, national, is_reformed=False))


def run_reformed(seed: int) -> Result:
    """One seed of the province that is reformed."""
    return years.run(seed, _size(seed, 0, is_reformed=True))


def _size(seed: int, national: int, *, is_reformed: bool) -> Size:
    if is_reformed:
        return REFORMED if seed % 10 else REFORMED_LONG
    return NATIONAL if seed <= national else LOCAL


def total(results: Iterable[Result], console: Console, seeds: int) -> tuple[Counter[str], list[str]]:
    """All counts, and violations in words; a line of progress for each seed."""
    counts: Counter[str] = Counter()
    findings: list[str] = []
    for number, result in enumerate(results, start=1):
        counts += result.counts
        findings += [f"seed {result.seed}: {line}" for line in result.findings]
        console.print(f"{number}/{seeds} seed {result.seed}: {result.counts['alerts']} alerts, {result.violations} violations")
    return counts, findings


def show(seed: int, size: Size, console: Console) -> int:
    """One seed with its trace; how many violations."""
    result = years.run(seed, size, is_traced=True)
    for line in result.lines:
        console.print(line, markup=False, highlight=False)
    for finding in result.findings:
        console.print(finding, style="red", markup=False)
    console.print(f"seed {seed}: {result.violations} violations, trace {result.trace}")
    return result.violations


def main() -> None:
    parser = argparse.ArgumentParser(description="Five years of duties and reminders, simulated.")
    parser.add_argument("--seeds", type=int, default=40)
    parser.add_argument("--first", type=int, default=1)
    parser.add_argument("--national", type=int, default=1, help="how many seeds, the first ones, have all communes")
    parser.add_argument("--reformed", type=int, default=0, help="how many more seeds have a province that is reformed")
    parser.add_argument("--seed", type=int, help="one seed, with its trace; local unless --national is at least as high")
    asked = parser.parse_args()
    console, began = Console(soft_wrap=True), time.monotonic()
    if asked.seed is not None:
        sys.exit(1 if show(asked.seed, _size(asked.seed, asked.national, is_reformed=asked.reformed > 0), console) else 0)
    seeds, reformed = (range(asked.first, asked.first + count) for count in (asked.seeds, asked.reformed))
    with ProcessPoolExecutor(PROCESSES, initializer=gc.freeze) as processes:
        found = processes.map(partial(run, national=asked.national), seeds)
        found_reformed = processes.map(run_reformed, reformed, chunksize=10)
        counts, findings = total(itertools.chain(found, found_reformed), console, len(seeds) + len(reformed))
    table = Table("chỉ số", "giá trị", title="Mô phỏng nghĩa vụ và nhắc (simulated duties)")
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = {
        "seconds": time.monotonic() - began,
        "seconds of CPU": used.ru_utime + used.ru_stime,
        "MiB in one process": used.ru_maxrss / 1024,
    }
    figures = {"seeds": len(seeds), "seeds with reforms": len(reformed), "violations": 0, **dict(sorted(counts.items()))}
    figures |= {name: round(one) for name, one in spent.items()}
    for name, value in figures.items():
        table.add_row(name, f"{value:,}")
    console.print(table)
    for line in findings[:50]:
        console.print(line, style="red", markup=False)
    sys.exit(1 if counts["violations"] else 0)


if __name__ == "__main__":
    main()
