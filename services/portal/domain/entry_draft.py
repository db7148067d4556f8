"""What the form of a report does with its draft: which texts a sent form has, what a person has chosen, zeros that are filled in, and what
has happened since the draft was begun. Pure; how a draft is stored is `drafts.py`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from services.portal.domain import entry_fields
from services.portal.domain.drafts import Clash, Draft, Texts
from services.portal.domain.entry_fields import CHOSEN, READING, Fields
from shared.words import texts, vietnamese
from shared.words.attachments import Listed
from shared.words.forms import Asked, Form
from shared.words.refusals import Refusal, refusal
from shared.words.regime_parts import Indicator

MINE, THEIRS = "toi", "ho"
ZERO: Final = "0"
MOST_NAMED: Final = 20  # fields that one sentence names


def typed(asked: Asked, fields: Fields) -> dict[str, str]:
    """The texts of a form that was sent. A box that is not ticked is not in it."""
    names = entry_fields.typed_names(asked)
    found = {name: fields[name].replace("\r\n", "\n") for name in names if name in fields}
    if any(name.startswith(f"{entry_fields.VALUE}.") for name in found):
        found |= {name: "" for name in names if name.startswith(f"{entry_fields.ESTIMATE}.") and name not in found}
    return found


def read_as(asked: Asked, fields: Fields) -> dict[str, str]:
    """The field for which the person has chosen how its number is read, with that number."""
    name, _, text = fields.get(READING, "").partition(" ")
    return {name: text} if text and name in entry_fields.typed_names(asked) else {}


def chosen(mine: Texts, theirs: Texts, fields: Fields) -> dict[str, str]:
    """The own texts, but those of others where the person has chosen them."""
    taken = {name for name in mine if fields.get(f"{CHOSEN}{name}") == THEIRS}
    return {name: theirs.get(name, "") if name in taken else text for name, text in mine.items()}


def is_untouched(clash: Clash, draft: Draft) -> bool:
    """Whether the person seems not to have typed into a field: it says what others have replaced since."""
    return texts.is_blank(clash.mine) or any(one.name == clash.name and one.text == clash.mine for one in draft.earlier)


def blank_counts(asked: Asked, found: Texts) -> list[Indicator]:
    """The counted figures without a text: those that can be said to be 0."""
    counted = [indicator for indicator in asked.indicators if indicator.kind == "quantity"]
    return [one for one in counted if texts.is_blank(found.get(f"{entry_fields.VALUE}.{one.code}", ""))]


def with_zeros(asked: Asked, found: Texts) -> dict[str, str]:
    """The fields that get a 0, because the person says that there was nothing."""
    return {f"{entry_fields.VALUE}.{one.code}": ZERO for one in blank_counts(asked, found)}


def without_zeros(asked: Asked, found: Texts, filled: str) -> dict[str, str]:
    """The fields that are emptied again: those that were filled with 0 at once, and still say 0."""
    names = {f"{entry_fields.VALUE}.{code}" for code in filled.split()}
    return {name: "" for name in entry_fields.typed_names(asked) if name in names and found.get(name) == ZERO}


def attached(draft: Draft | None, form: Form) -> Sequence[Listed]:
    """The files that the report is to have: those of the draft, or those that it has already."""
    return form.held.content.attachments if draft is None or draft.attachments is None else draft.attachments


@dataclass(frozen=True, slots=True)
class Lost:
    """A text of the draft for which the form has no field any more."""

    name: str
    text: str


def lost(asked: Asked, draft: Draft) -> list[Lost]:
    """The texts of a draft whose fields the regime no longer has."""
    known = set(entry_fields.typed_names(asked))
    return [Lost(name, text) for name, text in draft.texts.items() if name not in known and not texts.is_blank(text)]


def stale(draft: Draft, form: Form) -> Sequence[Refusal]:
    """What has happened since the draft was begun, to be said before it is sent."""
    return list(_stale(draft, form))


def _stale(draft: Draft, form: Form) -> Iterator[Refusal]:
    newest = form.held.newest
    if newest >= draft.revision:
        yield refusal("draft.newer_revision", newest=newest, next=form.held.next_revision)
    elif form.held.returned is not None and form.held.returned.received_ms > draft.began_at.timestamp() * 1000:
        yield refusal("draft.returned_since", revision=form.held.returned.revision)
    if gone := lost(form.asked, draft):
        yield refusal("draft.fields_gone", names=[one.name for one in gone[:MOST_NAMED]])
    if not form.is_opened:
        yield refusal("draft.not_opened")


def saved_line(draft: Draft) -> str:
    """Who saved a draft and when: `Nguyễn Văn A, 10:31 ngày 11/12/2026`."""
    return f"{draft.by.name}, {vietnamese.time_of_day(draft.at)}"
