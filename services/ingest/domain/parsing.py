"""Parses JSON as it was sent: the text of every number is kept, nothing is rounded, and repeated keys are refused.

Texts are normalised (NFC, `shared.words.texts`), so that what is counted, compared and stored is what people see.
"""

import json
import re
import unicodedata
from collections import Counter
from typing import Any, Final, NoReturn

import orjson

from shared.wire import events
from shared.words import texts
from shared.words.numbers import NumberText
from shared.words.refusals import Both, Refusal, refusal

MOST_FIELDS: Final = 5_000  # of an event; a report of 1,500 ratios has fewer. Each field that is wrong costs time
LONGEST_INTEGER: Final = 20  # digits; a longer integer remains text and is refused as out of range
FRACTION: Final = re.compile(rb":-?[0-9]+[.eE]")  # of a field; what texts hold may look like it
BYTE_ORDER_MARKS: Final = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")

NO_MARK: Final = Both(
    "có ký tự BOM ở đầu hoặc không phải UTF-8; lưu dạng UTF-8 không BOM",
    "it begins with a byte order mark or is not UTF-8; save it as UTF-8 without a byte order mark",
)
NOT_UTF_8: Final = Both("không phải mã hóa UTF-8", "it is not UTF-8")
TOO_DEEP: Final = Both("lồng quá sâu", "it is nested too deeply")
NOT_JSON: Final = Both("không đọc được JSON tại dòng {line}, cột {column}", "it is not JSON at line {line}, column {column}")
NO_OBJECT: Final = Both("không phải một đối tượng JSON {{…}}", "it is not a JSON object {{…}}")


class _Refused(Exception):
    def __init__(self, reason: Refusal) -> None:
        super().__init__(reason.code)
        self.reason = reason


def parse(payload: bytes) -> dict[str, Any] | Refusal:
    """The JSON object in `payload`, or why it cannot be parsed. Fractions and long integers become `NumberText`; texts are normalised."""
    if len(payload) > events.MAX_EVENT_BYTES:
        return refusal("event.too_large", size=len(payload), most=events.MAX_EVENT_BYTES)
    if payload.startswith(BYTE_ORDER_MARKS) or b"\0" in payload[:4]:  # in UTF-16 and UTF-32 at least every second byte
        return _malformed(NO_MARK)
    try:
        tree = as_sent(payload)
        if not _is_normal(payload):
            tree = _normal(tree)
    except _Refused as refused:
        return refused.reason
    except UnicodeDecodeError:
        return _malformed(NOT_UTF_8)
    except RecursionError:
        return _malformed(TOO_DEEP)
    except json.JSONDecodeError as error:
        return _malformed(NOT_JSON, line=error.lineno, column=error.colno)
    if payload.count(b":") > MOST_FIELDS and (size := _fields(tree)) > MOST_FIELDS:  # texts have colons too
        return refusal("event.too_many_fields", size=size, most=MOST_FIELDS)
    return tree if isinstance(tree, dict) else _malformed(NO_OBJECT)


def as_sent(payload: bytes) -> Any:
    """The content of a JSON text, exactly as written. Raises the errors that `parse` turns into refusals.

    orjson is five times as fast as `json`. Its result is used only if nothing was lost: there is no fraction, and writing the result as
    JSON yields the same text.
    """
    if b"[" not in payload and FRACTION.search(payload) is None:
        try:
            tree = orjson.loads(payload)
            if orjson.dumps(tree) == payload:
                return tree
        except (orjson.JSONDecodeError, orjson.JSONEncodeError):
            pass  # the slower parser reports the fault
    return DECODER.decode(payload.decode("utf-8"))


def _fields(tree: Any) -> int:
    """The number of fields of all objects in a JSON tree."""
    size, rest = 0, [tree]
    while rest:
        match rest.pop():
            case dict() as fields:
                size += len(fields)
                rest += fields.values()
            case list() as items:
                rest += items
    return size


def _malformed(detail: Both, **place: int) -> Refusal:
    return refusal("event.malformed", detail=Both(*(phrase.format(**place) for phrase in detail)))


def _is_normal(payload: bytes) -> bool:
    """Whether every text in the payload is already normalised (NFC) and has no escape sequences."""
    if b"\\" in payload or payload.isascii():
        return payload.isascii() and b"\\" not in payload
    return unicodedata.is_normalized("NFC", _composable(payload.decode("utf-8")))


def _composable(text: str) -> str:
    """The text, if it can be composed in a reasonable time. Raises _Refused."""
    if texts.has_too_many_marks(text):
        raise _Refused(refusal("text.too_many_marks", most=texts.MOST_MARKS))
    return text


def _normal(tree: Any) -> Any:
    match tree:
        case NumberText():
            return tree
        case str():
            return texts.normal(_composable(tree))
        case dict():
            return {name: _normal(value) for name, value in tree.items()}
        case list():
            return [_normal(value) for value in tree]
    return tree


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) != len(pairs):
        times = Counter(key for key, _ in pairs)
        raise _Refused(refusal("event.duplicate_key", key=next(key for key, _ in pairs if times[key] > 1)))
    return fields


def _integer(text: str) -> int | NumberText:
    return int(text) if len(text) <= LONGEST_INTEGER else NumberText(text)


def _constant(text: str) -> NoReturn:
    raise _Refused(refusal("report.not_a_number", text=text))


DECODER: Final = json.JSONDecoder(object_pairs_hook=_object, parse_float=NumberText, parse_int=_integer, parse_constant=_constant)
