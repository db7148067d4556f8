"""An agency's own days are read from a file, refused as a whole if wrong, and override the common calendar."""

from datetime import date, datetime
from pathlib import Path

import pytest

from shared.plumbing import agency_days
from shared.shell.settings import Settings
from shared.words import deadlines, ladder
from shared.words.calendar import COMMON, WorkingDays
from shared.words.failures import ConfigurationError
from shared.words.ladder import Steps
from shared.words.obligations import DeadlineRule
from shared.words.periods import VIETNAM

THURSDAY, FRIDAY, SATURDAY = date(2026, 12, 3), date(2026, 12, 4), date(2026, 12, 5)


def file(folder: Path, text: str) -> str:
    path = folder / "days.yaml"
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_the_file_of_the_product_has_only_the_swap_that_the_common_calendar_lacks() -> None:
    swapped_for = WorkingDays(frozenset({date(2026, 1, 2)}), frozenset({date(2026, 1, 10)}))

    assert agency_days.read(str(Settings.model_fields["calendar_days"].default)) == swapped_for
    assert [COMMON.includes(day) for day in (date(2026, 1, 2), date(2026, 1, 10))] == [True, False]


def test_a_file_names_days_off_and_working_days(tmp_path: Path) -> None:
    found = agency_days.read(file(tmp_path, "off: [2026-12-04]\nworking:\n  - 2026-12-05\n"))

    assert found == WorkingDays(frozenset({FRIDAY}), frozenset({SATURDAY}))
    assert agency_days.read(file(tmp_path, "# chưa có\n")) == WorkingDays()


@pytest.mark.parametrize(
    ("text", "line", "code"),
    [
        ("working: []\noff: [2026-12-04", "2", "yaml.not_yaml"),
        ("off: []\nnghi: []", "2", "calendar.unknown_list"),
        ("off: []\noff: []", "2", "yaml.repeated_key"),
        ("off: 2026-12-04", "1", "calendar.not_a_list"),
        ("off:\n  - 2026-12-04\n  - 04/12/2026", "3", "calendar.not_a_day"),
        ("off:\n  - 2026-02-30", "2", "calendar.not_a_day"),
        ("off:\n  - [2026-12-04]", "2", "calendar.not_a_day"),
        ("off:\n  - 1026-12-04", "2", "calendar.year_out_of_range"),
        ("off: &days [2026-12-04]\nworking: *days", "2", "yaml.alias"),
        ("off:\n  - 2026-12-04\u202e", "2", "file.forbidden_character"),
        ("off: [2026-12-04]\nworking: [2026-12-04]", "2", "calendar.off_and_working"),
        ("- 2026-12-04", "1", "calendar.lists_missing"),
    ],
)
def test_a_broken_file_is_refused_with_line_and_reason(tmp_path: Path, text: str, line: str, code: str) -> None:
    path = file(tmp_path, text)

    with pytest.raises(ConfigurationError) as found:
        agency_days.read(path)

    assert [(why.path, why.code) for why in found.value.refusals] == [(f"{path}:{line}", code)]


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"file\.missing"):
        agency_days.read(str(tmp_path / "khong-co.yaml"))


def test_an_agencys_days_win_over_the_common_calendar() -> None:
    own = WorkingDays(frozenset({FRIDAY}), frozenset({SATURDAY}))

    assert not own.includes(FRIDAY)
    assert own.includes(SATURDAY)
    assert own.before_or_on(FRIDAY) == THURSDAY


def test_a_ladder_follows_the_agencys_days() -> None:
    steps, deadline = Steps(before_days=(), last_day=("08:00",), after_days=()), datetime(2026, 12, 5, tzinfo=VIETNAM)
    own = WorkingDays(off=frozenset({FRIDAY}))

    assert [rung.at.date() for days in (COMMON, own) for rung in ladder.rungs(deadline, steps, days)] == [FRIDAY, THURSDAY]


def test_a_deadline_moves_to_the_agencys_working_day() -> None:
    rule = DeadlineRule(before="12-05")
    own = WorkingDays(frozenset({FRIDAY}), frozenset({SATURDAY}))

    assert deadlines.due(rule, 2026, COMMON) == datetime(2026, 12, 5, tzinfo=VIETNAM)
    assert deadlines.due(rule, 2026, own) == datetime(2026, 12, 6, tzinfo=VIETNAM)
