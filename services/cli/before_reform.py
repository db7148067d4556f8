"""What there is before a reform: units, regimes, reports. From MongoDB if it answers at once, else from the product's files."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from services.cli import known_data
from services.cli.data import REGIME_FILES
from services.cli.files import reform_regimes, regime_files
from services.cli.files.faults import Fault
from services.cli.files.reform_check import Checked
from services.cli.files.regime_files import RegimeFile, others
from services.cli.stored_reform import ReformReader
from shared.plumbing import data_format, delivery, mongo
from shared.plumbing.mongo import Documents
from shared.plumbing.reference_store import ReferenceStore
from shared.shell.clock import system_clock
from shared.shell.settings import CliSettings
from shared.words import pins, reform_effects, regimes
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


async def regime_faults(found: Sequence[Checked], settings: CliSettings, working_days: WorkingDays) -> list[Fault]:
    """The regimes in which a code means another unit, or nobody, after a reform: the stored ones, or those of the product's files."""
    product = await asyncio.to_thread(regime_files.read_each, REGIME_FILES, working_days)
    faults: list[Fault] = []
    for checked in found:
        before = await read(checked, settings, working_days, product)
        events = before.stored.events if before.stored is not None else ()
        terms = pins.terms_of(((event.regime, event.period), event.unit_id, event) for event in events)
        pinned = pins.of_reform(before.reference, checked.plan.reform, terms)
        known = {regime.id: regime for regime in before.files}
        same = [file for file in product if known.get(file.regime.id) == file.regime]  # these say the line
        faults += reform_regimes.faults(checked, same, before.files, {**before.reference.pins, **pinned})
    return faults


async def read(checked: Checked, settings: CliSettings, working_days: WorkingDays, product: Sequence[RegimeFile] | None = None) -> Before:
    """What there is before a checked reform. Reforms that come before it and are not applied yet count as applied. Only reads.

    `product` are the regimes of the product's files, for a command that has read them: it needs openings and extensions, and no reports.
    """
    client = mongo.connect(settings.mongo_url)
    try:
        async with asyncio.timeout(known_data.STORED_S):
            await data_format.require(client[settings.database])
        found = await _stored(client[settings.database], checked, working_days, with_reports=product is None)
    except delivery.MAY_PASS as error:
        if not (delivery.is_passing(error) or mongo.is_login_refused(error)):  # a MongoDB that is not ours
            raise
        found = None
    finally:
        await mongo.close(client)
    return found or _of_product(checked, working_days, product or regime_files.read_each(REGIME_FILES, working_days))


async def _stored(database: Documents, checked: Checked, working_days: WorkingDays, *, with_reports: bool) -> Before | None:
    """What MongoDB has; None if it has no units."""
    store = ReferenceStore(database, system_clock)
    store.use(working_days)
    reference, files = await store.current(), await store.files()
    if not reference.registry.units:
        return None
    before = replace(reference, registry=checked.before.registry, reform_days=tuple(sorted({*reference.reform_days, *_days(checked)})))
    reader = ReformReader(database)
    if not with_reports:
        return Before(before, files, Stored(await reader.giving()))
    return Before(before, files, await reader.read(before, checked.plan.day, {edge.old for edge in checked.plan.edges}))


def _of_product(checked: Checked, working_days: WorkingDays, product: Sequence[RegimeFile]) -> Before:
    files, days = [file.regime for file in product], tuple(sorted(_days(checked)))
    return Before(Reference(0, checked.before.registry, regimes.resolve(files), {}, working_days, reform_days=days), files)


def _days(checked: Checked) -> set[date]:
    return {edge.day for edge in checked.before.registry.lineage.edges}
