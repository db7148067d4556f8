"""Where a list goes on: behind the last row that was given, by a key that no change of the row moves.

A cursor is a row's key bound to its list and to what was chosen, so that one of another list, or a changed one, is told from one
that was given. It is no secret and grants nothing.
"""

import binascii
import hashlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Final

MARK_BYTES: Final = 9  # 72 bits: a slip of the hand is found


def after(key: str, *choice: object) -> str:
    """The cursor behind the row `key` of the list that `choice` names."""
    return urlsafe_b64encode(_mark(key, choice) + key.encode()).decode().rstrip("=")


def key_of(cursor: str, *choice: object) -> str | None:
    """The row's key; None when this list has not given the cursor for this choice."""
    try:
        content = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        key = content[MARK_BYTES:].decode()
    except (binascii.Error, ValueError):
        return None
    return key if key and after(key, *choice) == cursor else None


def _mark(key: str, choice: tuple[object, ...]) -> bytes:
    return hashlib.sha256("\0".join([key, *(repr(part) for part in choice)]).encode()).digest()[:MARK_BYTES]
