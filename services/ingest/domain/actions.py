"""Judges what the recipient does (return, extend, open a period) and what a unit does with its view (confirm)."""

from typing import Final

from services.ingest.domain.case import Case
from shared import deadlines, events
from shared.errors import Refusal, refusal

LATEST_YEAR: Final = 2199  # "no end" is no deadline, and no ladder of reminders can be counted from 31/12/9999


def judge_returned(case: Case) -> list[Refusal]:
    """All that is wrong with a return."""
    return [*case.context(), *_by_recipient(case), *case.reporter(), *_later(case, "fix_by")]


def judge_extended(case: Case) -> list[Refusal]:
    """All that is wrong with an extension."""
    return [*case.context(), *_by_recipient(case), *case.reporter(), *_later(case, "until")]


def judge_opened(case: Case) -> list[Refusal]:
    """All that is wrong with the opening of a period."""
    wrong = [*case.context(), *_by_recipient(case), *_later(case, "deadline")]
    if case.regime is not None and case.regime.derived_from is None and not case.regime.is_on_call:
        wrong.append(refusal("action.not_on_call", "data.regime", regime=case.regime.id))
    return wrong


def judge_confirmed(case: Case) -> list[Refusal]:
    """All that is wrong with the confirmation of a view."""
    wrong = [*case.context(), *case.begun(), *case.own_unit()]
    if case.regime is None or case.units is None or not case.unit_code:
        return wrong
    if case.unit is None or case.unit not in case.regime.confirmers(case.units):
        wrong.append(refusal("action.not_confirmer", "data.unit", unit=case.unit_code, regime=case.regime.id))
    return wrong


def _by_recipient(case: Case) -> list[Refusal]:
    if case.regime is not None and case.regime.derived_from is None and case.sender != case.regime.recipient:
        return [refusal("action.not_recipient", "source", recipient=case.regime.recipient)]
    return []


def _later(case: Case, name: str) -> list[Refusal]:
    """The instant `name` must be one, and after the time of receipt."""
    text = case.data.get(name)
    if not isinstance(text, str):
        return []  # the event's shape already says so
    path = f"data.{name}"
    try:
        instant = deadlines.instant(text)
        if instant.year > LATEST_YEAR:
            raise ValueError("out of range")
    except (ValueError, OverflowError):
        detail = "cần ngày YYYY-MM-DD hoặc thời điểm có múi giờ (a day, or an instant with its offset)"
        return [refusal("event.invalid_field", path, detail=detail)]
    if events.to_ms(instant) <= case.received_ms:
        return [refusal("action.date_not_after", path, text=text, received=events.to_text(events.from_ms(case.received_ms)))]
    return []
