"""Judges what recipients do: return, extend, open a period. A confirmer returns reports below it too.

An act without effect is refused, so that "accepted" always means that something changed. This is checked last: a sender without permission
learns nothing about what was accepted before. Source: design, section 4, "Order".
"""

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final

from services.ingest.domain import acting, remarks, reports, shapes
from services.ingest.domain.case import Case, shown
from shared.wire import events, sent
from shared.words import deadlines, instants, periods, refusals
from shared.words.instants import Given
from shared.words.refusals import Both, Refusal, refusal

RFC_3339: Final = re.compile(sent.RFC_3339, re.ASCII)
LATEST_YEAR: Final = 2199  # 31/12/9999 means "no end", which is not a deadline and has no reminder ladder

NONE_YET: Final = Both("chưa có", "not set")
WHY_CORRECTED: Final = Both("đây là việc sửa một hạn đã ghi", "this corrects a deadline")


def judge_returned(case: Case) -> list[Refusal]:
    """Every fault of a return that can be judged without earlier events. Notes in the case the views that the sender confirms."""
    unpermitted = acting.of_recipient(case)
    if unpermitted and (views := acting.confirmed_views(case)):
        unpermitted, case.beside = [], tuple(case.about_unit(view) for view in views)
    return [*case.context(), *unpermitted, *case.reporter(), *_later(case, "fix_by"), *_unnamed(case)]


def judge_extended(case: Case) -> list[Refusal]:
    """Every fault of an extension that can be judged without earlier events."""
    return [*case.context(), *acting.of_recipient(case), *case.reporter(), *_later(case, "until")]


def judge_opened(case: Case) -> list[Refusal]:
    """Every fault of an opening of a period that can be judged without earlier events."""
    wrong = [*case.context(), *acting.of_recipient(case), *_later(case, "deadline")]
    if case.regime is not None and case.regime.derived_from is None and not case.regime.is_on_call:
        wrong.append(refusal("action.not_on_call", "data.regime", regime=case.regime.id))
    return [*wrong, *_after_the_beginning(case)]


def return_without_effect(case: Case) -> list[Refusal]:
    """Why a return would change nothing: only the revision that counts can be returned."""
    state = case.record.state
    names = {"unit": case.unit_code, "revision": case.revision, "standing": state.winner.number}
    if case.revision not in case.record.newest:
        return [refusal("action.no_such_revision", "data.revision", **names)]
    if case.revision != state.winner.number or not state.counts:
        return [refusal("action.not_standing", "data.revision", **names, state=reports.state_of(state))]
    return _confirmed_above(case)


def _confirmed_above(case: Case) -> list[Refusal]:
    """Refuses the return by a confirmer whose own confirmation stands: the figures that it approved would change."""
    for record in case.records.values():
        if (standing := record.state.confirmation) is not None:
            return [refusal("action.confirmed_above", "source", at=shown(standing.received_ms), event_id=standing.event_id)]
    return []


def _unnamed(case: Case) -> Iterator[Refusal]:
    """The faults of the indicators that a return names."""
    named, regime = case.data.get("indicators"), case.regime
    if regime is None or regime.derived_from is not None or not isinstance(named, list):
        return
    for code in named:
        if isinstance(code, str) and (strange := remarks.unasked(case, regime, "indicators", code)) is not None:
            yield strange


def extension_without_effect(case: Case) -> list[Refusal]:
    """Why an extension would change nothing: the unit has no deadline yet, or already has this deadline or a later one."""
    assert case.regime is not None  # judged before
    assert case.period is not None
    assert case.group is not None
    due = deadlines.group_deadline(case.regime, case.group, case.period, case.period_record.period.deadline, case.working_days)
    if due is None:
        return [refusal("report.period_not_opened", "data.period", period=case.period.code, recipient=case.regime.recipient)]
    return _without_effect(case, "until", due)


def opening_without_effect(case: Case) -> list[Refusal]:
    """Why an opening would change nothing: the period is already open until this deadline or a later one."""
    return _without_effect(case, "deadline", None)


def _later(case: Case, name: str) -> list[Refusal]:
    """Refuses the field `name` unless it is an instant after the time of receipt."""
    if not isinstance(case.data.get(name), str):
        return []  # the event's shape already says so
    at = _instant(case, name)
    if at is None:
        return [shapes.wrong_field(f"data.{name}")]
    if events.to_ms(at) <= case.received_ms:
        return [refusal("action.date_not_after", f"data.{name}", text=case.data[name], received=shown(case.received_ms))]
    return []


def _after_the_beginning(case: Case) -> list[Refusal]:
    """Refuses a deadline before the period begins: no report is accepted before the beginning."""
    at, period = _instant(case, "deadline"), case.period
    if at is None or period is None or at > periods.start_of(period.begins):
        return []
    return [refusal("action.deadline_before_period", "data.deadline", text=case.data["deadline"], day=refusals.day(period.begins))]


def _instant(case: Case, name: str) -> datetime | None:
    """The instant in the field `name`: a day, or an RFC 3339 time. None if it is neither."""
    text = case.data.get(name)
    if not isinstance(text, str) or not (deadlines.DAY.fullmatch(text) or RFC_3339.fullmatch(text)):
        return None
    try:
        at = deadlines.instant(text)
        return None if at.astimezone(periods.VIETNAM).year > LATEST_YEAR else at
    except (ValueError, OverflowError):
        return None


def _without_effect(case: Case, name: str, due: datetime | None) -> list[Refusal]:
    """Why an instant would change nothing. `due` is the deadline of units for which no instant was set."""
    at, known, corrects = _instant(case, name), case.record.givens, case.data.get("corrects") is True
    assert at is not None  # judged before
    new = Given(case.received_ms, case.event_id, at, "", case.sender, corrects)
    before, after = _in_force(due, known), _in_force(due, [*known, new])
    if corrects and (not known or after == before):
        return [refusal("action.nothing_to_correct", f"data.{name}", present=_shown(before))]
    if corrects and case.data.get("reason") is None:
        return [refusal("action.reason_required", "data.reason", why=WHY_CORRECTED)]
    if after == before:
        return [refusal("action.not_later", f"data.{name}", text=case.data[name], present=_shown(before))]
    return []


def _in_force(due: datetime | None, known: Sequence[Given]) -> datetime | None:
    given = instants.in_force(known)
    until = None if given is None else given.at
    return until if due is None else deadlines.effective(due, until)


def _shown(at: datetime | None) -> Both:
    return NONE_YET if at is None else shown(events.to_ms(at))
