"""A database of its own to which the reforms of 2025 were applied, for the pages of reforms."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from services.cli.files import reform_check, reform_files
from services.cli.files.reform_files import ReformFiles
from services.cli.known_reforms import REFORM_FILES
from shared.plumbing import mongo
from shared.plumbing.reference_store import ReferenceStore
from shared.plumbing.reform_documents import Application
from shared.plumbing.reform_store import ReformStore
from shared.shell.clock import system_clock
from shared.shell.settings import Settings
from shared.words import reform_plan
from tests import seeds
from tests.portal import builders

DATABASE = "tonghop_reforms"
MARCH = "2025-03-01-quang-binh"


@asynccontextmanager
async def reformed(settings: Settings) -> AsyncIterator[Settings]:
    """The settings of a portal whose units are those after both reforms. That of March was reverted once, and applied again. Two units that
    have ended owe a report of 2024: the second has no declared heir.
    """
    client = mongo.connect(settings.mongo_url)
    await client.drop_database(DATABASE)
    reference = ReferenceStore(client[DATABASE], system_clock)
    store = ReformStore(reference, client[DATABASE], system_clock)
    await reference.put_units(seeds.units())
    await reference.put_regimes(seeds.first_regimes())
    for files in reform_check.read_all(reform_files.folders(REFORM_FILES)):
        await apply(files, reference, store)
        if files.reform.id == MARCH:
            await store.revert(files.reform.id, "operator/binh")
            await apply(files, reference, store)
    named = [{"id": unit, "code": unit, "name": f"Xã {unit}"} for unit in ("06274", "04957")]
    owed = [builders.duty("06253") | {"_id": f"ct27-van-quan/2024/{unit['id']}", "unit": unit} for unit in named]
    await client[DATABASE]["duties"].insert_many(owed)
    for collection in ("people", "sessions"):  # who is logged in there is logged in here
        await client[DATABASE][collection].insert_many(await client[settings.database][collection].find().to_list(None))
    yield settings.model_copy(update={"database": DATABASE})
    await client.drop_database(DATABASE)
    await mongo.close(client)


async def apply(files: ReformFiles, reference: ReferenceStore, store: ReformStore) -> None:
    known = await reference.current()
    plan = reform_plan.make(files.content, known.registry)
    await store.apply(Application(plan, files.texts, files.digest, known.generation), "operator/an")
