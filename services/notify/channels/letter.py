"""A mail in its wire format (RFC 5322, MIME), identical on every Python version.

The email package folds a long non-ASCII header between words, and loses or doubles the space there, differently in each release. Here a
header's text is encoded as a whole, including spaces (RFC 2047), so that it decodes to exactly the same text.
"""

import re
from datetime import datetime
from email import policy
from email.charset import QP, Charset
from email.header import Header
from email.message import Message
from email.utils import format_datetime
from typing import Final

from services.notify.texts.mail import Mail
from shared.words import mailboxes

ON_THE_WIRE: Final = policy.compat32.clone(linesep="\r\n")
LINE_ENDS: Final = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]+")  # and other control characters
UTF_8: Final = Charset("utf-8")
UTF_8.body_encoding = QP


def written(mail: Mail, sender: str, at: datetime) -> bytes:
    """The whole mail, dated `at`. It is pure ASCII, so every server accepts it. Raises ValueError if an address is not valid in a
    header.
    """
    letter: Message[str | Header, str | Header] = Message(policy=ON_THE_WIRE)
    letter.set_payload(mail.body, UTF_8)
    letter["From"] = _mailbox(sender)
    letter["To"] = mailboxes.parts(mail.to)[1]
    letter["Subject"] = _encoded(mail.subject)
    letter["Date"] = format_datetime(at)
    letter["Message-ID"] = f"<{mail.id}@{mailboxes.parts(sender)[1].rpartition('@')[2]}>"
    letter["Auto-Submitted"] = "auto-generated"  # RFC 3834: suppresses out-of-office answers
    return letter.as_bytes(policy=ON_THE_WIRE)


def _mailbox(mailbox: str) -> str:
    """The address and its name, if any. The name is one encoded word, because some mail programs insert a space between two."""
    name, address = mailboxes.parts(mailbox)
    return f"{UTF_8.header_encode(' '.join(name.split()))} <{address}>" if name else address


def _encoded(text: str) -> Header:
    """A header's text on one line: a line end in it would end the header."""
    return Header(LINE_ENDS.sub(" ", text), "utf-8", header_name="Subject")
