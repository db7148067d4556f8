"""A NATS connection that no message can break. Messages that nats-py cannot handle are handled here and nowhere else.

A publisher chooses a message's subject, headers and reply subject, byte by byte, and nats-server passes on what it does not understand.
nats-py stops reading, permanently or repeatedly, on a header block shorter than `NATS/1.0`, on a subject that is not UTF-8, and on a
subject with a vertical tab or a form feed. Each hook has a test on a real server that fails when nats-py no longer calls it.
"""

import re
import ssl
from typing import Any, Final

from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.aio.transport import TcpTransport
from nats.errors import AuthorizationError, SecureConnRequiredError
from nats.protocol import parser

from shared.plumbing.jetstream import JetStream
from shared.wire import subjects
from shared.words.failures import TransientError
from shared.words.refusals import Refusal, refusal

ACKNOWLEDGED_AT: Final = "$JS.ACK."  # only messages delivered from a stream have a reply subject with this prefix
CONTROL: Final = ("Status", "Description")  # headers that mark a server's status message
SENT: Final = "Sent-"  # the same headers of a message from a stream get this prefix

PASSED_ON: Final = ("permissions violation", "stale connection")  # errors that nats-py handles itself

parser.MSG_RE = re.compile(rb"\AMSG[ \t]+([^ \t\r\n]+)[ \t]+([0-9]+)[ \t]+(([^ \t\r\n]+)[ \t]+)?([0-9]+)\r\n")
parser.HMSG_RE = re.compile(rb"\AHMSG[ \t]+([^ \t\r\n]+)[ \t]+([0-9]+)[ \t]+(([^ \t\r\n]+)[ \t]+)?([0-9]+)[ \t]+([0-9]+)\r\n")


def ends_answers(message: Msg) -> bool:
    """Whether nats-server takes this delivery for the end of all answers to the request: it passes on no more of them through a service
    import (seen with 2.15). Anybody who may publish to a stream can send such a message.
    """
    return not message.data and (not message.headers or f"{SENT}Status" in message.headers)


def is_delivery(reply: str) -> bool:
    """Whether a message with this reply subject was delivered from a stream. Such a message is data, whatever its headers say."""
    return reply.startswith(ACKNOWLEDGED_AT)


def _of_login(error: Exception) -> Refusal:
    if isinstance(error, AuthorizationError):
        return refusal("nats.login_refused", "TONGHOP_NATS_CREDS")
    if isinstance(error, ssl.SSLCertVerificationError):
        return refusal("nats.certificate_refused", detail=error.verify_message)
    return refusal("nats.not_encrypted")


class Connection(Client):
    """A client that accepts every message, and that treats everything delivered from a stream as data."""

    _was_connected = False

    async def _process_connect_init(self) -> None:
        """Says why the first connection cannot be made if TLS or the login is the reason. nats-py would only try again."""
        try:
            await super()._process_connect_init()
        except (ssl.SSLCertVerificationError, SecureConnRequiredError, AuthorizationError) as error:
            if self._was_connected:
                raise
            self._drop_connection()
            raise TransientError(_of_login(error)) from error
        self._was_connected = True

    async def _process_info(self, info: dict[str, Any], initial_connection: bool = False) -> None:
        """Refuses a server that does not encrypt although its address asks for it. nats-py would go on without."""
        asked = self._current_server.uri.scheme if self._current_server is not None else ""
        if initial_connection and asked == "tls" and not info.get("tls_required"):
            raise SecureConnRequiredError
        await super()._process_info(info, initial_connection)

    def jetstream(self, **options: Any) -> JetStream:
        """JetStream, which hears every refusal. Its API is imported under a prefix of its own."""
        return JetStream(self, prefix=subjects.STREAMS_API, **options)

    async def _process_err(self, err_msg: str) -> None:
        """Connects again after every error with which the server ends the connection.

        nats-py would give up for ever: but the login of a service that has ended or was revoked can be renewed, and a server that has just
        started may not know its accounts yet.
        """
        if self.is_connected and not any(known in err_msg.lower() for known in PASSED_ON):
            await self._error_cb(AuthorizationError())
            await self._process_op_err(AuthorizationError())
        else:
            await super()._process_err(err_msg)

    async def _attempt_reconnect(self) -> None:
        """Aborts the old connection before a new one is made.

        nats-py would close it gracefully, and so wait until all unsent data is sent: for a host that has vanished, until the kernel gives
        up.
        """
        self._drop_connection()
        await super()._attempt_reconnect()

    def _drop_connection(self) -> None:
        if isinstance(self._transport, TcpTransport) and self._transport._io_writer is not None:
            self._transport._io_writer.transport.abort()

    async def _process_headers(self, headers: bytes | None) -> dict[str, str] | None:
        try:
            parsed: dict[str, str] | None = await super()._process_headers(headers)
        except (ValueError, IndexError):
            return None  # a malformed header has no meaning
        return parsed

    def _build_message(self, sid: int, subject: bytes, reply: bytes, data: bytes, headers: dict[str, str] | None) -> Msg:
        answer = reply.decode(errors="backslashreplace")
        if headers and is_delivery(answer):
            for name in CONTROL:
                if (sent := headers.pop(name, None)) is not None:  # nats-py would take it for a status message of the server
                    headers[SENT + name] = sent
        return Msg(_client=self, subject=subject.decode(errors="backslashreplace"), reply=answer, data=data, headers=headers, _sid=sid)
