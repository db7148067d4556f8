"""What recipients and confirmers do in the made-up years: they ask for what is owed, and undo confirmations."""

import random
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from shared.wire import events
from shared.wire.events import Logged
from tests.simulation.reminders.decree import VN
from tests.simulation.reminders.eras import Task

ABOVE: Final = ("44-SLDTBXH", "44")  # who asks, and who undoes what others confirmed
MOST_ASKED: Final = 6
Event = Callable[..., Logged]


def undone(acts: Sequence[Logged], task: Task, rng: random.Random, event: Event) -> Iterator[Logged]:
    """What follows a confirmation: it is undone, by its unit or from above, and often made again."""
    confirmed = [act for act in acts if act.type == events.CONFIRMED]
    if not confirmed or rng.random() < 0.5:
        return
    when = events.from_ms(confirmed[0].received_ms).astimezone(VN)
    if rng.random() < 0.25:  # a second version before anything is undone
        when += timedelta(days=rng.expovariate(1 / 2))
        confirmed.append(event(events.CONFIRMED, when, view_hash="b" * 64))
        yield confirmed[-1]
    for _ in range(rng.choice([1, 1, 2, 3])):
        if not confirmed:
            return
        when += timedelta(days=rng.expovariate(1 / 2), seconds=1)
        taken, by = confirmed.pop(), rng.choice([task.about, task.unit, *ABOVE])
        one = event(events.UNDONE, when, confirmation=taken.id, reason="Cộng sai")
        yield one._replace(id=f"{by}/{one.event_id}")
        if rng.random() < 0.6:
            when += timedelta(days=rng.expovariate(1 / 3), seconds=1)
            confirmed.append(event(events.CONFIRMED, when, view_hash="c" * 64))
            yield confirmed[-1]


def of_periods(
    tasks: Iterable[Task], opened: Mapping[tuple[str, str], Sequence[Logged]], codes: Mapping[str, str], rng: random.Random, event: Event
) -> Iterator[Logged]:
    """Some units of most periods are asked once or several times, about the deadline, at any hour. `codes` are the units' codes by id."""
    of_period: dict[tuple[str, str], list[Task]] = defaultdict(list)
    for task in tasks:
        of_period[task.regime, task.period].append(task)
    for (regime, period), some in of_period.items():
        first = opened.get((regime, period), ())
        earliest = max([some[0].begins, *(events.from_ms(one.received_ms).astimezone(VN) for one in first[:1])])
        for _ in range(rng.choice([0, 1, 2, 3])):
            asked = rng.sample(some, min(len(some), MOST_ASKED))
            when = _when(asked[0].deadline or earliest + timedelta(days=20), earliest, rng)
            one = event(
                events.ASKED, when, regime, period, units=sorted({codes.get(task.unit, task.unit) for task in asked}), text="Gửi gấp"
            )
            yield one._replace(id=f"{rng.choice(ABOVE)}/{one.event_id}")


def _when(due: datetime, earliest: datetime, rng: random.Random) -> datetime:
    return max(earliest + timedelta(milliseconds=1), due + timedelta(days=rng.gauss(0, 6)))
