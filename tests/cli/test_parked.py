"""`tonghop parked` on real servers: what is listed and shown, what a replay does, and what is refused."""

import asyncio
import base64
import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from services.cli import session
from shared.plumbing import delivery
from shared.plumbing.reader import Delivery
from shared.shell.clock import system_clock
from shared.shell.service import Connections
from shared.wire import events, subjects
from shared.words.refusals import refusal
from tests.cli.conftest import Cli, three_communes
from tests.cli.test_audit import on_servers
from tests.running import running
from tests.waiting import until, until_inbox_is_done

REGIME = """id: thu
title: Thử
legal_basis: []
calendar: report_year
periods: ["2024"]
recipient: "20"
within: "20"
reporters:
  xa: {label: Xã, level: commune}
obligation:
  deadlines:
    xa: {before: "12-20"}
indicators: [{code: so, label: Số, kind: quantity, decimals: 1}]
"""
THEN = datetime(2024, 12, 10, 2, 30, tzinfo=UTC)  # on time


def event(unit: str, event_id: str, figure: str = "12.5", **attributes: Any) -> bytes:
    """A report as a unit's software sends it; the figure is a JSON number."""
    data = f'{{"regime": "thu", "period": "2024", "unit": "{unit}", "revision": 1, "values": {{"so": {figure}}}}}'
    more = "".join(f'"{name}": {json.dumps(value)}, ' for name, value in attributes.items())
    head = f'"specversion": "1.0", "id": "{event_id}", "source": "/units/{unit}", "type": "{events.SUBMITTED}"'
    return f'{{{head}, {more}"data": {data}}}'.encode()


def document(number: int, payload: bytes, unit: str = "06253", **changes: Any) -> dict[str, Any]:
    reason = {"code": "message.failed", "path": "", "message_vi": "Hỏng.", "message_en": "Spoiled."}
    return {
        "_id": f"ingest/{number}",
        "subject": f"inbox.{unit}",
        "sender": unit,
        "sequence": number,
        "received_ms": events.to_ms(THEN),
        "parked_at": system_clock(),
        "size": len(payload),
        "payload": payload,
        "reason": reason,
        "state": "waiting",
    } | changes


def store(cli: Cli, *documents: dict[str, Any]) -> None:
    cli.ask(lambda connections: connections.database["parked"].insert_many(documents))


def stored(cli: Cli, name: str = "parked") -> list[dict[str, Any]]:
    async def act(connections: Connections) -> list[dict[str, Any]]:
        return [found async for found in connections.database[name].find().sort("_id", 1)]

    found: list[dict[str, Any]] = cli.ask(act)
    return found


def park_as_an_earlier_version(cli: Cli, sequence: int, payload: bytes, unit: str, *, is_in_inbox: bool = False) -> None:
    """Publishes to the stream PARKED only."""

    async def act(connections: Connections) -> None:
        if is_in_inbox:
            ack = await connections.streams.jetstream.publish(subjects.inbox(unit), payload)
            assert ack.seq == sequence
        message = Delivery(subjects.inbox(unit), payload, "", sequence, 1, 0, 0)
        await connections.streams.publish(subjects.PARKED, delivery.excerpt("ingest", message, refusal("event.not_structured")))

    on_servers(cli, act)


@pytest.fixture
def known(cli: Cli, tmp_path: Path) -> Cli:
    """A province with one district and three communes, and a regime."""
    three_communes(cli, tmp_path, REGIME)
    return cli


def with_services(cli: Cli, folder: Path, act: Callable[[], None], then: Callable[[Connections], Awaitable[None]]) -> None:
    """Runs commands while the services run, then waits until `then`."""

    async def work() -> None:
        async with running(cli.settings, folder, "ingest", "aggregate"), session.connected(cli.settings) as connections:
            await asyncio.to_thread(act)
            await then(connections)

    asyncio.run(work())


def test_a_replay_is_on_time_as_its_original_was_and_counts_once(known: Cli, tmp_path: Path) -> None:
    corrected = tmp_path / "sua.json"
    corrected.write_bytes(event("06256", "event-b2"))
    spoiled = b"\xef\xbb\xbf" + event("06256", "event-b1")
    store(
        known,
        document(1, event("06253", "event-a1")),
        document(2, spoiled, "06256"),
        document(3, event("06253", "event-a2", '"x"')),
    )
    park_as_an_earlier_version(known, 900, event("06259", "event-c1"), "06259")

    def verdicts(*words: str, code: int = session.FINE) -> list[tuple[str, str]]:
        answer = known.json("parked", "replay", *words, code=code)
        return [(one["id"], one["receipt"]["verdict"]) for one in answer["replayed"]]

    def act() -> None:
        assert verdicts("ingest/1") == [("ingest/1", "accepted")]
        assert verdicts("ingest/1") == [("ingest/1", "duplicate")]
        assert "gửi lặp" in known.run("parked", "replay", "ingest/1").stdout
        assert "[parked.not_event]" in known.refused("parked", "replay", "ingest/2")
        assert verdicts("ingest/2", "--with", str(corrected)) == [("ingest/2", "accepted")]
        assert verdicts("ingest/900") == [("ingest/900", "accepted")]
        rejected = known.run("parked", "replay", "ingest/3", "--json")
        assert (rejected.exit_code, "[report." in rejected.stderr) == (session.NO, True)

    async def then(connections: Connections) -> None:
        await connections.streams.jetstream.publish(subjects.inbox("06253"), event("06253", "event-a1"))  # the unit sends it again
        await until_inbox_is_done(connections)

        async def is_counted() -> bool:
            view = await connections.database["views"].find_one({"_id": "thu/2024/184"})
            reporting = {} if view is None else view["reporting"]
            return (reporting.get("received"), reporting.get("on_time"), reporting.get("late")) == (3, 2, 1)

        await until(is_counted)  # of the one in the stream only nobody knows when it was received: when it was parked, at the latest

    with_services(known, tmp_path, act, then)

    claims = {claim["_id"]: claim for claim in stored(known, "receipts")}
    assert claims.keys() == {"06253/event-a1", "06253/event-a2", "06256/event-b2", "06259/event-c1"}
    assert claims["06253/event-a1"]["received_ms"] == events.to_ms(THEN)
    assert {one["_id"]: one["state"] for one in stored(known)} == {
        "ingest/1": "replayed",
        "ingest/2": "replayed",
        "ingest/3": "waiting",
        "ingest/900": "replayed",
    }
    assert [one["id"] for one in known.json("parked", "list")["parked"]] == ["ingest/3"]
    audit = [one for one in known.json("audit", "show", "--action", "events")["entries"] if one["target"] == "parked/ingest/2"]
    assert len(audit) == 1
    assert audit[0]["details"].keys() == {"event_id", "unit", "parked_hash", "sent_hash"}
    assert audit[0]["details"]["parked_hash"] != audit[0]["details"]["sent_hash"]


def test_what_an_earlier_version_parked_is_listed_and_shown_whole_if_inbox_still_has_it(known: Cli) -> None:
    whole = b"\xff" * 20_000
    park_as_an_earlier_version(known, 1, whole, "06253", is_in_inbox=True)
    park_as_an_earlier_version(known, 800, whole, "06256")
    park_as_an_earlier_version(known, 801, b"{}", "06259")
    on_servers(known, lambda connections: connections.streams.jetstream.publish("parked.ingest", b"something else"))
    store(known, document(801, b"{}", "06259", state="dropped", by="operator/lan", at=THEN, why="Thử."))

    listed = known.json("parked", "list", "--all")["parked"]
    of_unit = known.json("parked", "list", "--unit", "06256")["parked"]

    assert {(one["id"], one["unit"], one["size"], one["state"]) for one in listed} == {
        ("ingest/1", "06253", 20_000, "waiting"),
        ("ingest/800", "06256", 20_000, "waiting"),
        ("ingest/801", "06259", 2, "dropped"),
    }
    assert [one["id"] for one in of_unit] == ["ingest/800"]
    assert base64.b64decode(known.json("parked", "show", "ingest/1")["payload"]) == whole
    excerpt = base64.b64decode(known.json("parked", "show", "ingest/800")["payload"])
    assert excerpt == rb"\xff" * delivery.PARKED_EXCERPT_BYTES
    assert "[parked.not_whole]" in known.refused("parked", "replay", "ingest/800")
    assert known.run("parked", "list", "--all").exit_code == session.FINE


@pytest.mark.parametrize("payload", [b"\x1b[31m\x07\x00\xff\n\xe2\x80\xae", b"x" * 100_000, b""], ids=["controls", "long", "empty"])
def test_a_message_is_shown_without_harm_and_raw_as_it_was_sent(known: Cli, payload: bytes) -> None:
    store(known, document(1, payload, event_id="[red]x", subject="inbox.06253\x1b[31m"))

    shown = known.run("parked", "show", "ingest/1")
    raw = known.run("parked", "show", "ingest/1", "--raw")

    assert shown.exit_code == session.FINE
    assert not set("\x1b\x07\x00\u202e") & set(shown.stdout)
    assert len(shown.stdout) < 10_000
    assert raw.stdout_bytes == payload


def test_what_cannot_be_replayed_is_refused_with_what_to_do_and_nothing_changes(known: Cli, tmp_path: Path) -> None:
    good, later = event("06253", "event-good"), events.to_ms(system_clock() + timedelta(days=1))
    cases: dict[str, tuple[dict[str, Any], str]] = {
        "cut": (document(1, good[:-1]), "parked.not_event"),
        "no event": (document(1, b"{}"), "parked.not_event"),
        "list": (document(1, b"[]"), "parked.not_event"),
        "empty": (document(1, b""), "parked.not_event"),
        "bytes": (document(1, b"\xff\xfe"), "parked.not_event"),
        "deep": (document(1, b"[" * 100_000), "parked.not_event"),
        "id": (document(1, event("06253", "short")), "parked.not_event"),
        "twice": (document(1, good[:-1] + b', "id": "event-else"}'), "parked.not_event"),
        "large": (document(1, event("06253", "event-large", "1" * events.MAX_EVENT_BYTES)), "parked.not_event"),
        "unknown attribute": (document(1, event("06253", "event-abc", colour="red")), "parked.not_event"),
        "another unit's": (document(1, event("06256", "event-abc")), "parked.other_sender"),
        "excerpt": (document(1, good[:-10], size=len(good)), "parked.not_whole"),
        "future": (document(1, good, received_ms=later), "parked.received_in_future"),
        "later state": (document(1, good, state="scheduled"), "parked.state_unknown"),
    }
    for name, (found, code) in cases.items():
        store(known, found, document(2, good))
        said = known.refused("parked", "replay", "ingest/2", "ingest/1")
        assert f"[{code}]" in said, (name, said)
        known.ask(lambda connections: connections.database["parked"].delete_many({}))
    store(known, document(1, good), document(2, good))
    (tmp_path / "no.json").write_bytes(b"{")
    (tmp_path / "large.json").write_bytes(b" " * 1_048_577)
    for file, code, exit_code in (("no", "parked.file_not_event", 1), ("large", "file.too_large", 2), ("absent", "file.missing", 2)):
        given = tmp_path / f"{file}.json"
        assert f"[{code}]" in known.refused("parked", "replay", "ingest/1", "--with", given, code=exit_code)
    assert "[parked.one_file]" in known.refused("parked", "replay", "ingest/1", "ingest/2", "--with", "x", code=session.WRONG_USE)
    for name in ("ingest/3", "", "../x", "ingest/1\x00", "$where", "x" * 5000):
        assert "[parked.unknown]" in known.refused("parked", "replay", name)
        assert "[parked.unknown]" in known.refused("parked", "show", name)

    assert {one["state"] for one in stored(known)} == {"waiting"}
    assert known.ask(lambda connections: connections.streams.last_sequence(subjects.INBOX)) == 0
    assert known.json("audit", "show", "--action", "events")["entries"] == []


def test_a_message_is_dropped_once_with_a_reason(known: Cli) -> None:
    store(known, document(1, b"x"), document(2, b"x"), document(3, b"x", state="scheduled"))
    for reason in ("", "  ", "\u200b", "a\nb", "a\x1bb", "x" * 501):
        assert "[parked.bad_reason]" in known.refused("parked", "drop", "ingest/1", "--reason", reason, code=session.WRONG_USE)
    assert "[parked.state_unknown]" in known.refused("parked", "drop", "ingest/1", "ingest/3", "--reason", "Thử.")
    assert "[parked.unknown]" in known.refused("parked", "drop", "ingest/1", "ingest/9", "--reason", "Thử.")

    assert known.json("parked", "drop", "ingest/1", "ingest/1", "--reason", "Đơn vị đã gửi lại.") == {"dropped": ["ingest/1"]}

    assert "đã bỏ" in known.refused("parked", "drop", "ingest/1", "--reason", "Thử.")
    assert [one["id"] for one in known.json("parked", "list", "--unit", "06253")["parked"]] == ["ingest/2", "ingest/3"][:1]
    [first, *_] = stored(known)
    assert (first["state"], first["why"], first["payload"], first["by"].partition("/")[0]) == (
        "dropped",
        "Đơn vị đã gửi lại.",
        b"x",
        "operator",
    )
    [entry] = known.json("audit", "show", "--action", "events.dropped")["entries"]
    assert (entry["target"], entry["details"]) == ("parked/ingest/1", {"unit": "06253", "reason": "Đơn vị đã gửi lại."})
