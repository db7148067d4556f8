"""The declaration of streams and consumers: applied by `tonghop streams apply`, compared by every service at its start."""

from enum import Enum
from pathlib import Path
from typing import Annotated, Any, Final, Literal

import nats.js.errors
import yaml
from nats.js import JetStreamContext
from nats.js.api import (
    AckPolicy,
    ConsumerConfig,
    DeliverPolicy,
    DiscardPolicy,
    PersistMode,
    RetentionPolicy,
    StorageType,
    StreamConfig,
    StreamInfo,
)
from pydantic import BaseModel, ConfigDict, Field

from shared import subjects
from shared.errors import ConfigurationError, TransientError

DECLARATION: Final = Path(__file__).parent.parent / "deploy" / "nats" / "streams.yaml"
DAY_S: Final = 86_400


class Declared(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class StreamDeclaration(Declared):
    """One stream. Ages in days (0: for ever), sizes in bytes, windows in seconds."""

    subjects: list[str]
    max_age_days: int
    duplicate_window_s: float
    max_msg_size: int
    max_msgs_per_subject: int = -1
    persist_mode: Literal["default", "async"] = "default"
    allow_atomic: bool = False


class ConsumerDeclaration(Declared):
    """One durable consumer; deliveries are unlimited."""

    stream: str
    ack_wait_s: float
    max_ack_pending: int


class Declaration(Declared):
    """All streams and durable consumers of the system."""

    partitions: Annotated[int, Field(ge=1, le=256)]
    replicas: int = 1
    streams: dict[str, StreamDeclaration]
    consumers: dict[str, ConsumerDeclaration]

    def stream_config(self, name: str) -> StreamConfig:
        stream = self.streams[name]
        return StreamConfig(
            name=name,
            subjects=stream.subjects,
            retention=RetentionPolicy.LIMITS,
            storage=StorageType.FILE,
            discard=DiscardPolicy.NEW,
            max_age=stream.max_age_days * DAY_S,
            max_msgs_per_subject=stream.max_msgs_per_subject,
            max_msg_size=stream.max_msg_size,
            duplicate_window=stream.duplicate_window_s,
            num_replicas=self.replicas,
            allow_direct=True,
            allow_atomic=stream.allow_atomic,
            persist_mode=PersistMode.ASYNC if stream.persist_mode == "async" and self.replicas == 1 else None,
            metadata={"partitions": str(self.partitions)} if name == subjects.REPORTS else None,
        )

    def consumer_config(self, name: str) -> ConsumerConfig:
        consumer = self.consumers[name]
        return ConsumerConfig(
            durable_name=name,
            deliver_policy=DeliverPolicy.ALL,
            ack_policy=AckPolicy.EXPLICIT,
            ack_wait=consumer.ack_wait_s,
            max_ack_pending=consumer.max_ack_pending,
            max_deliver=-1,
        )


def read(replicas: int = 1, path: Path = DECLARATION) -> Declaration:
    """The declaration in a file, with so many copies of each stream. Raises ValueError when it is not one."""
    return Declaration.model_validate({**yaml.safe_load(path.read_text(encoding="utf-8")), "replicas": replicas})


async def apply(jetstream: JetStreamContext, declaration: Declaration) -> list[str]:
    """Makes what is missing and changes what differs; the names made or changed. A refused change raises ConfigurationError."""
    changed = []
    for name in declaration.streams:
        try:
            if await _apply(jetstream, declaration.stream_config(name), name):
                changed.append(name)
        except (nats.js.errors.BadRequestError, nats.js.errors.ServerError) as error:
            raise ConfigurationError(f"{name}: {error.description}") from error
    for name, consumer in declaration.consumers.items():
        try:
            await jetstream.add_consumer(consumer.stream, declaration.consumer_config(name))
        except (nats.js.errors.BadRequestError, nats.js.errors.ServerError) as error:
            raise ConfigurationError(f"{consumer.stream}, consumer {name}: {error.description}") from error
    return changed


async def _apply(jetstream: JetStreamContext, wanted: StreamConfig, name: str) -> bool:
    """Whether the stream had to be made or changed."""
    try:
        is_changed = bool(differences(wanted, await jetstream.stream_info(name)))
    except nats.js.errors.NotFoundError:
        await jetstream.add_stream(wanted)
        return True
    if is_changed:
        await jetstream.update_stream(wanted)
    return is_changed


async def require(jetstream: JetStreamContext, declaration: Declaration, *names: str) -> None:
    """Raises ConfigurationError when a stream, or a durable of one, differs from its declaration, TransientError when it is not there
    yet.
    """
    for name in names:
        durables = [durable for durable, consumer in declaration.consumers.items() if consumer.stream == name]
        try:
            _refuse(f"stream {name}", differences(declaration.stream_config(name), await jetstream.stream_info(name)))
            for durable in durables:
                found = await jetstream.consumer_info(name, durable)
                _refuse(f"stream {name}, consumer {durable}", consumer_differences(declaration.consumer_config(durable), found.config))
        except nats.js.errors.NotFoundError as error:
            raise TransientError(f"stream {name} is not there yet: run `tonghop streams apply`") from error


def _refuse(what: str, found: list[str]) -> None:
    if found:
        raise ConfigurationError(f"{what} khác với khai báo, chạy `tonghop streams apply` (differs): {'; '.join(found)}")


def differences(wanted: StreamConfig, info: StreamInfo) -> list[str]:
    """What of a stream's settings is not as declared: `setting: stored, wanted …`."""
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
    return _told(pairs)


def consumer_differences(wanted: ConsumerConfig, found: ConsumerConfig) -> list[str]:
    """What of a durable's settings is not as declared: one that gives up, or sees only a part, loses what units sent."""
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
    return _told(pairs)


def _told(pairs: dict[str, tuple[Any, Any]]) -> list[str]:
    return [f"{name}: {_shown(stored)}, cần (wanted) {_shown(value)}" for name, (stored, value) in pairs.items() if stored != value]


def _shown(value: Any) -> Any:
    return value.value if isinstance(value, Enum) else value
