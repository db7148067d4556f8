"""Events of a malicious or broken client, as bytes, each with the code by which it is refused. Every one leaves a receipt or a 4xx, and
changes nothing (`tests/ingest/test_hostile.py`). Requests of HTTP are in `hostile_requests.py`, messages of NATS in `hostile.py`.
"""

import gzip
from collections.abc import Mapping
from typing import Any, Final

import orjson

from shared.wire import events
from tests.builders import COMMUNE, RECIPIENT, Event, confirmed, extended, opened, returned, submitted, withdrawn

MANY: Final = 100_000
ID: Final = "event-hostile"  # each event has an id of its own, which is put in last
DECOMPOSED: Final = "e\u0302\u0301"  # one character in NFC
OWN: Final = {"source": f"/units/{COMMUNE}", "id": ID}  # of the unit that sends all of this


def _text(event: Event) -> bytes:
    return orjson.dumps(event)


def _event(**changed: Any) -> bytes:
    """A report with attributes changed; `None` removes one."""
    event = submitted(event_id=ID, revision=7) | changed
    return _text({name: value for name, value in event.items() if value is not None})


def _data(**changed: Any) -> bytes:
    """A report whose data are changed."""
    event = submitted(event_id=ID, revision=7)
    return _text({**event, "data": event["data"] | changed})


def _put(place: str, text: bytes) -> bytes:
    """A report in which the JSON text of a field is replaced: of `value` (of an indicator), or a name in the data."""
    mark = 987_654
    body = _data(values={"gd_ngay_cong": mark}) if place == "value" else _data(**{place: mark})
    return body.replace(b"987654", text)


NOT_JSON: Final[Mapping[str, bytes]] = {
    "nothing": b"",
    "spaces": b" \n\t ",
    "a brace": b"{",
    "null": b"null",
    "a list": b"[]",
    "a batch": b"[" + _event() + b"]",
    "a number": b"1",
    "a text": b'"x"',
    "two events": _event() + _event(),
    "two lines": _event() + b"\n" + _event(),
    "comma at the end": _event()[:-1] + b",}",
    "comment": b"/* x */" + _event(),
    "single quotes": _event().replace(b'"', b"'"),
    "XML": b"<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]><a>&b;</a>",
    "form": b"data=%7B%7D",
    "compressed": gzip.compress(_event(), mtime=0),
    "byte order mark": b"\xef\xbb\xbf" + _event(),
    "UTF-16": _event().decode().encode("utf-16"),
    "UTF-16 without a mark": _event().decode().encode("utf-16-le"),
    "UTF-32": _event().decode().encode("utf-32"),
    "Latin-1": _data(narratives={"kho_khan": "@"}).replace(b"@", "Thiếu".encode("latin-1", "ignore") + b"\xe9"),
    "invalid UTF-8": _data(narratives={"kho_khan": "@"}).replace(b"@", b"\xff\xfe"),
    "overlong UTF-8": _data(narratives={"kho_khan": "@"}).replace(b"@", b"\xc0\xaf"),
    "surrogate in UTF-8": _data(narratives={"kho_khan": "@"}).replace(b"@", b"\xed\xa0\x80"),
    "cut off within a letter": _data(narratives={"kho_khan": "@"}).replace(b"@", b"\xe1\xba"),
    "NUL behind the event": _event() + b"\x00",
    "NUL in front": b"\x00" + _event(),
    "raw NUL in a text": _data(narratives={"kho_khan": "@"}).replace(b"@", b"a\x00b"),
    "raw line break in a text": _data(narratives={"kho_khan": "@"}).replace(b"@", b"a\nb"),
    "100,000 lists": _put("values", b"[" * MANY + b"]" * MANY),
    "100,000 objects": _put("values", b'{"a":' * 80_000 + b"1" + b"}" * 80_000),
    "100,000 lists without end": b"[" * MANY,
    "100,000 objects without end": b'{"a":' * MANY,
    "escape without digits": _data(narratives={"kho_khan": "@"}).replace(b"@", b"\\u00zz"),
    "unknown escape": _data(narratives={"kho_khan": "@"}).replace(b"@", b"\\x41"),
    "leading zero": _put("revision", b"007"),
    "plus": _put("revision", b"+7"),
    "hexadecimal": _put("revision", b"0x7"),
}
"""Refused as `event.malformed`."""

FIGURES: Final[Mapping[str, tuple[bytes, str]]] = {
    "exponent": (_put("value", b"1e5"), "report.not_a_number"),
    "exponent beyond any number": (_put("value", b"1e999999999"), "report.not_a_number"),
    "NaN": (_put("value", b"NaN"), "report.not_a_number"),
    "Infinity": (_put("value", b"-Infinity"), "report.not_a_number"),
    "500,000 digits": (_put("value", b"9" * 500_000), "report.not_a_number"),
    "500,000 digits behind the point": (_put("value", b"0." + b"3" * 500_000), "report.not_a_number"),
    "20 digits": (_put("value", b"9" * 20), "report.out_of_range"),
    "negative": (_put("value", b"-5"), "report.out_of_range"),
    "decimals": (_put("value", b"1.5"), "report.too_many_decimals"),
    "text of a number with an exponent": (_put("value", b'"1E5"'), "report.not_a_number"),
    "underscore": (_put("value", b'"1_000"'), "report.not_a_number"),
    "digits of another script": (_put("value", '"٣"'.encode()), "report.not_a_number"),
    "full-width digits": (_put("value", '"５"'.encode()), "report.not_a_number"),
    "space around a number": (_put("value", b'" 5 "'), "report.not_a_number"),
    "sign": (_put("value", b'"+5"'), "report.not_a_number"),
    "list of 100,000 numbers": (_put("value", b"[" + b"1," * MANY + b"1]"), "report.wrong_kind"),
    "object": (_put("value", b'{"$gt":0}'), "report.wrong_kind"),
    "figure is true": (_put("value", b"true"), "report.wrong_kind"),
    "ratio of nothing": (_data(values={"vh_nha_van_hoa_thon": {"numerator": 1, "denominator": 0}}), "report.share_above_one"),
    "half a ratio": (_data(values={"vh_nha_van_hoa_thon": {"numerator": 1}}), "event.missing_field"),
    "ratio with more": (_data(values={"vh_nha_van_hoa_thon": {"numerator": 1, "denominator": 2, "x": 3}}), "event.unknown_field"),
    "ratio is a number": (_data(values={"vh_nha_van_hoa_thon": 1}), "report.wrong_kind"),
    "1,000 unknown figures": (_data(values={f"a{number}": 1 for number in range(1_000)}), "event.too_many_faults"),
    "30,000 figures": (_data(values={f"a{number}": 1 for number in range(30_000)}), "event.too_many_fields"),
    "code of 100,000 letters": (_data(values={"a" * MANY: 1}), "report.unknown_indicator"),
    "code with NUL": (_data(values={"a\x00b": 1}), "report.unknown_indicator"),
    "code from right to left": (_data(values={"\u202egnoc_yagn_dg": 1}), "report.unknown_indicator"),
    "code with a dollar": (_data(values={"$where": "sleep(1000)"}), "report.unknown_indicator"),
    "code with a point": (_data(values={"gd_ngay_cong.x": 1}), "report.unknown_indicator"),
    "code of Python": (_data(values={"__class__": 1}), "report.unknown_indicator"),
}

ENVELOPE: Final[Mapping[str, tuple[bytes, str]]] = {
    "nothing in it": (b"{}", "event.not_structured"),
    "data alone": (_text({"data": submitted()["data"]}), "event.not_structured"),
    "key twice": (b'{"id":"event-other",' + _event()[1:], "event.duplicate_key"),
    "key twice in the data": (_event().replace(b'"regime"', b'"unit":"06256","regime"'), "event.duplicate_key"),
    "figure twice": (_put("value", b'1,"gd_ngay_cong":2'), "event.duplicate_key"),
    "key twice, one escaped": (_put("value", b'1,"gd_ng\\u0061y_cong":2'), "event.duplicate_key"),
    "last of 40,000 keys twice": (b'{%s"z":1,"z":2}' % b"".join(b'"%x":1,' % key for key in range(40_000)), "event.duplicate_key"),
    "key twice in a deep place": (_put("value", b'{"a":{"b":{"c":1,"c":2}}}'), "event.duplicate_key"),
    "key twice in two forms of Unicode": (_data(narratives={"\u00e9": "a", "e\u0301": "b"}), "report.unknown_narrative"),
    "lone surrogate": (_data(narratives={"kho_khan": "@"}).replace(b"@", b"\\ud800"), "text.control_character"),
    "second half of a pair": (_data(narratives={"kho_khan": "@"}).replace(b"@", b"a\\udc00"), "text.control_character"),
    "pair the wrong way round": (_data(narratives={"kho_khan": "@"}).replace(b"@", b"\\udc00\\ud800"), "text.control_character"),
    "lone surrogate in a key": (_data(narratives={"@": "a"}).replace(b"@", b"\\ud800"), "report.unknown_narrative"),
    "lone surrogate in the id": (_event(id="event@bc").replace(b"@", b"\\ud800"), "event.malformed"),
    "NUL in a text": (_data(narratives={"kho_khan": "a\x00b"}), "text.control_character"),
    "escape sequence of a terminal": (_data(narratives={"kho_khan": "\x1b[2J"}), "text.control_character"),
    "text from right to left": (_data(narratives={"kho_khan": "a\u202eb"}), "text.control_character"),
    "isolate": (_data(narratives={"kho_khan": "a\u2067b"}), "text.control_character"),
    "100,000 marks on one letter": (_data(narratives={"kho_khan": "a" + "\u0301\u0323" * MANY}), "text.too_many_marks"),
    "as many marks, escaped": (_data(narratives={"kho_khan": "@"}).replace(b"@", b"\\u0301\\u0323" * 40_000), "text.too_many_marks"),
    "as many marks in a key": (_data(narratives={"@": "a"}).replace(b"@", "\u0301\u0323".encode() * MANY), "text.too_many_marks"),
    "longer than an event": (_data(narratives={"kho_khan": "a" * events.MAX_EVENT_BYTES}), "event.too_large"),
    "10,001 characters": (_data(narratives={"kho_khan": "a" * 10_001}), "report.narrative_too_long"),
    "10,001 characters in twice as many": (_data(narratives={"kho_khan": DECOMPOSED * 10_001}), "report.narrative_too_long"),
    "version": (_event(specversion="0.3"), "event.invalid_field"),
    "no id": (_event(id=None), "event.malformed"),
    "id of one letter": (_event(id="a"), "event.malformed"),
    "id of 65 letters": (_event(id="a" * 65), "event.malformed"),
    "id of 100,000 letters": (_event(id="a" * MANY), "event.malformed"),
    "id with a slash": (_event(id="../../etc/passwd"), "event.malformed"),
    "id with a space": (_event(id="event abc"), "event.malformed"),
    "id is a number": (_event(id=12_345_678), "event.malformed"),
    "id is an object": (_event(id={"$ne": ""}), "event.malformed"),
    "no source": (_event(source=None), "event.missing_field"),
    "source is a number": (_event(source=1), "event.invalid_field"),
    "source of another unit": (_event(source="/units/06256"), "event.subject_mismatch"),
    "source of a service": (_event(source="/services/ingest"), "event.invalid_field"),
    "source with a way": (_event(source="/units/../units/06253"), "event.invalid_field"),
    "no type": (_event(type=None), "event.missing_field"),
    "unknown type": (_event(type="vn.tonghop.report.deleted.v1"), "event.unknown_type"),
    "type of our services": (_event(type=events.VIEW_UPDATED), "event.unknown_type"),
    "type is a list": (_event(type=[events.SUBMITTED]), "event.invalid_field"),
    "time": (_event(time="yesterday"), "event.invalid_field"),
    "time of year 0": (_event(time="0000-01-01T00:00:00Z"), "event.invalid_field"),
    "type of the content": (_event(datacontenttype="application/xml"), "event.invalid_field"),
    "relative schema": (_event(dataschema="../x"), "event.invalid_field"),
    "trace of two lines": (_event(traceparent="a\r\nX: y"), "event.invalid_field"),
    "unknown attribute": (_event(priority="high"), "event.unknown_field"),
    "1,000 unknown attributes": (_event(**{f"a{number}": 1 for number in range(1_000)}), "event.too_many_faults"),
    "10,000 lists of objects": (_put("values", b"[" + b'{"a":1},' * 10_000 + b"{}]"), "event.too_many_fields"),
    "30,000 attributes": (_event(**{f"a{number}": 1 for number in range(30_000)}), "event.too_many_fields"),
    "data in base64": (_event(data=None, data_base64="e30="), "event.missing_field"),
    "attribute of ingest": (_event(unitid="06256", receivedms="1"), "event.unknown_field"),
    "actor": (_event(actor="operator/root"), "event.actor_forbidden"),
    "received at another time": (_event(receivedat="2024-01-01T00:00:00Z"), "event.receivedat_forbidden"),
    "imported": (_event(imported=True), "event.imported_forbidden"),
    "entered by another unit": (_event(enteredby=RECIPIENT), "event.enteredby_forbidden"),
    "data is a list": (_event(data=[]), "event.invalid_field"),
    "data is a text": (_event(data="{}"), "event.invalid_field"),
}

CONTENT: Final[Mapping[str, tuple[bytes, str]]] = {
    "regime that is an operator": (_data(regime={"$ne": ""}), "event.invalid_field"),
    "unknown regime": (_data(regime="ct28"), "report.unknown_regime"),
    "regime with a way": (_data(regime="../ct27-van-quan"), "event.invalid_field"),
    "period of month 13": (_data(period="2024-13"), "event.invalid_field"),
    "year 99999": (_data(period="99999"), "event.invalid_field"),
    "full-width year": (_data(period="２０２４"), "event.invalid_field"),
    "unit with a line break": (_data(unit="06253\n"), "event.invalid_field"),
    "another unit": (_data(unit="06256"), "event.subject_mismatch"),
    "unknown unit": (_data(unit="99999"), "event.subject_mismatch"),
    "revision 0": (_data(revision=0), "event.invalid_field"),
    "negative revision": (_data(revision=-1), "event.invalid_field"),
    "revision is true": (_data(revision=True), "event.invalid_field"),
    "revision is a text": (_data(revision="7"), "event.invalid_field"),
    "revision 7.0": (_put("revision", b"7.0"), "event.invalid_field"),
    "revision 7e0": (_put("revision", b"7e0"), "event.invalid_field"),
    "revision of 500,000 digits": (_put("revision", b"7" * 500_000), "event.invalid_field"),
    "revision 1,000,001": (_data(revision=1_000_001), "event.invalid_field"),
    "figures are a list": (_data(values=[1]), "event.invalid_field"),
    "texts are a list": (_data(values={}, narratives=["a"]), "event.invalid_field"),
    "text is a number": (_data(narratives={"kho_khan": 1}), "report.wrong_kind"),
    "unknown text": (_data(narratives={"x": "a"}), "report.unknown_narrative"),
    "no figure and no text": (_data(values={}), "report.empty"),
    "nothing but what is not seen": (_data(values={}, narratives={"kho_khan": "\u200b\u2060"}), "report.empty"),
    "unknown field": (_data(comment="x"), "event.unknown_field"),
    "notes are a list": (_data(notes=["x"]), "event.invalid_field"),
    "notes are a text": (_data(notes="x"), "event.invalid_field"),
    "note is a number": (_data(notes={"gd_ngay_cong": 1}), "report.wrong_kind"),
    "note is null": (_data(notes={"gd_ngay_cong": None}), "report.wrong_kind"),
    "note is an object": (_data(notes={"gd_ngay_cong": {"text": "x"}}), "report.wrong_kind"),
    "note of an unknown figure": (_data(notes={"x": "a"}), "report.unknown_indicator"),
    "empty note": (_data(notes={"gd_ngay_cong": ""}), "report.note_blank"),
    "note of zero width": (_data(notes={"gd_ngay_cong": "\u200b\u200d\ufeff"}), "report.note_blank"),
    "note of combining characters alone": (_data(notes={"gd_ngay_cong": "\u034f" * 3}), "report.note_blank"),
    "note of 2,001 characters": (_data(notes={"gd_ngay_cong": "a" * 2_001}), "report.note_too_long"),
    "note of 2,001 characters in three times as many": (_data(notes={"gd_ngay_cong": DECOMPOSED * 2_001}), "report.note_too_long"),
    "note with NUL": (_data(notes={"gd_ngay_cong": "a\x00"}), "text.control_character"),
    "note from right to left": (_data(notes={"gd_ngay_cong": "\u202e1"}), "text.control_character"),
    "note with a lone surrogate": (_data(notes={"gd_ngay_cong": "@"}).replace(b"@", b"\\ud800"), "text.control_character"),
    "30,000 notes": (_data(notes={f"a{number}": "x" for number in range(30_000)}), "event.too_many_fields"),
    "note twice": (_data(notes={"gd_ngay_cong": "@"}).replace(b'"@"', b'"a","gd_ngay_cong":"b"'), "event.duplicate_key"),
    "status is a text": (_data(status="estimate"), "event.invalid_field"),
    "status is a list": (_data(status=["gd_ngay_cong"]), "event.invalid_field"),
    "unknown status": (_data(status={"gd_ngay_cong": "official"}), "report.estimates_not_taken"),
    "status in capitals": (_data(status={"gd_ngay_cong": "ESTIMATE"}), "report.estimates_not_taken"),
    "status is true": (_data(status={"gd_ngay_cong": True}), "report.estimates_not_taken"),
    "status of an unknown figure": (_data(status={"x": "estimate"}), "report.estimates_not_taken"),
    "status without a figure": (_data(status={"gd_tien_tai_tro": "estimate"}), "report.estimates_not_taken"),
    "estimate where none is taken": (_data(status={"gd_ngay_cong": "estimate"}), "report.estimates_not_taken"),
    "30,000 states": (_data(status={f"a{number}": "estimate" for number in range(30_000)}), "event.too_large"),
    "reason is a number": (_data(reason=1), "event.invalid_field"),
    "reason is a list": (_data(reason=["x"]), "event.invalid_field"),
    "empty reason": (_data(reason=""), "event.invalid_field"),
    "reason that is not seen": (_data(reason="\u2060 \u200b"), "event.missing_field"),
    "reason of 2,001 characters": (_data(reason="a" * 2_001), "event.invalid_field"),
    "reason with an escape sequence": (_data(reason="\x1b]0;x\x07"), "text.control_character"),
    "withdrawal of another unit": (_text(withdrawn("06256") | OWN), "event.subject_mismatch"),
    "return by whoever reports": (_text(returned("06256") | OWN), "action.not_recipient"),
    "return of one's own report": (_text(returned() | OWN), "action.not_recipient"),
    "extension for oneself": (_text(extended() | OWN), "action.not_recipient"),
    "opening by a commune": (_text(opened() | OWN), "action.not_recipient"),
    "confirmation by a commune": (_text(confirmed() | OWN), "event.subject_mismatch"),
    "confirmation of anything": (
        _text(confirmed(COMMUNE, regime="ct27-van-quan", event_id=ID, figures={"x": 1}, view_hash="0" * 64)),
        "event.missing_field",
    ),
}
"""Contents that contradict the contract or the rights of the sender."""

_ALL: Final = {**{name: (body, "event.malformed") for name, body in NOT_JSON.items()}, **FIGURES, **ENVELOPE, **CONTENT}

EVENTS: Final[Mapping[str, tuple[bytes, str]]] = {
    name: (body.replace(ID.encode(), b"event-%07d" % number), code) for number, (name, (body, code)) in enumerate(_ALL.items())
}
"""All of them."""
