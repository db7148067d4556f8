"""Notify's duties and aggregate's views agree on every unit of the country: expected, received, late."""

import random
from collections import Counter
from datetime import UTC, date, datetime
from typing import Any

import pytest

from services.aggregate.domain.fold import Fold
from services.notify.domain.book import Book
from services.notify.domain.duties import REPORT, Roster
from services.notify.domain.ledger import Ledger
from shared.wire import events, subjects
from shared.wire.events import Logged
from shared.words import deadlines, report_state
from shared.words.calendar import COMMON
from shared.words.reference import Reference
from shared.words.regimes import Regime
from tests.aggregate.histories import logged

REGIME, PERIOD, PARTITIONS, SEED = "ca-nuoc", "2026", 8, 20261220
NOW = datetime(2027, 1, 5, tzinfo=UTC)
COUNTRY = Regime.model_validate(
    {
        "id": REGIME,
        "title": "Báo cáo của mọi xã trong cả nước",
        "legal_basis": [],
        "calendar": "report_year",
        "periods": [PERIOD],
        "recipient": "01",
        "reporters": {"xa": {"label": "xã", "level": "commune"}},
        "obligation": {"deadlines": {"xa": {"before": "12-20", "hour": "17:00"}}, "to_working_day": True},
        "indicators": [{"code": "so", "label": "Số", "kind": "quantity"}],
    }
)
DEADLINE_MS = events.to_ms(datetime(2026, 12, 21, 17, tzinfo=UTC))  # Sunday 20/12 17:00 ends with Monday 21/12
UNTIL = ["2026-12-19", "2026-12-21", "2026-12-22", "2026-12-22T00:00:00.002+07:00", "2199-12-31"]

Told = dict[str, tuple[int, int, int]]
"""Expected, received, late by unit id."""


def _history(reference: Reference) -> list[Logged]:
    """Of most communes some events, around the deadline to the millisecond, in any order."""
    period = COUNTRY.period(PERIOD)
    assert period is not None
    rng = random.Random(SEED)
    made: list[Logged] = []
    for unit_id in sorted(COUNTRY.group_of(reference.registry.at(period.cut_off))):
        for _ in range(rng.randint(0, 4)):
            kind = rng.choice([events.SUBMITTED] * 4 + [events.WITHDRAWN, events.RETURNED, events.EXTENDED])
            data: dict[str, Any] = {"revision": rng.randint(1, 3)}
            if kind == events.EXTENDED:
                data = {"until": rng.choice(UNTIL), "reason": "mưa lũ"}
            made.append(logged(kind, unit_id, len(made), DEADLINE_MS + rng.randint(-3, 3), data, PERIOD, REGIME))
    rng.shuffle(made)
    return made


def _by_notify(reference: Reference, history: list[Logged]) -> Told:
    book = Book(Roster(reference), Ledger())
    for event in history:
        book.fold(event)
    tree = reference.registry.at(date(2026, 12, 14))
    expected, received, late = Counter[str](), Counter[str](), Counter[str]()
    for duty in book.duties(NOW, REGIME, PERIOD):
        assert duty.task == REPORT
        for above in tree.ancestors(duty.unit.id):
            expected[above.id] += 1
            received[above.id] += duty.is_done
            late[above.id] += duty.is_late
    return {unit_id: (count, received[unit_id], late[unit_id]) for unit_id, count in expected.items()}


def _by_aggregate(reference: Reference, history: list[Logged]) -> Told:
    fold = Fold(reference, subjects.partition_of(REGIME, PERIOD, PARTITIONS), PARTITIONS)
    fold.open(NOW)
    fold.take([(event, sequence) for sequence, event in enumerate(history, start=1)])
    found = [view.document for view in fold.changed()]
    reporting = {document["unit"]["id"]: document["reporting"] for document in found}
    return {unit_id: (one["expected"], one["received"], one["late"]) for unit_id, one in reporting.items()}


def test_duties_equal_the_views_of_every_unit_of_the_country(reference: Reference) -> None:
    known = Reference(1, reference.registry, {REGIME: COUNTRY}, {})
    history = _history(reference)

    by_notify, by_aggregate = _by_notify(known, history), _by_aggregate(known, history)

    assert by_notify == by_aggregate
    assert len(by_notify) == 63 + sum(unit.level == "district" for unit in reference.registry.units if unit.id in by_notify)
    provinces = [unit.id for unit in reference.registry.units if unit.parent is None]
    expected, received, late = (sum(by_notify[unit_id][column] for unit_id in provinces) for column in range(3))
    assert expected == 10_035
    assert 0 < late < received < expected


@pytest.mark.parametrize(
    ("where", "name", "broken"),
    [
        ("services.notify.domain.duties.later", "an extension", lambda deadline, _: deadline),
        (
            "services.notify.domain.duties.Duty.is_late",
            "late",
            property(lambda duty: duty.state.first_submitted_ms is not None),
        ),
        ("services.notify.domain.duties.Duty.is_done", "received", property(lambda duty: duty.state.is_submission)),
    ],
)
def test_the_comparison_sees_a_rule_that_only_notify_breaks(
    reference: Reference, monkeypatch: pytest.MonkeyPatch, where: str, name: str, broken: Any
) -> None:
    known = Reference(1, reference.registry, {REGIME: COUNTRY}, {})
    history = _history(reference)
    by_aggregate = _by_aggregate(known, history)

    monkeypatch.setattr(where, broken)

    assert _by_notify(known, history) != by_aggregate, name


def test_the_deadline_of_the_comparison_is_where_its_events_are(reference: Reference) -> None:
    period = COUNTRY.period(PERIOD)
    assert period is not None
    found = deadlines.group_deadline(COUNTRY, "xa", period, None, COMMON)
    assert found is not None
    assert events.to_ms(found) == DEADLINE_MS


def test_what_does_not_stand_is_missing_and_not_late() -> None:
    standing = report_state.ReportState()
    standing.submit(report_state.Revision(1, DEADLINE_MS, "event-0001"))
    assert standing.is_late(DEADLINE_MS)
    standing.give_back(report_state.Return(1, DEADLINE_MS, "event-0002", "", None))
    assert not standing.is_late(DEADLINE_MS)
