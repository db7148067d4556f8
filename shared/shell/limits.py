"""How often a key may be used: so many times a second on average, and so many times at once after a pause.

A token bucket in its smallest form: for each key the instant at which its bucket is full again (the generic cell rate algorithm). A key
whose bucket is full needs no memory. Source: design, section 1 of the second part; ITU-T I.371.
"""

from collections.abc import Hashable
from datetime import datetime, timedelta
from typing import Final

PER_SECOND: Final = 20
BURST: Final = 200
MOST_KEYS: Final = 50_000  # entries in memory; more than there are keys in the country


class Limits:
    """The limits of many keys. Each key may be used `per_second` times a second, and `burst` times at once."""

    def __init__(self, per_second: int = PER_SECOND, burst: int = BURST, most_keys: int = MOST_KEYS) -> None:
        self._interval = timedelta(seconds=1) / per_second
        self._tolerance = self._interval * (burst - 1)
        self._most = most_keys
        self._full_at: dict[Hashable, datetime] = {}  # the key that was used last comes last

    def __len__(self) -> int:
        return len(self._full_at)

    def wait(self, key: Hashable, now: datetime) -> timedelta | None:
        """Takes one use. None if it is within the limit; else how long to wait, and nothing is taken."""
        self._forget(now)
        full_at = max(self._full_at.get(key, now), now)
        if full_at - now > self._tolerance:
            return full_at - now - self._tolerance
        self._full_at.pop(key, None)
        self._full_at[key] = full_at + self._interval
        return None

    def _forget(self, now: datetime) -> None:
        """Drops up to two of the keys that were used longest ago: those whose buckets are full, and the first one if there are too many."""
        for _ in range(2):
            oldest = next(iter(self._full_at), None)
            if oldest is None or (self._full_at[oldest] > now and len(self._full_at) < self._most):
                return
            del self._full_at[oldest]
