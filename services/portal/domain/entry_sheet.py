"""The sheet on which a person enters a report: its boxes with what was typed, what was understood, and what is wrong beside each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from services.portal.domain import entry_fields, entry_understood
from services.portal.domain.entry_fields import ESTIMATE, NARRATIVE, NOTE, PARTS, REASON, VALUE
from shared.words import texts, vietnamese
from shared.words.forms import Asked, Form
from shared.words.refusals import Refusal
from shared.words.regime_parts import Indicator

Said = Mapping[str, Sequence[Refusal]]
"""Refusals or warnings by the name of their field; under "" those about the whole report."""

RATIO_LABELS: Final = {"n": "Tử số", "d": "Mẫu số"}


@dataclass(frozen=True, slots=True)
class Box:
    """One field: its name, its label, the text as it was typed, what was understood of it, and what is wrong with it."""

    name: str
    label: str
    text: str
    understood: str = ""
    faults: Sequence[Refusal] = ()

    @property
    def id(self) -> str:
        """The name in links on the page."""
        return self.name.replace(".", "-")

    @property
    def described(self) -> str:
        """The ids of what describes the field, for screen readers; "" if there is nothing."""
        faults = [f"{self.id}-loi-{place}" for place in range(1, len(self.faults) + 1)]
        return " ".join([*faults, *([f"{self.id}-hieu"] if self.understood else [])])


@dataclass(frozen=True, slots=True)
class Line:
    """One indicator. `last` is the figure of the period before; `note` is the box of its explanation; `options` are those of a flag or a
    choice, by the value of the field.
    """

    indicator: Indicator
    boxes: Sequence[Box]
    options: Mapping[str, str]
    last: str
    note: Box
    estimate: Box
    warnings: Sequence[Refusal]

    @property
    def is_note_open(self) -> bool:
        return bool(self.note.text or self.note.faults or self.warnings)

    @property
    def is_blank(self) -> bool:
        return all(texts.is_blank(box.text) for box in self.boxes)


@dataclass(frozen=True, slots=True)
class Section:
    title: str
    lines: Sequence[Line]


@dataclass(frozen=True)
class Sheet:
    """Everything between the head of the page and its buttons."""

    sections: Sequence[Section]
    narratives: Sequence[Box]
    reason: Box | None
    """Why a report that stands is corrected; None if none stands."""
    takes_estimates: bool
    faults: Sequence[tuple[str, Refusal]]
    """Every fault with the id of its field, "" for the whole report, in the order of the page."""
    warnings: Sequence[tuple[str, Refusal]]

    @property
    def blank(self) -> Sequence[Line]:
        """The indicators without a value: not reported, which is not zero."""
        return [line for section in self.sections for line in section.lines if line.is_blank]


def sheet(form: Form, fields: Mapping[str, str], faults: Sequence[Refusal], warnings: Sequence[Refusal], *, takes_estimates: bool) -> Sheet:
    """The sheet of a form with what is in its fields, and with what is to be said about it."""
    asked = form.asked
    wrong, warned = _by_field(faults, asked), _by_field(warnings, asked)
    lines = [_line(indicator, form, fields, wrong, warned) for indicator in asked.indicators]
    titles = dict.fromkeys(indicator.section for indicator in asked.indicators)
    narratives = [_box(f"{NARRATIVE}.{code}", label, fields, wrong) for code, label in asked.narratives.items()]
    reason = _box(REASON, "Lý do sửa báo cáo", fields, wrong) if form.held.newest else None
    return Sheet(
        [Section(title, [line for line in lines if line.indicator.section == title]) for title in titles],
        narratives,
        reason,
        takes_estimates,
        _in_order(wrong),
        _in_order(warned),
    )


def _line(indicator: Indicator, form: Form, fields: Mapping[str, str], wrong: Said, warned: Said) -> Line:
    code = indicator.code
    names = entry_fields.names(indicator)
    warnings = [warning for name in (*names, f"{NOTE}.{code}") for warning in warned.get(name, ())]
    return Line(
        indicator,
        [_value_box(indicator, name, fields, wrong) for name in names],
        _options(indicator),
        _last(indicator, form.last.get(code)),
        _box(f"{NOTE}.{code}", "Giải trình", fields, wrong),
        _box(f"{ESTIMATE}.{code}", "Số ước", fields, wrong),
        warnings,
    )


def _value_box(indicator: Indicator, name: str, fields: Mapping[str, str], wrong: Said) -> Box:
    letter = name.partition(".")[0]
    labels = {"n": indicator.numerator_label, "d": indicator.denominator_label, VALUE: indicator.label}
    text = fields.get(name, "")
    return Box(name, labels[letter] or RATIO_LABELS.get(letter, ""), text, entry_understood.of(indicator, text), wrong.get(name, ()))


def _options(indicator: Indicator) -> Mapping[str, str]:
    return {entry_fields.YES: "Có", entry_fields.NO: "Không"} if indicator.kind == "flag" else indicator.options


def _last(indicator: Indicator, value: object) -> str:
    """A figure of the period before for people; "" if there is none."""
    match value:
        case None:
            return ""
        case bool():
            return "Có" if value else "Không"
        case dict():
            return " / ".join(vietnamese.number(value.get(part)) for part in PARTS.values())
        case _ if indicator.kind == "choice":
            return indicator.options.get(str(value), str(value))
        case _:
            return vietnamese.number(str(value))


def _box(name: str, label: str, fields: Mapping[str, str], wrong: Said) -> Box:
    return Box(name, label, fields.get(name, ""), "", wrong.get(name, ()))


def _by_field(said: Sequence[Refusal], asked: Asked) -> dict[str, list[Refusal]]:
    found: dict[str, list[Refusal]] = {}
    for one in said:
        found.setdefault(entry_fields.field_of(one.path, asked), []).append(one)
    return found


def _in_order(said: Mapping[str, Sequence[Refusal]]) -> list[tuple[str, Refusal]]:
    return [(name.replace(".", "-"), one) for name, listed in sorted(said.items(), key=lambda item: item[0] != "") for one in listed]
