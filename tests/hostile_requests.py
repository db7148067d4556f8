"""Requests of a malicious client over HTTP, written byte by byte, without a client library; messages over NATS are in `tests/hostile.py`.

`REFUSED` are refused by the server, `TAKEN` reach a route.
"""

import asyncio
import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Final, NamedTuple

HOST: Final = b"Host: ingest\r\n"
POST: Final = b"POST /v1/reports HTTP/1.1\r\n" + HOST
JSON: Final = b"Content-Type: application/json\r\n"
CHUNKED: Final = b"Transfer-Encoding: chunked\r\n"
STATUS: Final = re.compile(rb"HTTP/1\.1 (\d{3}) ")
CODE_OR_BODY: Final = re.compile(rb"\r\n\r\n.")
CODE: Final = re.compile(rb'"code":"([a-z_.]+)"')
WITH_BODY: Final = b"Content-Length: 2\r\n\r\n{}"
GET: Final = b"GET /healthz HTTP/1.1\r\n" + HOST + b"\r\n"

REFUSED: Final[Mapping[str, bytes]] = {
    "no HTTP": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 40 + b"\r\n\r\n",
    "words": b"hello\r\n\r\n",
    "HTTP/0.9": b"GET /healthz\r\n\r\n",
    "HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "HTTP/9": b"GET /healthz HTTP/9.9\r\n" + HOST + b"\r\n",
    "line break in the address": b"GET /heal\nthz HTTP/1.1\r\n" + HOST + b"\r\n",
    "address of 20 KiB": b"GET /" + b"a" * 20_000 + b" HTTP/1.1\r\n" + HOST + b"\r\n",
    "method of 20 KiB": b"G" * 20_000 + b" / HTTP/1.1\r\n" + HOST + b"\r\n",
    "no host": b"GET /healthz HTTP/1.1\r\n\r\n",
    "two hosts": b"GET /healthz HTTP/1.1\r\n" + HOST + b"Host: other\r\n\r\n",
    "header of 20 KiB": POST + b"A: " + b"x" * 20_000 + b"\r\n\r\n",
    "header without end": POST + b"A: " + b"x" * 80_000,
    "3,000 headers": POST + b"".join(b"H%d: x\r\n" % number for number in range(3_000)) + b"\r\n",
    "200 headers": POST + b"".join(b"H%d: x\r\n" % number for number in range(200)) + WITH_BODY,
    "header without a colon": POST + b"A\r\n" + WITH_BODY,
    "space before the colon": POST + b"Content-Length : 2\r\n\r\n{}",
    "header without a name": POST + b": x\r\n" + WITH_BODY,
    "folded first header": b"GET /healthz HTTP/1.1\r\n Host: ingest\r\n\r\n",
    "NUL in a header": POST + b"A: x\x00y\r\n" + WITH_BODY,
    "carriage return in a header": POST + b"A: x\ry\r\n" + WITH_BODY,
    "two lengths": POST + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
    "lengths in one header": POST + b"Content-Length: 2, 3\r\n\r\n{}",
    "length with a sign": POST + b"Content-Length: +2\r\n\r\n{}",
    "negative length": POST + b"Content-Length: -2\r\n\r\n{}",
    "hexadecimal length": POST + b"Content-Length: 0x2\r\n\r\n{}",
    "length of 40 digits": POST + b"Content-Length: " + b"9" * 40 + b"\r\n\r\n{}",
    "length of other digits": POST + b"Content-Length: " + "٢".encode() + b"\r\n\r\n{}",
    "length and chunks": POST + JSON + b"Content-Length: 6\r\n" + CHUNKED + b"\r\n0\r\n\r\nG",
    "chunks and length": POST + JSON + CHUNKED + b"Content-Length: 6\r\n\r\n0\r\n\r\nG",
    "chunked twice": POST + CHUNKED + CHUNKED + b"\r\n0\r\n\r\n",
    "chunked, chunked": POST + b"Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n",
    "xchunked": POST + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
    "identity": POST + b"Transfer-Encoding: identity\r\n\r\n",
    "gzip, chunked": POST + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
    "tab in chunked": POST + b"Transfer-Encoding: \x0bchunked\r\n\r\n0\r\n\r\n",
    "chunks in HTTP/1.0": b"POST /v1/reports HTTP/1.0\r\n" + HOST + CHUNKED + b"\r\n0\r\n\r\n",
    "size of a chunk is none": POST + JSON + CHUNKED + b"\r\nzz\r\n{}\r\n0\r\n\r\n",
    "negative size of a chunk": POST + JSON + CHUNKED + b"\r\n-2\r\n{}\r\n0\r\n\r\n",
    "size of a chunk of 40 digits": POST + JSON + CHUNKED + b"\r\n" + b"f" * 40 + b"\r\n{}",
    "chunk longer than its size": POST + JSON + CHUNKED + b"\r\n1\r\n{}\r\n0\r\n\r\n",
    "trailers without end": POST + JSON + CHUNKED + b"\r\n2\r\n{}\r\n0\r\n" + b"A: b\r\n" * 8_000,
    "smuggled in the chunk": POST + JSON + CHUNKED + b"\r\n0\r\nGET /admin HTTP/1.1\r\n\r\n",
}
"""Requests that are refused as such: 400 or 431, and the connection is closed, because what follows on it could be anything."""

TAKEN: Final[Mapping[str, tuple[bytes, tuple[int, ...]]]] = {
    "two equal lengths": (POST + JSON + b"Content-Length: 2\r\n" + WITH_BODY, (200,)),
    "bytes above 127 in a header": (POST + JSON + b"A: \xff\xfe\r\n" + WITH_BODY, (200,)),
    "line feeds alone": ((POST + JSON + WITH_BODY).replace(b"\r\n", b"\n"), (200,)),
    "folded header": (POST + JSON + b"A: x\r\n y\r\n" + WITH_BODY, (200,)),
    "one byte a chunk": (POST + JSON + CHUNKED + b"\r\n" + b"1\r\n \r\n" * 2_000 + b"0\r\n\r\n", (200,)),
    "chunk extension of 40 KiB": (POST + JSON + CHUNKED + b"\r\n2;" + b"a" * 40_000 + b"\r\n{}\r\n0\r\n\r\n", (200,)),
    "HTTP/1.0": (b"POST /v1/reports HTTP/1.0\r\n" + JSON + WITH_BODY, (200,)),
    "expects to go on": (POST + JSON + b"Expect: 100-continue\r\n" + WITH_BODY, (200,)),
    "expects something else": (POST + JSON + b"Expect: x\r\n" + WITH_BODY, (200,)),
    "two requests at once": (GET + GET, (200, 200)),
    "garbage behind a request": (GET + b"garbage\r\n\r\n", (200, 400)),
    "garbage behind a body": (POST + JSON + WITH_BODY + b"garbage\r\n\r\n", (200, 400)),
    "request behind a body that is shorter": (POST + JSON + WITH_BODY + GET, (200, 200)),
    "unknown method": (GET.replace(b"GET", b"FOO"), (405,)),
    "CONNECT": (b"CONNECT a:80 HTTP/1.1\r\n" + HOST + b"\r\n", (404,)),
    "OPTIONS *": (b"OPTIONS * HTTP/1.1\r\n" + HOST + b"\r\n", (404,)),
    "address with a host": (b"GET http://ingest/healthz HTTP/1.1\r\n" + HOST + b"\r\n", (404,)),
    "NUL in the address": (b"GET /%00 HTTP/1.1\r\n" + HOST + b"\r\n", (404,)),
    "WebSocket": (GET[:-2] + b"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: x\r\n\r\n", (200,)),
    "HTTP/2 without TLS": (GET[:-2] + b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: x\r\n\r\n", (200,)),
    "compressed": (POST + JSON + b"Content-Encoding: gzip\r\n" + WITH_BODY, (415,)),
    "deflated": (POST + JSON + b"Content-Encoding: identity, DEFLATE\r\n" + WITH_BODY, (415,)),
    "compressed twice": (POST + JSON + b"Content-Encoding: identity\r\nContent-Encoding: br\r\n" + WITH_BODY, (415,)),
    "UTF-16": (POST + b"Content-Type: application/json; charset=UTF-16\r\n" + WITH_BODY, (415,)),
    "windows-1258": (POST + b'Content-Type: application/json; a=b; charset="windows-1258"\r\n' + WITH_BODY, (415,)),
    "UTF-8, said in capitals": (POST + b'Content-Type: APPLICATION/JSON;charset="UTF-8"\r\n' + WITH_BODY, (200,)),
    "no type": (POST + WITH_BODY, (400,)),
    "type of a form": (POST + b"Content-Type: application/x-www-form-urlencoded\r\n" + WITH_BODY, (400,)),
    "type of several parts": (POST + b"Content-Type: multipart/form-data; boundary=x\r\n" + WITH_BODY, (400,)),
    "type of a batch": (POST + b"Content-Type: application/cloudevents-batch+json\r\n" + WITH_BODY, (400,)),
    "two types": (POST + b"Content-Type: text/plain, application/json\r\n" + WITH_BODY, (400,)),
    "type of 8 KiB": (POST + b"Content-Type: " + b"x" * 8_000 + b"\r\n" + WITH_BODY, (400,)),
}
"""Requests that are answered by the door, and with which statuses; a door that takes any body answers 200."""


class Answer(NamedTuple):
    """What came back on a connection: the statuses of all answers, the codes of problems, and whether the server has closed it."""

    statuses: tuple[int, ...]
    codes: tuple[str, ...]
    is_closed: bool
    text: bytes


async def ask(port: int, *parts: bytes, until: int = 1, is_ended: bool = False) -> Answer:
    """Writes the parts, one when the event loop comes to it, and reads `until` so many answers have come, or the server has closed.

    With `until=0`, reads until the server closes.
    """
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    found = bytearray()
    writing = asyncio.create_task(_write(writer, parts, is_ended))
    is_closed = False
    try:
        async with asyncio.timeout(30):
            while not until or len(_final(found)) < until or not CODE_OR_BODY.search(found):
                part = await reader.read(65_536)
                if not part:
                    is_closed = True
                    break
                found += part
    except ConnectionError:
        is_closed = True
    finally:
        writing.cancel()
        writer.close()
    return Answer(_final(found), tuple(code.decode() for code in dict.fromkeys(CODE.findall(found))), is_closed, bytes(found))


async def _write(writer: asyncio.StreamWriter, parts: Iterable[bytes], is_ended: bool) -> None:
    with suppress(ConnectionError):
        for part in parts:
            writer.write(part)
            await writer.drain()
            await asyncio.sleep(0)
        if is_ended:
            writer.write_eof()


def _final(text: bytes | bytearray) -> tuple[int, ...]:
    """The statuses without `100 Continue`."""
    return tuple(int(status) for status in STATUS.findall(text) if status != b"100")
