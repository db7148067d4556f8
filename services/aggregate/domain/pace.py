"""Pace: how often views are written while the log is behind (ADR-0010)."""

from typing import Final

BEHIND: Final = 200  # messages behind: with this lag views change faster than anybody reads them
SHOW_S_EACH: Final = 0.001  # the pause between writes of views grows by this for each message behind,
SHOW_S: Final = 3.0  # up to this


class Pace:
    """Decides whether a batch's views are written with it or left to a later batch. Times are from one monotonic clock."""

    def __init__(self, now_s: float) -> None:
        self._written_at_s = now_s

    def is_time(self, behind: int, now_s: float) -> bool:
        """Whether views are written now, with `behind` messages still to read. If so, the next pause starts with this call."""
        if behind >= BEHIND and now_s - self._written_at_s < min(behind * SHOW_S_EACH, SHOW_S):
            return False
        self._written_at_s = now_s
        return True
