"""The draft of a report as the script of its form reads and saves it. The form without a script saves by `web/entry.py`; both decide by
`domain/drafts.py`.
"""

from http import HTTPStatus
from typing import Final

import orjson
from fastapi import APIRouter, Request, Response

from services.portal.domain import approval, draft_answers, drafts, entry_fields
from services.portal.domain.approval import Locked
from services.portal.domain.draft_answers import Answer
from services.portal.domain.drafts import Conflict, Draft, Saving, TooLarge, Writer
from services.portal.domain.refused import Refused
from services.portal.http import drafting
from services.portal.http.approving import Approves
from services.portal.http.dependencies import Now
from services.portal.http.drafting import JSON, Changed, Drafts, key_of
from services.portal.http.entering import EntryAt
from services.portal.http.principals import AskingPerson
from services.portal.http.scoped import Stored
from services.portal.reading import entry_forms
from services.portal.web import entry_approval
from shared.words.refusals import refusal

router = APIRouter(include_in_schema=False)

ADDRESS: Final = "/bieu-mau/{regime}/{period}/{unit}/nhap"


@router.get(ADDRESS)
async def read(entry: EntryAt, store: Drafts) -> Response:
    """The draft; version 0 if there is none."""
    return _json(draft_answers.stored(await store.last(key_of(entry))))


@router.put(ADDRESS)
async def saved(
    request: Request,
    entry: EntryAt,
    change: Changed,
    store: Drafts,
    stored: Stored,
    person: AskingPerson,
    approving: Approves,
    now: Now,
) -> Response:
    """Saves what was changed in a window, or says what others have typed since. A draft that waits for approval is locked (423)."""
    form, _ = await entry_forms.read(entry.at, entry.asked, stored)
    filled = entry_fields.filled(entry.asked, form.held.content)
    saving = Saving(change.version, change.fields, Writer(person.person, person.name, change.form), now)
    if change.over and approving.lock(drafts.current(await store.last(key_of(entry)))) is None:
        await drafting.record(request, person, entry, "draft.taken_over", {"fields": len(change.fields)})

    def decide(last: Draft | None) -> approval.Decided:
        return drafts.saved(last, saving, filled, form.held.next_revision)

    found = await store.change(key_of(entry), lambda last: approval.guarded(last, approving, decide))
    match found:
        case Locked():
            raise Refused(HTTPStatus.LOCKED, entry_approval.why_locked(found))
        case Draft():
            return _json(draft_answers.saved(found, entry.asked, change.fields))
        case Conflict():
            return _json(draft_answers.conflict(found, entry.asked), HTTPStatus.CONFLICT)
        case TooLarge():
            raise Refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, refusal("draft.too_large"))


def _json(answer: Answer, status: HTTPStatus = HTTPStatus.OK) -> Response:
    return Response(orjson.dumps(answer), status, media_type=JSON)
