"""Data of format 5 stay valid in format 6, tested on a stored copy: units get no new keys, and reforms can be applied and reverted."""

import asyncio
from pathlib import Path

import pytest

from services.cli.files import reform_check, reform_files
from services.cli.files.reform_files import Known
from services.cli.known_reforms import REFORM_FILES
from shared.plumbing import data_format
from shared.plumbing.reform_documents import Application
from shared.plumbing.reform_store import ReformStore
from shared.shell.service import Connections
from tests.aggregate.running import verdict
from tests.data_formats import stored
from tests.running import running, with_all_settings

NAME = "format-5"
OFFICES = REFORM_FILES / "2025-03-01-quang-binh"
REFERENCE = ("units", "regimes")


@pytest.fixture
async def before(connections: Connections) -> Connections:
    """The database and streams of then."""
    await stored.put_back(connections, NAME)
    return connections


async def test_services_that_start_together_raise_the_generation_once(before: Connections) -> None:
    generation = await stored.checkpoint(before, "generation")
    assert await stored.checkpoint(before, "format") == 5

    await asyncio.gather(*[data_format.mark(before.database) for _ in range(5)])
    await data_format.mark(before.database)

    assert (await stored.checkpoint(before, "format"), await stored.checkpoint(before, "generation")) == (
        data_format.VERSION,
        generation + 1,
    )


async def test_units_are_read_as_they_were_stored(before: Connections) -> None:
    found = {document["_id"]: document for document in stored.collections(NAME)["units"]}

    reference = await before.reference.current()

    assert reference.registry.ids.keys() == found.keys()
    assert all(len(rows) == 1 for rows in reference.registry.ids.values())
    assert (reference.pins, reference.reform_days, reference.registry.areas) == ({}, (), ())
    assert await before.reference.put_units(reference.registry.units) == 0
    assert await stored.documents(before, "units") == found


async def test_a_season_of_format_5_goes_on(before: Connections, tmp_path: Path) -> None:
    settings = with_all_settings(before).settings
    told = {name: report["event"] for name, report in (await stored.documents(before, "reports")).items()}
    owed = {name: (duty["owed"], duty["state"]["winner"]) for name, duty in (await stored.documents(before, "duties")).items()}
    views = {name: view["hash"] for name, view in (await stored.documents(before, "views")).items()}
    generation = await stored.checkpoint(before, "generation")

    async with running(settings, tmp_path, "ingest", "aggregate", "notify"):
        await stored.until_computed_again(before, generation)
        found = await verdict(before)

    assert found.as_dict()["differences"] == []
    assert {name: report["event"] for name, report in (await stored.documents(before, "reports")).items()} == told
    assert {name: view["hash"] for name, view in (await stored.documents(before, "views")).items()} == views
    now = {name: (duty["owed"], duty["state"]["winner"]) for name, duty in (await stored.documents(before, "duties")).items()}
    assert {name: now.get(name) for name in owed} == owed


async def test_a_reform_is_applied_to_units_of_format_5_and_reverted(before: Connections) -> None:
    reforms = ReformStore(before.reference, before.database, before.clock)
    units = {name: await stored.documents(before, name) for name in REFERENCE}
    await data_format.mark(before.database)
    reference, files = await before.reference.current(), reform_files.read(OFFICES)
    plan = reform_check.check(files, Known(reference.registry)).plan

    assert await reforms.apply(Application(plan, files.texts, files.digest, reference.generation), "operator/lan")
    assert len(await stored.documents(before, "units")) == len(units["units"]) + len(plan.begun)
    assert await reforms.revert(files.reform.id, "operator/lan") == []

    assert {name: await stored.documents(before, name) for name in REFERENCE} == units
