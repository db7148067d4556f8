"""Holds everything that comes out of the notifiers against the oracle: at once what is said, at the end what was not said."""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from typing import Final

import orjson

from services.notify.domain.alerts import PASSED, RAISED, STREAM, Alert
from tests.simulation.reminders.fakes import Document
from tests.simulation.reminders.oracle import NOW, WEEK, Oracle, Owed, Rungs, may_send
from tests.simulation.reminders.world import Task, World
from tests.simulation.verdict import Verdict

KEY: Final = ("unit", "regime", "period", "rung", "deadline", "cause")
Ladder = tuple[str, str, datetime]  # duty, cause (of a digest the recipient), deadline


@dataclass(slots=True)
class Tick:
    """One notifier's work at one time by its clock; `known` events of the log stood behind it."""

    turn: int
    at: datetime
    known: int
    is_completed: bool = False


@dataclass(kw_only=True)
class Judge(Verdict):
    """Judges one seed."""

    world: World
    oracle: Oracle
    ticks: list[Tick] = field(default_factory=list)
    _claims: dict[Ladder, dict[str, int]] = field(default_factory=lambda: defaultdict(dict))
    _published: set[tuple[str, ...]] = field(default_factory=set)
    _answered: set[str] = field(default_factory=set)

    def claimed(self, document: Document, tick: Tick) -> None:
        """An alert was raised or passed."""
        self.note("claim", document["_id"], document["state"], tick.at)
        if document["channel"] != STREAM:
            return
        begins, is_owed, rungs = self._standing(document, tick.known)
        self.counts[f"{document['task']}s {document['state']}"] += 1
        self._claims[_ladder(document)].setdefault(document["rung"], tick.turn)
        if not is_owed:
            return self.violated("not owed", document["_id"], f"at {tick.at}")
        if (document["at"], document["rung"]) not in rungs:
            return self.violated("no such rung", document["_id"], document["at"], [str(rung) for rung in rungs])
        come = [at for at, _ in rungs if at <= tick.at]
        if document["at"] > tick.at or document["at"] < self.world.loaded_at[document["regime"]] or tick.at < begins:
            return self.violated("too early", document["_id"], f"at {tick.at}")
        is_newest, is_fresh = document["at"] == come[-1], tick.at - document["at"] <= WEEK
        if document["state"] == RAISED and not (is_newest and is_fresh and may_send(document["at"], tick.at, document["rung"])):
            self.violated("raised out of turn", document["_id"], f"at {tick.at}", is_newest, is_fresh)
        if document["state"] == PASSED and is_newest and is_fresh:
            self.violated("passed for no reason", document["_id"], f"at {tick.at}")

    def answered(self, raised: Iterable[Alert]) -> None:
        """A tick says that these alerts were its own to raise."""
        for alert in raised:
            if (alert_id := alert.id(STREAM)) in self._answered:
                self.violated("claimed twice", alert_id)
            self._answered.add(alert_id)

    def settled(self, document: Document, state: str, at: datetime, known: int) -> None:
        """A raised alert was sent, refused or dropped, by somebody whose book held `known` events."""
        self.note("settle", document["_id"], state)
        if document["state"] != RAISED:
            return
        _, is_owed, _ = self._standing(document, known)
        at = max(at, document["raised_at"])
        is_fresh = at - document["at"] <= WEEK
        self.counts[f"{document['channel']} {state}"] += 1
        if state == PASSED and is_owed and is_fresh:
            self.violated("dropped for no reason", document["_id"], f"at {at}")
        if state != PASSED and not is_owed:
            self.violated("sent, not owed", document["_id"], f"at {at}")
        if state != PASSED and not (is_fresh and may_send(document["at"], at, document["rung"])):
            self.violated("sent on a day off or too old", document["_id"], f"at {at}")

    def published(self, payload: bytes, is_late_repeat: bool) -> None:
        """An alert stands in ALERTS; also a repeat that came after the broker's duplicate window is one too many."""
        event = orjson.loads(payload)
        data = event["data"]
        self.note("publish", event["id"])
        self.counts["alerts"] += 1
        if is_late_repeat:
            self.violated("double after the window", event["id"])
        for key in (("id", event["id"]), (str("digest" in data), *(data[name] for name in KEY))):
            if key in self._published:
                self.violated("double", *key)
            self._published.add(key)

    def finish(self, left: Iterable[Document]) -> None:
        """Nothing was forgotten: every rung that a tick could decide on was decided by its end, and sent or dropped since."""
        for document in left:
            self.violated("never sent", document["_id"])
        demands: dict[tuple[Rungs, datetime], list[list[int]]] = {}
        knowns = [tick.known for tick in self.ticks]
        for task in self.world.tasks.values():
            changes = [*self.oracle.changes(task), self.oracle.length + 1]
            for begin, end in pairwise(changes):
                if (owed := self.oracle.owed(task, begin)) is not None:
                    rungs = self._since_load(task, self.oracle.rungs(task, owed))
                    key = rungs, task.begins
                    if key not in demands:
                        demands[key] = self._demands(rungs, task.begins)
                    self._require(task, owed, rungs, demands[key], bisect_left(knowns, begin), bisect_left(knowns, end))

        for group, deadline in self.oracle.groups():
            rungs = self._since_load(group[0], self.oracle.ladder(group[0].regime, group[0].period, deadline))
            self._require_digests(group, deadline, rungs, self._demands(rungs, group[0].begins))

    def _require_digests(self, group: list[Task], deadline: datetime, rungs: Rungs, demands: list[list[int]]) -> None:
        """The recipient is told at every rung at which somebody still owes."""
        task = group[0]
        claims = self._claims.get((f"digest/{task.regime}/{task.period}", self.world.regimes[task.regime].recipient, deadline), {})
        for number, asked in enumerate(demands):
            owing = (self.ticks[place] for place in asked if self.oracle.is_group_owing(group, deadline, self.ticks[place].known))
            if (tick := next(owing, None)) and not any(claims.get(name, tick.turn + 1) <= tick.turn for _, name in rungs[number:]):
                self.violated("digest missed", task.regime, task.period, rungs[number], f"not decided by {tick.at}")

    def _since_load(self, task: Task, rungs: Rungs) -> Rungs:
        return tuple(rung for rung in rungs if rung[0] >= self.world.loaded_at[task.regime])

    def _demands(self, rungs: Rungs, begins: datetime) -> list[list[int]]:
        """By rung: the completed ticks at which it was the newest that had come and could be decided on."""
        found: list[list[int]] = [[] for _ in rungs]
        instants = [at for at, _ in rungs]
        for index, tick in enumerate(self.ticks):
            newest = bisect_right(instants, tick.at) - 1
            if tick.is_completed and newest >= 0 and tick.at >= begins and may_send(instants[newest], tick.at, rungs[newest][1]):
                found[newest].append(index)
        return found

    def _require(self, task: Task, owed: Owed, rungs: Rungs, demands: list[list[int]], first: int, end: int) -> None:
        claims = dict(self._claims.get((task.id, owed.cause, owed.deadline), {}))
        if owed.told is not None:
            claims |= self._claims.get((task.id, owed.told[0], owed.deadline), {})
        for number, asked in enumerate(demands):
            place = bisect_left(asked, first)
            if place == len(asked) or asked[place] >= end:
                continue
            tick = self.ticks[asked[place]]
            if not any(claims.get(name, tick.turn + 1) <= tick.turn for _, name in rungs[number:]):
                self.violated("missed", task.id, owed, rungs[number], f"not decided by {tick.at}")
            self.counts["rungs that had to be decided"] += 1

    def _standing(self, document: Document, known: int) -> tuple[datetime, bool, Rungs]:
        """When the duty begins, whether it is owed just so, and the rungs of what is owed. Of a digest: by anybody of the group."""
        if document["task"] == "digest":
            group = self.oracle.group(document["regime"], document["period"])
            is_owed = self.oracle.is_group_owing(group, document["deadline"], known)
            return group[0].begins, is_owed, self._told(group[0], document["unit"], document["deadline"])
        task = self.world.tasks[document["duty"]]
        owed = self.oracle.owed(task, known)
        if owed is None:
            return task.begins, False, ()
        cause = owed.told[0] if document["rung"] == NOW and owed.told is not None else owed.cause
        is_owed = (cause, owed.deadline) == (document["cause"], document["deadline"])
        return task.begins, is_owed, self.oracle.rungs(task, owed)

    def _told(self, task: Task, unit: str, deadline: datetime) -> Rungs:
        """The rungs of a group's ladder at which a unit is told how the group stands."""
        regime = self.world.regimes[task.regime]
        rungs = self.oracle.ladder(task.regime, task.period, deadline)
        if unit == regime.recipient:
            return rungs
        above = regime.on_behalf_of or self.world.registry.by_id[regime.recipient].parent
        late = [f"after-{days}" for days in sorted(self.oracle.steps(task.regime, task.period)[2])[2:]]
        return tuple(rung for rung in rungs if rung[1] in late) if unit == above else ()


def _ladder(document: Document) -> Ladder:
    cause = document["unit"] if document["task"] == "digest" else document["cause"]
    return document["duty"], cause, document["deadline"]
