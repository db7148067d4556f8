"""Compares stored streams and durable consumers with their declarations."""

from enum import Enum
from typing import Any, NamedTuple

from nats.js.api import ConsumerConfig, PersistMode, StreamConfig, StreamInfo


class Difference(NamedTuple):
    """One setting: its stored and its declared value."""

    setting: str
    stored: str
    declared: str


def of_stream(wanted: StreamConfig, info: StreamInfo) -> list[Difference]:
    """The settings of a stream that differ from its declaration."""
    found = info.config
    stored_metadata = {key: value for key, value in (found.metadata or {}).items() if not key.startswith("_nats.")}
    pairs: dict[str, tuple[Any, Any]] = {
        "subjects": (found.subjects, wanted.subjects),
        "retention": (found.retention, wanted.retention),
        "storage": (found.storage, wanted.storage),
        "discard": (found.discard, wanted.discard),
        "discard_new_per_subject": (bool(found.discard_new_per_subject), False),
        "max_age": (found.max_age or 0, wanted.max_age),
        "max_msgs": (found.max_msgs, -1),
        "max_bytes": (found.max_bytes, -1),
        "max_msgs_per_subject": (found.max_msgs_per_subject, wanted.max_msgs_per_subject),
        "max_msg_size": (found.max_msg_size, wanted.max_msg_size),
        "duplicate_window": (found.duplicate_window, wanted.duplicate_window),
        "no_ack": (bool(found.no_ack), False),
        "sealed": (bool(found.sealed), False),
        "mirror": (found.mirror, None),
        "sources": (found.sources or None, None),
        "subject_transform": (found.subject_transform, None),
        "allow_rollup_hdrs": (bool(found.allow_rollup_hdrs), False),
        "allow_msg_ttl": (bool(found.allow_msg_ttl), False),
        "allow_msg_schedules": (bool(found.allow_msg_schedules), False),
        "num_replicas": (found.num_replicas, wanted.num_replicas),
        "persist_mode": (found.persist_mode or PersistMode.DEFAULT, wanted.persist_mode or PersistMode.DEFAULT),
        "allow_atomic": (bool(found.allow_atomic), bool(wanted.allow_atomic)),
        "metadata": (stored_metadata, wanted.metadata or {}),
    }
    return _differences(pairs)


def of_consumer(wanted: ConsumerConfig, found: ConsumerConfig) -> list[Difference]:
    """The settings of a durable consumer that differ from its declaration: with a limit of deliveries or a filter it would lose what units
    sent.
    """
    pairs: dict[str, tuple[Any, Any]] = {
        "deliver_policy": (found.deliver_policy, wanted.deliver_policy),
        "ack_policy": (found.ack_policy, wanted.ack_policy),
        "ack_wait": (found.ack_wait, wanted.ack_wait),
        "max_ack_pending": (found.max_ack_pending, wanted.max_ack_pending),
        "max_deliver": (found.max_deliver, wanted.max_deliver),
        "filter_subject": (found.filter_subject or None, None),
        "filter_subjects": (found.filter_subjects or None, None),
        "headers_only": (bool(found.headers_only), False),
        "inactive_threshold": (found.inactive_threshold or None, None),
        "mem_storage": (bool(found.mem_storage), False),
    }
    return _differences(pairs)


def _differences(pairs: dict[str, tuple[Any, Any]]) -> list[Difference]:
    return [Difference(name, _shown(stored), _shown(value)) for name, (stored, value) in pairs.items() if stored != value]


def _shown(value: Any) -> str:
    return str(value.value if isinstance(value, Enum) else value)
