"""Cookies of the portal. On plain http, which the portal serves on loopback only, they cannot have the prefix `__Host-`."""

from datetime import timedelta
from typing import Final

from starlette.responses import Response

PLAIN: Final = "tonghop-session"
HOST: Final = "__Host-tonghop"


def name(scheme: str) -> str:
    """The name of the session's cookie for requests with this scheme."""
    return HOST if scheme == "https" else PLAIN


def put(response: Response, cookie: str, scheme: str, text: str, lasts: timedelta | None = None) -> None:
    """Gives a cookie to the browser; without `lasts` until the browser is closed."""
    seconds = None if lasts is None else int(lasts.total_seconds())
    response.set_cookie(cookie, text, max_age=seconds, path="/", secure=scheme == "https", httponly=True, samesite="lax")


def drop(response: Response, cookie: str, scheme: str) -> None:
    """Takes a cookie from the browser."""
    response.delete_cookie(cookie, path="/", secure=scheme == "https", httponly=True, samesite="lax")
