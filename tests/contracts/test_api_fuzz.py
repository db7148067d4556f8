"""schemathesis: ingest answers every request without a server error, with a status and a body that its document describes.

On a real ingest with real servers. Seed: hypothesis' own (`derandomize`). About 15 s. To run it again: `pytest
tests/contracts/test_api_fuzz.py`. Another service uses `tests.contracts.fuzzing.ask` in the same way.
"""

import asyncio
import json
from pathlib import Path
from typing import Any, Final

import httpx2
import pytest
from hypothesis import strategies as st

from services.cli.contracts import documents
from services.cli.contracts.schemas import SENT
from shared.shell.service import Connections
from shared.shell.settings import Settings
from tests.builders import COMMUNE, RECIPIENT, payload, submitted
from tests.contracts.fuzzing import ask
from tests.contracts.test_shapes import read
from tests.identities import bearer, put_key
from tests.ingest.conftest import known
from tests.running import running

__all__ = ["known"]

Json = dict[str, Any]
JSON: Final = {"content-type": "application/json"}
CASES: Final = 120  # of each operation, half of them as described


def document() -> Json:
    found: Json = json.loads(documents.stored()["openapi-ingest.json"])
    return found


@st.composite
def events_of_the_contract(draw: st.DrawFn) -> Json:
    """An example of the contract, as it is or with one field of its data changed; often under an id that was used before."""
    event = read(draw(st.sampled_from(sorted(SENT))))
    event["id"] = f"event-{draw(st.integers(0, 30)):04d}"
    if draw(st.booleans()):  # else most events would be refused as another unit's
        event["source"] = f"/units/{COMMUNE}"
    if draw(st.booleans()):
        field = draw(st.sampled_from(sorted(event["data"])))
        event["data"][field] = draw(st.sampled_from([None, "", "2024", COMMUNE, RECIPIENT, 1, 2**70, 0.1, [], {}, {"x": "\u202e"}]))
    return event


@st.composite
def refused(draw: st.DrawFn) -> Json:
    """A report of an indicator that the regime does not have, under an id of its own."""
    event: Json = json.loads(payload(submitted(values={"khong_co": draw(st.integers(0, 10**6))})))
    return event


async def test_whatever_is_sent_is_answered_as_the_document_says(known: Connections, settings: Settings, tmp_path: Path) -> None:
    url = f"http://127.0.0.1:{settings.ingest_port}"
    headers = bearer(await put_key(known.database, COMMUNE))
    async with running(settings, tmp_path, "ingest"):
        bodies = st.one_of(events_of_the_contract(), fresh(), refused())
        statuses = await asyncio.to_thread(ask, document(), url, "/v1/reports", "POST", cases=CASES, bodies=bodies, headers=headers)
        without_key = await asyncio.to_thread(ask, document(), url, "/v1/reports", "POST", cases=3, bodies=fresh())

    assert {200, 201, 400, 403, 422} <= statuses
    assert without_key == {401}


async def test_whatever_is_asked_is_answered_as_the_document_says(known: Connections, settings: Settings, tmp_path: Path) -> None:
    url = f"http://127.0.0.1:{settings.ingest_port}"
    key = bearer(await put_key(known.database, COMMUNE))
    async with running(settings, tmp_path, "ingest"):
        event = payload(submitted(event_id="event-abc"))
        posted = await asyncio.to_thread(httpx2.post, f"{url}/v1/reports", content=event, headers=JSON | key)
        names = {"unit": [COMMUNE, RECIPIENT], "event_id": ["event-abc", "event-abd"]}
        path = "/v1/receipts/{unit}/{event_id}"
        statuses = await asyncio.to_thread(ask, document(), url, path, "GET", cases=CASES, names=names, headers=key)
        health = await asyncio.to_thread(ask, document(), url, "/healthz", "GET", cases=3)

    assert posted.status_code == 201
    assert {200, 403, 404} <= statuses
    assert health == {200}


@st.composite
def fresh(draw: st.DrawFn) -> Json:
    """A report that is accepted, or a repeat of one."""
    number = draw(st.integers(1, 10))
    return submitted(event_id=f"fresh-{number:04d}", revision=number)


@pytest.mark.parametrize("name", documents.APPS)
def test_no_document_of_a_service_speaks_of_errors_of_the_framework(name: str) -> None:
    text = documents.stored()[f"openapi-{name}.json"]

    assert "HTTPValidationError" not in text
    assert "ValidationError" not in text


@pytest.mark.parametrize("name", documents.APPS)
def test_operations_and_tags_are_words_of_any_language_of_programs(name: str) -> None:
    found = json.loads(documents.stored()[f"openapi-{name}.json"])
    operations = [operation for path in found["paths"].values() for operation in path.values()]

    assert all(operation["operationId"].isidentifier() and operation["operationId"].isascii() for operation in operations)
    assert all(tag.isascii() for operation in operations for tag in operation["tags"])


def test_the_doors_operations_keep_their_names() -> None:
    operations = {
        f"{method.upper()} {path}": operation["operationId"]
        for path, operations in document()["paths"].items()
        for method, operation in operations.items()
    }

    assert operations == {
        "GET /healthz": "getHealth",
        "POST /v1/reports": "sendReport",
        "POST /v1/attachments": "sendAttachment",
        "POST /v1/reports/csv": "sendTable",
        "GET /v1/receipts/{unit}/{event_id}": "getReceipt",
        "GET /v1/regimes": "listRegimes",
        "GET /v1/regimes/{regime}": "getRegime",
        "GET /v1/regimes/{regime}/schema": "getReportSchema",
        "GET /v1/forms/{regime}/{period}/{unit}": "getForm",
        "GET /v1/forms/{regime}/{period}/{unit}.xlsx": "getFormWorkbook",
        "GET /v1/forms/{regime}/{period}/{unit}.csv": "getFormTable",
        "POST /v1/reports/xlsx": "sendWorkbook",
        "GET /v1/sheets/{sheet}": "getSheet",
    }
