"""What a smaller limit per subject would remove from a live stream: nats-server drops the oldest messages at once, screened or not."""

from nats.js import JetStreamContext
from nats.js.api import StreamConfig, StreamInfo


async def of(jetstream: JetStreamContext, wanted: StreamConfig, stored: StreamInfo) -> list[str]:
    """The subjects with more messages than `wanted` allows, unless every message of the stream is acknowledged by its durable consumers.

    Empty for a stream that is to drop its oldest messages.
    """
    name, most = str(wanted.name), wanted.max_msgs_per_subject
    if not wanted.discard_new_per_subject or most == stored.config.max_msgs_per_subject:
        return []
    info = await jetstream.stream_info(name, subjects_filter=">")
    crowded = sorted(subject for subject, count in (info.state.subjects or {}).items() if count > most)
    consumers = await jetstream.consumers_info(name) if crowded else []
    waiting = sum((consumer.num_pending or 0) + (consumer.num_ack_pending or 0) for consumer in consumers)
    return crowded if waiting or not consumers else []
