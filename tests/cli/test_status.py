"""`tonghop status` says what a service that is not ready waits for."""

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from typer.testing import CliRunner

from services.cli import session
from services.cli.app import app
from shared.plumbing.tls import server_context
from shared.words.refusals import refusal
from tests.certificates import made

WHY = "REPORTS không còn sự kiện 06268/x ở vị trí 155; chạy `tonghop rebuild` (the stream went back)"


class _Aggregate(BaseHTTPRequestHandler):
    """A service whose log went back."""

    def do_GET(self) -> None:
        body = json.dumps({"ready": False, "lag": None, "waiting_for": {"partition 5": WHY}}).encode()
        self.send_response(503)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *arguments: object) -> None:
        pass


@pytest.fixture(autouse=True)
def waiting(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The aggregator waits; of the other services nothing answers."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Aggregate) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        for name in ("INGEST", "NOTIFY", "PORTAL"):
            monkeypatch.setenv(f"TONGHOP_{name}_URL", "http://127.0.0.1:1")
        monkeypatch.setenv("TONGHOP_AGGREGATE_URL", "http://127.0.0.1:1")
        monkeypatch.setenv("TONGHOP_AGGREGATE_MONITOR_PORT", str(server.server_port))
        yield
        server.shutdown()


def test_status_says_what_a_service_waits_for() -> None:
    said = CliRunner().invoke(app, ["status"])
    assert said.exit_code == session.AWAY
    text = " ".join(said.stdout.split())
    assert f"aggregate: partition 5: {WHY}" in text
    assert "ingest: service: Dịch vụ không trả lời." in text


def test_status_says_it_to_programs_too() -> None:
    said = CliRunner().invoke(app, ["status", "--json"])
    services = json.loads(said.stdout)["services"]
    asked = services["aggregate"].pop("monitor")
    assert asked.startswith("http://127.0.0.1:")
    assert services["aggregate"] == {"ready": False, "lag": None, "waiting_for": {"partition 5": WHY}, "certificate_days": None}
    assert services["ingest"]["waiting_for"] == {"service": refusal("cli.service_away").text("vi")}


def test_status_warns_before_the_certificate_of_a_service_ends(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    files = made(tmp_path, now=datetime.now(UTC) - timedelta(days=377, hours=12))
    with ThreadingHTTPServer(("127.0.0.1", 0), _Aggregate) as server:
        server.socket = server_context(str(files.cert), str(files.key), datetime.now(UTC)).wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        monkeypatch.setenv("TONGHOP_PORTAL_URL", f"https://127.0.0.1:{server.server_port}")
        said, as_json = CliRunner().invoke(app, ["status"]), CliRunner().invoke(app, ["status", "--json"])
        server.shutdown()

    assert refusal("tls.ends_soon", "portal", days=19).line("vi") in " ".join(said.stderr.split())
    assert json.loads(as_json.stdout)["services"]["portal"]["certificate_days"] == 19
