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
    stored = info.config
    stored_metadata = {key: value for key, value in (stored.metadata or {}).items() if not key.startswith("_nats.")}
    pairs: dict[str, tuple[Any, Any]] = {
        "subjects": (stored.subjects, wanted.subjects),
        "retention": (stored.retention, wanted.retention),
        "storage": (stored.storage, wanted.storage),
        "discard": (stored.discard, wanted.discard),
        "discard_new_per_subject": (bool(stored.discard_new_per_subject), wanted.discard_new_per_subject),
        "max_age": (stored.max_age or 0, wanted.max_age),
        "max_msgs": (stored.max_msgs, -1),
        "max_bytes": (stored.max_bytes, -1),
        "max_msgs_per_subject": (stored.max_msgs_per_subject, wanted.max_msgs_per_subject),
        "max_msg_size": (stored.max_msg_size, wanted.max_msg_size),
        "duplicate_window": (stored.duplicate_window or 0, wanted.duplicate_window),
        "no_ack": (bool(stored.no_ack), False),
        "sealed": (bool(stored.sealed), False),
        "deny_delete": (bool(stored.deny_delete), wanted.deny_delete),
        "deny_purge": (bool(stored.deny_purge), False),
        "mirror": (stored.mirror, None),
        "sources": (stored.sources or None, wanted.sources),
        "subject_transform": (stored.subject_transform, None),
        "republish": (stored.republish, None),
        "allow_rollup_hdrs": (bool(stored.allow_rollup_hdrs), False),
        "allow_msg_ttl": (bool(stored.allow_msg_ttl), False),
        "allow_msg_schedules": (bool(stored.allow_msg_schedules), False),
        "allow_msg_counter": (bool(stored.allow_msg_counter), False),
        "allow_batched": (bool(stored.allow_batched), False),
        "subject_delete_marker_ttl": (stored.subject_delete_marker_ttl or 0, 0),
        "num_replicas": (stored.num_replicas, wanted.num_replicas),
        "persist_mode": (stored.persist_mode or PersistMode.DEFAULT, wanted.persist_mode or PersistMode.DEFAULT),
        "allow_atomic": (bool(stored.allow_atomic), bool(wanted.allow_atomic)),
        "metadata": (stored_metadata, wanted.metadata or {}),
    }
    return _differences(pairs)


def of_consumer(wanted: ConsumerConfig, stored: ConsumerConfig) -> list[Difference]:
    """The settings of a durable consumer that differ from its declaration: with a limit of deliveries or a filter it would lose what units
    sent.
    """
    pairs: dict[str, tuple[Any, Any]] = {
        "deliver_policy": (stored.deliver_policy, wanted.deliver_policy),
        "ack_policy": (stored.ack_policy, wanted.ack_policy),
        "ack_wait": (stored.ack_wait, wanted.ack_wait),
        "max_ack_pending": (stored.max_ack_pending, wanted.max_ack_pending),
        "max_deliver": (stored.max_deliver, wanted.max_deliver),
        "filter_subject": (stored.filter_subject or None, None),
        "filter_subjects": (stored.filter_subjects or None, None),
        "headers_only": (bool(stored.headers_only), False),
        "inactive_threshold": (stored.inactive_threshold or None, None),
        "mem_storage": (bool(stored.mem_storage), False),
    }
    return _differences(pairs)


def _differences(pairs: dict[str, tuple[Any, Any]]) -> list[Difference]:
    return [Difference(name, _shown(stored), _shown(value)) for name, (stored, value) in pairs.items() if stored != value]


def _shown(value: Any) -> str:
    return str(value.value if isinstance(value, Enum) else value)
