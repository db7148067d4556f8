"""The key in a request's header: there is one form, and everything else is no key."""

from base64 import urlsafe_b64encode

import pytest
from starlette.datastructures import Headers

from shared.shell import bearer
from shared.words import credentials

KEY = credentials.PREFIX + urlsafe_b64encode(bytes(range(32))).decode().rstrip("=")


def headers(*values: bytes) -> Headers:
    return Headers(raw=[(b"authorization", value) for value in values])


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
def test_the_scheme_is_written_in_any_case(scheme: str) -> None:
    assert bearer.key(headers(f"{scheme} {KEY}".encode())) == KEY


@pytest.mark.parametrize(
    "value",
    [
        b"",
        b"Bearer",
        b"Bearer ",
        KEY.encode(),
        f"Basic {KEY}".encode(),
        f"Bearer  {KEY}".encode(),
        f"Bearer {KEY} ".encode(),
        f"Bearer {KEY},Bearer {KEY}".encode(),
        f"Bearer {KEY}\r\n {KEY}".encode(),
        f"Bearer {KEY[:-1]}ă".encode(),
        f"Bearer {KEY[:-1]}=".encode(),
        b"Bearer \xff\xfe",
        b"Bearer " + b"A" * 10_000,
        f"Bearer {KEY}".encode() + b" " * 10_000,
    ],
)
def test_another_form_is_no_key(value: bytes) -> None:
    assert bearer.key(headers(value)) is None


def test_two_headers_are_no_key() -> None:
    assert bearer.key(headers(f"Bearer {KEY}".encode(), f"Bearer {KEY}".encode())) is None


def test_no_header_is_no_key() -> None:
    assert bearer.key(headers()) is None
    assert not bearer.is_shown(headers())
