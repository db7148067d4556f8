"""Reads JSON as it was sent: number texts are kept, a key that stands twice is refused, nothing is rounded."""

import hashlib
import json
from dataclasses import dataclass
from typing import Any, Final, NoReturn

from shared import events
from shared.errors import Refusal, refusal
from shared.numbers import NumberText

LONGEST_INTEGER: Final = 20  # digits; a longer one stays text and is judged as out of range


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
        tree = DECODER.decode(payload.decode("utf-8"))
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


def _digest(tree: Any) -> str:
    """sha256 of the content: the same fields with the same texts, whatever their order and white space."""
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
