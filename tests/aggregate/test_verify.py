"""Verify on real servers: it names what is wrong and nothing else, also while reports arrive."""

import asyncio
from typing import Any

import orjson
import pytest

from services.aggregate import verify
from shared.plumbing import tasks
from shared.plumbing.broker import Message
from shared.shell.service import Connections
from shared.wire import subjects
from tests import builders
from tests.aggregate.running import PERIOD, PROVINCE, REGIME, aggregating, log_reports, until_stored, verdict
from tests.waiting import until


def named(found: verify.Verdict) -> set[tuple[str, str]]:
    return {(one.view, one.field) for one in found.differences}


async def logged_id(connections: Connections) -> str:
    """The first event of `reports`."""
    found = await connections.database["reports"].find_one(sort=[("sequence", 1)])
    assert found is not None
    return str(found["_id"])


@pytest.mark.parametrize("field", ["event", "sequence"])
async def test_an_event_changed_by_hand_is_named(loaded: Connections, field: str) -> None:
    async with aggregating(loaded):
        await until_stored(loaded, await log_reports(loaded))
    event_id = await logged_id(loaded)
    changed: dict[str, Any] = {"event": "{}", "sequence": 99}
    await loaded.database["reports"].update_one({"_id": event_id}, {"$set": {field: changed[field]}})

    assert named(await verdict(loaded)) == {(f"reports/{event_id}", field)}


async def test_events_that_older_code_stored_as_text_are_read(loaded: Connections) -> None:
    """Format 1 kept the logged text as text."""
    async with aggregating(loaded):
        await until_stored(loaded, await log_reports(loaded))
    stored = loaded.database["reports"]
    async for document in stored.find({}, {"event": 1}):
        assert isinstance(document["event"], bytes)
        await stored.update_one({"_id": document["_id"]}, {"$set": {"event": document["event"].decode()}})
    await loaded.database["views"].drop()

    async with aggregating(loaded):  # all views again, from what is stored
        await until_stored(loaded, await log_reports(loaded, revisions=(2,), seed=8))
        found = await verdict(loaded)

    assert found.as_dict()["equal"] is True
    assert found.views > 0


async def test_an_event_that_is_gone_and_one_that_nobody_sent_are_named(loaded: Connections) -> None:
    async with aggregating(loaded):
        await until_stored(loaded, await log_reports(loaded))
    event_id = await logged_id(loaded)
    document = await loaded.database["reports"].find_one_and_delete({"_id": event_id})
    assert document is not None
    await loaded.database["reports"].insert_many([{**document, "_id": "x/sent-by-nobody"}, {"_id": "x/of-no-partition"}])

    found = await verdict(loaded)

    assert named(found) == {(f"reports/{name}", "") for name in (event_id, "x/sent-by-nobody", "x/of-no-partition")}


async def test_a_view_that_lacks_a_report_is_named_though_it_is_right_as_of_its_own_position(loaded: Connections) -> None:
    async with aggregating(loaded):
        await until_stored(loaded, await log_reports(loaded))
        [stale] = [document async for document in loaded.database["views"].find({"_id": PROVINCE})]
        await until_stored(loaded, await log_reports(loaded, revisions=(2,), seed=8))
    await loaded.database["views"].replace_one({"_id": PROVINCE}, stale)

    found = await verdict(loaded)

    assert {view for view, _ in named(found)} == {PROVINCE}
    assert (PROVINCE, "hash") in named(found)


async def test_what_the_aggregator_has_not_stored_is_named(loaded: Connections, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verify, "STILL_S", 0.5)
    async with aggregating(loaded):
        await until_stored(loaded, await log_reports(loaded))
    await log_reports(loaded, revisions=(2,), seed=8)

    found = await verdict(loaded)

    assert sum(view.startswith("reports/") for view, _ in named(found)) == 145
    assert (PROVINCE, "hash") in named(found)


async def test_a_view_that_moved_on_is_judged_as_of_its_own_position(loaded: Connections, monkeypatch: pytest.MonkeyPatch) -> None:
    """The log's end was noted in the middle of the season; the views stand at its end."""
    ends: dict[int, int] = {}
    real_end = verify._end

    async def end(connections: Connections, number: int) -> int:
        found = await real_end(connections, number)
        ends[number] = found if number in ends else found // 2
        return ends[number]

    monkeypatch.setattr(verify, "_end", end)
    async with aggregating(loaded):
        await until_stored(loaded, await log_reports(loaded, revisions=(1, 2)))
        assert (await verdict(loaded)).as_dict()["equal"] is True
        ends.clear()
        await loaded.database["views"].update_one({"_id": PROVINCE}, {"$set": {"indicators.ld_viec_lam_moi.total": 7}})
        assert named(await verdict(loaded)) == {(PROVINCE, "indicators.ld_viec_lam_moi.total")}


async def test_reports_that_come_in_meanwhile_are_no_difference(loaded: Connections) -> None:
    sent = 0

    async def keep_reporting() -> None:
        nonlocal sent
        for revision in range(2, 1000):
            await log_reports(loaded, revisions=(revision,), seed=revision)
            sent += 1

    async with aggregating(loaded):
        await until_stored(loaded, await log_reports(loaded))
        reporting = asyncio.create_task(keep_reporting())
        await until(lambda: _reached(lambda: sent, 2))
        for _ in range(3):
            before = sent
            assert (await verdict(loaded)).as_dict()["differences"] == []
            assert sent > before
        await tasks.end(reporting)


async def _reached(count: Any, wanted: int) -> bool:
    return bool(count() >= wanted)


async def test_every_partition_is_read(loaded: Connections) -> None:
    async with aggregating(loaded):
        await until_stored(loaded, await log_reports(loaded))
        read: list[int] = []
        found = await verify.verify(loaded, read.append)

    partitions = {document["position"]["partition"] async for document in loaded.database["views"].find()}
    assert (max(read), found.views) == (145, await loaded.database["views"].count_documents({}))
    assert partitions > {subjects.partition_of(REGIME, PERIOD, loaded.declaration.partitions)}


async def log_event(connections: Connections, **about: str) -> int:
    """Logs one report as if other units and regimes were loaded; its sequence."""
    data = {"regime": REGIME, "period": PERIOD, "revision": 1, "values": {}, "narratives": {"kho_khan": "x"}}
    of_data = {name: about[name] for name in ("regime", "period") if name in about}
    event_unit = about.get("unitid", "19003")
    event = builders.submitted("19003", narratives={"kho_khan": "x"}) | {"unitid": "19003", "receivedms": 1_797_000_000_000}
    event = {
        **event,
        **{name: about[name] for name in ("unitid", "type") if name in about},
        "data": {**data, "unit": event_unit, **of_data},
    }
    partition = subjects.partition_of(event["data"]["regime"], event["data"]["period"], connections.declaration.partitions)
    subject = subjects.reports(partition, event["data"]["regime"])
    return (await connections.streams.publish(subjects.REPORTS, Message(subject, orjson.dumps(event), f"19003/{event['id']}"))).seq


@pytest.mark.parametrize(
    ("about", "field", "named_as"),
    [
        ({"regime": "chua-nap"}, "unknown_regimes", "chua-nap"),
        ({"regime": "vhtt-van-quan"}, "unknown_regimes", "vhtt-van-quan"),  # derived: it takes no reports
        ({"period": "2019"}, "unknown_periods", f"{REGIME}/2019"),
        ({"unitid": "99999"}, "unknown_units", f"{REGIME}/{PERIOD}/99999"),
        ({"type": "vn.tonghop.khac.v9"}, "unknown_types", "vn.tonghop.khac.v9"),
        ({"unitid": "06253"}, "not_asked", f"{REGIME}/{PERIOD}/06253"),  # of another province: told, and no fault
    ],
)
async def test_events_that_no_view_can_count_are_named(loaded: Connections, about: dict[str, str], field: str, named_as: str) -> None:
    async with aggregating(loaded):
        await until_stored(loaded, await log_reports(loaded))
        last = await log_event(loaded, **about)
        await until(lambda: _has_stored(loaded, last))

        found = (await verdict(loaded)).as_dict()

    unknown = ("unknown_regimes", "unknown_periods", "unknown_units", "unknown_types")
    lists = ("differences", *unknown, "unreadable", "misplaced", "not_asked", "early")
    assert found == {"equal": field == "not_asked", "views": found["views"], **{name: [] for name in lists}, field: [named_as]}


async def _has_stored(connections: Connections, sequence: int) -> bool:
    return await connections.database["reports"].find_one({"sequence": sequence}) is not None


RUBBISH = [
    b"{",
    b"[]",
    b'{"hello": 1}',
    orjson.dumps(builders.submitted()),  # as a unit sends it, without what ingest adds
    orjson.dumps(builders.submitted() | {"unitid": "06253", "receivedms": 1, "data": {"regime": ["x"], "period": "2026"}}),
    orjson.dumps(builders.submitted(revision=10**30 % 2**64) | {"unitid": "06253", "receivedms": 1}),
    orjson.dumps(builders.submitted() | {"unitid": "06253", "receivedms": -1}),
    orjson.dumps(builders.submitted() | {"unitid": "06253", "receivedms": 10**18}),
    orjson.dumps(builders.submitted() | {"unitid": "06253", "receivedms": 1, "data": {"regime": REGIME, "period": PERIOD, "values": [1]}}),
]


async def test_messages_of_the_log_that_are_no_events_are_named_and_stop_nobody(loaded: Connections) -> None:
    partition = subjects.partition_of(REGIME, PERIOD, loaded.declaration.partitions)
    rubbish = [Message(subjects.reports(partition, REGIME), text, f"rubbish/{number}") for number, text in enumerate(RUBBISH)]
    sequences = [ack.seq for ack in await loaded.streams.publish_all(subjects.REPORTS, rubbish)]
    async with aggregating(loaded):
        await until_stored(loaded, await log_reports(loaded))
        found = await verdict(loaded)

    assert found.as_dict()["unreadable"] == sequences
    assert found.differences == []
    assert not found.is_equal


@pytest.mark.parametrize("is_other_regime", [False, True])
async def test_an_event_under_a_subject_that_is_not_its_own_is_named_and_folded_by_nobody(
    loaded: Connections, is_other_regime: bool
) -> None:
    """Its partition's reader once counted it, and verify, which reads it in the same place, looked for its views in another."""
    async with aggregating(loaded):
        await until_stored(loaded, await log_reports(loaded))
        partitions = loaded.declaration.partitions
        partition = subjects.partition_of(REGIME, PERIOD, partitions)
        wrong = subjects.reports(partition, "ct27-van-quan") if is_other_regime else subjects.reports((partition + 1) % partitions, REGIME)
        event = builders.submitted("19003", narratives={"kho_khan": "x"})
        event["data"] |= {"regime": REGIME, "period": PERIOD}
        stamped = orjson.dumps(event | {"unitid": "19003", "receivedms": 1_797_000_000_000})
        sequence = (await loaded.streams.publish(subjects.REPORTS, Message(wrong, stamped, "misplaced/1"))).seq
        await until_stored(loaded, await log_reports(loaded, revisions=(2,), seed=8))
        found = await verdict(loaded)
        assert not await _has_stored(loaded, sequence)

    assert (found.differences, found.uncounted.misplaced, found.is_equal) == ([], [sequence], False)


@pytest.mark.parametrize("subject", ["reports.8.{regime}", "reports.08.{regime}", "reports.x.{regime}"])
async def test_a_message_under_a_subject_of_no_partition_is_named(loaded: Connections, subject: str) -> None:
    """No aggregator reads it, and what was counted without it was once called equal."""
    assert loaded.declaration.partitions == 8
    event = builders.submitted("19003") | {"unitid": "19003", "receivedms": 1_797_000_000_000}
    event["data"] |= {"regime": REGIME, "period": PERIOD}
    async with aggregating(loaded):
        await until_stored(loaded, await log_reports(loaded))
        acks = [
            await loaded.streams.publish(subjects.REPORTS, Message(subject.format(regime=REGIME), text, f"outside/{number}"))
            for number, text in enumerate((orjson.dumps(event), b"{"))
        ]
        found = await verdict(loaded)

    assert (found.differences, found.is_equal) == ([], False)
    assert (found.uncounted.misplaced, found.uncounted.unreadable) == ([acks[0].seq], [acks[1].seq])
