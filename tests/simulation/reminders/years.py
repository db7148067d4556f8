"""Drives two real notifiers through the years of one world, with everything that can go wrong, from one seed."""

import asyncio
import random
from collections import defaultdict
from collections.abc import Coroutine, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, cast
from unittest import mock

from services.notify import tick
from services.notify.channels.channel import Channel
from services.notify.channels.email import Answer, Email
from services.notify.channels.stream import Stream
from services.notify.domain.roster import Roster
from services.notify.store.alerts import AlertStore
from services.notify.texts.mail import Mail
from services.notify.tick import Desk
from shared.wire import events
from shared.words.failures import TransientError
from shared.words.lineage import Lineage
from shared.words.reference import Reference
from shared.words.refusals import refusal
from shared.words.units import Registry
from tests.simulation.collecting import uncollected
from tests.simulation.reminders import oracle, world
from tests.simulation.reminders.decree import VN, at
from tests.simulation.reminders.fakes import AlertCollection, AlertsStream, Away, Barrier, Document, Killed, MailServer
from tests.simulation.reminders.judge import Judge, Tick
from tests.simulation.reminders.keeper import Disk, Keeper
from tests.simulation.reminders.mails import Mails
from tests.simulation.reminders.oracle import Oracle
from tests.simulation.reminders.world import Size
from tests.simulation.verdict import Result, ViolationFound

DAY = timedelta(days=1)
LONG_AGO = datetime(1970, 1, 1, tzinfo=VN)
MOST_REFOLDED = 3_000  # events that a restart folds, on average
MOST_NOTICES = 200  # at which the notifiers look just when they are to be told
STEPS = (1, 1, 1, 5, 25, 200)  # of one notifier at a stretch, while the other stands still


@dataclass(frozen=True, slots=True)
class Faults:
    """How often what goes wrong, per turn or step."""

    crash: float = 0.03
    stall: float = 0.002
    jump: float = 0.02
    outage: float = 0.012
    ingest_away: float = 0.01
    mail_away: float = 0.05
    repeat: float = 0.1


CALM = Faults(0, 0, 0, 0, 0, 0, 0)


@dataclass
class Notifier:
    """One process, or what will be started in its place."""

    name: str
    desk: Desk | None = None
    keeper: Keeper | None = None
    disk: Disk = field(default_factory=Disk)
    sorted_at: int = 0
    lives: int = 0
    skew: timedelta = timedelta()
    down_until: datetime = LONG_AGO
    tick: Tick = field(default_factory=lambda: Tick(0, LONG_AGO, 0))


Working = tuple[Notifier, Coroutine[Any, Any, Any], int]
"""A notifier, its tick, and after how many steps it is killed; below zero: never."""


class Years:
    """One run."""

    def __init__(self, seed: int, size: Size, faults: Faults, is_first_enough: bool) -> None:
        self._rng, self._faults, self._seed = random.Random(f"years/{seed}"), faults, seed
        self._world = world.make(seed, size)
        oracles = [Oracle(self._world, era) for era in self._world.eras]
        self.judge = Judge(world=self._world, oracles=oracles, is_first_enough=is_first_enough)
        self._log: list[Any] = []
        self._sent = iter(self._world.history)
        self._next = next(self._sent, None)
        self._alerts, self._stream = AlertCollection(self), AlertsStream(self, lambda: self._now)
        self._era = -1
        self._notifiers = [Notifier("a"), Notifier("b")]
        self._current = self._notifiers[0]
        self._now = self._world.begins
        self._ingest_back = self._mail_back = self._now
        self._mails = Mails(self.judge, self._addressee, is_calm=faults == CALM)
        self._turn = 0
        self._reform()

    def run(self) -> Result:
        """The years of the world, or up to the first violation."""
        with suppress(ViolationFound):
            self._live()
        self.judge.counts["mails"] = self._mails.total
        return self.judge.result(self._seed)

    def _live(self) -> None:
        """All years; then everything is up and what is left is sent."""
        with mock.patch.object(tick, "log", mock.Mock()):
            for at in self._instants():
                self._now = max(self._now, at)
                self._reform()
                self._fate()
                chosen = self._notifiers if self._rng.random() < 0.35 else [self._rng.choice(self._notifiers)]
                self._ticks([one for one in chosen if one.down_until <= self._now], self._faults)
            self._drain()
        self.judge.finish(self._alerts.documents[one] for one in self._alerts.raised)
        self._mails.finish(self._alerts.documents.values())

    def _reform(self) -> None:
        """Begins the eras whose time has come: everybody folds the log again, under other units. What was raised remains."""
        eras = self._world.eras
        while self._era + 1 < len(eras) and eras[self._era + 1].since <= self._now:
            self._era += 1
            era, world = eras[self._era], self._world
            registry = Registry(era.rows, lineage=Lineage(era.edges))
            self._reference = Reference(
                self._era + 1, registry, world.regimes, world.loaded_at, pins=dict(era.pins), reform_days=era.reform_days
            )
            self._roster = Roster(self._reference)
            for one in self._notifiers:
                self._kill(one, timedelta())
                one.disk = Disk()

    def _addressee(self, alert_id: str, tick: Tick) -> str:
        """The unit that a mail about an alert must go to."""
        document = self._alerts.documents[alert_id]
        return self.judge.acting(document["unit_id"], max(tick.at, document["raised_at"]), tick) or ""

    def _instants(self) -> Iterator[datetime]:
        """When the notifiers look: at the instants of rungs and about them, on days off, and now and then in between."""
        wanted = {rung for task in self._deadlines() for rung, _ in oracle.rungs(*task)}
        acts = events.RETURNED, events.EXTENDED, events.OPENED, events.UNDONE, events.ASKED
        noticed = [event for event in self._world.history if event.type in acts or event.entered_by]
        chosen = self._rng.sample(noticed, min(len(noticed), MOST_NOTICES))
        wanted |= {era.since for era in self._world.eras[1:]} | {at(day, 8) for era in self._world.eras for day in era.reform_days}
        wanted |= {oracle.at_once(events.from_ms(event.received_ms)) + timedelta(seconds=30) for event in chosen}
        days: dict[date, list[datetime]] = defaultdict(list)
        for rung in sorted(wanted):
            days[rung.date()].append(rung)
        day = self._now.date()
        found: list[datetime] = []
        while at(day) < self._world.ends:
            start, rng = at(day), self._rng
            if day in days:
                found += days[day]
                found += [start + timedelta(hours=rng.choice([7.99, 8, 14, rng.uniform(0, 24)])) for _ in range(rng.randrange(3))]
            elif rng.random() < (0.5 if day - DAY in days or day + DAY in days else 0.25):
                found.append(start + timedelta(hours=rng.choice([8, 8.01, rng.uniform(0, 24)])))
            day += DAY
        return iter(sorted(found))

    def _deadlines(self) -> Iterator[tuple[datetime, oracle.Steps]]:
        steps = self.judge.oracles[0].steps
        seen = {(task.deadline, task.regime, task.period) for task in self._world.tasks.values()}
        yield from ((deadline, steps(regime, period)) for deadline, regime, period in seen if deadline is not None)
        for event in self._world.history:
            if text := event.data.get("deadline"):
                yield oracle.end_of(text), steps(event.regime, event.period)

    def _fate(self) -> None:
        """Clocks jump by up to two hours and are set right; everybody goes down for three days; ingest and mail go away."""
        rng, faults = self._rng, self._faults
        for one in self._notifiers:
            if one.skew and rng.random() < 0.3:
                one.skew = timedelta()
            elif rng.random() < faults.jump:
                one.skew = timedelta(minutes=rng.choice([-120, -61, 59, 120]))
        if rng.random() < faults.outage:
            for one in self._notifiers:
                self._kill(one, rng.choice([3 * DAY, 3 * DAY, 8 * DAY]))
        if rng.random() < faults.ingest_away:
            self._ingest_back = self._now + timedelta(hours=rng.uniform(0.1, 60))
        if rng.random() < faults.mail_away:
            self._mail_back = self._now + timedelta(hours=rng.uniform(0.1, 60))

    def _ticks(self, chosen: list[Notifier], faults: Faults) -> None:
        """One tick of each, step by step in any order: in turns, or one stands still while the other does much."""
        self._turn += 1
        working: dict[str, Working] = {}
        for one in chosen:
            end = self._rng.choice([self._rng.randrange(12), self._rng.randrange(12), self._rng.randrange(200)])
            one.tick = Tick(self._turn, self._now + one.skew, 0, self._era)
            one.desk = one.desk or self._start(one)
            at = one.tick.at
            working[one.name] = one, tick.tick(one.desk, at), end if self._rng.random() < faults.crash else -1
        try:
            self._work(working, faults)
        finally:
            for _, coroutine, _ in working.values():
                coroutine.close()

    def _work(self, working: dict[str, Working], faults: Faults) -> None:
        name, steps = "", 0
        while working:
            if steps == 0 or name not in working:
                name, steps = self._rng.choice(sorted(working)), self._rng.choice(STEPS)
            one, coroutine, left = working[name]
            steps -= 1
            self._current = one
            self._now += timedelta(seconds=45) if self._rng.random() < faults.stall else timedelta(milliseconds=self._rng.randrange(20))
            working[one.name] = one, coroutine, left - 1
            try:
                if left == 0:
                    coroutine.throw(Killed())
                if self._rng.random() < 0.02 and one.tick.known:
                    self._catch_up(one)
                coroutine.send(None)
            except StopIteration as ended:
                one.tick.is_completed = True
                self.judge.answered(ended.value)
                del working[one.name]
            except TransientError as error:
                self.judge.note("failed", one.name, error)
                self.judge.counts["failed ticks"] += 1
                del working[one.name]
            except Killed:
                self.judge.counts["crashes"] += 1
                power_cut = self._rng.random() < 0.2
                for other in self._notifiers if power_cut and len(working) == 1 else [one]:
                    self._kill(
                        other, 3 * DAY if power_cut else self._rng.choice([timedelta(), timedelta(minutes=1), timedelta(hours=2), DAY])
                    )
                del working[one.name]

    def _start(self, one: Notifier) -> Desk:
        one.lives += 1
        is_worth_it = self._rng.random() * len(self._log) < MOST_REFOLDED  # a long log is seldom worth the time
        if is_worth_it and self._rng.random() < 0.5:  # units and regimes have changed
            one.disk = Disk()
        one.disk.folded = max(
            0, one.disk.folded - self._rng.randrange(self._rng.choice([1, 1, 50]))
        )  # the checkpoint may be older than what is stored
        store = AlertStore(cast(Any, {"alerts": self._alerts}), self._clock, f"{one.name}{one.lives}")

        def catch_up() -> None:
            if self._ingest_back > self._now:
                raise Away(refusal("ingest.behind"))
            self._catch_up(one)
            one.tick.known = len(self._log)
            self.judge.ticks.append(one.tick)
            self.judge.note("tick", one.name, one.tick.at, one.tick.known)

        def looked() -> None:
            one.sorted_at = keeper.folded

        keeper = one.keeper = Keeper(self._reference, self._roster, one.disk, one.tick.at, looked)
        channels: list[Channel] = [Stream(self._stream), Email(MailServer(self), "", store.mails_sent)]
        return Desk(cast(Any, keeper), cast(Any, Barrier(catch_up)), store, channels, asyncio.Lock())

    def _kill(self, one: Notifier, down: timedelta) -> None:
        self.judge.note("killed", one.name, down)
        if one.keeper is not None:
            one.keeper.book.looked = lambda: None  # it led back to the keeper, so nothing of it would be freed
        one.desk, one.keeper, one.down_until = None, None, max(one.down_until, self._now + down)

    def _catch_up(self, one: Notifier) -> None:
        """Ingest screens what was received until now, in any order and some of it twice; the notifier folds the log."""
        batch, now_ms = [], events.to_ms(self._now)
        while self._next is not None and self._next.received_ms <= now_ms and self._ingest_back <= self._now:
            batch += [self._next] * (2 if self._rng.random() < self._faults.repeat else 1)
            self._next = next(self._sent, None)
        if self._faults.repeat:
            self._rng.shuffle(batch)
        for event in batch:
            self._log.append(event)
            for known in self.judge.oracles:
                known.take(event)
        assert one.keeper is not None
        one.keeper.fold(self._log[one.keeper.folded :], one.tick.at)
        if self._rng.random() < 0.2:
            one.keeper.release(one.tick.at)

    def _drain(self) -> None:
        self._ingest_back = self._mail_back = self._now
        for _ in range(4):
            self._now += DAY
            while not oracle.may_send(LONG_AGO, self._now, oracle.NOW):
                self._now += timedelta(hours=1)
            for one in self._notifiers:
                one.skew, one.down_until = timedelta(), self._now
            self._ticks(self._notifiers, CALM)

    def _clock(self) -> datetime:
        return self._now + self._current.skew

    # what the stand-ins report

    def claimed(self, document: Document) -> None:
        self.judge.claimed(document, self._current.tick)

    def settled(self, document: Document, state: str) -> None:
        self.judge.settled(document, state, self._current.tick, self._current.sorted_at)

    def published(self, payload: bytes, is_late_repeat: bool) -> None:
        self.judge.published(payload, self._current.tick, is_late_repeat)

    def mailed(self, mail: Mail) -> Answer:
        self.judge.note("mail", mail.id)
        if self._mail_back > self._now:
            return Answer.AWAY
        self._mails.accepted(mail, self._current.tick)
        return Answer.SENT


@uncollected()
def run(seed: int, size: Size, *, is_first_enough: bool = False, is_traced: bool = False) -> Result:
    """One seed; every third is calm, so that not even a mail may come twice."""
    run_of_seed = Years(seed, size, Faults() if seed % 3 else CALM, is_first_enough)
    run_of_seed.judge.lines = [] if is_traced else None
    return run_of_seed.run()
