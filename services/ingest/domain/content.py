"""The content of an event. It decides whether a second event with the same id is a repeat.

The content is specversion, id, source, type and data. Attributes that a client may set differently when it retries (time, subject,
dataschema, datacontenttype, trace) are not part of it, and neither is the actor. Source: design, section 4, "Content"; ADR-0022.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

import orjson

from services.ingest.domain import parsing
from shared.words import texts
from shared.words.refusals import Refusal, refusal

ATTRIBUTES: Final = ("specversion", "id", "source", "type", "data")
FIGURES: Final = ("data", "values")
ADDED: Final = ("unitid", "receivedms")  # attributes that ingest adds to logged events

Json = dict[str, Any]


def hash_of(tree: Json) -> str:
    """SHA-256 of the content of an event whose texts are normalised. The order of the fields does not matter."""
    return _digest({name: tree[name] for name in ATTRIBUTES if name in tree})


def is_repeat(payload: bytes, normal: bytes | None, stored_hash: str, stored_event: bytes | None) -> bool:
    """Whether a message repeats the event of a claim that was written in data format 4 or earlier.

    Such a claim has a hash of everything that was sent and, if the event was accepted, the event as it was logged. `normal` is the event as
    it would be logged now; None if it would be rejected.
    """
    tree = parsing.as_sent(payload)
    if stored_event is None:
        return stored_hash in (_digest(tree), _sha256_of_text(tree))
    logged = orjson.loads(stored_event)
    free = {name: value for name, value in logged.items() if name not in (*ATTRIBUTES, *ADDED)}
    stamped = {name: value for name, value in tree.items() if name in ATTRIBUTES} | free
    if stored_hash in (_digest(stamped), _sha256_of_text(stamped)):
        return True
    return normal is not None and hash_of(orjson.loads(normal)) == hash_of(_normal(logged))


def faults(payload: bytes, tree: Json) -> list[Refusal]:
    """The texts of an event with forbidden characters, by path. Figures are checked by their indicators."""
    return list(_faults(tree, ())) if texts.may_be_forbidden(payload) else []


def _faults(value: Any, path: tuple[str, ...]) -> Iterator[Refusal]:
    if isinstance(value, str):
        if not value.isprintable() and (character := texts.forbidden(value)) is not None:
            yield refusal("text.control_character", ".".join(path), character=character)
    elif isinstance(value, dict):
        for name, inner in value.items():
            if (*path, name) != FIGURES:
                yield from _faults(inner, (*path, name[:40]))
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            yield from _faults(inner, (*path, str(place)))


def _normal(logged: Json) -> Json:
    parsed = parsing.parse(orjson.dumps(logged))
    assert isinstance(parsed, dict)  # a logged text is always an event
    return parsed


def _digest(tree: Mapping[str, Any]) -> str:
    try:
        return hashlib.sha256(orjson.dumps(tree, option=orjson.OPT_SORT_KEYS)).hexdigest()
    except orjson.JSONEncodeError:  # a lone surrogate, deep nesting, or an integer above 2^64
        return _sha256_of_text(tree)


def _sha256_of_text(tree: Mapping[str, Any]) -> str:
    """The hash of data format 2 and earlier, also used for values that orjson cannot write."""
    return hashlib.sha256(ENCODER.encode(tree).encode("utf-8", "surrogatepass")).hexdigest()


ENCODER: Final = json.JSONEncoder(sort_keys=True, ensure_ascii=False)
