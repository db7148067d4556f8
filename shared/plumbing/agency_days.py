"""Reads an agency's own days off and working days from a file: `off:` and `working:`, lists of days YYYY-MM-DD."""

from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

import yaml

from shared.plumbing import data_files, yaml_files
from shared.plumbing.text_files import UnreadableError
from shared.words import calendar
from shared.words.calendar import WorkingDays
from shared.words.failures import ConfigurationError

LISTS: Final = ("off", "working")
YEARS: Final = range(2000, 2200)  # a day outside of them is a slip of the pen, and would never come


def read(name: str) -> WorkingDays:
    """The days of a file. Raises ConfigurationError with file, line and reason when it is broken."""
    path = data_files.path(name)
    try:
        root = yaml_files.read(path)
    except UnreadableError as error:
        raise ConfigurationError(f"{path}: {error} [TONGHOP_CALENDAR_DAYS]") from error
    found = _lists(path, root)
    both = [day for day in found["off"] if day in found["working"]]
    if both:
        raise _broken(path, found["working"][both[0]], f"{both[0]} vừa nghỉ vừa làm việc (both off and working)")
    return WorkingDays(frozenset(found["off"]), frozenset(found["working"]))


def without_effect(days: WorkingDays) -> list[str]:
    """What the days say that the common calendar says too: true, and perhaps a slip of the pen; years to come are estimates there."""
    off = [f"{day:%d/%m/%Y} vốn là ngày nghỉ (off anyway)" for day in sorted(days.off) if not calendar.is_common_working_day(day)]
    working = [f"{day:%d/%m/%Y} vốn là ngày làm việc (a working day anyway)" for day in sorted(days.working)]
    return off + [line for line, day in zip(working, sorted(days.working), strict=True) if calendar.is_common_working_day(day)]


def _lists(path: Path, root: Any) -> dict[str, dict[date, Any]]:
    """The days of each list, with where they stand."""
    found: dict[str, dict[date, Any]] = {name: {} for name in LISTS}
    if root is None:
        return found
    if not isinstance(root, yaml.MappingNode):
        raise _broken(path, root.start_mark, "cần off: và working: (lists off and working)")
    for key, value in root.value:
        if key.value not in LISTS:
            raise _broken(path, key.start_mark, f"“{key.value}”: chỉ có off và working (only off and working)")
        if not isinstance(value, yaml.SequenceNode):
            raise _broken(path, value.start_mark, f"“{key.value}” phải là danh sách ngày (must be a list of days)")
        found[key.value] = {_day(path, node): node.start_mark for node in value.value}
    return found


def _day(path: Path, node: Any) -> date:
    try:
        day = datetime.strptime(node.value, "%Y-%m-%d").date()  # noqa: DTZ007  # a day of the calendar has no time zone
    except (TypeError, ValueError) as error:
        shown = node.value if isinstance(node.value, str) else "…"
        raise _broken(path, node.start_mark, f"“{shown}” không phải là ngày YYYY-MM-DD (not a day)") from error
    if day.year not in YEARS:
        raise _broken(path, node.start_mark, f"“{node.value}”: năm từ {YEARS[0]} đến {YEARS[-1]} (the year is out of range)")
    return day


def _broken(path: Path, mark: Any, reason: str) -> ConfigurationError:
    return ConfigurationError(f"{path}: {yaml_files.line_of(mark)}: {reason}")
