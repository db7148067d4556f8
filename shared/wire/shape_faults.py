"""What is wrong with a shape, in words for the person who wrote the file or the setting: pydantic's own are for programmers."""

import difflib
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, Final

from pydantic import BaseModel, ValidationError

from shared.words import regimes

MOST: Final = 100  # faults of one document
Path = tuple[int | str, ...]

PATTERNS: Final[dict[str, tuple[str, str]]] = {
    regimes.CODE: (
        "chữ thường không dấu, số và “_”, bắt đầu bằng chữ, tối đa 40 ký tự, ví dụ ket_qua",
        "a-z, 0-9 and _, a letter first, at most 40",
    ),
    regimes.REGIME_ID: ("chữ thường không dấu, số và “-”, tối đa 40 ký tự, ví dụ ct27-van-quan", "a-z, 0-9 and -, at most 40"),
    regimes.UNIT_CODE: ("mã đơn vị: chữ không dấu, số và “-”, tối đa 32 ký tự, ví dụ 06253", "a unit's code"),
    regimes.DECIMAL: (
        'số thập phân thường trong ngoặc kép, ví dụ "12.5": dấu chấm, tối đa 14 chữ số và 9 số lẻ, không có dấu phân nhóm',
        'a plain decimal in quotes, "12.5"',
    ),
    regimes.DAY: ('ngày MM-DD hoặc YYYY-MM-DD trong ngoặc kép, ví dụ "12-20" là 20/12', 'a day in quotes, "12-20"'),
    regimes.DATE: ('ngày YYYY-MM-DD trong ngoặc kép, ví dụ "2026-12-20"', 'a date in quotes, "2026-12-20"'),
    regimes.TIME: ('giờ HH:MM trong ngoặc kép, ví dụ "08:00"', 'a time in quotes, "08:00"'),
}
KINDS: Final[dict[str, tuple[str, str]]] = {
    "bool_type": ("true hoặc false, không có ngoặc", "true or false"),
    "bool_parsing": ("true hoặc false", "true or false"),
    "int_type": ("số nguyên, không có ngoặc", "a whole number"),
    "int_parsing": ("số nguyên", "a whole number"),
    "int_from_float": ("số nguyên", "a whole number"),
    "list_type": ("danh sách, ví dụ [một, hai]", "a list"),
    "dict_type": ("các cặp “mã: nội dung”", "keys with values"),
    "model_type": ("các cặp “mục: giá trị”", "fields with values"),
}
BRANCH: Final = ("list[", "literal[", "constrained-", "[key]")  # what pydantic puts into a path beside what the document has


def of(
    error: ValidationError,
    model: type[BaseModel],
    written: Mapping[Path, str] | None = None,
    forms: Mapping[str, tuple[str, str]] = PATTERNS,
) -> list[tuple[Path, str]]:
    """Path and sentence of each fault, Vietnamese with English behind it. `written` holds scalars as they stand in the file, `forms` the
    words for the patterns of the shape.
    """
    found = error.errors(include_url=False)[:MOST]
    chosen = {fault["loc"][:-1] for fault in found if fault["loc"] and not str(fault["loc"][-1]).startswith("literal[")}
    told: dict[tuple[Path, str], None] = {}
    for fault in found:
        path = _plain((*fault["loc"], *fault.get("ctx", {}).get("where", ())))
        is_other_branch = fault["type"] == "literal_error" and str(fault["loc"][-1]).startswith("literal[")
        if is_other_branch and any(path == _plain(other) for other in chosen):
            continue  # the field takes a word too, but somebody wrote the other thing
        told[path, _sentence(fault, model, (written or {}).get(path), forms)] = None
    left = error.error_count() - len(found)
    return [*told, *([((), f"và {left} lỗi nữa, sửa những lỗi trên trước (and more)")] if left else [])]


def _plain(path: Sequence[int | str]) -> Path:
    return tuple(part for part in path if not str(part).startswith(BRANCH))


def _sentence(fault: Mapping[str, Any], model: type[BaseModel], written: str | None, forms: Mapping[str, tuple[str, str]]) -> str:
    kind, context = fault["type"], fault.get("ctx", {})
    shown = _shown(fault["input"] if written is None else written)
    match kind:
        case "missing":
            return "thiếu mục bắt buộc (a required field is missing)"
        case "extra_forbidden":
            return _unknown(str(fault["loc"][-1]), model)
        case "value_error" | regimes.PLACED:
            return str(fault["msg"]).removeprefix("Value error, ")
        case "string_type":
            return f'{shown} không phải là chữ: đặt trong ngoặc kép, ví dụ "{written or "chữ"}" (a text is wanted: put it in quotes)'
        case "string_pattern_mismatch":
            wanted, wanted_en = forms.get(context["pattern"], (f"dạng {context['pattern']}", "of another form"))
            return f"{shown}: cần {wanted} (wanted: {wanted_en})"
        case "literal_error":
            options = str(context["expected"]).replace("'", "").replace(" or ", ", ")
            return f"{shown}: chọn một trong {options} (one of these)"
        case "greater_than_equal" | "less_than_equal":
            bound = f"từ {context['ge']} trở lên" if "ge" in context else f"nhiều nhất {context['le']}"
            return f"{shown}: cần {bound} (out of range)"
        case _ if kind in KINDS:
            wanted, wanted_en = KINDS[kind]
            return f"{shown}: cần {wanted} (wanted: {wanted_en})"
        case _:
            return f"{shown}: không đúng dạng (not of the form wanted: {kind})"


def _unknown(name: str, model: type[BaseModel]) -> str:
    near = difflib.get_close_matches(name[:40], _names(model), n=1)
    guess = f"; có phải “{near[0]}”?" if near else ""
    return f"không có mục “{name[:40]}”{guess}: sửa tên hoặc bỏ mục này (no such field)"


@lru_cache
def _names(model: type[BaseModel]) -> tuple[str, ...]:
    """Every field of the shape and of what stands in it."""
    schema = model.model_json_schema()
    return tuple(sorted({name for one in (schema, *schema.get("$defs", {}).values()) for name in one.get("properties", {})}))


def _shown(value: Any) -> str:
    if value is None or value == "":
        return "để trống"
    if isinstance(value, dict | list):
        return "các mục bên dưới" if value else "để trống"
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return f"“{text[:60]}{'…' if len(text) > 60 else ''}”"
