"""Dry runs on real servers: what they say, what they leave behind, and what a commune can learn from them."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import httpx2
import orjson
import prometheus_client
import pytest
from fastapi import FastAPI
from nats.aio.client import Client

from services.aggregate import previews
from services.aggregate.feed import plain
from services.ingest import app as ingest_app
from services.ingest.domain.case import Incoming
from services.ingest.intake import Intake
from services.ingest.store import ClaimStore
from shared.check import recompute
from shared.plumbing import dry_runs, inbox, metrics
from shared.plumbing.inbox import Outgoing
from shared.shell import service
from shared.shell.service import Connections
from shared.shell.settings import Settings
from shared.wire import collection_names, events, subjects
from shared.wire.dry_runs import DryRun
from shared.wire.previews import FigureChange, Preview
from shared.wire.receipts import Receipt
from tests import identities
from tests.aggregate.running import aggregating
from tests.builders import COMMUNE, CT27, Event, extended, payload, returned, sender_of, submitted, withdrawn
from tests.contracts import conformity
from tests.identities import bearer
from tests.ingest.conftest import PARTITIONS, parking
from tests.running import is_ready
from tests.waiting import until

Json = dict[str, Any]
JSON = {"content-type": "application/cloudevents+json"}
NEIGHBOUR = "06256"
VIEW = f"{CT27}/2024/184"
QUIET = 8  # looks in a row, 0.05 s apart and more: views are published once in 0.25 s
STREAMS = (subjects.INBOX, subjects.REPORTS, subjects.FEED, subjects.ALERTS, subjects.PARKED)


class Installation:
    """A running ingest and aggregator, and the keys of two communes."""

    def __init__(self, connections: Connections, portal: Client, client: httpx2.AsyncClient, keys: dict[str, str], document: Json) -> None:
        self.connections, self.portal, self.client, self.keys, self._document = connections, portal, client, keys, document

    async def post(self, event: Event | bytes, key: str = COMMUNE, query: str = "") -> httpx2.Response:
        body = event if isinstance(event, bytes) else payload(event)
        answer = await self.client.post(f"/v1/reports{query}", content=body, headers=JSON | bearer(self.keys[key]))
        assert conformity.faults(self._document, answer) == []
        return answer

    async def dry(self, event: Event | bytes, key: str = COMMUNE) -> DryRun:
        """A dry run over HTTP."""
        answer = await self.post(event, key, "?dry_run=true")
        assert answer.status_code == 200, answer.text
        return DryRun.model_validate_json(answer.content)

    async def whole(self, event: Event, *, is_people: bool = False) -> DryRun:
        """A dry run with the changes of all views. Waits for an answer: servers on a busy disk do not always give one in time."""
        answers: list[DryRun | None] = []

        async def is_answered() -> bool:
            answers.append(await dry_runs.ask(self.portal, sender_of(event), payload(event), is_people))
            return answers[-1] is not None

        await until(is_answered)
        assert answers[-1] is not None
        return answers[-1]

    async def send(self, event: Event) -> Receipt:
        """Sends, and waits until the views have it."""
        sender = sender_of(event)
        outgoing = Outgoing(sender, event["id"], payload(event))
        receipt = await inbox.send(self.connections.streams, outgoing, 10)
        assert isinstance(receipt, Receipt)
        wanted = {"_id": f"{sender}/{event['id']}"}
        await until(lambda: self._has(collection_names.REPORTS, wanted))
        stored = await self.connections.database[collection_names.REPORTS].find_one(wanted)
        assert stored is not None
        if event["type"] in (events.SUBMITTED, events.WITHDRAWN, events.RETURNED, events.EXTENDED):
            await until(lambda: self._has(collection_names.VIEWS, {"_id": VIEW, "position.sequence": {"$gte": stored["sequence"]}}))
        return receipt

    async def _has(self, collection: str, wanted: Json) -> bool:
        return await self.connections.database[collection].find_one(wanted) is not None

    async def settle(self) -> None:
        """Waits until the aggregator has written and published everything that it knows."""
        database, jetstream = self.connections.database, self.connections.streams.jetstream
        expected = list(recompute.expected_views(await self.connections.reference.current(), [], self.connections.clock()))
        partition = subjects.partition_of(CT27, "2024", PARTITIONS)

        async def is_done() -> bool:
            views = [view async for view in database[collection_names.VIEWS].find({}, {"position": 1})]
            fed = (await jetstream.stream_info(subjects.FEED, subjects_filter=">")).state.subjects or {}
            last = max([view["position"]["sequence"] for view in views], default=0)
            checkpoint = await database[collection_names.CHECKPOINTS].find_one({"_id": collection_names.aggregate_checkpoint(partition)})
            return len(expected) <= len(views) == len(fed) and (0 if checkpoint is None else checkpoint["sequence"]) >= last

        await until(is_done)
        seen: list[Json] = [await self.everything()]

        async def is_quiet() -> bool:
            seen.append(await self.everything())
            return len(seen) > QUIET and all(one == seen[-1] for one in seen[-QUIET:])

        await until(is_quiet)

    async def views(self) -> dict[str, Json]:
        return {view["_id"]: plain(view) async for view in self.connections.database[collection_names.VIEWS].find({"period": "2024"})}

    async def everything(self) -> Json:
        """All that is stored and counted, but when a key was used last."""
        database = self.connections.database
        names = sorted({*await database.list_collection_names()} - {collection_names.CREDENTIAL_USES})
        stored = {name: sorted([repr(one) async for one in database[name].find()]) for name in names}
        lasts = {name: await self.connections.streams.last_sequence(name) for name in STREAMS}
        return {**stored, **lasts, "screened": prometheus_client.generate_latest(metrics.INGEST)}


@asynccontextmanager
async def closing(connections: Connections) -> AsyncIterator[None]:
    try:
        yield
    finally:
        await connections.close()


@asynccontextmanager
async def installed(connections: Connections, settings: Settings, *, with_aggregator: bool = True) -> AsyncIterator[Installation]:
    """Ingest and, if wanted, the aggregator, with the keys of two communes: each may send and read."""
    keys = {unit: await identities.put_key(connections.database, unit) for unit in (COMMUNE, NEIGHBOUR)}
    keys["silent"] = await identities.put_key(connections.database, COMMUNE, may=["send"])
    keys["only reads"] = await identities.put_key(connections.database, COMMUNE, may=["read"])
    portal = service.connections(settings, "portal")
    await portal.broker.start()
    app: FastAPI = ingest_app.create_app(settings)
    transport = httpx2.ASGITransport(app=app)
    async with (
        closing(portal),
        app.router.lifespan_context(app),
        httpx2.AsyncClient(transport=transport, base_url="http://ingest", timeout=30) as client,
    ):
        await until(lambda: is_ready(app))
        found = Installation(connections, portal.streams.client, client, keys, app.openapi())
        if not with_aggregator:
            yield found
            return
        async with aggregating(connections):

            async def is_loaded() -> bool:
                return (await found.whole(submitted())).changes is not None

            await until(is_loaded)
            yield found


@pytest.fixture
async def running(known: Connections, settings: Settings) -> AsyncIterator[Installation]:
    async with installed(known, settings) as found:
        yield found


def codes(reasons: Sequence[Any]) -> list[str]:
    return [reason.code for reason in reasons]


def said(changes: Sequence[FigureChange] | None) -> dict[tuple[str, str, str | None, str], tuple[Any, Any]]:
    assert changes is not None
    return {(change.regime, change.unit, change.indicator, change.field): (change.now, change.then) for change in changes}


def value(view: Json, change: FigureChange) -> Any:
    """What a stored view says in the place of a change."""
    if change.indicator is None:
        part, _, name = change.field.partition(".")
        return view[part].get(name)
    found: Any = view["indicators"][change.indicator]
    for name in change.field.split("."):
        found = None if found is None else found.get(name)
    return found


STORY = (
    submitted(revision=1, values={"gd_ngay_cong": 340, "vh_nha_van_hoa_xa": True}, event_id="story-01"),
    submitted(NEIGHBOUR, values={"gd_ngay_cong": 60, "gd_tien_tai_tro": "12.500"}, narratives={"kho_khan": "Mưa."}, event_id="story-02"),
    returned(revision=1, fix_by="2031-01-01", event_id="story-03"),
    submitted(revision=2, values={"vh_nha_van_hoa_thon": {"numerator": 3, "denominator": 4}}, event_id="story-04"),
    extended(NEIGHBOUR, until="2031-12-27", event_id="story-05"),
    withdrawn(revision=3, event_id="story-06"),
)


SAID = ("verdict", "errors", "warnings", "standing_revision", "next_revision")


async def test_a_dry_run_says_what_sending_does_and_leaves_nothing_behind(running: Installation) -> None:
    await running.settle()
    for event in STORY:
        before, views = await running.everything(), await running.views()

        found = await running.whole(event)
        own = await running.dry(event, sender_of(event)) if sender_of(event) in running.keys else found

        assert await running.everything() == before
        assert (found.verdict, found.errors) == ("accepted", []), event
        receipt = await running.send(event)
        assert [getattr(found, name) for name in SAID] == [getattr(receipt, name) for name in SAID]
        await running.settle()
        after = await running.views()
        changes = found.changes or []
        for change in changes:
            view = f"{change.regime}/2024/{change.unit}"
            assert (value(views[view], change), value(after[view], change)) == (change.now, change.then)
        moved = {view for view in after if after[view]["hash"] != views[view]["hash"]}
        assert moved <= {f"{change.regime}/2024/{change.unit}" for change in changes}
        assert moved or event["type"] == events.EXTENDED
        assert said(own.changes).items() <= said(changes).items()


async def test_the_verdict_is_that_of_sending(running: Installation) -> None:
    await running.send(submitted(event_id="event-first", revision=2))
    for event, verdict, errors, warnings in (
        (submitted(revision=3), "accepted", [], []),
        (submitted(revision=1), "accepted", [], ["report.superseded"]),
        (submitted(period="2031"), "rejected", ["report.unknown_period"], []),
        (submitted(event_id="event-first", revision=2), "duplicate", [], []),
        (submitted(event_id="event-first", revision=3), "rejected", ["event.id_reused"], []),
        (returned(sender=COMMUNE, fix_by="2031-01-01"), "rejected", ["action.not_recipient"], []),
    ):
        found = await running.dry(event)
        assert (found.verdict, codes(found.errors)) == (verdict, errors)
        assert [code for code in codes(found.warnings) if code in warnings] == warnings
        if verdict != "accepted":
            assert found.changes == []
    assert (await running.dry(submitted(revision=1))).changes == []  # a lower revision changes nothing


async def test_what_is_wrong_with_a_request_is_refused_and_changes_nothing(running: Installation) -> None:
    await running.settle()
    before = await running.everything()
    told = await no_events(running, "?dry_run=true")
    await a_misspelt_dry_run_does_not_send(running)
    await hostile_requests_are_answered(running)
    await an_answer_goes_to_an_inbox_only(running)
    assert (await running.whole(submitted())).changes
    after = await running.everything()
    assert {name: after[name] for name in after if after[name] != before.get(name)} == {}
    assert told == await no_events(running, "?dry_run=false") == await no_events(running, "")  # these count as spoiled
    assert (await running.post(submitted(NEIGHBOUR), query="?dry_run=true")).json()["code"] == "event.subject_mismatch"


async def test_what_a_person_would_cause_is_judged_on_its_own_subject(running: Installation) -> None:
    acted = submitted() | {"actor": "people/p-0142"}
    assert (await running.whole(acted, is_people=True)).verdict == "accepted"
    assert codes((await running.whole(submitted(), is_people=True)).errors) == ["event.actor_required"]
    assert codes((await running.whole(acted)).errors) == ["event.actor_forbidden"]


async def no_events(running: Installation, query: str) -> list[str]:
    """The codes with which bodies that are no events are refused."""
    hostile: list[tuple[bytes, int]] = [
        (b"", 400),
        (b"{", 400),
        (b"[" * 100_000, 400),
        (b'{"id": 1, "id": 2}', 400),
        (payload(submitted(event_id="short")), 400),
        (payload(submitted(source="/units/*")), 400),
        (b" " * (events.MAX_EVENT_BYTES + 1), 413),
    ]
    answers = [await running.post(body, query=query) for body, _ in hostile]
    assert [answer.status_code for answer in answers] == [status for _, status in hostile]
    return [answer.json()["code"] for answer in answers]


async def a_misspelt_dry_run_does_not_send(running: Installation) -> None:
    assert (await running.post(b"", query="?dry_run=ask")).json()["code"] == "dry_run.bad_parameter"  # how a client asks for dry runs
    for query in (
        *("?dry_run=yes", "?dry_run=True", "?dry_run=", "?dry_run", "?dry-run=true", "?dryrun=true", "?DRY_RUN=true"),
        *("?dry_run=true&dry_run=false", "?dry_run=true&dry_run=true", "?dry_run=true&x=1", "?x=1", f"?{'x' * 3000}=1", "?%00=1"),
    ):
        answer = await running.post(submitted(), query=query)
        assert (answer.status_code, answer.json()["code"]) == (400, "dry_run.bad_parameter"), query


async def a_dry_run_needs_the_right_to_send_and_its_changes_the_right_to_read(running: Installation) -> None:
    assert (await running.post(submitted(), "only reads", "?dry_run=true")).status_code == 403
    silent, speaking = await running.dry(submitted(), "silent"), await running.dry(submitted())
    assert (silent.verdict, silent.changes) == ("accepted", [])
    assert {change.unit for change in speaking.changes or []} == {"184"}


async def test_a_commune_that_subtracts_learns_what_it_may_read_and_nothing_else(running: Installation) -> None:
    """A neighbour reports in between: the difference of two dry runs of the same event is the difference of two versions of the one view
    that the regime shows to its reporters.
    """
    await a_dry_run_needs_the_right_to_send_and_its_changes_the_right_to_read(running)
    own = submitted(values={"gd_ngay_cong": 7}, event_id="event-own-1")
    first, first_view = await running.dry(own), (await running.views())[VIEW]
    await running.send(submitted(NEIGHBOUR, values={"gd_ngay_cong": 1234}, event_id="event-next"))
    second, second_view = await running.dry(own), (await running.views())[VIEW]

    everything = said((await running.whole(own)).changes)
    assert {unit for _, unit, _, _ in everything} > {"184"}  # there is more than it may read
    for found, view in ((first, first_view), (second, second_view)):
        assert {(change.regime, change.unit) for change in found.changes or []} == {(CT27, "184")}
        for change in found.changes or []:
            assert change.now == value(view, change)
    for key in said(second.changes).keys() & said(first.changes).keys():
        change = next(one for one in second.changes or [] if (one.regime, one.unit, one.indicator, one.field) == key)
        assert said(first.changes)[key][0] == value(first_view, change)


async def test_where_the_regime_does_not_show_totals_a_commune_learns_none(known: Connections, settings: Settings) -> None:
    regimes = (await known.reference.current()).regimes
    await known.reference.put_regimes([regimes[CT27].model_copy(update={"reporters_see": "none"})])
    async with installed(known, settings) as running:
        own = submitted(values={"gd_ngay_cong": 7})
        answers = [await running.post(own, query="?dry_run=true")]
        await running.send(submitted(NEIGHBOUR, values={"gd_ngay_cong": 1234}))
        answers.append(await running.post(own, query="?dry_run=true"))

        assert answers[0].content == answers[1].content
        assert answers[0].json()["changes"] == []
        assert said((await running.whole(own)).changes)


HOSTILE: tuple[bytes, ...] = (
    b"",
    b"{",
    b"null",
    b"[" * 100_000,
    b"\xff\xfe",
    b'{"a": "\\ud800"}',
    b" " * (events.MAX_EVENT_BYTES + 1),
    b"0" * 1_000_000,
    orjson.dumps({"id": "event-0001", "source": "/units/06253", "type": "x", "unitid": [], "receivedms": "x", "data": {}}),
    orjson.dumps({"id": "e", "source": 3, "type": {}, "unitid": "", "receivedms": "-1", "data": {"regime": [], "period": {}}}),
)


async def hostile_requests_are_answered(running: Installation) -> None:
    portal, services = running.portal, running.connections.streams.client
    for body in HOSTILE:
        for subject in (subjects.dry_run(COMMUNE), subjects.dry_run_of_people(COMMUNE), subjects.dry_run("9" * 64)):
            found = DryRun.model_validate_json((await portal.request(subject, body, timeout=5)).data)
            assert (found.verdict, found.changes) == ("rejected", [])
            assert found.errors
        answer = Preview.model_validate_json((await services.request(subjects.preview(3), body, timeout=5)).data)
        assert answer.changes is None
        assert answer.error is not None
        assert answer.error.code == "preview.unreadable"


async def an_answer_goes_to_an_inbox_only(running: Installation) -> None:
    """With the rights of ingest, an answer could otherwise be published to the log."""
    client = running.connections.streams.client
    for reply in ("reports.3.ct27-van-quan", "inbox.06253", "receipts.06253", "parked.ingest", "feed.20.a.2024.184"):
        for subject in (subjects.dry_run(COMMUNE), subjects.preview(3)):
            await client.publish(subject, payload(submitted()), reply=reply)
    assert (await running.whole(submitted())).verdict == "accepted"


async def test_without_an_aggregator_the_verdict_stands_alone(known: Connections, settings: Settings) -> None:
    async with installed(known, settings, with_aggregator=False) as running:
        found = await running.dry(submitted())
        assert (found.verdict, found.changes) == ("accepted", None)
        assert (await running.dry(submitted(period="2031"))).changes == []


async def test_an_aggregator_that_says_nonsense_is_as_good_as_away(known: Connections, settings: Settings) -> None:
    async def babble(message: Any) -> None:
        await message.respond(b'{"changes": [{"unit": 3}]}')

    async with installed(known, settings, with_aggregator=False) as running:
        await known.streams.client.subscribe("preview.*", cb=babble)
        await known.streams.client.flush()
        assert (await running.dry(submitted())).changes is None


async def test_an_aggregator_that_has_not_loaded_says_so(known: Connections, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.ingest.dry_run.CHANGES_S", 0.2)
    async with installed(known, settings, with_aggregator=False) as running:

        class Loading:
            number, standing = 1, None

        partition = subjects.partition_of(CT27, "2024", PARTITIONS)
        Loading.number = partition
        answering: Any = previews.Previews(known.streams.client, None, [Loading()], PARTITIONS)  # type: ignore[list-item,arg-type]
        serving = asyncio.create_task(answering.run())
        try:
            await known.streams.client.flush()
            assert (await running.dry(submitted())).changes is None
        finally:
            serving.cancel()


async def test_of_two_aggregators_one_answers(running: Installation) -> None:
    connections = running.connections
    partition = subjects.partition_of(CT27, "2024", PARTITIONS)
    async with aggregating(connections):
        answers: list[bytes] = []

        async def on_answer(message: Any) -> None:
            answers.append(message.data)

        reply = connections.streams.client.new_inbox()
        await connections.streams.client.subscribe(reply, cb=on_answer)
        intake = Intake(connections.streams, ClaimStore(connections.database), parking(connections), connections.reference, PARTITIONS)
        incoming = Incoming(COMMUNE, payload(submitted()), events.to_ms(connections.clock()), 0)
        [(_, decision)] = await intake.screen([incoming])

        async def one_came() -> bool:
            """Asks once more, and waits until each request has one answer."""
            asked = len(answers) + 1
            await connections.streams.client.publish(subjects.preview(partition), decision.logged, reply=reply)  # type: ignore[union-attr]
            await until(lambda: _has(answers, asked))
            return len([answer for answer in answers if b'"error"' not in answer]) >= 10

        await until(one_came)
        assert (await running.whole(submitted())).changes
        assert len({answer for answer in answers if b'"error"' not in answer}) == 1


async def _has(answers: list[bytes], count: int) -> bool:
    assert len(answers) <= count
    return len(answers) == count


async def test_during_a_change_of_generation_an_answer_is_right_or_missing(running: Installation) -> None:
    event = submitted(event_id="event-own-1")
    wanted = said((await running.whole(event)).changes)
    connections, answers = running.connections, list[DryRun]()

    async def raise_generations() -> None:
        for _ in range(4):
            await connections.reference.put_regimes([(await connections.reference.current()).regimes[CT27]])
            await asyncio.sleep(0)

    raising = asyncio.create_task(raise_generations())
    while not raising.done() or len(answers) < 8:
        answers.append(await running.whole(event))
    await raising
    assert all(answer.verdict == "accepted" for answer in answers)
    assert all(answer.changes is None or said(answer.changes) == wanted for answer in answers)
    assert said((await running.whole(event)).changes) == wanted


async def test_a_period_that_is_not_in_memory_is_read_and_left_as_it_is(known: Connections, settings: Settings) -> None:
    async with installed(known, settings) as running:
        await running.send(submitted(values={"gd_ngay_cong": 340}))
        await running.send(submitted(NEIGHBOUR, values={"gd_ngay_cong": 60}))
        event = submitted(revision=2, values={"gd_ngay_cong": 1000})
        wanted = said((await running.whole(event)).changes)
        assert wanted[CT27, "184", "gd_ngay_cong", "total"] == (400, 1060)
    async with installed(known, settings) as running:  # after a start nothing is in memory
        await running.settle()
        before = await running.everything()
        assert said((await running.whole(event)).changes) == wanted
        assert said((await running.whole(event)).changes) == wanted
        assert await running.everything() == before


async def test_no_answer_is_none(connections: Connections) -> None:
    assert await dry_runs.ask(connections.streams.client, COMMUNE, payload(submitted()), False) is None
    assert await dry_runs.ask(connections.streams.client, "06253.>", payload(submitted()), False) is None


async def test_a_malformed_answer_is_none(connections: Connections) -> None:
    answers = [b"", b"{", b"null", b'{"error": {}}', b'{"verdict": "yes"}', b'{"verdict": "accepted"}']

    async def babble(message: Any) -> None:
        await message.respond(answers[-1])

    await connections.streams.client.subscribe("dryrun.*.people", cb=babble)
    while answers:
        assert await dry_runs.ask(connections.streams.client, COMMUNE, payload(submitted()), True) is None
        answers.pop()
