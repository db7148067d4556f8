"""The fields of the form in which a person enters a report: their names, what they are filled with, and what is read from them.

A field is named by a letter and the code of what it is about: `v.gd_lop` a value, `n.` and `d.` the parts of a ratio, `u.` the box
"số ước", `g.` a note (giải trình), `t.` a narrative. What was typed is kept as it was typed, also when it cannot be read.
Source: ADR 0068.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from shared.wire import events
from shared.words import texts, typed_numbers
from shared.words.forms import Asked, Content
from shared.words.refusals import Refusal, refusal
from shared.words.regime_parts import Indicator
from shared.words.regimes import Regime

Fields = Mapping[str, str]

VALUE: Final = "v"
PARTS: Final = {"n": "numerator", "d": "denominator"}
NOTE: Final = "g"
ESTIMATE: Final = "u"
NARRATIVE: Final = "t"
REASON: Final = "ly_do"
FORM: Final = "phieu"  # a random text: made once per opened form
REVISION: Final = "lan"
BUTTON: Final = "viec"
VERSION: Final = "ban"  # the version of the draft that the page has shown; 0: none
VERSIONS: Final = re.compile(r"0|[1-9][0-9]{0,8}", re.ASCII)
FROM_DRAFT: Final = "tu"  # the page has no boxes: what is meant is the draft, with the fields that it does have
READING: Final = "doc"  # a button: the field's name, a blank, and how its number is to be typed
NOTE_OPENED: Final = "mo"  # a button: the place of the indicator whose note is to be written
ZEROS: Final = "khong"  # the codes that were filled with 0 at once, so that it can be undone
APPROVER_NOTE: Final = "y_kien"  # what is to be changed, when the approver gives a draft back
CHOSEN: Final = "chon."  # before a field's name: whose text the person has chosen
OWN: Final = frozenset({REASON, FORM, REVISION, BUTTON, VERSION, FROM_DRAFT, READING, NOTE_OPENED, ZEROS, APPROVER_NOTE})
YES, NO = "co", "khong"
FLAGS: Final = {YES: True, NO: False}
ON: Final = "1"
MOST_LETTERS: Final = 64  # of a field's name that a refusal repeats


@dataclass(frozen=True)
class Reading:
    """What was read: the parts of the event's `data`, and why some fields were not read, each with the path of ingest's refusals."""

    values: dict[str, object] = field(default_factory=dict)
    narratives: dict[str, str] = field(default_factory=dict)
    notes: dict[str, str] = field(default_factory=dict)
    status: dict[str, str] = field(default_factory=dict)
    reason: str = ""
    faults: list[Refusal] = field(default_factory=list)

    @property
    def parts(self) -> dict[str, object]:
        """The parts that are not empty, by their names in the event."""
        named = {"values": self.values, "narratives": self.narratives, "notes": self.notes, "status": self.status, "reason": self.reason}
        return {name: part for name, part in named.items() if part}


def names(indicator: Indicator) -> list[str]:
    """The names of the fields in which the value of an indicator is typed."""
    letters = PARTS if indicator.kind == "ratio" else (VALUE,)
    return [f"{letter}.{indicator.code}" for letter in letters]


def filled(asked: Asked, content: Content) -> dict[str, str]:
    """The fields as they are filled with what a report says."""
    found = {name: text for indicator in asked.indicators for name, text in _written(indicator, content.values.get(indicator.code))}
    found |= {f"{NOTE}.{code}": text for code, text in content.notes.items()}
    found |= {f"{ESTIMATE}.{code}": ON for code in content.status}
    return found | {f"{NARRATIVE}.{code}": text for code, text in content.narratives.items()}


def _written(indicator: Indicator, value: object) -> Iterator[tuple[str, str]]:
    match value:
        case None:
            return
        case bool():
            yield f"{VALUE}.{indicator.code}", YES if value else NO
        case dict():
            for letter, part in PARTS.items():
                if part in value:
                    yield f"{letter}.{indicator.code}", typed_numbers.written(str(value[part]), indicator.decimals)
        case _ if indicator.kind == "choice":
            yield f"{VALUE}.{indicator.code}", str(value)
        case _:
            yield f"{VALUE}.{indicator.code}", typed_numbers.written(str(value), indicator.decimals)


def read(asked: Asked, fields: Fields) -> Reading:
    """Reads the fields of a form. What the texts say is judged by ingest; here only numbers are read, as `typed_numbers` says."""
    found = Reading(reason=_text(fields.get(REASON, "")))
    for indicator in asked.indicators:
        _read_indicator(indicator, fields, found)
    for code in asked.narratives:
        if text := _text(fields.get(f"{NARRATIVE}.{code}", "")):
            found.narratives[code] = text
    known = {*typed_names(asked), *OWN}
    found.faults.extend(unknown(name) for name in fields if name not in known and not name.startswith(CHOSEN))
    return found


def typed_names(asked: Asked) -> list[str]:
    """The names of all fields into which a person types, in the order of the page."""
    values = [name for indicator in asked.indicators for name in (*names(indicator), *_beside(indicator))]
    return [*values, *(f"{NARRATIVE}.{code}" for code in asked.narratives), REASON]


def unknown(name: str) -> Refusal:
    """Why a field is refused that the form does not have."""
    return refusal("form.unknown_field", name=name[:MOST_LETTERS])


def label(name: str, asked: Asked) -> str:
    """What a field is called where it stands alone; "" if the form does not have it."""
    return label_in(name, asked.regime)


def label_in(name: str, regime: Regime) -> str:
    """As `label`, by a version of the regime."""
    letter, _, code = name.partition(".")
    if name == REASON:
        return "Lý do sửa báo cáo"
    if letter == NARRATIVE:
        return regime.narratives.get(code, "")
    indicator = regime.by_code.get(code)
    if indicator is None:
        return ""
    part = {"n": indicator.numerator_label or "tử số", "d": indicator.denominator_label or "mẫu số", NOTE: "giải trình", ESTIMATE: "số ước"}
    return f"{indicator.label}: {part[letter]}" if letter in part else indicator.label


def _beside(indicator: Indicator) -> tuple[str, str]:
    return f"{NOTE}.{indicator.code}", f"{ESTIMATE}.{indicator.code}"


def _read_indicator(indicator: Indicator, fields: Fields, found: Reading) -> None:
    code = indicator.code
    value = _value(indicator, fields, found.faults)
    if value is not None:
        found.values[code] = value
    note, estimate = (fields.get(name, "") for name in _beside(indicator))
    if text := _text(note):
        found.notes[code] = text
    if estimate:
        found.status[code] = events.ESTIMATE


def _value(indicator: Indicator, fields: Fields, faults: list[Refusal]) -> object:
    """The value as the event has it; None if nothing, or nothing that can be read, was typed."""
    if indicator.kind == "ratio":
        return _ratio(indicator, fields, faults)
    typed = fields.get(f"{VALUE}.{indicator.code}", "")
    if texts.is_blank(typed):
        return None
    if indicator.kind == "quantity":
        return _number(indicator, typed, "", faults)
    return FLAGS.get(typed, typed) if indicator.kind == "flag" else typed


def _ratio(indicator: Indicator, fields: Fields, faults: list[Refusal]) -> object:
    before = len(faults)
    parts = {part: _number(indicator, fields.get(f"{letter}.{indicator.code}", ""), f".{part}", faults) for letter, part in PARTS.items()}
    typed = {part: number for part, number in parts.items() if number is not None}
    if len(faults) > before or not typed:
        return None
    return typed  # with one part only, ingest names the other


def _number(indicator: Indicator, typed: str, part: str, faults: list[Refusal]) -> str | None:
    found = typed_numbers.read(typed, indicator.decimals, indicator.measure)
    if isinstance(found, Refusal):
        faults.append(found.at(f"data.values.{indicator.code}{part}"))
        return None
    return found


def _text(typed: str) -> str:
    """A text without the blanks around it; "" if nothing of it can be seen."""
    text = texts.normal(typed)
    return "" if texts.is_blank(text) else text.strip()


def field_of(path: str, asked: Asked) -> str:
    """The name of the field that a refusal's path is about; "" if it is about the whole report."""
    parts = path.split(".")
    if parts[:2] == ["data", "reason"]:
        return REASON
    if len(parts) < 3 or parts[0] != "data":
        return ""
    code = parts[2]
    if parts[1] == "narratives":
        return f"{NARRATIVE}.{code}" if code in asked.narratives else ""
    indicator = asked.regime.by_code.get(code)
    if indicator is None or indicator not in asked.indicators:
        return ""
    if parts[1] == "values":
        part = parts[3] if len(parts) > 3 else ""
        return next((f"{letter}.{code}" for letter, name in PARTS.items() if name == part), names(indicator)[0])
    return {"notes": f"{NOTE}.{code}", "status": f"{ESTIMATE}.{code}"}.get(parts[1], "")
