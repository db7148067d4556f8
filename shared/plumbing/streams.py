"""The declaration of streams and consumers: `tonghop streams apply` applies it, and every service compares it at its start."""

import asyncio
import functools
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Final, Literal

import nats.js.errors
import structlog
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
    StreamSource,
)
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from shared.plumbing import data_files, stream_differences, stream_surplus, yaml_files
from shared.plumbing.stream_differences import Difference
from shared.plumbing.text_files import UnreadableError
from shared.wire import shape_faults, subjects
from shared.words.failures import ConfigurationError, TransientError
from shared.words.refusals import refusal

DECLARATION: Final = data_files.FOLDER / "nats" / "streams.yaml"
DAY_S: Final = 86_400
NO_SUITABLE_PEERS: Final = 10005  # the broker's error code
PATIENCE_S: Final = 20.0  # time for a freshly started server to join its cluster
RETRY_S: Final = 0.5
REMAKE_ATTEMPTS: Final = 20
SHOWN: Final = 5

REFUSED = (nats.js.errors.BadRequestError, nats.js.errors.ServerError)

log = structlog.get_logger()


class Declared(BaseModel):
    """Base of what is declared in a file: no further keys, and immutable."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class StreamDeclaration(Declared):
    """One stream. Ages in days (0: for ever), sizes in bytes, windows in seconds. The messages of a derived stream can be made again from
    other data. Without `sources`, nats-server takes a window of 0 for two minutes.
    """

    subjects: list[str]
    max_age_days: int
    duplicate_window_s: float
    max_msg_size: int
    max_msgs_per_subject: int = -1
    discard_new_per_subject: bool = False
    sources: list[str] = Field(default_factory=list)
    deny_delete: bool = False
    persist_mode: Literal["default", "async"] = "default"
    allow_atomic: bool = False
    derived: bool = False


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
            discard_new_per_subject=stream.discard_new_per_subject,
            sources=[StreamSource(name=source) for source in stream.sources] or None,
            deny_delete=stream.deny_delete,
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
    """The declaration in a file, with `replicas` copies of each stream. Raises ConfigurationError if the file is invalid."""
    try:
        declared = yaml_files.values(yaml_files.read(path))
        return Declaration.model_validate({**declared, "replicas": replicas} if isinstance(declared, dict) else declared)
    except UnreadableError as error:
        raise ConfigurationError(error.at(path)) from error
    except ValidationError as error:
        faults = [
            why.at(": ".join((str(path), *(".".join(map(str, where)),)[: len(where)])))
            for where, why in shape_faults.of(error, Declaration)
        ]
        raise ConfigurationError(*faults) from error


class RefusedError(ConfigurationError):
    """All changes that the broker refused. `derived` are the refused streams that may be re-created, `changed` is what was changed
    successfully.
    """

    def __init__(self, reasons: Mapping[str, str], derived: Sequence[str], changed: Sequence[str]) -> None:
        refusals = [
            refusal("nats.change_refused", ", ".join(name for name in reasons if reasons[name] == why), detail=why)
            for why in dict.fromkeys(reasons.values())
        ]
        if derived:
            refusals.append(refusal("nats.derived_stream_refused", ", ".join(derived)))
        if changed:
            refusals.append(refusal("nats.others_changed", names=list(changed)))
        super().__init__(*refusals)
        self.derived, self.changed = tuple(derived), tuple(changed)


async def apply(jetstream: JetStreamContext, declaration: Declaration, *, remakes_derived: bool = False) -> list[str]:
    """Creates what is missing and changes what differs. Returns the names that were created or changed.

    A refusal does not stop the rest: all refusals are raised together at the end, as RefusedError. With `remakes_derived`, a derived stream
    whose change is refused is deleted and created again. Raises TransientError if the cluster is not complete yet, or if a new limit would
    remove messages that are not screened yet.
    """
    changed: list[str] = []
    reasons: dict[str, str] = {}
    for name, stream in declaration.streams.items():
        try:
            if await _apply(jetstream, declaration.stream_config(name), name, remakes=remakes_derived and stream.derived):
                changed.append(name)
        except REFUSED as error:
            reasons[name] = str(error.description)
    for name, consumer in declaration.consumers.items():
        wanted = declaration.consumer_config(name)
        try:
            await _patiently(consumer.stream, functools.partial(jetstream.add_consumer, consumer.stream, wanted))
        except (*REFUSED, nats.js.errors.NotFoundError) as error:
            if consumer.stream not in reasons:
                reasons[f"{consumer.stream}, consumer {name}"] = str(error.description)
    if reasons:
        raise RefusedError(reasons, [name for name, stream in declaration.streams.items() if stream.derived and name in reasons], changed)
    return changed


async def _apply(jetstream: JetStreamContext, wanted: StreamConfig, name: str, *, remakes: bool) -> bool:
    """Creates or changes one stream. Returns whether that was necessary."""
    try:
        stored = await jetstream.stream_info(name)
    except nats.js.errors.NotFoundError:
        await _patiently(name, functools.partial(jetstream.add_stream, wanted))
        return True
    if not stream_differences.of_stream(wanted, stored):
        return False
    if surplus := await stream_surplus.of(jetstream, wanted, stored):
        most = wanted.max_msgs_per_subject
        raise TransientError(refusal("nats.unscreened_surplus", name, subjects=surplus[:SHOWN], count=len(surplus), most=most))
    try:
        await _patiently(name, functools.partial(jetstream.update_stream, wanted))
    except REFUSED:
        if not remakes:
            raise
        await _remake(jetstream, wanted, name, stored.state.last_seq)
    return True


async def _remake(jetstream: JetStreamContext, wanted: StreamConfig, name: str, last_sequence: int) -> None:
    """Creates the stream again, empty. Its sequences continue, so that a reader with a cursor misses nothing."""
    await jetstream.delete_stream(name)
    anew = replace(wanted, first_seq=last_sequence + 1)
    for _ in range(REMAKE_ATTEMPTS):
        try:
            await _patiently(name, functools.partial(jetstream.add_stream, anew))
        except nats.js.errors.ServerError as error:  # the broker is still deleting the files of the old stream
            log.info("stream.remake_repeated", stream=name, reason=error.description)
            await asyncio.sleep(RETRY_S)
        else:
            return
    raise TransientError(refusal("nats.not_created_again", name))


async def _patiently(name: str, act: Callable[[], Awaitable[object]]) -> None:
    """Retries while a server is still joining the cluster, because until then the cluster has no room for all copies. Raises TransientError
    if that takes too long.
    """
    clock = asyncio.get_running_loop().time
    give_up_at = clock() + PATIENCE_S
    while True:
        try:
            await act()
        except (nats.js.errors.BadRequestError, nats.js.errors.ServiceUnavailableError) as error:
            if isinstance(error, nats.js.errors.BadRequestError) and error.err_code != NO_SUITABLE_PEERS:
                raise
            if clock() >= give_up_at:
                raise TransientError(refusal("nats.too_few_servers", name, detail=error.description)) from error
            await asyncio.sleep(RETRY_S)
        else:
            return


async def require(jetstream: JetStreamContext, declaration: Declaration, *names: str) -> None:
    """Raises ConfigurationError if a stream, or one of its durable consumers, differs from its declaration, and TransientError if it does
    not exist yet.
    """
    for name in names:
        durables = [durable for durable, consumer in declaration.consumers.items() if consumer.stream == name]
        try:
            info = await jetstream.stream_info(name)
            _refuse(f"stream {name}", stream_differences.of_stream(declaration.stream_config(name), info))
            for durable in durables:
                stored = await jetstream.consumer_info(name, durable)
                differing = stream_differences.of_consumer(declaration.consumer_config(durable), stored.config)
                _refuse(f"stream {name}, consumer {durable}", differing)
        except nats.js.errors.NotFoundError as error:
            raise TransientError(refusal("nats.not_declared", f"stream {name}")) from error


def _refuse(what: str, differing: Sequence[Difference]) -> None:
    if differing:
        raise ConfigurationError(
            *[
                refusal("nats.stream_differs", what, setting=difference.setting, found=difference.stored, declared=difference.declared)
                for difference in differing
            ]
        )
