"""Units and regimes for commands that need no server: the stored ones if MongoDB answers at once, otherwise the product's own files."""

import asyncio
from dataclasses import dataclass
from typing import Final

from services.cli.data import REGIME_FILES, UNIT_FILES
from services.cli.files import regime_files, unit_files
from shared.plumbing import data_format, delivery, mongo
from shared.plumbing.reference_store import ReferenceStore
from shared.shell.clock import system_clock
from shared.shell.settings import CliSettings
from shared.words.calendar import WorkingDays
from shared.words.regimes import Regime
from shared.words.units import Registry

STORED_S: Final = 1.0  # how long a command waits for MongoDB before it uses the product's own files


@dataclass(frozen=True, slots=True)
class KnownData:
    """Regimes as their files have them (derived ones are not completed), units, and whether they are stored."""

    regimes: list[Regime]
    registry: Registry
    is_stored: bool

    @property
    def units_in_words(self) -> str:
        return "đã nạp" if self.is_stored else "kèm theo (deploy/units)"


def units_of_product() -> KnownData:
    """The units of the product's files, and no regime."""
    return KnownData([], Registry(unit_files.read_units(UNIT_FILES)), is_stored=False)


def of_product(working_days: WorkingDays) -> KnownData:
    """The units and regimes of the product's files. Raises FaultsError."""
    return KnownData(regime_files.read_regimes(REGIME_FILES, working_days), units_of_product().registry, is_stored=False)


async def stored(settings: CliSettings) -> KnownData | None:
    """The stored regimes and units, if MongoDB answers at once and has any. Only reads."""
    client = mongo.connect(settings.mongo_url)
    database = client[settings.database]
    try:
        async with asyncio.timeout(STORED_S):
            await data_format.require(database)
            store = ReferenceStore(database, system_clock)
            units = (await store.current()).registry
            return KnownData(await store.files(), units, is_stored=True) if units.units else None
    except delivery.MAY_PASS as error:
        if not (delivery.is_passing(error) or mongo.is_login_refused(error)):  # a MongoDB that is not ours
            raise
        return None
    finally:
        await mongo.close(client)
