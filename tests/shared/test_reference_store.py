"""Reference data: an import without changes keeps the generation, an import with changes raises it once."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from pymongo import ReplaceOne
from pymongo.errors import AutoReconnect, OperationFailure

from shared.plumbing import mongo, reference_documents, reference_store
from shared.plumbing.mongo import Document, Session
from shared.plumbing.reference_store import ReferenceStore
from shared.shell.clock import system_clock
from shared.shell.service import Connections
from shared.words.regimes import Regime
from shared.words.units import Contact, Unit

pytestmark = pytest.mark.stores

PROVINCE = Unit("20", "20", "Tỉnh Lạng Sơn", "province", "peoples_committee", None, date(2024, 1, 1))
DISTRICT = Unit("184", "184", "Huyện Văn Quan", "district", "peoples_committee", "20", date(2024, 1, 1), date(2025, 7, 1))
UNITS = [PROVINCE, DISTRICT]


@pytest.fixture
def store(connections: Connections) -> ReferenceStore:
    return ReferenceStore(connections.database, system_clock)


def regime(**changes: Any) -> Regime:
    right: dict[str, Any] = {
        "id": "thu",
        "title": "Thử",
        "legal_basis": ["Kế hoạch"],
        "periods": ["2024"],
        "recipient": "20",
        "within": "20",
        "reporters": {"huyen": {"label": "Huyện", "level": "district"}},
        "obligation": {"deadlines": {"huyen": {"before": "12-20"}}},
        "indicators": [{"code": "so", "label": "Số", "kind": "quantity", "decimals": 2}],
    }
    return Regime.model_validate(right | changes)


async def test_before_the_first_import_there_is_generation_0_and_nothing_in_it(store: ReferenceStore) -> None:
    reference = await store.current()

    assert reference.generation == 0
    assert reference.registry.units == ()
    assert reference.regimes == {}


async def test_what_was_put_is_read_back(store: ReferenceStore) -> None:
    with_contact = replace(DISTRICT, contacts=(Contact("Văn phòng", "0200", "184@bao-cao.example"),))
    await store.put_units([PROVINCE, with_contact])
    await store.put_regimes([regime()])

    reference = await store.current()

    assert set(reference.registry.units) == {PROVINCE, with_contact}
    assert reference.registry.ids["184"][-1].contacts == with_contact.contacts
    assert reference.regimes == {"thu": regime()}


async def test_importing_twice_changes_nothing(store: ReferenceStore) -> None:
    assert await store.put_units(UNITS) == 2
    assert await store.put_regimes([regime()]) == ["thu"]
    generation = await store.generation()

    assert await store.put_units(UNITS) == 0
    assert await store.put_regimes([regime()]) == []

    assert await store.generation() == generation


async def test_the_first_import_raises_the_generation(store: ReferenceStore) -> None:
    await store.put_units(UNITS)

    assert await store.generation() == 1


@pytest.mark.parametrize(
    "changed",
    [
        replace(DISTRICT, name="Huyện Văn Quan mới"),
        replace(DISTRICT, valid_to=None),
        replace(DISTRICT, parent=None),
        replace(DISTRICT, contacts=(Contact("Văn phòng"),)),
    ],
)
async def test_a_changed_unit_raises_the_generation_once(store: ReferenceStore, changed: Unit) -> None:
    await store.put_units(UNITS)

    assert await store.put_units([PROVINCE, changed]) == 1
    assert await store.put_units([PROVINCE, changed]) == 0

    assert await store.generation() == 2
    assert (await store.current()).registry.ids["184"][-1] == changed


async def test_units_that_are_not_named_stay(store: ReferenceStore) -> None:
    await store.put_units(UNITS)

    assert await store.put_units([PROVINCE]) == 0

    assert set((await store.current()).registry.ids) == {"20", "184"}
    assert await store.generation() == 1


async def test_a_changed_regime_raises_the_generation_and_keeps_when_it_was_first_loaded(store: ReferenceStore) -> None:
    await store.put_regimes([regime()])
    first = await store.current()

    assert await store.put_regimes([regime(title="Thử lại")]) == ["thu"]

    second = await store.current()
    assert second.generation == first.generation + 1
    assert second.loaded_at == first.loaded_at
    assert abs(first.loaded_at["thu"] - datetime.now(UTC)) < timedelta(minutes=1)


async def test_an_import_that_was_cut_off_changed_nothing(store: ReferenceStore, monkeypatch: pytest.MonkeyPatch) -> None:
    await store.put_units(UNITS)
    renamed = [replace(PROVINCE, name="Tỉnh khác"), replace(DISTRICT, name="Huyện Văn Quan mới")]
    with monkeypatch.context() as patched:
        patched.setattr(reference_store, "WRITE_BATCH", 1)
        patched.setattr(mongo, "replacement", _cut_off_at_the_district)
        with pytest.raises(AutoReconnect):
            await store.put_units(renamed)
    assert (await store.generation(), set((await store.current()).registry.units)) == (1, set(UNITS))

    assert await store.put_units(renamed) == 2

    assert (await store.generation(), set((await store.current()).registry.units)) == (2, set(renamed))


def _cut_off_at_the_district(document: Document) -> Any:
    if document["_id"] == DISTRICT.id:
        raise AutoReconnect
    return ReplaceOne({"_id": document["_id"]}, document, upsert=True)


class Held:
    """Holds an import when all of it is written and nothing of it is stored."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.is_there, self.goes_on = asyncio.Event(), asyncio.Event()
        store = ReferenceStore.store

        async def connections(itself: ReferenceStore, collection: mongo.Collection[Any], changed: Any, session: Session) -> None:
            await store(itself, collection, changed, session)
            if not self.is_there.is_set():
                self.is_there.set()
                await self.goes_on.wait()

        monkeypatch.setattr(ReferenceStore, "store", connections)


@pytest.mark.parametrize("before", ["Tỉnh Lạng Sơn", "Tỉnh cũ"], ids=["the newer one changes nothing", "both change it"])
async def test_a_newer_import_stays_when_an_older_one_lands_late(
    store: ReferenceStore, connections: Connections, monkeypatch: pytest.MonkeyPatch, before: str
) -> None:
    await store.put_units([replace(PROVINCE, name=before)])
    older = Held(monkeypatch)

    late = asyncio.create_task(ReferenceStore(connections.database, system_clock).put_units([replace(PROVINCE, name="Tỉnh khác")]))
    await older.is_there.wait()
    newer = asyncio.create_task(ReferenceStore(connections.database, system_clock).put_units([PROVINCE]))
    await asyncio.sleep(0.2)
    assert not newer.done()
    older.goes_on.set()

    assert (await late, await newer) == (1, 1)
    assert (await store.current()).registry.ids["20"][-1].name == PROVINCE.name
    assert await store.generation() == 3


@pytest.fixture
async def short_lived(connections: Connections) -> AsyncIterator[None]:
    """Transactions that are left open are given up by the server after a second instead of a minute."""
    admin, name = connections.database.client["admin"], "transactionLifetimeLimitSeconds"
    before = (await admin.command({"getParameter": 1, name: 1}))[name]
    await admin.command({"setParameter": 1, name: 1})
    yield
    await admin.command({"setParameter": 1, name: before})


@pytest.mark.usefixtures("short_lived")
async def test_an_import_that_was_killed_gives_way_to_the_next(store: ReferenceStore, connections: Connections) -> None:
    await store.put_units([PROVINCE])
    async with mongo.opened_session(connections.database) as killed:
        driver: Any = killed
        await mongo.awaited(driver.start_transaction())
        await store.store(store._units, [reference_documents.unit_document(replace(PROVINCE, name="Tỉnh khác"), "20")], killed)

        assert await store.put_units([replace(PROVINCE, name="Tỉnh mới")]) == 1

        with pytest.raises(OperationFailure, match="has been aborted"):
            await killed.commit_transaction()
    assert (await store.current()).registry.ids["20"][-1].name == "Tỉnh mới"
    assert await store.generation() == 2


async def test_reference_data_are_read_again_only_when_the_generation_was_raised(store: ReferenceStore, connections: Connections) -> None:
    await store.put_units(UNITS)
    before = await store.current()
    assert await store.current() is before

    await ReferenceStore(connections.database, system_clock).put_units([replace(PROVINCE, name="Tỉnh khác")])

    assert (await store.current()).registry.ids["20"][-1].name == "Tỉnh khác"


async def test_the_generation_is_never_lowered(store: ReferenceStore) -> None:
    await store.raise_to(7)
    await store.raise_to(3)

    assert await store.generation() == 7


async def test_an_import_after_a_rebuild_goes_on_from_the_rebuilt_generation(store: ReferenceStore) -> None:
    await store.put_units(UNITS)
    await store.raise_to(7)

    assert await store.put_units(UNITS) == 0
    assert await store.generation() == 7
    await store.put_units([replace(PROVINCE, name="Tỉnh khác")])
    assert await store.generation() == 8


async def test_the_kind_of_an_indicator_is_kept_when_it_is_left_out(store: ReferenceStore) -> None:
    other = {"code": "khac", "label": "Khác", "kind": "flag"}
    await store.put_regimes([regime()])
    await store.put_regimes([regime(indicators=[other])])
    await store.put_regimes([regime(indicators=[other], title="Thử lại")])
    assert await store.kinds() == {"thu": {"so": ("quantity", 2), "khac": ("flag", 0)}}


async def test_a_regime_stored_before_kinds_were_kept_has_those_of_its_file(store: ReferenceStore, connections: Connections) -> None:
    await store.put_regimes([regime()])
    await connections.database["regimes"].update_many({}, {"$unset": {"kinds": ""}})
    await store.put_regimes([regime(indicators=[])])
    assert await store.kinds() == {"thu": {"so": ("quantity", 2)}}
