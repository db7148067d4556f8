"""Explains an error to people: which server, and what is missing. The names of a driver's classes appear only in the log."""

import re
from typing import Final

import nats.errors
import nats.js.errors
from pymongo.errors import OperationFailure, PyMongoError

from shared.plumbing import mongo
from shared.words.failures import TransientError
from shared.words.refusals import Both, Refusal, refusal

NO_LOGIN: Final = Both("sai tên người dùng hoặc mật khẩu", "wrong user name or password")
NO_RIGHT: Final = Both("người dùng không có quyền này", "the user does not have this right")
SUBJECT_FULL: Final = 10077  # the broker's error code: a subject has as many messages as its stream allows
UNVERIFIED: Final = re.compile(r"certificate verify failed: ([^(]+)")
LEADERLESS: Final = (nats.errors.NoRespondersError, nats.js.errors.ServiceUnavailableError)


def of(error: BaseException) -> tuple[Refusal, ...]:
    """Why a task waits. A TransientError carries its own explanation."""
    if isinstance(error, TransientError):
        return error.refusals
    return (_of(error),)


def of_stream(stream: str, error: BaseException, *, is_connected: bool) -> Refusal:
    """Why a stream, or one of its durable consumers, cannot be used now."""
    if (answered := _of_answer(stream, error)) is not None:
        return answered
    return refusal("nats.no_leader", stream) if is_connected else refusal("nats.away", stream)


def of_certificate(error: BaseException) -> Refusal | None:
    """The explanation if MongoDB cannot be used because its certificate is not accepted. The driver says so only in a text."""
    why = UNVERIFIED.search(str(error)) if isinstance(error, PyMongoError) else None
    return refusal("mongo.certificate_refused", detail=why[1].strip()) if why else None


def _of(error: BaseException) -> Refusal:
    if (why := of_certificate(error)) is not None:
        return why
    if mongo.is_away(error):
        return refusal("mongo.away")
    if isinstance(error, nats.errors.Error | nats.js.errors.Error):
        return _of_answer("JetStream", error) or refusal("nats.away")
    if isinstance(error, OperationFailure) and mongo.is_login_refused(error):
        return refusal("mongo.login_refused", detail=NO_RIGHT if error.code == mongo.UNAUTHORIZED else NO_LOGIN)
    if isinstance(error, PyMongoError):
        return refusal("mongo.refused")
    return refusal("server.away") if isinstance(error, OSError) else refusal("service.unexpected_error")


def is_full(error: BaseException) -> bool:
    """Whether the broker refused a message because its subject has as many messages as the stream allows."""
    return isinstance(error, nats.js.errors.APIError) and error.err_code == SUBJECT_FULL


def _of_answer(what: str, error: BaseException) -> Refusal | None:
    """The explanation of an answer from JetStream; None if the error is not such an answer."""
    if is_full(error):
        return refusal("inbox.full", what)
    if isinstance(error, LEADERLESS):
        return refusal("nats.no_leader", what)
    if isinstance(error, nats.js.errors.NotFoundError):
        return refusal("nats.not_declared", what)
    if isinstance(error, nats.js.errors.APIError) and error.description:
        return refusal("nats.refused", what, detail=error.description)
    return None
