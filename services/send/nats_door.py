"""The way over NATS: the stream's acknowledgement says that the event is stored, the receipt comes on the unit's own subject.

There is no form to ask for, so the next revision is known from earlier receipts. Needs the extra `nats`.
"""

import asyncio
import json
import ssl
from contextlib import suppress
from types import TracebackType
from typing import Any, Final, Self

from . import door
from .complaints import SendError, complaint
from .door import Answer, Barred, Held, Judged, Learned, Pending
from .settings import Settings

CONNECT_S: Final = 10.0
ACK_S: Final = 5.0
RECEIPT_S: Final = 20.0
LATER_S: Final = 1.0  # for further receipts when one has not come: nobody judges now, and many reports may wait
INBOX_FULL: Final = 10077  # nats-server's error code: the unit has as many messages in the inbox as it may have


class NatsDoor:
    """A connection with the unit's credentials. Use it as a context manager; entering it raises SendError."""

    keeps_receipts = False  # sending again under the same id brings the receipt

    def __init__(self, settings: Settings, receipt_s: float = RECEIPT_S) -> None:
        self._settings = settings
        self._unit = settings.sender
        self._receipt_s = receipt_s
        self._client: Any = None
        self._expected: dict[str, asyncio.Future[Answer]] = {}

    async def __aenter__(self) -> Self:
        try:
            from nats.aio.client import Client
        except ImportError as error:
            raise SendError(2, complaint("send.nats_not_installed")) from error
        self._client = Client()
        try:
            async with asyncio.timeout(CONNECT_S):
                await self._client.connect(
                    self._settings.address,
                    user_credentials=str(self._settings.creds),
                    inbox_prefix=f"_INBOX_{self._unit}".encode(),
                    allow_reconnect=False,
                    max_reconnect_attempts=1,
                    reconnect_time_wait=0.2,
                    connect_timeout=int(CONNECT_S),
                    error_cb=_silent,
                    **({"tls": self._settings.tls} if self._is_encrypted else {}),
                )
                if self._is_encrypted and not self._client._server_info.get("tls_required"):  # nats-py would go on without TLS
                    raise SendError(3, complaint("send.odd_answer", status="no TLS"))
                await self._client.subscribe(f"receipts.{self._unit}", cb=self._hear)
                await self._client.flush(timeout=int(CONNECT_S))
        except BaseException as error:
            await self._close()
            if isinstance(error, SendError | asyncio.CancelledError) or not isinstance(error, Exception):
                raise
            raise SendError(3, _why(error)) from error
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await self._close()

    @property
    def _is_encrypted(self) -> bool:
        return self._settings.address.startswith("tls:")

    async def _close(self) -> None:
        with suppress(Exception):
            async with asyncio.timeout(CONNECT_S):
                await self._client.close()

    async def learn(self, regime: str, period: str, unit: str) -> Learned | Held | Barred:
        return Learned()

    async def send(self, event_id: str, event: bytes) -> Answer:
        import nats.errors
        import nats.js.errors

        receipt: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._expected[event_id] = receipt
        try:
            await self._client.jetstream().publish(f"inbox.{self._unit}", event, timeout=ACK_S)
            async with asyncio.timeout(self._receipt_s):
                return await receipt
        except nats.js.errors.APIError as error:
            return Held(complaint("send.busy", status=error.code or 503), None if error.err_code == INBOX_FULL else 5.0)
        except TimeoutError:  # nats.errors.TimeoutError is one too: then the event may not be stored
            if not self._client.is_connected:
                return Held(complaint("send.away", why="TimeoutError"))
            self._receipt_s = min(self._receipt_s, LATER_S)
            return Pending()
        except (nats.errors.Error, OSError) as error:
            return Held(_why(error))
        finally:
            self._expected.pop(event_id, None)

    async def receipt(self, event_id: str) -> Answer:
        return Pending()

    async def _hear(self, message: Any) -> None:
        """A receipt that is waited for. Whatever has another shape, or is of another event, is ignored."""
        try:
            said = json.loads(message.data)
            event_id = said["event_id"]
            waiting = self._expected.get(event_id)
        except (ValueError, TypeError, KeyError, RecursionError):
            return
        receipt = door.receipt_of(said, self._unit, event_id)
        if waiting is not None and receipt is not None and not waiting.done():
            waiting.set_result(Judged(receipt))


async def _silent(_: Exception) -> None:
    """nats-py would print it on standard error; what matters comes as an exception."""


def _why(error: BaseException) -> Any:
    found: BaseException | None = error
    while found is not None:
        if isinstance(found, ssl.SSLCertVerificationError):
            return complaint("send.certificate_refused", why=found.verify_message)
        if type(found).__name__ in ("AuthorizationError", "AuthenticationError") or "authorization" in str(found).lower():
            return complaint("send.login_refused")
        found = found.__cause__ or found.__context__
    return complaint("send.away", why=type(error).__name__)
