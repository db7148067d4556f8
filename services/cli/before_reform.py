"""What there is before a reform: units, regimes, reports. From MongoDB if it answers at once, else from the product's files."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from services.cli import known_data
from services.cli.files.reform_check import Checked
from services.cli.files.regime_files import RegimeFile, others
from services.cli.stored_reform import ReformReader
from shared.plumbing import data_format, delivery, mongo
from shared.plumbing.mongo import Documents
from shared.plumbing.reference_store import ReferenceStore
from shared.shell.clock import system_clock
from shared.shell.settings import CliSettings
from shared.words import reform_effects, regimes
from shared.words.calendar import WorkingDays
from shared.words.reference import Reference
from shared.words.reform_effects import Effects, Rules, Stored
from shared.words.regimes import Regime


@dataclass(frozen=True, slots=True)
class Before:
    """Units and regimes without a reform, the regimes as their files have them, and what is stored; None if MongoDB does not answer."""

    reference: Reference
    files: Sequence[Regime]
    stored: Stored | None = None

    def effects(self, checked: Checked, read: Sequence[RegimeFile]) -> Effects:
        """What the reform does. `read` are regimes that are loaded with it."""
        after = [*(file.regime for file in read), *others(self.files, read)] if read else ()
        return reform_effects.of_plan(self.reference, Rules(self.files, after), checked.plan, self.stored or Stored())


async def read(checked: Checked, settings: CliSettings, working_days: WorkingDays) -> Before:
    """What there is before a checked reform. Reforms that come before it and are not applied yet count as applied. Only reads."""
    client = mongo.connect(settings.mongo_url)
    try:
        async with asyncio.timeout(known_data.STORED_S):
            await data_format.require(client[settings.database])
        found = await _stored(client[settings.database], checked, working_days)
    except delivery.MAY_PASS as error:
        if not (delivery.is_passing(error) or mongo.is_login_refused(error)):  # a MongoDB that is not ours
            raise
        found = None
    finally:
        await mongo.close(client)
    return found or _of_product(checked, working_days)


async def _stored(database: Documents, checked: Checked, working_days: WorkingDays) -> Before | None:
    """What MongoDB has; None if it has no units."""
    store = ReferenceStore(database, system_clock)
    store.use(working_days)
    reference, files = await store.current(), await store.files()
    if not reference.registry.units:
        return None
    before = replace(reference, registry=checked.before.registry, reform_days=tuple(sorted({*reference.reform_days, *_days(checked)})))
    ended = {edge.old for edge in checked.plan.edges}
    return Before(before, files, await ReformReader(database).read(before, checked.plan.day, ended))


def _of_product(checked: Checked, working_days: WorkingDays) -> Before:
    known = known_data.of_product(working_days)
    reference = Reference(
        0, checked.before.registry, regimes.resolve(known.regimes), {}, working_days, reform_days=tuple(sorted(_days(checked)))
    )
    return Before(reference, known.regimes)


def _days(checked: Checked) -> set[date]:
    return {edge.day for edge in checked.before.registry.lineage.edges}
