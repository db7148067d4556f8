"""Streams and consumers as the stand-in for the broker keeps them: sequences, windows, pulls, acknowledgements.

No network here and no faults: `broker` lets messages come and go.
"""

import copy
import functools
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

from nats.js.api import StreamConfig

MESSAGE_ID: Final = "Nats-Msg-Id"
EXPECTED_LAST: Final = "Nats-Expected-Last-Subject-Sequence"
EXPECTED_STREAM: Final = "Nats-Expected-Stream"
BATCH_ID, BATCH_SEQUENCE, BATCH_COMMIT = "Nats-Batch-Id", "Nats-Batch-Sequence", "Nats-Batch-Commit"
UNSET_WINDOW_S: Final = 120.0  # the window of a stream without sources that asks for none
Headers = dict[str, str]
Json = dict[str, Any]

NO_MESSAGE: Final = {"code": 404, "err_code": 10037, "description": "no message found"}
NO_CONSUMER: Final = {"code": 404, "err_code": 10014, "description": "consumer not found"}
NO_STREAM: Final = {"code": 404, "err_code": 10059, "description": "stream not found"}
WRONG_LAST: Final = {"code": 400, "err_code": 10071, "description": "wrong last sequence"}
WRONG_STREAM: Final = {"code": 400, "err_code": 10060, "description": "expected stream does not match"}
SUBJECT_FULL: Final = {"code": 503, "err_code": 10077, "description": "maximum messages per subject exceeded"}
BATCH_INCOMPLETE: Final = {"code": 400, "err_code": 10176, "description": "batch publish is incomplete"}
BATCH_DUPLICATE: Final = {"code": 400, "err_code": 10201, "description": "batch publish contains duplicate message id"}


@dataclass(frozen=True, slots=True)
class Stored:
    """One message of a stream."""

    sequence: int
    subject: str
    headers: Headers
    data: bytes
    at_ms: int


@dataclass
class Stream:
    """One stream: its messages by sequence, what its window remembers, and the batches that are not committed."""

    name: str
    config: StreamConfig
    created: str
    messages: dict[int, Stored] = field(default_factory=dict)
    last: int = 0
    ids: dict[str, tuple[int, float]] = field(default_factory=dict)
    staged: dict[str, list[tuple[str, Headers, bytes]]] = field(default_factory=dict)

    def takes(self, subject: str) -> bool:
        return any(matches(pattern, subject) for pattern in self.config.subjects or [])

    def is_full(self, subject: str) -> bool:
        """Whether the stream refuses another message of this subject; other streams drop the oldest one instead."""
        most = self.config.max_msgs_per_subject if self.config.discard_new_per_subject else -1
        return 0 < most <= sum(message.subject == subject for message in self.messages.values())

    def append(self, subject: str, headers: Headers, data: bytes, now_s: float, at_ms: int) -> int:
        """Stores a message; its sequence."""
        self.last += 1
        self.messages[self.last] = Stored(self.last, subject, headers, data, at_ms)
        if MESSAGE_ID in headers:
            self.ids[headers[MESSAGE_ID]] = (self.last, now_s)
        most = self.config.max_msgs_per_subject
        if most > 0:
            same = [sequence for sequence, message in self.messages.items() if message.subject == subject]
            for sequence in same[:-most]:
                del self.messages[sequence]
        return self.last

    def known(self, headers: Headers, now_s: float) -> int | None:
        """The sequence of an earlier message with the same id, as long as the window remembers it."""
        sequence, at_s = self.ids.get(headers.get(MESSAGE_ID, ""), (0, 0.0))
        window_s = self.config.duplicate_window or (0.0 if self.config.sources else UNSET_WINDOW_S)
        return sequence if sequence and window_s and now_s - at_s <= window_s else None

    def last_of(self, subject: str) -> Stored | None:
        """The last message of a subject (or of a pattern)."""
        return next((self.messages[one] for one in reversed(self.messages) if matches(subject, self.messages[one].subject)), None)

    def next_of(self, sequence: int, pattern: str) -> Stored | None:
        """The first message at or after a sequence, whose subject fits."""
        for one in range(max(1, sequence), self.last + 1):
            message = self.messages.get(one)
            if message is not None and matches(pattern, message.subject):
                return message
        return None

    def cut(self, last: int) -> None:
        """Forgets what came after a sequence; the next message re-uses the numbers."""
        self.messages = {sequence: message for sequence, message in self.messages.items() if sequence <= last}
        self.ids = {key: found for key, found in self.ids.items() if found[0] <= last}
        self.last = min(self.last, last)
        self.staged = {}

    def copy(self) -> "Stream":
        return Stream(self.name, self.config, self.created, dict(self.messages), self.last, dict(self.ids))


class Listener(Protocol):
    """Whoever waits at the other end."""

    @property
    def is_listening(self) -> bool: ...

    def send_pulled(self, inbox: str, headers: Headers | None, data: bytes, reply: str = "") -> None: ...


@dataclass
class Pull:
    """One standing request for messages."""

    inbox: str
    listener: Listener
    left: int
    expires_s: float
    heartbeat_s: float
    is_no_wait: bool
    spoke_s: float


@dataclass
class Consumer:
    """One consumer: where it is, what is not acknowledged, and who waits."""

    name: str
    stream: Stream
    config: Json
    next: int
    delivered: int = 0
    pending: dict[int, float] = field(default_factory=dict)  # sequence: when it is delivered again
    counts: dict[int, int] = field(default_factory=dict)  # sequence: deliveries so far
    pulls: list[Pull] = field(default_factory=list)
    snapshot: list[int] | None = None  # of a consumer that begins with the last message of each subject

    @property
    def is_durable(self) -> bool:
        return bool(self.config.get("durable_name"))

    @property
    def is_acknowledged(self) -> bool:
        return bool(self.config.get("ack_policy") == "explicit")

    @property
    def pattern(self) -> str:
        return str(self.config.get("filter_subject") or ">")

    def waiting(self) -> int:
        """How many messages are yet to be delivered."""
        left = len(self.snapshot or [])
        return left + sum(
            sequence >= self.next and matches(self.pattern, message.subject) for sequence, message in self.stream.messages.items()
        )

    def take(self, now_s: float) -> Stored | None:
        """The next message to deliver: one that was not acknowledged in time, or a new one."""
        for sequence, again_s in self.pending.items():
            if again_s <= now_s and sequence in self.stream.messages:
                return self._taken(self.stream.messages[sequence], now_s)
        if self.snapshot:
            return self._taken(self.stream.messages[self.snapshot.pop(0)], now_s)
        if self.is_acknowledged and len(self.pending) >= int(self.config.get("max_ack_pending") or 1000):
            return None
        found = self.stream.next_of(self.next, self.pattern)
        if found is None:
            return None
        self.next = found.sequence + 1
        return self._taken(found, now_s)

    def _taken(self, message: Stored, now_s: float) -> Stored:
        self.delivered += 1
        if self.is_acknowledged:
            self.pending.pop(message.sequence, None)
            self.pending[message.sequence] = now_s + float(self.config["ack_wait"]) / 1e9
            self.counts[message.sequence] = self.counts.get(message.sequence, 0) + 1
        return message

    def settle(self, sequence: int, answer: bytes, now_s: float) -> None:
        """An acknowledgement of any kind."""
        if sequence not in self.pending:
            return
        if answer.startswith(b"-NAK"):
            delay_s = int(answer.partition(b'"delay": ')[2].rstrip(b"} ") or 0) / 1e9
            self.pending[sequence] = now_s + delay_s
        elif answer.startswith(b"+WPI"):
            self.pending[sequence] = now_s + float(self.config["ack_wait"]) / 1e9
        else:
            del self.pending[sequence]

    def copy(self, stream: Stream) -> "Consumer":
        """Of a durable, without those who wait."""
        return Consumer(self.name, stream, copy.copy(self.config), self.next, self.delivered, dict(self.pending), dict(self.counts))


@functools.cache
def matches(pattern: str, subject: str) -> bool:
    """Whether a subject fits a pattern with `*` and `>`."""
    if pattern in (subject, ">"):
        return True
    wanted, found = pattern.split("."), subject.split(".")
    for index, token in enumerate(wanted):
        if token == ">":
            return len(found) > index
        if index >= len(found) or token not in ("*", found[index]):
            return False
    return len(wanted) == len(found)
