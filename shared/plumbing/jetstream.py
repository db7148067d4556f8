"""JetStream's client, which also hears that the broker has refused a message of many that are under way.

nats-py 2.16 raises such a refusal in its own subscription, so that who waits for the acknowledgement waits until his time is out and never
hears the reason.
"""

from nats.aio.msg import Msg
from nats.js import JetStreamContext
from nats.js.errors import APIError


class JetStream(JetStreamContext):
    """nats-py's client with that one difference."""

    async def _handle_async_reply(self, msg: Msg) -> None:
        try:
            await super()._handle_async_reply(msg)
        except APIError as refused:
            future = self._publish_async_futures.get(msg.subject.rpartition(".")[2])
            if future is not None and not future.done():
                future.set_exception(refused)
