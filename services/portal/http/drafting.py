"""FastAPI's dependencies of drafts: whose draft it is, and the change that the script of a form sends."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Annotated, Final

import orjson
from fastapi import Depends, Request
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from services.portal.domain import acts, entry_fields
from services.portal.domain.drafts import DraftKey
from services.portal.domain.refused import Refused
from services.portal.drafts.draft_store import DraftStore
from services.portal.http import forms
from services.portal.http.entering import Entry, EntryAt
from shared.plumbing import audit_store
from shared.words.audit import Action, Detail
from shared.words.principals import PersonPrincipal
from shared.words.refusals import refusal

JSON: Final = "application/json"
MOST_BYTES: Final = 4 * 1024 * 1024  # a draft of a million characters
MOST_VERSION: Final = 2**53


class Change(BaseModel):
    """The fields that were changed in a window, since the version that it has seen. `over`: the person has seen what others typed there,
    and chosen the own text.
    """

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")

    version: int = Field(ge=0, le=MOST_VERSION)
    form: str
    fields: Mapping[str, str] = Field(max_length=forms.MOST_FIELDS)
    over: bool = False


async def change_of(request: Request, entry: EntryAt) -> Change:
    """The change in a request. Raises `Refused`: 415, 413, 400, or 422 for fields that the form does not have."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != JSON:
        raise Refused(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, refusal("draft.not_json"))
    body = await forms.body_of(request, MOST_BYTES)
    try:
        change = Change.model_validate(orjson.loads(body))
    except (orjson.JSONDecodeError, ValidationError):
        raise Refused(HTTPStatus.BAD_REQUEST, refusal("draft.malformed")) from None
    if not acts.is_form(change.form):
        raise Refused(HTTPStatus.BAD_REQUEST, refusal("draft.malformed"))
    known_only(change.fields, entry)
    return change


def known_only(fields: Mapping[str, str], entry: Entry) -> None:
    """Raises `Refused` with 422 if the form does not have one of these fields."""
    known = set(entry_fields.typed_names(entry.asked))
    unknown = next((name for name in fields if name not in known), None)
    if unknown is not None:
        raise Refused(HTTPStatus.UNPROCESSABLE_ENTITY, entry_fields.unknown(unknown))


async def drafts_of(request: Request) -> DraftStore:
    store: DraftStore = request.app.state.drafts
    return store


def key_of(entry: Entry) -> DraftKey:
    """Which draft a person writes who may enter this report."""
    return DraftKey(entry.asked.regime.id, entry.asked.period.code, entry.asked.unit.id, entry.by.entered_by)


async def record(request: Request, person: PersonPrincipal, entry: Entry, action: Action, details: Mapping[str, Detail]) -> None:
    """Records an act about a draft in the audit log, before it is done."""
    state, asked = request.app.state, entry.asked
    target = f"reports/{asked.regime.id}/{asked.period.code}/{asked.unit.id}"
    await audit_store.append(state.database, actor=person.actor, action=action, target=target, details=details, at=state.clock())


Changed = Annotated[Change, Depends(change_of)]
Drafts = Annotated[DraftStore, Depends(drafts_of)]
