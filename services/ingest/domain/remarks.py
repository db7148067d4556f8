"""Judges what a report says about its figures: notes that explain them (giải trình), and which of them are estimates (số ước).

Source: design, section 4, "Events"; ADR-0062.
"""

from collections.abc import Iterator
from typing import Final

from services.ingest.domain.case import Case, shown
from shared.wire import events
from shared.words import deadlines, texts
from shared.words.numbers import NumberText
from shared.words.refusals import Both, Refusal, refusal
from shared.words.regimes import Regime

TEXT: Final = Both("văn bản", "a text")


def faults(case: Case, regime: Regime) -> Iterator[Refusal]:
    """Every fault of the notes and of the estimates that can be judged without earlier events."""
    yield from _notes(case, regime)
    yield from _status(case, regime)


def unasked(case: Case, regime: Regime, field: str, code: str) -> Refusal | None:
    """Why the unit cannot say anything about an indicator in the field `data.<field>`; None if it can."""
    indicator = regime.by_code.get(code)
    if indicator is None:
        return refusal("report.unknown_indicator", f"data.{field}.{code[:40]}", regime=regime.id)
    if case.group is not None and not regime.is_asked(indicator, case.group, case.unit_code):
        return refusal("report.indicator_not_asked", f"data.{field}.{code}", unit=case.unit_code)
    return None


def estimated_too_late(case: Case) -> list[Refusal]:
    """Refuses estimates that are received when official figures are due: at that deadline, or the unit's extension if it is later."""
    until = case.record.state.deadline(case.official_due)
    if until is None or case.received_ms < events.to_ms(until):
        return []
    return [refusal("report.estimate_too_late", "data.status", until=shown(events.to_ms(until)), received=shown(case.received_ms))]


def _notes(case: Case, regime: Regime) -> Iterator[Refusal]:
    notes = case.data.get("notes")
    for code, text in notes.items() if isinstance(notes, dict) else ():
        path = f"data.notes.{code[:40]}"
        if (wrong := unasked(case, regime, "notes", code)) is not None:
            yield wrong
        elif not isinstance(text, str) or isinstance(text, NumberText):
            yield refusal("report.wrong_kind", path, wanted=TEXT)
        elif len(text) > events.MAX_NOTE_CHARACTERS:
            yield refusal("report.note_too_long", path, size=len(text), most=events.MAX_NOTE_CHARACTERS)
        elif texts.is_blank(text):
            yield refusal("report.note_blank", path)


def _status(case: Case, regime: Regime) -> Iterator[Refusal]:
    status, values = case.data.get("status"), case.data.get("values")
    if not isinstance(status, dict) or not status:
        return
    if regime.estimates is None:
        yield refusal("report.estimates_not_taken", "data.status", regime=regime.id)
    elif case.period is not None:
        case.official_due = deadlines.official_deadline(regime, case.period, case.working_days)
    for code, text in status.items():
        path = f"data.status.{code[:40]}"
        if (wrong := unasked(case, regime, "status", code)) is not None:
            yield wrong
            continue
        if not isinstance(text, str) or text != events.ESTIMATE:
            yield refusal("report.unknown_status", path)
        if not isinstance(values, dict) or code not in values:
            yield refusal("report.status_without_value", path)
