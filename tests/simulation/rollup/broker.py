"""A stand-in for the broker: what arrives on a connection is stored, answered, delivered again, or forgotten in a restart.

It speaks the product's side of the JetStream protocol as nats-server does: the real client library sits above it. A subject or
a request that it does not know ends the run.
"""

import base64
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

import orjson

from shared.plumbing.streams import Declaration
from shared.wire import events, subjects
from tests.simulation.rollup import streams
from tests.simulation.rollup.chance import Chance
from tests.simulation.rollup.loop import NotFakedError, VirtualLoop
from tests.simulation.rollup.streams import Consumer, Headers, Json, Pull, Stream

if TYPE_CHECKING:
    from tests.simulation.rollup.client import Connection

API: Final = f"{subjects.STREAMS_API}."
CREATED: Final = "2024-01-01T00:00:00Z"
TICK_S: Final = 0.25  # how often consumers look at their clocks
Reply = Callable[[Json], None]


class Broker:
    """The broker: its streams and consumers, and the connections to it."""

    def __init__(self, loop: VirtualLoop, chance: Chance, note: Callable[..., None], clock_ms: Callable[[], int]) -> None:
        self.streams: dict[str, Stream] = {}
        self.consumers: dict[tuple[str, str], Consumer] = {}
        self.connections: list[Connection] = []
        self.is_up = True
        self.life = 1  # another one after an older copy took its place
        self.on_stored: Callable[[Stream, int], None] = lambda stream, sequence: None
        self.on_pulled: Callable[[Consumer], None] = lambda consumer: None
        self.on_receipt: Callable[[bytes], None] = lambda data: None
        self._loop = loop
        self._chance = chance
        self._note = note
        self._clock_ms = clock_ms
        self._made = 0
        loop.later(TICK_S, self._tick)

    def declare(self, declaration: Declaration, *names: str) -> None:
        """Makes streams, empty, and the durable consumers on them."""
        for name in names:
            self.streams[name] = Stream(name, declaration.stream_config(name), CREATED)
        for name, consumer in declaration.consumers.items():
            config = {**declaration.consumer_config(name).as_dict(), "ack_policy": "explicit"}
            self.consumers[consumer.stream, name] = Consumer(name, self.streams[consumer.stream], config, 1)

    def publish(self, connection: "Connection", subject: str, headers: Headers, data: bytes, reply: str) -> None:
        """A message arrives."""

        def answer(body: Json) -> None:
            if reply:
                connection.send(reply, None, orjson.dumps(body))

        if subject.startswith(API):
            return self._request(connection, subject.removeprefix(API), data, reply, answer)
        if subject.startswith("$JS.ACK."):
            return self._acknowledge(subject, data)
        stream = next((stream for stream in self.streams.values() if stream.takes(subject)), None)
        if stream is not None:
            return self._store(stream, subject, headers, data, answer)
        if not subject.startswith("receipts."):
            raise NotFakedError(f"published to {subject}")
        self.on_receipt(data)

    def receive(self, name: str, subject: str, data: bytes) -> None:
        """A message from outside: what a unit sends."""
        self._append(self.streams[name], subject, {}, data)

    def restart(self) -> None:
        """Comes up again: what was only in memory is gone, what was delivered and not acknowledged comes again."""
        self.consumers = {key: consumer for key, consumer in self.consumers.items() if consumer.is_durable}
        for consumer in self.consumers.values():
            consumer.pulls = []
            for sequence in consumer.pending:
                consumer.pending[sequence] = min(consumer.pending[sequence], self._loop.time() + 1.0)
        for stream in self.streams.values():
            stream.staged = {}
        self.is_up = True

    def forget(self, connection: "Connection") -> None:
        """A connection is gone, and with it who waited on it."""
        for consumer in self.consumers.values():
            consumer.pulls = [pull for pull in consumer.pulls if pull.listener is not connection]

    def unsubscribe(self, connection: "Connection", inbox: str) -> None:
        """Nobody listens at an inbox any more: pulls that would answer there are dropped."""
        for consumer in self.consumers.values():
            consumer.pulls = [pull for pull in consumer.pulls if pull.listener is not connection or pull.inbox != inbox]

    def drop(self, consumer: Consumer) -> None:
        """A consumer is gone; whoever waits on it gets a status."""
        self.consumers.pop((consumer.stream.name, consumer.name), None)
        for pull in consumer.pulls:
            pull.listener.send_pulled(pull.inbox, {"Status": "409", "Description": "Consumer Deleted"}, b"", "")
        consumer.pulls = []

    def snapshot(self) -> tuple[dict[str, Stream], dict[tuple[str, str], Consumer]]:
        """A copy of all that is on disk."""
        kept = {name: stream.copy() for name, stream in self.streams.items()}
        durables = {key: consumer.copy(kept[key[0]]) for key, consumer in self.consumers.items() if consumer.is_durable}
        return kept, durables

    def restore(self, copy: tuple[dict[str, Stream], dict[tuple[str, str], Consumer]]) -> None:
        """Takes an older copy for the truth."""
        self.streams, self.consumers = copy
        self.life += 1

    def _store(self, stream: Stream, subject: str, headers: Headers, data: bytes, answer: Reply) -> None:
        if headers.get(streams.EXPECTED_STREAM, stream.name) != stream.name:
            return answer({"error": streams.WRONG_STREAM})
        if streams.BATCH_ID in headers:
            return self._stage(stream, subject, headers, data, answer)
        known = stream.known(headers, self._loop.time())
        if known is not None:
            self._chance.counts["dropped by the window"] += 1
            return answer({"stream": stream.name, "seq": known, "duplicate": True})
        if streams.EXPECTED_LAST in headers:
            last = stream.last_of(subject)
            if int(headers[streams.EXPECTED_LAST]) != (last.sequence if last else 0):
                return answer({"error": {**streams.WRONG_LAST, "description": f"wrong last sequence: {last.sequence if last else 0}"}})
        if stream.is_full(subject):
            return answer({"error": streams.SUBJECT_FULL})
        answer({"stream": stream.name, "seq": self._append(stream, subject, headers, data)})

    def _append(self, stream: Stream, subject: str, headers: Headers, data: bytes) -> int:
        sequence = stream.append(subject, headers, data, self._loop.time(), self._clock_ms())
        self._note("stored", stream.name, sequence, subject, headers.get(streams.MESSAGE_ID, ""))
        self.on_stored(stream, sequence)
        for consumer in self.consumers.values():
            if consumer.stream is stream and consumer.pulls:
                self._pump(consumer)
        return sequence

    def _stage(self, stream: Stream, subject: str, headers: Headers, data: bytes, answer: Reply) -> None:
        """A message of an atomic batch; the last one commits them all, or none."""
        if not stream.config.allow_atomic:
            raise NotFakedError(f"an atomic batch to {stream.name}")
        staged = stream.staged.setdefault(headers[streams.BATCH_ID], [])
        staged.append((subject, headers, data))
        if streams.BATCH_COMMIT not in headers:
            return
        del stream.staged[headers[streams.BATCH_ID]]
        if [headers[streams.BATCH_SEQUENCE] for _, headers, _ in staged] != [str(number + 1) for number in range(len(staged))]:
            return answer({"error": streams.BATCH_INCOMPLETE})
        ids = [headers.get(streams.MESSAGE_ID) for _, headers, _ in staged]
        if len(set(ids)) < len(ids) or any(stream.known(headers, self._loop.time()) for _, headers, _ in staged):
            return answer({"error": streams.BATCH_DUPLICATE})
        self._chance.counts["atomic batches"] += 1
        for one in staged:
            last = self._append(stream, *one)
        answer({"stream": stream.name, "seq": last, "batch": headers[streams.BATCH_ID], "count": len(staged)})

    def _acknowledge(self, subject: str, data: bytes) -> None:
        tokens = subject.split(".")
        consumer = self.consumers.get((tokens[2], tokens[3]))
        if consumer is not None:
            self._note("ack", tokens[3], tokens[5], data[:4].decode())
            consumer.settle(int(tokens[5]), data, self._loop.time())
            if consumer.pulls:
                self._pump(consumer)

    def _request(self, connection: "Connection", subject: str, data: bytes, reply: str, answer: Reply) -> None:
        request: Json = orjson.loads(data) if data else {}
        kind, *names = subject.split(".")
        verb = ".".join([kind, names.pop(0)])
        if verb in ("CONSUMER.MSG", "STREAM.MSG"):
            verb = f"{verb}.{names.pop(0)}"
        if verb == "CONSUMER.DURABLE":
            raise NotFakedError("a durable consumer is declared, not made")
        stream = self.streams.get(names[0])
        if stream is None:
            return answer({"error": streams.NO_STREAM})
        match verb:
            case "STREAM.INFO":
                answer(self._stream_info(stream))
            case "STREAM.MSG.GET":
                answer(_message(stream, request))
            case "CONSUMER.CREATE":
                answer(self._create(stream, request["config"]))
            case "CONSUMER.INFO" | "CONSUMER.DELETE" | "CONSUMER.MSG.NEXT":
                consumer = self.consumers.get((names[0], names[1]))
                if verb == "CONSUMER.MSG.NEXT":
                    return self._pull(connection, consumer, request, reply)
                if consumer is None:
                    return answer({"error": streams.NO_CONSUMER})
                if verb == "CONSUMER.DELETE":
                    self.drop(consumer)
                    return answer({"success": True})
                answer(self._consumer_info(consumer))
            case _:
                raise NotFakedError(f"request {subject}")

    def _create(self, stream: Stream, config: Json) -> Json:
        self._made += 1
        known = {"deliver_policy", "ack_policy", "filter_subject", "inactive_threshold", "mem_storage", "num_replicas", "headers_only"}
        if strange := config.keys() - known - {"name", "opt_start_seq", "ack_wait", "replay_policy", "flow_control", "idle_heartbeat"}:
            raise NotFakedError(f"consumer settings {sorted(strange)}")
        consumer = Consumer(config.get("name") or f"c{self._made}", stream, config, 1)
        match config["deliver_policy"]:
            case "by_start_sequence":
                consumer.next = int(config["opt_start_seq"])
            case "last_per_subject":
                last = {message.subject: sequence for sequence, message in stream.messages.items()}
                consumer.snapshot, consumer.next = sorted(last.values()), stream.last + 1
            case "all":
                pass
            case policy:
                raise NotFakedError(f"deliver policy {policy}")
        self.consumers[stream.name, consumer.name] = consumer
        return self._consumer_info(consumer)

    def _pull(self, connection: "Connection", consumer: Consumer | None, request: Json, reply: str) -> None:
        if consumer is None:  # nobody listens there
            connection.send(reply, {"Status": "503"}, b"")
            return
        now_s = self._loop.time()
        heartbeat_s = int(request.get("idle_heartbeat", 0)) / 1e9
        expires_s = now_s + int(request.get("expires", 0)) / 1e9
        is_no_wait = bool(request.get("no_wait"))
        consumer.pulls.append(Pull(reply, connection, int(request.get("batch", 1)), expires_s, heartbeat_s, is_no_wait, now_s))
        self._pump(consumer)

    def _pump(self, consumer: Consumer) -> None:
        """Sends what there is to those who wait, in turn."""
        now_s = self._loop.time()
        while consumer.pulls:
            pull = consumer.pulls[0]
            if not pull.listener.is_listening:
                consumer.pulls.remove(pull)
                continue
            message = consumer.take(now_s)
            if message is None:
                break
            count = consumer.counts.get(message.sequence, 1)
            if count > 1:
                self._chance.counts["redelivered"] += 1
            tokens = ("$JS", "ACK", consumer.stream.name, consumer.name, count, message.sequence, consumer.delivered)
            address = ".".join(map(str, (*tokens, message.at_ms * 1_000_000, consumer.waiting())))
            data = b"" if consumer.config.get("headers_only") else message.data
            pull.listener.send_pulled(pull.inbox, message.headers | {"Nats-Subject": message.subject}, data, address)
            self.on_pulled(consumer)
            pull.spoke_s = now_s
            pull.left -= 1
            consumer.pulls.remove(pull)
            if pull.left:
                consumer.pulls.append(pull)
        for pull in [pull for pull in consumer.pulls if pull.is_no_wait]:
            consumer.pulls.remove(pull)
            self._end(pull, "404", "No Messages")

    def _tick(self) -> None:
        """Heartbeats, pulls that run out, messages that are due again."""
        self._loop.later(TICK_S, self._tick)
        if not self.is_up:
            return
        now_s = self._loop.time()
        for consumer in self.consumers.values():
            consumer.pulls = [pull for pull in consumer.pulls if pull.listener.is_listening]
            for pull in [pull for pull in consumer.pulls if pull.expires_s <= now_s]:
                consumer.pulls.remove(pull)
                self._end(pull, "408", "Request Timeout")
            if consumer.pulls and consumer.pending:
                self._pump(consumer)
            for pull in consumer.pulls:
                if pull.heartbeat_s and now_s - pull.spoke_s >= pull.heartbeat_s:
                    pull.spoke_s = now_s
                    last = {"Nats-Last-Consumer": str(consumer.delivered), "Nats-Last-Stream": str(consumer.next - 1)}
                    pull.listener.send_pulled(pull.inbox, {"Status": "100", "Description": "Idle Heartbeat", **last}, b"", "")

    def _end(self, pull: Pull, status: str, why: str) -> None:
        owed = {"Nats-Pending-Messages": str(pull.left), "Nats-Pending-Bytes": "0"}
        pull.listener.send_pulled(pull.inbox, {"Status": status, "Description": why, **owed}, b"", "")

    def _stream_info(self, stream: Stream) -> Json:
        first = min(stream.messages, default=0)
        state = {"messages": len(stream.messages), "bytes": 0, "first_seq": first, "last_seq": stream.last, "consumer_count": 0}
        return {"config": stream.config.as_dict(), "state": state, "created": stream.created}

    def _consumer_info(self, consumer: Consumer) -> Json:
        return {
            "name": consumer.name,
            "stream_name": consumer.stream.name,
            "config": dict(consumer.config),
            "created": consumer.stream.created,
            "num_pending": consumer.waiting(),
            "num_ack_pending": len(consumer.pending),
            "ack_floor": {"consumer_seq": 0, "stream_seq": min(consumer.pending, default=consumer.next) - 1},
        }


def _message(stream: Stream, request: Json) -> Json:
    found: Any
    if "last_by_subj" in request:
        found = stream.last_of(request["last_by_subj"])
    elif "next_by_subj" in request:
        found = stream.next_of(request["seq"], request["next_by_subj"] or ">")
    else:
        found = stream.messages.get(request["seq"])
    if found is None:
        return {"error": streams.NO_MESSAGE}
    headers = "NATS/1.0\r\n" + "".join(f"{key}: {value}\r\n" for key, value in found.headers.items()) + "\r\n"
    return {
        "message": {
            "subject": found.subject,
            "seq": found.sequence,
            "data": base64.b64encode(found.data).decode(),
            "hdrs": base64.b64encode(headers.encode()).decode(),
            "time": events.to_text(events.from_ms(found.at_ms)),
        }
    }
