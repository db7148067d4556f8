"""A small real HTTP server that judges reports as ingest does, as far as a sender sees it, and that misbehaves when it is told to."""

import hashlib
import json
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Json = dict[str, Any]

KEY = "th_" + "k" * 43
UNIT, CODE = "06253-2025", "06253"
RECEIVED = "2026-11-27T01:30:00.000Z"
AWAY = "http://127.0.0.1:9"  # nobody listens on the discard port


def reason(code: str, path: str = "data") -> Json:
    return {"code": code, "path": path, "message_vi": f"Câu về {code}.", "message_en": f"Sentence about {code}."}


def problem(status: int, code: str, **more: Any) -> tuple[int, Json]:
    return status, {"type": f"urn:tonghop:problem:{code}", "title": "x", "status": status, "code": code, "errors": [reason(code)], **more}


@dataclass
class Asked:
    """One request that the server has seen."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


class LostError(Exception):
    """The connection ends without an answer."""


Trick = Callable[["Office", Asked], "tuple[int, Any] | None"]
"""Answers one request in another way; None: as usual after all."""


@dataclass
class Office:
    """The server's state. `tricks` are used up, one for each POST."""

    address: str = ""
    has_forms: bool = True
    has_attachments: bool = True
    has_faults: bool = True  # the indicator "bad" is unknown
    has_dry_runs: bool = True  # an older server ignores the parameter
    tricks: list[Trick] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    kept: list[bytes] = field(default_factory=list)  # files that were sent to be attached
    receipts: dict[str, Json] = field(default_factory=dict)
    bodies: dict[str, bytes] = field(default_factory=dict)
    standing: dict[tuple[str, str, str], int] = field(default_factory=dict)

    @property
    def accepted(self) -> list[Json]:
        """The data of every event that was accepted, in order."""
        return [json.loads(self.bodies[one])["data"] for one, receipt in self.receipts.items() if receipt["verdict"] == "accepted"]

    @property
    def posts(self) -> list[Asked]:
        """The events that came, without the question whether the server knows dry runs."""
        return [one for one in self.asked if one.method == "POST" and one.body]

    def answer(self, asked: Asked) -> tuple[int, Any]:
        self.asked.append(asked)
        if asked.headers.get("authorization") != f"Bearer {KEY}":
            return problem(401, "identity.required")
        if asked.method == "POST" and not asked.body:
            return problem(400, "dry_run.bad_parameter" if self.has_dry_runs and asked.path.endswith("?dry_run=ask") else "event.not_json")
        if asked.method == "POST" and self.tricks and (tricked := self.tricks.pop(0)(self, asked)) is not None:
            return tricked
        match asked.path.partition("?")[0].split("/"):
            case ["", "v1", "reports"] if self.has_dry_runs and asked.path.endswith("?dry_run=true"):
                return self.dry_run(asked.body)
            case ["", "v1", "reports"]:
                return self.take(asked.body)
            case ["", "v1", "attachments"] if self.has_attachments:
                return 201, self.keep(asked.body)
            case ["", "v1", "forms", regime, period, unit] if self.has_forms:
                code = CODE if unit == UNIT else unit
                if regime == "khong-co":
                    return problem(404, "form.unknown_regime")
                following = self.standing.get((regime, period, code), 0) + 1
                begin = {"regime": regime, "period": period, "unit": code, "revision": following}
                return 200, {"unit": unit, "next_revision": following, "data": begin}
            case ["", "v1", "receipts", _, event_id] if event_id in self.receipts:
                return 200, self.receipts[event_id]
        return problem(404, "door.not_found")

    def keep(self, body: bytes) -> Json:
        self.kept.append(body)
        ref, sha256 = f"{len(self.kept):043}", hashlib.sha256(body).hexdigest()
        return {"ref": ref, "sha256": sha256, "size": len(body), "media_type": "application/pdf"}

    def take(self, body: bytes) -> tuple[int, Any]:
        event = json.loads(body)
        id_, data = event["id"], event["data"]
        if id_ in self.receipts:
            first = self.receipts[id_]
            if self.bodies[id_] != body:
                return problem(422, "event.id_reused", receipt={**first, "verdict": "rejected", "errors": [reason("event.id_reused")]})
            receipt = {**first, "verdict": "duplicate", "first_verdict": first["verdict"]}
        else:
            receipt = self.judged(id_, data)
            self.bodies[id_], self.receipts[id_] = body, receipt
        if "rejected" in (receipt["verdict"], receipt.get("first_verdict")):
            return problem(422, receipt["errors"][0]["code"], receipt=receipt)
        return (201 if receipt["verdict"] == "accepted" else 200), receipt

    def judged(self, event_id: str, data: Json) -> Json:
        key = (data["regime"], data["period"], data["unit"])
        errors = [
            reason("report.unknown_indicator", f"data.values.{name}")
            for name in data.get("values", {})
            if name == "bad" and self.has_faults
        ]
        standing, revision = self.standing.get(key, 0), data["revision"]
        warnings = [reason("report.superseded", "data.revision")] if revision < standing and not errors else []
        if not errors:
            self.standing[key] = standing = max(standing, revision)
        return {
            "event_id": event_id,
            "unit": UNIT,
            "verdict": "rejected" if errors else "accepted",
            "errors": errors,
            "warnings": warnings,
            "received_at": RECEIVED,
            "position": None,
            "standing_revision": standing,
            "next_revision": standing + 1,
        }

    def dry_run(self, body: bytes) -> tuple[int, Any]:
        data = json.loads(body)["data"]
        id_ = json.loads(body)["id"]
        if (known := self.receipts.get(id_)) is not None:
            return 200, {**{name: known[name] for name in ("errors", "warnings")}, "verdict": "duplicate", "changes": []}
        errors = [reason("report.unknown_indicator") for name in data.get("values", {}) if name == "bad" and self.has_faults]
        changes = [{"unit": "20", "indicator": name, "field": "total", "now": None, "then": text} for name, text in data["values"].items()]
        return 200, {
            "verdict": "rejected" if errors else "accepted",
            "errors": errors,
            "warnings": [],
            "changes": [] if errors else changes,
        }


def lose_before(office: Office, asked: Asked) -> None:
    raise LostError


def lose_after(office: Office, asked: Asked) -> None:
    office.take(asked.body)
    raise LostError


def saying(status: int, said: Any, **headers: str) -> Trick:
    return lambda office, asked: (status, (said, headers))


def revisions(office: Office) -> list[int]:
    """The revisions that were accepted, in their order."""
    return [one["revision"] for one in office.accepted]


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that goes away is no news."""


@contextmanager
def opened(office: Office | None = None, tls: ssl.SSLContext | None = None) -> Iterator[Office]:
    """A running server on loopback; with a context for TLS it is `https://localhost`."""
    state = office or Office()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # an answer is one segment: otherwise the second one waits 40 ms for an acknowledgement
        disable_nagle_algorithm = True

        def _do(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            try:
                status, said = state.answer(Asked(self.command, self.path, headers, body))
            except LostError:
                self.connection.shutdown(socket.SHUT_RDWR)
                self.close_connection = True
                return
            said, more = said if isinstance(said, tuple) else (said, {})
            text = said if isinstance(said, bytes) else json.dumps(said).encode()
            self.send_response(status)
            for name, value in {"content-length": str(len(text)), "content-type": "application/json", **more}.items():
                self.send_header(name.replace("_", "-"), value)
            self.end_headers()
            self.wfile.write(text)

        do_GET = do_POST = _do

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = _Server(("127.0.0.1", 0), Handler)
    state.address = f"http://127.0.0.1:{server.server_port}"
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        state.address = f"https://localhost:{server.server_port}"
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    try:
        yield state
    finally:
        server.shutdown()
        server.server_close()
