"""Names on the wire: streams, subjects, durables. Each is written here and nowhere else.

Source: design, section 4.
"""

import re
from typing import Final
from zlib import crc32

INBOX: Final = "INBOX"
REPORTS: Final = "REPORTS"
FEED: Final = "FEED"
ALERTS: Final = "ALERTS"
PARKED: Final = "PARKED"

INGEST_DURABLE: Final = "ingest"

ALL_REPORTS: Final = "reports.>"  # the filter for the whole log
ALL_FEED: Final = "feed.>"

TOKEN: Final = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)


def is_token(text: str) -> bool:
    """Whether `text` may stand as one token of a subject: no dot, no wildcard, no space."""
    return TOKEN.fullmatch(text) is not None


def inbox(unit_code: str) -> str:
    return f"inbox.{unit_code}"


def inbox_sender(subject: str) -> str:
    """The sender's unit code in a subject of INBOX."""
    return subject.partition(".")[2]


def receipts(unit_code: str) -> str:
    return f"receipts.{unit_code}"


def reports(partition: int, regime: str) -> str:
    return f"reports.{partition}.{regime}"


def reports_of(partition: int) -> str:
    """The filter for one partition of the log."""
    return f"reports.{partition}.>"


def reports_under(regime: str) -> str:
    """The filter for all that was logged under a regime."""
    return f"reports.*.{regime}"


def feed(province_code: str, regime: str, period: str, unit_code: str) -> str:
    return f"feed.{province_code}.{regime}.{period}.{unit_code}"


def fed_view(subject: str) -> tuple[str, str, str] | None:
    """Regime, period and unit code of the view that a subject of FEED is about; None for another subject."""
    tokens = subject.split(".")
    return (tokens[2], tokens[3], tokens[4]) if len(tokens) == 5 else None


def alerts(unit_code: str) -> str:
    return f"alerts.{unit_code}"


def parked(service: str) -> str:
    return f"parked.{service}"


def partition_of(source_regime: str, period: str, partitions: int) -> int:
    """The log's partition of a regime and period; a derived regime counts as its source. Stable for the stream's life."""
    return crc32(f"{source_regime}/{period}".encode()) % partitions
