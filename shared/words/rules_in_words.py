"""Deadline rules in words, as Vietnamese documents write them: `2 ngày làm việc sau ngày chốt số liệu`, `trước ngày 05 tháng sau`."""

from typing import Final

from shared.words.obligations import DeadlineRule

MOVES: Final = "hạn rơi vào ngày nghỉ thì chuyển sang hết ngày làm việc tiếp theo"
"""What `to_working_day` means."""
ON_CALL: Final = "cơ quan nhận báo cáo mở từng kỳ và ấn định hạn"
"""What `on_call` means."""


def rule(one: DeadlineRule) -> str:
    """When a report is due, by one rule, whatever the period."""
    if counted := _counted_days(one):
        if one.hour is not None:
            return f"{counted}, {'đến' if one.is_inclusive else 'trước'} {one.hour}"
        return counted if one.is_inclusive else f"{counted}, không tính ngày cuối"
    if one.hour is not None:
        return f"{'đến' if one.is_inclusive else 'trước'} {one.hour} {_day(one)}"
    return f"{'đến hết' if one.is_inclusive else 'trước'} {_day(one)}"


def _counted_days(one: DeadlineRule) -> str:
    """How many days are counted, and from what; empty if the rule names a day."""
    if one.after is not None:
        return f"{one.working_days} ngày làm việc sau hạn của nhóm {one.after}"
    if one.after_cut_off is None:
        return ""
    if one.after_cut_off.working_days is not None:
        return f"{one.after_cut_off.working_days} ngày làm việc sau ngày chốt số liệu"
    return f"{one.after_cut_off.days} ngày sau ngày chốt số liệu"


def _day(one: DeadlineRule) -> str:
    """The day that the rule names, in every year, once, or in the month after the period."""
    if one.day_of_next_month is not None:
        return f"ngày {one.day_of_next_month:02} tháng sau"
    year, month, day = one.day_in(0).rsplit("-", 2)
    return f"ngày {day}/{month}" if one.is_yearly else f"ngày {day}/{month}/{year}"
