"""The folder in which the mail catcher stores mails. It can be read even if the catcher's packages are not installed."""

import email
from email import policy
from email.message import EmailMessage
from pathlib import Path
from typing import Final

SUFFIX: Final = ".eml"


def mails(folder: Path) -> list[EmailMessage]:
    """The mails caught so far, oldest first; empty if the folder does not exist."""
    return [email.message_from_bytes(file.read_bytes(), policy=policy.default) for file in sorted(folder.glob(f"*{SUFFIX}"))]
