"""A NATS connection that no message can break: what nats-py does not bear is mended here and nowhere else.

Whoever may publish chooses a message's subject, headers and reply subject, byte by byte; nats-server passes on what it does not
understand. nats-py ends its reading, for good or over and over, on a header block shorter than `NATS/1.0`, on a subject that is not
UTF-8, and on one with a vertical tab or a form feed. Each hook has a test on a real server that fails when nats-py no longer calls it.
"""

import re
from typing import Final

from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.aio.transport import TcpTransport
from nats.protocol import parser

ACKNOWLEDGED_AT: Final = "$JS.ACK."  # what a stream delivers comes with a reply subject that begins so, nothing else does
CONTROL: Final = ("Status", "Description")  # headers by which a server says that there is no message

parser.MSG_RE = re.compile(rb"\AMSG[ \t]+([^ \t\r\n]+)[ \t]+([0-9]+)[ \t]+(([^ \t\r\n]+)[ \t]+)?([0-9]+)\r\n")
parser.HMSG_RE = re.compile(rb"\AHMSG[ \t]+([^ \t\r\n]+)[ \t]+([0-9]+)[ \t]+(([^ \t\r\n]+)[ \t]+)?([0-9]+)[ \t]+([0-9]+)\r\n")


def is_delivery(reply: str) -> bool:
    """Whether a message with this reply subject was delivered from a stream: data, whatever its headers say."""
    return reply.startswith(ACKNOWLEDGED_AT)


class Connection(Client):
    """A client that takes every message, and as data what a stream delivers."""

    async def _attempt_reconnect(self) -> None:
        """Gives the old connection up before a new one is made.

        nats-py closes it politely, so it waits until all that is unsent is sent: to a host that has vanished, as long as the kernel tries.
        """
        if isinstance(self._transport, TcpTransport) and self._transport._io_writer is not None:
            self._transport._io_writer.transport.abort()
        await super()._attempt_reconnect()

    async def _process_headers(self, headers: bytes | None) -> dict[str, str] | None:
        try:
            found: dict[str, str] | None = await super()._process_headers(headers)
        except (ValueError, IndexError):
            return None  # nobody can have meant anything by it
        return found

    def _build_message(self, sid: int, subject: bytes, reply: bytes, data: bytes, headers: dict[str, str] | None) -> Msg:
        answer = reply.decode(errors="backslashreplace")
        if headers and is_delivery(answer):
            for name in CONTROL:
                headers.pop(name, None)  # nats-py would take it for a message of the server's
        return Msg(_client=self, subject=subject.decode(errors="backslashreplace"), reply=answer, data=data, headers=headers, _sid=sid)
