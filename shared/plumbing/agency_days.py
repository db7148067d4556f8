"""Reads an agency's own days off and working days from a file: `off:` and `working:`, lists of days YYYY-MM-DD."""

from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

import yaml

from shared.plumbing import data_files, yaml_files
from shared.plumbing.text_files import UnreadableError
from shared.words import calendar, refusals
from shared.words.calendar import WorkingDays
from shared.words.failures import ConfigurationError
from shared.words.refusals import Refusal, refusal

LISTS: Final = ("off", "working")
YEARS: Final = range(2000, 2200)  # a day outside of them is a typing error, and would never come


def read(name: str) -> WorkingDays:
    """The agency's days in a file. Raises ConfigurationError with file, line and reason if the file is invalid."""
    path = data_files.path(name)
    try:
        root = yaml_files.read(path)
    except UnreadableError as error:
        raise ConfigurationError(error.at(path)) from error
    lists = _lists(path, root)
    both = [day for day in lists["off"] if day in lists["working"]]
    if both:
        raise _broken(path, lists["working"][both[0]], refusal("calendar.off_and_working", day=refusals.day(both[0])))
    return WorkingDays(frozenset(lists["off"]), frozenset(lists["working"]))


def without_effect(days: WorkingDays) -> list[Refusal]:
    """Warnings for days that the common calendar already has: correct, but perhaps typing errors. For future years the common calendar is
    an estimate.
    """
    off = [day for day in sorted(days.off) if not calendar.is_common_working_day(day)]
    working = [day for day in sorted(days.working) if calendar.is_common_working_day(day)]
    return [
        *(refusal("calendar.off_anyway", day=refusals.day(day)) for day in off),
        *(refusal("calendar.working_anyway", day=refusals.day(day)) for day in working),
    ]


def _lists(path: Path, root: Any) -> dict[str, dict[date, Any]]:
    """The days of each list, with their positions in the file."""
    lists: dict[str, dict[date, Any]] = {name: {} for name in LISTS}
    if root is None:
        return lists
    if not isinstance(root, yaml.MappingNode):
        raise _broken(path, root.start_mark, refusal("calendar.lists_missing"))
    for key, value in root.value:
        if key.value not in LISTS:
            raise _broken(path, key.start_mark, refusal("calendar.unknown_list", name=key.value))
        if not isinstance(value, yaml.SequenceNode):
            raise _broken(path, value.start_mark, refusal("calendar.not_a_list", name=key.value))
        lists[key.value] = {_day(path, node): node.start_mark for node in value.value}
    return lists


def _day(path: Path, node: Any) -> date:
    try:
        day = datetime.strptime(node.value, "%Y-%m-%d").date()  # noqa: DTZ007  # a day of the calendar has no time zone
    except (TypeError, ValueError) as error:
        shown = node.value if isinstance(node.value, str) else "…"
        raise _broken(path, node.start_mark, refusal("calendar.not_a_day", text=shown)) from error
    if day.year not in YEARS:
        raise _broken(path, node.start_mark, refusal("calendar.year_out_of_range", text=node.value, first=YEARS[0], last=YEARS[-1]))
    return day


def _broken(path: Path, mark: Any, why: Refusal) -> ConfigurationError:
    return ConfigurationError(why.at(f"{path}:{yaml_files.line_of(mark)}"))
