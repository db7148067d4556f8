"""The channel `email`: one mail about all alerts of a bundle to each address of a unit. All mails of one tick use one connection.

The result of a mail is a value, not an exception: a bad address delays no other mail.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from enum import Enum
from typing import Final, Protocol

import aiosmtplib
import structlog

from services.notify.channels import letter
from services.notify.domain import bundles, reach
from services.notify.domain.alerts import EMAIL, RAISED, REFUSED, SENT, Alert, Handed, Outcome, State
from services.notify.texts import mailings
from services.notify.texts.content import Content
from services.notify.texts.mail import Mail
from services.notify.texts.mailings import Mailing
from services.notify.texts.reminder import MailsSent
from shared.shell.clock import Clock
from shared.words import mailboxes, periods
from shared.words.units import Unit

log = structlog.get_logger()

ANSWER_LIMIT_S: Final = 10.0
PERMANENT: Final = range(500, 600)  # RFC 5321, 4.2.1: the command must not be repeated

SentBefore = Callable[[Sequence[Alert]], Awaitable[MailsSent]]
"""Counts earlier mails about the same duty and cause."""


class Answer(Enum):
    """What the mail server answered to a mail."""

    SENT = "sent"
    REFUSED = "refused"  # the server refuses this address or this mail
    AWAY = "away"  # the server does not answer, or cannot accept the mail now: retry


class MailConnection(Protocol):
    """A connection to a mail server."""

    async def send(self, mail: Mail) -> Answer: ...


class MailServer(Protocol):
    """Opens connections that deliver mails."""

    def connected(self) -> AbstractAsyncContextManager[MailConnection]: ...


class Email:
    """Sends alerts as mails. They link to the portal's pages at `site`."""

    name: Final = EMAIL
    is_bundling: Final = True
    batch: Final = 10

    def __init__(self, server: MailServer, site: str, sent_before: SentBefore) -> None:
        self._server, self._site, self._sent_before = server, site, sent_before

    def reaches(self, unit: Unit) -> bool:
        """Whether the unit has an address."""
        return bool(reach.addresses(unit))

    @asynccontextmanager
    async def connected(self) -> AsyncIterator["EmailConnection"]:
        async with self._server.connected() as connection:
            yield EmailConnection(connection, self._site, self._sent_before)


class EmailConnection:
    """Sends alerts as mails over one connection."""

    def __init__(self, connection: MailConnection, site: str, sent_before: SentBefore) -> None:
        self._connection, self._site, self._sent_before = connection, site, sent_before

    async def send(self, contents: Sequence[Content]) -> AsyncIterator[Sequence[Outcome]]:
        """Sends one mail about each bundle to each address that has not had one. Outcomes are yielded one bundle at a time, so that a crash
        repeats at most one bundle's mails.
        """
        mails_sent = await self._sent_before([content.alert for content in contents])
        for bundle in bundles.group(contents, lambda content: content.alert):
            planned = mailings.of(bundle, self._site, mails_sent)
            answered = [(mailing, await self._connection.send(mailing.mail)) for mailing in planned]
            yield [outcome(content, answered) for content in bundle]


def outcome(content: Content, answered: Iterable[tuple[Mailing, Answer]]) -> Outcome:
    """The outcome of one alert after the answers to the mails of its bundle: `raised` if a mail about it must be retried, `sent` if the
    server accepted at least one.
    """
    about = [(mailing.mail.id, answer) for mailing, answer in answered if content.alert in mailing.alerts]
    accepted = content.handed.accepted | _answered(about, Answer.SENT)
    refused = content.handed.refused | _answered(about, Answer.REFUSED)
    is_away = any(answer is Answer.AWAY for _, answer in about)
    state: State = RAISED if is_away else SENT if accepted else REFUSED
    return Outcome(content.alert, state, Handed(accepted, refused))


def _answered(about: Iterable[tuple[str, Answer]], wanted: Answer) -> frozenset[str]:
    return frozenset(mail_id for mail_id, answer in about if answer is wanted)


async def hand_over(server: MailServer, mails: Iterable[Mail]) -> dict[str, Answer]:
    """Delivers mails that belong to no alert. Returns the answer for each address."""
    async with server.connected() as connection:
        return {mail.to: await connection.send(mail) for mail in mails}


class SmtpServer:
    """One mail server, and the sender's address for mails to it."""

    def __init__(self, host: str, port: int, sender: str, clock: Clock) -> None:
        self._host, self._port, self._sender, self._clock = host, port, sender, clock

    @asynccontextmanager
    async def connected(self) -> AsyncIterator["SmtpConnection"]:
        """A connection for several mails."""
        connection = SmtpConnection(self._host, self._port, self._sender, self._clock)
        try:
            yield connection
        finally:
            await connection.close()


class SmtpConnection:
    """One connection, opened with the first mail. If it is lost, the remaining mails wait for the next tick."""

    def __init__(self, host: str, port: int, sender: str, clock: Clock) -> None:
        self._client = aiosmtplib.SMTP(hostname=host, port=port, timeout=ANSWER_LIMIT_S)
        self._sender, self._clock = sender, clock
        self._is_lost = False

    async def send(self, mail: Mail) -> Answer:
        """Delivers one mail to the server."""
        if self._is_lost:
            return Answer.AWAY
        try:
            if not self._client.is_connected:
                await self._client.connect()
            message = letter.written(mail, self._sender, self._clock().astimezone(periods.VIETNAM))
            await self._client.sendmail(mailboxes.parts(self._sender)[1], [mail.to], message)
        except (aiosmtplib.SMTPRecipientsRefused, aiosmtplib.SMTPDataError, aiosmtplib.SMTPNotSupported, ValueError) as error:
            answer = Answer.REFUSED if _is_permanent(error) else Answer.AWAY
            log.warning("mail.refused", mail=mail.id, error=type(error).__name__, is_final=answer is Answer.REFUSED)
            return answer
        except (aiosmtplib.SMTPException, OSError) as error:
            self._is_lost = True
            log.warning("mail.postponed", mail=mail.id, error=type(error).__name__)
            return Answer.AWAY
        return Answer.SENT

    async def close(self) -> None:
        """Ends the SMTP session if there is a connection."""
        if self._client.is_connected:
            try:
                await self._client.quit()
            except (aiosmtplib.SMTPException, OSError):
                self._client.close()


def _is_permanent(error: Exception) -> bool:
    match error:
        case aiosmtplib.SMTPRecipientsRefused():
            return all(recipient.code in PERMANENT for recipient in error.recipients)
        case aiosmtplib.SMTPDataError():
            return error.code in PERMANENT
        case _:
            return True
