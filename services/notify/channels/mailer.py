"""Sends e-mails, all of one tick on one connection. What becomes of a mail is a value: a bad address holds up nobody."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email.utils import localtime
from typing import Final

import aiosmtplib
import structlog

from services.notify.channels import letter
from services.notify.domain.messages import Mail, Outcome
from shared.words import mailboxes

log = structlog.get_logger()

ANSWER_LIMIT_S: Final = 10.0
PERMANENT: Final = range(500, 600)  # RFC 5321, 4.2.1: the command is not to be repeated


class Session:
    """One connection, made with the first mail. Once it is lost, the rest of the mails waits for the next tick."""

    def __init__(self, host: str, port: int, sender: str) -> None:
        self._client = aiosmtplib.SMTP(hostname=host, port=port, timeout=ANSWER_LIMIT_S)
        self._sender = sender
        self._is_lost = False

    async def send(self, mail: Mail) -> Outcome:
        """Hands over one mail."""
        if self._is_lost:
            return Outcome.AWAY
        try:
            if not self._client.is_connected:
                await self._client.connect()
            message = letter.written(mail, self._sender, localtime())
            await self._client.sendmail(mailboxes.parts(self._sender)[1], [mail.to], message)
        except (aiosmtplib.SMTPRecipientsRefused, aiosmtplib.SMTPDataError, aiosmtplib.SMTPNotSupported, ValueError) as error:
            outcome = Outcome.REFUSED if _is_permanent(error) else Outcome.AWAY
            log.warning("mail.refused", mail=mail.id, error=type(error).__name__, is_final=outcome is Outcome.REFUSED)
            return outcome
        except (aiosmtplib.SMTPException, OSError) as error:
            self._is_lost = True
            log.warning("mail.postponed", mail=mail.id, error=type(error).__name__)
            return Outcome.AWAY
        return Outcome.SENT

    async def close(self) -> None:
        """Says good-bye, if anybody is there."""
        if self._client.is_connected:
            try:
                await self._client.quit()
            except (aiosmtplib.SMTPException, OSError):
                self._client.close()


class Mailer:
    """The way to one mail server."""

    def __init__(self, host: str, port: int, sender: str) -> None:
        self._address = (host, port, sender)

    @asynccontextmanager
    async def session(self) -> AsyncIterator[Session]:
        """A connection for some mails."""
        session = Session(*self._address)
        try:
            yield session
        finally:
            await session.close()


def _is_permanent(error: Exception) -> bool:
    match error:
        case aiosmtplib.SMTPRecipientsRefused():
            return all(recipient.code in PERMANENT for recipient in error.recipients)
        case aiosmtplib.SMTPDataError():
            return error.code in PERMANENT
        case _:
            return True
