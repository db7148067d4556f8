"""*Bản nháp cũ*: drafts that were sent or discarded, and those whose form takes no report any more; and how their texts come back. Pure.

A text that is taken back goes into the present draft by the rules of every save: what it replaces is kept. Source: ADR 0089.
"""

import base64
import binascii
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final

from services.portal.domain import drafts, entry_fields
from services.portal.domain.drafts import KEPT, NONE, UNSENT_KEPT, Conflict, Draft, Earlier, End, Saving, Texts, TooLarge, Typed
from services.portal.domain.entry_fields import ESTIMATE, FLAGS, ON, REASON
from shared.words import periods, texts
from shared.words.reference import ONE_DAY
from shared.words.regimes import Regime

ALL: Final = "*"
"""Instead of a field's name: all fields."""
ENDS: Final[Mapping[End | None, str]] = {"sent": "Đã gửi", "discarded": "Đã bỏ", None: "Chưa gửi, biểu không còn nhận báo cáo"}
MOST_LETTERS: Final = 400  # of a draft's name in an address


@dataclass(frozen=True, slots=True)
class Name:
    """Which draft: its report, the unit that enters the report for another one ("" if none does), and its last version."""

    regime: str
    period: str
    unit: str
    entered_by: str
    version: int

    @property
    def key(self) -> str:
        """The draft's key (`DraftKey.text`)."""
        whole = f"{self.regime}/{self.period}/{self.unit}"
        return f"{whole}/by/{self.entered_by}" if self.entered_by else whole

    @property
    def address(self) -> str:
        """In the address of its page."""
        parts = (self.regime, self.period, self.unit, self.entered_by, str(self.version))
        return base64.urlsafe_b64encode("\n".join(parts).encode()).decode().rstrip("=")


def name_of(address: str) -> Name | None:
    """The draft that an address names; None if it is none of ours."""
    if len(address) > MOST_LETTERS or not address.isascii():
        return None
    try:
        text = base64.urlsafe_b64decode(address + "=" * (-len(address) % 4)).decode()
    except (binascii.Error, ValueError):
        return None
    parts = text.split("\n")
    if len(parts) != 5 or texts.forbidden(text.replace("\n", "")) is not None or entry_fields.VERSIONS.fullmatch(parts[4]) is None:
        return None
    return Name(parts[0], parts[1], parts[2], parts[3], int(parts[4]))


@dataclass(frozen=True, slots=True)
class Row:
    """An old draft in the list."""

    name: Name
    unit_name: str
    end: End | None
    by: str
    at: datetime

    @property
    def path(self) -> str:
        return f"/ban-nhap-cu/{self.name.address}"

    @property
    def end_word(self) -> str:
        return ENDS[self.end]

    @property
    def last_day(self) -> date:
        """The last day on which it is here for certain."""
        return periods.local_day(self.at + kept(self.end)) - ONE_DAY


def kept(end: End | None) -> timedelta:
    """How long a draft is kept after it was saved or ended last."""
    return UNSENT_KEPT if end is None else KEPT


@dataclass(frozen=True, slots=True)
class Field:
    """A field with its text: `shown` as people read it, e.g. the words of an option."""

    name: str
    label: str
    typed: Typed
    shown: str
    is_taken: bool
    """Whether the form of today still has this field."""


def fields(draft: Draft, regime: Regime | None, names: Sequence[str]) -> list[Field]:
    """The fields of an old draft that have a text, in the order of the form, whose fields are `names`; what it no longer has comes last."""
    order = {name: place for place, name in enumerate(names)}
    found = [(name, typed) for name, typed in draft.fields.items() if not texts.is_blank(typed.text)]
    found.sort(key=lambda pair: (order.get(pair[0], len(order)), pair[0]))
    return [Field(name, _label(name, regime), typed, _shown(name, typed.text, regime), name in order) for name, typed in found]


def _label(name: str, regime: Regime | None) -> str:
    """What a field is called, by the regime's words if it still has them."""
    said = "" if regime is None else entry_fields.label_in(name, regime)
    return said or name


def _shown(name: str, text: str, regime: Regime | None) -> str:
    if name == REASON or regime is None:
        return text
    letter, _, code = name.partition(".")
    if letter == ESTIMATE:
        return "có" if text == ON else text
    indicator = regime.by_code.get(code)
    if indicator is None or letter != entry_fields.VALUE:
        return text
    if indicator.kind == "flag" and text in FLAGS:
        return "Có" if FLAGS[text] else "Không"
    return indicator.options.get(text, text) if indicator.options else text


def chosen(old: Draft, names: Sequence[str], wanted: str) -> dict[str, str]:
    """The texts that a person takes back: of one field, or of all that the form has. An empty one takes nothing away."""
    found = {name: old.fields[name].text for name in names if name in old.fields and wanted in (name, ALL)}
    return {name: text for name, text in found.items() if not texts.is_blank(text)}


def taken_back(last: Draft | None, old: Texts, saving: Saving, filled: Texts, revision: int) -> Draft | Conflict | TooLarge:
    """The present draft after texts of an old one have replaced its own, unless it has been changed since the page was shown. What was
    there is kept among the earlier texts.
    """
    draft = drafts.current(last)
    if saving.version != (0 if draft is None else draft.version):
        return NONE
    found = drafts.saved(last, replace(saving, texts=old), filled, revision)
    if not isinstance(found, Draft) or draft is None or found is draft:
        return found
    replaced = [
        Earlier(name, typed.text, typed.by, typed.at, saving.at)
        for name in old
        if (typed := draft.fields.get(name)) is not None and typed.text != old[name] and not texts.is_blank(typed.text)
    ]
    known = {(one.name, one.replaced_at) for one in replaced}
    return replace(found, earlier=drafts.bounded([*(one for one in found.earlier if (one.name, one.replaced_at) not in known), *replaced]))
