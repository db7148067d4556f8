"""Units and regimes for commands that need no server: the stored ones if MongoDB answers at once, otherwise the product's own files."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from services.cli.data import REFORM_FILES, REGIME_FILES, UNIT_FILES
from services.cli.files import reform_check, reform_files, regime_files, regime_losses, unit_files
from services.cli.files.regime_files import Kinds, RegimeFile
from services.cli.files.regime_losses import Loss
from services.cli.stored import StoredData
from shared.plumbing import data_format, delivery, mongo
from shared.plumbing.mongo import Documents
from shared.plumbing.reference_store import ReferenceStore
from shared.plumbing.reform_store import ReformStore
from shared.shell.clock import system_clock
from shared.shell.settings import CliSettings
from shared.words import reference, reform_plan
from shared.words.calendar import WorkingDays
from shared.words.periods import Period
from shared.words.reference import Pins
from shared.words.regimes import Regime
from shared.words.units import Registry

STORED_S: Final = 1.0  # how long a command waits for MongoDB before it uses the product's own files


@dataclass(frozen=True, slots=True)
class KnownData:
    """Regimes as their files have them (derived ones are not completed), units, whether they are stored, and kind and decimals of every
    indicator that a stored regime ever had. `reforms`: the digests of the applied reforms, by id.
    """

    regimes: list[Regime]
    registry: Registry
    is_stored: bool
    kinds: Kinds = field(default_factory=dict)
    reforms: Mapping[str, str] = field(default_factory=dict)
    pins: Pins = field(default_factory=dict)

    def day_of(self, regime: Regime, period: Period) -> date:
        """The reference day of a period."""
        return reference.reference_day(self.pins, regime, period)

    @property
    def units_in_words(self) -> str:
        return "đã nạp" if self.is_stored else "kèm theo (deploy/units, deploy/reforms)"


def base_units() -> Registry:
    """The units of the product's files, without any reform."""
    return Registry(unit_files.read_units(UNIT_FILES))


def units_of_product() -> KnownData:
    """The units of the product's files with all its reforms applied, and no regime. Raises FaultsError."""
    registry = base_units()
    for files in reform_check.read_all(reform_files.folders(REFORM_FILES)):
        registry = reform_plan.make(files.content, registry).applied(registry)
    return KnownData([], registry, is_stored=False)


async def losses(database: Documents, read: Sequence[RegimeFile], known: KnownData) -> list[Loss]:
    """What the files would hide of the reports in MongoDB. The files fit together with the stored regimes."""
    stored = StoredData(database)
    reported = {regime: await stored.reporters(regime) for regime in regime_losses.sources(read, known.regimes)}
    return regime_losses.find(read, known.regimes, known.registry, reported, known.day_of)


async def of_store(store: ReferenceStore, database: Documents) -> KnownData:
    """The stored units, regimes and reforms."""
    current, reforms = await store.current(), await ReformStore(store, database, system_clock).applied()
    return KnownData(await store.files(), current.registry, True, await store.kinds(), reforms, current.pins)


def of_product(working_days: WorkingDays) -> KnownData:
    """The units and regimes of the product's files. Raises FaultsError."""
    return KnownData(regime_files.read_regimes(REGIME_FILES, working_days), units_of_product().registry, is_stored=False)


async def stored(settings: CliSettings) -> KnownData | None:
    """The stored regimes and units, if MongoDB answers at once and has any. Only reads."""
    found = await stored_with(settings, ())
    return found[0] if found is not None else None


async def stored_with(settings: CliSettings, read: Sequence[RegimeFile]) -> tuple[KnownData, list[Loss]] | None:
    """The stored regimes and units, if MongoDB answers at once and has any, and what the files would hide. Only reads.

    No losses are looked for if the files do not fit together with what is stored.
    """
    client = mongo.connect(settings.mongo_url)
    database = client[settings.database]
    try:
        async with asyncio.timeout(STORED_S):
            await data_format.require(database)
            known = await of_store(ReferenceStore(database, system_clock), database)
        if not known.registry.units:
            return None
        fits = not regime_files.together(read, known.regimes)
        return known, await losses(database, read, known) if fits else []
    except delivery.MAY_PASS as error:
        if not (delivery.is_passing(error) or mongo.is_login_refused(error)):  # a MongoDB that is not ours
            raise
        return None
    finally:
        await mongo.close(client)
