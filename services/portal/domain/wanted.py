"""Describes the required form of a parameter, in Vietnamese and English, for the refusal of a parameter that does not have it."""

from collections.abc import Mapping
from typing import Any, Final

from shared.words import periods

Wanted = tuple[str, str]

UNIT: Final[Wanted] = (
    "mã đơn vị gồm chữ không dấu, chữ số và dấu gạch nối, tối đa 32 ký tự, ví dụ 06253",
    "a unit's code of letters, digits and hyphens, at most 32 characters, such as 06253",
)
NAMES: Final[Mapping[str, Wanted]] = {
    "regime": (
        "mã chế độ báo cáo gồm chữ thường không dấu, chữ số và dấu gạch nối, ví dụ ct27-van-quan",
        "a regime's id of lower-case letters, digits and hyphens, such as ct27-van-quan",
    ),
    "period": periods.FORM,
    "year": ("một năm như 2026", "a year such as 2026"),
    "units": ("một ngày như 2025-06-30", "a day such as 2025-06-30"),
    "unit": UNIT,
    "reform": (
        "mã đợt sắp xếp gồm chữ thường không dấu, chữ số và dấu gạch nối, ví dụ 2025-07-01",
        "a reform's id of lower-case letters, digits and hyphens, such as 2025-07-01",
    ),
    "province": UNIT,
}
PAGES: Final[Wanted] = (
    "tối đa 40 địa chỉ dạng chế-độ/kỳ/đơn-vị, cách nhau bằng dấu phẩy",
    "at most 40 addresses regime/period/unit, with commas between them",
)
ONCE: Final[Wanted] = ("đúng một giá trị, không lặp lại", "one value, not several")
OTHER: Final[Wanted] = ("một giá trị đúng dạng", "a value of the documented form")


def value(fault: Mapping[str, Any]) -> Wanted:
    """The required form, from an error of pydantic."""
    bounds = fault.get("ctx", {})
    match fault["type"]:
        case "int_parsing" | "int_parsing_size" | "int_type" | "int_from_float":
            return "một số nguyên", "a whole number"
        case "greater_than_equal":
            return f"một số nguyên từ {bounds['ge']} trở lên", f"a whole number of at least {bounds['ge']}"
        case "less_than_equal":
            return f"một số nguyên không quá {bounds['le']}", f"a whole number of at most {bounds['le']}"
        case "bool_parsing" | "bool_type":
            return "true hoặc false", "true or false"
        case "string_too_long":
            return f"tối đa {bounds['max_length']} ký tự", f"at most {bounds['max_length']} characters"
        case "enum" | "literal_error":
            options = str(bounds["expected"]).replace("'", "").replace(" or ", ", ")
            return f"một trong: {options}", f"one of: {options}"
        case _:
            return OTHER
