"""What ingest answers to a table of reports: one row for each report."""

from collections.abc import Iterable
from typing import Literal

from shared.wire.previews import FigureChange
from shared.wire.published import Count, IfSet, Published, Reason, UtcText
from shared.wire.receipts import LogPosition


class TableRow(Published):
    """What became of one report of a table: `line` is its first line, `reporter` the code of the unit that it is about, `unit` the sender.

    With an event it has the fields of the receipt (`pending`: the verdict is not known yet), or of a dry run. Without an `event_id` it was
    not sent: `errors` say why. Paths are `line:column`, or the line where no cell is meant.
    """

    line: Count
    regime: str
    period: str
    reporter: str
    unit: str
    revision: IfSet[Count] = None
    event_id: IfSet[str] = None
    verdict: Literal["accepted", "rejected", "duplicate", "pending"]
    first_verdict: IfSet[Literal["accepted", "rejected"]] = None
    errors: list[Reason]
    warnings: list[Reason]
    received_at: IfSet[UtcText] = None
    position: IfSet[LogPosition] = None
    standing_revision: IfSet[Count] = None
    next_revision: IfSet[Count] = None
    changes: IfSet[list[FigureChange]] = None

    @property
    def is_rejected(self) -> bool:
        return "rejected" in (self.verdict, self.first_verdict)

    @property
    def is_accepted(self) -> bool:
        return self.verdict in ("accepted", "duplicate") and not self.is_rejected


class TableReceipts(Published):
    """What became of a table: one entry for each report, in the order of the file, and how many were accepted (also as repeats) and
    rejected.
    """

    receipts: list[TableRow]
    accepted: Count
    rejected: Count


def encoded(rows: Iterable[TableRow]) -> bytes:
    """`TableReceipts` of these rows as JSON, row by row: to make or free thousands at once would hold every thread of the process."""
    parts, accepted, rejected = list[str](), 0, 0
    for row in rows:
        parts.append(row.model_dump_json(exclude_defaults=True))
        accepted, rejected = accepted + row.is_accepted, rejected + row.is_rejected
    return f'{{"receipts":[{",".join(parts)}],"accepted":{accepted},"rejected":{rejected}}}'.encode()
