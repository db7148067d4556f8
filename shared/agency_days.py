"""Reads an agency's own days off and working days from a file: `off:` and `working:`, lists of days YYYY-MM-DD."""

from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

import yaml

from shared.calendar import AgencyDays
from shared.errors import ConfigurationError

ROOT: Final = Path(__file__).parent.parent  # a relative path is one below the product's folder
LISTS: Final = ("off", "working")


def read(name: str) -> AgencyDays:
    """The days of a file. Raises ConfigurationError with file, line and reason when it is broken."""
    path = ROOT / name
    try:
        text = path.read_text(encoding="utf-8")
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path}: tệp: không đọc được (cannot be read): {type(error).__name__}") from error
    except yaml.YAMLError as error:
        raise _broken(path, getattr(error, "problem_mark", None), "không phải YAML (not YAML)") from error
    found = _lists(path, root)
    both = [day for day in found["off"] if day in found["working"]]
    if both:
        raise _broken(path, found["working"][both[0]], f"{both[0]} vừa nghỉ vừa làm việc (both off and working)")
    return AgencyDays(frozenset(found["off"]), frozenset(found["working"]))


def _lists(path: Path, root: Any) -> dict[str, dict[date, Any]]:
    """The days of each list, with where they stand."""
    found: dict[str, dict[date, Any]] = {name: {} for name in LISTS}
    if root is None:
        return found
    if not isinstance(root, yaml.MappingNode):
        raise _broken(path, root.start_mark, "cần off: và working: (lists off and working)")
    seen: set[str] = set()
    for key, value in root.value:
        if key.value not in LISTS or key.value in seen:
            raise _broken(path, key.start_mark, f"“{key.value}”: chỉ có off và working, mỗi mục một lần (only off and working, once each)")
        seen.add(key.value)
        if not isinstance(value, yaml.SequenceNode):
            raise _broken(path, value.start_mark, f"“{key.value}” phải là danh sách ngày (must be a list of days)")
        found[key.value] = {_day(path, node): node.start_mark for node in value.value}
    return found


def _day(path: Path, node: Any) -> date:
    try:
        return datetime.strptime(node.value, "%Y-%m-%d").date()  # noqa: DTZ007  # a day of the calendar has no time zone
    except (TypeError, ValueError) as error:
        shown = node.value if isinstance(node.value, str) else "…"
        raise _broken(path, node.start_mark, f"“{shown}” không phải là ngày YYYY-MM-DD (not a day)") from error


def _broken(path: Path, mark: Any, reason: str) -> ConfigurationError:
    line = mark.line + 1 if mark is not None else "?"
    return ConfigurationError(f"{path}: dòng {line}: {reason}")
