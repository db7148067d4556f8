"""Compares MongoDB documents with their models (`shared/wire/documents/`): names and types of fields."""

import types
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Annotated, Any, Final, Literal, NotRequired, Required, Union, get_args, get_origin, get_type_hints, is_typeddict

from bson.decimal128 import Decimal128
from bson.int64 import Int64

MARKS: Final = (Annotated, NotRequired, Required)
AS_READ: Final[dict[Any, tuple[type, ...]]] = {Decimal: (Decimal128,), int: (int, Int64)}  # what BSON gives for what was written


def differences(stored: Any, model: Any, path: str = "") -> Iterator[str]:
    """Where a stored value is not as its model says: `path: what is wrong`."""
    origin, parts = get_origin(model), get_args(model)
    if model is Any:
        return
    if origin in MARKS:
        yield from differences(stored, parts[0], path)
    elif is_typeddict(model):
        yield from _of_fields(stored, model, path)
    elif origin in (Union, types.UnionType):
        found = [list(differences(stored, part, path)) for part in parts]
        yield from min(found, key=len)
    elif origin is Literal:
        if stored not in parts:
            yield f"{path}: {stored!r}"
    elif origin is dict:
        for key, value in stored.items() if isinstance(stored, Mapping) else ():
            yield from differences(value, parts[1], f"{path}.{key}")
        yield from _of_type(stored, dict, path)
    elif origin in (list, tuple):
        yield from _of_type(stored, list, path)
        items = stored if isinstance(stored, list) else []
        of_items = [parts[0]] * len(items) if origin is list or parts[1:] == (...,) else parts
        if isinstance(stored, list) and len(items) != len(of_items):
            yield f"{path}: {len(items)} items"
        for number, (item, part) in enumerate(zip(items, of_items, strict=False)):
            yield from differences(item, part, f"{path}.{number}")
    else:
        yield from _of_type(stored, model, path)


def _of_type(stored: Any, wanted: Any, path: str) -> Iterator[str]:
    if type(stored) not in AS_READ.get(wanted, (wanted,)):
        yield f"{path}: {type(stored).__name__}"


def _of_fields(stored: Any, model: Any, path: str) -> Iterator[str]:
    if not isinstance(stored, Mapping):
        yield f"{path}: {type(stored).__name__}"
        return
    fields = get_type_hints(model, include_extras=False)
    yield from (f"{path}.{name}: is not there" for name in sorted(model.__required_keys__ - stored.keys()))
    yield from (f"{path}.{name}: is no field" for name in sorted(stored.keys() - fields.keys()))
    for name in stored.keys() & fields.keys():
        yield from differences(stored[name], fields[name], f"{path}.{name}")
