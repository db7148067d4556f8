"""Error texts for people name the server, and never a class of a driver."""

import re

import nats.errors
import nats.js.errors
import pymongo.errors
import pytest
from pymongo.errors import OperationFailure, PyMongoError

from shared.plumbing import causes, mongo
from shared.words.failures import TransientError
from shared.words.refusals import refusal

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


@pytest.mark.parametrize("error", [pymongo.errors._OperationCancelled("x"), *[OperationFailure("x", code) for code in (211, 13435, 2)]])
def test_an_error_of_mongodb_is_told_as_mongodb(error: PyMongoError) -> None:
    assert codes(error) == ["mongo.away" if mongo.is_away(error) else "mongo.refused"]


@pytest.mark.parametrize(("code", "why"), [(13, "the user does not have this right"), (18, "wrong user name or password")])
def test_a_user_that_mongodb_refuses_is_named_as_the_reason(code: int, why: str) -> None:
    """What the server says repeats the command, perhaps with what was to be written."""
    [said] = causes.of(OperationFailure('not authorized to execute command { insert: "receipts" }', code))
    assert (said.code, why in said.message_en, "insert" in said.message_en) == ("mongo.login_refused", True, False)


@pytest.mark.parametrize("error", NATS, ids=repr)
def test_an_error_of_nats_is_told_as_nats_or_of_its_stream(error: Exception) -> None:
    [told], of_stream = causes.of(error), causes.of_stream("INBOX", error, is_connected=True)
    assert told.code.startswith("nats.")
    assert of_stream.path == "INBOX"
    assert not CLASS_NAME.search(OF_VENDORS.sub("", told.text("vi") + of_stream.text("vi")))


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (nats.errors.NoRespondersError(), "nats.no_leader"),
        (nats.js.errors.ServiceUnavailableError(code=503, err_code=10008), "nats.no_leader"),
        (nats.js.errors.ServiceUnavailableError(code=503, err_code=10077), "inbox.full"),
        (TimeoutError(), "nats.no_leader"),
        (nats.js.errors.NotFoundError(code=404), "nats.not_declared"),
        (nats.js.errors.ServerError(code=500, description="insufficient"), "nats.refused"),
    ],
)
def test_what_a_stream_lacks_is_told(error: Exception, code: str) -> None:
    found = causes.of_stream("INBOX", error, is_connected=True)
    assert (found.code, found.path) == (code, "INBOX")
    assert getattr(error, "description", None) is None or "insufficient" in found.message_vi


def test_a_lost_connection_is_no_lost_leader() -> None:
    assert causes.of_stream("INBOX", TimeoutError(), is_connected=False) == refusal("nats.away", "INBOX")


def test_what_says_itself_why_it_waits_is_believed() -> None:
    assert codes(TransientError(refusal("notify.behind"))) == ["notify.behind"]
    assert codes(ConnectionRefusedError(111, "x")) == ["server.away"]
    assert codes(ZeroDivisionError()) == ["service.unexpected_error"]


def codes(error: BaseException) -> list[str]:
    return [found.code for found in causes.of(error)]
