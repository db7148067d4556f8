"""Every setting that could lose acknowledged data is refused by name. Real processes are tested in tests/system/test_refusals.py."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from shared.plumbing import durability
from shared.words.failures import ConfigurationError, TransientError

MONGO = "mongodb://tonghop:geheim@a:27017,b:27017/?replicaSet=rs0"
ALWAYS = {"jetstream": {"config": {"sync_interval": 120_000_000_000, "sync_always": True}}}
NOBODY = "http://127.0.0.1:9"


@pytest.mark.parametrize("options", ["", "&w=majority", "&journal=true&w=majority", "&wTimeoutMS=5000", "&readPreference=primary"])
def test_an_address_that_asks_for_enough_is_taken(options: str) -> None:
    durability.require_write_concern(MONGO + options)


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ("&w=1", "w=1, but w=majority"),
        ("&w=0", "w=0, but w=majority"),
        ("&w=3", "w=3, but w=majority"),
        ("&W=1", "W=1, but W=majority"),
        ("&journal=false", "journal=false, but journal=true"),
        ("&w=majority&j=false", "j=false, but j=true"),
    ],
)
def test_an_address_that_asks_for_less_is_refused_without_its_password(options: str, named: str) -> None:
    with pytest.raises(ConfigurationError) as refused:
        durability.require_write_concern(MONGO + options)

    assert named in str(refused.value)
    assert "TONGHOP_MONGO_URL" in str(refused.value)
    assert "geheim" not in str(refused.value)


@contextmanager
def monitor(varz: Any) -> Iterator[str]:
    """A monitoring address that answers so."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(json.dumps(varz).encode())

        def log_message(self, *_: Any) -> None:
            """Silence."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


async def test_a_cluster_of_which_one_server_is_away_is_taken() -> None:
    with monitor(ALWAYS) as sound:
        await durability.require_sync([NOBODY, sound])


@pytest.mark.parametrize(
    ("varz", "found"),
    [
        ({"jetstream": {"config": {"sync_interval": 120_000_000_000}}}, ("nats.sync_too_late", "120s")),
        ({"jetstream": {"config": {"sync_interval": 1_000_000_000, "sync_always": False}}}, ("nats.sync_too_late", "1s")),
        ({"jetstream": {}}, ("nats.jetstream_off", "JetStream")),
        ({}, ("nats.jetstream_off", "JetStream")),
    ],
)
async def test_one_server_of_a_cluster_that_does_not_sync_is_refused(varz: Any, found: tuple[str, str]) -> None:
    with monitor(ALWAYS) as sound, monitor(varz) as lazy, pytest.raises(ConfigurationError) as refused:
        await durability.require_sync([sound, lazy])

    [why] = refused.value.refusals
    assert (why.path, why.code) == (lazy, found[0])
    assert found[1] in why.message_vi


async def test_servers_that_do_not_answer_are_waited_for() -> None:
    with pytest.raises(TransientError, match="TONGHOP_NATS_MONITOR_URL"):
        await durability.require_sync([NOBODY])
