"""Notify's duties and aggregate's views agree on every unit of the country: expected, received, late."""

import random
from collections import Counter
from datetime import UTC, date, datetime
from typing import Any

import pytest

from services.aggregate.domain.fold import Fold
from services.notify.domain import duties
from services.notify.domain.book import Book
from services.notify.domain.duties import OFFICIAL, REPORT, Duty
from services.notify.domain.ledger import Ledger
from services.notify.domain.roster import Roster
from shared.check import plain_duties
from shared.check.plain_duties import Official
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
        "estimates": {"until": {"by": "12-21"}},
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
            if kind == events.SUBMITTED and rng.random() < 0.4:
                data |= {"values": {"so": 1}, "status": {"so": "estimate"}}
            if kind == events.EXTENDED:
                data = {"until": rng.choice(UNTIL), "reason": "mưa lũ", "corrects": rng.random() < 0.3}
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
        if duty.task != REPORT:
            continue
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


def _official(reference: Reference, history: list[Logged]) -> dict[str, Official]:
    """The duties of official figures, by unit, as the notifier has them."""
    book = Book(Roster(reference), Ledger())
    for event in history:
        book.fold(event)
    return {duty.unit.id: _said(duty) for duty in book.duties(NOW, REGIME, PERIOD) if duty.task == OFFICIAL}


def _said(duty: Duty) -> Official:
    return Official(duty.is_done, duty.is_late, duties.owes(duty) and not duties.is_reminded(duty), duty.deadline)


def _plainly(history: list[Logged]) -> dict[str, Official]:
    period = COUNTRY.period(PERIOD)
    assert period is not None
    until = plain_duties.official_deadline(COUNTRY, period, COMMON)
    assert until is not None
    told: dict[str, list[Logged]] = {}
    for event in history:
        told.setdefault(event.unit_id, []).append(event)
    plain = {unit_id: plain_duties.official(some, until) for unit_id, some in told.items()}
    return {unit_id: one for unit_id, one in plain.items() if one is not None}


def test_the_duties_of_official_figures_are_those_of_the_plain_rules(reference: Reference) -> None:
    known = Reference(1, reference.registry, {REGIME: COUNTRY}, {})
    history = _history(reference)

    by_notify, plainly = _official(known, history), _plainly(history)

    assert by_notify == plainly
    assert len(plainly) > 3_000
    for field in ("is_done", "is_late", "is_silent"):
        assert {getattr(one, field) for one in plainly.values()} == {True, False}, field
    assert len({one.deadline for one in plainly.values()}) > 2


@pytest.mark.parametrize(
    ("where", "broken"),
    [
        ("shared.words.report_state.ReportState.is_official", property(lambda state: state.counts)),
        ("services.notify.domain.duties.Duty.first_done_ms", property(lambda duty: duty.state.first_submitted_ms)),
        ("services.notify.domain.duties.Duty.waits", property(lambda duty: False)),
        ("services.notify.domain.duties.Duty.deadline", property(lambda duty: duty.due)),
    ],
    ids=["estimates are official", "late by the first report", "reminded while the report is owed", "no extension"],
)
def test_the_plain_rules_see_a_broken_one(reference: Reference, monkeypatch: pytest.MonkeyPatch, where: str, broken: Any) -> None:
    known = Reference(1, reference.registry, {REGIME: COUNTRY}, {})
    history = _history(reference)[:4_000]
    plainly = _plainly(history)
    assert _official(known, history) == plainly

    monkeypatch.setattr(where, broken)

    assert _official(known, history) != plainly


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
