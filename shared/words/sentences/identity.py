"""Sentences about who somebody is and what he may do: logins, sessions, keys, roles."""

from typing import Final

SENTENCES: Final[dict[str, tuple[str, str]]] = {}
