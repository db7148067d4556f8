"""Files: what is a report, what is not, on which line, and that a number keeps its text."""

import json
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.send import reading
from services.send.reading import Found
from tests.send.conftest import report
from tests.send.office import UNIT

BOM: Final = b"\xef\xbb\xbf"
ONE: Final = b'{"regime": "thu", "period": "2026", "values": {"so": 1}}'
EVENT: Final = {
    "specversion": "1.0",
    "id": "7f0c1f2e-0001",
    "source": f"/units/{UNIT}",
    "type": "vn.tonghop.report.withdrawn.v1",
    "data": {"regime": "thu", "period": "2026", "unit": "1", "revision": 2},
}


def read(data: bytes, name: str = "f.json") -> Found:
    return reading.read(name, data, UNIT)


def codes(data: bytes, name: str = "f.json") -> list[tuple[str, str]]:
    """Place and code of every fault; then there must be no second opinion: a file with a fault may still have reports."""
    return [(fault.place.removeprefix(name), fault.code) for fault in read(data, name).faults]


@pytest.mark.parametrize(
    ("data", "lines"),
    [
        (ONE, [1]),
        (BOM + ONE, [1]),
        (b"\r\n\t " + ONE + b"\n\n", [2]),
        (b"[" + ONE + b",\n" + ONE + b"\n,\n\n" + ONE + b"]", [1, 2, 5]),
        (ONE + b"\n" + ONE + b"\n", [1, 2]),
        (ONE + b"\r\n\r\n" + ONE, [1, 3]),
        (BOM + ONE + b"\n" + ONE, [1, 2]),
        (json.dumps(json.loads(ONE), indent=2).encode(), [1]),
    ],
    ids=["one", "mark", "spaces", "list", "lines", "windows", "mark-lines", "indented"],
)
def test_a_report_a_list_and_lines_are_read_with_their_lines(data: bytes, lines: list[int]) -> None:
    found = read(data)

    assert found.faults == []
    assert [one.line for one in found.given] == lines
    assert {json.dumps(one.report) for one in found.given} == {json.dumps({**json.loads(ONE), "values": {"so": "1"}})}


@pytest.mark.parametrize(
    "text", ["1", "0", "-0", "1.50", "12345678901234567890123456789", "1e3", "1E-5", "0.1000000000000000055511151231257827"]
)
def test_a_number_keeps_its_text(text: str) -> None:
    found = read(
        b'{"regime": "thu", "period": "2026", "values": {"a": %b, "b": {"numerator": %b, "denominator": 1}}}' % ((text.encode(),) * 2)
    )

    assert found.given[0].report == {"regime": "thu", "period": "2026", "values": {"a": text, "b": {"numerator": text, "denominator": "1"}}}


def test_a_whole_event_is_kept_byte_for_byte() -> None:
    text = json.dumps(EVENT, indent=1).replace('"revision": 2', '"revision":2,"x": 1.500')

    [one] = read(f"[\n{text} ]".encode()).given

    assert (one.event, one.line, one.report) == (text, 2, None)
    assert one.head == {"id": "7f0c1f2e-0001", "regime": "thu", "period": "2026", "unit": "1", "revision": 2}


DEEP: Final = b'{"regime": "thu", "period": "2026", "values": ' + b'{"a":' * 20 + b"1" + b"}" * 21
HOSTILE: Final[dict[str, tuple[bytes, list[tuple[str, str]]]]] = {
    "empty": (b"", [("", "send.no_reports")]),
    "blank": (BOM + b" \n\t", [("", "send.no_reports")]),
    "no-report": (b"[]", [("", "send.no_reports")]),
    "utf-16": (ONE.decode().encode("utf-16"), [(":1", "send.not_utf8")]),
    "windows-1258": ("{}\n\n{'tên'".encode("cp1258", "replace"), [(":3", "send.not_utf8")]),
    "surrogate-bytes": (b'{"a": "\xed\xa0\x80"}', [(":1", "send.not_utf8")]),
    "zeros": (b"\0" * 50, [(":1", "send.not_json")]),
    "excel": (b"PK\x03\x04" + b"\0" * 50, [(":1", "send.not_json")]),
    "csv": (b"regime,period\nthu,2026\n", [(":1", "send.not_json")]),
    "cut": (ONE[:-3], [(":1", "send.not_json")]),
    "cut-list": (b"[" + ONE + b",\n", [(":2", "send.not_json")]),
    "open-list": (b"[" + ONE, [(":1", "send.not_json")]),
    "comma-at-the-end": (b"[" + ONE + b",]", [(":1", "send.not_json")]),
    "two-commas": (b"[" + ONE + b",," + ONE + b"]", [(":1", "send.not_json")]),
    "after-the-list": (b"[" + ONE + b"]\n]", [(":2", "send.not_json")]),
    "after-the-report": (ONE + b" x", [(":1", "send.not_json")]),
    "comment": (b"// a\n" + ONE, [(":1", "send.not_json")]),
    "single-quotes": (b"{'a': 1}", [(":1", "send.not_json")]),
    "newline-in-text": (b'{"regime": "a\nb"}', [(":1", "send.not_json")]),
    "nan": (b'{"regime": "thu",\n"period": "2026", "values": {"a": NaN}}', [(":1", "send.not_a_number")]),
    "infinity": (b'{"values": {"a": -Infinity}}', [(":1", "send.not_a_number")]),
    "twice": (b'{"regime": "thu", "regime": "khac", "period": "2026"}', [(":1", "send.duplicate_key")]),
    "twice-inside": (b"[\n" + ONE + b",\n" + b'{"values": {"a": 1, "a": 2}}]', [(":3", "send.duplicate_key")]),
    "deep": (DEEP, [(":1", "send.too_deep")]),
    "deeper": (b"[" * 100_000, [(":1", "send.too_deep")]),
    "half-a-character": (b'{"regime": "thu", "period": "2026", "reason": "\\ud800"}', [(":1", "send.no_character")]),
    "half-a-key": (b'{"regime": "thu", "period": "2026", "values": {"\\udfff": 1}}', [(":1", "send.no_character")]),
    "number": (b"3", [(":1", "send.not_an_object")]),
    "text": (b'"x"', [(":1", "send.not_an_object")]),
    "null": (b"null", [(":1", "send.not_an_object")]),
    "list-in-list": (b"[[" + ONE + b"]]", [(":1", "send.not_an_object")]),
    "no-fields": (b"{}", [(":1", "send.field_missing")] * 2),
    "unknown": (b'{"regime": "thu", "period": "2026", "Values": {}}', [(":1", "send.unknown_field")]),
    "revision": (b'{"regime": "thu", "period": "2026", "revision": 1}', [(":1", "send.revision_given")]),
    "number-as-code": (b'{"regime": "thu", "period": 2026, "unit": 6253}', [(":1", "send.wrong_text")] * 2),
    "path-as-code": (b'{"regime": "../../x", "period": "2026?a=b", "unit": "a b"}', [(":1", "send.wrong_text")] * 3),
    "subject-as-code": (b'{"regime": "a.>", "period": "2026"}', [(":1", "send.wrong_text")]),
    "values-list": (b'{"regime": "thu", "period": "2026", "values": [], "notes": null}', [(":1", "send.wrong_type")] * 2),
    "successor-text": (b'{"regime": "thu", "period": "2026", "as_successor": "true"}', [(":1", "send.wrong_type")]),
    "reason-number": (b'{"regime": "thu", "period": "2026", "reason": 1}', [(":1", "send.wrong_type")]),
    "too-large": (
        json.dumps({"regime": "thu", "period": "2026", "narratives": {"a": "ă" * 262_144}}, ensure_ascii=False).encode(),
        [(":1", "send.event_too_large")],
    ),
    "event-of-another": (json.dumps({**EVENT, "source": "/units/06280-2025"}).encode(), [(":1", "send.other_sender")]),
    "event-without-source": (json.dumps({**EVENT, "source": 1}).encode(), [(":1", "send.other_sender")]),
    "event-without-data": (json.dumps({**EVENT, "data": "x"}).encode(), [(":1", "send.not_an_event")]),
    "event-id-short": (json.dumps({**EVENT, "id": "1"}).encode(), [(":1", "send.wrong_event_id")]),
    "event-id-path": (json.dumps({**EVENT, "id": "../../etc/passwd"}).encode(), [(":1", "send.wrong_event_id")]),
    "event-id-number": (json.dumps({**EVENT, "id": 12345678}).encode(), [(":1", "send.wrong_event_id")]),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_no_report_is_told_with_its_line(name: str) -> None:
    data, faults = HOSTILE[name]

    assert codes(data) == faults
    assert all(len(fault.line("vi")) < 600 for fault in read(data).faults)


def test_every_fault_of_every_line_is_told_at_once() -> None:
    lines = [ONE, b"{", b'{"regime": "thu"}', b"[1]", ONE, b'{"a": NaN}', b'{"a":1,"a":2}', b"{} {}"]

    assert codes(b"\n".join(lines), "f.ndjson") == [
        (":2", "send.not_json"),
        (":3", "send.field_missing"),
        (":4", "send.not_an_object"),
        (":6", "send.not_a_number"),
        (":7", "send.duplicate_key"),
        (":8", "send.not_json"),
    ]


def test_a_file_of_more_than_64_mib_is_not_even_looked_at() -> None:
    assert codes(b" " * (reading.MOST_BYTES + 1)) == [("", "send.file_too_large")]


def test_line_ends_that_only_unicode_knows_end_no_line() -> None:
    data = json.dumps(report(reason="a\u2028b\u0085c"), ensure_ascii=False).encode()

    assert [one.line for one in read(data + b"\n" + data, "f.ndjson").given] == [1, 2]


@given(st.binary(max_size=200))
def test_any_bytes_are_a_report_or_a_fault(data: bytes) -> None:
    found = read(data)

    assert found.given or found.faults


SCALAR = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5)
JSON = SCALAR | st.lists(SCALAR, max_size=2) | st.dictionaries(st.text(max_size=3), SCALAR, max_size=2)
NAMES = st.sampled_from([*reading.FIELDS, "specversion", "id", "source", "type", "data", "revision"])


@settings(max_examples=60)
@given(st.dictionaries(NAMES, JSON, max_size=6))
def test_any_json_is_a_report_or_a_fault(value: dict[str, Any]) -> None:
    found = read(json.dumps(value).encode())

    assert found.given or found.faults
