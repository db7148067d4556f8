"""Screening never fails, whatever comes, and what it accepts is in the normal form that every reader of the log counts on."""

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

import orjson
from hypothesis import given, settings
from hypothesis import strategies as st

from services.ingest.domain.decision import Accepted, Concerned, Decision, Malformed, Rejected
from shared.wire import events
from shared.words import deadlines, numbers, texts
from shared.words.numbers import MAX_SCALED
from shared.words.reference import Reference
from shared.words.refusals import Refusal
from shared.words.regime_parts import Indicator
from tests.builders import COMMUNE, DISTRICT, RECIPIENT, Event, confirmed, extended, opened, payload, returned, submitted, withdrawn
from tests.ingest.screening import OFFICE, OPEN, Screen

ANY_TEXT = st.text(st.characters(codec=None, exclude_categories=[]), max_size=20)
NUMBERS = st.one_of(
    st.integers(-(10**40), 10**40),
    st.integers(0, 500),
    st.decimals(0, 10**6, places=3).map(str),
    st.floats(),
    st.sampled_from(["125.5", "1e5", "NaN", "1_000", "٣", " 5 ", "-0", "0.0000"]),
)
JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), NUMBERS, ANY_TEXT),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(ANY_TEXT, inner, max_size=3)),
    max_leaves=8,
)
SENT: Mapping[str, Callable[[], Event]] = {
    "submitted": submitted,
    "office": lambda: submitted(OFFICE, values={"nv_tien_do": "cham", "nv_hoan_thanh": {"numerator": 1, "denominator": 35}}),
    "withdrawn": withdrawn,
    "returned": returned,
    "opened": opened,
    "extended": extended,
    "confirmed": confirmed,
}


@st.composite
def figures(draw: st.DrawFn) -> dict[str, Any]:
    """Figures of ct27, right ones and wrong ones."""
    ratio = st.fixed_dictionaries({"numerator": NUMBERS, "denominator": NUMBERS})
    names = {
        "gd_ngay_cong": NUMBERS,
        "gd_tien_tai_tro": NUMBERS,
        "vh_nha_van_hoa_xa": st.booleans(),
        "vh_nha_van_hoa_thon": ratio,
        "mt_rac_xu_ly": ratio,
    }
    return draw(st.fixed_dictionaries({}, optional=names | {"khong_co": JSON}))


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """A right event of any type with something changed, left out or added, anywhere in it, or bytes of it changed."""
    event: Any = json.loads(payload(SENT[draw(st.sampled_from(sorted(SENT)))]()))
    if draw(st.booleans()) and "values" in event["data"]:
        event["data"]["values"] = draw(figures())
    for _ in range(draw(st.integers(0, 2))):
        place = draw(st.sampled_from([event, event["data"], *[part for part in event["data"].values() if isinstance(part, dict)]]))
        name = draw(st.one_of(st.sampled_from([*sorted(place), "unit", "values", "narratives", "time"]), ANY_TEXT))
        if draw(st.booleans()):
            place[name] = draw(JSON)
        else:
            place.pop(name, None)
        event.setdefault("data", {})
        if not isinstance(event["data"], dict):
            break
    body = bytearray(json.dumps(event).encode())
    for _ in range(draw(st.sampled_from([0, 0, 0, 1, 3]))):
        body[draw(st.integers(0, len(body) - 1))] = draw(st.integers(0, 255))
    return bytes(body)


def is_normal(indicator: Indicator, value: Any) -> bool:
    """Whether a logged figure is what every reader of the log may count on."""
    match indicator.kind:
        case "flag":
            return isinstance(value, bool)
        case "choice":
            return value in indicator.options
        case "ratio":
            return value.keys() == {"numerator", "denominator"} and all(is_normal_number(indicator, part) for part in value.values())
        case _:
            return is_normal_number(indicator, value)


def is_normal_number(indicator: Indicator, value: Any) -> bool:
    if indicator.decimals == 0:
        return type(value) is int and abs(value) <= MAX_SCALED
    return (
        isinstance(value, str)
        and numbers.parts(value) is not None
        and len(value.partition(".")[2]) == indicator.decimals
        and abs(numbers.scaled(value, indicator.decimals)) <= MAX_SCALED
    )


def assert_sound(decision: Decision, reference: Reference) -> None:
    match decision:
        case Accepted():
            logged = events.read_logged(decision.logged)
            assert logged is not None
            assert logged.event_id == decision.event_id
            assert Concerned(logged.type, logged.regime, logged.period, logged.unit_id, logged.revision) == decision.about
            indicators = reference.regimes[logged.regime].by_code
            assert all(is_normal(indicators[code], value) for code, value in logged.data.get("values", {}).items())
            for text in (*logged.data.get("narratives", {}).values(), logged.data.get("reason") or "có"):
                assert texts.forbidden(text) is None
                assert text == texts.normal(text)
                assert not texts.is_blank(text)
            for name in ("fix_by", "until", "deadline"):
                if name in logged.data:
                    assert events.to_text(deadlines.instant(logged.data[name]))
        case Rejected():
            assert decision.reasons
            assert_storable(*decision.reasons)
        case Malformed():
            assert_storable(decision.reason)


def assert_storable(*found: Refusal) -> None:
    assert b"\\u0000" not in orjson.dumps([asdict(reason) for reason in found])


@given(body=st.binary(max_size=200))
def test_no_bytes_make_screening_fail(screen: Screen, body: bytes) -> None:
    assert isinstance(screen(body), Malformed)


@given(tree=st.dictionaries(st.one_of(ANY_TEXT, st.sampled_from(["id", "source", "type", "data", "specversion"])), JSON, max_size=6))
def test_no_json_makes_screening_fail(screen: Screen, reference: Reference, tree: dict[str, Any]) -> None:
    assert_sound(screen(json.dumps({"id": "event-000001", **tree}).encode()), reference)


def own_sender(body: bytes) -> str:
    """The unit that an event says it comes from, so that screening gets past it."""
    try:
        return str(json.loads(body)["source"]).removeprefix("/units/")
    except (ValueError, KeyError):
        return COMMUNE


@settings(max_examples=500)
@given(body=mutated(), other_sender=st.sampled_from([None, None, None, COMMUNE, RECIPIENT, DISTRICT, "*", "đ"]))
def test_no_changed_event_makes_screening_fail_and_what_is_accepted_is_normal(
    screen: Screen, reference: Reference, body: bytes, other_sender: str | None
) -> None:
    assert_sound(screen(body, sender=other_sender or own_sender(body), known_open=OPEN), reference)


@settings(max_examples=500)
@given(values=figures())
def test_whatever_the_figures_those_that_are_accepted_are_normal(screen: Screen, reference: Reference, values: dict[str, Any]) -> None:
    assert_sound(screen(json.dumps(submitted(values=values)).encode()), reference)
