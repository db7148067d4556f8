"""Builds docs/data-model.md: every collection with its documents, their fields, who writes them and who reads them.

Source: the models of `shared.wire.documents.by_collection` and their docstrings.
"""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from types import NoneType, UnionType
from typing import Annotated, Any, Final, Literal, NotRequired, Union, get_args, get_origin, get_type_hints, is_typeddict

from services.cli.docs import markdown
from shared.wire.documents import by_collection

SUFFIX: Final = "Document"
PLAIN: Final[dict[object, str]] = {
    str: "text",
    int: "whole number",
    bool: "true or false",
    bytes: "bytes",
    datetime: "instant",
    Decimal: "decimal",
    NoneType: "null",
    Any: "anything",
}
INTRODUCTION: Final = """
What MongoDB holds. Each collection has one owner that writes it; the others only read. All of them use the models that
`shared/wire/documents/by_collection.py` lists, from which this page is made. `reports`, `views` and `duties` can be computed again from
the log; units, areas, reforms, regimes, receipts, parked messages, alerts, people, credentials and the audit log are kept nowhere else,
so they belong into every backup. Instants are in UTC. A field that is *optional* is absent from some documents.
"""


def page() -> str:
    """The text of the page."""
    return markdown.page("The data model", INTRODUCTION, *(_collection(name) for name in by_collection.MODELS))


def models() -> Iterator[type]:
    """The models of whole documents and of their parts."""
    seen: list[type] = []
    for found in by_collection.MODELS.values():
        for model in found:
            seen += [part for part in (model, *_parts(model)) if part not in seen]
    yield from seen


def fields(model: type) -> dict[str, tuple[str, str]]:
    """For each field of a model: its type, and its meaning ("" when the model gives no description)."""
    optional: frozenset[str] = getattr(model, "__optional_keys__", frozenset())
    found = {}
    for name, hint in get_type_hints(model, include_extras=True).items():
        inner, meaning = _described(hint)
        found[name] = (f"{_type(inner)}{', optional' if name in optional else ''}", meaning)
    return found


def _collection(name: str) -> str:
    models = by_collection.MODELS[name]
    parts = [part for model in models for part in _parts(model)]
    return "\n\n".join(
        [f"## `{name}`", *(_model(model) for model in models), *(_model(part, is_part=True) for part in dict.fromkeys(parts))]
    )


def _model(model: type, *, is_part: bool = False) -> str:
    rows = [(markdown.code(name), holds, meaning) for name, (holds, meaning) in fields(model).items()]
    heading = f"### {_name(model)}\n\n" if is_part else ""
    return f"{heading}{_text(model)}\n\n{markdown.table(('field', 'holds', 'meaning'), rows)}"


def _text(model: type) -> str:
    """The docstring as paragraphs. `Written by:` and `Read by:` each start a new line."""
    paragraphs = [" ".join(part.split()) for part in (model.__doc__ or "").split("\n\n")]
    return "\n\n".join(part.replace(" Read by:", "\n\nRead by:") for part in paragraphs)


def _name(model: type) -> str:
    return model.__name__.removesuffix(SUFFIX)


def _parts(model: type) -> Iterator[type]:
    """The models nested in a model, each once, outer ones first."""
    for hint in get_type_hints(model, include_extras=True).values():
        for inner in _typed_dicts(hint):
            yield inner
            yield from _parts(inner)


def _typed_dicts(hint: object) -> Iterator[type]:
    if isinstance(hint, type) and is_typeddict(hint):
        yield hint
    for inner in get_args(hint):
        yield from _typed_dicts(inner)


def _described(hint: object) -> tuple[object, str]:
    """A type hint without `NotRequired` and `Annotated` around it, and its description."""
    if get_origin(hint) is NotRequired:
        return _described(get_args(hint)[0])
    if get_origin(hint) is Annotated:
        inner, *notes = get_args(hint)
        return _described(inner)[0], next((note for note in notes if isinstance(note, str)), "")
    return hint, ""


def _type(hint: object) -> str:
    origin, inside = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return _type(inside[0])
    if origin is Literal:
        return " or ".join(markdown.code(str(value)) for value in inside)
    if origin in (Union, UnionType):
        return " or ".join(_type(option) for option in inside)
    if origin is list:
        return f"list of: {_type(inside[0])}"
    if origin is dict:
        return f"by name: {_type(inside[1])}"
    if origin is tuple:
        return f"[{', '.join(_type(part) for part in inside)}]"
    return PLAIN.get(hint) or (_name(hint) if isinstance(hint, type) else str(hint))
