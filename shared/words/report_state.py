"""Which report counts: the one rule on which aggregate, notify and the portal must agree.

Of a unit's revisions the highest (revision, received time, event id) wins. A report counts if its winning revision is a
submission that was not returned: a return concerns only the revision that it names. On time is judged by the earliest received
time among the submitted revisions, even if later withdrawn or returned. Every field below only grows or only shrinks, so the order
and repetition of events cannot matter. Source: design, section 3, "Which report counts"; section 4, "Order"; ADR-0023.
"""

from dataclasses import dataclass
from typing import Final

Key = tuple[int, int, str]  # revision, received time in ms since 1970, event id
NOTHING: Final[Key] = (0, 0, "")


@dataclass(slots=True)
class Standing:
    """What is known of one unit's report for one regime and period."""

    winner: Key = NOTHING
    is_submission: bool = False  # the winner is a submission, not a withdrawal
    returned: frozenset[int] = frozenset()  # the revisions that were returned
    first_submitted_ms: int | None = None

    def submit(self, key: Key) -> bool:
        """Takes a submitted revision; whether it is the new winner."""
        if self.first_submitted_ms is None or key[1] < self.first_submitted_ms:
            self.first_submitted_ms = key[1]
        return self._take(key, is_submission=True)

    def withdraw(self, key: Key) -> bool:
        """Takes a withdrawn revision; whether it is the new winner."""
        return self._take(key, is_submission=False)

    def give_back(self, revision: int) -> None:
        """Takes a return of `revision`."""
        self.returned |= {revision}

    def _take(self, key: Key, *, is_submission: bool) -> bool:
        if key <= self.winner:
            return False
        self.winner, self.is_submission = key, is_submission
        return True

    @property
    def counts(self) -> bool:
        """Whether the unit's report stands in the totals."""
        return self.is_submission and self.winner[0] not in self.returned

    def is_on_time(self, deadline_ms: int | None) -> bool:
        """Whether the first submission came before the deadline (exclusive); without a deadline nothing is late."""
        return self.first_submitted_ms is not None and (deadline_ms is None or self.first_submitted_ms < deadline_ms)

    def is_late(self, deadline_ms: int | None) -> bool:
        """Whether the unit's report stands in the totals and did not come in time; what does not stand is missing, not late."""
        return self.counts and not self.is_on_time(deadline_ms)
