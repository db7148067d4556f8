"""Mail addresses that can be written to: ASCII, with nothing in them that could end a header or name a second one."""

import re
from typing import Final

from shared.words.failures import InvalidValueError
from shared.words.refusals import refusal

ADDRESS: Final = re.compile(r"[^\x00-\x20\x7f-\U0010ffff\"(),:;<>@\[\\\]]{1,64}@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*")
MAILBOX: Final = re.compile(rf"({ADDRESS.pattern})|\"?([^\x00-\x1f\"<>]*?)\"? *<({ADDRESS.pattern})>")


def is_address(text: str) -> bool:
    return ADDRESS.fullmatch(text) is not None


def parts(mailbox: str) -> tuple[str, str]:
    """Name, which may be empty, and address of `address` or `name <address>`. Raises ValueError when it is neither."""
    found = MAILBOX.fullmatch(mailbox.strip(" "))
    if found is None:
        raise InvalidValueError(refusal("setting.invalid_mailbox"))
    return found[2] or "", found[1] or found[3]


def checked(mailbox: str) -> str:
    """The mailbox. Raises ValueError when it is none."""
    parts(mailbox)
    return mailbox
