"""News: what a unit is told at once by itself, whatever the ladder of its duty says: another unit entered a report for it, undid its
confirmation, or asks for what it owes.

Each has one rung, `now`. An entry is told whether anything is owed or not; an undoing until the view is confirmed again; a request only of
what has been owed since before it goes out. Source: design, section 5, "Alerts at once"; ADR-0065, ADR-0071.
"""

from services.notify.domain import duties, notices
from services.notify.domain.duties import Duty
from services.notify.domain.notices import ASKED, ENTERED, UNDONE, Notice
from shared.wire import event_key
from shared.words.report_state import Asked, Entered, Undoing


def of_duty(duty: Duty) -> list[Notice]:
    """All news of a duty, also what was told long ago."""
    state = duty.state
    if not (state.entered or state.undoings or state.asked):
        return []
    return [*of_entries(duty), *of_undoings(duty), *of_requests(duty)]


def of_entries(duty: Duty) -> list[Notice]:
    """What a unit is told of the revisions that others entered for it."""
    return [_of_entry(revision, entered, duty) for revision, entered in duty.state.entered.items()] if duty.task == duties.REPORT else []


def of_undoings(duty: Duty) -> list[Notice]:
    """What the unit that confirms is told of confirmations that another unit undid: nothing once the view was confirmed again, or reports
    were imported since.
    """
    if duty.task != duties.CONFIRM:
        return []
    confirmed = max(((one.received_ms, one.event_id) for one in duty.state.confirmations.values()), default=notices.BEFORE_ALL)
    numbered = enumerate(sorted(duty.state.undoings.items(), key=lambda item: item[1]), start=1)
    return [
        _of_undoing(number, undoing, duty)
        for number, (name, undoing) in numbered
        if undoing.by not in (event_key.sender(name), duty.unit.id)
        and (undoing.received_ms, undoing.event_id) > confirmed
        and undoing.received_ms > duty.imported_ms
    ]


def of_requests(duty: Duty) -> list[Notice]:
    """What a unit is told of requests for what it owes."""
    if not duties.is_reminded(duty):
        return []
    since, told = duty.owed_since, (_of_request(asked, duty) for asked in sorted(duty.state.asked) if asked.unit_id == duty.unit.id)
    return [notice for notice in told if since is None or notice.at >= since]


def _of_entry(revision: int, entered: Entered, duty: Duty) -> Notice:
    act = entered.received_ms, entered.event_id
    at, deadline = notices.goes_out(entered.received_ms, duty), notices.deadline_at(duty, act, None)
    return Notice(f"{ENTERED}{revision}", at, "", act, entered_by=entered.by, deadline=deadline)


def _of_undoing(number: int, undoing: Undoing, duty: Duty) -> Notice:
    act = undoing.received_ms, undoing.event_id
    return Notice(f"{UNDONE}{number}", notices.goes_out(undoing.received_ms, duty), undoing.reason, act, undone_by=undoing.by)


def _of_request(asked: Asked, duty: Duty) -> Notice:
    act = asked.received_ms, asked.event_id
    return Notice(f"{ASKED}{asked.event_id}", notices.goes_out(asked.received_ms, duty), asked.text, act, asked_by=asked.by)
