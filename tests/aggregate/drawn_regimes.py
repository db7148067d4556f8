"""Random regimes, agency days and periods, for the tests that compare verify's own rules with those of the fold."""

import random
from datetime import date, timedelta
from typing import Any

from hypothesis import assume
from hypothesis import strategies as st
from pydantic import ValidationError

from shared.words import deadline_faults
from shared.words.calendar import COMMON, WorkingDays
from shared.words.periods import Period
from shared.words.regimes import Regime

DISTRICT = "184"
COMMUNES = ("06253", "06256")
PARTS = ("", "-H1", "-H2", "-M9", "-Q1", "-Q2", "-Q3", "-Q4", *(f"-{month:02}" for month in range(1, 13)))
REPORTERS = {
    "xa": {"label": "xã", "level": "commune"},
    "phong": {"label": "phòng", "units": ["184-TP", "184-TCKH"]},
    "huyen": {"label": "huyện", "units": [DISTRICT]},
}
SPAN = [date(2023, 1, 1) + timedelta(days=number) for number in range(366 * 7)]
Json = dict[str, Any]

days = st.dates(date(2024, 1, 1), date(2028, 12, 31))
years = st.sampled_from([2024, 2025, 2026, 2027])
hours = st.none() | st.sampled_from(["00:00", "23:59", "17:00"]) | st.times().map(lambda at: f"{at:%H:%M}")


def regime(**changes: Any) -> Regime:
    base: Json = {
        "id": "thu",
        "title": "Thử",
        "legal_basis": [],
        "calendar": "year",
        "periods": ["2026"],
        "recipient": "20",
        "within": DISTRICT,
        "reporters": {"xa": REPORTERS["xa"]},
        "obligation": {"deadlines": {"xa": {"before": "01-15"}}},
    }
    return Regime.model_validate(base | changes)


def periods_of(one: Regime) -> list[Period]:
    return [period for code in one.periods if (period := one.period(code)) is not None]


@st.composite
def agencies(draw: st.DrawFn) -> WorkingDays:
    """An agency that is off on some working days, and works on some days off: on few or on many, up to months on end."""
    of = random.Random(draw(st.integers(0, 10**6)))
    off, working = (draw(st.sampled_from([0, 0, 2, 15])) for _ in range(2))
    at_random = WorkingDays(
        frozenset(day for day in SPAN if of.randrange(100) < off), frozenset(day for day in SPAN if of.randrange(100) < working)
    )
    begins, length = draw(days), draw(st.sampled_from([0, 0, 10, 60]))
    closed = frozenset(begins + timedelta(days=number) for number in range(length))
    return WorkingDays(at_random.off | closed, at_random.working - closed)


@st.composite
def named_days(draw: st.DrawFn, about: int) -> Json:
    """A day of the calendar of every shape, mostly soon after the end of the year's months: yearly or full, exclusive or inclusive."""
    kind = draw(st.sampled_from(["before", "by", "once"]))
    day = draw(st.dates(date(about, 1, 1), date(about + 1, 3, 31)) | days)
    is_yearly = kind != "once" and draw(st.booleans())
    return {kind: f"{day:%m-%d}" if is_yearly else str(day)}


def small(most: int) -> st.SearchStrategy[int]:
    return st.integers(1, 6) | st.integers(1, most)


counted_days = st.one_of(
    small(182).map(lambda count: {"after_cut_off": {"days": count}}),
    small(120).map(lambda count: {"after_cut_off": {"working_days": count}}),
    st.integers(1, 31).map(lambda day: {"day_of_next_month": day}),
)


def chained(name: str) -> st.SearchStrategy[Json]:
    return small(120).map(lambda count: {"after": name, "working_days": count})


@st.composite
def rules(draw: st.DrawFn, about: int, others: list[str]) -> Json:
    """A deadline rule of every kind; it may follow one of the groups `others`."""
    kinds: list[st.SearchStrategy[Json]] = [named_days(about), counted_days, counted_days]
    rule: Json = draw(st.one_of(*kinds, *[chained(name) for name in others] * 2))
    if not rule.keys() & {"before", "by", "once"}:
        rule = rule | draw(st.sampled_from([{}, {"inclusive": True}, {"inclusive": False}]))
    return rule | {"hour": draw(hours)}


@st.composite
def obligations(draw: st.DrawFn, about: int) -> tuple[Json, list[str]]:
    """An obligation, and the names of its groups: on call, or with deadlines of one to three groups in any order of following."""
    names = draw(st.lists(st.sampled_from(["phong", "huyen"]), unique=True))
    names.insert(draw(st.integers(0, len(names))), "xa")
    obligation: Json = {"to_working_day": draw(st.booleans())}
    if draw(st.integers(0, 5)) == 0:
        obligation["on_call"] = True
    else:
        made = {name: draw(rules(about, names[:number])) for number, name in enumerate(names)}
        obligation["deadlines"] = {name: made[name] for name in draw(st.permutations(names))}
    if draw(st.booleans()):
        followed = [] if "on_call" in obligation else names
        obligation["confirm"] = {"level": "district", **draw(rules(about, followed))}
    return obligation, names


@st.composite
def stored_regimes(draw: st.DrawFn, most_periods: int = 3) -> Regime:
    """Any regime that can be read, though `regimes check` may refuse it: regimes that are stored already are not checked."""
    kind = draw(st.sampled_from(["year", "year", "report_year", "report_year", "cut-off"]))
    calendar = f"{draw(days):%m-%d}" if kind == "cut-off" else kind
    year = draw(years)
    parts = [""] if kind == "cut-off" else draw(st.lists(st.sampled_from(PARTS), min_size=1, max_size=most_periods, unique=True))
    obligation, names = draw(obligations(year))
    try:
        return regime(
            calendar=calendar,
            periods=[f"{year}{part}" for part in parts],
            obligation=obligation,
            reporters={name: REPORTERS[name] for name in names},
        )
    except ValidationError:  # 29/02 is no day of every year
        assume(False)
        raise


@st.composite
def checked_regimes(draw: st.DrawFn) -> Regime:
    """A regime of one period whose deadlines `regimes check` accepts."""
    one = draw(stored_regimes(most_periods=1))
    assume(not list(deadline_faults.of(one, COMMON)))
    return one
