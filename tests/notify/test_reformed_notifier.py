"""The notifier on real servers while a reform is applied and reverted: 111 and 112 become 111-2026 on 15/12/2026."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import orjson
import pytest

from services.notify import tick
from services.notify.domain import reminders
from shared.plumbing.reference_store import ReferenceStore
from shared.plumbing.reform_documents import Application
from shared.plumbing.reform_store import ReformStore
from shared.shell.clock import system_clock
from shared.wire import subjects
from shared.wire.events import Logged
from shared.words import reform_plan
from tests.notify.builders import extended, submitted, vn
from tests.notify.conftest import Office, units, working
from tests.reform_builders import content, line, new

EVE, MORNING, NEXT = vn("2026-12-14 09:00"), vn("2026-12-15 08:00"), vn("2026-12-16 08:00")
REFORM = content(line("111", "111"), line("112", "111"), units=[new("111", parent="11", name="Xã Mới")], day=date(2026, 12, 15))


async def _apply(office: Office) -> ReformStore:
    reference = ReferenceStore(office.connections.database, system_clock)
    store, current = ReformStore(reference, office.connections.database, system_clock), await reference.current()
    plan = reform_plan.make(REFORM, current.registry)
    assert await store.apply(Application(plan, {"reform.yaml": "id: …"}, "1", current.generation), "operator/lan")
    return store


async def _claim(office: Office, at: datetime) -> None:
    """A notifier claims what is due and is killed before it sends."""
    async with working(office) as killed:
        reference = killed.follower.reference
        found = reminders.reached(killed.follower.book.owed(at).values(), reference, at)
        await killed.alerts.claim(reminders.decide(found, set(), reference, at), killed.channels_of)
    ended = datetime.now(UTC) - timedelta(seconds=1)
    await office.connections.database["alerts"].update_many({}, {"$set": {"lease_until": ended}})


async def _published(office: Office) -> list[tuple[str, dict[str, Any]]]:
    """The subject of every reminder in ALERTS, and its data."""
    jetstream = office.connections.streams.jetstream
    last = await office.connections.streams.last_sequence(subjects.ALERTS)
    found = [await jetstream.get_msg(subjects.ALERTS, sequence) for sequence in range(1, last + 1)]
    read = [(message.subject or "", orjson.loads(message.data or b"{}")["data"]) for message in found]
    return sorted(((subject, data) for subject, data in read if "digest" not in data), key=lambda one: (one[0], one[1]["of"]["id"]))


@pytest.mark.stores
async def test_what_was_raised_before_a_reform_and_not_sent_goes_to_the_heir_once(office: Office) -> None:
    await _claim(office, EVE)
    await _apply(office)
    async with working(office) as desk:
        assert units(await tick.tick(desk, MORNING)) == []
        assert units(await tick.tick(desk, MORNING)) == []
    found = [(subject, data["unit"], data["of"]["id"], data["rung"]) for subject, data in await _published(office)]
    assert found == [
        ("alerts.111-2026", "111-2026", "111", "before-7"),
        ("alerts.111-2026", "111-2026", "112", "before-7"),
        ("alerts.113", "113", "113", "before-7"),
    ]
    stored = office.connections.database["alerts"].find({"channel": "stream", "task": "report"})
    assert {document["unit_id"]: document["to"] async for document in stored} == {"111": "111-2026", "112": "111-2026", "113": "113"}


async def test_after_a_revert_the_units_are_reminded_themselves_again(office: Office) -> None:
    store = await _apply(office)
    async with working(office) as desk:
        assert len(units(await tick.tick(desk, NEXT))) == 3
    await store.revert(REFORM.reform.id, "operator/lan")
    async with working(office) as desk:
        assert len(units(await tick.tick(desk, vn("2026-12-18 08:00")))) == 3
    found = {(data["of"]["id"], data["rung"]): data["unit"] for _, data in await _published(office)}
    assert found == {
        ("111", "before-3"): "111-2026",
        ("112", "before-3"): "111-2026",
        ("113", "before-3"): "113",
        ("111", "last-day-0800"): "111",
        ("112", "last-day-0800"): "112",
        ("113", "last-day-0800"): "113",
    }


def _imported(event: Logged) -> Logged:
    return event._replace(raw=event.raw[:-1] + b',"imported":true}', imported=True)


@pytest.mark.stores
async def test_a_restarted_notifier_knows_what_was_imported(office: Office) -> None:
    await office.log(_imported(submitted("111")), _imported(extended("2026-12-26", "112", received="2026-12-15 20:00")))
    for _ in range(2):  # the second one continues from the checkpoint
        async with working(office) as desk:
            await tick.tick(desk, vn("2026-11-16 08:00"))
            [imported] = desk.follower.book.ledger.imported_ms.values()
            assert imported > 0
    checkpoint = await office.connections.database["checkpoints"].find_one({"_id": "notify"})
    assert checkpoint is not None
    assert [entry[:2] for entry in checkpoint["imported"]] == [["bao-cao-nam", "2026"]]
