"""Everything with which a person's form is handled, in one object: the report, its draft, and who acts."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import Depends, Request

from services.portal.domain import approval, drafts, entry_draft, entry_fields
from services.portal.domain.approval import Approving, Locked
from services.portal.domain.drafts import Conflict, Draft, DraftKey, End, Saving, Texts, TooLarge, Writer
from services.portal.drafts.draft_store import DraftStore
from services.portal.http import drafting
from services.portal.http.acting import Acting, Acts
from services.portal.http.approving import Approves
from services.portal.http.drafting import Drafts
from services.portal.http.entering import Entry, EntryAt
from services.portal.http.scoped import Reads, Stored
from services.portal.reading import entry_forms
from services.portal.reading.store import PortalStore
from shared.shell.clock import NewId
from shared.words.attachments import Listed
from shared.words.audit import Action, Detail
from shared.words.forms import Form
from shared.words.scope import Scope


@dataclass(frozen=True)
class Desk:
    """A person at the form of a report."""

    request: Request
    entry: Entry
    store: PortalStore
    drafts: DraftStore
    scope: Scope
    acting: Acting
    approving: Approving
    now: datetime
    new_id: NewId

    @property
    def key(self) -> DraftKey:
        return drafting.key_of(self.entry)

    def writer(self, form: str) -> Writer:
        """The person, in the window with this random text."""
        return Writer(self.acting.person.person, self.acting.person.name, form)

    async def read(self) -> tuple[Form, set[str], frozenset[str]]:
        """The form, the keys of the accepted events about the report, and the indicators that its return names."""
        form, known = await entry_forms.read(self.entry.at, self.entry.asked, self.store)
        return form, known, await entry_forms.returned_indicators(form, known, self.store)

    async def draft(self, known: set[str]) -> Draft | None:
        """The draft, also one that has ended. If the event that was sent from it has been accepted, it ends now."""
        last = await self.drafts.last(self.key)
        if last is None or last.ended or not last.event or not any(key.endswith(f"/{last.event}") for key in known):
            return last
        return await self.end("sent", last.by, last.event)

    async def save(self, form: Form, texts: Texts, version: int, window: str) -> Draft | Conflict | TooLarge | Locked:
        """Saves the fields of a form that was sent."""
        filled = entry_fields.filled(self.entry.asked, form.held.content)
        saving = Saving(version, texts, self.writer(window), self.now)
        revision = form.held.next_revision

        def whole(last: Draft | None) -> Draft | Conflict | TooLarge:
            return drafts.saved_whole(last, saving, filled, revision)

        return await self.drafts.change(self.key, lambda last: approval.guarded(last, self.approving, whole))

    async def attach(self, form: Form, change: Callable[[Sequence[Listed]], Sequence[Listed]]) -> Draft | Locked:
        """Changes the files of the report in its draft."""
        filled = entry_fields.filled(self.entry.asked, form.held.content)
        begin = Saving(0, {}, self.writer(""), self.now)

        def attached(last: Draft | None) -> Draft:
            listed = change(entry_draft.attached(drafts.current(last), form))
            return drafts.with_attachments(last, listed, begin, filled, form.held.next_revision)

        found = await self.drafts.change(self.key, lambda last: approval.guarded(last, self.approving, attached))
        assert isinstance(found, (Draft, Locked))
        return found

    async def sending(self, event: str) -> None:
        """Notes in the draft that an event is about to be sent from it."""
        await self.drafts.change(self.key, lambda last: drafts.with_event(last, event))

    async def discard(self, by: Writer) -> None:
        """Throws the draft away, unless it has been handed in meanwhile."""

        def away(last: Draft | None) -> Draft | Conflict:
            return drafts.ended_now(last, "discarded", by, self.now)

        await self.drafts.change(self.key, lambda last: approval.guarded(last, self.approving, away))

    async def end(self, end: End, by: Writer, event: str = "") -> Draft | None:
        """Ends the draft, if there is one."""
        found = await self.drafts.change(self.key, lambda last: drafts.ended_now(last, end, by, self.now, event))
        return found if isinstance(found, Draft) else None

    async def record(self, action: Action, details: dict[str, Detail]) -> None:
        await drafting.record(self.request, self.acting.person, self.entry, action, details)


async def desk_of(request: Request, entry: EntryAt, store: Stored, kept: Drafts, scope: Reads, acting: Acts, approving: Approves) -> Desk:
    state = request.app.state
    return Desk(request, entry, store, kept, scope, acting, approving, state.clock(), state.new_id)


Desks = Annotated[Desk, Depends(desk_of)]
