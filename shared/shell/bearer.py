"""The key that a request shows: `Authorization: Bearer th_…`."""

from typing import Final

from starlette.datastructures import Headers

from shared.words import credentials

NAME: Final = "authorization"
SCHEME: Final = "Bearer"
CHALLENGE: Final = {"WWW-Authenticate": SCHEME}
LONGEST: Final = 64  # characters of a header with a key; a longer one is not looked at


def is_shown(headers: Headers) -> bool:
    """Whether the request shows anything at all in the place of a key."""
    return NAME in headers


def key(headers: Headers) -> str | None:
    """The key; None if there is none, if the header is there twice, or has any other form."""
    given = headers.getlist(NAME)
    if len(given) != 1 or len(given[0]) > LONGEST:
        return None
    scheme, _, token = given[0].partition(" ")
    return token if scheme.lower() == SCHEME.lower() and credentials.is_key(token) else None
