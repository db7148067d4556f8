"""What we could not do: when a message that fails is tried again, when it is parked, and when everything stops.

A message that fails for an unexpected reason is tried five times and then parked, so that it does not hold up the notifier for ever. But if
many of the last messages fail, the fault is ours and not theirs: then nothing is parked, and the service waits until one succeeds.

Source: ADR-0066.
"""

from collections.abc import Iterable, Sequence
from typing import Final, Literal, TypeVar

SEEN: Final = 1000  # messages that are looked back at
MOST_PERCENT: Final = 5  # of them that may fail
LEAST_FAILED: Final = 20  # fewer failures never stop the service
MOST_ATTEMPTS: Final = 5  # deliveries of one message
REMEMBERED: Final = 20_000  # messages that failed; more than the stream delivers before it waits for acknowledgements

Next = Literal["again", "park", "stop"]
Item = TypeVar("Item")


class Failures:
    """How the last messages went. Each message, known by its sequence, counts once: by its newest attempt."""

    def __init__(self) -> None:
        self.is_stopped = False
        self._outcomes: dict[int, bool] = {}  # whether it failed, by sequence; the newest attempt last
        self._attempts: dict[int, int] = {}  # failed attempts of the messages that have not succeeded since

    @property
    def seen(self) -> int:
        """The messages that are looked back at: at most `SEEN`."""
        return len(self._outcomes)

    @property
    def failed(self) -> int:
        """How many of them failed."""
        return sum(self._outcomes.values())

    @property
    def are_too_many(self) -> bool:
        """Whether so many failed that it cannot be the messages' own fault."""
        return self.failed >= LEAST_FAILED and self.failed * 100 > MOST_PERCENT * self.seen

    def attempts(self, sequence: int) -> int:
        """How often a message has failed, and has not succeeded since."""
        return self._attempts.get(sequence, 0)

    def succeed(self, sequences: Iterable[int]) -> None:
        """Takes note of messages that were processed. After the first one the service goes on."""
        for sequence in sequences:
            self.is_stopped = False
            self._attempts.pop(sequence, None)
            self._note(sequence, has_failed=False)

    def fail(self, sequence: int) -> Next:
        """Takes note of a message that failed. Returns what to do with it."""
        attempts = self._attempts.pop(sequence, 0) + 1
        self._attempts[sequence] = attempts
        if len(self._attempts) > REMEMBERED:
            del self._attempts[next(iter(self._attempts))]
        self._note(sequence, has_failed=True)
        if self.are_too_many:
            self.is_stopped = True
            return "stop"
        return "park" if attempts >= MOST_ATTEMPTS else "again"

    def forget(self, sequence: int) -> None:
        """Takes note that a message was parked. It still counts as failed."""
        self._attempts.pop(sequence, None)

    def in_order(self, items: Sequence[tuple[int, Item]]) -> list[list[Item]]:
        """Items by how often their message has failed: those that never did together, then each of the others by itself."""
        fresh = [item for sequence, item in items if sequence not in self._attempts]
        known = sorted(((self._attempts[sequence], sequence, item) for sequence, item in items if sequence in self._attempts), key=_times)
        return ([fresh] if fresh else []) + [[item] for _, _, item in known]

    def _note(self, sequence: int, *, has_failed: bool) -> None:
        self._outcomes.pop(sequence, None)
        self._outcomes[sequence] = has_failed
        if len(self._outcomes) > SEEN:
            del self._outcomes[next(iter(self._outcomes))]


def _times(known: tuple[int, int, Item]) -> tuple[int, int]:
    return known[:2]
