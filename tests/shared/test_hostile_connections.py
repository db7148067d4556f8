"""What a listener does with odd and slow connections: raw sockets, in this process, with shorter limits than in production."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import NamedTuple

import pytest
from fastapi import FastAPI, Request, Response
from fastapi.responses import StreamingResponse

from services.ingest.doors import http
from shared.plumbing import tasks
from shared.shell import listeners, observability, problems
from shared.shell.connections import BoundedProtocol, Waits
from shared.shell.listeners import Listener
from shared.shell.patience import BODY_S, Patient
from tests import hostile_requests
from tests.hostile_requests import CHUNKED, GET, JSON, POST, WITH_BODY
from tests.waiting import until

LONG = Waits()
SHORT = Waits(head_s=0.5, rest_s=0.5, answer_s=0.5)


class Served(NamedTuple):
    """A listener, its port, and the errors that its app has raised."""

    listener: Listener
    port: int

    @property
    def held(self) -> int:
        """Connections that are open."""
        return len(self.listener.server_state.connections)

    async def is_left_alone(self) -> bool:
        return self.held == 0


def door() -> FastAPI:
    """An app that reads a body as ingest's door does, and answers with its size."""
    app = FastAPI()
    problems.install(app)
    app.include_router(observability.health())

    @app.post("/v1/reports")
    async def post(request: Request) -> Response:
        return Response(b"%d" % len(await http._body(request)))

    @app.get("/endless")
    async def endless() -> Response:
        async def parts() -> AsyncIterator[bytes]:
            while True:
                yield b"x" * 65_536
                await asyncio.sleep(0)

        return StreamingResponse(parts())

    return app


@asynccontextmanager
async def serving(waits: Waits = LONG, body_s: float = BODY_S) -> AsyncIterator[Served]:
    app = door()
    config = listeners.configured(app, 1, lifespan="off")
    config.app = Patient(app, body_s)
    config.http = type("Bounded", (BoundedProtocol,), {"waits": waits})
    sock = listeners.bound("127.0.0.1", 0, "TONGHOP_BIND_HOST")
    listener = Listener(config)
    task = asyncio.create_task(listener.serve([sock]))

    async def is_started() -> bool:
        return listener.started

    await until(is_started)
    try:
        yield Served(listener, sock.getsockname()[1])
        assert (await hostile_requests.ask(sock.getsockname()[1], GET)).statuses == (200,)
    finally:
        listener.should_exit = listener.force_exit = True
        await tasks.end(task)
        sock.close()


async def test_what_is_no_http_is_refused_with_a_code_and_the_connection_closed(caplog: pytest.LogCaptureFixture) -> None:
    async with serving() as served:
        found = {name: await hostile_requests.ask(served.port, sent, until=0) for name, sent in hostile_requests.REFUSED.items()}

    wanted: dict[tuple[int, ...], set[str]] = {(400,): {"door.bad_http", "door.two_lengths"}, (431,): {"door.head_too_large"}}
    wrong = {name: answer for name, answer in found.items() if not set(answer.codes) <= wanted.get(answer.statuses, set())}
    assert wrong == {}
    assert all(answer.is_closed and answer.codes for answer in found.values())
    assert {name for name, answer in found.items() if answer.codes == ("door.two_lengths",)} == {"length and chunks", "chunks and length"}
    assert caplog.records == []


async def test_what_reaches_a_route_is_answered_by_it(caplog: pytest.LogCaptureFixture) -> None:
    async with serving() as served:
        for name, (sent, statuses) in hostile_requests.TAKEN.items():
            answer = await hostile_requests.ask(served.port, sent, until=len(statuses))
            assert (name, answer.statuses) == (name, statuses)
    assert caplog.records == []


@pytest.mark.parametrize(
    "sent", [b"", b"P", POST, POST + b"A: x\r\n", GET + b"G"], ids=["nothing", "a letter", "a line", "a header", "a second request"]
)
async def test_who_does_not_finish_a_head_is_closed(sent: bytes) -> None:
    async with serving(SHORT) as served:
        answer = await hostile_requests.ask(served.port, sent, until=0)
        assert answer.is_closed


async def test_a_head_that_comes_byte_by_byte_is_not_waited_for_longer() -> None:
    async with serving(SHORT) as served:
        answer = await hostile_requests.ask(served.port, POST, *[b"A: x\r\n"] * 10, *[b"x"] * 10_000_000, until=0)
    assert answer.is_closed
    assert answer.statuses in ((), (431,))


@pytest.mark.parametrize(
    "head", [b"Content-Length: 5\r\n\r\n", b"Content-Length: 500000\r\n\r\n{", CHUNKED + b"\r\n", CHUNKED + b"\r\n1\r\n{\r\n"]
)
async def test_a_body_that_does_not_come_is_answered_with_408(head: bytes, caplog: pytest.LogCaptureFixture) -> None:
    async with serving(body_s=0.1) as served:
        answer = await hostile_requests.ask(served.port, POST + JSON + head, until=0)
    assert (answer.statuses, answer.codes, answer.is_closed) == ((408,), ("door.too_slow",), True)
    assert caplog.records == []


async def test_a_large_body_may_take_longer_if_it_comes() -> None:
    async with serving(body_s=0.001) as served:
        late = await hostile_requests.ask(served.port, POST + JSON + CHUNKED + b"\r\n", until=0)
        whole = await hostile_requests.ask(served.port, POST + JSON + b"Content-Length: 409600\r\n\r\n" + b" " * 409_600)
    assert (late.statuses, whole.statuses) == ((408,), (200,))


@pytest.mark.parametrize("endless", [b"", b"2\r\n{}\r\n" * 20], ids=["silence", "chunks"])
async def test_after_a_refusal_the_rest_of_the_body_is_not_read_for_ever(endless: bytes) -> None:
    async with serving(SHORT) as served:
        answer = await hostile_requests.ask(served.port, POST + CHUNKED + b"\r\n", *[endless] * 10_000_000, until=0)
    assert answer.is_closed
    assert answer.codes in (("door.unsupported",), ())  # the answer can be lost, when the client writes on after the connection is closed


async def test_a_body_without_end_is_cut_off_at_the_size_of_an_event() -> None:
    chunk = b"10000\r\n" + b" " * 65_536 + b"\r\n"
    async with serving(SHORT) as served:
        answer = await hostile_requests.ask(served.port, POST + JSON + CHUNKED + b"\r\n", *[chunk] * 10_000)
    assert (answer.statuses, answer.codes) == ((413,), ("event.too_large",))


async def test_a_broken_chunk_after_the_answer_breaks_nothing(caplog: pytest.LogCaptureFixture) -> None:
    async with serving() as served:
        reader, writer = await asyncio.open_connection("127.0.0.1", served.port)
        writer.write(POST + CHUNKED + b"\r\n")
        await reader.readuntil(b"door.unsupported")
        writer.write(b"zz\r\n")
        async with asyncio.timeout(30):
            await reader.read()
        writer.close()
    assert caplog.records == []


@pytest.mark.parametrize("sent", [b"Content-Length: 9\r\n\r\n{}", CHUNKED + b"\r\n2\r\n{}"], ids=["length", "chunks"])
async def test_who_goes_away_in_the_middle_of_a_body_leaves_no_error(sent: bytes, caplog: pytest.LogCaptureFixture) -> None:
    async with serving() as served:
        answer = await hostile_requests.ask(served.port, POST + JSON + sent, until=0, is_ended=True)
        await until(served.is_left_alone)
    assert answer.text == b""
    assert caplog.records == []


async def test_who_reads_nothing_is_cut_off() -> None:
    async with serving(SHORT) as served:
        reader, writer = await asyncio.open_connection("127.0.0.1", served.port)
        writer.write(b"GET /endless HTTP/1.1\r\nHost: x\r\n\r\n")
        await reader.readuntil(b"\n")
        await until(served.is_left_alone)
        writer.close()


@pytest.mark.parametrize("slow", [b"", POST, POST + JSON + b"Content-Length: 500\r\n\r\n{"], ids=["silent", "in the head", "in the body"])
async def test_a_hundred_slow_connections_keep_nobody_waiting(slow: bytes) -> None:
    async with serving() as served:
        opened = [await asyncio.open_connection("127.0.0.1", served.port) for _ in range(100)]
        for _, writer in opened:
            writer.write(slow)

        async def are_held() -> bool:
            return served.held == 100

        await until(are_held)
        answer = await hostile_requests.ask(served.port, POST + JSON + WITH_BODY)
        assert answer.statuses == (200,)
        assert served.held >= 100
        for _, writer in opened:
            writer.close()


async def test_more_slow_connections_than_there_is_room_for_keep_nobody_out() -> None:
    async with serving(Waits(most=20)) as served:
        opened = [await asyncio.open_connection("127.0.0.1", served.port) for _ in range(100)]
        answer = await hostile_requests.ask(served.port, POST + JSON + WITH_BODY)
        assert answer.statuses == (200,)
        assert served.held <= 21
        for _, writer in opened:
            writer.close()


@pytest.mark.parametrize(("allowed", "hard", "most"), [(256, 3000, 1500), (1024, 1024, 512)])
def test_a_service_raises_its_own_limit_of_files_and_keeps_half_of_them_as_connections(allowed: int, hard: int, most: int) -> None:
    """Each of 500 watchers has a stream and fetches its page: of 500 connections in all, most would be cut off."""
    limited = f"import resource as r; r.setrlimit(r.RLIMIT_NOFILE, ({allowed}, {hard}))"
    asked = "from shared.shell import connections; print(connections.most_connections())"
    done = subprocess.run([sys.executable, "-c", f"{limited}; {asked}"], capture_output=True, text=True, check=True)
    assert int(done.stdout) == most


async def test_whoever_is_being_answered_is_not_cut_off_for_others() -> None:
    async with serving(Waits(most=5)) as served:
        reader, writer = await asyncio.open_connection("127.0.0.1", served.port)
        writer.write(b"GET /endless HTTP/1.1\r\nHost: x\r\n\r\n")
        await reader.readuntil(b"\n")
        opened = [await asyncio.open_connection("127.0.0.1", served.port) for _ in range(20)]
        assert (await hostile_requests.ask(served.port, GET)).statuses == (200,)
        assert len(await reader.readexactly(1_000_000)) == 1_000_000
        for _, other in [(reader, writer), *opened]:
            other.close()
