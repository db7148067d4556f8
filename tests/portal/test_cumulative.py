"""Lũy kế: the sum of a unit's views since the beginning of the year. Source: design, section 5, "Year to date"; ADR-0040."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.portal.domain import address, cumulative
from services.portal.domain.address import Address
from services.portal.domain.cumulative import YearToDate
from shared.wire import events
from shared.wire.answers import Cumulative, RatioTotal
from shared.wire.events import Logged
from shared.wire.views import View
from shared.words import numbers, periods
from shared.words.reference import Reference
from shared.words.regimes import Regime
from shared.words.units import Unit
from tests.portal import builders, years
from tests.portal.years import COMMUNES, DERIVED, DISTRICT, FROM_MAY, MONTHLY, OFFICE, ON_CALL, at, submitted

REPORTERS = (*COMMUNES, OFFICE)
UNIT_DIFFERS, NOT_COMPUTED = "door.cumulative_unit_differs", "door.cumulative_not_computed"


def year(period: str, logged: Sequence[Logged] = (), regime: str = MONTHLY, opened: set[str] | None = None) -> YearToDate:
    """The year of the district up to a period."""
    read_at = at(period, regime)
    views = years.by_period(years.views(logged, years.reference_for(regime)), regime)
    return cumulative.year_to_date(read_at, {code: views[code] for code in cumulative.codes(read_at) if code in views}, opened)


def quantity(read: YearToDate, code: str = "thu") -> Cumulative:
    figure = read.figures()[code]
    assert figure is not None
    assert not isinstance(figure.total, RatioTotal)
    return figure


def total(read: YearToDate, code: str = "thu") -> int | str | None:
    found = quantity(read, code).total
    assert not isinstance(found, RatioTotal)
    return found


def ratio(read: YearToDate) -> RatioTotal:
    figure = read.figures()["dung_han"]
    assert figure is not None
    assert isinstance(figure.total, RatioTotal)
    return figure.total


def refused(read: YearToDate) -> str:
    """The code of the reason for which there is no sum."""
    assert set(read.figures().values()) == {None}
    assert read.refusal is not None
    return read.refusal.code


def all_reported(*codes: str, regime: str = MONTHLY) -> list[Logged]:
    return [submitted(unit, number, code, regime, thu="1.00", luot=1) for code in codes for number, unit in enumerate(REPORTERS)]


def test_totals_of_the_same_length_are_added_up_to_the_period_and_not_beyond() -> None:
    logged = [submitted("06253", number, f"2026-0{number}", thu=f"{number}.25") for number in range(1, 6)]
    assert quantity(year("2026-03", logged)).total == "6.75"
    assert quantity(year("2026-03", logged)).periods == ["2026-01", "2026-02", "2026-03"]


def test_a_whole_number_stays_an_integer_and_a_figure_below_zero_is_subtracted() -> None:
    logged = [submitted("06253", 1, "2026-01", thu="-0.05", luot=7), submitted("06253", 2, "2026-02", thu="0.02", luot=8)]
    read = year("2026-02", logged)
    assert (quantity(read).total, quantity(read, "luot").total) == ("-0.03", 15)


def test_a_ratio_is_the_ratio_of_the_two_sums_and_not_the_mean_of_percentages() -> None:
    logged = [
        submitted("06253", 1, "2026-01", dung_han={"numerator": 1, "denominator": 1}),
        submitted("06253", 2, "2026-02", dung_han={"numerator": 0, "denominator": 7}),
    ]
    found = ratio(year("2026-02", logged))
    assert (found.numerator, found.denominator, found.percent) == (1, 8, "12.5")


def test_nobody_reported_is_not_zero() -> None:
    read = year("2026-02")
    assert (quantity(read).total, quantity(read).complete) == (None, False)
    assert (ratio(read).numerator, ratio(read).denominator, ratio(read).percent) == (0, 0, None)


def test_a_period_that_nobody_has_reported_yet_adds_nothing_and_is_named() -> None:
    read = year("2026-02", [submitted("06253", 1, "2026-02", thu="3.00")])
    assert quantity(read).total == "3.00"
    assert quantity(read).periods == ["2026-01", "2026-02"]
    assert read.incomplete(read.indicators[0]) == ["2026-01", "2026-02"]


def test_a_sum_is_complete_if_nobody_is_missing_in_any_period() -> None:
    logged = all_reported("2026-01", "2026-02")
    assert quantity(year("2026-02", logged)).complete
    assert not quantity(year("2026-02", logged[1:])).complete
    assert not quantity(year("2026-02", logged[:-1])).complete


def test_only_units_that_must_report_the_indicator_make_a_sum_incomplete() -> None:
    logged = [event for event in all_reported("2026-01") if event.unit_id != OFFICE]
    read = year("2026-01", logged)
    assert not quantity(read, "thu").complete
    assert quantity(read, "luot").complete


def test_a_figure_that_is_not_cumulative_has_no_sum() -> None:
    assert set(year("2026-02").figures()) == {"thu", "luot", "dung_han"}
    assert year("2026-02").figure(at("2026-02").regime.by_code["dan_so"]) is None


def test_a_regime_without_cumulative_indicators_has_no_sums_and_needs_one_view() -> None:
    setting = at("2026-03").setting
    without = replace(setting.version, regime=setting.regime.model_copy(update={"indicators": []}))
    plain = replace(at("2026-03"), setting=setting._replace(version=without))
    assert cumulative.codes(plain) == ["2026-03"]
    assert cumulative.year_to_date(plain, {}, None).figures() == {}


def with_periods(*codes: str, calendar: str = "year") -> Address:
    """The last of these periods, of a regime that has them all."""
    regime = Regime.model_validate(years.PLAIN | {"periods": list(codes), "calendar": calendar})
    return address.named(Reference(1, years.reference().registry, {regime.id: regime}, {}), regime.id, codes[-1], DISTRICT)


@pytest.mark.parametrize("calendar", ["year", "report_year"])
@pytest.mark.parametrize(
    ("codes", "summed"),
    [
        (["2025-Q4", "2026-01", "2026-Q1", "2026-Q2", "2026-Q4", "2026-Q3"], ["2026-Q1", "2026-Q2", "2026-Q3"]),
        (["2026-H1", "2026-M9", "2026-H2"], ["2026-H1", "2026-H2"]),
        (["2026-H1", "2026-Q1", "2026-M9"], ["2026-M9"]),
        (["2025", "2026-01", "2026"], ["2026"]),
        (["2026-01", "2026-03", "2026-05"], ["2026-01", "2026-03", "2026-05"]),
    ],
)
def test_the_periods_of_the_same_length_and_year_are_summed_that_the_regime_has(calendar: str, codes: list[str], summed: list[str]) -> None:
    at_last = with_periods(*codes, calendar=calendar)
    assert cumulative.codes(at_last) == summed
    views = years.by_period(years.views(known=at_last.reference))
    read = cumulative.year_to_date(at_last, {code: views[code] for code in summed}, None)
    assert quantity(read).periods == summed
    assert [part.period for part in read.parts] == periods.year_to_date(codes[-1])


def test_a_regime_that_begins_in_may_is_summed_from_may_and_never_complete() -> None:
    read = year("2026-06", all_reported("2026-05", "2026-06", regime=FROM_MAY), FROM_MAY)
    assert quantity(read).periods == ["2026-05", "2026-06"]
    assert (quantity(read).total, quantity(read).complete) == ("6.00", False)
    assert read.incomplete(read.indicators[0]) == ["2026-01", "2026-02", "2026-03", "2026-04"]


def test_a_derived_regime_is_summed_like_its_source() -> None:
    read = year("2026-02", [*all_reported("2026-01"), submitted("06253", 9, "2026-02", luot=4)], DERIVED)
    assert (quantity(read, "luot").total, quantity(read, "luot").complete) == (6, False)


def test_of_a_regime_on_call_the_periods_that_were_opened_are_summed() -> None:
    opened = [
        years.event(events.OPENED, "", number, code, ON_CALL, deadline="2026-12-31") for number, code in enumerate(["2026-01", "2026-04"])
    ]
    logged = [*opened, *all_reported("2026-01", "2026-04", regime=ON_CALL)]
    for regime in (ON_CALL, years.DERIVED_ON_CALL):
        read = year("2026-04", logged, regime, {"2026-01", "2026-04"})
        assert quantity(read, "luot").periods == ["2026-01", "2026-04"]
        assert not quantity(read, "luot").complete
        assert read.incomplete(at("2026-04", regime).regime.by_code["luot"]) == ["2026-02", "2026-03"]


def test_an_opened_period_whose_view_is_not_there_yet_is_waited_for() -> None:
    read = year("2026-04", [], ON_CALL, {"2026-01"})
    assert refused(read) == NOT_COMPUTED


def born_on(day: date) -> list[Unit]:
    """The units; the district does not exist before a day."""
    return [replace(unit, valid_from=day) if unit.id == DISTRICT else unit for unit in builders.units()]


@pytest.mark.parametrize(
    ("born", "differs"), [(date(2026, 2, 28), False), (date(2026, 3, 1), True)], ids=["on the cut-off day", "the day after it"]
)
def test_there_is_no_sum_if_the_unit_did_not_exist_at_the_cut_off_of_an_earlier_period(born: date, differs: bool) -> None:
    known = years.reference_of(born_on(born))
    views = years.by_period(years.views(known=known))
    read = cumulative.year_to_date(at("2026-03", known=known), {code: views[code] for code in views if code <= "2026-03"}, None)
    assert refused(read) == UNIT_DIFFERS
    assert read.refusal is not None
    named = "tháng 1, tháng 2 năm 2026" if differs else "tháng 1 năm 2026"
    assert f"“Huyện Văn Quan” không có bảng tổng hợp của {named}:" in read.refusal.message_vi
    assert ("2026-01, 2026-02" in read.refusal.message_en) == differs


def test_there_is_no_sum_if_the_unit_had_no_reporter_below_it() -> None:
    units = [replace(unit, valid_from=date(2026, 2, 1)) if unit.id in REPORTERS else unit for unit in builders.units()]
    known = years.reference_of(units)
    views = years.by_period(years.views(known=known))
    read = cumulative.year_to_date(at("2026-02", known=known), {"2026-02": views["2026-02"]}, None)
    assert read.refusal is not None
    assert read.refusal.code == UNIT_DIFFERS


def test_a_view_of_units_that_have_changed_since_is_not_summed() -> None:
    """The aggregator has not noticed the new units yet."""
    views = years.by_period(years.views())
    read = cumulative.year_to_date(at("2026-02", known=years.reference_of(born_on(date(2026, 2, 1)))), views, None)
    assert set(read.figures().values()) == {None}


def test_views_of_two_generations_are_not_summed() -> None:
    documents = [document for document in years.views() if document["period"] in ("2026-01", "2026-02")]
    for document in documents:
        document["position"]["generation"] = 8 if document["period"] == "2026-01" else 9
    read = cumulative.year_to_date(at("2026-02"), years.by_period(documents), None)
    assert refused(read) == NOT_COMPUTED


def test_a_view_that_is_not_there_yet_is_waited_for() -> None:
    views = years.by_period(years.views())
    read = cumulative.year_to_date(at("2026-02"), {"2026-02": views["2026-02"]}, None)
    assert refused(read) == NOT_COMPUTED


EMPTY = [document for document in years.views() if document["regime"] == MONTHLY and document["unit"]["id"] == DISTRICT]
VALUES = st.fixed_dictionaries(
    {},
    optional={
        "thu": st.integers(-(10**5), 10**14).map(lambda scaled: format(Decimal(scaled).scaleb(-2), "f")),
        "luot": st.integers(0, 10**14),
        "dung_han": st.tuples(st.integers(0, 10**14), st.integers(0, 10**14)).map(
            lambda pair: {"numerator": min(pair), "denominator": max(pair)}
        ),
        "dan_so": st.integers(0, 9),
    },
)


@st.composite
def histories(draw: st.DrawFn) -> list[Logged]:
    """Reports, corrections, withdrawals and returns of three units in six months."""
    made = []
    for number in range(draw(st.integers(0, 25))):
        unit, code = draw(st.sampled_from(REPORTERS)), f"2026-0{draw(st.integers(1, 6))}"
        kind = draw(st.sampled_from([events.SUBMITTED] * 5 + [events.WITHDRAWN, events.RETURNED]))
        data: dict[str, Any] = {"revision": draw(st.integers(1, 3))}
        if kind == events.SUBMITTED:
            values = draw(VALUES)
            data["values"] = {name: value for name, value in values.items() if name != "luot" or unit != OFFICE}
        made.append(years.event(kind, unit, number, code, **data))
    return made


def plain_sum(reports: Mapping[tuple[str, str], Mapping[str, Any]], codes: Sequence[str], name: str, part: str = "") -> Decimal | None:
    """One figure of all reports of these periods, added up from their texts; None if no report has it."""
    values = [values[name] for (code, _), values in reports.items() if code in codes and name in values]
    return sum((Decimal(value[part] if part else value) for value in values), Decimal(0)) if values else None


@given(histories(), st.integers(1, 6), st.randoms(use_true_random=False))
def test_a_sum_since_the_beginning_of_the_year_is_the_sum_of_all_reports_that_count(logged: list[Logged], month: int, rng: Any) -> None:
    period = f"2026-0{month}"
    reports, codes = years.counted(logged), periods.year_to_date(period)
    rng.shuffle(logged)
    read = year(period, logged)
    for name in ("thu", "luot"):
        found, expected = total(read, name), plain_sum(reports, codes, name)
        assert (found is None) == (expected is None)
        assert found is None or Decimal(found) == expected
    found_ratio = ratio(read)
    upper, lower = (plain_sum(reports, codes, "dung_han", part) or Decimal(0) for part in ("numerator", "denominator"))
    assert (Decimal(found_ratio.numerator), Decimal(found_ratio.denominator)) == (upper, lower)
    whole = all((code, unit) in reports for code in codes for unit in REPORTERS)
    of_communes = all((code, unit) in reports for code in codes for unit in COMMUNES)
    assert (quantity(read, "thu").complete, quantity(read, "luot").complete) == (whole, of_communes)
    assert quantity(read).periods == codes


@given(histories(), VALUES)
def test_a_correction_of_an_earlier_period_moves_the_sum_by_its_difference(logged: list[Logged], values: dict[str, Any]) -> None:
    before = years.counted(logged).get(("2026-01", "06253"), {}).get("luot", 0)
    corrected = [*logged, submitted("06253", 99, "2026-01", revision=9, **values)]
    sums = [total(year("2026-06", history), "luot") or 0 for history in (logged, corrected)]
    assert int(sums[1]) - int(sums[0]) == values.get("luot", 0) - before


@given(st.lists(st.integers(-(2**63), 2**63 - 1), min_size=6, max_size=6))
def test_totals_of_any_size_are_added_up_exactly(totals: list[int]) -> None:
    """A float is exact up to 2⁵³ only."""
    documents = [document for document in EMPTY if document["period"] <= "2026-06"]
    views = years.by_period(documents)
    for code, total in zip(sorted(views), totals, strict=True):
        figures = {"thu": {"kind": "quantity", "total": numbers.plain(total, 2), "measure": "triệu đồng", "reported": 3}}
        views[code] = View.model_validate(views[code].model_dump(exclude_unset=True) | {"indicators": figures})
    found = cumulative.year_to_date(at("2026-06"), views, None).figures()
    assert found["thu"] is not None
    assert found["thu"].total == numbers.plain(sum(totals), 2)
