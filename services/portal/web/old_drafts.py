"""*Bản nháp cũ*: the list of drafts that have ended, the texts of one of them, and how a person takes them back into the form."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from services.portal.domain import acts, approval, drafts, entering, entry_fields, old_drafts, refused
from services.portal.domain.approval import Locked
from services.portal.domain.drafts import Draft, DraftKey, Saving
from services.portal.domain.entering import Person
from services.portal.domain.entry_fields import FORM, VERSION
from services.portal.domain.old_drafts import Name, Row
from services.portal.domain.refused import Refused
from services.portal.drafts.old_draft_store import OldDrafts
from services.portal.http.dependencies import Now
from services.portal.http.drafting import Drafts
from services.portal.http.entry_desk import Desk, Desks
from services.portal.http.forms import Fields
from services.portal.http.principals import AskingPerson
from services.portal.http.scoped import Reads
from services.portal.render import look
from services.portal.web import entry_approval
from shared.words import forms
from shared.words.forms import Asked
from shared.words.refusals import refusal
from shared.words.scope import Scope

router = APIRouter(default_response_class=HTMLResponse, include_in_schema=False)

LIST: Final = "/ban-nhap-cu"
OLD, WHICH = "cu", "o"


async def reader_of(request: Request, scope: Reads, asking: AskingPerson) -> OldDrafts:
    person = Person.of(asking, scope.reference.registry, scope.today)
    return OldDrafts(request.app.state.database, scope, person)


Old = Annotated[OldDrafts, Depends(reader_of)]


@dataclass(frozen=True)
class Form:
    """The form into which texts can be taken back: its address, its fields, and the version of its present draft (0: there is none)."""

    path: str
    asked: Asked
    version: int


@router.get(LIST)
async def listed(old: Old, scope: Reads, now: Now) -> Response:
    """The old drafts of the person's units, the newest first."""
    titles = {regime.id: regime.title for regime in scope.reference.regimes.values()}
    return look.page("old_drafts.html", {"rows": await old.listed(), "titles": titles, "now": now})


@router.get(LIST + "/{old}")
async def opened(request: Request, old: str, reader: Old, scope: Reads, asking: AskingPerson, store: Drafts) -> Response:
    """The texts of one of them."""
    row, draft = await _found(reader, old)
    regime = scope.reference.regimes.get(row.name.regime)
    form = await _form(scope, Person.of(asking, scope.reference.registry, scope.today), row, store)
    names = [] if form is None else entry_fields.typed_names(form.asked)
    fields = old_drafts.fields(draft, regime, names)
    shown = {
        "row": row,
        "title": row.name.regime if regime is None else regime.title,
        "typed": [one for one in fields if one.typed.by.person],
        "others": [one for one in fields if not one.typed.by.person],
        "attached": draft.attachments or (),
        "form": form,
        "window": request.app.state.new_id(),
        "all": old_drafts.ALL,
    }
    return look.page("old_draft.html", shown, headers={"Cache-Control": "no-store"})


@router.post("/bieu-mau/{regime}/{period}/{unit}/nhap-cu")
async def taken_back(desk: Desks, reader: Old, posted: Fields) -> Response:
    """Takes texts of an old draft back into the present one, as an act of this person."""
    if not acts.is_form(posted.get(FORM, "")) or entry_fields.VERSIONS.fullmatch(posted.get(VERSION, "")) is None:
        raise Refused(HTTPStatus.BAD_REQUEST, refusal("form.malformed"))
    row, draft = await _found(reader, posted.get(OLD, ""))
    texts = old_drafts.chosen(draft, entry_fields.typed_names(desk.entry.asked), posted.get(WHICH, ""))
    if row.name.key != desk.key.text or not texts:
        raise Refused(HTTPStatus.CONFLICT, refusal("draft.no_earlier_text"))
    await desk.record("draft.restored", {"fields": len(texts), "version": row.name.version, "saved_at": row.at.isoformat()})
    found = await _taken(desk, texts, Saving(int(posted[VERSION]), {}, desk.writer(posted[FORM]), desk.now))
    if isinstance(found, Locked):
        raise Refused(HTTPStatus.LOCKED, entry_approval.why_locked(found))
    if not isinstance(found, Draft):
        raise Refused(HTTPStatus.CONFLICT, refusal("draft.field_changed"))
    return RedirectResponse(desk.entry.path, HTTPStatus.SEE_OTHER)


async def _taken(desk: Desk, texts: dict[str, str], saving: Saving) -> approval.Decided | Locked:
    form, _, _ = await desk.read()
    filled = entry_fields.filled(desk.entry.asked, form.held.content)

    def decide(last: Draft | None) -> approval.Decided:
        return old_drafts.taken_back(last, texts, saving, filled, form.held.next_revision)

    return await desk.drafts.change(desk.key, lambda last: approval.guarded(last, desk.approving, decide))


async def _found(reader: OldDrafts, address: str) -> tuple[Row, Draft]:
    """The draft that an address names. Raises `Refused` with 404 if the person has none of this name."""
    name = old_drafts.name_of(address)
    found = None if name is None else await reader.one(name)
    if found is None:
        raise refused.not_found(refusal("draft.no_old_draft"))
    return found


async def _form(scope: Scope, person: Person, row: Row, store: Drafts) -> Form | None:
    """The form of an old draft, if the person may enter the report today, in the same name."""
    name: Name = row.name
    asked = forms.find(scope.reference, name.regime, name.period, name.unit, scope.today)
    by = entering.entering(person, asked) if isinstance(asked, Asked) else None
    if by is None or not isinstance(asked, Asked) or (by.entered_by or "") != name.entered_by:
        return None
    draft = drafts.current(await store.last(DraftKey(name.regime, name.period, name.unit, by.entered_by)))
    return Form(f"/bieu-mau/{name.regime}/{name.period}/{asked.unit.code}", asked, 0 if draft is None else draft.version)
