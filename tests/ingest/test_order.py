"""Events accepted before: a sender's own new revision is never refused because of them, and an event without effect is refused."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ingest.domain import screening
from services.ingest.domain.case import Incoming
from services.ingest.domain.decision import Accepted, Decision, Rejected
from services.ingest.domain.known import About
from shared.wire import events
from shared.words.reference import Reference
from tests.builders import (
    CALLER,
    COMMUNE,
    DISTRICT,
    FIGURES,
    KL62,
    NQ68,
    RECEIVED,
    Event,
    confirmed,
    extended,
    opened,
    payload,
    returned,
    sender_of,
    submitted,
    withdrawn,
)  # fmt: skip
from tests.knowing import known

VIEW: About = (NQ68, "2024", DISTRICT)


class Office:
    """Screens one event after others that were accepted."""

    def __init__(self, reference: Reference) -> None:
        self.reference = reference

    def screen(
        self, sent: Event, *before: Event, views: Mapping[About, str] | None = None, received: datetime = RECEIVED
    ) -> Accepted | Rejected:
        incoming = Incoming(sender_of(sent), payload(sent), events.to_ms(received), 1)
        decision = screening.screen(incoming, self.reference, known(*before, views=views))
        assert isinstance(decision, Accepted | Rejected)
        return decision


@pytest.fixture(scope="session")
def office(reference: Reference) -> Office:
    return Office(reference)


def codes(decision: Accepted | Rejected) -> list[str]:
    """Why it is refused; of an accepted event its warnings, marked."""
    match decision:
        case Rejected():
            return [reason.code for reason in decision.reasons]
        case Accepted():
            return [f"! {warning.code}" for warning in decision.warnings]


# A sender's own revisions


@pytest.mark.parametrize(
    ("sent", "before", "said"),
    [
        (submitted(), [], []),
        (submitted(revision=7), [], []),
        (submitted(revision=2), [submitted()], []),
        (submitted(revision=2), [submitted(), returned()], []),
        (submitted(revision=3), [submitted(), withdrawn(revision=2)], []),
        (withdrawn(revision=2), [submitted()], []),
        (submitted(revision=1), [submitted(revision=2)], ["! report.superseded"]),
        (submitted(revision=1), [withdrawn(revision=2)], ["! report.superseded"]),
        (submitted(revision=1), [submitted(revision=2), returned(revision=2)], ["! report.superseded"]),
        (withdrawn(revision=1), [submitted(revision=2)], ["! report.superseded"]),
        (submitted(revision=1), [submitted(revision=1)], ["! report.revision_repeated"]),
        (submitted(revision=1), [submitted(revision=1), submitted(revision=2)], ["! report.superseded", "! report.revision_repeated"]),
        (submitted(revision=1), [submitted(revision=1), returned()], ["! report.revision_returned", "! report.revision_repeated"]),
        (withdrawn(revision=1), [], ["! report.nothing_to_withdraw"]),
        (withdrawn(revision=3), [withdrawn(revision=2)], ["! report.nothing_to_withdraw"]),
        (withdrawn(revision=2), [submitted(), returned()], ["! report.nothing_to_withdraw"]),
        (submitted(), [submitted("06256")], []),
        (submitted(), [submitted(period="2023")], []),
    ],
)
def test_a_revision_is_accepted_whatever_stands_and_its_sender_is_warned(
    office: Office, sent: Event, before: Sequence[Event], said: list[str]
) -> None:
    assert codes(office.screen(sent, *before)) == said


def test_a_superseded_sender_is_told_what_stands(office: Office) -> None:
    decision = office.screen(submitted(revision=3), submitted(revision=53, event_id="event-xyz"))

    assert isinstance(decision, Accepted)
    [warning] = decision.warnings
    assert warning.path == "data.revision"
    assert "lần gửi 53 (sự kiện “event-xyz”, nhận lúc 09:29:00 ngày 10/12/2024) đang được tính" in warning.message_vi
    assert "revision 53 (event “event-xyz”, received at 2024-12-10T09:29:00+07:00) counts" in warning.message_en


def test_who_sends_a_revision_a_second_time_is_told_of_the_first_event(office: Office) -> None:
    decision = office.screen(submitted(values={"gd_ngay_cong": 2}), submitted(event_id="event-of-a-colleague"))

    assert isinstance(decision, Accepted)
    assert "event-of-a-colleague" in decision.warnings[0].message_vi


def test_in_one_batch_each_event_knows_those_before(reference: Reference) -> None:
    sent = [submitted(revision=2), submitted(revision=1), returned(revision=2), returned(revision=1), submitted(revision=2)]

    decided = decide(reference, *sent)

    assert [codes(one) for one in decided if isinstance(one, Accepted | Rejected)] == [
        [],
        ["! report.superseded"],
        [],
        ["action.not_standing"],
        ["! report.revision_returned", "! report.revision_repeated"],
    ]


def test_other_content_under_an_id_that_was_taken_is_known_to_nobody(reference: Reference) -> None:
    first = submitted(event_id="event-abc")

    _, _, act = decide(reference, first, submitted(event_id="event-abc", revision=5), returned(revision=5))

    assert codes_of(act) == ["action.no_such_revision"]


def decide(reference: Reference, *sent: Event) -> list[Decision]:
    batch = [Incoming(sender_of(one), payload(one), events.to_ms(RECEIVED) + at, at + 1) for at, one in enumerate(sent)]
    return screening.decide([screening.read(incoming, reference) for incoming in batch], known())


def codes_of(decision: Decision) -> list[str]:
    assert isinstance(decision, Accepted | Rejected)
    return codes(decision)


# Returns


@pytest.mark.parametrize(
    ("revision", "before", "said"),
    [
        (1, [submitted()], []),
        (2, [submitted(), returned(), submitted(revision=2)], []),
        (53, [submitted(revision=3)], ["action.no_such_revision"]),
        (1, [], ["action.no_such_revision"]),
        (2, [submitted(revision=1), submitted(revision=3)], ["action.no_such_revision"]),
        (1, [submitted(), submitted(revision=2)], ["action.not_standing"]),
        (1, [submitted(), returned()], ["action.not_standing"]),
        (2, [submitted(), withdrawn(revision=2)], ["action.not_standing"]),
        (1, [submitted("06256")], ["action.no_such_revision"]),
    ],
)
def test_only_the_revision_that_counts_can_be_returned(office: Office, revision: int, before: Sequence[Event], said: list[str]) -> None:
    assert codes(office.screen(returned(revision=revision), *before)) == said


def test_who_may_not_return_learns_nothing_of_the_report(office: Office) -> None:
    act = returned(revision=53, sender="184")

    assert codes(office.screen(act)) == codes(office.screen(act, submitted())) == ["action.not_recipient"]


# Extensions and openings


@pytest.mark.parametrize(
    ("sent", "before", "said"),
    [
        (extended(until="2024-12-27"), [], []),
        (extended(until="2024-12-19"), [], ["action.not_later"]),  # the deadline of ct27 is before 20/12
        (extended(until="2024-12-20T00:00:00+07:00"), [], ["action.not_later"]),
        (extended(until="2024-12-20T00:00:00.001+07:00"), [], []),
        (extended(until="2024-12-25"), [extended(until="2024-12-27")], ["action.not_later"]),
        (extended(until="2024-12-27"), [extended(until="2024-12-27")], ["action.not_later"]),
        (extended(until="2024-12-25", corrects=True), [extended(until="2062-12-27")], []),
        (extended(until="2024-12-19", corrects=True), [extended(until="2062-12-27")], []),
        (extended(until="2024-12-27", corrects=True), [extended(until="2024-12-27")], ["action.nothing_to_correct"]),
        (extended(until="2024-12-27", corrects=True), [], ["action.nothing_to_correct"]),
        (extended(until="2024-12-28"), [extended(until="2062-12-27"), extended(until="2024-12-25", corrects=True)], []),
        (extended("540", sender=CALLER, regime=KL62, until="2024-12-31"), [], ["report.period_not_opened"]),
        (extended("540", sender=CALLER, regime=KL62, until="2025-01-31"), [opened(deadline="2024-12-31")], []),
        (opened(deadline="2024-12-31"), [], []),
        (opened(deadline="2025-01-31"), [opened(deadline="2024-12-31")], []),
        (opened(deadline="2024-12-31"), [opened(deadline="2062-12-31")], ["action.not_later"]),
        (opened(deadline="2024-12-31", corrects=True, reason="Ghi nhầm năm."), [opened(deadline="2062-12-31")], []),
        (opened(deadline="2024-12-31", corrects=True), [opened(deadline="2062-12-31")], ["action.reason_required"]),
        (opened(deadline="2024-12-31", corrects=True, reason="Ghi nhầm."), [], ["action.nothing_to_correct"]),
        (opened(deadline="2024-12-01", corrects=True, reason="Ghi nhầm."), [opened(deadline="2062-12-31")], ["action.date_not_after"]),
        (opened(deadline="2024-12-31", corrects="có"), [], ["event.invalid_field"]),
    ],
)
def test_an_instant_that_moves_nothing_is_refused(office: Office, sent: Event, before: Sequence[Event], said: list[str]) -> None:
    assert codes(office.screen(sent, *before)) == said


def test_what_is_corrected_is_told_in_words(office: Office) -> None:
    decision = office.screen(opened(deadline="2024-12-31"), opened(deadline="2062-12-31"))

    assert isinstance(decision, Rejected)
    assert "00:00:00 ngày 01/01/2063" in decision.reasons[0].message_vi
    assert "corrects" in decision.reasons[0].message_vi


# Confirmations


def figures(**reporting: Any) -> dict[str, Any]:
    return FIGURES | {"reporting": FIGURES["reporting"] | reporting}


def hash_of(event: Event) -> str:
    found: str = event["data"]["view_hash"]
    return found


PARTLY = figures(received=1, missing=["19363"])
NOBODY = figures(received=0, missing=["19360", "19363"])


@pytest.mark.parametrize(
    ("sent", "stands", "before", "said"),
    [
        (confirmed(), hash_of(confirmed()), [], []),
        (confirmed(view_hash="0" * 64), hash_of(confirmed()), [], ["action.hash_differs"]),
        (confirmed(view_hash="0" * 64), "0" * 64, [], ["action.hash_differs"]),
        (confirmed(), "a" * 64, [], ["action.view_moved"]),
        (confirmed(), None, [], ["action.no_such_view"]),
        (confirmed(figures=NOBODY, reason="Chốt."), hash_of(confirmed(figures=NOBODY)), [], ["action.nothing_to_confirm"]),
        (confirmed(figures=PARTLY), hash_of(confirmed(figures=PARTLY)), [], ["action.reason_required"]),
        (confirmed(figures=PARTLY, reason="Xã còn lại bị lũ."), hash_of(confirmed(figures=PARTLY)), [], []),
        (confirmed(figures=PARTLY, reason="\u200b"), hash_of(confirmed(figures=PARTLY)), [], ["event.missing_field"]),
        (confirmed(), hash_of(confirmed()), [confirmed()], ["action.already_confirmed"]),
        (confirmed(), hash_of(confirmed()), [confirmed(), confirmed(figures=PARTLY)], []),
    ],
)
def test_a_confirmation_states_the_figures_that_stand(
    office: Office, sent: Event, stands: str | None, before: Sequence[Event], said: list[str]
) -> None:
    assert codes(office.screen(sent, *before, views={} if stands is None else {VIEW: stands})) == said


def test_a_view_that_moved_is_named_by_its_present_hash(office: Office) -> None:
    decision = office.screen(confirmed(), views={VIEW: "a" * 64})

    assert isinstance(decision, Rejected)
    assert "a" * 64 in decision.reasons[0].message_vi


WRONG_FIGURES: Sequence[Any] = (
    None, [], 1.5, "x", {}, {**FIGURES, "more": {}}, {**FIGURES, "indicators": [1]}, {**FIGURES, "narratives": {"kho_khan": "1"}},
    figures(received=1.5), figures(missing="x"), figures(expected=True), {**FIGURES, "reporting": {"expected": 2}},
)  # fmt: skip


def without_figures() -> Event:
    event = confirmed()
    return {**event, "data": {name: value for name, value in event["data"].items() if name != "figures"}}


@pytest.mark.parametrize(
    "event",
    [
        without_figures(),
        *[{**confirmed(), "data": {**confirmed()["data"], "figures": wrong}} for wrong in WRONG_FIGURES],
    ],
)
def test_figures_of_another_shape_are_refused(office: Office, event: Event) -> None:
    decision = office.screen(event, views={VIEW: hash_of(confirmed())})

    assert {code.partition(".")[0] for code in codes(decision)} == {"event"}


@pytest.mark.parametrize("value", ["9" * 400, "1.25", '"x"', "[" * 200 + "]" * 200, '{"total": 9' + "9" * 30 + "}"])
def test_figures_beyond_all_figures_have_another_hash(office: Office, value: str) -> None:
    body = payload(confirmed()).replace(b'"total":12,', b'"total":' + value.encode() + b",")
    incoming = Incoming(DISTRICT, body, events.to_ms(RECEIVED), 1)

    decision = screening.screen(incoming, office.reference, known(views={VIEW: hash_of(confirmed())}))

    assert codes_of(decision) == ["action.hash_differs"]


def test_the_log_keeps_what_the_hash_covers_and_nothing_that_was_not_checked(office: Office) -> None:
    said = figures(on_time=99, rate="0.0", nonsense="x") | {
        "indicators": {code: {**one, "measure": "con gà"} for code, one in FIGURES["indicators"].items()}
    }

    decision = office.screen(confirmed(figures=said), views={VIEW: hash_of(confirmed())})

    assert isinstance(decision, Accepted)
    assert orjson.loads(decision.logged)["data"]["figures"] == {
        "reporting": {"expected": 2, "received": 2, "missing": []},
        "indicators": {
            "tong_so": {"kind": "quantity", "total": 12, "reported": 2},
            "kinh_phi": {"kind": "quantity", "total": "1532.750", "reported": 2},
        },
        "narratives": {"kho_khan": 1},
    }


# Whatever was accepted before


@given(
    tried=st.lists(
        st.one_of(
            st.integers(1, 4).map(lambda revision: submitted(revision=revision)),
            st.integers(1, 4).map(lambda revision: withdrawn(revision=revision)),
            st.integers(1, 6).map(lambda revision: returned(revision=revision)),
        ),
        max_size=6,
    ),
    revision=st.integers(1, 5),
)
def test_a_report_without_a_warning_counts_and_one_that_counts_not_has_one(office: Office, tried: list[Event], revision: int) -> None:
    before: list[Event] = []
    for event in tried:
        if isinstance(office.screen(event, *before), Accepted):
            before.append(event)
    sent = submitted(revision=revision)
    decision = office.screen(sent, *before)
    assert isinstance(decision, Accepted)

    after = known(*before, sent, received=RECEIVED - timedelta(minutes=1)).of(("ct27-van-quan", "2024", COMMUNE)).state

    counts = after.counts and after.winner.event_id == sent["id"]
    in_vain = {"report.superseded", "report.revision_returned"}
    assert counts == (not any(warning.code in in_vain for warning in decision.warnings))
