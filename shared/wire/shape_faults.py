"""Faults in the shape of a file or a setting, explained to the person who wrote it: pydantic's own messages are for programmers."""

import difflib
import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, Final

from pydantic import BaseModel, ValidationError

from shared.words import periods, regime_fields
from shared.words.failures import InvalidValueError
from shared.words.refusals import Both, Refusal, refusal

MOST: Final = 100  # faults of one document
Path = tuple[int | str, ...]

PATTERNS: Final[dict[str, Both]] = {
    regime_fields.CODE: Both(
        "chữ thường không dấu, số và “_”, bắt đầu bằng chữ, tối đa 40 ký tự, ví dụ ket_qua",
        "a-z, 0-9 and _, a letter first, at most 40",
    ),
    regime_fields.REGIME_ID: Both("chữ thường không dấu, số và “-”, tối đa 40 ký tự, ví dụ ct27-van-quan", "a-z, 0-9 and -, at most 40"),
    regime_fields.REFORM_ID: Both("chữ thường không dấu, số và “-”, tối đa 48 ký tự, ví dụ 2025-07-01", "a-z, 0-9 and -, at most 48"),
    regime_fields.PERIOD: Both(*periods.FORM),
    regime_fields.UNIT_CODE: Both("mã đơn vị: chữ không dấu, số và “-”, tối đa 32 ký tự, ví dụ 06253", "a unit's code"),
    regime_fields.DECIMAL: Both(
        'số thập phân thường trong ngoặc kép, ví dụ "12.5": dấu chấm, tối đa 14 chữ số và 9 số lẻ, không có dấu phân nhóm',
        'a plain decimal in quotes, "12.5"',
    ),
    regime_fields.DAY: Both('ngày MM-DD hoặc YYYY-MM-DD trong ngoặc kép, ví dụ "12-20" là 20/12', 'a day in quotes, "12-20"'),
    regime_fields.DATE: Both('ngày YYYY-MM-DD trong ngoặc kép, ví dụ "2026-12-20"', 'a date in quotes, "2026-12-20"'),
    regime_fields.TIME: Both('giờ HH:MM trong ngoặc kép, ví dụ "08:00"', 'a time in quotes, "08:00"'),
}
KINDS: Final[dict[str, Both]] = {
    "bool_type": Both("true hoặc false, không có ngoặc", "true or false"),
    "bool_parsing": Both("true hoặc false", "true or false"),
    "int_type": Both("số nguyên, không có ngoặc", "a whole number"),
    "int_parsing": Both("số nguyên", "a whole number"),
    "int_from_float": Both("số nguyên", "a whole number"),
    "list_type": Both("danh sách, ví dụ [một, hai]", "a list"),
    "dict_type": Both("các cặp “mã: nội dung”", "keys with values"),
    "date_type": Both("ngày YYYY-MM-DD, không có ngoặc", "a day YYYY-MM-DD without quotes"),
    "model_type": Both("các cặp “mục: giá trị”", "fields with values"),
}
GROUPED: Final = re.compile(r"-?[1-9][0-9]{0,2}(\.000)+")  # thousands with a separator, which YAML reads as a decimal
BRANCH: Final = ("list[", "literal[", "constrained-", "[key]")  # path elements that pydantic adds and the document does not have


def of(
    error: ValidationError,
    model: type[BaseModel],
    written: Mapping[Path, str] | None = None,
    forms: Mapping[str, Both] = PATTERNS,
) -> list[tuple[Path, Refusal]]:
    """Path and reason of each fault. `written` holds scalars as they are written in the file, `forms` the descriptions of the shape's
    patterns.
    """
    faults = error.errors(include_url=False)[:MOST]
    chosen = {fault["loc"][:-1] for fault in faults if fault["loc"] and not str(fault["loc"][-1]).startswith("literal[")}
    reasons: dict[tuple[Path, Refusal], None] = {}
    for fault in faults:
        path = _plain((*fault["loc"], *_where_inside(fault)))
        is_other_branch = fault["type"] == "literal_error" and str(fault["loc"][-1]).startswith("literal[")
        if is_other_branch and any(path == _plain(other) for other in chosen):
            continue  # the field also accepts a word, but the value is not a word
        reasons[path, _reason(fault, model, (written or {}).get(path), forms)] = None
    left = error.error_count() - len(faults)
    return [*reasons, *([((), refusal("field.more_faults", count=left))] if left else [])]


def _plain(path: Sequence[int | str]) -> Path:
    return tuple(part for part in path if not str(part).startswith(BRANCH))


def _where_inside(fault: Mapping[str, Any]) -> tuple[str, ...]:
    error = fault.get("ctx", {}).get("error")
    return error.where if isinstance(error, InvalidValueError) else ()


def _reason(fault: Mapping[str, Any], model: type[BaseModel], written: str | None, forms: Mapping[str, Both]) -> Refusal:
    kind, context = fault["type"], fault.get("ctx", {})
    shown = _shown(fault["input"] if written is None else written)
    match kind:
        case "missing":
            return refusal("field.missing")
        case "extra_forbidden":
            return _unknown(str(fault["loc"][-1]), model)
        case "value_error" if isinstance(context["error"], InvalidValueError):
            return context["error"].refusal
        case "string_type":
            if GROUPED.fullmatch(written or ""):
                return refusal("field.grouped_number", shown=shown, plain=(written or "").replace(".", ""))
            return refusal("field.not_text", shown=shown, example=written or Both("chữ", "text"))
        case "string_pattern_mismatch":
            pattern = context["pattern"]
            return refusal("field.wrong_form", shown=shown, expected=forms.get(pattern, Both(f"dạng {pattern}", f"the form {pattern}")))
        case "literal_error":
            options = str(context["expected"]).replace("'", "").replace(" or ", ", ")
            return refusal("field.not_an_option", shown=shown, options=[options])
        case "greater_than_equal":
            return refusal("field.too_small", shown=shown, least=context["ge"])
        case "less_than_equal":
            return refusal("field.too_large", shown=shown, most=context["le"])
        case _ if kind in KINDS:
            return refusal("field.wrong_form", shown=shown, expected=KINDS[kind])
        case _:
            return refusal("field.invalid", shown=shown, kind=kind)


def _unknown(name: str, model: type[BaseModel]) -> Refusal:
    if near := difflib.get_close_matches(name[:40], _names(model), n=1):
        return refusal("field.misspelt", name=name[:40], near=near[0])
    return refusal("field.unknown", name=name[:40])


@lru_cache
def _names(model: type[BaseModel]) -> tuple[str, ...]:
    """Every field name of the shape and of the shapes inside it."""
    schema = model.model_json_schema()
    return tuple(sorted({name for part in (schema, *schema.get("$defs", {}).values()) for name in part.get("properties", {})}))


def _shown(value: Any) -> Both | str:
    if value is None or value == "":
        return Both("trống", "(empty)")
    if isinstance(value, dict | list):
        return Both("gồm các mục bên dưới", "(the entries below)") if value else Both("trống", "(empty)")
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return f"“{text[:60]}{'…' if len(text) > 60 else ''}”"
