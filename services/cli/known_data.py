"""Units and regimes for commands that need no server: the stored ones if MongoDB answers at once, otherwise the product's own files."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from services.cli.data import REGIME_FILES, UNIT_FILES
from services.cli.files import regime_files, regime_losses, unit_files
from services.cli.files.regime_files import Kinds, RegimeFile
from services.cli.files.regime_losses import Loss
from services.cli.stored import StoredData
from shared.plumbing import data_format, delivery, mongo
from shared.plumbing.mongo import Documents
from shared.plumbing.reference_store import ReferenceStore
from shared.plumbing.reform_store import ReformStore
from shared.shell.clock import system_clock
from shared.shell.settings import CliSettings
from shared.words.calendar import WorkingDays
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

    @property
    def units_in_words(self) -> str:
        return "đã nạp" if self.is_stored else "kèm theo (deploy/units)"


def units_of_product() -> KnownData:
    """The units of the product's files, and no regime."""
    return KnownData([], Registry(unit_files.read_units(UNIT_FILES)), is_stored=False)


async def losses(database: Documents, read: Sequence[RegimeFile], regimes: Sequence[Regime], registry: Registry) -> list[Loss]:
    """What the files would hide of the reports in MongoDB. The files fit together with `regimes`, the stored ones."""
    stored = StoredData(database)
    reported = {regime: await stored.reporters(regime) for regime in regime_losses.sources(read, regimes)}
    return regime_losses.find(read, regimes, registry, reported)


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
            store = ReferenceStore(database, system_clock)
            registry, kinds = (await store.current()).registry, await store.kinds()
            reforms = await ReformStore(store, database, system_clock).applied()
            known = KnownData(await store.files(), registry, is_stored=True, kinds=kinds, reforms=reforms)
        if not known.registry.units:
            return None
        fits = not regime_files.together(read, known.regimes)
        return known, await losses(database, read, known.regimes, known.registry) if fits else []
    except delivery.MAY_PASS as error:
        if not (delivery.is_passing(error) or mongo.is_login_refused(error)):  # a MongoDB that is not ours
            raise
        return None
    finally:
        await mongo.close(client)
