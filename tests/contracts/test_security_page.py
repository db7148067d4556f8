"""docs/security.md judges every requirement of its chapters once, and says what shows it. That the named tests exist: `test_docs.py`."""

import re
from pathlib import Path
from typing import Final

import pytest

PAGE: Final = (Path(__file__).parents[2] / "docs" / "security.md").read_text(encoding="utf-8")
ROW: Final = re.compile(r"^\| V([\d.]+)(?: – V([\d.]+))? \| ([12, ]+) \| (.+?) \| (.+) \|$", re.MULTILINE)
STATE: Final = re.compile(r"(met: .*(`[^`]*`|\]\().*|not applicable: .+|open \(\d\d/\d\d/\d{4}\): .+)")

# how many requirements of levels 1 and 2 each section of OWASP ASVS 5.0.0 has; in these chapters they come before those of level 3
SECTIONS: Final[dict[str, int]] = {
    "3.2": 2,
    "3.3": 4,
    "3.4": 6,
    "3.5": 5,
    "3.7": 2,
    "4.1": 3,
    "4.2": 1,
    "4.3": 2,
    "4.4": 4,
    "5.1": 1,
    "5.2": 3,
    "5.3": 2,
    "5.4": 3,
    "6.1": 3,
    "6.2": 12,
    "6.3": 4,
    "6.4": 4,
    "6.5": 5,
    "6.6": 3,
    "6.8": 4,
    "7.1": 3,
    "7.2": 4,
    "7.3": 2,
    "7.4": 5,
    "7.5": 2,
    "7.6": 2,
    "8.1": 2,
    "8.2": 3,
    "8.3": 1,
    "8.4": 1,
    "9.1": 3,
    "9.2": 4,
    "10.1": 2,
    "10.2": 2,
    "10.3": 4,
    "10.4": 11,
    "10.5": 5,
    "10.6": 2,
    "10.7": 3,
    "12.1": 3,
    "12.2": 2,
    "12.3": 4,
    "13.1": 1,
    "13.2": 5,
    "13.3": 2,
    "13.4": 5,
    "16.1": 1,
    "16.2": 5,
    "16.3": 4,
    "16.4": 3,
    "16.5": 3,
}
ASKED: Final = [f"{section}.{number}" for section, last in SECTIONS.items() for number in range(1, last + 1)]


def judged() -> list[str]:
    """The numbers of all rows; a row may be about several."""
    found = []
    for first, last, *_ in ROW.findall(PAGE):
        section, _, number = first.rpartition(".")
        found += [f"{section}.{each}" for each in range(int(number), int((last or first).rpartition(".")[2]) + 1)]
    return found


def test_every_requirement_is_judged_once() -> None:
    assert judged() == ASKED


@pytest.mark.parametrize("row", ROW.findall(PAGE), ids=lambda row: str(row[0]))
def test_a_state_says_what_shows_it_why_not_or_since_when_it_is_open(row: tuple[str, ...]) -> None:
    assert STATE.fullmatch(row[4]), row[4]


def test_every_line_of_a_table_is_a_row() -> None:
    lines = [line for line in PAGE.splitlines() if line.startswith("|")]
    heads = [line for line in lines if line.startswith(("| number |", "|---"))]
    assert len(lines) == len(heads) + len(ROW.findall(PAGE))
