"""The page of the benchmarks is built from the committed figures and shows a missed target."""

from typing import Any

import orjson

from tests.benchmarks import page
from tests.benchmarks.run import BENCHMARKS

MACHINE = dict.fromkeys(page.MACHINE, "1")


def stored(**middles: float) -> dict[str, Any]:
    kept = {
        name: {"least": 1, "middle": middle, "most": 60, "runs": 2, "at": "2026-11-26", "commit": ""} for name, middle in middles.items()
    }
    return {"machine": MACHINE, "figures": kept}


def bench(size: float, **figures: object) -> dict[str, Any]:
    run = {"at": "2026-11-27T01:00:00+00:00", "commit": "abc1234", "size": size, "took_s": 1.0, "figures": figures}
    return {"environment": MACHINE, "runs": {"restart": [run]}}


def line(text: str, question: str) -> str:
    [found] = [line for line in text.splitlines() if line.startswith(f"| {question}")]
    return found


def test_the_committed_page_is_made_from_the_committed_figures() -> None:
    assert page.PAGE.read_text(encoding="utf-8") == page.page(orjson.loads(page.STORED.read_bytes()))


def test_a_missed_target_is_called_missed() -> None:
    text = page.page(stored(**{"restart.caught_up_s": 3.5, "verify.verify_s": 60}))
    assert "| **no** |" in line(text, "`kill -9`")
    assert "| yes |" in line(text, "`tonghop verify`")


def test_what_was_not_measured_says_so() -> None:
    assert "not measured yet" in line(page.page(stored()), "`tonghop verify`")


def test_new_runs_take_the_place_of_their_own_figures_only() -> None:
    before = stored(**{"restart.caught_up_s": 3.5, "verify.verify_s": 40})
    after = page.taken(before, bench(1, restart={"caught_up_s": 2.0}))["figures"]
    assert after["restart.caught_up_s"]["middle"] == 2.0
    assert after["verify.verify_s"] == before["figures"]["verify.verify_s"]


def test_figures_of_another_machine_are_not_mixed_in() -> None:
    before = stored(**{"verify.verify_s": 40})
    other = bench(1, restart={"caught_up_s": 2.0}) | {"environment": {**MACHINE, "cores": "64"}}
    assert page.taken(before, other)["figures"].keys() == {"restart.caught_up_s"}


def test_a_trial_at_a_part_of_the_size_is_no_figure() -> None:
    before = stored(**{"restart.caught_up_s": 3.5})
    assert page.taken(before, bench(0.05, restart={"caught_up_s": 0.1}))["figures"] == before["figures"]


def test_every_row_names_a_benchmark_that_can_be_run() -> None:
    assert {row.benchmark for row in page.ROWS} <= BENCHMARKS.keys()
