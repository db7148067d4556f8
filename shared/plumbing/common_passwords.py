"""The list of common passwords: the 30,000 most frequent ones of leaked lists, as the package zxcvbn has them."""

from functools import cache

from zxcvbn import frequency_lists  # type: ignore[import-untyped]  # the package has no types


@cache
def known() -> frozenset[str]:
    """Common passwords, in small letters."""
    listed: list[str] = frequency_lists.FREQUENCY_LISTS["passwords"]
    return frozenset(password.lower() for password in listed)
