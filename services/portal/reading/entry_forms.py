"""Reads what a unit's form is filled with: what was accepted about its report, and its figures of the period before."""

from collections.abc import Iterable
from datetime import datetime

from services.portal.domain import standing
from services.portal.domain.address import Address
from services.portal.domain.standing import Entry
from services.portal.reading import statuses
from services.portal.reading.store import PortalStore
from shared.wire import events
from shared.words import forms
from shared.words.forms import Asked, Form, Held


async def read(at: Address, asked: Asked, store: PortalStore) -> tuple[Form, set[str]]:
    """The form, and the ids of the accepted events about the report."""
    entries = (await store.entries_of(at, [at.unit]))[at.unit.id]
    opened = await statuses.opened(at, store) if asked.regime.is_on_call else None
    form = forms.fill(asked, await _held(entries, store), await _last(at, asked, store), opened)
    return form, {entry.id for entry in entries}


async def returned_indicators(form: Form, known: Iterable[str], store: PortalStore) -> frozenset[str]:
    """The codes of the indicators that the return of the report names; none if it was not returned. `known` are the keys of its events."""
    found = form.held.returned
    if found is None:
        return frozenset()
    whole = await store.logged([key for key in known if key.endswith(f"/{found.event_id}")])
    return frozenset(code for event in whole for code in event.data.get("indicators") or ())


async def _last(at: Address, asked: Asked, store: PortalStore) -> Held:
    """What the unit reported in the period before; nothing if the regime, the unit or the scope does not have it."""
    code = forms.before(asked)
    before = None if code is None else at.in_period(code)
    if before is None or not before.is_reporter or not store.scope.reads_report(before.setting, before.unit.id):
        return Held()
    return await _held((await store.entries_of(before, [before.unit]))[before.unit.id], store)


async def _held(entries: list[Entry], store: PortalStore) -> Held:
    last = standing.last_submission(entries)
    wanted = [entry.id for entry in entries if entry.type in (events.RETURNED, events.EXTENDED) or entry is last]
    whole = {event.id: event for event in await store.logged(wanted)}
    return Held.of([whole.get(entry.id, entry) for entry in entries])


def is_on_time(form: Form, received: datetime) -> bool | None:
    """Whether the first submission of a report, one of which was received then, was on time; None if there is no deadline."""
    if form.deadline is None:
        return None
    first = form.held.state.first_submitted_ms
    return min(events.to_ms(received), events.to_ms(received) if first is None else first) < events.to_ms(form.deadline)
