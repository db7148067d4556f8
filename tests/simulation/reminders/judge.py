"""Holds everything that comes out of the notifiers against the oracle: at once what is said, at the end what was not said."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import accumulate, pairwise
from typing import Final

import orjson

from services.notify.domain.alerts import PASSED, RAISED, STREAM, Alert
from tests.simulation.reminders.eras import Era, Task, day_of
from tests.simulation.reminders.fakes import Document
from tests.simulation.reminders.oracle import LATEST, MONTH, NOW, WEEK, Oracle, Owed, Rungs, may_send
from tests.simulation.reminders.world import World
from tests.simulation.verdict import Verdict

KEY: Final = ("regime", "period", "rung", "deadline", "cause")
NO_CLAIMS: Final[dict[str, int]] = {}
Ladder = tuple[str, str, datetime]  # duty, cause (of a digest the recipient), deadline


@dataclass(slots=True)
class Tick:
    """One notifier's work at one time by its clock, under the units of one era; `known` events of the log stood behind it."""

    turn: int
    at: datetime
    known: int
    era: int = 0
    is_completed: bool = False


class Timeline:
    """The ticks of one era, to be asked which of them had to decide on a rung."""

    def __init__(self, ticks: Sequence[Tick], era: Era) -> None:
        self.ticks = ticks
        self._era = era
        self._knowns = [tick.known for tick in ticks]
        self._latest = list(accumulate((tick.at for tick in ticks), max))  # clocks jump: the latest time up to each tick
        self._earliest = list(accumulate((tick.at for tick in reversed(ticks)), min))[::-1]  # and the earliest one from it on

    def place(self, known: int) -> int:
        """The first tick that knew so many events."""
        return bisect_left(self._knowns, known)

    def asked(self, unit: str, rungs: Rungs, begins: datetime, known: int) -> list[int | None]:
        """By rung of what a unit owes: the first completed tick, of those that knew so many events, at which it was the newest and could be
        decided on.
        """
        first = self.place(known)
        ends = [*(at for at, _ in rungs[1:]), None]
        return [next(self.all(unit, rung, until, begins, first), None) for rung, until in zip(rungs, ends, strict=True)] if rungs else []

    def all(self, unit: str, rung: tuple[datetime, str], until: datetime | None, begins: datetime, first: int) -> Iterator[int]:
        """The completed ticks from `first` on at which the rung was the newest (the next one came at `until`), somebody acted for the unit
        who had begun when the rung came, and the rung could be decided on. A rung of more than a month ago need not even be passed
        (ADR-0041).
        """
        since, until = max(rung[0], begins), min(until or LATEST, rung[0] + MONTH)
        for place in range(max(first, bisect_left(self._latest, since)), len(self.ticks)):
            if self._earliest[place] >= until:
                return
            tick = self.ticks[place]
            is_time = tick.is_completed and since <= tick.at < until and may_send(rung[0], tick.at, rung[1])
            if is_time and self._era.may_go(unit, rung[0], tick.at):
                yield place


@dataclass(kw_only=True)
class Judge(Verdict):
    """Judges one seed."""

    world: World
    oracles: list[Oracle]
    ticks: list[Tick] = field(default_factory=list)
    _claims: dict[Ladder, dict[str, int]] = field(default_factory=lambda: defaultdict(dict))
    _published: set[int] = field(default_factory=set)  # hashes: of a million alerts the texts are too long
    _answered: set[int] = field(default_factory=set)
    _required: int = 0

    def acting(self, unit: str, at: datetime, tick: Tick) -> str | None:
        """Who acts for a unit, as a tick knows the units."""
        return self.oracles[tick.era].era.acting(unit, day_of(at))

    def claimed(self, document: Document, tick: Tick) -> None:
        """An alert was raised or passed."""
        self.note("claim", document["_id"], document["state"], tick.at)
        if document["channel"] != STREAM:
            return
        begins, is_owed, rungs = self._standing(document, self.oracles[tick.era], tick.known)
        self.counts[f"{_kind(document)}s {document['state']}"] += 1
        claims = self._claims[_ladder(document)]
        if _who(document) and document["rung"] in claims:
            return self.violated("told twice", document["_id"])
        claims.setdefault(document["rung"], tick.turn)
        if not is_owed:
            return self.violated("not owed", document["_id"], f"at {tick.at}")
        if (document["at"], document["rung"]) not in rungs:
            return self.violated("no such rung", document["_id"], document["at"], [str(rung) for rung in rungs])
        if document["deadline"] not in self._deadlines(document, self.oracles[tick.era], tick.known):
            return self.violated("another deadline", document["_id"], document["deadline"])
        era = self.oracles[tick.era].era
        if document["to"] != era.acting(document["unit_id"], day_of(tick.at)):
            return self.violated("raised for another unit", document["_id"], document["to"], f"at {tick.at}")
        if not era.may_go(document["unit_id"], document["at"], tick.at):
            return self.violated("from before the first day", document["_id"], document["to"], f"at {tick.at}")
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
            if (key := hash(alert.id(STREAM))) in self._answered:
                self.violated("claimed twice", alert.id(STREAM))
            self._answered.add(key)

    def settled(self, document: Document, state: str, tick: Tick, known: int) -> None:
        """A raised alert was sent, refused or dropped, by somebody whose book held `known` events."""
        self.note("settle", document["_id"], state)
        if document["state"] != RAISED:
            return
        _, is_owed, _ = self._standing(document, self.oracles[tick.era], known)
        at = max(tick.at, document["raised_at"])
        is_fresh = at - document["at"] <= WEEK
        self.counts[f"{document['channel']} {state}"] += 1
        if state == PASSED and is_owed and is_fresh:
            self.violated("dropped for no reason", document["_id"], f"at {at}")
        if state != PASSED and not is_owed:
            self.violated("sent, not owed", document["_id"], f"at {at}")
        if state != PASSED and not (is_fresh and may_send(document["at"], at, document["rung"])):
            self.violated("sent on a day off or too old", document["_id"], f"at {at}")

    def published(self, payload: bytes, tick: Tick, is_late_repeat: bool) -> None:
        """An alert stands in ALERTS; also a repeat that came after the broker's duplicate window is one too many."""
        event = orjson.loads(payload)
        data = event["data"]
        self.note("publish", event["id"])
        self.counts["alerts"] += 1
        at = max(tick.at, datetime.fromisoformat(event["time"]))
        if data["unit"] != self.acting(data["of"]["id"], at, tick):
            self.violated("published for another unit", event["id"], data["unit"], f"at {at}")
        if is_late_repeat:
            self.violated("double after the window", event["id"])
        keys = [("id", event["id"]), (str("digest" in data), data["of"]["id"], *(data[name] for name in KEY))]
        for key in keys[:1] if "asked_by" in data else keys:  # a request may be of two duties with one deadline
            if hash(key) in self._published:
                self.violated("double", *key)
            self._published.add(hash(key))

    def finish(self, left: Iterable[Document]) -> None:
        """Nothing was forgotten: every rung that a tick could decide on was decided by its end, and sent or dropped since."""
        for document in left:
            if self.oracles[-1].era.acting(document["unit_id"], day_of(self.ticks[-1].at)) is not None:
                self.violated("never sent", document["_id"])
        for number, oracle in enumerate(self.oracles):
            self._finish(oracle, Timeline([tick for tick in self.ticks if tick.era == number], oracle.era))
        self.counts["duties"] = len(self.world.tasks)
        self.counts["rungs that had to be decided"] = self._required

    def _finish(self, oracle: Oracle, timeline: Timeline) -> None:
        """In one era, every rung that a tick could decide on was decided by its end."""
        asked: dict[tuple[str, Rungs, datetime], list[int | None]] = {}  # of those who owed from the beginning
        for task in oracle.era.tasks.values():
            changes = [*oracle.changes(task), oracle.length + 1]
            for begin, end in pairwise(changes):
                if (owed := oracle.owed(task, begin)) is None:
                    continue
                rungs = self._since_load(task, oracle.rungs(task, owed))
                if begin:
                    ticks = timeline.asked(task.unit, rungs, task.begins, begin)
                else:
                    key = "" if oracle.era.is_still else task.unit, rungs, task.begins
                    ticks = asked[key] if key in asked else asked.setdefault(key, timeline.asked(task.unit, rungs, task.begins, 0))
                self._require(task, owed, rungs, ticks, timeline, timeline.place(end))
            for entry in oracle.entries(task, oracle.length):
                rungs = self._since_load(task, ((entry.at, NOW),))
                ticks = timeline.asked(task.unit, rungs, task.begins, entry.known)
                self._require(task, Owed(entry.cause, entry.deadline), rungs, ticks, timeline, len(timeline.ticks))
            self._require_news(task, oracle, timeline)
        for group, deadline in oracle.groups():
            rungs = self._since_load(group[0], oracle.ladder(group[0].regime, group[0].period, deadline))
            self._require_digests(oracle, group, deadline, rungs, timeline)

    def _require_news(self, task: Task, oracle: Oracle, timeline: Timeline) -> None:
        """What others asked of a unit or undid is told by the first tick that can."""
        for begin, end in pairwise([*oracle.news_changes(task), oracle.length + 1]):
            for one in oracle.news(task, begin):
                rungs = self._since_load(task, ((one.at, NOW),))
                ticks = timeline.asked(task.unit, rungs, task.begins, begin)
                self._require(task, Owed(f"{one.cause}/{one.by}", LATEST), rungs, ticks, timeline, timeline.place(end))

    def _require_digests(self, oracle: Oracle, group: list[Task], deadline: datetime, rungs: Rungs, timeline: Timeline) -> None:
        """The recipient gets a digest at every rung at which somebody still owes."""
        task = group[0]
        recipient, _ = oracle.era.recipients[task.regime, task.period]
        if not recipient:
            return
        claims = self._claims.get((f"digest/{task.regime}/{task.period}", recipient, deadline), {})
        for number, rung in enumerate(rungs):
            until = rungs[number + 1][0] if number + 1 < len(rungs) else None
            ticks = (timeline.ticks[place] for place in timeline.all(recipient, rung, until, task.begins, 0))
            tick = next((one for one in ticks if oracle.is_group_owing(group, deadline, one.known)), None)
            if tick is not None and not _is_claimed(claims, rungs, number, tick):
                self.violated("digest missed", task.regime, task.period, rung, f"not decided by {tick.at}")

    def _since_load(self, task: Task, rungs: Rungs) -> Rungs:
        loaded_at = self.world.loaded_at[task.regime]
        return rungs if not rungs or rungs[0][0] >= loaded_at else tuple(rung for rung in rungs if rung[0] >= loaded_at)

    def _require(self, task: Task, owed: Owed, rungs: Rungs, ticks: list[int | None], timeline: Timeline, end: int) -> None:
        """`ticks` are the places of the ticks that had to decide, by rung; those from `end` on knew more."""
        claims = self._claims.get((task.id, owed.cause, owed.deadline), NO_CLAIMS)
        if owed.told is not None:
            claims = claims | self._claims.get((task.id, owed.told[0], owed.deadline), NO_CLAIMS)
        for number, place in enumerate(ticks):
            if place is None or place >= end:
                continue
            self._required += 1
            if not _is_claimed(claims, rungs, number, timeline.ticks[place]):
                self.violated("missed", task.id, owed, rungs[number], f"not decided by {timeline.ticks[place].at}")

    def _standing(self, document: Document, oracle: Oracle, known: int) -> tuple[datetime, bool, Rungs]:
        """When the duty begins, whether it is owed just so, and the rungs of what is owed. Of a digest: by anybody of the group."""
        if document["task"] == "digest":
            group = oracle.group(document["regime"], document["period"])
            is_owed = bool(group) and oracle.is_group_owing(group, document["deadline"], known)
            rungs = _rungs_of_digests(oracle, group[0], document["unit_id"], document["deadline"]) if group else ()
            return group[0].begins if group else self.world.begins, is_owed, rungs
        task = oracle.era.tasks.get(document["duty"])
        if task is not None and document["cause"].startswith("entered-for-"):
            told = [one for one in oracle.entries(task, known) if (one.cause, one.deadline) == (document["cause"], document["deadline"])]
            return task.begins, bool(told), tuple((one.at, NOW) for one in told)
        if task is not None and (by := _who(document)):
            told_now = [one for one in oracle.news(task, known) if (one.cause, one.by) == (document["cause"], by)]
            return task.begins, bool(told_now), tuple((one.at, NOW) for one in told_now)
        owed = None if task is None else oracle.owed(task, known)
        if task is None or owed is None:
            return self.world.begins, False, ()
        cause = owed.told[0] if document["rung"] == NOW and owed.told is not None else owed.cause
        is_owed = (cause, owed.deadline) == (document["cause"], document["deadline"])
        return task.begins, is_owed, oracle.rungs(task, owed)

    def _deadlines(self, document: Document, oracle: Oracle, known: int) -> list[datetime]:
        """The deadlines that an alert may name: of news what is owed now."""
        if not (by := _who(document)):
            return [document["deadline"]]
        news = oracle.news(oracle.era.tasks[document["duty"]], known)
        return [one.deadline for one in news if (one.cause, one.by) == (document["cause"], by)]


def _who(document: Document) -> str:
    """Who asked or undid; "" for other alerts."""
    return str(document.get("asked_by") or document.get("undone_by") or "")


def _kind(document: Document) -> str:
    kinds = {"entered-for-": "entrie", "asked-": "request", "undone-": "undoing"}
    return next((kind for cause, kind in kinds.items() if document["cause"].startswith(cause)), document["task"])


def _rungs_of_digests(oracle: Oracle, task: Task, unit: str, deadline: datetime) -> Rungs:
    """The rungs of a group's ladder of which a unit gets a digest."""
    rungs = oracle.ladder(task.regime, task.period, deadline)
    recipient, above = oracle.era.recipients[task.regime, task.period]
    if unit == recipient:
        return rungs
    late = [f"after-{days}" for days in sorted(oracle.steps(task.regime, task.period)[2])[2:]]
    return tuple(rung for rung in rungs if rung[1] in late) if unit == above else ()


def _is_claimed(claims: Mapping[str, int], rungs: Rungs, number: int, tick: Tick) -> bool:
    """Whether a rung, or a later one, was claimed by the end of a tick."""
    return any(claims.get(name, tick.turn + 1) <= tick.turn for _, name in rungs[number:])


def _ladder(document: Document) -> Ladder:
    if by := _who(document):
        return document["duty"], f"{document['cause']}/{by}", LATEST
    cause = document["unit_id"] if document["task"] == "digest" else document["cause"]
    return document["duty"], cause, document["deadline"]
