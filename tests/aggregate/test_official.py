"""Which version of a view is official: confirmations, what undoes them, and what moved since."""

from datetime import date
from typing import Any

import orjson
import pytest

from services.aggregate.domain.fold import Fold
from services.aggregate.feed import payload, plain
from shared.check import recompute
from shared.wire import events, subjects
from shared.wire.events import Logged
from shared.words.reference import Reference
from tests import seeds
from tests.aggregate import over_reforms
from tests.aggregate.histories import DEADLINE_MS, DISTRICT, PERIOD, REGIME, logged

EMPTY_HASH = "0" * 64


@pytest.fixture(scope="session")
def reference() -> Reference:
    return seeds.near_reference()


def folded(reference: Reference, history: list[Logged], unit: str = DISTRICT) -> dict[str, Any]:
    """The document of a unit's view, in JSON's types; the plain recomputation says the same."""
    fold = Fold(reference, subjects.partition_of(REGIME, PERIOD, 1), 1)
    fold.take([(event, sequence) for sequence, event in enumerate(history, start=1)])
    [view] = [view for view in fold.changed() if view.id == f"{REGIME}/{PERIOD}/{unit}"]
    assert orjson.loads(payload(view))["data"]["official"] == plain(view.document["official"])
    found: dict[str, Any] = plain(view.document)
    said = recompute.expected_views(reference, history, events.from_ms(DEADLINE_MS), lambda *pair: pair == (REGIME, PERIOD))
    [expected] = [one for one in said if one["_id"] == f"{REGIME}/{PERIOD}/{unit}"]
    assert found["official"] == expected["official"]
    return found


def submitted(number: int) -> Logged:
    return logged(events.SUBMITTED, "06253", number, DEADLINE_MS - 5, {"revision": number, "values": {"gd_ngay_cong": number}})


def confirmed(number: int, view_hash: str, received_ms: int = DEADLINE_MS) -> Logged:
    return logged(events.CONFIRMED, DISTRICT, number, received_ms, {"view_hash": view_hash})


def undone(number: int, of: Logged) -> Logged:
    return logged(events.UNDONE, DISTRICT, number, DEADLINE_MS + 9, {"confirmation": of.id, "reason": "Chờ xã nộp lại."})


def numbers(view: dict[str, Any]) -> tuple[int, bool] | None:
    official = view["official"]
    return None if official is None else (official["number"], official["moved"])


def test_a_view_is_provisional_until_it_is_confirmed(reference: Reference) -> None:
    view = folded(reference, [submitted(1)])
    assert numbers(view) is None

    view = folded(reference, [submitted(1), confirmed(2, view["hash"])])

    assert view["official"] == {"number": 1, "hash": view["hash"], "at": events.to_text(events.from_ms(DEADLINE_MS)), "moved": False}


def test_a_later_report_moves_the_view_and_the_next_confirmation_is_the_first_adjustment(reference: Reference) -> None:
    first = folded(reference, [submitted(1)])["hash"]
    history = [submitted(1), confirmed(2, first), submitted(3)]
    moved = folded(reference, history)
    assert numbers(moved) == (1, True)

    adjusted = folded(reference, [*history, confirmed(4, moved["hash"], DEADLINE_MS + 1)])

    assert numbers(adjusted) == (2, False)
    assert adjusted["official"]["hash"] == moved["hash"] != first


@pytest.mark.parametrize("is_early", [False, True])
def test_what_is_undone_never_stood_in_whatever_order_it_comes(reference: Reference, is_early: bool) -> None:
    given = [submitted(1)]
    digest = folded(reference, given)["hash"]
    one, two = confirmed(2, EMPTY_HASH), confirmed(3, digest, DEADLINE_MS + 1)
    taken_back = undone(4, two)

    history = [taken_back, two, one] if is_early else [one, two, taken_back]

    assert numbers(folded(reference, [*given, *history])) == (1, True)
    assert numbers(folded(reference, [*given, *history, undone(5, one)])) is None


def test_other_views_are_not_confirmed_with_it(reference: Reference) -> None:
    view = folded(reference, [submitted(1), confirmed(2, EMPTY_HASH)], unit="20")

    assert numbers(view) is None


def test_a_confirmation_counts_in_the_block_of_its_day() -> None:
    """The district of before confirmed what was reported until the reform; its early view is official, and no view of the period is."""
    reference, day = over_reforms.after(), date(2025, 3, 10)
    history = [
        over_reforms.logged("111", day, a=3, nhat=3),
        over_reforms.logged("11", day, kind=events.CONFIRMED, view_hash=EMPTY_HASH),
    ]
    expected = {view["_id"]: view["official"] for view in recompute.expected_views(reference, history, over_reforms.NOW)}
    regime, period = history[0].regime, history[0].period
    fold = Fold(reference, subjects.partition_of(regime, period, 1), 1)
    fold.take([(event, sequence) for sequence, event in enumerate(history, start=1)])

    found = {view.id: plain(view.document["official"]) for view in (*fold.changed(), *fold.changed_early())}

    assert found == {view_id: expected[view_id] for view_id in found}
    assert [official["number"] for official in found.values() if official is not None] == [1]
    assert [view_id for view_id, official in found.items() if official is not None and "@" not in view_id] == []
