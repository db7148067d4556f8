"""The product's units and regimes, in two worlds: as they were first published, without any reform, and with the reforms of 2025 applied.

Tests that are not about reforms use the first world, so that districts and their communes exist in every period.
"""

from datetime import UTC, datetime
from functools import cache

from services.cli.data import REGIME_FILES, UNIT_FILES
from services.cli.files import reform_check, reform_files, regime_files, unit_files
from services.cli.known_reforms import REFORM_FILES
from shared.words import reform_plan, regimes
from shared.words.reference import Reference
from shared.words.regimes import Regime
from shared.words.units import Registry, Unit

LOADED_AT = datetime(2024, 1, 1, tzinfo=UTC)


@cache
def units() -> tuple[Unit, ...]:
    """The units of the base tree."""
    return tuple(unit_files.read_units(UNIT_FILES))


@cache
def changing_regimes() -> tuple[Regime, ...]:
    """The regimes as their files have them, with what changes over time."""
    return tuple(regime_files.read_regimes(REGIME_FILES))


@cache
def first_regimes() -> tuple[Regime, ...]:
    """The regimes as first published: nothing changes, and none ends."""
    return tuple(first_published(regime) for regime in changing_regimes())


def first_published(regime: Regime) -> Regime:
    """The regime without what changes over time."""
    return Regime.model_validate(regime.model_dump(exclude={"changes", "ends"}, exclude_unset=True, by_alias=True))


@cache
def first_reference() -> Reference:
    """The base tree with the regimes as first published, as generation 1."""
    loaded = regimes.resolve(first_regimes())
    return Reference(1, Registry(units()), loaded, dict.fromkeys(loaded, LOADED_AT))


@cache
def near_reference() -> Reference:
    """As `first_reference`, without provinces in which no regime has reporters: the plain recomputation looks at every unit."""
    whole = first_reference()
    tree = whole.registry.at(LOADED_AT.date())
    asked = {tree.top(unit_id).id for regime in whole.regimes.values() for unit_id in regime.group_of(tree)}
    near = [unit for unit in units() if unit.id in tree.by_id and tree.top(unit.id).id in asked]
    return Reference(1, Registry(near), whole.regimes, whole.loaded_at)


@cache
def reformed_reference() -> Reference:
    """The tree with both reforms of 2025 applied, and the regimes with what changes over time, as generation 1."""
    registry, days = Registry(units()), []
    for files in reform_check.read_all(reform_files.folders(REFORM_FILES)):
        registry = reform_plan.make(files.content, registry).applied(registry)
        days.append(files.reform.valid_from)
    loaded = regimes.resolve(changing_regimes())
    return Reference(1, registry, loaded, dict.fromkeys(loaded, LOADED_AT), reform_days=tuple(days))
