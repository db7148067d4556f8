"""A message of the log: its event is checked against the message's subject (ADR-0028).

Ingest logs an event under one subject, which follows from the event's regime and period. A message that another client published under a
different subject is not folded: the reader of that partition would count it, and the reader of the right partition would never see it.
"""

from enum import StrEnum
from functools import lru_cache

from shared.wire import events, subjects
from shared.wire.events import Logged


class NotFolded(StrEnum):
    """Why a message of the log is ignored. Ingest writes no such message, so an operator must find out who did. The value is logged."""

    UNREADABLE = "log.message_unreadable"
    MISPLACED = "log.message_misplaced"


def subject_of(event: Logged, partitions: int) -> str:
    """The subject under which an event is logged. `partitions` is the number of partitions of the log."""
    return _subject(event.regime, event.period, partitions)


@lru_cache(maxsize=1024)  # few events differ in both
def _subject(regime: str, period: str, partitions: int) -> str:
    return subjects.reports(subjects.partition_of(regime, period, partitions), regime)


def read(subject: str, raw: bytes, partitions: int) -> Logged | NotFolded:
    """The event of a message, or why the message is not folded."""
    event = events.read_logged(raw)
    if event is None:
        return NotFolded.UNREADABLE
    return event if subject == subject_of(event, partitions) else NotFolded.MISPLACED
