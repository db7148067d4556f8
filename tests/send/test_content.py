"""The canonical form and the id: equal reports give equal events, others give others; the example of the README."""

import json
import re
import unicodedata
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from services.send import content, reading, sentences
from services.send.complaints import complaint
from services.send.content import Json
from tests.send.office import UNIT

README = (Path(content.__file__).parent / "README.md").read_text(encoding="utf-8")
FILE = """{"period": "2026", "regime": "ct27-van-quan", "as_successor": false,
 "values": {"vh_nha_van_hoa_xa": true, "gd_ngay_cong": 340, "gd_tien_tai_tro": 125.50},
 "narratives": {"kho_khan": "Thiếu kinh phí."}, "status": {"gd_tien_tai_tro": "estimate"}, "notes": {"gd_ngay_cong": "Thêm hai đợt."}}"""


def of(text: str, revision: int = 1, sender: str = UNIT, unit: str = "06253") -> Json:
    [found] = reading.read("f", text.encode(), sender).given
    assert found.report is not None
    return content.data_of(found.report, unit, revision)


def test_the_example_of_the_readme_is_what_the_code_makes() -> None:
    text, event_id = re.findall(r'^(\{"data":.+)\n([0-9a-f]{32})$', README, re.MULTILINE)[0]

    assert content.text_of({"data": of(FILE), "sender": UNIT}) == text
    assert content.event_id(UNIT, of(FILE)) == event_id
    assert json.loads(content.event(UNIT, of(FILE)))["id"] == event_id


def test_order_spelling_and_empty_parts_do_not_change_an_event() -> None:
    decomposed = unicodedata.normalize("NFD", FILE).replace("340", '"340"').replace('"period": "2026", ', "")[:-1] + ', "period": "2026"}'

    assert content.event(UNIT, of(decomposed)) == content.event(UNIT, of(FILE))


def test_whatever_the_server_would_judge_otherwise_has_another_id() -> None:
    changed = {
        "value": of(FILE.replace("340", "341")),
        "decimals": of(FILE.replace("125.50", "125.5")),
        "flag": of(FILE.replace("true", "false")),
        "flag as text": of(FILE.replace("true", '"true"')),
        "narrative": of(FILE.replace("Thiếu", "Thừa")),
        "note": of(FILE.replace("hai", "ba")),
        "status": of(FILE.replace('"status": {"gd_tien_tai_tro"', '"status": {"gd_ngay_cong"')),
        "period": of(FILE.replace("2026", "2025")),
        "regime": of(FILE.replace("ct27-van-quan", "nq68")),
        "successor": of(FILE.replace("false", "true")),
        "reason": of(FILE[:-1] + ', "reason": "Sửa."}'),
        "revision": of(FILE, 2),
        "unit": of(FILE, unit="06256"),
        "none": of(FILE),
    }
    ids = {content.event_id(UNIT, data) for data in changed.values()} | {
        content.event_id("06256", of(FILE)),
        content.event_id(UNIT, of(FILE), 1),
    }

    assert len(ids) == len(changed) + 2


TEXTS = st.text(st.characters(exclude_categories=["Cs"]))


@settings(max_examples=40)
@given(st.dictionaries(TEXTS, TEXTS | st.booleans() | st.dictionaries(TEXTS, TEXTS)))
def test_the_canonical_form_of_a_canonical_form_is_itself(values: Json) -> None:
    once = content.canonical({"values": values})

    assert content.canonical(once) == once
    assert json.loads(content.text_of(once)) == once


def test_every_sentence_ends_and_has_the_same_details_in_both_languages() -> None:
    for code, (vietnamese, english) in sentences.SENTENCES.items():
        fields = [set(re.findall(r"(?<!\{)\{(\w+)\}(?!\})", text)) for text in (vietnamese, english)]
        assert fields[0] == fields[1], code
        for text in (vietnamese, english):
            assert text.endswith((".", "--help.")), code
            assert text[0].isupper() or text[0] in "“{", code
        said = complaint(code, **dict.fromkeys(fields[0], "x"))
        assert "{{" not in said.message_vi + said.message_en


def test_every_sentence_is_said_somewhere_and_every_code_has_one() -> None:
    sources = [path.read_text(encoding="utf-8") for path in Path(content.__file__).parent.glob("*.py") if path.name != "sentences.py"]
    used = set(re.findall(r'"(send\.[a-z0-9_]+)"', "\n".join(sources)))

    assert used == set(sentences.SENTENCES)
