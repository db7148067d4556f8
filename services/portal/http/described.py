"""Describes the answers of routes in the OpenAPI document: refusals, and an example of each success."""

import json
from importlib import resources
from typing import Any, Final

from fastapi import Security
from fastapi.security import APIKeyCookie, HTTPBearer

from services.portal.sessions import cookies
from shared.shell import openapi

PROBLEMS: Final[openapi.Answers] = openapi.errors(
    {
        400: "A name, a cursor or a query is malformed",
        401: "No key or session, or one that is unknown, has expired or was revoked",
        403: "Outside the scope of the key or session, whether or not it exists",
        404: "There is no such regime, period, unit, view or report",
        405: "The method is not allowed here",
        422: "A parameter has another type, or is outside its bounds",
        429: "The key has asked too often",
        503: "The database or the broker does not answer now. Try again later",
    }
)


KEY: Final = HTTPBearer(scheme_name="key", description="a key of a unit or a receiver: th_…", auto_error=False)
SESSION: Final = APIKeyCookie(
    name=cookies.PLAIN,
    scheme_name="session",
    description=f"the session of a person; with TLS the cookie is `{cookies.HOST}`",
    auto_error=False,
)
SECURED: Final = [Security(KEY), Security(SESSION)]
"""Describes that a route takes a key or a session. `principals.principal_of` decides."""


def answered(operation: str) -> dict[int | str, dict[str, Any]]:
    """The description of an operation's success, with the example in the file that has the operation's name."""
    text = (resources.files("services.portal.api") / "examples" / f"{operation}.json").read_text(encoding="utf-8")
    return {200: {"description": "The answer", "content": {"application/json": {"example": json.loads(text)}}}}
