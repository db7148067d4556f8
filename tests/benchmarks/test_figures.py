"""The tools around the benchmarks: spreads, the table, what is stored when a benchmark fails, profiles. No benchmark runs here."""

from pathlib import Path

import orjson
import pytest

from shared.wire import subjects
from tests.benchmarks import figures, mixed, portal_country, profiles, run, scale
from tests.benchmarks.figures import Figures, Spread
from tests.benchmarks.machine import YEAR
from tests.benchmarks.run import Benchmark


def test_a_spread_is_of_the_runs_that_have_the_figure() -> None:
    runs: list[Figures] = [
        {"aggregate": {"per_s": 9000}},
        {"aggregate": {"per_s": 7000, "over_limit": 0.5}},
        {"aggregate": {"per_s": 8500}},
    ]
    assert figures.spreads(runs) == {"aggregate.per_s": Spread(7000, 8500, 9000, 3), "aggregate.over_limit": Spread(0.5, 0.5, 0.5, 1)}


def test_figures_come_back_from_their_paths_without_samples() -> None:
    found = {"memory": {"most_mib": 212.5, "samples": [[0, 1.0]]}, "scale": {"one": {"per_s": 9000}}}
    assert figures.nested(figures.flat(found)) == {"memory": {"most_mib": 212.5}, "scale": {"one": {"per_s": 9000}}}


@pytest.mark.parametrize(
    ("path", "value", "mark"),
    [
        ("aggregate.over_limit", 0.55, "đạt"),
        ("aggregate.over_limit", 0.549, "CHƯA ĐẠT"),
        ("restart.caught_up_s", 3.0, "đạt"),
        ("restart.caught_up_s", 3.01, "CHƯA ĐẠT"),
        ("limit.per_s", 1.0, ""),
    ],
)
def test_a_limit_itself_is_allowed(path: str, value: float, mark: str) -> None:
    [row] = figures.rows({path: Spread(value, value, value, 1)})
    assert row[-1] == mark


def test_the_middle_value_is_judged_not_the_best() -> None:
    [row] = figures.rows({"aggregate.over_limit": Spread(0.4, 0.5, 0.6, 5)})
    assert row == ("aggregate.over_limit", "0.5", "0.4 – 0.6  (5)", "≥ 0.55", "CHƯA ĐẠT")


def test_a_straight_line_has_its_slope_and_a_flat_one_none() -> None:
    assert figures.slope_per_hour([(0, 100), (600, 101), (1200, 102)]) == pytest.approx(6.0)
    assert figures.slope_per_hour([(0, 100), (600, 100)]) == 0
    assert figures.slope_per_hour([(0, 100)]) == 0


def test_a_percentile_is_a_value_that_was_measured() -> None:
    assert [figures.percentile(range(1, 101), percent) for percent in (50, 99)] == [51, 100]
    assert figures.percentile([7.0], 99) == 7.0


async def fine(size: float) -> Figures:
    return {"limit": {"per_s": 1000 * size}}


async def broken(_: float) -> Figures:
    raise TimeoutError("the aggregator did not reach the end")


def test_a_benchmark_that_fails_does_not_lose_the_figures_of_the_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "RESULT", tmp_path / "run" / "bench.json")
    monkeypatch.setattr(run, "BENCHMARKS", {"broken": Benchmark(broken), "fine": Benchmark(fine)})
    assert run.bench(["broken", "fine"], times=2, size=1.0) is True
    kept = orjson.loads(run.RESULT.read_bytes())
    assert kept["limit"] == {"per_s": 1000}
    assert len(kept["runs"]["fine"]) == 2
    assert [found["error"] for found in kept["runs"]["broken"]] == ["TimeoutError: the aggregator did not reach the end"] * 2
    assert kept["environment"]["commit"]


def test_running_one_benchmark_keeps_the_figures_of_the_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "RESULT", tmp_path / "bench.json")
    monkeypatch.setattr(run, "BENCHMARKS", {"fine": Benchmark(fine), "broken": Benchmark(broken)})
    assert run.bench(["fine"], times=1, size=1.0) is False
    assert run.bench(["broken"], times=1, size=1.0) is True
    assert orjson.loads(run.RESULT.read_bytes())["limit"] == {"per_s": 1000}


def test_a_profile_charges_what_a_library_does_to_our_function_that_called_it() -> None:
    stacks = [
        "_run (asyncio/events.py:84);_put (/x/services/aggregate/partition.py:120);insert_many (/y/site-packages/pymongo/bulk.py:7) 30",
        "_run (asyncio/events.py:84);_fold (/x/services/aggregate/partition.py:101) 10",
    ]
    itself, on_behalf, within = (part.splitlines()[1:] for part in profiles.summary(stacks).split("in ")[1:])
    assert itself == ["   75.0 %  insert_many (pymongo/bulk.py)", "   25.0 %  _fold (services/aggregate/partition.py)"]
    assert on_behalf == ["   75.0 %  _put (services/aggregate/partition.py)", "   25.0 %  _fold (services/aggregate/partition.py)"]
    assert within == on_behalf


@pytest.mark.parametrize("width", mixed.WIDTHS)
def test_a_mixed_regime_asks_so_many_figures_of_every_kind(width: int) -> None:
    regime = mixed.mixed_regime(width)
    assert len(regime.by_code) == width
    assert {indicator.kind for indicator in regime.indicators} == {"quantity", "ratio", "flag", "choice"}
    assert regime.narratives


def test_every_page_that_is_measured_has_a_target() -> None:
    assert tuple(portal_country.PAGES) == figures.PAGES


def test_the_regimes_of_scale_fill_every_partition_once() -> None:
    found = [subjects.partition_of(regime.id, YEAR, scale.PARTITIONS) for regime in scale.one_each()]
    assert sorted(found) == list(range(scale.PARTITIONS))
