"""Texts: a single Unicode form, no hidden control characters, and which characters are visible."""

import json
import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.words import texts, vietnamese


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "\t\n",
        "\u200b\u00a0\ufeff",
        "\u2800",
        "\u3164",
        "\uffa0",
        "\u115f\u1160",
        "\u034f",
        "\u0301",
        "\ufe0f",
        "\U000e0041",
        "\u2063\u00ad",
        "\U0001d159",
        "\U00013441\U00013442",
    ],
)
def test_text_of_which_nothing_can_be_seen_is_blank(text: str) -> None:
    assert texts.is_blank(text)


@pytest.mark.parametrize("text", [".", "–", "0", "a\u0301", "\u200bxã\u200b", "中", "🙂", "\U0001fae8", "½", "₫"])
def test_a_character_that_leaves_a_mark_is_text(text: str) -> None:
    assert not texts.is_blank(text)


@pytest.mark.parametrize(
    ("text", "named"),
    [("a\0b", "U+0000"), ("a\x07", "U+0007"), ("a\rb", "U+000D"), ("\x7f", "U+007F"), ("\x85", "U+0085"), ("\x9f", "U+009F"),
     ("\x1b[2J", "U+001B"), ("a\r\r\nb", "U+000D"),
     ("x\u202ey", "U+202E"), ("\u200f", "U+200F"), ("\u2066", "U+2066"), ("\u061c", "U+061C"), ("\ud800", "U+D800"), ("\ufffe", "U+FFFE")],
)  # fmt: skip
def test_control_characters_and_bidi_controls_are_named(text: str, named: str) -> None:
    assert texts.forbidden(text) == named


@pytest.mark.parametrize("text", ["dòng một\ndòng hai\tcột", "dòng một\r\ndòng hai", "\u200bẩn", "👨\u200d👩\u200d👧", "Đ₫"])
def test_tabs_newlines_and_joiners_are_taken(text: str) -> None:
    assert texts.forbidden(text) is None


def test_every_bidi_control_and_every_control_character_but_two_is_forbidden() -> None:
    every = [chr(point) for point in range(0x110000)]
    bidi = {"\u061c", "\u200e", "\u200f", *map(chr, range(0x202A, 0x202F)), *map(chr, range(0x2066, 0x206A))}
    never = {one for one in every if ord(one) & 0xFFFE == 0xFFFE or 0xFDD0 <= ord(one) <= 0xFDEF}
    wanted = {one for one in every if unicodedata.category(one) in ("Cc", "Cs")} - {"\t", "\n"} | bidi | never

    assert {one for one in every if texts.forbidden(one)} == wanted


def test_no_forbidden_character_hides_in_json() -> None:
    for point in range(0x110000):
        if texts.forbidden(chr(point)) is not None:
            assert texts.may_be_forbidden(json.dumps(chr(point)).encode()), hex(point)
            if not 0xD800 <= point <= 0xDFFF:  # which UTF-8 cannot say
                assert texts.may_be_forbidden(json.dumps(chr(point), ensure_ascii=False).encode()), hex(point)


def test_what_people_write_is_not_looked_at_twice() -> None:
    assert not texts.may_be_forbidden('{"ket_qua":"Đã hoàn thành 12 chỉ tiêu, “tốt” 90 % 🙂"}'.encode())


@given(st.text())
def test_the_normal_form_is_composed_and_stays(text: str) -> None:
    normal = texts.normal(text)

    assert normal == unicodedata.normalize("NFC", re.sub("(?<!\r)\r\n", "\n", text))
    assert texts.normal(normal) == normal


@given(st.text())
def test_the_normal_form_hides_and_shows_nothing(text: str) -> None:
    assert texts.is_blank(text) == texts.is_blank(texts.normal(text)) == texts.is_blank(unicodedata.normalize("NFD", text))


@pytest.mark.parametrize("marks", ["\u0301", "\u0301\u0323", "\u0323\u0301"])
def test_of_many_marks_on_one_letter_the_surplus_is_left_out_of_long_texts(marks: str) -> None:
    long = "a" + marks * 100_000  # as it is, it would take minutes to be composed

    assert texts.has_too_many_marks(long)
    assert texts.normal(long) == unicodedata.normalize("NFC", ("a" + marks * texts.MOST_MARKS)[: texts.MOST_MARKS + 1])
    assert texts.composed(texts.normal(long)) == texts.normal(long)


@pytest.mark.parametrize("text", ["e\u0302\u0301" * 5_000, "\u4e2d" * 5_000, "Thiếu kinh phí. " * 1_000, "a" + "\u0301" * 40])
def test_other_texts_have_as_many_marks_as_they_like(text: str) -> None:
    assert not texts.has_too_many_marks(text)
    assert texts.normal(text) == unicodedata.normalize("NFC", text)


@given(st.text())
def test_what_is_shown_at_once_is_what_checking_every_character_would_show(text: str) -> None:
    assert vietnamese.shown(text) == texts.NO_CHARACTER.sub("\ufffd", texts.FORBIDDEN.sub("", texts.normal(text)))
