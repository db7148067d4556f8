"""Sends what waits in the outbox, oldest first, each report until it is answered, and as long as the line holds.

The event is on the disk before it leaves. Whatever happens then, the same event is sent again under the same id until its receipt is there.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Final

from . import entry
from .complaints import Complaint, complaint
from .door import Barred, Door, Held, Judged, Learned, Pending, refused
from .entry import Attempt, Entry
from .outbox import Outbox

MOST_ATTEMPTS: Final = 5  # events for one report in one run: revisions that others take meanwhile
MOST_PATIENCE_S: Final = 120.0
MOST_ODD: Final = 3  # events that get no proper answer: then it is the server, and not the events
ASK_AGAIN_S: Final = 2.0
MOST_ASKED: Final = 15

Pause = Callable[[float], Awaitable[None]]


@dataclass(slots=True)
class Patience:
    """How many seconds a run may still wait for a server that asks for time, until it has judged something."""

    pause: Pause
    left_s: float = MOST_PATIENCE_S
    most_s: float = MOST_PATIENCE_S

    def renew(self) -> None:
        """The server is at work: a key that sends more than its rate goes on for as long as it takes."""
        self.left_s = self.most_s

    async def wait(self, seconds: float) -> bool:
        """Waits, if there is time for it."""
        if seconds > self.left_s:
            return False
        self.left_s -= max(seconds, 1.0)
        await self.pause(seconds)
        return True


@dataclass(slots=True)
class Sent:
    """What a run did. `why` holds what kept the rest from being sent; `is_barred`: the server takes nothing from this key."""

    handled: list[Entry] = field(default_factory=list)
    why: list[Complaint] = field(default_factory=list)
    is_barred: bool = False


@dataclass(frozen=True, slots=True)
class Sending:
    """One run: the outbox, the way to the server, and the clock."""

    outbox: Outbox
    door: Door
    sender: str
    patience: Patience
    now_ms: Callable[[], int]
    _guessed: set[str] = field(default_factory=set)  # events of this run whose revision no form has named

    async def all(self, tell: Callable[[Entry], None]) -> Sent:
        """Sends everything that waits. `tell` is called after each report. Raises SendError if the outbox cannot be written."""
        done = Sent()
        blocked = set()
        odd = 0
        for one in self.outbox.waiting(self.sender):
            key = self.outbox.key(self.sender, one)
            if key not in blocked:
                done.handled.append(one)
                stopped = await self._one(one)
                tell(one)
                if isinstance(stopped, Barred):
                    done.why += stopped.why
                    done.is_barred = True
                    break
                if stopped is not None:
                    blocked |= {key, self.outbox.key(self.sender, one)}  # a later revision waits for the verdict on this one
                    why = stopped.why if isinstance(stopped, Held) else stopped
                    done.why += [] if why in done.why else [why]
                odd += isinstance(stopped, Held)
                if isinstance(stopped, Held) and (not stopped.is_of_event or odd == MOST_ODD):
                    break
        return done

    async def _one(self, one: Entry) -> Held | Barred | Complaint | None:
        """Sends one report until it is answered; None then. A complaint concerns this report alone."""
        is_new = False
        for left in reversed(range(MOST_ATTEMPTS)):
            if not one.attempts:
                built = await self._first(one)
                if isinstance(built, Judged):
                    self.outbox.answer(one, built.receipt, self.now_ms())
                    return None
                if not isinstance(built, Attempt):
                    return built
                self.outbox.attempt(one, built)
                is_new = True
            last = one.attempts[-1]
            answer, times = await self._answer(last)
            if isinstance(answer, Pending):
                return complaint("send.no_verdict", f"{one.file}:{one.line}")
            if not isinstance(answer, Judged):
                return answer
            self.patience.renew()
            is_foreign = is_new and times == 1
            following = self._following(one, answer, is_foreign=is_foreign) if left else None
            if following is None:
                self.outbox.answer(one, answer.receipt, self.now_ms())
                return None
            self._guessed.add(following.event_id)
            self.outbox.attempt(one, following)
            is_new = True
        return None

    async def _first(self, one: Entry) -> Attempt | Judged | Held | Barred | Complaint:
        """The event of a report that was never sent. Judged: the server knows no such form, and the report cannot be sent without it."""
        if one.report is None:
            return Attempt(str(one.head["id"]), one.event or "", str(one.head.get("unit", "")), int(one.head.get("revision", 0)))
        regime, period = one.concern
        given = str(one.report.get("unit", ""))
        learned = await self._learn(regime, period, given if given and one.report.get("as_successor") else self.sender)
        if not isinstance(learned, Learned):
            return learned
        unit = given or learned.unit or self.outbox.own_code(self.sender, regime, period)
        if not unit and learned.errors:
            return Judged(refused(self.sender, "", learned.errors))
        if not unit:
            return complaint("send.unit_not_known", f"{one.file}:{one.line}")
        about = [other for other in self.outbox.about(self.sender, (regime, period, unit)) if other is not one]
        if any(other.number < one.number and other.state != "answered" for other in about):  # that report names the unit, this one does not
            return complaint("send.earlier_waits", f"{one.file}:{one.line}")
        revision = max(learned.revision or 1, entry.next_revision(about))
        built = entry.attempt(self.sender, one.report, unit, revision, entry.rejections(about, one.content, revision))
        if learned.revision is None:
            self._guessed.add(built.event_id)
        return built

    async def _learn(self, regime: str, period: str, unit: str) -> Learned | Held | Barred:
        while True:
            learned = await self.door.learn(regime, period, unit)
            if not isinstance(learned, Held) or learned.retry_s is None or not await self.patience.wait(learned.retry_s):
                return learned

    def _following(self, one: Entry, answer: Judged, *, is_foreign: bool) -> Attempt | None:
        """The event to send after this answer; None if the answer is final.

        A superseded report is sent again under the next revision. A repeat of an event that was never sent from here (`is_foreign`) says
        nothing about what stands now: an accepted one gets the next revision, a rejected one is judged anew.
        """
        if one.report is None:
            return None
        last, receipt = one.attempts[-1], answer.receipt
        is_repeat = receipt["verdict"] == "duplicate" and is_foreign
        is_guessed = last.event_id in self._guessed  # otherwise the form has just named the revision: the repeat is of now
        if is_repeat and receipt.get("first_verdict") == "rejected":
            return entry.attempt(self.sender, one.report, last.unit, last.revision, last.rejections + 1)
        if (is_repeat and is_guessed) or entry.is_superseded(receipt):
            known = max(int(receipt.get("next_revision", 0)), int(receipt.get("standing_revision", 0)) + 1)
            return entry.attempt(self.sender, one.report, last.unit, max(known, last.revision + 1), 0)
        return None

    async def _answer(self, attempt: Attempt) -> tuple[Judged | Pending | Held | Barred, int]:
        """The last word on an event in this run, and how often it was sent for it."""
        times = 0
        while True:
            times += 1
            answer = await self.door.send(attempt.event_id, attempt.event.encode())
            asked = 0
            while self.door.keeps_receipts and isinstance(answer, Pending) and asked < MOST_ASKED and await self.patience.wait(ASK_AGAIN_S):
                asked += 1
                answer = await self.door.receipt(attempt.event_id)
            if not isinstance(answer, Held) or answer.retry_s is None or not await self.patience.wait(answer.retry_s):
                return answer, times
