"""What a reader sees of a dry run: the changes of the views in scope, and never how one neighbour's value takes another's place."""

from datetime import UTC, date, datetime
from functools import cache
from typing import Any

import pytest

from shared.wire import dry_runs
from shared.wire.dry_runs import DryRun
from shared.wire.previews import FigureChange
from shared.words import regimes
from shared.words.principals import Grant, PersonPrincipal, Principal, Right, Role, UnitPrincipal
from shared.words.reference import Reference
from shared.words.regimes import Regime
from shared.words.scope import Scope
from shared.words.units import Registry
from tests.aggregate.over_reforms import BEFORE, PLAN

TODAY = date(2024, 6, 1)
INDICATORS = [
    {"code": "a", "label": "A", "kind": "quantity"},
    {"code": "nhat", "label": "Nhất", "kind": "quantity", "aggregation": "max"},
    {"code": "it", "label": "Ít nhất", "kind": "quantity", "aggregation": "min", "decimals": 1},
]


@cache
def known() -> Reference:
    plan = {**PLAN, "changes": [], "indicators": INDICATORS, "reporters_see": "parent"}
    loaded = regimes.resolve([Regime.model_validate(plan)])
    return Reference(1, Registry(BEFORE), loaded, dict.fromkeys(loaded, datetime(2024, 1, 1, tzinfo=UTC)))


def unit(unit_id: str, *may: Right) -> UnitPrincipal:
    return UnitPrincipal(unit_id, "c1", frozenset(may or ("send", "read")))


def person(role: Role, where: str) -> PersonPrincipal:
    return PersonPrincipal("p1", "an", "An", [Grant("1", role, where, date(2020, 1, 1))], "s")


def change(of: str, indicator: str | None, field: str, now: Any, then: Any, regime: str = "thu") -> FigureChange:
    return FigureChange(regime=regime, unit=of, indicator=indicator, field=field, now=now, then=then)


def seen(principal: Principal, *changes: FigureChange) -> list[FigureChange]:
    found = DryRun(verdict="accepted", errors=[], warnings=[], changes=list(changes))
    return dry_runs.readable(found, Scope.of(principal, known(), TODAY), "2024").changes or []


OWN_PARENT = change("11", "a", "total", 10, 20)
OTHER_PARENT = change("12", "a", "total", 10, 20)
ABOVE = change("1", "a", "total", 30, 40)


@pytest.mark.parametrize(
    ("principal", "wanted"),
    [
        (unit("111"), [OWN_PARENT]),
        (unit("111", "send"), []),
        (unit("121"), [OTHER_PARENT]),
        (unit("99999"), []),
        (person("officer", "111"), [OWN_PARENT]),
        (person("reviewer", "11"), [OWN_PARENT]),
        (person("viewer", "1"), [OWN_PARENT, OTHER_PARENT, ABOVE]),
        (person("operator", "1"), []),
    ],
    ids=["commune", "sends only", "another", "unknown", "officer", "reviewer", "province", "operator"],
)
def test_changes_are_of_the_views_in_scope(principal: Principal, wanted: list[FigureChange]) -> None:
    assert seen(principal, OWN_PARENT, OTHER_PARENT, ABOVE) == wanted
    assert dry_runs.reads_any(Scope.of(principal, known(), TODAY), "thu", "2024") == bool(wanted)


def test_a_view_that_no_regime_has_is_in_no_scope() -> None:
    for strange in (change("11", "a", "total", 1, 2, regime="la"), change("khong-co", "a", "total", 1, 2)):
        assert seen(person("viewer", "1"), strange) == []


@pytest.mark.parametrize(
    ("indicator", "now", "then", "is_seen"),
    [
        ("nhat", 100, 80, False),  # 80 is a neighbour's
        ("nhat", 100, 120, True),
        ("nhat", 100, None, False),
        ("nhat", None, 80, True),
        ("it", "9.5", "10.0", False),
        ("it", "10.0", "9.5", True),
        ("a", 100, 80, True),
    ],
    ids=["max falls", "max rises", "nobody left", "first", "min rises", "min falls", "sum falls"],
)
def test_a_value_that_gives_way_to_a_neighbours_is_not_seen(indicator: str, now: Any, then: Any, is_seen: bool) -> None:
    changes = [
        change("11", indicator, "total", now, then),
        change("11", indicator, "target.met", True, False),
        change("11", indicator, "reported", 3, 2),
    ]
    assert seen(unit("111"), *changes) == (changes if is_seen else changes[2:])
    assert seen(person("reviewer", "11"), *changes) == changes


def test_what_is_not_known_stays_unknown() -> None:
    found = DryRun(verdict="accepted", errors=[], warnings=[], changes=None)
    assert dry_runs.readable(found, Scope.of(unit("111"), known(), TODAY), "2024").changes is None


def test_nothing_of_an_unknown_regime_or_period_is_in_scope() -> None:
    scope = Scope.of(person("viewer", "1"), known(), TODAY)
    assert not dry_runs.reads_any(scope, "la", "2024")
    assert not dry_runs.reads_any(scope, "thu", "1999")
