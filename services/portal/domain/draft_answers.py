"""What the script of a form is answered about its draft, as JSON. The fields' names are part of the contract with `form.js`."""

from collections.abc import Mapping
from datetime import datetime

from services.portal.domain import drafts, entry_fields, entry_understood
from services.portal.domain.drafts import Conflict, Draft, Texts
from shared.words import vietnamese
from shared.words.forms import Asked

Answer = Mapping[str, object]


def stored(draft: Draft | None) -> Answer:
    """The draft, with all its fields; version 0 if there is none."""
    found = drafts.current(draft)
    if found is None:
        return {"version": 0, "saved_at": None, "by": "", "fields": {}}
    return {**_saved(found), "fields": found.texts}


def saved(draft: Draft, asked: Asked, sent: Texts) -> Answer:
    """After a save: the new version, and what is understood of the fields that were sent. `choices` are both readings of a number that has
    two: what is to be typed for each, and how it reads.
    """
    choices = entry_understood.choices_of_fields(asked, sent)
    listed = {name: [{"typed": one.typed, "shown": one.shown} for one in found] for name, found in choices.items()}
    return {**_saved(draft), "understood": entry_understood.of_fields(asked, sent), "choices": listed}


def conflict(found: Conflict, asked: Asked) -> Answer:
    """Why nothing was saved. `fields` are those of which both have another text, `newer` what the window has not seen otherwise. `same`:
    the window itself has saved since, so that only an answer was lost; `ended`: the draft was sent or discarded, or there is none.
    """
    clashes = [
        {"name": one.name, "label": entry_fields.label(one.name, asked), "mine": one.mine, "theirs": one.theirs} for one in found.clashes
    ]
    draft = found.draft
    saved_by = (
        {"version": 0, "by": "", "at": None} if draft is None else {"version": draft.version, "by": draft.by.name, "at": _at(draft.at)}
    )
    return {**saved_by, "fields": clashes, "newer": dict(found.newer), "same": found.is_own, "ended": draft is None}


def _saved(draft: Draft) -> dict[str, object]:
    return {"version": draft.version, "saved_at": _at(draft.at), "by": draft.by.name}


def _at(at: datetime) -> str:
    return vietnamese.machine(at)
