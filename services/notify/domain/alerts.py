"""Alerts: one rung of one duty's ladder, once per channel; and of a group's ladder, to whom the group reports (a digest).

An alert's id is `<duty>/<cause>/<deadline>/<rung>/<channel>`: a return, an extension or a moved deadline starts a ladder of
its own, and is told at once (`notices`). A digest's is `digest/<regime>/<period>/<group deadline>/<rung>/<recipient>/<channel>`.
Source: design, section 5, "Alerts".
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Final, Literal

from services.notify.domain.duties import Task
from shared.wire import envelope, events
from shared.words import periods

STREAM: Final = "stream"
EMAIL: Final = "email"
# what becomes of an alert on one channel
RAISED: Final = "raised"
PUBLISHED: Final = "published"
SENT: Final = "sent"
REFUSED: Final = "refused"  # the mail server takes no mail for any of the unit's addresses, or there is none left
PASSED: Final = "passed"

DIGEST: Final = "digest"
NOT_RAISED: Final = datetime(1970, 1, 1, tzinfo=UTC)


_text = lru_cache(maxsize=4096)(events.to_text)  # of few deadlines, for many alerts


@dataclass(frozen=True, slots=True)
class Alert:
    """One rung as it goes to one unit. `reason` is that of a return or a move, `before` the deadline before a move. `is_returned`: what is
    owed is a report that was sent back.

    `mailed` are the ids of the mails that the server took already, `refused` of those that it will never take. Of a digest `duty` names
    the regime and period, `unit` is the recipient, `deadline` the group's.
    """

    duty: str
    task: Task | Literal["digest"]
    regime: str
    period: str
    unit_id: str
    unit: str
    unit_name: str
    cause: str
    rung: str
    at: datetime
    deadline: datetime
    reason: str = ""
    before: datetime | None = None
    is_returned: bool = False
    has_mail: bool = False
    raised_at: datetime = NOT_RAISED
    mailed: frozenset[str] = frozenset()
    refused: frozenset[str] = frozenset()

    @property
    def is_digest(self) -> bool:
        return self.task == DIGEST

    @property
    def ladder_id(self) -> str:
        cause = "" if self.is_digest else f"/{self.cause}"
        return f"{self.duty}{cause}/{_text(self.deadline)}"

    def id(self, channel: str) -> str:
        return self.ids([self.rung], channel)[0]

    def ids(self, rungs: Iterable[str], channel: str) -> list[str]:
        """Its id at each of some rungs."""
        ladder_id, recipient = self.ladder_id, f"/{self.unit}" if self.is_digest else ""
        return [f"{ladder_id}/{rung}{recipient}/{channel}" for rung in rungs]


def digest_of(regime: str, period: str) -> str:
    """What stands in a digest for the duty."""
    return f"{DIGEST}/{regime}/{period}"


def entry(alert: Alert) -> dict[str, str]:
    """The alert as commands answer it: times in Vietnam, with their offset."""
    return {
        "unit": alert.unit,
        "regime": alert.regime,
        "period": alert.period,
        "rung": alert.rung,
        "at": _local(alert.at),
        "deadline": _local(alert.deadline),
    }


def _local(at: datetime) -> str:
    """With milliseconds where they are not 0: the deadline of what is on time until 17:00 inclusive."""
    return at.astimezone(periods.VIETNAM).isoformat(timespec="milliseconds" if at.microsecond else "seconds")


def cloud_event(alert: Alert, digest: Mapping[str, object] | None = None) -> bytes:
    """The alert as it is published to the stream ALERTS; a digest with its figures."""
    data = {**entry(alert), "cause": alert.cause, **_more(alert, digest)}
    return envelope.encode(envelope.of_service("notify", alert.id(STREAM), events.ALERT_RAISED, data, at=alert.raised_at))


def _more(alert: Alert, digest: Mapping[str, object] | None) -> dict[str, object]:
    """What only some alerts have."""
    before: dict[str, object] = {} if alert.before is None else {"deadline_before": _local(alert.before)}
    return before if digest is None else {**before, "digest": digest}
