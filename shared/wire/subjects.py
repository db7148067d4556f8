"""Names in NATS: streams, subjects, durable consumers. Each name is written only here.

Source: design, section 4.
"""

import re
from typing import Final, NamedTuple
from zlib import crc32

INBOX: Final = "INBOX"
REPORTS: Final = "REPORTS"
FEED: Final = "FEED"
ALERTS: Final = "ALERTS"
PARKED: Final = "PARKED"

INGEST_DURABLE: Final = "ingest"

ALL_REPORTS: Final = "reports.>"  # the filter for the whole log
ALL_FEED: Final = "feed.>"

STREAMS_API: Final = "streams"  # the prefix of JetStream's API: the streams are in an account of their own

PEOPLE: Final = ".people"  # ends a subject of INBOX on which people act

TOKEN: Final = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)


def is_token(text: str) -> bool:
    """Whether `text` can be one token of a subject: it has no dot, no wildcard and no space."""
    return TOKEN.fullmatch(text) is not None


class InboxSubject(NamedTuple):
    """A parsed subject of INBOX: the unit that sends, and whether a person acts for it."""

    sender: str
    is_people: bool


def inbox(unit_id: str) -> str:
    """The subject to which a unit's software publishes its events."""
    return f"inbox.{unit_id}"


def inbox_of_people(unit_id: str) -> str:
    """The subject to which our services publish what a person does for a unit. It is not exported to other accounts. Source: ADR-0025."""
    return f"inbox.{unit_id}{PEOPLE}"


def read_inbox(subject: str) -> InboxSubject:
    """The sender in a subject of INBOX, and whether it is a subject for people."""
    sender = subject.partition(".")[2]
    return InboxSubject(sender.removesuffix(PEOPLE), sender.endswith(PEOPLE))


def receipts(unit_id: str) -> str:
    """The subject on which a unit hears what became of its events."""
    return f"receipts.{unit_id}"


def reports(partition: int, regime: str) -> str:
    """The subject of the log for events under a regime."""
    return f"reports.{partition}.{regime}"


def reports_of(partition: int) -> str:
    """The filter subject for one partition of the log."""
    return f"reports.{partition}.>"


def reports_under(regime: str) -> str:
    """The filter subject for everything that was logged under a regime."""
    return f"reports.*.{regime}"


def feed(top_id: str, regime: str, period: str, unit_id: str) -> str:
    """The subject of a view; `top_id` is the id of the unit at the top of its tree."""
    return f"feed.{top_id}.{regime}.{period}.{unit_id}"


def feed_of(top_id: str) -> str:
    """The filter for all views below one unit at the top."""
    return f"feed.{top_id}.>"


def fed_view(subject: str) -> tuple[str, str, str] | None:
    """Regime, period and unit id of the view in a subject of FEED; None if it is not such a subject."""
    tokens = subject.split(".")
    return (tokens[2], tokens[3], tokens[4]) if len(tokens) == 5 else None


def alerts(unit_id: str) -> str:
    """The subject on which the alerts of a unit are published."""
    return f"alerts.{unit_id}"


def audit_head() -> str:
    """The subject of ALERTS on which the last entry of the audit log is published, once a day."""
    return "audit.head"


def parked(service: str) -> str:
    """The subject on which a service publishes what it could not process."""
    return f"parked.{service}"


def preview(partition: int) -> str:
    """Where the aggregator that has this partition says what an event would change in the views. Only our own services ask."""
    return f"preview.{partition}"


def dry_run(unit_id: str) -> str:
    """Where ingest says what the verdict on an event of this unit would be. Only our own services ask."""
    return f"dryrun.{unit_id}"


def dry_run_of_people(unit_id: str) -> str:
    """The same for an event that a person causes."""
    return f"dryrun.{unit_id}{PEOPLE}"


def read_preview(subject: str) -> int:
    """The partition in a subject of previews. Raises ValueError if it names none."""
    return int(subject.partition(".")[2])


def read_dry_run(subject: str) -> InboxSubject:
    """The sender in a subject of dry runs, and whether it is a subject for people."""
    return read_inbox(subject)


def partition_of(source_regime: str, period: str, partitions: int) -> int:
    """The log's partition of a regime and period; a derived regime has the partition of its source. It stays the same as long as the stream
    exists.
    """
    return crc32(f"{source_regime}/{period}".encode()) % partitions
