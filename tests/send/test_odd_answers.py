"""Servers that are none of ours, or answer oddly: nothing is lost, nothing counts as answered, and the key stays where it belongs."""

import json
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final

import pytest

from services.send import command, http_door
from services.send.sending import Patience
from tests import certificates
from tests.send import office
from tests.send.conftest import Machine, report
from tests.send.office import KEY, UNIT, Office, Trick, problem, saying

GOOD: Final = {"unit": UNIT, "verdict": "accepted", "errors": [], "warnings": [], "received_at": office.RECEIVED}
REASON: Final = {"code": "a.b", "path": "", "message_vi": "V.", "message_en": "E."}


def receipt(status: int = 201, **more: Any) -> Trick:
    """A receipt of this event, with some fields replaced; a field with the value `...` is left out."""

    def answer(_: Office, asked: office.Asked) -> tuple[int, Any]:
        said = {**GOOD, "event_id": json.loads(asked.body)["id"], **more}
        return status, {name: value for name, value in said.items() if value is not ...}

    return answer


ODD: Final[dict[str, Trick]] = {
    "html": saying(200, b"<html><body>Login</body></html>", content_type="text/html"),
    "empty": saying(200, b""),
    "empty-201": saying(201, b""),
    "null": saying(201, None),
    "list": saying(201, [GOOD]),
    "text": saying(201, "accepted"),
    "number": saying(201, b"9" * 10_000),
    "deep": saying(201, b"[" * 100_000),
    "not-utf-8": saying(201, b'{"verdict": "\xff"}'),
    "huge": saying(201, b'{"verdict": "' + b"x" * (9 * 1024 * 1024) + b'"}'),
    "bare-verdict": saying(201, {"verdict": "accepted"}),
    "other-event": receipt(event_id="another-event"),
    "other-unit": receipt(unit="06280-2025"),
    "odd-verdict": receipt(verdict="maybe"),
    "verdict-list": receipt(verdict=["accepted"]),
    "odd-first-verdict": receipt(verdict="duplicate", first_verdict="pending"),
    "no-errors": receipt(errors=...),
    "errors-text": receipt(errors="none"),
    "error-texts": receipt(errors=["a"]),
    "error-numbers": receipt(422, verdict="rejected", errors=[{**REASON, "code": 1}]),
    "rejected-without-reason": receipt(422, verdict="rejected"),
    "rejected-in-a-problem-without-receipt": saying(422, problem(422, "a.b")[1]),
    "created-by-others": saying(201, {"id": 1}),
    "teapot": saying(418, {}),
    "not-found": saying(404, b"<html>404</html>"),
    "not-found-problem": saying(404, problem(404, "door.not_found")[1]),
    "method": saying(405, problem(405, "door.method_not_allowed")[1]),
    "bad-request-of-a-proxy": saying(400, b"<html>Bad Request</html>"),
    "too-large-of-a-proxy": saying(413, b"<html>Too Large</html>"),
    "forbidden-of-a-proxy": saying(403, b"<html>Forbidden</html>"),
    "proxy-login": saying(407, b""),
    "pending-of-others": saying(202, b"accepted"),
    "gateway": saying(502, b"<html>Bad Gateway</html>", Retry_After="3600"),
    "retry-tomorrow": saying(503, {}, Retry_After="Fri, 27 Nov 2026 09:00:00 GMT,"),
    "retry-huge": saying(429, {}, Retry_After="9" * 40),
    "retry-negative": saying(429, {}, Retry_After="-1"),
    "retry-digits": saying(429, {}, Retry_After="٣"),
}


@pytest.mark.parametrize("name", ODD)
def test_an_odd_answer_leaves_the_report_in_the_outbox_and_it_counts_once_later(
    server: Office, machine: Machine, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr(command, "Patience", lambda pause: Patience(pause, 0.0, 0.0))
    server.tricks = [ODD[name]]

    assert machine.run(machine.file(report())) == 3, machine.said

    assert "[send.waiting]" in machine.said
    assert len(machine.said) < 2_000
    assert [row["verdict"] for row in machine.rows()] == ["accepted"]
    assert len(server.accepted) == 1


@pytest.mark.parametrize(
    "said", [{}, [], "x", {"next_revision": "7"}, {"next_revision": -1}, {"next_revision": 10**9}, {"data": 1}, {"data": {"unit": 1}}]
)
def test_an_odd_form_teaches_nothing(machine: Machine, server: Office, monkeypatch: pytest.MonkeyPatch, said: Any) -> None:
    asking = server.answer
    monkeypatch.setattr(server, "answer", lambda asked: (200, said) if "/forms/" in asked.path else asking(asked))

    code = machine.run(machine.file(report(unit=office.CODE)))

    assert code == (0 if isinstance(said, dict) else 3)
    assert [one["revision"] for one in server.accepted] == ([1] if isinstance(said, dict) else [])


@contextmanager
def raw(*parts: bytes) -> Iterator[str]:
    """A server that says these bytes to everybody and then keeps silent, until the client goes."""
    listener = socket.create_server(("127.0.0.1", 0))
    ended = threading.Event()

    def serve() -> None:
        while not ended.is_set():
            with suppress(OSError):  # the client goes in the middle, or the test is over
                connection, _ = listener.accept()
                with connection:
                    for part in parts:
                        connection.sendall(part)
                    while connection.recv(65536):
                        pass

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        ended.set()
        listener.shutdown(socket.SHUT_RDWR)
        thread.join(10)
        listener.close()


@pytest.mark.parametrize(
    "parts",
    [
        (b"",),
        (b"HTTP/1.1 201 Created\r\n",),
        (b"HTTP/1.1 201 Created\r\nContent-Length: 100\r\n\r\n{",),
        (b"HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{\r\n",),
    ],
    ids=["silent", "half-a-head", "half-a-body", "half-a-chunk"],
)
def test_a_server_that_stops_in_its_answer_is_not_waited_for(
    machine: Machine, monkeypatch: pytest.MonkeyPatch, parts: tuple[bytes, ...]
) -> None:
    monkeypatch.setattr(http_door.HttpDoor.__init__, "__defaults__", (0.2,))
    with raw(*parts) as machine.address:
        assert machine.run(machine.file(report())) == 3
    assert "[send.away]" in machine.said


@pytest.mark.parametrize(
    "answer",
    [
        b"rubbish\r\n\r\n",
        b"SSH-2.0-x\r\n",
        b"HTTP/1.1 999999 X\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
        b"\x15\x03\x01\0\2\2F",
    ],
)
def test_what_is_no_http_is_a_server_that_does_not_answer(machine: Machine, monkeypatch: pytest.MonkeyPatch, answer: bytes) -> None:
    monkeypatch.setattr(http_door.HttpDoor.__init__, "__defaults__", (0.5,))
    with raw(answer) as machine.address:
        assert machine.run(machine.file(report())) == 3
    assert "[send.away]" in machine.said


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("where", ["elsewhere", "same", "plain"])
def test_a_redirect_is_not_followed(server: Office, machine: Machine, status: int, where: str) -> None:
    with office.opened() as other:
        to = {"elsewhere": other.address, "same": server.address, "plain": "http://example.com"}[where]
        server.tricks = [saying(status, b"", Location=f"{to}/v1/reports")]

        assert machine.run(machine.file(report())) == 3

        assert "[send.redirected]" in machine.said
        assert other.asked == []
        assert len(server.posts) == 1


def test_a_form_that_leads_elsewhere_is_not_followed(server: Office, machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    with office.opened() as other:
        monkeypatch.setattr(server, "answer", lambda asked: (307, (b"", {"Location": other.address + asked.path})))

        assert machine.run(machine.file(report())) == 3

        assert other.asked == []


def test_no_proxy_of_the_environment_sees_plain_text(server: Office, machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    with office.opened() as proxy:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, proxy.address)
        monkeypatch.delenv("NO_PROXY", raising=False)

        assert machine.run(machine.file(report())) == 0

        assert proxy.asked == []


def test_what_a_server_says_cannot_steer_the_terminal(server: Office, machine: Machine) -> None:
    nasty = {"code": "a.b", "path": "x\x1b[2J", "message_vi": "Xóa \x1b]0;x\x07 [red]đỏ[/red] \u202e" + "y" * 5000, "message_en": "E."}
    answer = receipt(verdict="rejected", errors=[nasty])
    server.tricks = [lambda *asked: (422, {**problem(422, "a.b")[1], "receipt": (answer(*asked) or (0, None))[1]})]

    assert machine.run(machine.file(report())) == 1

    assert not {"\x1b", "\x07", "\u202e"} & set(machine.printed + machine.said)
    assert "[red]đỏ[/red]" in machine.printed
    assert len(machine.printed) < 4_000


def context(files: certificates.Files) -> ssl.SSLContext:
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.load_cert_chain(files.cert, files.key)
    return made


def test_a_certificate_is_checked_against_the_given_authority(machine: Machine, tmp_path: Path) -> None:
    ours, theirs = certificates.made(tmp_path / "ours"), certificates.made(tmp_path / "theirs")
    file = machine.file(report())
    with office.opened(tls=context(ours)) as server:
        machine.address = server.address
        assert machine.run(file) == 3
        assert "[send.certificate_refused]" in machine.said
        assert machine.run(ca=str(theirs.ca)) == 3
        assert server.asked == []
        assert machine.run(ca=str(ours.ca)) == 0
    assert len(server.accepted) == 1


def test_the_key_is_sent_in_one_header_only(server: Office, machine: Machine) -> None:
    machine.run(machine.file(report()))

    for asked in server.asked:
        assert KEY not in asked.path + asked.body.decode()
        assert [name for name, value in asked.headers.items() if KEY in value] == ["authorization"]
