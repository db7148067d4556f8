"""What goes wrong: all of it drawn from one seed, all of it counted.

Probabilities hold for one operation while trouble is on. A profile says how much of it: a calm one proves that the rules hold
without faults, the others that they hold with them.
"""

from collections import Counter
from dataclasses import dataclass, fields
from random import Random
from typing import Final


@dataclass(frozen=True, slots=True)
class Odds:
    """How likely each fault is, per operation."""

    slow: float = 0.0  # an operation takes up to seconds
    store_before: float = 0.0  # refused, nothing done
    store_after: float = 0.0  # done, the answer lost
    store_late: float = 0.0  # the caller gives up, it is done later
    store_half: float = 0.0  # a bulk write stops half-way; what is left is lost, or lands late
    store_refused: float = 0.0  # single writes of a bulk fail for another reason than a duplicate key
    upsert_race: float = 0.0  # an upsert that found nothing inserts some moments later
    broker_lost: float = 0.0  # a message to the broker is lost
    answer_lost: float = 0.0  # the broker did it, its answer is lost
    blip: float = 0.0  # a connection breaks while a message is on its way, and is there again at once
    broker_late: float = 0.0  # a message to the broker arrives seconds later, overtaken by others


CALM: Final = Odds()
PROFILES: Final = (
    (1, CALM),
    (3, Odds(slow=0.05, store_before=0.03, store_after=0.03, store_late=0.04, store_half=0.12, store_refused=0.03, upsert_race=0.4)),
    (3, Odds(slow=0.05, broker_lost=0.02, answer_lost=0.04, blip=0.01, broker_late=0.02, upsert_race=0.4)),
    (
        5,
        Odds(
            slow=0.04,
            store_before=0.02,
            store_after=0.02,
            store_late=0.03,
            store_half=0.08,
            store_refused=0.02,
            upsert_race=0.4,
            broker_lost=0.01,
            answer_lost=0.03,
            blip=0.01,
            broker_late=0.02,
        ),
    ),
)
KINDS: Final = tuple(field.name for field in fields(Odds))


class Chance:
    """Draws, and counts what came of it."""

    def __init__(self, rng: Random, odds: Odds, counts: Counter[str]) -> None:
        self.rng = rng
        self.counts = counts
        self._odds = odds
        self.is_on = False
        self.late_until_s = 0.0  # when the last late operation lands

    def has(self, kind: str) -> bool:
        """Whether a fault of this kind happens now; counted when it does."""
        if not self.is_on:
            return False
        odds: float = getattr(self._odds, kind)
        if odds and self.rng.random() < odds:
            self.counts[kind] += 1
            return True
        return False

    def late_s(self, now_s: float, most_s: float) -> float:
        """How much later something lands that nobody waits for any more."""
        late_s = most_s * self.rng.random()
        self.late_until_s = max(self.late_until_s, now_s + late_s + 1.0)
        return late_s

    def latency_s(self) -> float:
        """How long one way takes."""
        if self.has("slow"):
            return 0.05 + 3.0 * self.rng.random() ** 3
        return 0.0005 + 0.012 * self.rng.random()


def profile(rng: Random) -> Odds:
    """One of the profiles, by weight."""
    weights = [weight for weight, _ in PROFILES]
    return rng.choices([odds for _, odds in PROFILES], weights)[0]
