"""Refusals: problem+json (RFC 9457) for programs, an explanatory page for people."""

from collections import Counter
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from operator import itemgetter
from typing import Final

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse
from faststream.exceptions import IncorrectState
from pymongo.errors import OperationFailure
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from services.portal.domain import refused, return_path, wanted
from services.portal.domain.refused import Link, Refused
from services.portal.http import forms, principals
from services.portal.http import headers as safe
from services.portal.render import look
from shared.plumbing import delivery, mongo
from shared.plumbing.key_ring import KeysNotReadError
from shared.plumbing.refused_requests import RefusedRequests
from shared.shell.problems import problem, refusal_of
from shared.words import refusals
from shared.words.refusals import Refusal

log = structlog.get_logger()

TITLES: Final = {
    HTTPStatus.NOT_FOUND: (
        "Không tìm thấy trang này",
        "Nếu địa chỉ được gõ tay, kiểm tra lại từng chữ; nếu bấm từ một liên kết cũ, trang có thể đã đổi chỗ.",
    ),
    HTTPStatus.SERVICE_UNAVAILABLE: (
        "Hệ thống tạm thời gián đoạn",
        "Báo cáo đã nộp không bị mất. Trang này tự thử lại sau 10 giây.",
    ),
    HTTPStatus.FORBIDDEN: (
        "Không được phép",
        "Trở lại trang trước, tải lại rồi thử lại. Nếu cần quyền, đề nghị quản trị hệ thống cấp.",
    ),
    HTTPStatus.INTERNAL_SERVER_ERROR: ("Hệ thống gặp lỗi", "Báo cáo đã nộp không bị mất."),
}
OTHER_TITLE: Final = (
    "Không trả lời được yêu cầu này",
    "Sửa lại địa chỉ, hoặc chọn lại từ đầu. Nếu không nhớ mã đơn vị, hãy nhập tên vào ô tìm ở đầu trang.",
)
BY_SCRIPT: Final = ("/nhap/", "/doc-thu/")  # ends of addresses at which the script of the form asks
FOR_PROGRAMS = ("/api/v", "/live/", "/lich/", "/openapi.json/", "/healthz/", "/readyz/", "/metrics/", "/phien/")
SENT_AWAY: Final = (
    "Hệ thống tạm thời gián đoạn",
    "Chưa rõ biểu mẫu đã được ghi nhận chưa. Đừng đóng trang này; vài phút nữa gửi lại từ đây.",
)
SECRETS: Final = frozenset({"password", "current", "new", "again", "code"})
"""Fields that are not sent back to a browser, in whatever form."""
RETRY_AFTER_S = 5
MOST_LETTERS = 64  # characters of a parameter's name that the refusal repeats


async def each_once(request: Request) -> None:
    """Refuses a parameter that is given twice, because one of the two values would be ignored silently."""
    given = Counter(name for name, _ in request.query_params.multi_items())
    name, times = max(given.items(), key=itemgetter(1), default=("", 0))
    if times > 1:
        raise refused.bad_query(name[:MOST_LETTERS], wanted.ONCE)


def is_for_programs(path: str) -> bool:
    """Whether programs ask here, our own script among them, and not people."""
    whole = f"/{path.strip('/')}/"
    return whole.startswith(FOR_PROGRAMS) or (whole.startswith("/bieu-mau/") and whole.endswith(BY_SCRIPT))


def answer(
    request: Request,
    status: HTTPStatus,
    *reasons: Refusal,
    links: Sequence[Link] = (),
    headers: Mapping[str, str] | None = None,
    typed: forms.Pairs = (),
) -> Response:
    """The refusals as a page or as a problem, depending on the path. Only a page has the links, and the form `typed` to be sent again."""
    later: dict[str, str] = {"Retry-After": str(RETRY_AFTER_S)} if status == HTTPStatus.SERVICE_UNAVAILABLE else {}
    later |= dict(headers or {})
    if not is_for_programs(request.url.path):
        if status == HTTPStatus.UNAUTHORIZED:
            return RedirectResponse(
                return_path.login(request.url.path, request.url.query), HTTPStatus.SEE_OTHER, {"Cache-Control": "no-store"}
            )
        is_reloaded = status == HTTPStatus.SERVICE_UNAVAILABLE and not typed
        title, advice = SENT_AWAY if typed else TITLES.get(status, OTHER_TITLE)
        shown = {"status": int(status), "refusals": reasons, "title": title, "advice": advice, "links": links}
        shown |= {"is_reloaded": is_reloaded, "typed": typed, "action": _address(request)}
        return look.page("problem.html", shown, status, later)
    if status == HTTPStatus.UNAUTHORIZED:
        later |= {"WWW-Authenticate": "Bearer", "Cache-Control": "no-store"}
    return problem(status, reasons, later)


async def _recognise(request: Request) -> None:
    """Finds out whose browser asks for an address that no route has: its page has the menu of this person, or of nobody if that cannot be
    said now.
    """
    if is_for_programs(request.url.path):
        return
    try:
        await principals.session_of(request)
    except (*delivery.PASSING, OperationFailure):
        log.warning("session.not_read")


def _address(request: Request) -> str:
    return f"{request.url.path}?{request.url.query}" if request.url.query else request.url.path


async def _typed(request: Request) -> forms.Pairs:
    """The fields of the form that a person has sent, so that an outage loses nothing; none of a form that has secrets, or is not ours."""
    if request.method != "POST" or is_for_programs(request.url.path):
        return ()
    try:
        fields = await forms.pairs_of(request, forms.MOST_OF_A_REPORT)
    except (Refused, ClientDisconnect, RuntimeError):  # RuntimeError: the body was read in part before
        return ()
    return () if any(name in SECRETS for name, _ in fields) else fields


def refuse(request: Request, error: Refused) -> Response:
    """The answer to a refused request. The refusal of a known principal is recorded, if the app records them (`state.refused`)."""
    actor: str | None = getattr(request.state, "actor", None)
    recorded: RefusedRequests | None = getattr(request.app.state, "refused", None)
    if recorded is not None and actor is not None and error.status == HTTPStatus.FORBIDDEN:
        recorded.note(actor, error.refusal.code, request.url.path)
    return answer(request, error.status, error.refusal, links=error.links, headers=error.headers)


def install(app: FastAPI) -> None:
    """Handles refusals, unknown addresses and unavailable servers for every route of `app`."""

    async def on_refused(request: Request, error: Exception) -> Response:
        assert isinstance(error, Refused)
        return refuse(request, error)

    async def on_invalid(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        reasons = [refused.malformed(str(fault["loc"][1]), wanted.value(fault)) for fault in error.errors()]
        return answer(request, HTTPStatus.UNPROCESSABLE_ENTITY, *reasons)

    async def on_http(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        await _recognise(request)
        response = answer(request, HTTPStatus(error.status_code), refusal_of(request.method, error))
        response.headers.update(error.headers or {})
        return response

    async def on_away(request: Request, error: Exception) -> Response:
        log.warning("request.postponed", error=type(error).__name__)
        away = refusals.refusal("door.feed_away")
        if isinstance(error, KeysNotReadError):
            away = error.refusals[0]
        elif mongo.is_away(error):
            away = refusals.refusal("door.database_away")
        return answer(request, HTTPStatus.SERVICE_UNAVAILABLE, away, typed=await _typed(request))

    async def on_database(request: Request, error: Exception) -> Response:
        if mongo.is_away(error):
            return await on_away(request, error)
        raise error

    async def on_fault(request: Request, _: Exception) -> Response:
        response = answer(request, HTTPStatus.INTERNAL_SERVER_ERROR, refusals.refusal("door.fault"))
        response.headers.update(safe.HEADERS)  # added here because our middleware does not see this answer
        return response

    app.add_exception_handler(Refused, on_refused)
    app.add_exception_handler(RequestValidationError, on_invalid)
    app.add_exception_handler(HTTPException, on_http)
    app.add_exception_handler(Exception, on_fault)
    for passing in (*delivery.PASSING, IncorrectState):  # IncorrectState: there was never a connection to the broker
        app.add_exception_handler(passing, on_away)
    app.add_exception_handler(OperationFailure, on_database)  # also raised by a server that is not available
