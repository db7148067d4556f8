"""Screening: a narrative is a text that can be stored, and is logged in its normal form."""

import json
import unicodedata

import orjson
import pytest

from services.ingest.domain.decision import Accepted
from shared.wire import events
from tests.builders import payload, submitted
from tests.ingest.screening import Screen, reasons, with_narrative


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        (json.dumps("đ" * 10_000), []),
        (json.dumps("😀" * 10_000, ensure_ascii=False), []),
        (json.dumps("đ" * 10_001), ["report.narrative_too_long"]),
        ('"có \\u0000 ở giữa"', ["text.control_character"]),
        ('"nửa \\ud800 cặp"', ["text.control_character"]),
        ('"nửa \\udc00 cặp"', ["text.control_character"]),
        ('"đảo \\u202e chiều"', ["text.control_character"]),
        ('"dòng\\rmột"', ["text.control_character"]),
        ('"dòng một\\r\\n\\tdòng hai"', []),
        (json.dumps(unicodedata.normalize("NFD", "ệ") * 10_000), []),
        (json.dumps(unicodedata.normalize("NFD", "ệ") * 10_001), ["report.narrative_too_long"]),
        ("5", ["report.wrong_kind"]),
        ("5.5", ["report.wrong_kind"]),
        ("null", ["report.wrong_kind"]),
        ('["một"]', ["report.wrong_kind"]),
    ],
    ids=range(15),
)
def test_a_narrative_is_a_text_that_can_be_stored(screen: Screen, text: str, wrong: list[str]) -> None:
    assert reasons(screen(with_narrative(text))) == [(code, "data.narratives.ket_qua") for code in wrong]


def test_twelve_long_narratives_of_wide_characters_are_an_event() -> None:
    assert len(payload(submitted(narratives={f"muc_{number}": "😀" * 10_000 for number in range(12)}))) <= events.MAX_EVENT_BYTES


def test_an_unknown_narrative_is_refused(screen: Screen) -> None:
    assert reasons(screen(submitted(narratives={"loi_chao": "Kính gửi"}))) == [("report.unknown_narrative", "data.narratives.loi_chao")]


def test_texts_are_logged_in_their_normal_form_and_those_that_say_nothing_are_left_out(screen: Screen) -> None:
    decomposed = unicodedata.normalize("NFD", "Việc làm")

    decision = screen(submitted(narratives={"ket_qua": decomposed, "kho_khan": "\u200b", "kien_nghi": "a\r\nb"}))

    assert isinstance(decision, Accepted)
    assert orjson.loads(decision.logged)["data"]["narratives"] == {"ket_qua": "Việc làm", "kien_nghi": "a\nb"}
