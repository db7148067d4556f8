"""Reads which files the revisions of a report have attached."""

from collections.abc import Sequence

from services.portal.domain.address import Address
from services.portal.reading import statuses
from services.portal.reading.store import PortalStore
from shared.wire import events
from shared.words.attachments import Listed


async def of_report(at: Address, store: PortalStore) -> Sequence[Listed]:
    """The files of all revisions of a report; none in a derived regime, whose readers see only its own figures."""
    if at.regime.derived_from is not None:
        return ()
    entries = statuses.until(at.early, (await store.entries_of(at, [at.unit]))[at.unit.id])
    contents = await store.contents([entry.id for entry in entries if entry.type == events.SUBMITTED])
    return [one for said in contents.values() for one in said.attachments]
