"""A receipt says which revision stands and which one comes next, to whoever may send the report, and to nobody else."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ingest.domain.decision import Accepted, Rejected, Standing
from services.ingest.domain.known import Known
from shared.words.reference import Reference
from tests.builders import COMMUNE, RECIPIENT, Event, extended, returned, submitted, withdrawn
from tests.ingest.conftest import Ingest
from tests.ingest.remarking import screen
from tests.knowing import known

NEIGHBOUR = "06256"


def standing(event: Event, before: Known | None = None, **about: Any) -> Standing | None:
    decision = screen(event, known=before, **about)
    assert isinstance(decision, Accepted | Rejected)
    return decision.standing


@pytest.mark.parametrize(
    ("before", "event", "expected"),
    [
        ([], submitted(), (1, 2)),
        ([], submitted(revision=7), (7, 8)),
        ([], withdrawn(revision=1), (0, 2)),
        ([submitted(revision=3)], submitted(revision=2), (3, 4)),
        ([submitted(revision=3)], submitted(revision=4), (4, 5)),
        ([submitted(revision=3)], withdrawn(revision=4), (0, 5)),
        ([submitted(revision=3)], withdrawn(revision=2), (3, 4)),
        ([submitted(revision=3), returned(revision=3)], submitted(revision=3), (0, 4)),
        ([submitted(revision=3), returned(revision=3)], submitted(revision=2), (0, 4)),
        ([submitted(revision=3), returned(revision=3)], submitted(revision=4), (4, 5)),
        ([returned(revision=9)], submitted(revision=1), (1, 10)),  # of an earlier format: no such revision was sent
        # refused: nothing changes
        ([], submitted(values={"gd_ngay_cong": -1}), (0, 1)),
        ([submitted(revision=3)], submitted(revision=4, values={"gd_ngay_cong": -1}), (3, 4)),
        ([submitted(revision=3)], submitted(revision=4, values={}), (3, 4)),
        ([submitted(revision=3)], submitted(revision="x", values={}), (3, 4)),  # type: ignore[arg-type]
        ([submitted(revision=3)], withdrawn(revision=0), (3, 4)),
        # the regime, the period or the unit does not exist
        ([], submitted(regime="khong-co"), None),
        ([], submitted(period="1999"), None),
        ([], submitted(regime="vhtt-van-quan"), None),
        ([], submitted(unit="99999", sender=COMMUNE), None),
        # no report and no withdrawal
        ([], extended(), None),
        ([submitted()], returned(), None),
    ],
)
def test_what_stands_and_what_comes_next(before: list[Event], event: Event, expected: tuple[int, int] | None) -> None:
    assert standing(event, known(*before)) == expected


@pytest.mark.parametrize("sender", [NEIGHBOUR, RECIPIENT, "184", "20", "99999"])
@pytest.mark.parametrize("event", [submitted(revision=5), withdrawn(revision=5), submitted(values={})])
def test_another_unit_does_not_learn_what_stands(sender: str, event: Event) -> None:
    event = {**event, "source": f"/units/{sender}"}

    heard = [screen(event, known=known(*before)) for before in ([], [submitted(revision=3)])]

    assert heard[0] == heard[1]
    assert standing(event, known(submitted(revision=3))) is None


@given(st.lists(st.tuples(st.sampled_from(["submit", "withdraw", "return"]), st.integers(1, 6)), max_size=8), st.integers(1, 6))
def test_the_next_revision_always_changes_the_figures(history: list[tuple[str, int]], revision: int) -> None:
    make = {"submit": submitted, "withdraw": withdrawn, "return": returned}
    before = [make[kind](revision=number) for kind, number in history]
    so_far = known(*before)

    first = standing(submitted(revision=revision), so_far)
    assert first is not None
    decision = screen(submitted(revision=first.next_revision), known=so_far)

    assert isinstance(decision, Accepted)
    assert decision.warnings == ()
    assert decision.standing == (first.next_revision, first.next_revision + 1)


def test_each_warning_about_a_revision_names_the_next_one() -> None:
    before = known(submitted(revision=3, event_id="event-abc"), submitted(revision=5, event_id="event-xyz"), returned(revision=5))
    said = {
        warning.code: (warning.message_vi, warning.message_en)
        for revision in (3, 5)
        for warning in screen(submitted(revision=revision), known=before).warnings  # type: ignore[union-attr]
    }

    assert said.keys() == {"report.superseded", "report.revision_returned", "report.revision_repeated"}
    assert all("lần 6." in vietnamese and "revision 6." in english for vietnamese, english in said.values())


# Receipts and claims


async def test_receipts_have_both_and_repeats_those_of_the_first_decision(ingest: Ingest) -> None:
    first, second = submitted(revision=1), submitted(revision=2)
    refused = submitted(revision=3, values={"gd_ngay_cong": -1})
    told = await ingest.take(first, refused, second)
    told += await ingest.take(first, refused)

    assert [(one["verdict"], one["standing_revision"], one["next_revision"]) for one in told] == [
        ("accepted", 1, 2),
        ("rejected", 1, 2),
        ("accepted", 2, 3),
        ("duplicate", 1, 2),
        ("duplicate", 1, 2),
    ]
    over_http = await ingest.receipt(first["id"])
    assert over_http is not None
    assert (over_http["standing_revision"], over_http["next_revision"]) == (1, 2)


async def test_an_event_that_reuses_an_id_was_not_judged(ingest: Ingest) -> None:
    [_, refused] = await ingest.take(submitted(event_id="event-abc"), submitted(event_id="event-abc", revision=2))

    assert [reason["code"] for reason in refused["errors"]] == ["event.id_reused"]
    assert {"standing_revision", "next_revision"}.isdisjoint(refused)


async def test_a_claim_of_an_earlier_format_has_neither(ingest: Ingest) -> None:
    event = submitted(revision=4)
    await ingest.take(event)
    await ingest.connections.database["receipts"].update_many({}, {"$unset": {"standing_revision": 1, "next_revision": 1}})

    [repeat] = await ingest.take(event)
    [after] = await ingest.take(submitted(revision=5))

    assert repeat["verdict"] == "duplicate"
    assert {"standing_revision", "next_revision"}.isdisjoint(repeat)
    assert (after["standing_revision"], after["next_revision"]) == (5, 6)


def test_the_reference_of_these_tests_has_the_neighbour(reference: Reference) -> None:
    assert NEIGHBOUR in reference.registry.ids
