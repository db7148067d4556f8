"""The load: units that send at their own pace, whatever the state of the system, and send again until they are acknowledged.

They send submissions, corrections, repeats and withdrawals, and the recipient sends returns. All must be accepted, except returns of a
revision that no longer counts. The periods of the two regimes are past, so that the day of the run does not matter.
"""

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from nats.js import JetStreamContext

from shared.plumbing import broker, tasks
from shared.wire import subjects
from shared.words.reference import Reference
from shared.words.regimes import Regime
from shared.words.units import Unit
from tests import builders
from tests.benchmarks import load
from tests.builders import Event

PER_SECOND: Final = 200
KINDS: Final = {"submit": 12, "repeat": 3, "withdraw": 2, "return": 3}
SEASONS: Final = (("nq68-quang-binh", "2024"), ("nq68-quang-binh", "2025"), ("ct27-van-quan", "2025"))
ACK_S: Final = 5.0
AGAIN_S: Final = 0.2


def key_of(event: Event) -> str:
    """The id of an event's claim."""
    return f"{builders.sender_of(event)}/{event['id']}"


@dataclass
class Season:
    """What units send, one event after the other, and what they have sent so far."""

    reference: Reference
    rng: random.Random
    sent: list[Event] = field(default_factory=list)
    revisions: dict[tuple[str, str, str], int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._reporters = [
            (regime, period, group, unit)
            for regime, period in ((self.reference.regimes[name], period) for name, period in SEASONS)
            for group, units in regime.group_members(self.reference.registry.at(_period(regime, period).cut_off)).items()
            for unit in units
        ]

    def next(self) -> Event:
        """The next event of a reporter taken at random."""
        regime, period, group, unit = self.rng.choice(self._reporters)
        key = (regime.id, period, unit.code)
        revision = self.revisions.get(key, 0)
        kind = self.rng.choices(list(KINDS), list(KINDS.values()))[0] if revision else "submit"
        if kind == "repeat":
            return self.rng.choice(self.sent[-500:])
        about = {"regime": regime.id, "period": period, "event_id": f"{kind}-{len(self.sent):06d}"}
        if kind == "return":
            fix_by = f"{datetime.now(UTC) + timedelta(days=30):%Y-%m-%d}"
            made = builders.returned(unit.code, sender=regime.recipient, revision=revision, fix_by=fix_by, **about)
        else:
            self.revisions[key] = revision + 1
            made = self._report(kind, regime, group, unit, revision + 1, about)
        self.sent.append(made)
        return made

    def _report(self, kind: str, regime: Regime, group: str, unit: Unit, revision: int, about: dict[str, str]) -> Event:
        if kind == "withdraw":
            return builders.withdrawn(unit.code, revision=revision, **about)
        made: dict[str, Any] = load.event(regime, about["period"], unit, revision, self.rng, group)
        return made | {"id": about["event_id"]}


def _period(regime: Regime, code: str) -> Any:
    period = regime.period(code)
    assert period is not None
    return period


@dataclass
class Sender:
    """Sends a season; knows what was acknowledged when."""

    jetstream: JetStreamContext
    next: Callable[[], Event]
    acknowledged: dict[str, float] = field(default_factory=dict)  # claim id: when first, in seconds of the wall clock
    again: int = 0  # sent again for want of an acknowledgement

    async def send_for(self, seconds: float, per_second: int = PER_SECOND) -> None:
        """An open loop: the next event goes out when its time has come, whether or not the last was acknowledged.

        Returns when all are acknowledged.
        """
        loop = asyncio.get_running_loop()
        begin, under_way = loop.time(), set[asyncio.Task[None]]()
        try:
            for number in range(int(seconds * per_second)):
                await asyncio.sleep(max(0.0, begin + number / per_second - loop.time()))
                task = loop.create_task(self.send(self.next()))
                under_way.add(task)
                task.add_done_callback(under_way.discard)
            await asyncio.gather(*under_way)
        finally:
            await tasks.end(*under_way)

    async def send(self, event: Event) -> None:
        """Publishes one event until INBOX has it."""
        subject, payload = subjects.inbox(builders.sender_of(event)), builders.payload(event)
        while True:
            try:
                await self.jetstream.publish(subject, payload, timeout=ACK_S)
            except broker.AWAY:
                self.again += 1
                await asyncio.sleep(AGAIN_S)
            else:
                self.acknowledged.setdefault(key_of(event), datetime.now(UTC).timestamp())
                return
