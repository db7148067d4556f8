"""Figures stay exact at every step: sent → screened → logged → folded → view → Decimal128 and JSON text, compared with `Decimal`.

The expected figures are computed here from the sent texts, with 60 digits.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_EVEN, Decimal, localcontext
from typing import Any, get_args

import bson
import numpy as np
import orjson
import pytest
from bson.decimal128 import Decimal128
from hypothesis import given, settings
from hypothesis import strategies as st

from services.aggregate.domain import kinds
from services.aggregate.domain.fold import Fold
from services.aggregate.domain.view import View
from services.aggregate.feed import payload
from services.ingest.domain import screening
from services.ingest.domain.case import Incoming
from services.ingest.domain.decision import Accepted
from services.ingest.domain.known import Known
from shared.plumbing import mongo
from shared.wire import events, subjects
from shared.words import numbers
from shared.words.numbers import MAX_SCALED
from shared.words.obligations import DeadlineRule, Obligation
from shared.words.reference import Reference
from shared.words.regime_parts import Group, Indicator, Target
from shared.words.regimes import Regime
from shared.words.units import Registry, Unit

PERIOD, PARTITIONS, TOP = "2026", 8, "VN"
RECEIVED_MS = events.to_ms(datetime(2026, 12, 1, tzinfo=UTC))
UNITS = 10_794  # of the registry: 63 provinces, 696 districts, 10,035 communes

Figures = dict[str, Any]
"""Figures as a sender writes them; quantities and parts of ratios as JSON texts."""


def quantity(code: str, aggregation: Any, decimals: int) -> Indicator:
    least = "-" + format(Decimal(MAX_SCALED - (decimals == 0)).scaleb(-decimals), "f")
    return Indicator(code=code, label="", kind="quantity", aggregation=aggregation, decimals=decimals, min=least)


FORM = [
    *(
        quantity(f"{aggregation}_{decimals}", aggregation, decimals)
        for aggregation in get_args(Indicator.model_fields["aggregation"].annotation)
        for decimals in (0, 3, 9)
    ),
    *(Indicator(code=f"ratio_{decimals}", label="", kind="ratio", decimals=decimals, share=False) for decimals in (0, 2)),
    Indicator(code="flag", label="", kind="flag"),
    Indicator(code="choice", label="", kind="choice", options={"thap": "Thấp", "cao": "Cao"}),
]
REGIME = Regime(
    id="chinh-xac",
    title="",
    legal_basis=[],
    periods=[PERIOD],
    recipient=TOP,
    reporters={level: Group(label="", level=level) for level in ("province", "district", "commune")},
    obligation=Obligation(deadlines={level: DeadlineRule(before="12-20") for level in ("province", "district", "commune")}),
    indicators=FORM,
)


@pytest.fixture(scope="module")
def country(reference: Reference) -> Reference:
    """All real units, every one of them a reporter, below one unit."""
    top = Unit(TOP, TOP, "Cả nước", "country", "peoples_committee", None, date(2024, 1, 1))
    units = [replace(unit, parent=unit.parent or TOP) for unit in reference.registry.units if unit.kind == "peoples_committee"]
    assert len(units) == UNITS
    return Reference(1, Registry([top, *units]), {REGIME.id: REGIME}, {})


@pytest.fixture(scope="module")
def dozen(country: Reference) -> Reference:
    """Twelve units of the country, directly below the one."""
    top, *units = [replace(unit, parent=None if unit.id == TOP else TOP) for unit in country.registry.units[:13]]
    return Reference(1, Registry([top, *units]), country.regimes, {})


def sent(unit: Unit, figures: Figures) -> bytes:
    """A report as commune software writes it: numbers are the very texts."""
    text = ", ".join(f'"{code}": {value}' for code, value in figures.items())
    envelope = f'"specversion": "1.0", "id": "event-{unit.code}", "source": "/units/{unit.code}", "type": "{events.SUBMITTED}"'
    concern = f'"regime": "{REGIME.id}", "period": "{PERIOD}", "unit": "{unit.code}", "revision": 1'
    return f'{{{envelope}, "data": {{{concern}, "values": {{{text}}}}}}}'.encode()


def view_of(country: Reference, reports: Sequence[Figures]) -> View:
    """The country's view of what the first units sent, each report screened and logged."""
    reporters = [unit for unit in country.registry.units if unit.id != TOP]
    fold = Fold(country, subjects.partition_of(REGIME.id, PERIOD, PARTITIONS), PARTITIONS)
    for number, (unit, figures) in enumerate(zip(reporters, reports, strict=False), start=1):
        decision = screening.screen(Incoming(unit.code, sent(unit, figures), RECEIVED_MS, number), country, Known())
        assert isinstance(decision, Accepted), decision
        logged = events.read_logged(decision.logged)
        assert logged is not None
        fold.take([(logged, number)])
    [view] = [view for view in fold.changed() if view.document["unit"]["id"] == TOP]
    return view


def stored(view: View) -> dict[str, Any]:
    """The view's figures as MongoDB keeps them: through BSON, decimals as Decimal128."""
    kept: dict[str, Any] = bson.decode(bson.encode(view.document, codec_options=mongo.EXACT))["indicators"]
    return kept


def published(view: View) -> dict[str, Any]:
    """The view's figures as FEED and the API give them."""
    figures: dict[str, Any] = orjson.loads(payload(view))["data"]["indicators"]
    return figures


def rounded(value: Decimal, decimals: int) -> Decimal:
    with localcontext(prec=60):
        return value.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_EVEN)


def percent(part: Decimal | int, whole: Decimal | int) -> Decimal | None:
    with localcontext(prec=60):
        return rounded(Decimal(part) * 100 / Decimal(whole), 1) if whole else None


AGGREGATIONS: dict[str, Callable[[list[Decimal]], Any]] = {
    "sum": sum,
    "max": max,
    "min": min,
    "mean": lambda values: sum(values, Decimal(0)) / len(values),
}


def expected(indicator: Indicator, values: list[Any]) -> dict[str, Any]:
    """The figure by decimal arithmetic on the texts as sent."""
    with localcontext(prec=60):
        match indicator.kind:
            case "quantity":
                sums = [Decimal(value.strip('"')) for value in values]
                if not sums:
                    return {"total": None}
                total = AGGREGATIONS[indicator.aggregation](sums)
                return {"total": rounded(Decimal(total), indicator.decimals)}
            case "ratio":
                numerator = sum((Decimal(value[0].strip('"')) for value in values), Decimal(0))
                denominator = sum((Decimal(value[1].strip('"')) for value in values), Decimal(0))
                return {"numerator": numerator, "denominator": denominator, "percent": percent(numerator, denominator)}
            case "flag":
                return {"true": values.count("true"), "percent": percent(values.count("true"), len(values))}
            case _:
                return {"counts": {option: values.count(f'"{option}"') for option in indicator.options}}


def as_json(figures: Figures) -> Figures:
    """Ratios as the JSON object that is sent."""
    return {
        code: f'{{"numerator": {value[0]}, "denominator": {value[1]}}}' if isinstance(value, tuple) else value
        for code, value in figures.items()
    }


def require_exact(country: Reference, reports: Sequence[Figures]) -> None:
    view = view_of(country, [as_json(figures) for figures in reports])
    in_mongodb, in_json = stored(view), published(view)
    for indicator in FORM:
        code = indicator.code
        values = [figures[code] for figures in reports if code in figures]
        wanted = {"reported": len(values), **expected(indicator, values)}
        for name, value in wanted.items():
            kept, told = in_mongodb[code][name], in_json[code][name]
            assert (kept.to_decimal() if isinstance(kept, Decimal128) else kept) == value, (code, name)
            assert (Decimal(told) if isinstance(told, str) else told) == value, (code, name)
            assert not isinstance(kept, float)
            assert not isinstance(told, float)
        if isinstance(in_json[code].get("total"), str):
            assert len(in_json[code]["total"].partition(".")[2]) == indicator.decimals


def texts(indicator: Indicator, least: int = -MAX_SCALED) -> st.SearchStrategy[str]:
    """A number's text: of any size, with all decimals of the indicator or without the last zeros, bare or quoted."""
    lowest = max(least, -MAX_SCALED + (indicator.decimals == 0))
    scaled = st.one_of(st.integers(lowest, MAX_SCALED), st.sampled_from([lowest, MAX_SCALED, 0, 1]), st.integers(max(lowest, -9), 9))
    plain = scaled.map(lambda value: format(Decimal(value).scaleb(-indicator.decimals), "f"))
    short = plain.map(lambda text: text.rstrip("0").rstrip(".") if "." in text else text)
    text = st.one_of(plain, short)
    return st.one_of(text, text.map('"{}"'.format))


def value(indicator: Indicator) -> st.SearchStrategy[Any]:
    match indicator.kind:
        case "quantity":
            return texts(indicator)
        case "ratio":
            return st.tuples(texts(indicator, 0), texts(indicator, 0))
        case "flag":
            return st.sampled_from(["true", "false"])
        case _:
            return st.sampled_from(['"thap"', '"cao"'])


forms = st.fixed_dictionaries({"choice": st.just('"thap"')}, optional={one.code: value(one) for one in FORM if one.code != "choice"})


@settings(max_examples=200, deadline=None)
@given(reports=st.lists(forms, min_size=1, max_size=12))
def test_every_kind_and_aggregation_is_what_decimal_arithmetic_says(dozen: Reference, reports: list[Figures]) -> None:
    require_exact(dozen, reports)


LARGEST = {one.code: format(Decimal(MAX_SCALED).scaleb(-one.decimals), "f") for one in FORM if one.kind in ("quantity", "ratio")}


@pytest.mark.parametrize("sign", ["+", "-", "±"])
def test_the_largest_figures_of_all_10_794_units_are_exact(country: Reference, sign: str) -> None:
    """±10^14 scaled of every quantity and ratio from every unit of the country; ± alternates, so the sums cancel to one unit's."""
    reports = []
    for number in range(UNITS):
        is_negative = sign == "-" or (sign == "±" and number % 2 == 1)
        figures: Figures = {"flag": "true" if number % 3 else "false", "choice": '"cao"'}
        for one in FORM:
            if one.kind == "quantity":
                figures[one.code] = one.min if is_negative else LARGEST[one.code]
            elif one.kind == "ratio":
                figures[one.code] = (LARGEST[one.code], "0" if is_negative else LARGEST[one.code])
        reports.append(figures)

    require_exact(country, reports)


def test_the_sum_of_the_most_rows_at_once_fits_and_more_are_added_in_parts() -> None:
    """The bound: 90,000 × 10^14 < 2^63; one part of more than 92,233 rows would not fit."""
    assert kinds.ROWS_AT_ONCE * MAX_SCALED < 2**63
    for count in (1, kinds.ROWS_AT_ONCE, kinds.ROWS_AT_ONCE + 1, 3 * kinds.ROWS_AT_ONCE):
        for largest in (MAX_SCALED, -MAX_SCALED):
            rows = np.full((count, 2), largest, dtype=np.int64)
            assert kinds.column_sums(rows) == [count * largest] * 2
    assert kinds.column_sums(np.zeros((0, 2), dtype=np.int64)) == [0, 0]


@pytest.mark.parametrize("scaled", [MAX_SCALED + 1, -MAX_SCALED - 1, 2**63, 10**30])
def test_a_logged_value_beyond_the_bound_never_reaches_a_row(scaled: int) -> None:
    whole = Indicator(code="whole", label="", kind="quantity")
    parts = Indicator(code="parts", label="", kind="quantity", decimals=2)
    shares = Indicator(code="shares", label="", kind="ratio")
    columns = kinds.columns({one.code: one for one in (whole, parts, shares)}, 0)
    row = [0] * columns["shares"].end
    text = numbers.text(Decimal(scaled) / 100)
    kinds.encode(columns, {"whole": scaled, "parts": text, "shares": {"numerator": 1, "denominator": scaled}, "unknown": 1}, row)

    assert row == [0] * len(row)


def test_comparisons_at_the_bound_are_exact() -> None:
    """100 × numerator is far beyond an int64: it is a Python integer."""
    most = kinds.ROWS_AT_ONCE * MAX_SCALED
    indicator = Indicator(code="a", label="", kind="ratio", target=Target(at_least="100", by="2030"))
    column = kinds.Column(indicator, 0)
    rows = np.zeros((1, 3), dtype=np.int64)

    short = kinds.figure(column, [1, most - 1, most], rows, level="country", is_complete=True)
    full = kinds.figure(column, [1, most, most], rows, level="country", is_complete=True)

    assert short["kind"] == full["kind"] == "ratio"
    assert (str(short["percent"]), short["target"]["met"]) == ("100.0", False)
    assert (str(full["percent"]), full["target"]["met"]) == ("100.0", True)
