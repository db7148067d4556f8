"""Judges the shape of an event against the models of the contract; says all that is wrong, in two languages."""

from collections.abc import Iterator
from typing import Any, Final

from pydantic import BaseModel, ValidationError

from shared.errors import Refusal, refusal
from shared.numbers import NumberText

# what a model's error type means: (Vietnamese, English); the input itself is never repeated
MEANING: Final = {
    "string_type": ("phải là chuỗi ký tự", "must be a string"),
    "int_type": ("phải là số nguyên", "must be an integer"),
    "dict_type": ("phải là một đối tượng", "must be an object"),
    "model_type": ("phải là một đối tượng", "must be an object"),
    "string_pattern_mismatch": ("không đúng dạng quy định", "does not have the form wanted"),
    "string_too_short": ("quá ngắn", "is too short"),
    "string_too_long": ("quá dài", "is too long"),
    "greater_than_equal": ("quá nhỏ", "is too small"),
    "less_than_equal": ("quá lớn", "is too large"),
    "string_unicode": ("chứa ký tự không hợp lệ", "holds characters that are not valid"),
    "literal_error": ("không phải là giá trị được nhận", "is not a value that is taken"),
}
OTHER: Final = ("không hợp lệ", "is not valid")
LONE_SURROGATE: Final = "\ud800"  # no model takes it


def faults(model: type[BaseModel], tree: dict[str, Any]) -> list[Refusal]:
    """All that is wrong with the shape of an event; paths are dotted."""
    data = tree.get("data")
    judged = {**tree, "data": _for_model(data)} if isinstance(data, dict) else tree
    try:
        model.model_validate(_for_model(judged))
    except ValidationError as error:
        return list(_refusals(error))
    return []


def _for_model(fields: dict[str, Any]) -> dict[str, Any]:
    """Fields as a model judges them rightly: to it a number's text would pass for a string, and NUL for a character."""
    strange = {
        name: 0.5 if isinstance(value, NumberText) else LONE_SURROGATE
        for name, value in fields.items()
        if isinstance(value, str) and ("\0" in value or isinstance(value, NumberText))
    }
    return {**fields, **strange} if strange else fields


def _refusals(error: ValidationError) -> Iterator[Refusal]:
    for found in error.errors(include_url=False, include_context=False, include_input=False):
        path = ".".join(str(part)[:40] for part in found["loc"])
        match found["type"]:
            case "missing":
                yield refusal("event.missing_field", path)
            case "extra_forbidden":
                yield refusal("event.unknown_field", path)
            case kind:
                vietnamese, english = MEANING.get(kind, OTHER)
                yield refusal("event.invalid_field", path, detail=f"{vietnamese} ({english})")
