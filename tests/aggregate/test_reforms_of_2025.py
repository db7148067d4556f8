"""The real reforms of 1/3 and 1/7/2025, and thousands of reports: what was reported for 2024 stays as it was, and 2025 has the new units.

Numbers such as "red team 11" are those of the list of ways in which a reform can go wrong.
"""

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import orjson
import pytest

from shared.check import recompute
from shared.wire import events
from shared.wire.events import Logged
from shared.words import regimes
from shared.words.reference import Reference, Setting
from shared.words.units import Registry, Unit
from tests import seeds
from tests.aggregate import over_reforms
from tests.aggregate.over_reforms import NOW, Json, received
from tests.benchmarks import load

NQ68, CT27 = "nq68-quang-binh", "ct27-van-quan"
EVE = date(2025, 6, 30)


@pytest.fixture(scope="module")
def unreformed() -> Reference:
    """The base tree, with regimes that know already what changes."""
    loaded = regimes.resolve(seeds.changing_regimes())
    return Reference(1, Registry(seeds.units()), loaded, dict.fromkeys(loaded, seeds.LOADED_AT))


def setting(reference: Reference, regime: str, period: str) -> Setting:
    found = reference.setting(regime, period)
    assert found is not None
    return found


def report(of: Setting, unit: Unit, revision: int, at_ms: int, rng: random.Random) -> Logged:
    event = load.event(of.regime, of.period.code, unit, revision, rng)
    read = events.read_logged(orjson.dumps({**event, "unitid": unit.id, "receivedms": at_ms}))
    assert read is not None
    return read


def reports(of: Setting, revisions: int, days: Sequence[date], rng: random.Random) -> list[Logged]:
    """Reports of all units of a period, received on any of these days, in any order."""
    units = [of.tree.by_id[unit_id] for unit_id in of.groups]
    made = [
        report(of, unit, revision, received(rng.choice(days), rng.randrange(24)) + number, rng)
        for revision in range(1, revisions + 1)
        for number, unit in enumerate(units)
        if rng.random() < 0.9
    ]
    rng.shuffle(made)
    return made


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_i4_views_of_2024_are_equal_before_and_after_both_reforms(unreformed: Reference, reformed: Reference, seed: int) -> None:
    """Corrections by heirs included, which are received after the reforms. Positions are those of the same log."""
    rng, history = random.Random(seed), list[Logged]()
    days = [date(2024, 11, 1), date(2024, 12, 18), date(2025, 2, 28), date(2025, 7, 1), date(2026, 3, 1)]
    for regime in unreformed.regimes.values():
        found = unreformed.setting(regime.id, "2024")
        if regime.derived_from is None and found is not None:
            history += reports(found, 6, days, rng)
    assert len(history) > 1000

    before, after = over_reforms.views(unreformed, history), over_reforms.views(reformed, history)

    of_2024 = {view_id for view_id in before if view_id.split("/")[1] == "2024"}
    assert of_2024 == {view_id for view_id in after if view_id.split("/")[1] == "2024"}
    assert any(before[view_id]["reporting"]["received"] for view_id in of_2024)
    for view_id in of_2024:
        assert after[view_id] == before[view_id]


def test_red_team_11_what_145_communes_reported_until_june_is_apart_from_what_41_report(reformed: Reference) -> None:
    rng = random.Random(7)
    new = setting(reformed, NQ68, "2025")
    regime = reformed.regimes[NQ68]
    old = reformed.setting_on(regime, new.period, EVE)
    assert old is not None
    early = reports(old, 1, [date(2025, 5, 1), EVE], rng)
    late = reports(new, 2, [date(2025, 11, 20), date(2025, 12, 1)], rng)

    found = over_reforms.views(reformed, [*early, *late])

    june, year = found[f"{NQ68}/2025/44@2025-06-30"], found[f"{NQ68}/2025/44-QB"]
    assert june["reporting"]["expected"] == len(old.groups)
    assert june["reporting"]["received"] == len({event.unit_id for event in early})
    assert year["unit"]["level"] == "area"
    communes = [unit_id for unit_id, group in new.groups.items() if group == "xa"]
    assert (year["reporting"]["expected"], len(communes)) == (41, 41)
    assert year == over_reforms.views(reformed, [event for event in late if event.unit_id in communes])[f"{NQ68}/2025/44-QB"]
    expected: dict[str, Json] = {view["_id"]: view for view in recompute.expected_views(reformed, [*early, *late], NOW)}
    assert {view_id: found[view_id] for view_id in expected if view_id.startswith(NQ68)} == {
        view_id: view for view_id, view in expected.items() if view_id.startswith(NQ68)
    }


def test_i9_a_regime_asks_after_the_reform_only_whom_its_changes_name(reformed: Reference) -> None:
    assert len(setting(reformed, CT27, "2025").groups) == 8
    assert len(setting(reformed, NQ68, "2025").groups) == 48


def test_i4_after_a_revert_all_views_are_those_of_before(unreformed: Reference, reformed: Reference) -> None:
    """The registry without what the reforms changed is the base tree again, and views depend on nothing else."""
    rng = random.Random(11)
    history = reports(setting(unreformed, CT27, "2025"), 2, [date(2025, 5, 1), date(2025, 8, 1)], rng)
    ended = {unit.id: unit for unit in seeds.units()}
    rows = [
        replace(row, valid_to=ended[row.id].valid_to)
        for row in reformed.registry.units
        if row.id in ended and row.valid_from == ended[row.id].valid_from
    ]
    reverted = replace(reformed, registry=Registry(rows), reform_days=())

    assert over_reforms.views(reverted, history) == over_reforms.views(unreformed, history)
