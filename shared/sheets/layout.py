"""What stands in the workbook of a form, line by line, before it is drawn. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Final, Literal

from shared.sheets import markers
from shared.sheets.stamp import Core, Stamp
from shared.wire import events
from shared.words import vietnamese
from shared.words.forms import Asked, Content, Form
from shared.words.regime_parts import Indicator

YES, NO = "Có", "Không"
ESTIMATED: Final = "x"
PERCENT: Final = "%"
PART_LABELS: Final = {"n": "Tử số", "d": "Mẫu số"}


@dataclass(frozen=True, slots=True)
class Box:
    """A cell to be filled. A number has `decimals`; words are chosen from `options`; a free text has neither."""

    field: str
    filled: str = ""
    decimals: int | None = None
    is_percent: bool = False
    options: Sequence[str] = ()
    least: str = ""
    most: str = ""
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the form. A `part` is one number of a ratio, whose name is in the `ratio` above it."""

    kind: Literal["section", "figure", "ratio", "part", "text"]
    label: str
    number: str = ""
    measure: str = ""
    last: str = ""
    marker: str = ""
    box: Box | None = None
    estimate: Box | None = None
    note: Box | None = None


@dataclass(frozen=True, slots=True)
class Layout:
    """A workbook of a form, all words in it written out."""

    unit: str
    title: str
    about: Sequence[str]
    stamp: str
    stamp_line: str
    issued: str
    last_period: str
    this_period: str
    has_estimates: bool
    lines: Sequence[Line] = field(default_factory=list)


def of_form(form: Form, now: datetime, content: Content | None = None) -> Layout:
    """The workbook of a form, filled with what a report says: by default with the newest revision, so that a correction begins with it."""
    asked = form.asked
    filled = form.held.content if content is None else content
    made = stamp(form, now)
    takes = form.official_deadline is not None and now < form.official_deadline
    return Layout(
        unit=asked.unit.name,
        title=asked.regime.title,
        about=list(_about(form, takes_estimates=takes)),
        stamp=made.full,
        stamp_line=made.line,
        issued=made.issued,
        last_period="" if form.before is None else vietnamese.period_name(form.before),
        this_period=vietnamese.period_name(asked.period.code),
        has_estimates=takes,
        lines=list(_lines(form, filled, takes_estimates=takes)),
    )


def core(form: Form) -> Core:
    """What the stamp of the form says."""
    asked = form.asked
    version = markers.of_form(asked.indicators, asked.narratives)
    return Core(asked.regime.id, asked.period.code, asked.unit.id, version, form.held.next_revision)


def stamp(form: Form, now: datetime) -> Stamp:
    return Stamp(core(form), events.to_text(now))


def file_name(asked: Asked, kind: str) -> str:
    """The name of a form's file, in ASCII."""
    return f"{asked.regime.id}_{asked.period.code}_{asked.unit.code}.{kind}"


def option_labels(indicator: Indicator) -> Mapping[str, str]:
    """What is chosen from, by code. Options that read alike are told apart by their codes."""
    labels = list(indicator.options.values())
    return {code: label if labels.count(label) == 1 else f"{label} ({code})" for code, label in indicator.options.items()}


def part_label(indicator: Indicator, letter: str) -> str:
    """What a part of a ratio is called in its row."""
    return {"n": indicator.numerator_label, "d": indicator.denominator_label}[letter] or PART_LABELS[letter]


def row_labels(indicators: Iterable[Indicator]) -> dict[str, str]:
    """The label in the row of each figure: `v.gd_lop`."""
    found = dict[str, str]()
    for one in indicators:
        if one.kind == "ratio":
            found |= {f"{letter}.{one.code}": part_label(one, letter) for letter in markers.PARTS}
        else:
            found[f"{markers.VALUE}.{one.code}"] = one.label
    return found


def _about(form: Form, *, takes_estimates: bool) -> Iterator[str]:
    asked = form.asked
    for basis in asked.regime.legal_basis:
        yield f"Căn cứ: {basis}"
    yield f"Kỳ báo cáo: {vietnamese.period(asked.period)}"
    yield f"Đơn vị báo cáo: {asked.unit.name} (mã {asked.unit.code})"
    recipient = asked.setting.tree.by_code.get(asked.regime.recipient)
    if recipient is not None:
        yield f"Đơn vị nhận báo cáo: {recipient.name}"
    due = "" if form.deadline is None else f"Hạn nộp: {vietnamese.deadline(form.deadline)}. "
    until = form.official_deadline
    estimates = f" Nhận số ước {vietnamese.deadline(until)}." if takes_estimates and until is not None else ""
    yield f"{due}Lần nộp: {form.held.next_revision}.{estimates}"


def _lines(form: Form, filled: Content, *, takes_estimates: bool) -> Iterator[Line]:
    asked = form.asked
    numbers = {indicator.code: str(place) for place, indicator in enumerate(asked.indicators, 1)}
    for title in dict.fromkeys(indicator.section for indicator in asked.indicators):
        if title:
            yield Line("section", title)
        for indicator in asked.indicators:
            if indicator.section == title:
                yield from _figure(indicator, numbers[indicator.code], form, filled, takes_estimates=takes_estimates)
    yield from _texts(asked, filled)


def _figure(indicator: Indicator, place: str, form: Form, filled: Content, *, takes_estimates: bool) -> Iterator[Line]:
    code, meaning = indicator.code, markers.of_indicator(indicator)
    value, last = filled.values.get(code), form.last.get(code)
    note = Box(f"{markers.NOTE}.{code}", filled.notes.get(code, ""), hint="Giải trình, nếu số liệu cần nói rõ thêm.")
    mark = Box(f"{markers.ESTIMATE}.{code}", ESTIMATED if code in filled.status else "", options=[ESTIMATED], hint="Ghi x nếu là số ước.")
    estimate = mark if takes_estimates else None
    if indicator.kind != "ratio":
        marker = markers.row(markers.VALUE, code, meaning)
        box = _box(indicator, markers.VALUE, _shown(indicator, value))
        yield Line("figure", indicator.label, place, indicator.measure, _shown(indicator, last), marker, box, estimate, note)
        return
    yield Line("ratio", indicator.label, place)
    for letter, part in markers.PARTS.items():
        own, before = (found.get(part) if isinstance(found, dict) else None for found in (value, last))
        label = part_label(indicator, letter)
        marker, box = markers.row(letter, code, meaning), _box(indicator, letter, _shown(indicator, own))
        beside = (estimate, note) if letter == "n" else (None, None)
        yield Line("part", label, "", indicator.measure, _shown(indicator, before), marker, box, *beside)


def _box(indicator: Indicator, letter: str, filled: str) -> Box:
    name = f"{letter}.{indicator.code}"
    if indicator.kind in ("flag", "choice"):
        options = [YES, NO] if indicator.kind == "flag" else list(option_labels(indicator).values())
        return Box(name, filled, options=options, hint="Chọn trong danh sách; để trống là chưa có số liệu.")
    bounds = (indicator.min, indicator.max or "") if indicator.kind == "quantity" else ("0", "")
    return Box(name, filled, indicator.decimals, indicator.measure == PERCENT, (), *bounds, hint=_hint(indicator))


def _hint(indicator: Indicator) -> str:
    kind = "Số nguyên" if indicator.decimals == 0 else f"Số, tối đa {indicator.decimals} chữ số thập phân"
    measure = f", đơn vị tính: {indicator.measure}" if indicator.measure else ""
    return f"{kind}{measure}. 0 là không có; để trống là chưa có số liệu."


def _shown(indicator: Indicator, value: object) -> str:
    """A figure as it is drawn: of a number its plain decimal, otherwise words; "" if there is none."""
    match value:
        case None:
            return ""
        case bool():
            return YES if value else NO
        case _ if indicator.kind == "choice":
            return option_labels(indicator).get(str(value), str(value))
        case _:
            return format(Decimal(str(value)), "f")


def _texts(asked: Asked, filled: Content) -> Iterator[Line]:
    if asked.narratives:
        yield Line("section", "Phần thuyết minh")
    for place, (code, label) in enumerate(asked.narratives.items(), 1):
        marker = markers.row(markers.NARRATIVE, code, markers.of_narrative(code))
        yield Line("text", label, str(place), marker=marker, box=Box(f"{markers.NARRATIVE}.{code}", filled.narratives.get(code, "")))
