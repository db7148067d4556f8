"""The oracle of reforms: the rows that it works out are those of the product's plan, and after a revert those of the beginning."""

import random

import pytest

from shared.words.units import Registry
from tests.simulation.rollup import histories
from tests.simulation.rollup.reforms import Reforms


@pytest.mark.parametrize("seed", range(20))
def test_after_all_reverts_everything_is_as_at_the_beginning(seed: int) -> None:
    rng = random.Random(seed)
    changing, loaded = Reforms(rng, histories.UNITS), {regime.id: regime for regime in histories.regimes()}
    for _ in range(12):
        changing.next(loaded)
    for reform_id in list(changing.applied):
        del changing.applied[reform_id]
    registry = changing.registry()
    assert (registry.units, registry.areas, changing.pins, changing.days) == (histories.UNITS, (), {}, ())


@pytest.mark.parametrize("seed", range(20))
def test_the_oracle_has_the_rows_of_the_plans(seed: int) -> None:
    rng = random.Random(seed)
    changing, loaded = Reforms(rng, histories.UNITS), {regime.id: regime for regime in histories.regimes()}
    registry = Registry(histories.UNITS)
    while len(changing.applied) < 3:
        _, done = changing.next(loaded)
        registry = registry if done is None else done.plan.applied(registry)
        if done is None:
            changing, registry = Reforms(rng, histories.UNITS), Registry(histories.UNITS)
    assert set(changing.registry().units) == set(registry.units)
    assert set(changing.registry().areas) == set(registry.areas)
