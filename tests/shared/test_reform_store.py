"""Reforms in MongoDB: applied and reverted as a whole, once, and exactly. The reform is that of a small tree."""

import asyncio
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from bson.codec_options import CodecOptions
from bson.raw_bson import RawBSONDocument

from shared.plumbing import mongo
from shared.plumbing.mongo import Session
from shared.plumbing.reference_store import ReferenceStore
from shared.plumbing.reform_documents import Application
from shared.plumbing.reform_store import ReformStore, RefusedError, StaleError
from shared.shell.clock import system_clock
from shared.shell.service import Connections
from shared.words import reform_plan
from shared.words.reform import AreaLine, Content
from shared.words.units import Contact
from tests.reform_builders import REFORM_DAY, content, line, new, small_tree
from tests.shared.test_reference_store import regime

pytestmark = pytest.mark.stores

BY = "operator/lan"
DAY_BEFORE = date(2025, 6, 30)
LATER = date(2026, 4, 30)
REFORM = content(
    line("A", "A"),
    line("B", "A"),
    line("D", "DE"),
    line("E", "DE"),
    line("184", "20", "none"),
    line("185", "20", "none"),
    units=[new("20", "", "province"), new("A"), new("C", name="Xã C mới"), new("DE")],
    areas=[AreaLine("184-VQ", "Địa bàn huyện 184 (cũ)", "A"), AreaLine("184-VQ", "Địa bàn huyện 184 (cũ)", "C")],
)
RENAMED = content(units=[new("A", name="Phường A")], day=LATER)
WATCHED = ("units", "areas", "regimes")


class Office:
    """An operator's commands on a database, each with connections of its own."""

    def __init__(self, connections: Connections) -> None:
        self.database = connections.database
        self.reference = ReferenceStore(connections.database, system_clock)
        self.reforms = ReformStore(self.reference, connections.database, system_clock)

    async def application(self, content: Content = REFORM, digest: str = "1") -> Application:
        current = await self.reference.current()
        plan = reform_plan.make(content, current.registry)
        pins = {("thu", "2025"): DAY_BEFORE}
        return Application(plan, {"reform.yaml": "id: …"}, digest, current.generation, pins, [regime(recipient="A")])

    async def apply_again(self) -> bool:
        """Applies the reform with a plan that was made before."""
        plan = reform_plan.make(REFORM, small_tree())
        return await self.reforms.apply(Application(plan, {}, "1", 0), BY)

    async def apply(self, content: Content = REFORM, digest: str = "1") -> bool:
        return await self.reforms.apply(await self.application(content, digest), BY)

    async def stored(self) -> dict[str, list[bytes]]:
        """The bytes of all documents, by collection, sorted by `_id`."""
        return {name: await raw(self.database, name) for name in WATCHED}


async def raw(database: mongo.Documents, name: str) -> list[bytes]:
    collection = database[name].with_options(CodecOptions(document_class=RawBSONDocument))
    found = [document async for document in collection.find()]
    return [document.raw for document in sorted(found, key=lambda one: str(one["_id"]))]  # type: ignore[attr-defined]


@pytest.fixture
async def office(connections: Connections) -> Office:
    found = Office(connections)
    units = [replace(unit, contacts=(Contact("Bà Lan", "0912", f"{unit.code}@xa.example"),)) for unit in small_tree().units]
    await found.reference.put_units(units)
    await found.reference.put_regimes([regime()])
    return found


async def test_an_applied_reform_is_what_its_plan_says(office: Office) -> None:
    application, before = await office.application(), await office.reference.current()

    assert await office.reforms.apply(application, BY)

    after = await office.reference.current()
    expected = application.plan.applied(before.registry)
    assert set(after.registry.units) == set(expected.units)
    assert set(after.registry.areas) == set(expected.areas)
    assert set(after.registry.lineage.edges) == set(expected.lineage.edges)
    assert after.pins == {("thu", "2025"): DAY_BEFORE}
    assert after.reform_days == (REFORM_DAY,)
    assert after.regimes["thu"].recipient == "A"
    assert after.generation == before.generation + 1
    [stored] = await office.reforms.all()
    assert (stored.reform, stored.is_applied, stored.counts) == (application.plan.reform, True, application.plan.counts)
    assert [(act.what, act.by) for act in stored.history] == [("applied", BY)]
    assert abs(stored.history[0].at - datetime.now(UTC)).total_seconds() < 60


async def test_later_rows_of_a_unit_have_keys_of_their_own(office: Office) -> None:
    await office.apply()

    keys = await office.database["units"].distinct("_id")
    assert {key for key in keys if key.startswith(("A", "C", "D", "20"))} == {
        *("20", "20-STC", "A", "A-2025", "C", "C@2025-07-01", "D", "DE"),
    }


async def test_applied_twice_is_applied_once(office: Office) -> None:
    await office.apply()
    generation, stored = await office.reference.generation(), await raw(office.database, "reforms")

    assert not await office.apply_again()

    assert await office.reference.generation() == generation
    assert await raw(office.database, "reforms") == stored


async def test_two_operators_at_once_are_one(office: Office, connections: Connections) -> None:
    others = [Office(connections) for _ in range(4)]
    applications = [await other.application() for other in others]

    found = await asyncio.gather(*[one.reforms.apply(its, BY) for one, its in zip(others, applications, strict=True)])

    assert sorted(found) == [False, False, False, True]
    [stored] = await office.reforms.all()
    assert len(stored.history) == 1


async def test_a_plan_for_units_that_have_changed_since_is_refused(office: Office) -> None:
    application = await office.application()
    await office.reference.put_regimes([regime(title="Thử lại")])
    before = await office.stored()

    with pytest.raises(StaleError):
        await office.reforms.apply(application, BY)

    assert await office.stored() == before
    assert await office.apply()


async def test_other_content_under_the_same_id_is_refused_until_the_reform_is_reverted(office: Office) -> None:
    await office.apply()
    before, generation = await office.stored(), await office.reference.generation()
    other = replace(await office.application(RENAMED), plan=reform_plan.make(REFORM, small_tree()), digest="2")

    with pytest.raises(RefusedError, match="applied with other content"):
        await office.reforms.apply(other, BY)

    assert (await office.stored(), await office.reference.generation()) == (before, generation)
    await office.reforms.revert("2025-07-01", BY)
    assert await office.apply(digest="2")


async def test_red_team_14_a_revert_gives_the_bytes_of_before_and_the_mended_files_can_be_applied(office: Office) -> None:
    before, generation = await office.stored(), await office.reference.generation()
    await office.apply()
    applied = await office.stored()

    assert await office.reforms.revert("2025-07-01", "operator/minh") == []

    assert await office.stored() == before
    assert await office.reference.generation() == generation + 2
    current = await office.reference.current()
    assert (current.pins, current.reform_days, current.registry.lineage.edges) == ({}, (), ())
    assert await office.reforms.revert("2025-07-01", BY) is None
    assert await office.apply(digest="mended")
    assert await office.stored() == applied
    [stored] = await office.reforms.all()
    acts = [("applied", BY), ("reverted", "operator/minh"), ("applied", BY)]
    assert [(act.what, act.by) for act in stored.history] == acts


async def test_a_reform_that_was_never_applied_cannot_be_reverted(office: Office) -> None:
    with pytest.raises(RefusedError, match="never applied"):
        await office.reforms.revert("2025-07-01", BY)


@pytest.mark.parametrize("later", [RENAMED, content(units=[new("C", name="Phường C")], day=LATER)], ids=["a new unit", "one that went on"])
async def test_a_reform_on_which_a_later_one_builds_is_not_reverted(office: Office, later: Content) -> None:
    await office.apply()
    await office.apply(later)
    before = await office.stored()

    with pytest.raises(RefusedError, match="2026-04-30"):
        await office.reforms.revert("2025-07-01", BY)

    assert await office.stored() == before
    assert await office.reforms.revert("2026-04-30", BY) == []
    assert await office.reforms.revert("2025-07-01", BY) == []


async def test_reforms_are_reverted_in_the_order_that_their_files_name(office: Office) -> None:
    await office.apply()
    apart = content(units=[new("44-SYT", "44", "province", "office", "Sở Y tế mới")], day=LATER)
    await office.apply(replace(apart, reform=apart.reform.model_copy(update={"after": ["2025-07-01"]})))

    with pytest.raises(RefusedError, match="2026-04-30"):
        await office.reforms.revert("2025-07-01", BY)


async def test_a_reform_is_not_reverted_while_other_units_are_below_its_new_ones(office: Office) -> None:
    await office.apply()
    of_new = replace(small_tree().units[3], id="DE-VP", code="DE-VP", parent="DE", valid_from=LATER)
    await office.reference.put_units([of_new])

    with pytest.raises(RefusedError, match="DE-VP"):
        await office.reforms.revert("2025-07-01", BY)


async def test_importing_the_units_of_before_again_changes_nothing(office: Office) -> None:
    await office.apply()
    before, generation = await office.stored(), await office.reference.generation()
    registry = (await office.reference.current()).registry
    contacts = {unit.id: unit.contacts for unit in registry.units if unit.valid_from < REFORM_DAY}

    base = [replace(unit, contacts=contacts[unit.id]) for unit in small_tree().units]
    assert await office.reference.put_units(base) == 0

    assert (await office.stored(), await office.reference.generation()) == (before, generation)


async def test_red_team_21_heirs_get_no_contact_and_a_unit_that_goes_on_keeps_its_own(office: Office) -> None:
    await office.apply()
    registry = (await office.reference.current()).registry

    assert [row.contacts for row in registry.ids["DE"]] == [()]
    assert [contact.email for row in registry.ids["C"] for contact in row.contacts] == ["C@xa.example", "C@xa.example"]


async def test_contacts_are_put_into_the_last_row_and_stay_with_the_unit_after_a_revert(office: Office) -> None:
    await office.apply()
    changed = (Contact("Ông Minh", "", "minh@xa.example"),)
    await office.reference.put_units([], {"C": changed})
    assert [row.contacts == changed for row in (await office.reference.current()).registry.ids["C"]] == [False, True]

    await office.reforms.revert("2025-07-01", BY)

    assert [row.contacts for row in (await office.reference.current()).registry.ids["C"]] == [changed]


async def test_a_regime_that_was_loaded_since_is_kept_by_a_revert(office: Office) -> None:
    await office.apply()
    await office.reference.put_regimes([regime(recipient="A", title="Thử lại")])

    assert await office.reforms.revert("2025-07-01", BY) == ["thu"]

    assert (await office.reference.current()).regimes["thu"].title == "Thử lại"


async def test_red_team_23_readers_see_all_of_a_reform_or_nothing(office: Office, connections: Connections) -> None:
    """A registry read of two generations has units of after and edges of before, or the other way round."""
    seen, is_done = set[tuple[int, int, int, str]](), asyncio.Event()

    async def read() -> None:
        while not is_done.is_set():
            found = await Office(connections).reference.current()
            seen.add(
                (len(found.registry.units), len(found.registry.areas), len(found.registry.lineage.edges), found.regimes["thu"].recipient)
            )

    reading = [asyncio.create_task(read()) for _ in range(4)]
    for _ in range(5):
        await office.apply()
        await office.reforms.revert("2025-07-01", BY)
    is_done.set()
    await asyncio.gather(*reading)

    assert seen == {(11, 0, 0, "20"), (14, 1, 6, "A")}


async def test_a_reading_that_an_import_overtakes_is_of_one_generation(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    await office.apply()
    await office.reforms.revert("2025-07-01", BY)
    other, read_all = await office.application(), ReferenceStore.read
    is_first = True

    async def slow(store: ReferenceStore, session: Session) -> object:
        nonlocal is_first
        await store.generation(session)  # the snapshot begins
        if is_first:
            is_first = False
            await office.reforms.apply(other, BY)
        return await read_all(store, session)

    monkeypatch.setattr(ReferenceStore, "read", slow)
    reader = ReferenceStore(office.database, system_clock)

    found = await reader.current()
    assert (found.generation, len(found.registry.units), len(found.registry.lineage.edges)) == (other.generation, 11, 0)
    again = await reader.current()
    assert (again.generation, len(again.registry.units), len(again.registry.lineage.edges)) == (other.generation + 1, 14, 6)
