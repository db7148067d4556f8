"""Takes the official form back as a workbook: reads it confined, names its wrong cells, and sends what it says as the unit's event.

A workbook is judged as its event would be before anything is sent, so a file that is refused leaves nothing behind but its marked copy,
which is kept for a day. Source: design, section 4, "Workbooks"; ADR 0083.
"""

from collections.abc import Sequence
from dataclasses import replace
from http import HTTPStatus
from typing import Final

import structlog
from fastapi import Response

from services.ingest.doors import forms as form_door
from services.ingest.doors import http, repeats, workbook_answers
from services.ingest.doors.forms import Forms
from services.ingest.doors.repeats import Sending
from services.ingest.doors.turns import turn
from services.ingest.doors.workbook_answers import NotTaken
from services.ingest.dry_run import DryRuns
from services.ingest.store import ClaimStore
from shared.plumbing import delivery
from shared.plumbing.broker import Streams
from shared.plumbing.inbox import Outgoing
from shared.plumbing.sheet_desk import SheetDesk
from shared.plumbing.sheet_store import SheetStore
from shared.plumbing.turns import Turns
from shared.sheets import judging, layout, reading
from shared.sheets.finding import Filled
from shared.sheets.judging import NewForm
from shared.sheets.reading import Reading
from shared.sheets.stamp import Core
from shared.shell.clock import Clock, NewSecret
from shared.shell.problems import RefusedError
from shared.wire import envelope, events, form_answers
from shared.wire.dry_runs import DryRun
from shared.wire.published import Reason
from shared.wire.receipts import PendingReceipt, Receipt
from shared.wire.workbook_answers import GivenBack
from shared.words.failures import PermanentError, TransientError
from shared.words.forms import Form
from shared.words.principals import UnitPrincipal
from shared.words.refusals import Refusal, refusal

log = structlog.get_logger()

LATER: Final = {"Retry-After": "60"}
KEPT: Final = "/v1/sheets"


class Workbooks:
    """Forms as workbooks, out and in."""

    def __init__(
        self,
        found: Forms,
        dry_runs: DryRuns,
        claims: ClaimStore,
        streams: Streams,
        store: SheetStore,
        desk: SheetDesk,
        clock: Clock,
        new_secret: NewSecret,
        turns: Turns,
    ) -> None:
        self._forms, self._dry_runs, self._claims, self._streams = found, dry_runs, claims, streams
        self._store, self._desk, self._clock, self._new_secret = store, desk, clock, new_secret
        self._turns = turns

    async def form(self, regime: str, period: str, unit: str, reader: UnitPrincipal) -> tuple[str, bytes]:
        """The name and the content of a form's workbook. Raises RefusedError."""
        filled = await self._forms.filled(await self._forms.asked(regime, period, unit, reader))
        return judging.file_name(filled), await self._written(layout.of_form(filled, self._clock()))

    async def kept(self, sheet: str, reader: UnitPrincipal) -> tuple[str, bytes]:
        """A workbook that was given back to the unit. Raises RefusedError."""
        try:
            found = await self._store.get(sheet, _owner(reader), self._clock())
        except delivery.MAY_PASS as error:
            raise form_door.away(error) from error
        if found is None:
            raise RefusedError(HTTPStatus.NOT_FOUND, refusal("sheet.gone"))
        return found

    async def take(self, given: bytes, sender: UnitPrincipal, *, is_dry_run: bool) -> Response:
        """Takes a filled workbook, or says what would become of it: of one unit one at a time. Raises RefusedError."""
        async with turn(self._turns, sender.unit):
            return await self._taken(given, sender, is_dry_run=is_dry_run)

    async def _taken(self, given: bytes, sender: UnitPrincipal, *, is_dry_run: bool) -> Response:
        found = await self._done(given, sender, is_dry_run=is_dry_run)
        if isinstance(found, NotTaken):
            return workbook_answers.tried(found) if is_dry_run else workbook_answers.refused(found)
        return workbook_answers.tried(found) if isinstance(found, DryRun) else http.answer(found)

    async def _done(self, given: bytes, sender: UnitPrincipal, *, is_dry_run: bool) -> Receipt | PendingReceipt | DryRun | NotTaken:
        """What became of a file, or would. Raises RefusedError if it is no form of the sender's."""
        core, filled = await self._read(given)
        await self._require_own(core, sender)
        form = await self._form(core, sender)
        if isinstance(form, NotTaken):
            return form
        found = judging.read(form, core, filled, self._clock())
        if isinstance(found, NewForm):
            return await self._renewed(found, form, sender)
        if found.faults:
            return await self._marked(given, form, found, found.faults, sender)
        sending = await self._sending(sender, reading.event_id(core, found.parts))
        if judging.is_taken(form, core) and sending.before is None:
            return workbook_answers.comes_late(form, core, found)
        event = _event(form, core, found, sender, sending)
        judged = await self._judged(event, sender, is_dry_run=is_dry_run)
        if judged.verdict == "rejected":
            faults = found.at_cells(map(Reason.as_refusal, judged.errors))
            return replace(await self._marked(given, form, found, faults, sender), judged=judged)
        return judged.model_copy(update=workbook_answers.of_cells(found, judged)) if is_dry_run else await self._sent(event, found)

    async def _form(self, core: Core, sender: UnitPrincipal) -> Form | NotTaken:
        """The form that a file is filled from; or why there is none. Raises RefusedError."""
        try:
            return await self._forms.filled(await self._forms.asked(core.regime, core.period, core.unit, sender))
        except RefusedError as error:
            if error.status != HTTPStatus.NOT_FOUND:
                raise
            return NotTaken(HTTPStatus.NOT_FOUND, list(map(Reason.of, error.reasons)))

    async def _read(self, given: bytes) -> tuple[Core, Filled]:
        """Which form a file is, and what it says."""
        try:
            filled = await self._desk.read(given)
        except PermanentError as error:
            raise RefusedError(HTTPStatus.UNPROCESSABLE_ENTITY, *error.refusals) from error
        except TransientError as error:
            raise RefusedError(HTTPStatus.SERVICE_UNAVAILABLE, *error.refusals, headers=LATER) from error
        core = reading.stamped(filled)
        if isinstance(core, Refusal):
            raise RefusedError(HTTPStatus.UNPROCESSABLE_ENTITY, core)
        return core, filled

    async def _require_own(self, core: Core, sender: UnitPrincipal) -> None:
        """Raises RefusedError if a file is none of the sender's. Whether the other unit exists is not said."""
        reference, today = await self._forms.known()
        if core.unit != sender.unit and not reference.registry.acts_for(sender.unit, core.unit, today):
            why = refusal("sheet.other_form", "unit", **{"is": core.unit, "wanted": sender.unit})
            raise RefusedError(HTTPStatus.FORBIDDEN, why)

    async def _judged(self, event: Outgoing, sender: UnitPrincipal, *, is_dry_run: bool) -> DryRun:
        """What would become of the event; with `changes` only if somebody wants to see them."""
        try:
            if is_dry_run:
                return await self._dry_runs.run(event.sender, event.payload, reader=sender)
            return await self._dry_runs.verdict(event.sender, event.payload)
        except delivery.MAY_PASS as error:
            raise form_door.away(error) from error

    async def _sending(self, sender: UnitPrincipal, first: str) -> Sending:
        """The id of the event, and whether the same figures were accepted before."""
        try:
            return await repeats.find(self._claims, sender.unit, first)
        except delivery.MAY_PASS as error:
            raise form_door.away(error) from error

    async def _sent(self, event: Outgoing, found: Reading) -> Receipt | PendingReceipt:
        receipt = await http.delivered(self._streams, event)
        return receipt if isinstance(receipt, PendingReceipt) else receipt.model_copy(update=workbook_answers.of_cells(found, receipt))

    async def _marked(self, given: bytes, form: Form, found: Reading, faults: Sequence[Refusal], sender: UnitPrincipal) -> NotTaken:
        """Why a file is refused, by cell, and the address of the file with marks if it could be made."""
        marked = None
        try:
            content = await self._desk.mark(given, judging.marks(form, found, faults))
            marked = await self._keep(content, f"loi_{judging.file_name(form)}", sender)
        except (PermanentError, TransientError) as error:
            log.info("workbook.not_marked", codes=error.codes)
        return workbook_answers.wrong(found, faults, GivenBack(marked=marked))

    async def _renewed(self, found: NewForm, form: Form, sender: UnitPrincipal) -> NotTaken:
        """Why a form of another version is refused, and the address of the new one."""
        address = await self._keep(await self._written(found.layout), judging.file_name(form), sender)
        return NotTaken(HTTPStatus.UNPROCESSABLE_ENTITY, [Reason.of(found.reason)], GivenBack(renewed=address))

    async def _written(self, form: layout.Layout) -> bytes:
        try:
            return await self._desk.write(form)
        except (PermanentError, TransientError) as error:
            raise RefusedError(HTTPStatus.SERVICE_UNAVAILABLE, *error.refusals, headers=LATER) from error

    async def _keep(self, content: bytes, name: str, sender: UnitPrincipal) -> str | None:
        """The address of a workbook that is given back; None if it is too large."""
        sheet = self._new_secret()
        try:
            is_kept = await self._store.put(sheet, _owner(sender), name, content, self._clock())
        except delivery.MAY_PASS as error:
            raise form_door.away(error) from error
        return f"{KEPT}/{sheet}" if is_kept else None


def _owner(principal: UnitPrincipal) -> str:
    return f"unit/{principal.unit}"


def _event(form: Form, core: Core, found: Reading, sender: UnitPrincipal, sending: Sending) -> Outgoing:
    """The event of a file. Its id follows from what it says, so a file that is sent again is a repeat."""
    data = form_answers.begin(form.asked, core.revision) | sending.attachments(form.held.content) | found.parts
    event = envelope.of_unit(sender.unit, sending.event_id, events.SUBMITTED, data)
    return Outgoing(sender.unit, event["id"], envelope.encode(event))
