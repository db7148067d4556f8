"""Reads what a person typed into the form of an act: reason, day, and what was ticked. Pure.

The path of a fault is the name of its field.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Final

from services.portal.domain import acts, refused
from shared.words import deadlines, refusals, texts
from shared.words.calendar import WorkingDays
from shared.words.refusals import Both, Refusal, refusal

FORM: Final = "phieu"
BUTTON: Final = "viec"
SEND: Final = "gui"
CHOSEN: Final = "ly_do_chon"
REASON: Final = "ly_do"
TEXT: Final = "noi_dung"
DAY: Final = "ngay"
UNITS: Final = "don_vi"
INDICATORS: Final = "chi_tieu"
CORRECTS: Final = "sua"
REVISION: Final = "lan"
FIGURES: Final = "so"
CONFIRMATION: Final = "ban"
PERIOD: Final = "ky"
MANY: Final = (CHOSEN, UNITS, INDICATORS)
KNOWN: Final = frozenset({*MANY, FORM, BUTTON, REASON, TEXT, DAY, CORRECTS, REVISION, FIGURES, CONFIRMATION, PERIOD})
MOST_REASON: Final = 2000  # characters, as in the contract
WORKING_DAYS: Final = 5  # until the day that a form proposes
REVISIONS: Final = re.compile(r"[0-9]{1,7}", re.ASCII)
TYPED_DAY: Final = re.compile(r"([0-9]{1,2})[/.-]([0-9]{1,2})[/.-]([0-9]{4})", re.ASCII)
ISO_DAY: Final = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})", re.ASCII)

REASONS: Final[Mapping[str, str]] = {
    "thieu": "Thiếu số liệu của chỉ tiêu được giao",
    "don-vi-tinh": "Sai đơn vị tính",
    "khac-ky-truoc": "Số liệu khác xa kỳ trước, chưa có giải trình",
    "mau-thuan": "Các số liệu mâu thuẫn với nhau",
    "ngoai-ky": "Số liệu không thuộc kỳ báo cáo",
    "thuyet-minh": "Thuyết minh chưa rõ hoặc chưa đủ",
}
"""Common reasons of a return."""


@dataclass(frozen=True)
class Typed:
    """The fields of a form that was sent."""

    pairs: Sequence[tuple[str, str]]
    faults: list[Refusal] = field(default_factory=list)
    """What is wrong with them; the readers below add to it."""

    @cached_property
    def one(self) -> Mapping[str, str]:
        """The text of each field that occurs once."""
        return {name: text for name, text in self.pairs if name not in MANY}

    def text(self, name: str) -> str:
        return self.one.get(name, "")

    def ticked(self, name: str) -> list[str]:
        """What was ticked under a name, each once, in the order of the form."""
        return list(dict.fromkeys(text for found, text in self.pairs if found == name))

    @property
    def form(self) -> str:
        return self.text(FORM)

    @property
    def sends(self) -> bool:
        return self.text(BUTTON) == SEND

    @property
    def corrects(self) -> bool:
        return self.text(CORRECTS) != ""


def typed(pairs: Sequence[tuple[str, str]]) -> Typed:
    """The fields of a form. Raises `Refused` with 400 for a form that is not ours."""
    single = [name for name, _ in pairs if name not in MANY]
    found = Typed(pairs)
    if len(single) != len(set(single)) or not {name for name, _ in pairs} <= KNOWN or not acts.is_form(found.form):
        raise refused.malformed_form()
    return found


def opened(form: str, **fields: str) -> Typed:
    """A form that is opened now."""
    return Typed([(FORM, form), *fields.items()])


def again(form: Typed, new: str, **fields: str) -> Typed:
    """The same texts in a form that is opened anew: what it sends is another event."""
    replaced = {FORM: new, **fields}
    return Typed([(name, text) for name, text in form.pairs if name not in replaced] + list(replaced.items()), form.faults)


def text(form: Typed, name: str) -> str:
    """A text without blanks around it; "" if nothing of it can be seen. Notes what is wrong with it."""
    raw = form.text(name)
    found = "" if texts.is_blank(raw) else texts.normal(raw).strip()
    if (character := texts.forbidden(raw)) is not None:
        form.faults.append(refusal("act.text_forbidden", name, character=character))
    elif len(found) > MOST_REASON:
        form.faults.append(refusal("act.text_too_long", name, size=len(found), most=refusals.number(MOST_REASON)))
    return found


def reason(form: Typed, why: Both | None = None) -> str:
    """The reason: the chosen ones of the list, and the own words. Notes a fault if there is none, unless none is needed; `why` says why it
    is needed.
    """
    before = len(form.faults)
    chosen = [REASONS[name] for name in form.ticked(CHOSEN) if name in REASONS]
    found = "\n".join([*(f"{one}." for one in chosen), *filter(None, [text(form, REASON)])])
    if len(found) > MOST_REASON and len(form.faults) == before:
        form.faults.append(refusal("act.text_too_long", REASON, size=len(found), most=refusals.number(MOST_REASON)))
    if not found and len(form.faults) == before:
        form.faults.append(refusal("act.reason_missing", REASON) if why is None else refusal("act.reason_why", REASON, why=why))
    return found


def day(form: Typed, today: date) -> date | None:
    """The day that was typed as day/month/year; None, and a fault, if it is none, or has passed."""
    raw = "" if texts.is_blank(form.text(DAY)) else texts.normal(form.text(DAY)).strip()
    found = _day(raw)
    if found is None:
        form.faults.append(refusal("act.no_day", DAY, text=raw))
        return None
    if found < today:
        form.faults.append(refusal("act.day_passed", DAY, day=refusals.day(found), today=refusals.day(today)))
    elif found.year not in deadlines.YEARS:
        form.faults.append(refusal("act.day_too_far", DAY, year=found.year))
    return found


def revision(form: Typed) -> int:
    """The revision that was shown; 0: none. Raises `Refused` with 400 for a form that is not ours."""
    if REVISIONS.fullmatch(form.text(REVISION)) is None:
        raise refused.malformed_form()
    return int(form.text(REVISION))


def _day(raw: str) -> date | None:
    local, iso = TYPED_DAY.fullmatch(raw), ISO_DAY.fullmatch(raw)
    if local is None and iso is None:
        return None
    try:
        return date(int(local[3]), int(local[2]), int(local[1])) if local else date.fromisoformat(raw)
    except ValueError:
        return None


def proposed(days: WorkingDays, today: date) -> date:
    """The day that a form proposes: some working days from now."""
    return days.after(today, WORKING_DAYS)


def unknown(form: Typed, name: str, known: Collection[str]) -> list[str]:
    """What was ticked under a name and is not known."""
    return [one for one in form.ticked(name) if one not in known]


FIELDS: Final[Mapping[str, str]] = {
    "data.reason": REASON,
    "data.text": TEXT,
    "data.fix_by": DAY,
    "data.until": DAY,
    "data.deadline": DAY,
    "data.period": PERIOD,
    "data.units": UNITS,
    "data.indicators": INDICATORS,
}
"""The fields of a form by what ingest's refusals are about."""


def field_of(path: str) -> str:
    """The field that a fault is about; "" if it is about the whole form."""
    if path in KNOWN:
        return path
    return FIELDS.get(".".join(path.split(".")[:2]), "")


def by_field(faults: Sequence[Refusal]) -> dict[str, list[Refusal]]:
    """The faults by the field that they are about."""
    found: dict[str, list[Refusal]] = {}
    for fault in faults:
        found.setdefault(field_of(fault.path), []).append(fault)
    return found
