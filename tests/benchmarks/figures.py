"""The stored and printed form of figures: the target of each, and the spread of several runs. Pure: no clock, no I/O.

A benchmark gives nested figures (`{"freshness": {"100": {"p50_ms": 26.1}}}`); the name of a figure is its dotted path.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any, Final

Figures = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Wanted:
    """A limit of a figure, itself allowed."""

    sign: str  # ≥ or ≤
    limit: float

    def is_met(self, value: float) -> bool:
        return value >= self.limit if self.sign == "≥" else value <= self.limit

    def __str__(self) -> str:
        return f"{self.sign} {self.limit:g}"


@dataclass(frozen=True, slots=True)
class Spread:
    """The smallest, middle and largest value of a figure over several runs."""

    least: float
    middle: float
    most: float
    runs: int


PAGES: Final = (
    "work",
    "overview",
    "overview_unit",
    "view",
    "view_chosen",
    "missing",
    "narratives",
    "explain",
    "report",
    "return",
    "extend",
    "remind",
    "duty",
    "duties_reviewer",
    "people",
    "overview_national",
    "view_district",
    "explain_district",
    "duties",
    "duties_found",
    "search",
    "regimes",
    "regime",
    "reforms",
    "api",
    "work_officer",
    "duties_officer",
    "form",
    "state",
    "parked",
    "audit",
    "keys",
)
"""The pages of the portal that are measured (`portal_country.PAGES`)."""

WANTED: Final[dict[str, Wanted]] = {
    "aggregate.over_limit": Wanted("≥", 0.55),
    "aggregate.over_naive": Wanted("≥", 20),
    **{f"aggregate_mixed.{width}.over_limit": Wanted("≥", 0.35) for width in (20, 40, 60)},
    "end_to_end.over_durable_publish": Wanted("≥", 0.6),
    **{f"freshness.{rate}.view_p50_ms": Wanted("≤", 30) for rate in (100, 500)},
    **{f"freshness.{rate}.view_p99_ms": Wanted("≤", 150) for rate in (100, 500)},
    **{f"freshness.{rate}.feed_p99_ms": Wanted("≤", 400) for rate in (100, 500)},
    "burst.refused": Wanted("≤", 0),
    "burst.differences": Wanted("≤", 0),
    "burst.right_after_s": Wanted("≤", 10),
    "morning.raised_s": Wanted("≤", 30),
    "morning.digests_raised_s": Wanted("≤", 60),
    "morning.digests_mailed_s": Wanted("≤", 60),
    "restart.caught_up_s": Wanted("≤", 3),
    **{f"portal.pages.{name}.p95_ms": Wanted("≤", 60) for name in PAGES},
    "portal.slowest_p95_ms": Wanted("≤", 60),
    "portal.view_api_p99_ms": Wanted("≤", 20),
    "portal.weight.view_kib": Wanted("≤", 200),
    "portal.weight.form_kib": Wanted("≤", 60),
    "portal.weight.javascript_kib": Wanted("≤", 30),
    "portal.watchers.portal_cores": Wanted("≤", 0.3),
    "portal.screen.first_paint_s.slowest": Wanted("≤", 2),
    "portal.screen.key_to_paint_ms.p95": Wanted("≤", 50),
    "reform.check_s": Wanted("≤", 3),
    "reform.apply.s": Wanted("≤", 20),
    "reform.apply.pause_ms": Wanted("≤", 1000),
    "rebuild.over_aggregate": Wanted("≥", 1),
    "rebuild.mixed_reads": Wanted("≤", 0),
    "rebuild.differences": Wanted("≤", 0),
    "verify.verify_s": Wanted("≤", 60),
    "audit.verify_s": Wanted("≤", 60),
    "growth.large_over_small": Wanted("≥", 0.9),
    "memory.most_mib": Wanted("≤", 400),
    **{
        f"periods.{count}.over_linear.{service}.{figure}": Wanted("≤", 1)
        for count in (120, 240, 340)
        for service in ("aggregate", "notify")
        for figure in ("grown_mib", "restarted_mib", "caught_up_s")
    },
}


def flat(figures: Mapping[str, Any], prefix: str = "") -> dict[str, float]:
    """Every number by its dotted path; what is no number (samples, texts) is left out."""
    found: dict[str, float] = {}
    for key, value in figures.items():
        if isinstance(value, Mapping):
            found |= flat(value, f"{prefix}{key}.")
        elif isinstance(value, int | float):
            found[f"{prefix}{key}"] = value
    return found


def nested(values: Mapping[str, float]) -> Figures:
    """The inverse of `flat`."""
    made: Figures = {}
    for path, value in values.items():
        *folders, leaf = path.split(".")
        place = made
        for folder in folders:
            place = place.setdefault(folder, {})
        place[leaf] = value
    return made


def spreads(runs: Iterable[Mapping[str, Any]]) -> dict[str, Spread]:
    """The spread of every figure over the runs that have it, in the order of their first appearance."""
    values: dict[str, list[float]] = {}
    for run in runs:
        for path, value in flat(run).items():
            values.setdefault(path, []).append(value)
    return {path: Spread(min(found), median(found), max(found), len(found)) for path, found in values.items()}


def rows(found: Mapping[str, Spread]) -> list[tuple[str, ...]]:
    """The table: figure, middle value, least – most and number of runs, what is wanted, and whether the middle meets it."""
    return [_row(path, spread, WANTED.get(path)) for path, spread in found.items()]


def _row(path: str, spread: Spread, wanted: Wanted | None) -> tuple[str, ...]:
    between = f"{text(spread.least)} – {text(spread.most)}  ({spread.runs})" if spread.runs > 1 else ""
    mark = "" if wanted is None else "đạt" if wanted.is_met(spread.middle) else "CHƯA ĐẠT"
    return path, text(spread.middle), between, "" if wanted is None else str(wanted), mark


def text(value: float) -> str:
    """A figure with no more digits than it deserves."""
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{round(value, 3):g}"


def percentile(values: Sequence[float], percent: int) -> float:
    """The value that `percent` of the values do not exceed, nearest rank."""
    return sorted(values)[min(len(values) - 1, len(values) * percent // 100)]


def slope_per_hour(samples: Sequence[tuple[float, float]]) -> float:
    """Least squares: how much the second of (seconds, value) grows in an hour; 0 for fewer than two instants."""
    count = len(samples)
    if count < 2:
        return 0.0
    mean_s, mean = sum(at for at, _ in samples) / count, sum(value for _, value in samples) / count
    spread = sum((at - mean_s) ** 2 for at, _ in samples)
    return 3600 * sum((at - mean_s) * (value - mean) for at, value in samples) / spread if spread else 0.0
