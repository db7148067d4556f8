"""What is added to a unit's reports: estimates, official figures in their place about the deadline, and reports that others enter."""

import random
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final

from shared.wire import events
from shared.wire.events import Logged
from shared.words.regimes import Regime
from tests.simulation.reminders import decree
from tests.simulation.reminders.decree import VN

OTHER: Final = "44-SLDTBXH"  # who enters reports for others
ESTIMATE: Final = {"so": "estimate"}
Event = Callable[..., Logged]


def until(regime: Regime, period: str) -> datetime | None:
    """The deadline of official figures; None if the regime takes no estimates."""
    return None if regime.estimates is None else decree.due(regime.estimates.until, regime, period)


def mixed(acts: Sequence[Logged], until: datetime | None, rng: random.Random, event: Event) -> Iterator[Logged]:
    """What a unit and others do about its report, with estimates and entries. `event` makes one more event about it."""
    reports = [act for act in acts if act.type == events.SUBMITTED]
    is_estimating = until is not None and bool(reports) and rng.random() < 0.5
    for act in acts:
        if act.type != events.SUBMITTED:
            yield act
            continue
        data = {**act.data, "status": ESTIMATE} if is_estimating and rng.random() < 0.8 else act.data
        yield act._replace(data=data, entered_by=OTHER if rng.random() < 0.07 else "")
    if is_estimating and until is not None:
        yield from _replaced(acts, until, rng, event)


def _replaced(acts: Sequence[Logged], until: datetime, rng: random.Random, event: Event) -> Iterator[Logged]:
    """What comes after estimates: official figures, estimates again, returns, more time."""
    revision = max(act.data.get("revision", 0) for act in acts)
    earliest = events.from_ms(max(act.received_ms for act in acts)).astimezone(VN) + timedelta(milliseconds=1)
    if rng.random() < 0.15:
        longer = until + timedelta(days=rng.randrange(-3, 9))
        yield event(events.EXTENDED, max(earliest, until - timedelta(days=rng.uniform(0, 8))), until=longer.date().isoformat(), reason="Lũ")
    when = until + (timedelta(milliseconds=rng.randrange(-2, 3)) if rng.random() < 0.2 else timedelta(days=rng.gauss(-3, 5)))
    when = max(earliest, when)
    for _ in range(rng.choice([0, 1, 1, 1, 2])):
        revision += 1
        status = {"status": ESTIMATE} if rng.random() < 0.3 else {}
        yield event(events.SUBMITTED, when, revision=revision, **status)
        if rng.random() < 0.2:
            when += timedelta(hours=rng.expovariate(1 / 20))
            fix_by = (when + timedelta(days=rng.randrange(1, 12))).date().isoformat()
            yield event(events.RETURNED, when, revision=revision, reason="Thiếu", fix_by=fix_by)
        when += timedelta(days=rng.expovariate(1 / 3))
