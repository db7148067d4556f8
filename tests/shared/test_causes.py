"""What people read of errors: never a name out of a driver, always the server."""

import re

import nats.errors
import nats.js.errors
import pymongo.errors
import pytest
from pymongo.errors import OperationFailure, PyMongoError

from shared.plumbing import causes, mongo
from shared.words.failures import TransientError

CLASS_NAME = re.compile(r"[A-Z][a-z]+[A-Z]\w*|\w+Error\b|_\w+")
OF_VENDORS = re.compile(r"MongoDB|JetStream")


NATS = [
    nats.errors.TimeoutError(),
    nats.errors.NoServersError(),
    nats.errors.ConnectionClosedError(),
    nats.errors.StaleConnectionError(),
    nats.errors.OutboundBufferLimitError(),
    nats.errors.NoRespondersError(),
    nats.js.errors.ServiceUnavailableError(),
    nats.js.errors.ServerError(code=500),
    nats.js.errors.BadRequestError(code=400, description="bad"),
    nats.js.errors.NotFoundError(code=404),
]


@pytest.mark.parametrize("error", [pymongo.errors._OperationCancelled("x"), *[OperationFailure("x", code) for code in (211, 13435, 13)]])
def test_an_error_of_mongodb_is_told_as_mongodb(error: PyMongoError) -> None:
    assert "MongoDB" in causes.told(error)
    assert causes.told(error) == (causes.MONGODB if mongo.is_away(error) else causes.MONGODB_REFUSES)


@pytest.mark.parametrize("error", NATS, ids=repr)
def test_an_error_of_nats_is_told_as_nats_or_of_its_stream(error: Exception) -> None:
    told, of_stream = causes.told(error), causes.told_of_stream("INBOX", error, is_connected=True)
    assert re.search("NATS|JetStream", told)
    assert of_stream.startswith("INBOX")
    assert not CLASS_NAME.search(OF_VENDORS.sub("", told + of_stream))


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (nats.errors.NoRespondersError(), f"INBOX {causes.NO_LEADER}"),
        (nats.js.errors.ServiceUnavailableError(code=503, err_code=10008), f"INBOX {causes.NO_LEADER}"),
        (TimeoutError(), f"INBOX {causes.NO_LEADER}"),
        (nats.js.errors.NotFoundError(code=404), "INBOX: chưa có stream hoặc durable, hãy chạy `tonghop streams apply` (not there)"),
        (nats.js.errors.ServerError(code=500, description="insufficient"), "INBOX: NATS từ chối: insufficient (refused)"),
    ],
)
def test_what_a_stream_lacks_is_told(error: Exception, told: str) -> None:
    assert causes.told_of_stream("INBOX", error, is_connected=True) == told


def test_a_lost_connection_is_no_lost_leader() -> None:
    assert causes.told_of_stream("INBOX", TimeoutError(), is_connected=False) == f"INBOX: {causes.NATS}"


def test_what_says_itself_why_it_waits_is_believed() -> None:
    assert causes.told(TransientError("chưa xong")) == "chưa xong"
    assert causes.told(ConnectionRefusedError(111, "x")) == causes.SOME_SERVER
    assert causes.told(ZeroDivisionError()) == causes.UNEXPECTED
