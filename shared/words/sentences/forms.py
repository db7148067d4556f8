"""Sentences about forms: what a unit is asked to report."""

from typing import Final

SENTENCES: Final[dict[str, tuple[str, str]]] = {
    "form.no_unit_then": (
        "Đơn vị {name} ({unit}) không có trong danh mục ngày {day}, ngày lấy đơn vị của kỳ {period}, nên không có biểu. Lấy biểu của đơn vị"
        " báo cáo kỳ đó.",
        "The unit {name} ({unit}) does not exist on {day}, whose units the period {period} has, so there is no form. Ask for the form of"
        " the unit that reports in that period.",
    ),
    "form.unit_needs_period": (
        "Tham số “unit” cần có kỳ, vì mỗi kỳ có thể giao chỉ tiêu khác. Thêm kỳ: ?period=2026, hay --period 2026.",
        "The parameter “unit” needs a period, because periods may ask for different figures. Add ?period=2026, or --period 2026.",
    ),
}
