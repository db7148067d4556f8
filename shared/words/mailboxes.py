"""Valid mail addresses: ASCII, without characters that could end a header or add a second address."""

import re
from typing import Final

from shared.words.failures import InvalidValueError
from shared.words.refusals import refusal

ADDRESS: Final = re.compile(r"[^\x00-\x20\x7f-\U0010ffff\"(),:;<>@\[\\\]]{1,64}@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*")
MAILBOX: Final = re.compile(rf"({ADDRESS.pattern})|\"?([^\x00-\x1f\"<>]*?)\"? *<({ADDRESS.pattern})>")


def is_address(text: str) -> bool:
    return ADDRESS.fullmatch(text) is not None


def parts(mailbox: str) -> tuple[str, str]:
    """The name (which may be empty) and the address in `address` or `name <address>`. Raises ValueError for any other text."""
    match = MAILBOX.fullmatch(mailbox.strip(" "))
    if match is None:
        raise InvalidValueError(refusal("setting.invalid_mailbox"))
    return match[2] or "", match[1] or match[3]


def checked(mailbox: str) -> str:
    """The mailbox, unchanged. Raises ValueError if it is invalid."""
    parts(mailbox)
    return mailbox


def listed(text: str) -> list[str]:
    """The mailboxes in a list separated by commas; none if the text is empty or `none`."""
    return [] if text in ("", "none") else [mailbox.strip() for mailbox in text.split(",")]


def checked_list(text: str) -> str:
    """The list, unchanged. Raises ValueError if one of its mailboxes is invalid."""
    for mailbox in listed(text):
        parts(mailbox)
    return text
