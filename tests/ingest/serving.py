"""Ingest's HTTP door in tests: a client of the running app, and what it answers."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx2
from fastapi import FastAPI

from tests.builders import COMMUNE, Event, payload
from tests.contracts import conformity
from tests.identities import bearer

JSON = {"content-type": "application/cloudevents+json"}
Client = httpx2.AsyncClient


@asynccontextmanager
async def serving(app: FastAPI, key: str | None = None) -> AsyncIterator[Client]:
    """A client of the running app, with a unit's key if there is one; every answer must be one that the app's document describes."""
    document = app.openapi()

    async def conforms(answer: httpx2.Response) -> None:
        await answer.aread()
        assert conformity.faults(document, answer) == []

    transport, hooks = httpx2.ASGITransport(app=app), {"response": [conforms]}
    async with (
        app.router.lifespan_context(app),
        Client(transport=transport, base_url="http://ingest", timeout=30, event_hooks=hooks, headers=bearer(key) if key else {}) as client,
    ):
        yield client


async def knows_keys(client: Client) -> bool:
    """Whether ingest has read the keys: before, it can refuse nobody."""
    return (await client.get(f"/v1/receipts/{COMMUNE}/event-unknown")).status_code == 404


async def post(client: Client, sent: Event | bytes, headers: dict[str, str] | None = None) -> httpx2.Response:
    return await client.post("/v1/reports", content=sent if isinstance(sent, bytes) else payload(sent), headers=headers or JSON)


def codes(answer: httpx2.Response, status: int) -> list[str]:
    """The codes of a refusal, after a look at the shape of RFC 9457."""
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    body: dict[str, Any] = answer.json()
    assert body["status"] == status
    assert body["type"] == f"urn:tonghop:problem:{body['code']}"
    assert body["title"]
    assert all(error.keys() == {"code", "path", "message_vi", "message_en"} for error in body["errors"])
    for error in body["errors"]:
        place = f"{error['path']}: " if error["path"] else ""
        assert place + error["message_vi"] in body["detail"]
        assert place + error["message_en"] in body["detail_en"]
    found = [error["code"] for error in body["errors"]]
    assert body["code"] == found[0]
    return found
