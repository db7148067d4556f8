"""`make bench [ONLY=name]`: runs the benchmarks, prints a table, and writes `.run/bench.json`. All ratios are of one run."""

import argparse
import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import orjson
from rich.console import Console
from rich.table import Table

from shared import observability
from tests.benchmarks import freshness, morning, throughput, verify_speed

BENCHMARKS: dict[str, Callable[[], Coroutine[Any, Any, dict[str, Any]]]] = {
    "throughput": throughput.measure,
    "freshness": freshness.measure,
    "morning": morning.measure,
    "verify": verify_speed.measure,
}
RESULT = Path(".run/bench.json")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=list(BENCHMARKS))
    only = parser.parse_args().only
    observability.configure_logs("bench", level=40)
    console, figures = Console(), orjson.loads(RESULT.read_bytes()) if only and RESULT.exists() else {}
    for name in [only] if only else BENCHMARKS:
        with console.status(f"{name} …"):
            figures |= asyncio.run(BENCHMARKS[name]())
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_bytes(orjson.dumps(figures, option=orjson.OPT_INDENT_2))
    table = Table("chỉ số", "giá trị", title="Tổng Hợp: đo trong một lần chạy")
    for name, value in figures.items():
        table.add_row(name, str(value))
    console.print(table)


if __name__ == "__main__":
    main()
