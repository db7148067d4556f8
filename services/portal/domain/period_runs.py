"""Several periods of one length and year as people name them, runs of periods by their first and last one."""

from collections.abc import Sequence
from typing import Final

from shared.words import periods, vietnamese

LONG: Final = 3  # so many periods in a row are written as "tháng 1 – tháng 3"


def named(codes: Sequence[str]) -> str:
    """Periods of one length, in the order of time, as people name them: `tháng 1 – tháng 4, tháng 6`."""
    runs: list[list[str]] = []
    for code in codes:
        if runs and periods.following(runs[-1][-1]) == code:
            runs[-1].append(code)
        else:
            runs.append([code])
    return ", ".join(f"{_name(run[0])} – {_name(run[-1])}" if len(run) >= LONG else ", ".join(_name(code) for code in run) for run in runs)


def named_in_year(codes: Sequence[str]) -> str:
    """The same with the year behind them: `tháng 1 – tháng 4 năm 2026`. There is at least one period."""
    return f"{named(codes)} năm {codes[0][:4]}"


def _name(code: str) -> str:
    name = vietnamese.part_name(code)
    return name[0].lower() + name[1:]
