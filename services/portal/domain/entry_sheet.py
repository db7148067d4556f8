"""The sheet on which a person enters a report: its boxes with what was typed, what was understood, and what is wrong beside each."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from services.portal.domain import entry_fields, entry_understood
from services.portal.domain.entry_fields import ESTIMATE, NARRATIVE, NOTE, PARTS, REASON, VALUE
from services.portal.domain.entry_understood import Choice
from shared.words import texts, vietnamese
from shared.words.forms import Asked, Form
from shared.words.refusals import Refusal
from shared.words.regime_parts import Indicator

Said = Mapping[str, Sequence[Refusal]]
"""Refusals or warnings by the name of their field; under "" those about the whole report."""

MOST_SHORT: Final = 80  # indicators of a form that is sent with everything in it
RATIO_LABELS: Final = {"n": "Tử số", "d": "Mẫu số"}


@dataclass(frozen=True, slots=True)
class Box:
    """One field: its name, its label, the text as it was typed, what was understood of it, and what is wrong with it."""

    name: str
    label: str
    text: str
    understood: str = ""
    faults: Sequence[Refusal] = ()
    choices: Sequence[Choice] = ()
    """Both readings of a number that has two."""
    chosen: str = ""
    """What a flag or a choice says, in words."""
    short: str = ""
    """Its id in a long form."""

    @property
    def id(self) -> str:
        """The name in links on the page."""
        return self.short or self.name.replace(".", "-")

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
    is_named: bool = False
    """Whether the return of the report names it."""
    place: int = 0
    """Its place in the form: 1, 2, 3 …"""

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
    def lines(self) -> Sequence[Line]:
        return [line for section in self.sections for line in section.lines]

    @property
    def is_long(self) -> bool:
        """Whether the page leaves out what its script adds, so that it comes quickly over a slow line."""
        return len(self.lines) > MOST_SHORT

    @property
    def warned(self) -> Sequence[Line]:
        """The indicators whose figures are unusual."""
        return [line for line in self.lines if line.warnings]

    @property
    def named(self) -> Sequence[Line]:
        """The indicators that the return of the report names."""
        return [line for line in self.lines if line.is_named]

    @property
    def blank(self) -> Sequence[Line]:
        """The indicators without a value: not reported, which is not zero."""
        return [line for line in self.lines if line.is_blank]


def sheet(
    form: Form,
    fields: Mapping[str, str],
    faults: Sequence[Refusal],
    warnings: Sequence[Refusal],
    *,
    takes_estimates: bool,
    named: Collection[str] = (),
) -> Sheet:
    """The sheet of a form with what is in its fields, and with what is to be said about it. `named` are the indicators that a return
    names.
    """
    asked = form.asked
    said = _Said(form, fields, _by_field(faults, asked), _by_field(warnings, asked), named, _short_ids(asked))
    lines = [_line(indicator, place, said) for place, indicator in enumerate(asked.indicators, 1)]
    titles = dict.fromkeys(indicator.section for indicator in asked.indicators)
    narratives = [said.box(f"{NARRATIVE}.{code}", label) for code, label in asked.narratives.items()]
    return Sheet(
        [Section(title, [line for line in lines if line.indicator.section == title]) for title in titles],
        narratives,
        said.box(REASON, "Lý do sửa báo cáo") if form.held.newest else None,
        takes_estimates,
        said.in_order(said.wrong),
        said.in_order(said.warned),
    )


@dataclass(frozen=True)
class _Said:
    """What is in the fields, and what is to be said about them."""

    form: Form
    fields: Mapping[str, str]
    wrong: Said
    warned: Said
    named: Collection[str]
    short: Mapping[str, str]

    def box(self, name: str, label: str) -> Box:
        return Box(name, label, self.fields.get(name, ""), "", self.wrong.get(name, ()), short=self.short.get(name, ""))

    def in_order(self, said: Said) -> list[tuple[str, Refusal]]:
        first = sorted(said.items(), key=lambda item: item[0] != "")
        return [(self.short.get(name) or name.replace(".", "-"), one) for name, listed in first for one in listed]


def _short_ids(asked: Asked) -> Mapping[str, str]:
    """The ids of the boxes of a long form; none of another one, whose ids say what they are."""
    if len(asked.indicators) <= MOST_SHORT:
        return {}
    return {name: f"f{place}" for place, name in enumerate((name for one in asked.indicators for name in entry_fields.names(one)), 1)}


def _line(indicator: Indicator, place: int, said: _Said) -> Line:
    code = indicator.code
    names = entry_fields.names(indicator)
    return Line(
        indicator,
        [_value_box(indicator, name, said) for name in names],
        _options(indicator),
        _last(indicator, said.form.last.get(code)),
        said.box(f"{NOTE}.{code}", "Giải trình"),
        said.box(f"{ESTIMATE}.{code}", "Số ước"),
        [warning for name in (*names, f"{NOTE}.{code}") for warning in said.warned.get(name, ())],
        code in said.named,
        place,
    )


def _value_box(indicator: Indicator, name: str, said: _Said) -> Box:
    letter = name.partition(".")[0]
    labels = {"n": indicator.numerator_label, "d": indicator.denominator_label, VALUE: indicator.label}
    label = labels[letter] or RATIO_LABELS.get(letter, "")
    box = said.box(name, label)
    return replace(
        box,
        understood=entry_understood.of(indicator, box.text),
        choices=entry_understood.choices(indicator, box.text),
        chosen=_options(indicator).get(box.text, ""),
    )


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


def _by_field(said: Sequence[Refusal], asked: Asked) -> dict[str, list[Refusal]]:
    found: dict[str, list[Refusal]] = {}
    for one in said:
        found.setdefault(entry_fields.field_of(one.path, asked), []).append(one)
    return found
