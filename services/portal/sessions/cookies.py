"""The cookie of a session. On plain http, which the portal serves on loopback only, it cannot have the prefix `__Host-`."""

from typing import Final

from starlette.responses import Response

PLAIN: Final = "tonghop-session"
HOST: Final = "__Host-tonghop"


def name(scheme: str) -> str:
    """The name of the cookie for requests with this scheme."""
    return HOST if scheme == "https" else PLAIN


def put(response: Response, scheme: str, secret: str) -> None:
    """Gives the session's secret to the browser, until the browser is closed."""
    response.set_cookie(name(scheme), secret, path="/", secure=scheme == "https", httponly=True, samesite="lax")


def drop(response: Response, scheme: str) -> None:
    """Takes the cookie from the browser."""
    response.delete_cookie(name(scheme), path="/", secure=scheme == "https", httponly=True, samesite="lax")
