"""Reads JSON as it was sent: number texts are kept, a key that stands twice is refused, nothing is rounded."""

import hashlib
import json
import re
from dataclasses import dataclass
from typing import Any, Final, NoReturn

import orjson

from shared import events
from shared.errors import Refusal, refusal
from shared.numbers import NumberText

LONGEST_INTEGER: Final = 20  # digits; a longer one stays text and is judged as out of range
FRACTION: Final = re.compile(rb":-?[0-9]+[.eE]")  # of a field; what texts hold may look like it


class _Refused(Exception):
    def __init__(self, reason: Refusal) -> None:
        super().__init__(reason.code)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Parsed:
    """A JSON object, fractions and long integers as `NumberText`, and the hash of its content."""

    tree: dict[str, Any]
    hash: str


def parse(payload: bytes) -> Parsed | Refusal:
    """The JSON object in `payload`, or why it is none."""
    if len(payload) > events.MAX_EVENT_BYTES:
        return refusal("event.too_large", size=len(payload), most=events.MAX_EVENT_BYTES)
    try:
        tree = _read(payload)
        found = Parsed(tree, _digest(tree))
    except _Refused as refused:
        return refused.reason
    except UnicodeDecodeError:
        return refusal("event.malformed", detail="không phải UTF-8 (not UTF-8)")
    except RecursionError:
        return refusal("event.malformed", detail="lồng quá sâu (nested too deeply)")
    except ValueError:
        return refusal("event.malformed", detail="không phải JSON (not JSON)")
    if not isinstance(tree, dict):
        return refusal("event.malformed", detail="không phải một đối tượng JSON (not an object)")
    return found


def hash_of_format_2(payload: bytes) -> str:
    """The hash that claims of format 2 and before hold (`shared/data_format.py`). The payload is one that `parse` takes."""
    return _sha256_of_text(DECODER.decode(payload.decode("utf-8")))


def _read(payload: bytes) -> Any:
    """The content of a JSON text. orjson, five times as fast, is asked when it can lose nothing: there is no fraction, and what
    it read is, written again, the same text."""
    if b"[" not in payload and FRACTION.search(payload) is None:
        try:
            tree = orjson.loads(payload)
            if orjson.dumps(tree) == payload:
                return tree
        except (orjson.JSONDecodeError, orjson.JSONEncodeError):
            pass  # the other reader says what is wrong
    return DECODER.decode(payload.decode("utf-8"))


def _digest(tree: Any) -> str:
    """sha256 of the content: the same fields with the same texts, whatever their order and white space."""
    try:
        return hashlib.sha256(orjson.dumps(tree, option=orjson.OPT_SORT_KEYS)).hexdigest()
    except orjson.JSONEncodeError:  # half of a surrogate pair, nested deeply, an integer above 2^64
        return _sha256_of_text(tree)


def _sha256_of_text(tree: Any) -> str:
    return hashlib.sha256(ENCODER.encode(tree).encode("utf-8", "surrogatepass")).hexdigest()


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        keys = [key for key, _ in pairs]
        raise _Refused(refusal("event.duplicate_key", key=next(key for key in keys if keys.count(key) > 1)))
    return found


def _integer(text: str) -> int | NumberText:
    return int(text) if len(text) <= LONGEST_INTEGER else NumberText(text)


def _constant(text: str) -> NoReturn:
    raise _Refused(refusal("report.not_a_number", text=text))


DECODER: Final = json.JSONDecoder(object_pairs_hook=_object, parse_float=NumberText, parse_int=_integer, parse_constant=_constant)
ENCODER: Final = json.JSONEncoder(sort_keys=True, ensure_ascii=False)
