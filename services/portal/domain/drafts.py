"""The draft of a report, as people type it: what is kept, and what happens when two write. A draft is no event and in no total.

Every save has a version. Whoever saves says which version was seen; if somebody else, or another window, has saved since, nothing is
stored and the person is shown both texts. A text that was overwritten or deleted is kept for a while. Source: design, section 3; ADR 0072.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, Literal

from shared.words.attachments import Listed

Texts = Mapping[str, str]
"""What is in the fields of a form, by their names (`entry_fields.py`)."""

End = Literal["sent", "discarded"]

KEPT: Final = timedelta(days=90)  # after its end
UNSENT_KEPT: Final = timedelta(days=400)  # after its last save, while it is neither sent nor discarded
EDITING: Final = timedelta(minutes=10)  # how long after a save the person counts as still writing
SETTLED: Final = timedelta(minutes=10)  # a text that stood this long is kept when the same person replaces it
MOST_EARLIER: Final = 12  # earlier texts of one field
MOST_EARLIER_LETTERS: Final = 500_000  # of all earlier texts together
MOST_LETTERS: Final = 1_000_000  # of all texts of a draft together; an event has fewer


@dataclass(frozen=True, slots=True)
class Writer:
    """Who saves: a person (id and name), and in which window: the random text of the opened form. Of what was not typed all are ""."""

    person: str = ""
    name: str = ""
    form: str = ""


NOBODY: Final = Writer()


@dataclass(frozen=True, slots=True)
class Typed:
    """One field: the text as it was typed, who typed it and when, and in which version."""

    text: str
    by: Writer
    at: datetime
    version: int


@dataclass(frozen=True, slots=True)
class Earlier:
    """A text of a field that was overwritten or deleted."""

    name: str
    text: str
    by: Writer
    at: datetime
    replaced_at: datetime


@dataclass(frozen=True, slots=True)
class Handed:
    """Who has handed in the draft for approval, and when."""

    by: Writer
    at: datetime


@dataclass(frozen=True, slots=True)
class SentBack:
    """Who has given the draft back instead of sending it, when and why."""

    by: Writer
    at: datetime
    note: str


@dataclass(frozen=True)
class Draft:
    """A draft. `revision` is that of the report which it is to become: the next one when the draft was begun."""

    version: int
    revision: int
    fields: Mapping[str, Typed]
    by: Writer
    """Who saved last."""
    at: datetime
    began_at: datetime
    earlier: Sequence[Earlier] = ()
    ended: End | None = None
    event: str = ""
    """The event that was sent from it."""
    handed: Handed | None = None
    """Set while it is handed in for approval; whether it waits is decided by `approval.py`."""
    sent_back: SentBack | None = None
    """What the approver said last; None once the draft was handed in again."""
    attachments: Sequence[Listed] | None = None
    """The files of the report; None while they are those that it has already."""

    @property
    def texts(self) -> dict[str, str]:
        return {name: typed.text for name, typed in self.fields.items()}

    def is_edited_by_other(self, person: str, now: datetime) -> bool:
        """Whether somebody else seems to be writing just now."""
        return self.by.person not in ("", person) and now - self.at < EDITING


@dataclass(frozen=True, slots=True)
class Saving:
    """What a window sends: the texts of fields that were changed in it, and the version that it has seen (0: no draft)."""

    version: int
    texts: Texts
    by: Writer
    at: datetime


@dataclass(frozen=True, slots=True)
class Clash:
    """A field of which both have another text."""

    name: str
    mine: str
    theirs: str


@dataclass(frozen=True)
class Conflict:
    """Why nothing was stored: there is a newer draft than the one that was seen; None: it has been sent or discarded, or never was."""

    draft: Draft | None
    clashes: Sequence[Clash]
    newer: Texts
    """The other texts that the window has not seen."""
    is_own: bool
    """Whether the same window has saved everything since: the answer to an earlier save got lost."""


@dataclass(frozen=True)
class TooLarge:
    """Why nothing was stored: the texts are longer than any report."""


def current(draft: Draft | None) -> Draft | None:
    """The draft, unless it has ended."""
    return None if draft is None or draft.ended else draft


def saved(stored: Draft | None, saving: Saving, filled: Texts, revision: int) -> Draft | Conflict | TooLarge:
    """The draft after a save. A new one begins with the texts with which the form is filled."""
    draft = current(stored)
    if draft is None:
        if saving.version:
            return Conflict(None, list(_clashes(saving.texts, filled, saving.texts)), {}, is_own=False)
        return _of_size(_changed(_begun(stored, saving, filled, revision), saving))
    if saving.version != draft.version:
        conflict = _conflict(draft, saving)
        return draft if _holds(draft, saving) and not conflict.newer else conflict
    return draft if _holds(draft, saving) else _of_size(_changed(draft, saving))


def _of_size(draft: Draft) -> Draft | TooLarge:
    return TooLarge() if sum(map(len, draft.texts.values())) > MOST_LETTERS else draft


def saved_whole(stored: Draft | None, saving: Saving, filled: Texts, revision: int) -> Draft | Conflict | TooLarge:
    """As `saved`, for a window that sends all its fields: what others have typed meanwhile is in the way only where it says otherwise."""
    found = saved(stored, saving, filled, revision)
    if not isinstance(found, Conflict) or found.draft is None or (found.clashes and not found.is_own):
        return found
    return saved(stored, replace(saving, version=found.draft.version), filled, revision)


def with_attachments(stored: Draft | None, listed: Sequence[Listed], begin: Saving, filled: Texts, revision: int) -> Draft:
    """The draft with these files. A new one begins with the texts with which the form is filled."""
    draft = current(stored) or _begun(stored, begin, filled, revision)
    return replace(draft, version=draft.version + 1, attachments=tuple(listed), by=begin.by, at=begin.at)


NONE: Final = Conflict(None, (), {}, is_own=False)
"""There is no draft of which something could be done."""


def with_event(last: Draft | None, event: str) -> Draft | Conflict:
    """The draft of which an event is about to be published. It ends once the event is accepted."""
    draft = current(last)
    if draft is None:
        return NONE
    return draft if draft.event == event else replace(draft, event=event)


def ended_now(last: Draft | None, end: End, by: Writer, at: datetime, event: str = "") -> Draft | Conflict:
    """The draft after it has ended; one that has ended before stays as it is."""
    if last is None:
        return NONE
    return last if last.ended else ended(last, end, by, at, event)


def ended(draft: Draft, end: End, by: Writer, at: datetime, event: str = "") -> Draft:
    """The draft after it was sent or discarded: a window that still has it open is told so when it saves."""
    return replace(draft, version=draft.version + 1, ended=end, by=by, at=at, event=event)


def _begun(last: Draft | None, saving: Saving, filled: Texts, revision: int) -> Draft:
    """A draft that says what the report says. Versions go on from those of the last draft, so that no window takes one for the other."""
    version = 0 if last is None else last.version
    fields = {name: Typed(text, NOBODY, saving.at, version) for name, text in filled.items()}
    return Draft(version, revision, fields, saving.by, saving.at, saving.at)


def _changed(draft: Draft, saving: Saving) -> Draft:
    version = draft.version + 1
    now = {name: text for name, text in saving.texts.items() if text != _text(draft, name)}
    fields = dict(draft.fields) | {name: Typed(text, saving.by, saving.at, version) for name, text in now.items()}
    replaced = [
        Earlier(name, old.text, old.by, old.at, saving.at)
        for name, text in now.items()
        if (old := draft.fields.get(name)) is not None and _is_kept(old, text, saving)
    ]
    return replace(draft, version=version, fields=fields, by=saving.by, at=saving.at, earlier=bounded([*draft.earlier, *replaced]))


def _is_kept(old: Typed, text: str, saving: Saving) -> bool:
    """Whether a text that is replaced is kept: not each of the texts through which a person comes while typing."""
    is_lost = len(text) * 2 < len(old.text)
    return bool(old.text) and (old.by.person != saving.by.person or saving.at - old.at >= SETTLED or is_lost)


def bounded(earlier: Sequence[Earlier]) -> list[Earlier]:
    """The newest ones of each field, as many as are kept; the newest last."""
    found, counted, letters = list[Earlier](), dict[str, int](), 0
    for one in reversed(earlier):
        counted[one.name] = counted.get(one.name, 0) + 1
        letters += len(one.text)
        if counted[one.name] <= MOST_EARLIER and letters <= MOST_EARLIER_LETTERS:
            found.append(one)
    return found[::-1]


def _conflict(draft: Draft, saving: Saving) -> Conflict:
    unseen = {name: typed for name, typed in draft.fields.items() if typed.version > saving.version}
    clashes = list(_clashes(saving.texts, draft.texts, unseen))
    newer = {name: typed.text for name, typed in unseen.items() if name not in saving.texts}
    is_own = saving.version < draft.version and all(typed.by == saving.by for typed in unseen.values())
    return Conflict(draft, clashes, newer, is_own)


def _holds(draft: Draft, saving: Saving) -> bool:
    """Whether the draft says already what was sent: the same save came twice."""
    return all(_text(draft, name) == text for name, text in saving.texts.items())


def _clashes(mine: Texts, theirs: Texts, among: Mapping[str, object]) -> Iterator[Clash]:
    for name, text in mine.items():
        if name in among and text != theirs.get(name, ""):
            yield Clash(name, text, theirs.get(name, ""))


def _text(draft: Draft, name: str) -> str:
    typed = draft.fields.get(name)
    return "" if typed is None else typed.text


@dataclass(frozen=True, slots=True)
class DraftKey:
    """Which draft: of a unit's report in a period, and, if another unit enters it (nhập thay), that unit: its draft is its own."""

    regime: str
    period: str
    unit: str
    entered_by: str | None = None

    @property
    def text(self) -> str:
        whole = f"{self.regime}/{self.period}/{self.unit}"
        return whole if self.entered_by is None else f"{whole}/by/{self.entered_by}"
