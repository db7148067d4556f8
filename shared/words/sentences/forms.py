"""Sentences about forms: what a unit is asked to report."""

from typing import Final

SENTENCES: Final[dict[str, tuple[str, str]]] = {
    "form.no_unit_then": (
        "{name} ({unit}) không có trong danh mục đơn vị ngày {day}, ngày lấy đơn vị của kỳ {period}, nên không có biểu. Lấy biểu của đơn vị"
        " báo cáo kỳ đó.",
        "{name} ({unit}) does not exist on {day}, whose units the period {period} has, so there is no form. Ask for the form of the unit"
        " that reports in that period.",
    ),
}
