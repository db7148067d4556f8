"""Sends the reports of a table: each is an event of its own, with a receipt of its own."""

import asyncio
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from services.ingest.doors import repeats, table_events
from services.ingest.doors.forms import Forms
from services.ingest.dry_run import DryRuns
from services.ingest.store import ClaimStore
from shared.plumbing import inbox
from shared.plumbing.broker import Streams
from shared.plumbing.confined import Confined
from shared.plumbing.inbox import Outgoing
from shared.plumbing.sheet_desk import READING_TABLES, TABLES
from shared.sheets import table_form, table_jobs, table_reports
from shared.sheets.table_reports import Report
from shared.wire import envelope, events, tables
from shared.wire.dry_runs import DryRun
from shared.wire.published import Reason
from shared.wire.receipts import PendingReceipt, Receipt
from shared.wire.tables import TableRow
from shared.words.principals import UnitPrincipal
from shared.words.reference import Reference
from shared.words.refusals import Refusal
from shared.words.typed_numbers import Decimals

AT_ONCE: Final = 16  # reports whose form is looked up, or that are tried
VERDICTS_S: Final = 2.0  # how long the verdict on one report is waited for, and
EACH_S: Final = 0.02  # more for each other one, but not longer than
LONGEST_S: Final = 60.0
MOST_FAULTS: Final = 50  # of one report that are told
MOST_TOLD: Final = 2_000  # of all reports; then of each the first


@dataclass(frozen=True)
class Ready:
    """A report as it is sent."""

    report: Report
    revision: int
    event: Outgoing


class Tables:
    """Takes tables of units."""

    def __init__(self, streams: Streams, store: ClaimStore, dry_runs: DryRuns, found: Forms, confined: Confined) -> None:
        self._streams, self._store, self._dry_runs, self._found = streams, store, dry_runs, found
        self._confined = confined

    async def read(self, given: bytes, sender: str, decimal: Decimals) -> list[Report]:
        """The reports of a table. Raises PermanentError with what is wrong with the file, TransientError if too many are being read."""
        found = await self._confined.run(f"{TABLES}:read", given, limits=READING_TABLES)
        reference, today = await self._found.known()
        return await asyncio.to_thread(_reports, found, reference, sender, today, decimal)

    async def form(self, regime: str, period: str, unit: str, reader: UnitPrincipal) -> tuple[str, bytes]:
        """The name and the content of a form as a table. Raises RefusedError."""
        asked = await self._found.asked(regime, period, unit, reader)
        return table_form.file_name(asked), table_form.written(asked)

    async def send(self, reports: Sequence[Report], sender: str) -> bytes:
        """Sends the reports that could be read; the answer, as JSON. Raises what `inbox.send_all` raises; then the same table can
        be sent again.
        """
        ready = await self._ready(reports, sender)
        sent = [one.event for one in ready.values()]
        within_s = min(LONGEST_S, VERDICTS_S + EACH_S * len(sent))
        receipts = dict(zip(ready, await inbox.send_all(self._streams, sent, within_s) if sent else (), strict=True))
        return await asyncio.to_thread(_told, reports, ready, receipts, sender, is_dry_run=False)

    async def try_(self, reports: Sequence[Report], sender: UnitPrincipal) -> bytes:
        """What would become of each report, as JSON."""
        ready = await self._ready(reports, sender.unit)
        turns = asyncio.Semaphore(AT_ONCE)

        async def tried(one: Ready) -> DryRun:
            async with turns:
                return await self._dry_runs.run(sender.unit, one.event.payload, reader=sender)

        found = dict(zip(ready, await asyncio.gather(*(tried(one) for one in ready.values())), strict=True))
        return await asyncio.to_thread(_told, reports, ready, found, sender.unit, is_dry_run=True)

    async def _ready(self, reports: Sequence[Report], sender: str) -> dict[int, Ready]:
        """The reports that can be sent, by their place."""
        turns = asyncio.Semaphore(AT_ONCE)

        async def made(report: Report) -> Ready:
            async with turns:
                return await self._made(report, sender)

        sendable = [place for place, report in enumerate(reports) if report.asked is not None and not report.faults]
        return dict(zip(sendable, await asyncio.gather(*(made(reports[place]) for place in sendable)), strict=True))

    async def _made(self, report: Report, sender: str) -> Ready:
        assert report.asked is not None
        form = await self._found.filled(report.asked)
        number = table_events.revision(report, report.asked, form.held)
        sending = await repeats.find(self._store, sender, table_events.event_id(report.asked, number, report))
        data = table_events.data(report, report.asked, number, sending.attachments(form.held.content))
        event = envelope.of_unit(sender, sending.event_id, events.SUBMITTED, data)
        return Ready(report, number, inbox.outgoing(event))


def _reports(found: bytes, reference: Reference, sender: str, today: date, decimal: Decimals) -> list[Report]:
    """The reports of a table, in a thread of its own: a large one takes a second."""
    return table_reports.read(table_jobs.table_of(found), table_events.finder(reference, sender, today), decimal)


def _told(
    reports: Sequence[Report],
    ready: Mapping[int, Ready],
    said: Mapping[int, Receipt | PendingReceipt | DryRun],
    sender: str,
    *,
    is_dry_run: bool,
) -> bytes:
    """The answer as JSON, in a thread of its own: thousands of rows take a while. In a dry run each row has its changes: none if it is
    refused.
    """
    refused: Mapping[str, object] = {"verdict": "rejected", "warnings": [], **({"changes": []} if is_dry_run else {})}
    return tables.encoded(_short(_row(report, ready.get(place), said.get(place), sender, refused) for place, report in enumerate(reports)))


def _row(
    report: Report, ready: Ready | None, said: Receipt | PendingReceipt | DryRun | None, sender: str, refused: Mapping[str, object]
) -> TableRow:
    """What became of one report. Faults of the table have their cells as paths; what ingest says gets them."""
    key, asked = report.key, report.asked
    about = {
        "line": report.line,
        "regime": key.regime if asked is None else asked.regime.id,
        "period": key.period if asked is None else asked.period.code,
        "reporter": (key.unit or sender) if asked is None else asked.unit.code,
        "unit": sender,
    }
    if said is None or ready is None:
        return TableRow.model_validate({**about, **refused, "errors": _reasons(report.faults)})
    whole = said.model_dump(exclude={"errors", "warnings"}, exclude_defaults=True)
    told = {"errors": _at_cells(report, said.errors), "warnings": _at_cells(report, said.warnings)}
    return TableRow.model_validate({**about, "event_id": ready.event.event_id, "revision": ready.revision, **whole, **told})


def _at_cells(report: Report, reasons: Sequence[Reason]) -> list[Reason]:
    return _reasons(report.at_cells(map(Reason.as_refusal, reasons)))


def _reasons(faults: Sequence[Refusal]) -> list[Reason]:
    return [Reason.of(one) for one in faults[:MOST_FAULTS]]


def _short(rows: Iterable[TableRow]) -> Iterator[TableRow]:
    """Rows of a size that can be read: behind the first thousands of faults, each report has only its first one."""
    told = 0
    for row in rows:
        told += len(row.errors)
        yield row if told <= MOST_TOLD else row.model_copy(update={"errors": row.errors[:1]})
