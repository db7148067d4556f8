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
    "string_pattern_mismatch": ("không đúng dạng quy định", "does not have the form wanted"),
    "string_too_short": ("quá ngắn", "is too short"),
    "string_too_long": ("quá dài", "is too long"),
    "greater_than_equal": ("quá nhỏ", "is too small"),
    "less_than_equal": ("quá lớn", "is too large"),
    "literal_error": ("không phải là giá trị được nhận", "is not a value that is taken"),
}
OTHER: Final = ("không hợp lệ", "is not valid")
NO_UNICODE: Final = ("chứa ký tự không hợp lệ", "holds characters that are not valid")


def faults(model: type[BaseModel], tree: dict[str, Any], prefix: str = "") -> list[Refusal]:
    """All that is wrong with the shape of `tree`; paths are dotted."""
    unstorable = [_invalid(f"{prefix}{name}", NO_UNICODE) for name, value in tree.items() if _has_nul(value) and name in model.model_fields]
    try:
        model.model_validate(_numbers_as_floats(tree))
    except ValidationError as error:
        return [*_refusals(error, prefix), *unstorable]
    return unstorable


def _has_nul(value: object) -> bool:
    return isinstance(value, str) and "\0" in value


def _invalid(path: str, meaning: tuple[str, str]) -> Refusal:
    vietnamese, english = meaning
    return refusal("event.invalid_field", path, detail=f"{vietnamese} ({english})")


def _numbers_as_floats(tree: dict[str, Any]) -> dict[str, Any]:
    """Top-level number texts as floats: to a model a fraction must not pass for a string."""
    return {key: 0.5 if isinstance(value, NumberText) else value for key, value in tree.items()}


def _refusals(error: ValidationError, prefix: str) -> Iterator[Refusal]:
    for found in error.errors(include_url=False, include_context=False, include_input=False):
        path = prefix + ".".join(str(part)[:40] for part in found["loc"])
        match found["type"]:
            case "missing":
                yield refusal("event.missing_field", path)
            case "extra_forbidden":
                yield refusal("event.unknown_field", path)
            case kind:
                yield _invalid(path, MEANING.get(kind, NO_UNICODE if "unicode" in kind else OTHER))
