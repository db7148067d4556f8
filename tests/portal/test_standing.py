from datetime import timedelta

import pytest

from services.portal.domain import history, standing
from services.portal.domain.standing import Entry, State
from shared.wire import events
from tests.portal import builders
from tests.portal.builders import AFTER, BEFORE, DEADLINE, entry

UNIT = builders.registry().ids[builders.COMMUNE][-1]


@pytest.mark.parametrize(
    ("entries", "state"),
    [
        ([], State.OVERDUE),
        ([entry()], State.ON_TIME),
        ([entry(at=AFTER)], State.LATE),
        ([entry(at=DEADLINE)], State.LATE),
        ([entry(at=DEADLINE - timedelta(milliseconds=1))], State.ON_TIME),
        ([entry(), entry(events.RETURNED, at=AFTER)], State.RETURNED),
        ([entry(), entry(events.RETURNED), entry(revision=2, at=AFTER)], State.ON_TIME),
        ([entry(), entry(events.WITHDRAWN, revision=2)], State.WITHDRAWN),
        ([entry(revision=3), entry(events.RETURNED, revision=53)], State.ON_TIME),
        ([entry(revision=3), entry(events.RETURNED, revision=2)], State.ON_TIME),
        ([entry(revision=4), entry(revision=3), entry(events.RETURNED, revision=3, at=AFTER)], State.ON_TIME),
    ],
)
def test_the_state_of_a_report_after_its_deadline(entries: list[Entry], state: State) -> None:
    assert standing.judge(UNIT, entries, DEADLINE, AFTER).state is state


def test_nothing_is_overdue_before_its_deadline_nor_without_one() -> None:
    assert standing.judge(UNIT, [], DEADLINE, BEFORE).state is State.MISSING
    assert standing.judge(UNIT, [], None, AFTER).state is State.MISSING


def test_a_returned_report_past_its_deadline_is_owed() -> None:
    status = standing.judge(UNIT, [entry(), entry(events.RETURNED)], DEADLINE, AFTER)
    assert status.is_past(AFTER)
    assert not status.is_past(BEFORE)


def test_the_last_submission_has_the_highest_revision_whatever_the_order() -> None:
    entries = [entry(revision=2, at=BEFORE), entry(revision=1, at=AFTER), entry(events.RETURNED, revision=3)]
    found = standing.last_submission(entries)
    assert found is not None
    assert found.revision == 2


def test_a_revision_that_comes_after_a_newer_one_was_superseded_on_arrival() -> None:
    entries = [entry(revision=3, at=BEFORE), entry(revision=2, at=AFTER), entry(revision=4, at=AFTER + timedelta(days=1))]
    assert [(step.entry.revision, step.superseded_by) for step in history.history(entries, {})] == [(3, 0), (2, 3), (4, 0)]


def test_two_reports_of_one_revision_do_not_supersede_each_other() -> None:
    entries = [entry(event_id="event-a1"), entry(event_id="event-b1", at=AFTER)]
    assert [step.superseded_by for step in history.history(entries, {})] == [0, 0]


def test_the_return_of_a_revision_that_was_never_submitted_is_void() -> None:
    entries = [entry(revision=3), entry(events.RETURNED, revision=53, at=AFTER), entry(events.RETURNED, revision=3, at=AFTER)]
    assert [(step.entry.revision, step.is_void) for step in history.history(entries, {})] == [(3, False), (3, False), (53, True)]


def test_a_return_is_of_the_revision_that_it_names() -> None:
    entries = [entry(revision=1), entry(events.RETURNED, 1, AFTER), entry(revision=2, at=AFTER), entry(events.RETURNED, 1, AFTER)]
    steps = history.history(entries, {})
    assert history.last_return(steps, 2) is None
    assert history.last_return(steps, 1) is not None


def test_a_submission_after_another_one_is_a_resubmission_whatever_was_received_first() -> None:
    entries = [entry(revision=1), entry(events.WITHDRAWN, revision=2), entry(revision=3, at=AFTER)]
    assert {step.word for step in history.history(entries, {})} == {"Nộp báo cáo", "Rút báo cáo", "Nộp lại (lần 3)"}
    late = [entry(revision=2, at=BEFORE), entry(revision=1, at=AFTER)]
    assert [step.word for step in history.history(late, {})] == ["Nộp lại (lần 2)", "Nộp báo cáo"]
    assert [step.word for step in history.history([entry(revision=2)], {})] == ["Nộp báo cáo"]


def test_history_is_in_order_of_receipt_and_leaves_out_confirmations() -> None:
    entries = [entry(revision=2, at=AFTER), entry(events.CONFIRMED), entry(revision=1, at=BEFORE)]
    steps = history.history(entries, {})
    assert [step.entry.revision for step in steps] == [1, 2]
