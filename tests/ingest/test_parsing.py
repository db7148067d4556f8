"""Parsing: a JSON text is read exactly as it is written, with any layout and either of our JSON parsers."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ingest.domain import content as content_of
from services.ingest.domain import parsing
from shared.words.numbers import NumberText
from shared.words.refusals import Refusal

CONTENT = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


def with_types(content: Any) -> Any:
    """Content in which the text of a number is not equal to a string."""
    match content:
        case dict():
            return {key: with_types(value) for key, value in content.items()}
        case list():
            return [with_types(value) for value in content]
        case _:
            return type(content), content


@given(st.dictionaries(st.text(), CONTENT))
def test_what_is_read_does_not_depend_on_how_it_is_laid_out(content: dict[str, Any]) -> None:
    compact = parsing.parse(json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode())
    spaced = parsing.parse(json.dumps(content, indent=1).encode())

    assert isinstance(compact, dict)
    assert isinstance(spaced, dict)
    assert with_types(compact) == with_types(spaced)
    assert content_of.hash_of({"data": compact}) == content_of.hash_of({"data": spaced})


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("1.50", NumberText("1.50")),
        ("-0.5", NumberText("-0.5")),
        ("1e3", NumberText("1e3")),
        ("-0", 0),
        ("[1.5]", [NumberText("1.5")]),
        ("18446744073709551616", 2**64),
        ("123456789012345678901", NumberText("123456789012345678901")),
        ('"\\ud800"', "\ud800"),
        ('{"value":"1.5"}', {"value": "1.5"}),
        ('":1.5"', ":1.5"),
        ('{"a":' * 300 + "1" + "}" * 300, json.loads('{"a":' * 300 + "1" + "}" * 300)),
    ],
)
def test_what_a_text_says_is_read_as_it_stands(text: str, read: object) -> None:
    found = parsing.parse(f'{{"value":{text}}}'.encode())

    assert isinstance(found, dict)
    assert with_types(found["value"]) == with_types(read)


def test_an_event_has_a_limited_number_of_fields_and_texts_have_any_number_of_colons() -> None:
    many = parsing.parse(json.dumps({"data": [{"a": 1}] * parsing.MOST_FIELDS}).encode())
    few = parsing.parse(json.dumps({"data": [{"a": 1}] * (parsing.MOST_FIELDS - 1)}).encode())
    colons = parsing.parse(json.dumps({"data": ":" * 10_000}).encode())

    assert isinstance(many, Refusal)
    assert many.code == "event.too_many_fields"
    assert isinstance(few, dict)
    assert isinstance(colons, dict)


@pytest.mark.parametrize("is_escaped", [True, False])
def test_marks_that_would_take_minutes_to_be_composed_are_refused(is_escaped: bool) -> None:
    found = parsing.parse(json.dumps({"data": ["\u0301\u0323" * 40_000]}, ensure_ascii=is_escaped).encode())

    assert isinstance(found, Refusal)
    assert found.code == "text.too_many_marks"
