"""Where a login leads: a path of the portal, never another address.

A browser takes `//host`, `/\\host` and `/<tab>/host` as another site's address. What is encoded is decoded once more before it is judged,
because something on the way may decode it.
"""

from typing import Final
from urllib.parse import quote, unquote, urlsplit

from shared.words import texts

HOME: Final = "/"
LOGIN: Final = "/dang-nhap"
LOGOUT: Final = "/dang-xuat"
MOST_LETTERS: Final = 2000


def checked(path: str) -> str:
    """The path, or `/` if it is not a path of the portal. The login and the logout are not places to return to."""
    decoded = unquote(path)
    is_own = all(_is_path(form) for form in (path, decoded, unquote(decoded)))
    return path if is_own and not urlsplit(path).path.startswith((LOGIN, LOGOUT)) else HOME


def login(path: str, query: str = "") -> str:
    """The address of the login that leads back to this page."""
    back = checked(f"{path}?{query}" if query else path)
    return LOGIN if back == HOME else f"{LOGIN}?tiep={quote(back, safe='/')}"


def _is_path(text: str) -> bool:
    return (
        text.startswith("/")
        and not text.startswith("//")
        and "\\" not in text
        and len(text) <= MOST_LETTERS
        and text.isprintable()
        and texts.forbidden(text) is None
    )
