"""Cursors of paged lists: a page begins after the last row of the previous page, by a key that does not change when the row changes.

A cursor is a row's key with a checksum over the key, the list and the filters, so that a cursor of another list or a mistyped one is
recognized. It is not secret and grants nothing.
"""

import binascii
import hashlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Final

MARK_BYTES: Final = 9  # 72 bits, enough to notice a typing error


def after(key: str, *choice: object) -> str:
    """The cursor after the row `key` of the list and filters in `choice`."""
    return urlsafe_b64encode(_mark(key, choice) + key.encode()).decode().rstrip("=")


def key_of(cursor: str, *choice: object) -> str | None:
    """The row's key; None when the cursor does not belong to this list and these filters."""
    try:
        content = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        key = content[MARK_BYTES:].decode()
    except (binascii.Error, ValueError):
        return None
    return key if key and after(key, *choice) == cursor else None


def _mark(key: str, choice: tuple[object, ...]) -> bytes:
    return hashlib.sha256("\0".join([key, *(repr(part) for part in choice)]).encode()).digest()[:MARK_BYTES]
