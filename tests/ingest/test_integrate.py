"""The Python of docs/integrate.md works against a real ingest, and each mistake explained there gives the named code."""

import asyncio
import json
import os
import re
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2

from shared.shell.service import Connections
from shared.shell.settings import Settings
from shared.wire import subjects
from shared.wire.answers import QuantityToDate
from tests import nats_users, running
from tests.builders import COMMUNE, RECIPIENT, payload, submitted
from tests.identities import bearer, put_key
from tests.ingest import reforming

PAGE = (Path(__file__).parents[2] / "docs" / "integrate.md").read_text(encoding="utf-8")
SENDER = "06253-2025"  # in the page
HEADERS = {"content-type": "application/cloudevents+json"}
LIMIT_S = 120
NEIGHBOUR = "06256"
ENOUGH = 30  # events: more than the test sends for the other unit


def blocks(language: str, settings: Settings) -> list[str]:
    """The code of one language, with the addresses of this test's servers."""
    found = re.findall(rf"^```{language}\n(.+?)^```", PAGE, re.MULTILINE | re.DOTALL)
    http, nats = f"http://127.0.0.1:{settings.ingest_port}", str(settings.nats_url)
    portal = f"http://127.0.0.1:{settings.portal_port}"
    addresses = {"http://127.0.0.1:8080": http, "http://127.0.0.1:8000": portal, "nats://127.0.0.1:4222": nats}
    return [re.sub("|".join(addresses), lambda address: addresses[address[0]], code) for code in found]


async def run(*command: str, folder: Path, **variables: str) -> list[str]:
    """The lines that a program prints; it must end well. `variables` are added to the environment."""
    process = await asyncio.create_subprocess_exec(
        *command, cwd=folder, env=os.environ | variables, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    async with asyncio.timeout(LIMIT_S):
        printed, _ = await process.communicate()
    assert process.returncode == 0, printed.decode()
    return printed.decode().splitlines()


async def test_the_python_over_http_does_what_it_says(today: Connections, settings: Settings, tmp_path: Path) -> None:
    code, _ = blocks("python", settings)
    (tmp_path / "example.py").write_text(code, encoding="utf-8")
    key = await put_key(today.database, SENDER)
    async with running.running(settings, tmp_path, "ingest"):
        lines = await run(sys.executable, "example.py", folder=tmp_path, TONGHOP_KEY=key)
    begin = [line.split()[:2] for line in lines]
    assert begin == [
        ["report", "201"],
        ["again", "200"],
        ["correction", "201"],
        ["withdrawal", "201"],
        ["receipt", "200"],
        ["rejected", "422"],
    ]
    assert ["'duplicate'" in line for line in lines] == [False, True, False, False, False, False]
    assert lines[-1].startswith("rejected 422 report.not_a_number ")
    assert "1.250,5" in lines[-1]


async def test_the_python_over_nats_does_what_it_says(today: Connections, settings: Settings, tmp_path: Path) -> None:
    _, code = blocks("python", settings)
    (tmp_path / "example.py").write_text(code, encoding="utf-8")
    now, creds = datetime.now(UTC), tmp_path / f"{SENDER}.creds"
    creds.write_text(nats_users.keys().unit(SENDER, now, now + timedelta(days=1)).text, encoding="utf-8")
    async with running.running(settings, tmp_path, "ingest"):
        lines = await run(sys.executable, "example.py", folder=tmp_path, TONGHOP_CREDS=str(creds))
    assert lines == ["report accepted", "again duplicate", "correction accepted", "withdrawal accepted"]


def json_block(field: str) -> str:
    """The one block of JSON on the page that has `field`."""
    found = re.findall(r"^```json\n(.+?)^```", PAGE, re.MULTILINE | re.DOTALL)
    (block,) = [str(block) for block in found if f'"{field}"' in block]
    return block


def test_the_correction_of_an_heir_is_accepted_as_the_page_shows_it() -> None:
    event = json_block("as_successor")
    assert reforming.codes(reforming.screen(json.loads(event), reforming.AFTER)) == []
    slip = reforming.sent_by("06280-2025", json.loads(event), as_successor=None)
    assert reforming.codes(reforming.screen(slip, reforming.AFTER)) == ["report.other_unit_then"]


def test_the_sum_since_the_beginning_of_the_year_is_shown_as_the_api_gives_it() -> None:
    figure = json_block("cumulative")
    shown = QuantityToDate.model_validate_json(figure)
    assert shown.cumulative is not None
    assert shown.model_dump(exclude_unset=True) == json.loads(figure)


def named_mistakes() -> list[str]:
    """The codes that a row of the page has to itself, without the one that takes 30 s to see (`test_slow_requests`)."""
    return [code for code in re.findall(r"^\| `([a-z_.]+)` \|", PAGE, re.MULTILINE) if code != "door.too_slow"]


UNSENT = {"name": "a.pdf", "media_type": "application/pdf", "size": 1, "sha256": "0" * 64, "ref": "A" * 43}
"""An attachment that nobody has sent."""


def with_values(**values: Any) -> bytes:
    return payload(submitted(values=values))


def with_field(name: str) -> bytes:
    event = submitted()
    return payload({**event, "data": {**event["data"], name: {}}})


async def test_each_mistake_gives_the_code_that_the_page_names(known: Connections, settings: Settings, tmp_path: Path) -> None:
    key, other = await put_key(known.database, COMMUNE), await put_key(known.database, NEIGHBOUR)
    async with (
        running.running(settings, tmp_path, "ingest"),
        httpx2.AsyncClient(base_url=f"http://127.0.0.1:{settings.ingest_port}", timeout=30, headers=bearer(key)) as client,
    ):

        async def post(body: bytes, **headers: str) -> tuple[int, list[str]]:
            answer = await client.post("/v1/reports", content=body, headers={**HEADERS, **headers})
            said = answer.json()
            return answer.status_code, [one["code"] for one in (*said["errors"], *said.get("warnings", ()))]

        assert await post(payload(submitted(event_id="event-first", revision=5))) == (201, [])
        seen = {
            "report.not_a_number": await post(with_values(gd_ngay_cong="1.250,5")),
            "report.too_many_decimals": await post(with_values(gd_ngay_cong="1.000")),
            "event.id_reused": await post(payload(submitted(event_id="event-first", revision=6))),
            "event.subject_mismatch": await post(payload(submitted() | {"source": "/units/184-TCKH"})),
            "report.unknown_unit": await post(payload(submitted(unit="6253") | {"source": f"/units/{COMMUNE}"})),
            "report.period_not_begun": await post(payload(submitted(period="2030"))),
            "report.superseded": await post(payload(submitted(revision=4))),
            "report.indicator_not_asked": await post(with_values(gd_truong_tu_chu=1)),
            "event.unknown_field": await post(with_field("figures")),
            "report.empty": await post(with_values()),
            "attachment.unknown": await post(payload(submitted(attachments=[UNSENT]))),
            "door.unsupported": await post(payload(submitted()), **{"content-type": "text/plain"}),
            "event.not_structured": await post(payload(submitted()), **{"ce-id": "event-binary"}),
            "event.too_large": await post(b'{"id": "' + b"x" * 600_000 + b'"}'),
            "door.no_such_receipt": await receipt_of(client, COMMUNE),
            "identity.required": await post(payload(submitted()), Authorization="Bearer th_mistyped"),
            "identity.out_of_scope": await receipt_of(client, RECIPIENT),
            "identity.too_many_requests": await until_too_many(client),
            "inbox.full": await until_full(known, client, other),
        }
    assert {code: code in codes for code, (_, codes) in seen.items()} == dict.fromkeys(seen, True)
    assert sorted(seen) == sorted(named_mistakes())
    assert {code: status for code, (status, _) in seen.items() if status != 422} == {
        "report.superseded": 201,
        "event.subject_mismatch": 403,
        "identity.required": 401,
        "identity.out_of_scope": 403,
        "identity.too_many_requests": 429,
        "inbox.full": 429,
        "door.unsupported": 400,
        "event.not_structured": 400,
        "event.too_large": 413,
        "door.no_such_receipt": 404,
    }


async def receipt_of(client: httpx2.AsyncClient, unit: str) -> tuple[int, list[str]]:
    answer = await client.get(f"/v1/receipts/{unit}/event-never-sent")
    return answer.status_code, [error["code"] for error in answer.json()["errors"]]


async def until_too_many(client: httpx2.AsyncClient) -> tuple[int, list[str]]:
    """The first answer that says that a key is used too often."""
    while True:
        for answer in await asyncio.gather(*[receipt_of(client, COMMUNE) for _ in range(20)]):
            if answer[0] == 429:
                return answer


async def until_full(known: Connections, client: httpx2.AsyncClient, key: str) -> tuple[int, list[str]]:
    """The answer to the first event of a unit that is more than INBOX takes; its limit is low here."""
    config = known.declaration.stream_config(subjects.INBOX)
    await known.streams.jetstream.update_stream(config.evolve(max_msgs_per_subject=ENOUGH))
    answers = [
        await client.post("/v1/reports", content=payload(submitted(NEIGHBOUR)), headers=HEADERS | bearer(key)) for _ in range(ENOUGH)
    ]
    assert {answer.status_code for answer in answers} == {201}
    answer = await client.post("/v1/reports", content=payload(submitted(NEIGHBOUR)), headers=HEADERS | bearer(key))
    return answer.status_code, [error["code"] for error in answer.json()["errors"]]
