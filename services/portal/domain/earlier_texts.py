"""The texts of a draft that were overwritten or deleted (*Các lần lưu trước*), and how one of them comes back. Pure.

Which texts are kept is decided by `drafts.py`; here they are listed by field, and one that a person takes back replaces the present text,
which is kept in its turn. Source: ADR 0072.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from services.portal.domain import drafts, entry_fields
from services.portal.domain.drafts import NONE, Conflict, Draft, Earlier, Saving, TooLarge, Typed
from shared.wire import events
from shared.words import texts
from shared.words.forms import Asked


@dataclass(frozen=True, slots=True)
class Field:
    """A field with its present text and the earlier ones, the latest first."""

    name: str
    label: str
    now: Typed | None
    earlier: Sequence[Earlier]

    @property
    def anchor(self) -> str:
        return anchor(self.name)


def fields(asked: Asked, draft: Draft) -> list[Field]:
    """The fields of the form that have earlier texts, in the order of the form."""
    by_name: dict[str, list[Earlier]] = {}
    for one in reversed(draft.earlier):
        by_name.setdefault(one.name, []).append(one)
    return [
        Field(name, entry_fields.label(name, asked), draft.fields.get(name), by_name[name])
        for name in entry_fields.typed_names(asked)
        if name in by_name
    ]


def anchor(name: str) -> str:
    """The id of a field's part of the page."""
    return name.replace(".", "-")


def mark(one: Earlier) -> str:
    """What names an earlier text among those of its field: when it was replaced."""
    return str(events.to_ms(one.replaced_at))


def find(draft: Draft | None, name: str, marked: str) -> Earlier | None:
    """The earlier text that a form names; None if it is not kept any more."""
    found = () if draft is None else draft.earlier
    return next((one for one in found if one.name == name and mark(one) == marked), None)


def taken_back(last: Draft | None, one: Earlier, saving: Saving) -> Draft | Conflict | TooLarge:
    """The draft after an earlier text has replaced the present one, unless the field was changed after the page that shows both."""
    draft = drafts.current(last)
    if draft is None:
        return NONE
    present = draft.fields.get(one.name)
    if present is not None and present.version > saving.version:
        return NONE
    found = drafts.saved(draft, replace(saving, version=draft.version, texts={one.name: one.text}), {}, draft.revision)
    if not isinstance(found, Draft) or present is None or texts.is_blank(present.text) or found is draft:
        return found
    kept = Earlier(one.name, present.text, present.by, present.at, saving.at)
    others = [other for other in found.earlier if (other.name, other.replaced_at) != (kept.name, kept.replaced_at)]
    return replace(found, earlier=drafts.bounded([*others, kept]))
