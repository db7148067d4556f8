"""Whether what a file says may be sent, and the event that it makes: the steps that the HTTP door and the portal share. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from shared.sheets import cells, layout, markers, reading
from shared.sheets.finding import Filled
from shared.sheets.layout import Layout
from shared.sheets.marks import Marks, of_groups
from shared.sheets.reading import Reading
from shared.sheets.stamp import Core
from shared.words import vietnamese
from shared.words.forms import Asked, Form
from shared.words.refusals import Refusal, refusal
from shared.words.regime_parts import Indicator

MOST_NAMED: Final = 10
NONE: Final = "–"
NOTE, STATUS = "note", "status"  # as columns of tables are called
PARTS: Final = {NOTE: "giải trình", STATUS: "số ước"}


@dataclass(frozen=True, slots=True)
class Difference:
    """One figure, text, note or mark that stands, and what the file says instead; None: nothing."""

    code: str
    now: object
    then: object


@dataclass(frozen=True, slots=True)
class NewForm:
    """A file of another version: why it is not taken, and the form of today filled with what still means the same."""

    reason: Refusal
    layout: Layout


def read(form: Form, core: Core, filled: Filled, now: datetime) -> Reading | NewForm:
    """What a file says; or a new form, if its own asks something else."""
    if changed := reading.changed(form.asked, core, filled):
        carried = reading.unchanged(form.asked, filled).content
        return NewForm(refusal("sheet.other_version", names=changed[:MOST_NAMED]), layout.of_form(form, now, carried))
    return reading.read(form.asked, filled)


def is_taken(form: Form, core: Core) -> bool:
    """Whether another report has the file's revision, or a later one."""
    return core.revision <= form.held.newest


def taken(form: Form, core: Core, found: Reading) -> tuple[Refusal, list[Difference]]:
    """Why a file comes too late, and what it says otherwise than the report that was recorded meanwhile."""
    differs = list(differences(form, found))
    called = {indicator.code: indicator.label for indicator in form.asked.indicators} | dict(form.asked.narratives)
    called |= {f"{code}.{part}": f"{label}: {PARTS[part]}" for code, label in called.items() for part in PARTS}
    figures = {indicator.code for indicator in form.asked.indicators}
    named = [
        f"{called[one.code]} ({_shown(one.now)}; trong tệp: {_shown(one.then)})" if one.code in figures else called[one.code]
        for one in differs[:MOST_NAMED]
    ]
    reason = refusal("sheet.revision_taken", revision=core.revision, next=form.held.next_revision, differs=named or [NONE])
    return reason, differs


def differences(form: Form, found: Reading) -> Iterator[Difference]:
    """What a file says otherwise than the newest report: figures, texts, and what is said about figures (`gd_lop.note`)."""
    held = form.held.content
    for indicator in form.asked.indicators:
        now, then = held.values.get(indicator.code), found.values.get(indicator.code)
        if _normal(indicator, now) != _normal(indicator, then):
            yield Difference(indicator.code, now, then)
    for code in form.asked.narratives:
        if (held.narratives.get(code) or None) != (found.narratives.get(code) or None):
            yield Difference(code, held.narratives.get(code), found.narratives.get(code))
    for part, known, said in ((NOTE, held.notes, found.notes), (STATUS, held.status, found.status)):
        for code in (indicator.code for indicator in form.asked.indicators):
            if (known.get(code) or None) != (said.get(code) or None):
                yield Difference(f"{code}.{part}", known.get(code), said.get(code))


def marks(form: Form, found: Reading, reasons: Iterable[Refusal]) -> Marks:
    """The marks for a file's wrong cells."""
    title = f"{form.asked.regime.title}: {vietnamese.period_name(form.asked.period.code)}, {form.asked.unit.name}"
    return of_groups(title, reading.grouped(reasons), labels(form.asked, found))


def labels(asked: Asked, found: Reading) -> dict[str, str]:
    """What each cell of a file is about: `Biểu!F12` is `Tiền tài trợ cho giáo dục`."""
    return {path: label(asked, name) for name, path in found.paths.items()}


def label(asked: Asked, name: str) -> str:
    """What a field is called: `Thôn, phố có Nhà Văn hóa: Tổng số thôn, phố`."""
    letter, _, code = name.partition(".")
    indicator = asked.regime.by_code.get(code)
    if letter == markers.NARRATIVE or indicator is None:
        return asked.narratives.get(code, "")
    more = {
        "n": indicator.numerator_label or layout.PART_LABELS["n"],
        "d": indicator.denominator_label or layout.PART_LABELS["d"],
        markers.NOTE: PARTS[NOTE],
        markers.ESTIMATE: PARTS[STATUS],
    }
    return f"{indicator.label}: {more[letter]}" if letter in more else indicator.label


def file_name(form: Form) -> str:
    """The name of the form's file, in ASCII."""
    return layout.file_name(form.asked, "xlsx")


def _normal(indicator: Indicator, value: Any) -> object:
    match value:
        case bool() | None:
            return value
        case Mapping():
            return {part: _normal(indicator, one) for part, one in value.items()}
        case str() if indicator.kind == "choice":
            return value
    return cells.plain(Decimal(str(value)))


def _shown(value: Any) -> str:
    match value:
        case None:
            return NONE
        case bool():
            return layout.YES if value else layout.NO
        case Mapping():
            return "/".join(_shown(one) for one in value.values())
        case int() | Decimal():
            return vietnamese.number(int(value))
    return vietnamese.number(value) if cells.SAVED.fullmatch(value) else str(value)
