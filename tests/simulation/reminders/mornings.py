"""One morning on which every unit owes several reports, from one seed. The years of `years` have few such mornings.

Two real notifiers on one alert store tick side by side, step by step in any order. Reports come in between. In two of three seeds notifiers
are killed at any step, and the mail server gives no answer for some mails; in the others an address gets exactly one mail of each kind.
"""

import random
from collections import Counter
from collections.abc import Coroutine
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any, Final, cast
from unittest import mock

from services.notify import tick
from services.notify.channels.channel import Channel
from services.notify.channels.email import Answer, Email
from services.notify.channels.stream import Stream
from services.notify.domain.alerts import EMAIL, PASSED, RAISED, REFUSED
from services.notify.domain.book import Book
from services.notify.domain.ledger import Ledger
from services.notify.domain.roster import Roster
from services.notify.store.alerts import AlertStore
from services.notify.texts.mail import Mail
from services.notify.tick import Desk
from shared.words.reference import Reference
from shared.words.units import Contact, Registry, Unit
from tests.notify.builders import UNITS, reference, regime, submitted, vn
from tests.simulation.reminders.fakes import AlertCollection, AlertsStream, Barrier, Document, Follower, Killed, MailServer
from tests.simulation.reminders.mails import MARK

EIGHT: Final = vn("2026-12-18 08:00")
TURNS: Final = 16
REGIMES: Final = tuple(
    regime(id=f"che-do-{number}", obligation={"deadlines": {"xa": {"before": day}}, "confirm": {"level": "district", "before": day}})
    for number, day in enumerate(["12-20", "12-16", "12-22"])
)
NO_MAILBOX: Final = "x@113.example"  # the mail server refuses it


def _contacts(unit: Unit) -> tuple[Contact, ...]:
    return tuple(Contact(name, "", f"{name}@{unit.code}.example") for name in "ax")


KNOWN: Final[Reference] = reference(*REGIMES, registry=Registry([replace(unit, contacts=_contacts(unit)) for unit in UNITS]))


@dataclass
class Notifier:
    """One process, or what is started in its place."""

    name: str
    lives: int = 0
    desk: Desk | None = None


@dataclass
class Morning:
    """One seed. `findings` are the promises that were broken."""

    seed: int
    findings: list[str] = field(default_factory=list)
    crashes: int = 0
    mails: Counter[tuple[str, str]] = field(default_factory=Counter)  # by address and kind
    lists: int = 0

    def __post_init__(self) -> None:
        self._rng, self._has_faults, self._now = random.Random(f"morning/{self.seed}"), self.seed % 3 > 0, EIGHT
        self._alerts, self._stream = AlertCollection(self), AlertsStream(self, lambda: self._now)
        self._delivered: set[tuple[str, str]] = set()
        self._repeated: set[tuple[str, str]] = set()
        self._this_tick: dict[str, set[tuple[str, str]]] = {}
        self._current, self._may_fail = "", False
        unsent = [submitted(unit.id, regime=of.id) for unit in UNITS[2:] for of in REGIMES]
        self._log = self._rng.sample(unsent, self._rng.randrange(4))

    def run(self) -> "Morning":
        """Ticks every half minute until nothing is left to send."""
        notifiers = [Notifier("a"), Notifier("b")]
        with mock.patch.object(tick, "log", mock.Mock()):
            for turn in range(TURNS):
                for notifier in notifiers:
                    notifier.desk = notifier.desk or self._start(notifier)
                self._may_fail = self._has_faults and turn < TURNS / 2
                self._tick([notifier for notifier in notifiers if not self._may_fail or self._rng.random() < 0.8])
                self._now += timedelta(seconds=30)
        self._finish()
        return self

    def _start(self, notifier: Notifier) -> Desk:
        notifier.lives += 1
        store = AlertStore(cast(Any, {"alerts": self._alerts}), lambda: self._now, f"{notifier.name}{notifier.lives}")
        book = Book(Roster(KNOWN), Ledger())

        def catch_up() -> None:
            for event in self._log[: self._rng.randrange(len(self._log) + 1)]:
                book.fold(event)

        channels: list[Channel] = [Stream(self._stream), Email(MailServer(self), "", store.mails_sent)]
        return Desk(cast(Any, Follower(KNOWN, book)), cast(Any, Barrier(catch_up)), store, channels)

    def _tick(self, notifiers: list[Notifier]) -> None:
        """One tick of each notifier, in any order of steps."""
        working: dict[str, Coroutine[Any, Any, Any]] = {}
        for notifier in notifiers:
            assert notifier.desk is not None
            working[notifier.name] = tick.tick(notifier.desk, self._now)
            self._this_tick[notifier.name] = set()
        while working:
            self._current = self._rng.choice(sorted(working))
            self._now += timedelta(milliseconds=1)
            try:
                if self._may_fail and self._rng.random() < 0.01:
                    working[self._current].throw(Killed())
                working[self._current].send(None)
            except StopIteration:
                del working[self._current]
            except Killed:
                self.crashes += 1
                next(notifier for notifier in notifiers if notifier.name == self._current).desk = None
                del working[self._current]

    def _finish(self) -> None:
        for document in self._alerts.documents.values():
            if document["state"] == RAISED:
                self.findings.append(f"never sent: {document['_id']}")
            if document["channel"] != EMAIL or document["state"] in (RAISED, PASSED):
                continue
            addresses = {f"{name}@{document['unit']}.example" for name in "ax"} - {NO_MAILBOX}
            if document["state"] == REFUSED or any((to, document["_id"]) not in self._delivered for to in addresses):
                self.findings.append(f"settled, not delivered: {document['_id']}")
        if len(self._repeated) > self.crashes:
            self.findings.append(f"{self.crashes} crashes, repeated: {sorted(self._repeated)}")
        if not self._has_faults and set(self.mails.values()) != {1}:
            self.findings.append(f"several mails: {self.mails}")

    # what the stand-ins report

    def claimed(self, document: Document) -> None: ...

    def settled(self, document: Document, state: str) -> None: ...

    def published(self, payload: bytes, is_late_repeat: bool) -> None: ...

    def mailed(self, mail: Mail) -> Answer:
        if mail.to == NO_MAILBOX:
            return Answer.REFUSED
        if self._may_fail and self._rng.random() < 0.2:
            return Answer.AWAY
        ids = MARK.findall(mail.body)
        key = mail.to, "digest" if ids[0].startswith("digest/") else "reminder"
        if key in self._this_tick[self._current]:
            self.findings.append(f"two mails in a tick: {key}")
        if self._delivered & {(mail.to, alert_id) for alert_id in ids}:
            self._repeated.add((mail.to.partition("@")[2], key[1]))
        self._delivered |= {(mail.to, alert_id) for alert_id in ids}
        self._this_tick[self._current].add(key)
        self.mails[key] += 1
        self.lists += len(ids) > 1
        return Answer.SENT


def run(seed: int) -> Morning:
    return Morning(seed).run()
