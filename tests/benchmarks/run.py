"""`make bench`, `make bench-long`: runs benchmarks, prints every figure with its target, and writes `.run/bench.json`.

The file has the median of each figure under the figure's name, the machine under `environment`, and every run of every benchmark with its
commit under `runs`. A failed benchmark is stored as `error`; the others continue, and the exit code is 1. Both parts of a ratio come from
the same run. `make bench-page` copies the figures into docs/benchmarks.md.
"""

import argparse
import asyncio
import sys
import time
import traceback
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import orjson
from rich.console import Console
from rich.table import Column, Table

from shared.shell import observability
from tests.benchmarks import (
    audit_speed,
    burst,
    end_to_end,
    environment,
    figures,
    freshness,
    growth,
    memory,
    mixed,
    morning,
    periods,
    portal,
    profiles,
    rebuild,
    reform,
    restart,
    scale,
    throughput,
    verify_speed,
)
from tests.benchmarks.figures import Figures


@dataclass(frozen=True)
class Benchmark:
    """One family of figures. `measure(size)` runs it; a size below 1 only proves that it works."""

    measure: Callable[[float], Coroutine[Any, Any, Figures]]
    is_long: bool = False
    limit_s: float = 900.0


BENCHMARKS: Final[dict[str, Benchmark]] = {
    "aggregate": Benchmark(throughput.measure),
    "mixed": Benchmark(mixed.measure),
    "end_to_end": Benchmark(end_to_end.measure),
    "freshness": Benchmark(freshness.measure),
    "burst": Benchmark(burst.measure),
    "restart": Benchmark(restart.measure),
    "scale": Benchmark(scale.measure),
    "morning": Benchmark(morning.measure),
    "reform": Benchmark(reform.measure),
    "portal": Benchmark(portal.measure),
    "rebuild": Benchmark(rebuild.measure, is_long=True, limit_s=3600.0),
    "audit": Benchmark(audit_speed.measure),
    "verify": Benchmark(verify_speed.measure, is_long=True, limit_s=3600.0),
    "growth": Benchmark(growth.measure, is_long=True, limit_s=3600.0),
    "memory": Benchmark(memory.measure, is_long=True, limit_s=3600.0),
    "periods": Benchmark(periods.measure, is_long=True, limit_s=3600.0),
}
ALIASES: Final = {
    "limit": "aggregate",
    "naive": "aggregate",
    "throughput": "aggregate",
    "limit_mixed": "mixed",
    "aggregate_mixed": "mixed",
    "durable_publish": "end_to_end",
}
RESULT: Final = Path(".run/bench.json")

Run = dict[str, Any]  # at, commit, size, took_s, and figures or error
Runs = dict[str, list[Run]]  # by benchmark

console: Final = Console() if sys.stdout.isatty() else Console(width=140)


def main() -> None:
    wanted = _arguments()
    observability.configure_logs("bench", level=40)
    texts: list[str] = []
    profiles.wanted.set(texts if wanted.profile else None)
    is_failed = bench(_names(wanted.only, wanted.long), wanted.times, wanted.size)
    for text in texts:
        console.print(text, markup=False, highlight=False, soft_wrap=True)
    raise SystemExit(is_failed)


def bench(names: Sequence[str], times: int, size: float) -> bool:
    """Runs each of `names` once a round, writes what is known after each, shows the table; whether any run failed."""
    stored = orjson.loads(RESULT.read_bytes()) if RESULT.exists() else {}
    runs: Runs = {name: found for name, found in stored.get("runs", {}).items() if name in BENCHMARKS and name not in names}
    machine = environment.environment()
    for number in range(times):
        for name in names:
            with console.status(f"{name} ({number + 1}/{times}) …"):
                runs.setdefault(name, []).append(_run(name, size))
            _write(machine, runs)
    _show({name: runs[name] for name in names}, machine)
    return any("error" in run for name in names for run in runs[name])


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=[*BENCHMARKS, *ALIASES], help="one benchmark, long or not")
    parser.add_argument("--long", action="store_true", help="the long ones, which otherwise are left out")
    parser.add_argument("--times", type=int, default=1, help="rounds: every chosen benchmark once in each")
    parser.add_argument("--size", type=float, default=1.0, help="a part of the usual size, to try a benchmark: no figure to keep")
    parser.add_argument("--profile", action="store_true", help="py-spy beside it: aggregate, mixed, end_to_end (ingest), rebuild")
    return parser.parse_args()


def _names(only: str | None, is_long: bool) -> list[str]:
    if only is not None:
        return [ALIASES.get(only, only)]
    return [name for name, benchmark in BENCHMARKS.items() if benchmark.is_long == is_long]


def _run(name: str, size: float) -> Run:
    benchmark, began = BENCHMARKS[name], time.perf_counter()
    run: Run = {"at": datetime.now(UTC).isoformat(timespec="seconds"), "commit": environment.commit(), "size": size}
    try:
        run["figures"] = asyncio.run(asyncio.wait_for(benchmark.measure(size), benchmark.limit_s))
    except Exception as error:
        traceback.print_exc()
        run["error"] = f"{type(error).__name__}: {error}"
    return run | {"took_s": round(time.perf_counter() - began, 1)}


def _found(runs: list[Run]) -> dict[str, figures.Spread]:
    return figures.spreads(run["figures"] for run in runs if "figures" in run)


def _write(machine: dict[str, Any], runs: Runs) -> None:
    medians = {path: spread.middle for found in runs.values() for path, spread in _found(found).items()}
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_bytes(orjson.dumps({"environment": machine, **figures.nested(medians), "runs": runs}, option=orjson.OPT_INDENT_2))


def _show(runs: Runs, machine: dict[str, Any]) -> None:
    console.print(", ".join(f"{name} {value}" for name, value in machine.items()), style="dim", highlight=False)
    table = Table(
        Column("chỉ số", no_wrap=True),
        Column("trung vị", justify="right", no_wrap=True),
        "nhỏ nhất – lớn nhất (số lượt)",
        "cần",
        "",
        title="Tổng Hợp: đo tốc độ",
    )
    for name, found in runs.items():
        table.add_section()
        for row in figures.rows(_found(found)):
            table.add_row(*row)
        failed = [run["error"] for run in found if "error" in run]
        if failed:
            table.add_row(name, "[red]hỏng[/]", f"{len(failed)}/{len(found)} lượt", "", failed[-1][:80])
    console.print(table)
    if any(run["size"] != 1 for found in runs.values() for run in found):
        console.print("Thu nhỏ (--size): chỉ để thử, không phải số đo (only a trial, no figures).", style="yellow")


if __name__ == "__main__":
    main()
