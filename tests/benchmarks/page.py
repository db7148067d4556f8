"""Builds docs/benchmarks.md, one table, from docs/benchmarks.json, which keeps the last figures of every benchmark.

`make bench-page` copies the runs of `.run/bench.json` (whole size, no errors) into docs/benchmarks.json, where figures that were not
measured again stay, and writes the page. A test checks that the committed page is built from the committed figures.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

import orjson

from tests.benchmarks import figures
from tests.benchmarks.figures import WANTED, Spread

ROOT: Final = Path(__file__).parents[2]
RUNS: Final = ROOT / ".run" / "bench.json"
STORED: Final = ROOT / "docs" / "benchmarks.json"
PAGE: Final = ROOT / "docs" / "benchmarks.md"
HARDWARE: Final = ("cpu", "cores", "memory_gib")
MACHINE: Final = (*HARDWARE, "nats_server", "mongod", "python")


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table. `figure` names the value and, with it, its target; `unit` stands behind the value."""

    question: str
    figure: str
    unit: str
    benchmark: str


ROWS: Final = (
    Row("Reports that the aggregator stores in a second, 60,000 waiting", "aggregate.per_s", "/s", "aggregate"),
    Row("The same, as a part of what fetching and inserting alone can do", "aggregate.over_limit", "", "aggregate"),
    Row("The same, compared with one handler and three updates per message", "aggregate.over_naive", " ×", "aggregate"),
    Row("Part of the raw limit with real forms of 60 indicators", "aggregate_mixed.60.over_limit", "", "mixed"),
    Row(
        "From the inbox to the stored view, as a part of only publishing",
        "end_to_end.over_durable_publish",
        "",
        "end_to_end",
    ),
    Row("Time from sending until a province's view has the report, 100 reports/s: median", "freshness.100.view_p50_ms", " ms", "freshness"),
    Row("The same: 99 of 100", "freshness.100.view_p99_ms", " ms", "freshness"),
    Row("The same at 500 reports/s: median", "freshness.500.view_p50_ms", " ms", "freshness"),
    Row("The same at 500 reports/s: 99 of 100", "freshness.500.view_p99_ms", " ms", "freshness"),
    Row("Time until the province receives it on FEED, 500 reports/s: 99 of 100", "freshness.500.feed_p99_ms", " ms", "freshness"),
    Row("20,070 reports in the last minute before a deadline: all in views after", "burst.right_after_s", " s", "burst"),
    Row("`kill -9` of the aggregator: caught up after, with 40,000 reports stored", "restart.caught_up_s", " s", "restart"),
    Row("08:00 of a national deadline day: 18,391 reminders raised after", "morning.raised_s", " s", "morning"),
    Row("Slowest page of the portal, 10,180 communes reported, 100 reports/s: 95 of 100", "portal.slowest_p95_ms", " ms", "portal"),
    Row("Page of a province's view with 145 communes: 95 of 100", "portal.pages.view.p95_ms", " ms", "portal"),
    Row("Page of a commune's report: 95 of 100", "portal.pages.report.p95_ms", " ms", "portal"),
    Row("Page of all duties of the country: 95 of 100", "portal.pages.duties.p95_ms", " ms", "portal"),
    Row("Processor time of the costliest page", "portal.costliest_cpu_ms", " ms", "portal"),
    Row("The view in the API: 99 of 100", "portal.view_api_p99_ms", " ms", "portal"),
    Row("Page of a province with 145 communes before compression", "portal.weight.view_kib", " KiB", "portal"),
    Row("Form of 200 fields before compression", "portal.weight.form_kib", " KiB", "portal"),
    Row("All scripts, gzipped", "portal.weight.javascript_kib", " KiB", "portal"),
    Row("500 watchers of one busy view: cores of the portal", "portal.watchers.portal_cores", "", "portal"),
    Row("First paint at 400 kbit/s and 400 ms, nothing in the cache", "portal.screen.first_paint_s.slowest", " s", "portal"),
    Row("From a key to its paint in a form of 200 fields: 95 of 100", "portal.screen.key_to_paint_ms.p95", " ms", "portal"),
    Row("Rebuild of 500,000 reports under load, compared with the aggregator", "rebuild.over_aggregate", " ×", "rebuild"),
    Row("Reads during that rebuild that showed a mixture of old and new", "rebuild.mixed_reads", "", "rebuild"),
    Row("`tonghop audit verify` of a million entries", "audit.verify_s", " s", "audit"),
    Row("`tonghop verify` of 500,000 reports under load", "verify.verify_s", " s", "verify"),
    Row("Speed with 1,000,000 reports stored, compared with 10,000", "growth.large_over_small", " ×", "growth"),
    Row("Memory of the aggregator after 30 minutes at national size", "memory.most_mib", " MiB", "memory"),
    Row(
        "240 regime-periods of 10,035 communes: memory of the aggregator after a restart",
        "periods.240.aggregate.restarted_mib",
        " MiB",
        "periods",
    ),
    Row("The same for each regime-period, compared with 40 of them", "periods.240.over_linear.aggregate.restarted_mib", " ×", "periods"),
    Row("240 regime-periods: `kill -9` of the aggregator, caught up after", "periods.240.aggregate.caught_up_s", " s", "periods"),
    Row("The same for each regime-period, compared with 40 of them", "periods.240.over_linear.aggregate.caught_up_s", " ×", "periods"),
    Row("240 regime-periods: memory of the notifier after a restart", "periods.240.notify.restarted_mib", " MiB", "periods"),
    Row("The same for each regime-period, compared with 40 of them", "periods.240.over_linear.notify.restarted_mib", " ×", "periods"),
    Row(
        "240 regime-periods: `kill -9` of the notifier, caught up and first tick done after",
        "periods.240.notify.caught_up_s",
        " s",
        "periods",
    ),
    Row("The same for each regime-period, compared with 40 of them", "periods.240.over_linear.notify.caught_up_s", " ×", "periods"),
)

TEXT: Final = """# Benchmarks

<!-- Generated by `make bench-page` from benchmarks.json; do not edit. -->

{machine}.
The load generator, the services, nats-server and mongod share this machine. Every message is on disk before it is acknowledged
(`sync_interval: always`), and every write has `w=majority, journal=true`.

{table}

The result is the median of the runs; least and most are in brackets. The target is judged by the median. Nothing here is asserted in a
test: the speed of this machine changes by a factor of 1.6 within minutes, so compare only figures of one day.

## Measure again

| command | what runs |
| --- | --- |
| `make bench` | every short benchmark, at most 15 minutes |
| `make bench-long` | `rebuild`, `verify`, `growth`, `memory`, `periods` |
| `make bench ONLY=aggregate TIMES=5` | one of them, five times |
| `make profile ONLY=aggregate` | one of them with py-spy beside it |
| `make bench-page` | takes the last runs into this page |

Each benchmark starts its own servers on free ports, and its module in `tests/benchmarks/` opens with what it measures and how.
`.run/bench.json` has every run. A benchmark that fails is kept as `error` and makes the exit code 1; a missed target does not.

## Notes

{notes}
"""


@dataclass(frozen=True, slots=True)
class Measured:
    """A figure as it is kept: its spread, the day of its last run, and the commit where it is known."""

    spread: Spread
    at: date
    commit: str


Kept = Mapping[str, Measured]


def main() -> None:
    stored = orjson.loads(STORED.read_bytes())
    if RUNS.exists():
        stored = taken(stored, orjson.loads(RUNS.read_bytes()))
        STORED.write_bytes(orjson.dumps(stored, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS) + b"\n")
    PAGE.write_text(page(stored), encoding="utf-8")
    print(f"{PAGE.relative_to(ROOT)}: {len(ROWS)} dòng (rows)")


def taken(stored: dict[str, Any], bench: Mapping[str, Any]) -> dict[str, Any]:
    """What is kept, with the figures of `bench` in the place of earlier ones, and its machine. Figures of another machine are dropped."""
    machine = {name: bench["environment"][name] for name in MACHINE}
    is_same = all(machine[name] == stored["machine"][name] for name in HARDWARE)
    found = dict(stored["figures"]) if is_same else {}
    for runs in bench["runs"].values():
        whole = [run for run in runs if run["size"] == 1 and "figures" in run]
        for path, spread in figures.spreads(run["figures"] for run in whole).items():
            found[path] = {
                "least": spread.least,
                "middle": spread.middle,
                "most": spread.most,
                "runs": spread.runs,
                "at": whole[-1]["at"][:10],
                "commit": whole[-1]["commit"],
            }
    return {"machine": machine, "figures": found}


def kept(stored: Mapping[str, Any]) -> Kept:
    """The figures of docs/benchmarks.json."""
    return {
        path: Measured(Spread(one["least"], one["middle"], one["most"], one["runs"]), date.fromisoformat(one["at"]), one["commit"])
        for path, one in stored["figures"].items()
    }


def page(stored: Mapping[str, Any]) -> str:
    """The text of the page."""
    notes = "\n".join(f"* [{_title(note)}](notes/{note.name})" for note in sorted((ROOT / "docs" / "notes").glob("*.md"), reverse=True))
    return TEXT.format(machine=_machine(stored["machine"]), table="\n".join(_table(kept(stored))), notes=notes)


def _machine(machine: Mapping[str, Any]) -> str:
    versions = f"nats-server {machine['nats_server'].split()[-1].lstrip('v')}, mongod {machine['mongod'].split()[-1].lstrip('v')}"
    return (
        f"Machine: {machine['cores']} processors ({machine['cpu']}, virtual), {machine['memory_gib']} GiB; {versions},"
        f" Python {machine['python']}"
    )


def _table(found: Kept) -> Iterator[str]:
    yield "| question | target | result | met | measured |"
    yield "| --- | --- | --- | --- | --- |"
    yield from (_line(row, found.get(row.figure)) for row in ROWS)


def _line(row: Row, measured: Measured | None) -> str:
    wanted = WANTED.get(row.figure)
    target = "–" if wanted is None else f"{wanted}{row.unit}"
    if measured is None:
        return f"| {row.question} | {target} | not measured yet | | `{row.benchmark}` |"
    spread = measured.spread
    between = f" ({figures.text(spread.least)} – {figures.text(spread.most)})" if spread.least != spread.most else ""
    met = "" if wanted is None else "yes" if wanted.is_met(spread.middle) else "**no**"
    runs = "1 run" if spread.runs == 1 else f"{spread.runs} runs"
    when = f"`{row.benchmark}`, {measured.at:%d/%m/%Y}, {runs}"
    return f"| {row.question} | {target} | {figures.text(spread.middle)}{row.unit}{between} | {met} | {when} |"


def _title(note: Path) -> str:
    return note.read_text(encoding="utf-8").splitlines()[0].removeprefix("# ")


if __name__ == "__main__":
    main()
