"""Alerts. An alert is one rung of a duty's reminders, or of a digest about a group of duties, on one channel.

The id of a reminder is `<duty>/<cause>/<deadline>/<rung>/<channel>`, so a return, an extension and a moved deadline each start a new series
of reminders. Of a request, and of a confirmation that was undone, it has the id of the unit that did so instead of the deadline: a deadline
that moves repeats nothing. The id of a digest is `digest/<regime>/<period>/<group deadline>/<rung>/<recipient id>/<channel>`. Both name the
unit that has the duty, whoever acts for it: an alert that goes to an heir keeps its id. Source: design, section 5, "Alerts".
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from typing import Final, Literal

from services.notify.domain.duties import Task
from shared.wire import events
from shared.words import instants
from shared.words.ladder import Rung

STREAM: Final = "stream"
"""Every alert goes out by this channel. The document with the alert's id on this channel is the claim on the alert."""
EMAIL: Final = "email"

State = Literal["raised", "published", "sent", "refused", "passed"]
"""The state of an alert on one channel."""
RAISED: Final = "raised"  # claimed, not sent yet
PUBLISHED: Final = "published"  # in the stream ALERTS
SENT: Final = "sent"  # handed to the mail server
REFUSED: Final = "refused"  # the mail server refused every address, or the unit has no address any more
PASSED: Final = "passed"  # never sent
DELIVERED: Final = frozenset({PUBLISHED, SENT})

DIGEST: Final = "digest"
NOT_RAISED: Final = datetime(1970, 1, 1, tzinfo=UTC)


_text = lru_cache(maxsize=4096)(events.to_text)  # few deadlines, many alerts


@dataclass(frozen=True, slots=True)
class NamedUnit:
    """A unit as texts and links name it."""

    id: str
    code: str
    name: str


@dataclass(frozen=True, slots=True)
class Matter:
    """The subject of a unit's alerts, the same at every rung: a duty with its cause and deadline, or the progress of a group of duties.

    The unit is the one that has the duty, as it was on the reference day, whoever acts for it now. `view` is the unit whose view is to be
    confirmed, if it is another unit. `reason` explains a return, a moved deadline or an undoing, `before` is the deadline before the move.
    `entered_by` is the id of the unit that entered the report, `undone_by` of the one that undid the confirmation, `asked_by` of the one
    that asks for what is owed, in the words `text`. `is_returned` says that the unit owes a correction of a report that was sent back. For
    a digest, `duty` names the regime and period, the unit is the recipient, `deadline` the group's deadline.
    """

    duty: str
    task: Task | Literal["digest"]
    regime: str
    period: str
    unit_id: str
    unit: str
    unit_name: str
    cause: str
    deadline: datetime
    reason: str = ""
    before: datetime | None = None
    is_returned: bool = False
    view: NamedUnit | None = None
    entered_by: str = ""
    undone_by: str = ""
    asked_by: str = ""
    text: str = ""
    act: instants.GivenKey | None = field(default=None, compare=False)  # the return, extension or opening that caused it; not stored
    traceparent: str = field(default="", compare=False)  # the trace of that act

    @property
    def is_entry(self) -> bool:
        """Whether it is news about a report that another unit entered."""
        return self.entered_by != ""

    @property
    def is_of_duty(self) -> bool:
        """Whether it is news about a duty as it is now: a request, or a confirmation that was undone."""
        return self.asked_by != "" or self.undone_by != ""

    @property
    def by(self) -> str:
        """The id of the unit that did what is told: entered a report, undid a confirmation, asked; "" if it is no news."""
        return self.entered_by or self.undone_by or self.asked_by

    @property
    def is_digest(self) -> bool:
        return self.task == DIGEST

    @property
    def ladder_id(self) -> str:
        """The common beginning of the ids of all alerts about this matter."""
        if self.is_of_duty:
            return f"{self.duty}/{self.cause}/{self.by}"
        cause = "" if self.is_digest else f"/{self.cause}"
        return f"{self.duty}{cause}/{_text(self.deadline)}"

    def ids(self, rungs: Iterable[Rung], channel: str) -> list[str]:
        """The ids of this matter's alerts at the given rungs."""
        ladder_id, recipient = self.ladder_id, f"/{self.unit_id}" if self.is_digest else ""
        return [f"{ladder_id}/{rung.name}{recipient}/{channel}" for rung in rungs]


@dataclass(frozen=True, slots=True)
class Alert:
    """One rung of one matter, and when a notifier raised the alert. `to` is the id of the unit that acts for the matter's unit; "" if it is
    the unit itself.
    """

    matter: Matter
    rung: Rung
    raised_at: datetime = NOT_RAISED
    to: str = ""

    @property
    def unit_id(self) -> str:
        """The id of the unit that the alert goes to."""
        return self.to or self.matter.unit_id

    def id(self, channel: str) -> str:
        return self.matter.ids([self.rung], channel)[0]


@dataclass(frozen=True, slots=True)
class Handed:
    """Which mails of an alert a server accepted and which it permanently refused, by mail id. Empty on a channel without mails."""

    accepted: frozenset[str] = frozenset()
    refused: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Lease:
    """An alert that this notifier must send now, and the mails that earlier attempts delivered."""

    alert: Alert
    handed: Handed = Handed()


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result of sending one alert on one channel: its new state (`raised`: retry), and the mails that have been delivered so far."""

    alert: Alert
    state: State
    handed: Handed = Handed()
