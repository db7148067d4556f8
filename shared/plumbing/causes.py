"""What a person reads of an error: which server, and what is waited for. The names of a driver's classes stand in the log alone."""

from typing import Final

import nats.errors
import nats.js.errors
from pymongo.errors import PyMongoError

from shared.plumbing import mongo
from shared.words.failures import TransientError

MONGODB: Final = "MongoDB không trả lời hoặc chưa có primary, đang chờ (waiting for MongoDB)"
MONGODB_REFUSES: Final = "MongoDB từ chối thao tác, đang thử lại; chi tiết ở “task.failed” trong nhật ký (MongoDB refuses, see the log)"
NATS: Final = "NATS không trả lời, đang chờ kết nối lại (waiting for NATS)"
NO_LEADER: Final = "không có leader hoặc không trả lời, đang chờ quá nửa số máy NATS (no leader)"
SOME_SERVER: Final = "máy chủ không trả lời, đang thử lại (a server does not answer)"
UNEXPECTED: Final = "lỗi ngoài dự kiến, đang thử lại; chi tiết ở “task.failed” trong nhật ký (unexpected error, see the log)"

LEADERLESS: Final = (nats.errors.NoRespondersError, nats.js.errors.ServiceUnavailableError)


def told(error: BaseException) -> str:
    """Why a task waits. A TransientError says it itself."""
    if isinstance(error, TransientError):
        return str(error)
    if mongo.is_away(error):
        return MONGODB
    if isinstance(error, nats.errors.Error | nats.js.errors.Error):
        return NATS if (told := _told_by_jetstream("JetStream", error)) is None else told
    if isinstance(error, PyMongoError):
        return MONGODB_REFUSES
    return SOME_SERVER if isinstance(error, OSError) else UNEXPECTED


def told_of_stream(stream: str, error: BaseException, *, is_connected: bool) -> str:
    """Why a stream cannot be read or written now, or a durable of it asked, on a connection that stands or is lost."""
    if (told := _told_by_jetstream(stream, error)) is not None:
        return told
    return f"{stream} {NO_LEADER}" if is_connected else f"{stream}: {NATS}"


def _told_by_jetstream(what: str, error: BaseException) -> str | None:
    """What an answer of JetStream means; None when there was none."""
    if isinstance(error, LEADERLESS):
        return f"{what} {NO_LEADER}"
    if isinstance(error, nats.js.errors.NotFoundError):
        return f"{what}: chưa có stream hoặc durable, hãy chạy `tonghop streams apply` (not there)"
    if isinstance(error, nats.js.errors.APIError) and error.description:
        return f"{what}: NATS từ chối: {error.description} (refused)"
    return None
