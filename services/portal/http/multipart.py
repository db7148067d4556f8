"""Reads the one file of a form of our pages (`multipart/form-data`) as it comes. Memory does not grow with the file.

Source: RFC 7578; RFC 2046, 5.1.1; the HTML standard (what browsers write as the name of a file).
"""

import re
from collections.abc import AsyncIterator
from http import HTTPStatus
from typing import Final

from fastapi import Request

from services.portal.domain.refused import Refused
from shared.words import texts
from shared.words.attachments import MOST_NAME
from shared.words.refusals import refusal

FIELD: Final = "tep"
MOST_HEAD: Final = 8 * 1024  # bytes before the content of the file
MOST_DRAINED: Final = 64 * 1024 * 1024  # what is read and dropped after a refusal, because a browser shows no answer before it has sent all
KIND: Final = re.compile(r'multipart/form-data;\s*boundary="?([0-9A-Za-z\'()+_,./:=?-]{1,70})"?', re.ASCII)
NAME: Final = re.compile(rb'(?:^|;)\s*name="([^"]*)"', re.IGNORECASE)
FILE_NAME: Final = re.compile(rb'(?:^|;)\s*filename="([^"]*)"', re.IGNORECASE)
HEAD_END: Final = b"\r\n\r\n"
NO_NAME: Final = "tep-dinh-kem"


class SentFile:
    """The file of a form: its name, and its content, which can be read once."""

    def __init__(self, request: Request) -> None:
        kind = KIND.fullmatch(request.headers.get("content-type", "").strip())
        if kind is None:
            raise _malformed()
        self._parts = request.stream()
        self._edge = b"--" + kind[1].encode()
        self._held = b""
        self.name = ""

    async def opened(self) -> "SentFile":
        """Reads up to the content. Raises `Refused` with 400: the form is not ours, or no file was chosen."""
        head = await self._head()
        disposition = next((line for line in head.split(b"\r\n") if line.lower().startswith(b"content-disposition:")), b"")
        field, named = NAME.search(disposition), FILE_NAME.search(disposition)
        if field is None or field[1] != FIELD.encode() or named is None:
            raise _malformed()
        if not named[1]:
            raise Refused(HTTPStatus.BAD_REQUEST, refusal("attachment.no_file"))
        self.name = _name(named[1])
        return self

    async def content(self) -> AsyncIterator[bytes]:
        """The content, part by part. Raises `Refused` with 400 if the form ends before the file does."""
        end = b"\r\n" + self._edge
        while end not in self._held:
            sure = len(self._held) - len(end)
            if sure > 0:
                given, self._held = self._held[:sure], self._held[sure:]
                yield given
            if not await self._more():
                raise _malformed()
        given, _, _ = self._held.partition(end)
        self._held = b""
        yield given
        await self.drain()

    async def drain(self) -> None:
        """Reads the rest of the request and drops it."""
        dropped = 0
        async for part in self._parts:
            dropped += len(part)
            if dropped > MOST_DRAINED:
                return

    async def _head(self) -> bytes:
        """The lines between the first edge and the content."""
        while HEAD_END not in self._held:
            if len(self._held) > MOST_HEAD or not await self._more():
                raise _malformed()
        head, _, self._held = self._held.partition(HEAD_END)
        if not head.startswith(self._edge + b"\r\n") or len(head) > MOST_HEAD:
            raise _malformed()
        return head[len(self._edge) :]

    async def _more(self) -> bool:
        """Reads the next part; False at the end of the request."""
        async for part in self._parts:
            if part:
                self._held += part
                return True
        return False


def _malformed() -> Refused:
    return Refused(HTTPStatus.BAD_REQUEST, refusal("attachment.bad_form"))


def _name(sent: bytes) -> str:
    """The name of a file for people: without folders, on one line, not too long."""
    text = sent.decode("utf-8", "replace").replace("%22", '"')
    last = re.split(r"[\\/]", texts.normal(texts.one_line(text)))[-1].strip()
    return NO_NAME if texts.is_blank(last) else last[:MOST_NAME]
