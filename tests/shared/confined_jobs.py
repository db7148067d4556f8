"""Jobs of the tests of confined processes."""

import os
import time
from pathlib import Path
from typing import Any

from shared.words.failures import PermanentError
from shared.words.refusals import refusal


def turned(given: bytes, order: dict[str, Any]) -> bytes:
    return given[::-1] + str(order.get("behind", "")).encode()


def refuses(given: bytes, order: dict[str, Any]) -> bytes:
    raise PermanentError(refusal("confined.busy", "Biểu!B12"))


def is_wrong(given: bytes, order: dict[str, Any]) -> bytes:
    raise ZeroDivisionError("one of ours")


def waits(given: bytes, order: dict[str, Any]) -> bytes:
    time.sleep(60)
    return b""


def computes(given: bytes, order: dict[str, Any]) -> bytes:
    while True:
        pass


def grows(given: bytes, order: dict[str, Any]) -> bytes:
    return bytes(2**31)


def dies(given: bytes, order: dict[str, Any]) -> bytes:
    os.abort()


def writes(given: bytes, order: dict[str, Any]) -> bytes:
    Path("long").write_bytes(bytes(3 * 2**20))
    return b"written"


def environment(given: bytes, order: dict[str, Any]) -> bytes:
    return repr(dict(os.environ)).encode() + Path("/proc/self/environ").read_bytes()


def is_told(given: bytes, order: dict[str, Any]) -> bytes:
    return str(len(given)).encode()
