"""Pace: how often views are written while the log is behind (ADR-0010)."""

from typing import Final

BEHIND: Final = 200  # messages of the log: from here on views change faster than anybody reads
SHOW_S_EACH: Final = 0.001  # for each of these messages views are written so much less often,
SHOW_S: Final = 3.0  # but at least once in this time


class Pace:
    """Decides whether the views of a batch are written with it, or left to a later batch. Times are of one monotonic clock."""

    def __init__(self, now_s: float) -> None:
        self._written_at_s = now_s

    def is_time(self, behind: int, now_s: float) -> bool:
        """Whether the views are written now, with `behind` messages still to be read; the pause counts from this call if so."""
        if behind >= BEHIND and now_s - self._written_at_s < min(behind * SHOW_S_EACH, SHOW_S):
            return False
        self._written_at_s = now_s
        return True
