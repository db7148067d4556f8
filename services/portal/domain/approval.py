"""The approver inside a unit (trình duyệt, duyệt gửi): who may send a report, and through which states its draft goes.

A unit wants approval while somebody holds the role of an approver there. Then an officer hands the draft in; it waits, and nobody but an
approver changes it, until it is sent, given back with a note, or taken back. Whether it waits is decided again at each act: once nobody
approves there any more, a draft that waited is an ordinary one. Source: design, section 1 of the second part; ADR 0079.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final

from services.portal.domain import drafts
from services.portal.domain.drafts import Conflict, Draft, Handed, SentBack, TooLarge, Writer
from services.portal.domain.entering import Entering
from shared.words import grants, texts
from shared.words.people import Person
from shared.words.refusals import Refusal, number, refusal
from shared.words.units import Registry

Decided = Draft | Conflict | TooLarge
MOST_NOTE: Final = 2_000  # characters, as of a return


@dataclass(frozen=True, slots=True)
class Approving:
    """How a person stands to the approval of a report. `approvers` are the names of those who approve; none: the unit wants no approval."""

    approvers: Sequence[str] = ()
    is_approver: bool = False

    @property
    def may_send(self) -> bool:
        return self.is_approver or not self.approvers

    def waiting(self, draft: Draft | None) -> Handed | None:
        """Who has handed in a draft that waits for approval, and when; None if it does not wait."""
        return draft.handed if self.approvers and draft is not None and not draft.ended else None

    def lock(self, draft: Draft | None) -> Handed | None:
        """Why the person may not change a draft: it waits, and he does not approve it."""
        return None if self.is_approver else self.waiting(draft)

    def cleared(self, draft: Draft) -> Draft:
        """A draft after somebody has changed it: an old hand-in, from when the unit had an approver, no longer counts."""
        return draft if draft.handed is None or self.waiting(draft) else replace(draft, handed=None)


FREE: Final = Approving()
"""No approval: the unit wants none, or another unit enters the report."""


@dataclass(frozen=True, slots=True)
class Locked:
    """Why nothing was stored: the draft waits for approval."""

    handed: Handed


def approving(person: str, by: Entering, candidates: Iterable[Person], registry: Registry, today: date) -> Approving:
    """How a person (an id) stands to the approval of the report. `candidates` are people who have or had the role at the sending unit. A
    unit that enters a report on behalf (nhập thay) is not asked.
    """
    if by.entered_by is not None:
        return FREE
    holding = [one for one in candidates if one.revoked_at is None and by.sender in grants.approves_at(one.grants, registry, today)]
    return Approving(tuple(one.name for one in holding), any(one.id == person for one in holding))


def handed_in(last: Draft | None, version: int, by: Writer, at: datetime) -> Draft | Conflict:
    """The draft after it was handed in; only the version that the person has seen."""
    draft = drafts.current(last)
    if draft is None or draft.version != version:
        return drafts.NONE
    return replace(draft, version=version + 1, handed=Handed(by, at), sent_back=None)


def taken_back(last: Draft | None) -> Draft | Conflict:
    """The draft after an officer has taken it back; one that does not wait stays as it is."""
    draft = drafts.current(last)
    if draft is None:
        return drafts.NONE
    return draft if draft.handed is None else replace(draft, version=draft.version + 1, handed=None)


def given_back(last: Draft | None, by: Writer, at: datetime, note: str) -> Draft | Conflict:
    """The draft after an approver has given it back with a note; one that does not wait any more cannot be given back."""
    draft = drafts.current(last)
    if draft is None or draft.handed is None:
        return drafts.NONE
    return replace(draft, version=draft.version + 1, handed=None, sent_back=SentBack(by, at, note))


def note_faults(note: str) -> list[Refusal]:
    """What is wrong with the note with which a draft is given back."""
    character = texts.forbidden(note)
    if character is not None:
        return [refusal("text.control_character", "y_kien", character=character)]
    if texts.is_blank(note):
        return [refusal("approval.no_note", "y_kien")]
    return [refusal("approval.long_note", "y_kien", most=number(MOST_NOTE))] if len(note) > MOST_NOTE else []


def guarded(last: Draft | None, held: Approving, decide: Callable[[Draft | None], Decided]) -> Decided | Locked:
    """What becomes of a draft that a person changes: nothing while it waits for somebody else."""
    lock = held.lock(drafts.current(last))
    if lock is not None:
        return Locked(lock)
    found = decide(last)
    return held.cleared(found) if isinstance(found, Draft) and found is not last else found
