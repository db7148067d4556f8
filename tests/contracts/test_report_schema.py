"""The JSON Schema of a regime's report, against ingest's own judgement: whatever ingest accepts fits the schema.

Reports are drawn for every regime of the product, right ones and ones with faults of many kinds. The schema is a necessary condition: what
does not fit is refused. The rules that it does not say are in its description.
"""

import copy
import json
from collections.abc import Callable
from datetime import date, datetime
from functools import cache
from typing import Any, Final

import jsonschema_rs
import orjson
import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from services.ingest.domain import screening
from services.ingest.domain.case import Incoming
from services.ingest.domain.decision import Accepted
from services.ingest.domain.known import Known
from shared.wire import envelope, events, report_example, report_schema
from shared.words import forms
from shared.words.forms import Asked
from shared.words.periods import VIETNAM
from shared.words.reference import Reference
from shared.words.regime_parts import Indicator
from tests import seeds
from tests.builders import logged, opened

Json = dict[str, Any]

DAY: Final = date(2026, 12, 5)
BEFORE: Final = date(2024, 12, 5)  # of a regime that has ended since


@cache
def known() -> Reference:
    return seeds.reformed_reference()


@cache
def asked() -> list[Asked]:
    """What a unit of each group of each regime is asked for, in a period that has begun."""
    found = []
    for regime in known().regimes.values():
        day = DAY if regime.ends is None else BEFORE
        codes = ["2024", "2025"] if regime.periods == "any" else regime.periods
        begun = [code for code in codes if (period := regime.period(code)) is not None and period.begins <= day]
        for code in begun[-1:]:
            setting = known().setting_at_receipt(regime.id, code, day)
            assert setting is not None
            of_groups = {group: unit_id for unit_id, group in sorted(setting.groups.items(), reverse=True)}
            found += [one for unit_id in of_groups.values() if (one := forms.of_unit(known(), setting, unit_id, day)) is not None]
    return found


@cache
def schema(place: int) -> jsonschema_rs.Draft202012Validator:
    return jsonschema_rs.Draft202012Validator(report_schema.of_unit(asked()[place]), validate_formats=True)


@cache
def wide_schema(place: int) -> jsonschema_rs.Draft202012Validator:
    one = asked()[place]
    return jsonschema_rs.Draft202012Validator(report_schema.of_regime(one.regime))


def is_accepted(one: Asked, payload: bytes) -> bool:
    """Whether ingest accepts a report of the unit, sent by whoever may; the period is opened if that is needed."""
    sender = one.sender
    assert sender is not None
    received = datetime(one.day.year, one.day.month, one.day.day, 9, tzinfo=VIETNAM)
    before = Known()
    if one.regime.is_on_call:
        recipient = one.regime.recipient
        before.take(logged(opened(sender=recipient, regime=one.regime.id, period=one.period.code, deadline="2026-12-31"), unit_id=""))
    decision = screening.screen(Incoming(sender.id, payload, events.to_ms(received), 1), known(), before)
    return isinstance(decision, Accepted)


def sent(one: Asked, data: str) -> bytes:
    """The event with this text as its `data`: numbers must stay as they are written."""
    assert one.sender is not None
    whole: Json = {**envelope.of_unit(one.sender.id, "event-0001", events.SUBMITTED, {}), "data": "@"}
    return orjson.dumps(whole).replace(b'"@"', data.encode())


def test_every_group_of_every_regime_is_asked() -> None:
    assert {one.regime.id for one in asked()} == {regime.id for regime in known().regimes.values() if regime.derived_from is None}


@pytest.mark.parametrize("place", range(len(seeds.changing_regimes()) + 2))
def test_the_example_of_a_regime_is_accepted_and_fits(place: int) -> None:
    one = asked()[place % len(asked())]
    data = report_example.data(one.regime.id, one.period.code, one.unit.code, one.indicators, one.narratives)
    if one.is_ended:
        data["as_successor"] = True
    assert is_accepted(one, sent(one, json.dumps(data)))
    assert schema(asked().index(one)).is_valid(data)


# numbers as texts of JSON, and what is no number
NUMBERS: Final = st.one_of(
    st.integers(-5, 200).map(str),
    st.integers(-(10**20), 10**20).map(str),
    st.decimals(-10, 10**6, places=3, allow_nan=False).map(lambda number: format(number, "f")),
    st.integers(-5, 10**16).map(lambda number: f'"{number}"'),
    st.from_regex(r"\A-?[0-9]{1,20}(\.[0-9]{1,10})?\Z", fullmatch=True).filter(str.isascii).map(lambda text: f'"{text}"'),
    st.sampled_from(["1e3", "-0", "-0.0", '"-0"', '"-0.00"', '"007"', '"1,5"', '"1.000"', '""', '" 1"', "1.0", "100000000000000", "1E400"]),
)
STRANGE: Final = st.sampled_from(
    ["null", "true", "false", "[]", "{}", '"có"', '"x"', '{"numerator": 1}', '{"a": 1, "numerator": 1, "denominator": 2}']
)


def figure_of(indicator: Indicator) -> st.SearchStrategy[str]:
    """A figure as a text of JSON, often of the right kind."""
    match indicator.kind:
        case "quantity":
            right: st.SearchStrategy[str] = NUMBERS
        case "ratio":
            right = st.tuples(NUMBERS, NUMBERS).map(lambda parts: f'{{"numerator": {parts[0]}, "denominator": {parts[1]}}}')
        case "flag":
            right = st.sampled_from(["true", "false"])
        case "choice":
            right = st.sampled_from(list(indicator.options)).map(json.dumps)
    example = json.dumps(report_example.figure(indicator))
    return st.one_of(st.just(example), right, right, STRANGE)


TEXTS: Final = st.one_of(
    st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "Zs")), max_size=30),
    st.sampled_from(["", " ", "\n", "Thiếu kinh phí.", "x" * 2000, "x" * 2001, "x" * 10_001]),
)
CODES: Final = st.sampled_from(["zzz", "Ab", "", "a" * 60])


@st.composite
def reports(draw: st.DrawFn) -> tuple[int, str]:
    """The place of a unit, and the text of its report's `data`."""
    place = draw(st.integers(0, len(asked()) - 1))
    one = asked()[place]
    about = {"regime": one.regime.id, "period": one.period.code, "unit": one.unit.code, "revision": "@"}
    wrong = draw(st.sampled_from(["", "", "", "", "regime", "period", "unit", "revision", "more"]))
    if wrong in ("regime", "period", "unit"):
        about[wrong] = draw(st.sampled_from(["", "x", "2031", "zzz", one.regime.id, "06256"]))
    revision = draw(st.sampled_from(["0", "1.5", '"1"', "null", "1000001", "true", "1.0", "-1"])) if wrong == "revision" else "1"
    fields = [f'"{name}": {json.dumps(value)}' for name, value in about.items()]
    chosen = draw(st.lists(st.sampled_from(one.regime.indicators), unique_by=lambda indicator: indicator.code, max_size=4))
    values = {indicator.code: draw(figure_of(indicator)) for indicator in chosen}
    if draw(st.integers(0, 9)) == 0:
        values[draw(CODES)] = draw(NUMBERS)
    has_values, has_texts = draw(st.integers(0, 1)), draw(st.integers(0, 1))
    if values or has_values:
        fields.append(f'"values": {{{", ".join(f"{json.dumps(code)}: {value}" for code, value in values.items())}}}')
    codes = [*one.narratives, *values]
    if codes and has_texts:
        texts = draw(st.dictionaries(st.one_of(st.sampled_from(list(one.narratives) or codes), CODES), TEXTS, max_size=2))
        fields.append(f'"narratives": {json.dumps(texts, ensure_ascii=False)}')
    if codes and draw(st.integers(0, 3)) == 0:
        fields.append(f'"notes": {json.dumps(draw(st.dictionaries(st.sampled_from(codes), TEXTS, max_size=2)), ensure_ascii=False)}')
    if codes and draw(st.integers(0, 3)) == 0:
        said = st.sampled_from(["estimate", "official", None])
        fields.append(f'"status": {json.dumps(draw(st.dictionaries(st.sampled_from(codes), said, max_size=2)))}')
    if draw(st.integers(0, 5)) == 0:
        fields.append(f'"reason": {json.dumps(draw(st.one_of(st.none(), TEXTS)), ensure_ascii=False)}')
    if one.is_ended or draw(st.integers(0, 9)) == 0:
        fields.append(f'"as_successor": {draw(st.sampled_from(["true", "true", "false", "null"]))}')
    if wrong == "more":
        fields.append('"more": 1')
    return place, "{" + ", ".join(fields).replace('"@"', revision) + "}"


@settings(max_examples=150, deadline=None)
@given(reports())
def test_whatever_ingest_accepts_fits_the_schema(report: tuple[int, str]) -> None:
    place, text = report
    one = asked()[place]
    accepted = is_accepted(one, sent(one, text))
    fits = _fits(place, text)
    event(f"accepted: {accepted}, fits: {fits}")
    assert fits or not accepted, text


def _fits(place: int, text: str) -> bool:
    try:
        data = json.loads(text)
    except ValueError:
        return False
    if not orjson_reads(text):
        return True
    return schema(place).is_valid(data) and wide_schema(place).is_valid(data)


def orjson_reads(text: str) -> bool:
    """Whether a validator can read the text at all: 1E400 is no number to most."""
    try:
        orjson.loads(text)
    except orjson.JSONDecodeError:
        return False
    return True


FAULTS: Final[dict[str, Callable[[Json], object]]] = {
    "a figure of another unit": lambda data: data["values"].update(zzz=1),
    "an unknown narrative": lambda data: data["narratives"].update(zzz="x"),
    "no revision": lambda data: data.pop("revision"),
    "revision 0": lambda data: data.update(revision=0),
    "another regime": lambda data: data.update(regime="nq68-quang-binh"),
    "another period": lambda data: data.update(period="2030"),
    "another unit": lambda data: data.update(unit="06256"),
    "no figure": lambda data: data.update(values={}, narratives={"kho_khan": " "}),
    "an unknown field": lambda data: data.update(more=1),
    "a negative number": lambda data: data["values"].update(gd_ngay_cong=-1),
    "a negative text": lambda data: data["values"].update(gd_ngay_cong="-1"),
    "a thousands separator": lambda data: data["values"].update(gd_tien_tai_tro="1.250,5"),
    "too many decimals": lambda data: data["values"].update(gd_tien_tai_tro="1.2505"),
    "a fraction of a whole": lambda data: data["values"].update(gd_ngay_cong="1.5"),
    "a number too large": lambda data: data["values"].update(gd_ngay_cong=10**14 + 1),
    "a text too large": lambda data: data["values"].update(gd_ngay_cong="1" * 20),
    "half of a ratio": lambda data: data["values"].update(vh_nha_van_hoa_thon={"numerator": 1}),
    "a number for a flag": lambda data: data["values"].update(vh_nha_van_hoa_xa=1),
    "a note of an unknown figure": lambda data: data.update(notes={"zzz": "x"}),
    "an empty note": lambda data: data.update(notes={"gd_ngay_cong": ""}),
    "a note that is too long": lambda data: data.update(notes={"gd_ngay_cong": "x" * 2001}),
    "an estimate where none are taken": lambda data: data.update(status={"gd_ngay_cong": "estimate"}),
    "as successor without need": lambda data: data.update(as_successor=True),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_the_schema_finds_each_fault_that_it_can_say(fault: str) -> None:
    one = forms.find(known(), "ct27-van-quan", "2026", "06253-2025", DAY)
    assert isinstance(one, Asked)
    data = report_example.data(one.regime.id, one.period.code, one.unit.code, one.indicators, one.narratives)
    validator = jsonschema_rs.Draft202012Validator(report_schema.of_unit(one))
    assert validator.is_valid(data)
    broken = copy.deepcopy(data)
    FAULTS[fault](broken)
    assert not validator.is_valid(broken)


def test_each_schema_is_a_schema_and_says_what_it_cannot_say() -> None:
    for one in asked():
        for schema_of in (
            report_schema.of_unit(one),
            report_schema.of_regime(one.regime),
            report_schema.of_regime(one.regime, one.period.code),
        ):
            assert jsonschema_rs.meta.is_valid(schema_of)
            assert all(rule in schema_of["description"] for rule in report_schema.UNSAID)
