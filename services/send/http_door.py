"""The way over HTTP. A key goes to the given address alone: redirects are not followed, and a proxy never sees plain text."""

import asyncio
import json
import ssl
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Final, Self
from urllib.parse import quote

import httpx2

from . import door
from .complaints import complaint, of_server
from .content import Json
from .door import Answer, Barred, Held, Judged, Learned, Pending, Told, Tried
from .settings import Settings

ANSWER_S: Final = 30.0  # for a whole answer, however slowly it comes
CONNECT_S: Final = 10.0
MOST_BYTES: Final = 8 * 1024 * 1024  # of an answer; a dry run of a report with many figures has some 100 KiB
RETRY_S: Final = 5.0  # when the server does not say how long
LONGEST_RETRY_S: Final = 86_400.0
EVENT: Final = "application/cloudevents+json"
FILES: Final = {"csv": "text/csv", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}
ANY_FILE: Final = "application/octet-stream"
FILE_ANSWER_S: Final = 120.0  # a table may have thousands of reports
KNOWS_DRY_RUNS: Final = "dry_run.bad_parameter"  # how a server that knows dry runs refuses another value
NO_FORMS: Final = "door.not_found"  # an older server, without forms
REDIRECTS: Final = range(300, 400)


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer: status, what it says (None if that is no JSON object) and the seconds after which to ask again."""

    status: int
    said: Json | None
    retry_s: float


class HttpDoor:
    """The server's HTTP door. Use it as a context manager."""

    keeps_receipts = True

    def __init__(self, settings: Settings, answer_s: float = ANSWER_S) -> None:
        self._unit = settings.sender
        self._answer_s = answer_s
        self._client = httpx2.AsyncClient(
            base_url=settings.address,
            headers={"Authorization": f"Bearer {settings.key}", "Accept": "application/json", "Accept-Encoding": "identity"},
            verify=settings.tls or ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT),  # without TLS one that trusts nobody: loading all takes time
            follow_redirects=False,
            trust_env=settings.address.startswith("https:"),  # a proxy of the environment; without TLS it would see the key
            timeout=httpx2.Timeout(answer_s, connect=CONNECT_S),
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await self._client.aclose()

    async def learn(self, regime: str, period: str, unit: str) -> Learned | Held | Barred:
        reply = await self._ask("GET", f"/v1/forms/{quote(regime)}/{quote(period)}/{quote(unit)}")
        if isinstance(reply, Held):
            return reply
        if reply.status == 200 and reply.said is not None:
            begin = reply.said.get("data")  # how the data of the event begins
            code = begin.get("unit") if isinstance(begin, dict) else None
            revision = reply.said.get("next_revision")
            return Learned(code if isinstance(code, str) else None, revision if door.is_revision(revision) else None)
        if reply.status in (400, 403, 404, 409, 422) and (errors := _problem(reply)) is not None:
            return Learned(errors=errors if errors[0]["code"] != NO_FORMS else None)
        return _without_verdict(reply)

    async def send(self, event_id: str, event: bytes) -> Answer:
        return self._verdict(event_id, await self._ask("POST", "/v1/reports", event))

    async def receipt(self, event_id: str) -> Answer:
        reply = await self._ask("GET", f"/v1/receipts/{quote(self._unit)}/{quote(event_id, safe='')}")
        if isinstance(reply, Reply) and reply.status == 404 and _problem(reply) is not None:
            return Pending()
        return self._verdict(event_id, reply)

    async def knows_dry_runs(self) -> bool | Held | Barred:
        """Whether the server knows dry runs: an older one ignores the parameter, and would take the event for a real one. So it is asked
        with a value that is refused, and without an event, which every server refuses.
        """
        reply = await self._ask("POST", "/v1/reports?dry_run=ask", b"")
        if isinstance(reply, Held):
            return reply
        if reply.status == 400 and (errors := _problem(reply)) is not None:
            return bool(errors[0]["code"] == KNOWS_DRY_RUNS)
        return _without_verdict(reply)

    async def dry_run(self, event_id: str, event: bytes) -> Tried | Held | Barred:
        """Asks what would become of an event."""
        reply = await self._ask("POST", "/v1/reports?dry_run=true", event)
        if isinstance(reply, Held):
            return reply
        said = reply.said or {}
        if door.receipt_of(said.get("receipt", said), self._unit, event_id) is not None or reply.status == 202:
            return Held(complaint("send.dry_run_was_real"))
        if reply.status == 200 and _is_dry_run(said):
            return Tried(said)
        if reply.status in (400, 413) and (errors := _problem(reply)) is not None:
            return Tried({"verdict": "rejected", "errors": errors, "warnings": [], "changes": []})
        return _without_verdict(reply)

    async def file(self, kind: str, content: bytes, query: str) -> Told | Held | Barred:
        """Sends a whole file, `csv` or `xlsx`, and waits until the server has read it and judged its reports."""
        reply = await self._answered("POST", f"/v1/reports/{kind}{'?' if query else ''}{query}", content, FILES[kind], FILE_ANSWER_S)
        if isinstance(reply, Held):
            return reply
        is_answer = reply.said is not None and reply.status in (200, 201, 202)
        if is_answer or (reply.status in (400, 404, 405, 409, 413, 415, 422) and _problem(reply) is not None):
            return Told(reply.said or {})
        return _without_verdict(reply)

    async def attach(self, content: bytes) -> Told | Held | Barred:
        """Sends a file that a report is to list. What it is, the server reads from its content."""
        reply = await self._answered("POST", "/v1/attachments", content, ANY_FILE, FILE_ANSWER_S)
        if isinstance(reply, Held):
            return reply
        is_answer = reply.status == 201 and reply.said is not None
        if is_answer or (reply.status in (400, 404, 405, 413, 415, 422) and _problem(reply) is not None):
            return Told(reply.said or {})
        return _without_verdict(reply)

    def _verdict(self, event_id: str, reply: Reply | Held) -> Answer:
        if isinstance(reply, Held):
            return reply
        said = reply.said or {}
        receipt = door.receipt_of(said if reply.status in (200, 201) else said.get("receipt"), self._unit, event_id)
        if receipt is not None and reply.status in (200, 201, 422):
            return Judged(receipt)
        if reply.status == 202 and said.get("verdict") == "pending":
            return Pending()
        if reply.status in (400, 413) and (errors := _problem(reply)) is not None:
            return Judged(door.refused(self._unit, event_id, errors))
        return _without_verdict(reply)

    async def _ask(self, method: str, path: str, body: bytes | None = None) -> Reply | Held:
        """One request and its whole answer."""
        return await self._answered(method, path, body, EVENT, self._answer_s)

    async def _answered(self, method: str, path: str, body: bytes | None, kind: str, within_s: float) -> Reply | Held:
        headers = {"Content-Type": kind} if body is not None else None
        patience = httpx2.Timeout(within_s, connect=CONNECT_S)
        try:
            async with (
                asyncio.timeout(within_s),
                self._client.stream(method, path, content=body, headers=headers, timeout=patience) as answer,
            ):
                read = bytearray()
                async for part in answer.aiter_raw():
                    read += part
                    if len(read) > MOST_BYTES:
                        return Held(complaint("send.odd_answer", status=answer.status_code), is_of_event=True)
                return Reply(answer.status_code, _object(bytes(read)), _retry_s(answer.headers.get("retry-after", "")))
        except (TimeoutError, httpx2.HTTPError, httpx2.InvalidURL, httpx2.StreamError, OSError, ValueError) as error:
            return Held(_why(error))


def _why(error: BaseException) -> Any:
    found: BaseException | None = error
    while found is not None:
        if isinstance(found, ssl.SSLCertVerificationError):
            return complaint("send.certificate_refused", why=found.verify_message)
        found = found.__cause__ or found.__context__
    return complaint("send.away", why=type(error).__name__)


def _object(body: bytes) -> Json | None:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _retry_s(text: str) -> float:
    return min(float(text), LONGEST_RETRY_S) if text.isascii() and text.isdigit() and len(text) < 10 else RETRY_S


def _problem(reply: Reply) -> Any:
    """The errors of a refusal in the shape of our server; None if the answer is somebody else's."""
    said = reply.said or {}
    errors = said.get("errors")
    return errors if isinstance(said.get("code"), str) and errors and door.is_reasons(errors) else None


def _without_verdict(reply: Reply) -> Held | Barred:
    """What an answer means that says nothing about the event."""
    if reply.status in (429, *range(500, 600)):
        may_pass = reply.status in (429, 503)
        return Held(complaint("send.busy", status=reply.status), reply.retry_s if may_pass else None, is_of_event=not may_pass)
    if reply.status in REDIRECTS:
        return Held(complaint("send.redirected"))
    errors = _problem(reply)
    if reply.status in (401, 403) and errors is not None:
        return Barred((complaint("send.login_refused"), *of_server(errors)))
    return Held(complaint("send.odd_answer", status=reply.status), is_of_event=True)


def _is_dry_run(said: Json) -> bool:
    changes = said.get("changes")
    names = ("unit", "field")
    good = changes is None or (
        isinstance(changes, list)
        and all(isinstance(one, dict) and all(isinstance(one.get(name), str) for name in names) for one in changes)
    )
    return (
        "changes" in said
        and good
        and said.get("verdict") in door.VERDICTS
        and all(door.is_reasons(said.get(n)) for n in ("errors", "warnings"))
    )
