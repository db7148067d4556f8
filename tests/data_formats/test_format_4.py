"""Data of format 4 stay valid in format 5, tested on a stored copy: views get the new hash, and confirmed views stay confirmed."""

import asyncio
import json
from pathlib import Path
from typing import Any

import httpx2
import pytest

from services.devstack import probe
from services.portal.reading.store import as_json
from shared.plumbing import data_format
from shared.plumbing.reader import Delivery
from shared.shell.service import Connections
from shared.wire import events, sent, view_hash
from tests import identities
from tests.aggregate.running import verdict
from tests.data_formats import stored
from tests.ingest.conftest import Ingest
from tests.running import running, with_all_settings
from tests.waiting import until, until_inbox_is_done

NAME = "format-4"
REGIME, PERIOD = "nq68-quang-binh", "2026"
CHANGED = "452"  # a report below it was withdrawn after it confirmed
Json = dict[str, Any]


@pytest.fixture
async def before(connections: Connections) -> Connections:
    """The database and streams of then."""
    await stored.put_back(connections, NAME)
    return connections


def test_the_old_digest_is_what_views_of_format_4_have() -> None:
    views = stored.collections(NAME)["views"]
    assert len(views) == 50
    for view in views:
        assert view_hash.digest_of_format_4(as_json(view)) == view["hash"], view["_id"]


async def test_services_that_start_together_raise_the_generation_once(before: Connections) -> None:
    assert (await stored.checkpoint(before, "format"), await stored.checkpoint(before, "generation")) == (4, 3)

    await asyncio.gather(*[data_format.mark(before.database) for _ in range(5)])
    await data_format.mark(before.database)

    assert (await stored.checkpoint(before, "format"), await stored.checkpoint(before, "generation")) == (data_format.VERSION, 4)


async def test_a_season_of_format_4_goes_on(before: Connections, tmp_path: Path) -> None:
    settings = with_all_settings(before).settings
    told = {event["_id"]: event["event"] async for event in before.database["reports"].find()}
    owed = {duty["_id"]: (duty["owed"], duty["state"]["winner"]) async for duty in before.database["duties"].find()}

    cookies = await identities.viewer(before.database, (await before.reference.current()).registry.units)
    async with running(settings, tmp_path, "ingest", "aggregate", "notify", "portal"):
        await until(lambda: _is_computed_anew(before))
        await until_inbox_is_done(before)
        found = await verdict(before)

        # every view is right by the rules of today, and nothing was added to the log or lost
        assert found.as_dict()["differences"] == []
        assert {event["_id"]: event["event"] async for event in before.database["reports"].find()} == told
        async with httpx2.AsyncClient(base_url=f"http://{settings.bind_host}:{settings.portal_port}", cookies=cookies) as http:
            answer = await http.get(f"/api/v1/views/{REGIME}/{PERIOD}/450")
            view: Json = json.loads(answer.text)
            assert view["hash"] == view_hash.hash_of(REGIME, PERIOD, "450", view_hash.figures_of(view))
            pages = {unit: (await http.get(f"/bang/{REGIME}/{PERIOD}/{unit}")).text for unit in ("450", CHANGED, "453")}
        assert probe.get(settings.aggregate_monitor_port, "/readyz")[0] == 200

    # who has confirmed still has, and is told of changes only where figures changed since
    assert all("Đã chốt" in page for page in pages.values())
    assert [unit for unit, page in pages.items() if "số liệu đã thay đổi sau khi chốt" in page] == [CHANGED]
    now = {duty["_id"]: (duty["owed"], duty["state"]["winner"]) async for duty in before.database["duties"].find()}
    assert {name: now.get(name) for name in owed} == owed


async def test_claims_of_format_4_know_their_repeats_however_they_are_stamped(before: Connections) -> None:
    ingest = Ingest(before)
    await ingest.listen()
    claims = await ingest.claims()
    batch = [
        Delivery(f"inbox.{sender}", stamped(payload, at), "nobody.waits", 1000 + at, at, 1_800_000_000_000_000_000, 0)
        for at, (sender, payload) in enumerate(stored.sent(NAME), start=1)
    ]

    await ingest.intake.on_inbox(batch)
    await ingest.settle()

    # every one is told what became of it the first time; nothing is claimed anew, no claim changes
    told = {f"{receipt['unit']}/{receipt['event_id']}": receipt["first_verdict"] for receipt in ingest.receipts}
    assert {receipt["verdict"] for receipt in ingest.receipts} == {"duplicate"}
    assert len(ingest.receipts) == len(batch) > len(claims) > 100
    assert told == {key: claim["verdict"] for key, claim in claims.items()}
    assert await ingest.claims() == claims


def stamped(payload: bytes, at: int) -> bytes:
    """The message as a client that tries again sends it: another time; a rejected one, whose text is not kept, as it was."""
    event = json.loads(payload)
    if any("khong" in code for code in event["data"].get("values", {})):
        return payload
    return json.dumps(event | {"time": f"2027-01-01T00:00:{at % 60:02}Z", "traceparent": f"00-{at}"}, ensure_ascii=False, indent=1).encode()


async def test_what_format_4_accepted_is_known_to_what_comes_now(before: Connections) -> None:
    ingest = Ingest(before)
    claims = [claim for claim in (await ingest.claims()).values() if claim["verdict"] == "accepted"]
    abouts = {(claim["regime"], claim["period"], claim["unit_id"]) for claim in claims}

    known = await ingest.store.known(abouts, {(REGIME, PERIOD, CHANGED)})

    for about in abouts:
        kinds = {claim["type"] for claim in claims if (claim["regime"], claim["period"], claim["unit_id"]) == about}
        record = known.of(about)
        assert (record.state.winner.number > 0) == bool(kinds & {events.SUBMITTED, events.WITHDRAWN}), about
        assert (record.givens != []) == bool(kinds & {events.OPENED, events.EXTENDED}), about
        assert (record.state.confirmation is not None) == (events.CONFIRMED in kinds), about
        assert bool(record.state.returns) == (events.RETURNED in kinds), about
    later = {events.UNDONE, events.ASKED}  # kinds that came with format 8
    assert {claim["type"] for claim in claims} == set(sent.SENT) - later


async def _is_computed_anew(connections: Connections) -> bool:
    generation = await stored.checkpoint(connections, "generation")
    older = {"generation": {"$lt": generation}}
    views = await connections.database["views"].count_documents({"position.generation": {"$lt": generation}})
    duties = await connections.database["duties"].count_documents(older)
    return generation == 4 and views == duties == 0
