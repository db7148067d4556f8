"""The reforms of 2025 on the product's units and regimes, applied and reverted while an aggregator runs.

What figures of 2024 say does not change (I4); after the reverts units, areas and regimes are those of before, byte for byte.
"""

from collections.abc import Mapping
from typing import Any

import pytest
from bson.codec_options import CodecOptions
from bson.raw_bson import RawBSONDocument

from services.cli import applying
from services.cli.applying import WithRegimes
from services.cli.data import REGIME_FILES
from services.cli.files import reform_check, reform_files
from services.cli.known_reforms import REFORM_FILES
from shared.shell.service import Connections
from shared.wire import subjects
from tests import seeds
from tests.aggregate.running import aggregating
from tests.benchmarks import load
from tests.waiting import until

REGIMES = ("nq68-quang-binh", "ct27-van-quan")
PERIOD = "2024"
WATCHED = ("units", "areas", "regimes")


async def stored(connections: Connections) -> dict[str, list[bytes]]:
    """The bytes of all documents, sorted by `_id`."""
    found = {}
    for name in WATCHED:
        collection: Any = connections.database[name].with_options(CodecOptions(document_class=RawBSONDocument))
        found[name] = [one.raw for one in sorted(await collection.find().to_list(None), key=lambda one: str(one["_id"]))]
    return found


async def hashes(connections: Connections) -> dict[str, str]:
    """The hashes of the views of 2024."""
    return {view["_id"]: view["hash"] async for view in connections.database["views"].find({"period": PERIOD}, {"hash": 1})}


async def log_reports(connections: Connections) -> Mapping[int, int]:
    """A report of every commune for 2024; the last sequence in each partition's part of the log."""
    reference, ends = await connections.reference.current(), {}
    for name in REGIMES:
        setting = reference.setting(name, PERIOD)
        assert setting is not None
        units = setting.regime.group_members(setting.tree)["xa"]
        partitions = connections.declaration.partitions
        messages = list(load.logged(setting.regime, PERIOD, units, len(units), partitions))
        partition = subjects.partition_of(name, PERIOD, partitions)
        ends[partition] = (await connections.streams.publish_together(subjects.REPORTS, messages))[-1]
    return ends


async def until_computed(connections: Connections) -> None:
    """Waits until every view is computed under the present generation."""
    generation = await connections.reference.generation()

    async def is_computed() -> bool:
        older = await connections.database["views"].count_documents({"position.generation": {"$lt": generation}})
        newer = await connections.database["views"].count_documents({"position.generation": generation})
        return older == 0 and newer > 0

    await until(is_computed, within_s=120.0)


async def apply(connections: Connections, *, with_regimes: bool) -> list[str]:
    """Applies both reforms; what was applied, not found applied."""
    applied: list[str] = []
    for files in reform_check.read_all(reform_files.folders(REFORM_FILES)):
        given = WithRegimes(REGIME_FILES, is_sure=True) if with_regimes and not applied else WithRegimes()
        outcome = await applying.apply(connections, files, given, lambda _: None)
        applied += [files.reform.id] if outcome.checked is not None else []
    return applied


@pytest.mark.parametrize("with_regimes", [True, False], ids=["regimes loaded with the reform", "regimes loaded before"])
async def test_i4_figures_of_2024_stay_and_reverts_give_the_bytes_of_before(loaded: Connections, *, with_regimes: bool) -> None:
    if not with_regimes:
        await loaded.reference.put_regimes(seeds.changing_regimes())
    before = await stored(loaded)
    reforms = applying.store(loaded)
    async with aggregating(loaded):
        for partition, end in (await log_reports(loaded)).items():
            await until(lambda p=partition, e=end: _has_read(loaded, p, e))  # type: ignore[misc]
        await until_computed(loaded)
        views = await hashes(loaded)

        assert await apply(loaded, with_regimes=with_regimes) == ["2025-03-01-quang-binh", "2025-07-01"]
        generation = await loaded.reference.generation()
        await until_computed(loaded)
        assert await hashes(loaded) == views
        assert await apply(loaded, with_regimes=with_regimes) == []
        assert await loaded.reference.generation() == generation

        for name in ("2025-07-01", "2025-03-01-quang-binh"):
            assert await reforms.revert(name, "operator/lan") == []
        await until_computed(loaded)
        assert await hashes(loaded) == views

    assert len(views) > 10
    assert await stored(loaded) == before


async def _has_read(connections: Connections, partition: int, end: int) -> bool:
    found = await connections.database["checkpoints"].find_one({"_id": f"aggregate/{partition}"})
    return found is not None and found["sequence"] >= end
