"""Which messages of the log are folded: events under the only subject that is right for their regime and period."""

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.wire import log_message, subjects
from shared.wire.log_message import NotFolded
from tests import builders

PARTITIONS = 8
REGIME, PERIOD = "ct27-van-quan", "2024"
PARTITION = subjects.partition_of(REGIME, PERIOD, PARTITIONS)


def logged(regime: str = REGIME, period: str = PERIOD) -> bytes:
    event = builders.submitted() | {"unitid": "06253", "receivedms": "1"}
    return orjson.dumps(event | {"data": event["data"] | {"regime": regime, "period": period}})


@given(st.sampled_from(["ct27-van-quan", "nq68-quang-binh", "kl62"]), st.sampled_from(["2024", "2025-H1", "2026-05"]))
def test_an_event_that_ingest_logged_is_folded(regime: str, period: str) -> None:
    subject = subjects.reports(subjects.partition_of(regime, period, PARTITIONS), regime)

    event = log_message.read(subject, logged(regime, period), PARTITIONS)

    assert not isinstance(event, NotFolded)
    assert (event.regime, event.period) == (regime, period)


@pytest.mark.parametrize(
    "subject",
    [
        subjects.reports((PARTITION + 1) % PARTITIONS, REGIME),
        subjects.reports(PARTITION, "nq68-quang-binh"),
        f"{subjects.reports(PARTITION, REGIME)}.more",
    ],
)
def test_an_event_under_another_subject_is_misplaced(subject: str) -> None:
    assert log_message.read(subject, logged(), PARTITIONS) is NotFolded.MISPLACED


def test_what_is_no_event_is_unreadable_wherever_it_is() -> None:
    assert log_message.read(subjects.reports(0, "x"), b"{}", PARTITIONS) is NotFolded.UNREADABLE
