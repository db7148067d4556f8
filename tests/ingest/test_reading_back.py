"""What screening accepts reads back as what a person would have read in it."""

import json
import re
import unicodedata
from datetime import datetime
from decimal import Decimal

import orjson
from hypothesis import given, settings
from hypothesis import strategies as st

from services.ingest.domain.decision import Accepted
from shared.words import texts
from shared.words.reference import Reference
from tests.builders import COMMUNE, CT27, RECIPIENT, returned, submitted
from tests.ingest.screening import Screen, logged_values, reasons, with_text

ENDS_OF_PLANES = "".join(chr(plane * 0x10000 + 0xFFFE) + chr(plane * 0x10000 + 0xFFFF) for plane in range(17))  # noncharacters
NEVER_TAKEN = re.compile(
    f"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufdd0-\ufdef{ENDS_OF_PLANES}]"
)
# fillers, empty notation, and the stand-ins for an object or a character that could not be shown: letters and symbols, for Unicode
NOTHING_SEEN = set("\u115f\u1160\u2800\u3164\uffa0\ufffc\ufffd\U00013441\U00013442\U0001d159")
PEOPLE_TYPE = st.one_of(
    st.text(st.characters(codec=None, exclude_categories=[]), max_size=40),
    st.text(st.sampled_from("ệđ ế\u0301\u0323\u200b\u00a0\ufeff\u2800\n\r\t.aA1"), max_size=20),
    st.text(max_size=20).map(lambda text: unicodedata.normalize("NFD", text)),
)
DIGITS = st.text(st.sampled_from("0123456789"), min_size=1, max_size=8)
NUMBER_TEXTS = st.one_of(
    st.text(st.sampled_from("0123456789.,-+ eE_\u00a0٣²"), max_size=12),
    st.builds("{}.{}".format, DIGITS, DIGITS),
    st.builds("{}.000".format, DIGITS),
    st.builds("{},{}".format, DIGITS, DIGITS),
    DIGITS,
)


@settings(max_examples=300)
@given(text=PEOPLE_TYPE)
def test_a_narrative_reads_back_as_it_was_seen_or_is_refused(screen: Screen, text: str) -> None:
    decision = screen(json.dumps(submitted(narratives={"ket_qua": text})).encode())

    seen = unicodedata.normalize("NFC", text.replace("\r\n", "\n"))
    if isinstance(decision, Accepted):
        assert orjson.loads(decision.logged)["data"]["narratives"] == {"ket_qua": seen}
        assert NEVER_TAKEN.search(seen) is None
        assert seen.strip()
    else:
        assert {code for code, _ in reasons(decision)} <= {"text.control_character", "report.empty"}
        is_seen = any(unicodedata.category(character)[0] in "LNPS" for character in seen)
        assert NEVER_TAKEN.search(seen) or not is_seen or set(seen) & NOTHING_SEEN, repr(text)


@settings(max_examples=300)
@given(text=PEOPLE_TYPE)
def test_a_reason_reads_back_as_it_was_seen_or_is_refused(screen: Screen, text: str) -> None:
    decision = screen(json.dumps(returned(reason=text)).encode(), sender=RECIPIENT, before=[submitted()])

    if isinstance(decision, Accepted):
        seen = unicodedata.normalize("NFC", text.replace("\r\n", "\n"))
        assert orjson.loads(decision.logged)["data"]["reason"] == seen
        assert NEVER_TAKEN.search(seen) is None
        assert not texts.is_blank(seen)
    else:
        assert {path for _, path in reasons(decision)} == {"data.reason"}


@settings(max_examples=500)
@given(text=NUMBER_TEXTS, code=st.sampled_from(["gd_ngay_cong", "gd_tien_tai_tro"]), is_quoted=st.booleans())
def test_a_number_reads_back_as_what_it_says_or_is_refused(
    screen: Screen, reference: Reference, text: str, code: str, is_quoted: bool
) -> None:
    decimals = reference.regimes[CT27].by_code[code].decimals
    decision = screen(with_text(code, json.dumps(text) if is_quoted else text))

    if isinstance(decision, Accepted):
        assert re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", text.strip())
        assert len(text.strip().partition(".")[2]) <= decimals  # so a point with three digits behind it is no thousand by mistake
        assert Decimal(str(logged_values(decision)[code])) == Decimal(text)


@settings(max_examples=300)
@given(attributes=st.dictionaries(st.sampled_from(["time", "subject", "dataschema", "traceparent", "tracestate"]), PEOPLE_TYPE, max_size=3))
def test_attributes_that_are_accepted_are_of_cloud_events(screen: Screen, attributes: dict[str, str]) -> None:
    decision = screen(json.dumps(submitted() | attributes).encode(), sender=COMMUNE)

    if isinstance(decision, Accepted):
        logged = orjson.loads(decision.logged)
        assert {name: logged[name] for name in attributes} == {name: texts.normal(text) for name, text in attributes.items()}
        assert all(text and NEVER_TAKEN.search(text) is None and not {"\t", "\n"} & {*text} for text in attributes.values())
        if "time" in logged:
            assert datetime.fromisoformat(logged["time"]).tzinfo is not None
    else:
        assert {path for _, path in reasons(decision)} <= attributes.keys()
