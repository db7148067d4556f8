"""Files that reports attach, on real servers: sent over HTTP, judged with the report, used once, removed when unused."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import gridfs
import httpx2
import orjson
import pytest
from fastapi import FastAPI
from pymongo import MongoClient

from services.ingest import app as ingest_app
from services.ingest import unused
from services.ingest.intake import Intake
from services.ingest.store import ClaimStore
from shared.plumbing import uploads
from shared.plumbing.attachment_store import AttachmentStore
from shared.plumbing.uploads import NotTakenError, Uploads
from shared.shell.clock import random_secret
from shared.shell.service import Connections
from shared.shell.settings import Settings
from shared.wire import events
from shared.words.attachments import KEPT, MOST_BYTES, MOST_UNUSED, Attachment
from shared.words.refusals import Refusal
from tests import identities, scans
from tests.builders import COMMUNE, CT27, Event, payload, submitted
from tests.identities import bearer
from tests.ingest.conftest import PARTITIONS, Ingest, parking
from tests.ingest.serving import JSON, serving
from tests.running import is_ready
from tests.waiting import until

Client = httpx2.AsyncClient
OTHER = "06280"
WHERE = "/v1/attachments"


class TakesAll:
    """A scanner that is asked, and takes everything but what it is told to refuse."""

    def __init__(self, why: Refusal | None = None) -> None:
        self.why = why

    async def refused(self, *_: object) -> Refusal | None:
        return self.why


async def put(connections: Connections, content: bytes, *, unit: str = COMMUNE, sent: datetime | None = None) -> dict[str, Any]:
    """Stores a PDF as the door does. Returns how a report lists it."""

    async def parts() -> AsyncIterator[bytes]:
        yield content

    clock = connections.clock if sent is None else lambda: sent
    taking = Uploads(AttachmentStore(connections.database), TakesAll(), random_secret, clock)  # type: ignore[arg-type]
    return entry(await taking.take(unit, parts()))


def entry(found: Attachment, name: str = "Báo cáo có dấu.pdf") -> dict[str, Any]:
    return {"name": name, "media_type": found.media_type, "size": found.size, "sha256": found.sha256, "ref": found.ref}


async def use_of(connections: Connections, ref: str) -> str:
    return (await AttachmentStore(connections.database).of_refs([ref]))[ref].used_by


def codes(receipt: dict[str, Any]) -> list[tuple[str, str]]:
    return [(error["code"], error["path"]) for error in receipt["errors"]]


@pytest.fixture
async def app(settings: Settings, tmp_path: Path) -> FastAPI:
    scanner = tmp_path / "scan"
    scanner.write_text("#!/bin/sh\n! grep -q EICAR\n")
    scanner.chmod(0o755)
    return ingest_app.create_app(settings.model_copy(update={"scan_command": str(scanner)}))


async def test_a_file_goes_from_the_door_into_a_report(
    known: Connections, settings: Settings, app: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One stack for all: files that are taken and refused, sizes, keys, reports that use them, and repeats."""
    key = await identities.put_key(known.database, COMMUNE)
    others, reads = await identities.put_key(known.database, OTHER), await identities.put_key(known.database, COMMUNE, may=("read",))
    async with serving(app, key) as door:
        await until(lambda: is_ready(app))
        taken = {}
        for name, (kind, content) in scans.TAKEN.items():
            answer = await door.post(WHERE, content=content, headers={"content-type": "text/html"})
            assert answer.status_code == 201, (name, answer.text)
            taken[name] = answer.json()
            assert taken[name] == {
                "ref": taken[name]["ref"],
                "sha256": hashlib.sha256(content).hexdigest(),
                "size": len(content),
                "media_type": kind,
            }
        with MongoClient[dict[str, Any]](settings.mongo_url) as client:  # any driver reads it
            stored = gridfs.GridFSBucket(client[settings.database], "attachments")
            assert stored.open_download_stream(taken["a PDF"]["ref"]).read() == scans.pdf()

        refused = {
            **scans.REFUSED,
            "nothing": ("attachment.empty", b""),
            "one byte too many": ("attachment.too_large", scans.pdf_of(MOST_BYTES + 1)),
            "what the scanner finds": ("attachment.not_clean", scans.pdf("EICAR")),
        }
        for name, (code, content) in refused.items():
            answer = await door.post(WHERE, content=content)
            assert answer.json()["code"] == code, name
            assert answer.status_code == uploads.STATUSES[code], name

        async def endless() -> AsyncIterator[bytes]:
            while True:
                yield bytes(scans.MIB)

        assert (await door.post(WHERE, content=endless())).json()["code"] == "attachment.too_large"
        as_form = await door.post(WHERE, files={"file": scans.pdf()})
        packed = await door.post(WHERE, content=scans.pdf(), headers={"content-encoding": "gzip"})
        assert [as_form.json()["code"], packed.json()["code"]] == ["attachment.form_body", "door.encoded"]
        assert (await door.post(WHERE, content=scans.pdf(), headers=bearer(reads))).status_code == 403
        assert (await door.post(WHERE, content=scans.pdf(), headers={"authorization": ""})).status_code == 401
        assert await known.database["attachments.files"].count_documents({}) == len(scans.TAKEN)
        largest = scans.pdf_of(MOST_BYTES)
        assert (await door.post(WHERE, content=largest)).json()["size"] == MOST_BYTES

        async def sent(event: Event, **headers: str) -> tuple[int, dict[str, Any]]:
            answer = await door.post("/v1/reports", content=payload(event), headers={**JSON, **headers})
            return answer.status_code, answer.json()

        pdf, image = ({"name": f"{name}.bin", **taken[name]} for name in ("a PDF", "a PNG"))
        report = submitted(attachments=[pdf, image])
        dry = await door.post("/v1/reports?dry_run=true", content=payload(report), headers=JSON)
        assert dry.json()["verdict"] == "accepted"
        assert await use_of(known, pdf["ref"]) == ""
        assert (await sent(report))[0] == 201
        assert await use_of(known, pdf["ref"]) == f"{CT27}/2024/{COMMUNE}"
        status, repeated = await sent(report)
        assert (status, repeated["verdict"], repeated["first_verdict"]) == (200, "duplicate", "accepted")
        assert (await sent(submitted(revision=2, attachments=[pdf])))[0] == 201  # a later revision of the same report
        status, other_year = await sent(submitted(revision=1, period="2025", attachments=[pdf]))
        assert (status, other_year["code"]) == (422, "attachment.used")
        status, by_other = await sent(submitted(OTHER, attachments=[{**taken["a JPEG"], "name": "x"}]), **bearer(others))
        assert (status, by_other["code"]) == (422, "attachment.unknown")

        monkeypatch.setattr(uploads, "MOST_UNUSED", 1)
        crowded = await door.post(WHERE, content=scans.pdf())
        assert (crowded.status_code, crowded.json()["code"]) == (429, "attachment.too_many_unused")
    logged = await known.database["receipts"].find_one({"_id": f"{COMMUNE}/{report['id']}"})
    assert logged is not None
    assert orjson.loads(logged["event"])["data"]["attachments"] == [pdf, image]


FORGED: dict[str, tuple[dict[str, Any], str, str]] = {
    "another hash": ({"sha256": "0" * 64}, "attachment.differs", "data.attachments.0.sha256"),
    "another size": ({"size": 1}, "attachment.differs", "data.attachments.0.size"),
    "another type": ({"media_type": "image/png"}, "attachment.differs", "data.attachments.0.media_type"),
    "an unknown ref": ({"ref": "A" * 43}, "attachment.unknown", "data.attachments.0.ref"),
    "a short ref": ({"ref": "A" * 42}, "event.invalid_field", "data.attachments.0.ref"),
    "a ref with a path": ({"ref": "../" + "A" * 40}, "event.invalid_field", "data.attachments.0.ref"),
    "a query as ref": ({"ref": {"$ne": ""}}, "event.invalid_field", "data.attachments.0.ref"),
    "a number as ref": ({"ref": 1}, "event.invalid_field", "data.attachments.0.ref"),
    "a name that shows nothing": ({"name": "\u200b"}, "event.missing_field", "data.attachments.0.name"),
    "a name of two lines": ({"name": "a\nb.pdf"}, "event.invalid_field", "data.attachments.0.name"),
    "a name that is reversed": ({"name": "bao\u202efdp.exe"}, "text.control_character", "data.attachments.0.name"),
    "a long name": ({"name": "a" * 201}, "event.invalid_field", "data.attachments.0.name"),
    "a fraction as name": ({"name": 1.5}, "event.invalid_field", "data.attachments.0.name"),
    "a fraction as size": ({"size": 100.5}, "event.invalid_field", "data.attachments.0.size"),
    "true as size": ({"size": True}, "event.invalid_field", "data.attachments.0.size"),
    "a size of nothing": ({"size": 0}, "event.invalid_field", "data.attachments.0.size"),
    "a size above the limit": ({"size": MOST_BYTES + 1}, "event.invalid_field", "data.attachments.0.size"),
    "HTML as type": ({"media_type": "text/html"}, "event.invalid_field", "data.attachments.0.media_type"),
    "a hash in capitals": ({"sha256": "A" * 64}, "event.invalid_field", "data.attachments.0.sha256"),
    "a field too many": ({"url": "http://evil.example"}, "event.unknown_field", "data.attachments.0.url"),
}


async def test_a_report_that_says_something_else_of_a_file_is_refused_and_uses_nothing(ingest: Ingest) -> None:
    stored = await put(ingest.connections, scans.pdf())
    foreign = await put(ingest.connections, scans.pdf("2"), unit=OTHER)
    sent = {name: submitted(attachments=[{**stored, **change}]) for name, (change, _, _) in FORGED.items()}
    wanted = {name: (code, path) for name, (_, code, path) in FORGED.items()}
    extra = {
        "another unit's": (submitted(attachments=[foreign]), ("attachment.unknown", "data.attachments.0.ref")),
        "twice": (submitted(attachments=[stored, stored]), ("attachment.listed_twice", "data.attachments.1.ref")),
        "too many": (submitted(attachments=[stored] * 21), ("event.invalid_field", "data.attachments")),
        "no list": (submitted(attachments=stored), ("event.invalid_field", "data.attachments")),
        "a list of lists": (submitted(attachments=[[stored]]), ("event.invalid_field", "data.attachments.0")),
    }
    sent |= {name: event for name, (event, _) in extra.items()}
    wanted |= {name: told for name, (_, told) in extra.items()}
    assert len(sent) >= 20
    receipts = {receipt["event_id"]: receipt for receipt in await ingest.take(*sent.values())}
    for name, event in sent.items():
        receipt = receipts[event["id"]]
        assert receipt["verdict"] == "rejected", name
        assert wanted[name] in codes(receipt), (name, receipt["errors"])
    assert [await use_of(ingest.connections, one["ref"]) for one in (stored, foreign)] == ["", ""]
    [accepted] = await ingest.take(submitted(attachments=[stored]))
    assert accepted["verdict"] == "accepted"


async def test_of_two_reports_in_one_batch_the_first_gets_the_file(ingest: Ingest) -> None:
    stored = await put(ingest.connections, scans.pdf())
    first, second = submitted(attachments=[stored]), submitted(period="2025", attachments=[stored])
    receipts = {receipt["event_id"]: receipt for receipt in await ingest.take(first, second)}
    assert receipts[first["id"]]["verdict"] == "accepted"
    assert codes(receipts[second["id"]]) == [("attachment.used", "data.attachments.0.ref")]
    assert f"{CT27}/2024/{COMMUNE}" in receipts[second["id"]]["errors"][0]["message_vi"]


async def test_two_instances_never_give_one_file_to_two_reports(ingest: Ingest) -> None:
    """Ten files, each named by two reports that two instances judge at the same time."""
    connections = ingest.connections
    another = Intake(connections.streams, ClaimStore(connections.database), parking(connections), connections.reference, PARTITIONS)
    files = [await put(connections, scans.pdf(str(number))) for number in range(10)]
    here = [submitted(revision=number, attachments=[one]) for number, one in enumerate(files, 1)]
    there = [submitted(period="2025", revision=number, attachments=[one]) for number, one in enumerate(files, 1)]
    batch = await ingest.send(*here, *there)
    await asyncio.gather(ingest.deliver(batch[: len(here)]), ingest.deliver(batch[len(here) :], another))
    claims = await ingest.claims()
    for one, first, second in zip(files, here, there, strict=True):
        verdicts = {event["data"]["period"]: claims[f"{COMMUNE}/{event['id']}"]["verdict"] for event in (first, second)}
        assert sorted(verdicts.values()) == ["accepted", "rejected"]
        refused = [claims[f"{COMMUNE}/{event['id']}"]["errors"] for event in (first, second)]
        assert [error["code"] for errors in refused for error in errors] == ["attachment.used"]
        [period] = [period for period, verdict in verdicts.items() if verdict == "accepted"]
        assert await use_of(connections, one["ref"]) == f"{CT27}/{period}/{COMMUNE}"


async def test_a_crash_between_file_and_claim_is_only_a_repeat(ingest: Ingest, monkeypatch: pytest.MonkeyPatch) -> None:
    stored = await put(ingest.connections, scans.pdf())
    report = submitted(attachments=[stored])
    batch = await ingest.send(report)

    async def die(*_: object) -> None:
        raise ConnectionError

    with monkeypatch.context() as broken:
        broken.setattr(ClaimStore, "claim", die)
        with pytest.raises(ConnectionError):
            await ingest.intake.on_inbox(batch)
    assert await use_of(ingest.connections, stored["ref"]) == f"{CT27}/2024/{COMMUNE}"
    await ingest.work(batch)
    assert (await ingest.claims())[f"{COMMUNE}/{report['id']}"]["verdict"] == "accepted"


async def test_an_event_with_a_used_id_takes_no_file(ingest: Ingest) -> None:
    stored = await put(ingest.connections, scans.pdf())
    first = submitted()
    [_, other] = [*await ingest.take(first), *await ingest.take({**first, "data": {**first["data"], "attachments": [stored]}})]
    assert codes(other) == [("event.id_reused", "id")]
    assert await use_of(ingest.connections, stored["ref"]) == ""


async def test_a_file_that_no_report_uses_is_removed_after_seven_days(ingest: Ingest) -> None:
    connections, now = ingest.connections, datetime.now(UTC)
    old, edge, new = [
        await put(connections, scans.pdf(name), sent=now - age) for name, age in (("a", KEPT * 2), ("b", KEPT + timedelta(minutes=1)))
    ] + [await put(connections, scans.pdf("c"), sent=now - KEPT + timedelta(minutes=1))]
    used = await put(connections, scans.pdf("d"), sent=now - KEPT + timedelta(minutes=1))
    [late] = await ingest.take(submitted(attachments=[edge]))
    assert codes(late) == [("attachment.gone", "data.attachments.0.ref")]
    [in_time] = await ingest.take(submitted(attachments=[used]))
    assert in_time["verdict"] == "accepted"
    store = AttachmentStore(connections.database)
    await unused.once(store, lambda: now)
    assert set(await store.of_refs([one["ref"] for one in (old, edge, new, used)])) == {new["ref"], used["ref"]}
    assert await store.remove_unused(now + KEPT) == 1
    left = {chunk["files_id"] async for chunk in connections.database["attachments.chunks"].find()}
    assert left == {used["ref"]}
    later = submitted(revision=2, attachments=[used])
    [receipt] = await ingest.take(later)
    assert receipt["verdict"] == "accepted"  # what a report uses is kept with it


async def test_a_unit_sends_few_files_at_once(connections: Connections) -> None:
    taking = Uploads(AttachmentStore(connections.database), TakesAll(), random_secret, connections.clock)  # type: ignore[arg-type]
    waiting = asyncio.Event()

    async def slow() -> AsyncIterator[bytes]:
        yield b"%PDF-"
        await waiting.wait()

    tasks = [asyncio.create_task(taking.take(COMMUNE, slow())) for _ in range(uploads.AT_ONCE_OF_UNIT)]
    await asyncio.sleep(0.05)
    with pytest.raises(NotTakenError) as refused:
        await taking.take(COMMUNE, slow())
    assert refused.value.why.code == "attachment.busy"
    waiting.set()
    assert {type(one) for one in await asyncio.gather(*tasks, return_exceptions=True)} == {NotTakenError}  # they were no whole files
    assert not taking._of_unit
    assert events.to_ms(connections.clock()) > 0
    assert MOST_UNUSED > uploads.AT_ONCE_OF_UNIT
