"""Notes which parts of the stand-ins are used: methods with their arguments, operators, requests, headers, answers.

By it `test_coverage` derives what the cases must cover: whatever the simulation uses.
"""

import inspect
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import Any, Final
from unittest import mock

import orjson
from pymongo import DeleteMany, DeleteOne, InsertOne, ReplaceOne, UpdateMany, UpdateOne

from tests.simulation.reminders import fakes
from tests.simulation.rollup import driver
from tests.simulation.rollup.broker import API, Broker
from tests.simulation.rollup.client import Connection
from tests.simulation.rollup.transaction import Session

Used = set[str]
OPERATIONS: Final = (InsertOne, ReplaceOne, UpdateOne, UpdateMany, DeleteOne, DeleteMany)
MONGO: Final = (driver.Database, driver.Collection, driver.Cursor, Session, fakes.AlertCollection, fakes.Cursor, fakes.AlertsStream)
VALUES: Final = ("deliver_policy", "ack_policy", "no_wait")  # of a request: also what they say
OF_MAKERS: Final = frozenset({"claim_over"})  # not what a collection has: for a planted bug


@contextmanager
def noted() -> Iterator[Used]:
    """What is used in the `with` block."""
    used: Used = set()
    with ExitStack() as replaced:
        for kind in MONGO:
            for name, method in vars(kind).items():
                if inspect.isfunction(method) and not name.startswith("_") and name not in OF_MAKERS:
                    replaced.enter_context(mock.patch.object(kind, name, _noting_call(used, f"{kind.__module__}.{kind.__name__}", method)))
        replaced.enter_context(mock.patch.object(Broker, "publish", _noting_publish(used, Broker.publish)))
        for name in ("send", "send_pulled"):
            replaced.enter_context(mock.patch.object(Connection, name, _noting_answer(used, getattr(Connection, name))))
        yield used


def _noting_call(used: Used, owner: str, method: Callable[..., Any]) -> Callable[..., Any]:
    signature = inspect.signature(method)
    where = owner.removeprefix("tests.simulation.")

    def call(*args: Any, **named: Any) -> Any:
        given = signature.bind(*args, **named).arguments
        for name, value in given.items():
            if name != "self" and value not in (None, 0, "", {}):
                used.add(f"{where}.{method.__name__}({name})")
                used.update(f"{where}: {operator}" for operator in operators(value))
        used.add(f"{where}.{method.__name__}")
        return method(*args, **named)

    return call


def operators(value: Any) -> Iterator[str]:
    """The operators in a filter, an update, or a list of writes, and the kinds of writes."""
    if isinstance(value, OPERATIONS):
        yield type(value).__name__
        yield from (f"{type(value).__name__} upsert" for _ in range(1) if getattr(value, "_upsert", None))
        for part in ("_filter", "_doc"):
            inner = getattr(value, part, None)
            if part == "_filter" or not isinstance(value, InsertOne | ReplaceOne):
                yield from operators(inner)
    elif isinstance(value, Mapping):
        for name, inner in value.items():
            if str(name).startswith("$"):
                yield str(name)
            elif isinstance(inner, Mapping) and not any(str(key).startswith("$") for key in inner):
                continue  # a document that is stored or compared as a whole
            yield from operators(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from operators(inner)


def _noting_publish(used: Used, publish: Callable[..., None]) -> Callable[..., None]:
    def noting(broker: Broker, connection: Any, subject: str, headers: Mapping[str, str], data: bytes, reply: str) -> None:
        if subject.startswith(API):
            used.update(requests(subject.removeprefix(API), data))
        elif subject.startswith("$JS.ACK."):
            used.add(f"acknowledgement {data.partition(b' ')[0].decode()}{' with delay' if b'delay' in data else ''}")
        else:
            names = sorted(name for name in headers if name.startswith("Nats-"))
            used.update(["publish", *(f"publish with {name}" for name in names)])
        publish(broker, connection, subject, headers, data, reply)

    return noting


def requests(subject: str, data: bytes) -> Iterator[str]:
    """What an API request asks for, by its kind and the settings in it."""
    words = subject.split(".")
    kind = ".".join(word for word in words[:3] if word.isalpha() and word in KINDS)
    yield f"request {kind}"
    request = orjson.loads(data) if data else {}
    for name, value in {**request, **request.get("config", {})}.items():
        if name != "config" and value not in (None, False):
            yield f"request {kind}: {name}{f' {value}' if name in VALUES else ''}"


KINDS: Final = frozenset({"STREAM", "CONSUMER", "MSG", "GET", "NEXT", "INFO", "CREATE", "DELETE", "DURABLE"})


def _noting_answer(used: Used, send: Callable[..., None]) -> Callable[..., None]:
    def noting(connection: Any, inbox: str, headers: Mapping[str, str] | None, data: bytes, reply: str = "") -> None:
        if headers and "Status" in headers:
            used.add(f"status {headers['Status']} {headers.get('Description', '')}".strip())
        elif not reply and data.startswith(b"{"):
            answer = orjson.loads(data)
            if "error" in answer:
                used.add(f"answer {answer['error']['err_code']}")
            elif answer.get("duplicate"):
                used.add("answer duplicate")
        send(connection, inbox, headers, data, reply)

    return noting
