"""Hashes of passwords: argon2id, computed in threads beside the event loop, at most two at once in a process.

Each computation needs 19 MiB and some 20 ms, so that a flood of logins can exhaust neither memory nor processors: the others wait.
Parameters: OWASP, Password Storage Cheat Sheet (m=19456 KiB, t=2, p=1); RFC 9106.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from typing import Final, TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.low_level import Type

from shared.words import passwords

Result = TypeVar("Result")
AT_ONCE: Final = 2
HASHER: Final = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1, hash_len=32, salt_len=16, type=Type.ID)
THREADS: Final = ThreadPoolExecutor(AT_ONCE, "password")  # one for the process, whatever loop asks

NOBODY: Final = "$argon2id$v=19$m=19456,t=2,p=1$mlb0lCP1Xx6rPSJZJMMU4g$ljAxOMqz7mHi1YhCuHdeQ2bNoM9Ph/9lYUwnWlS1I2o"
"""A hash with the present parameters that belongs to nobody: an unknown login takes as long as a wrong password."""


@dataclass(frozen=True, slots=True)
class Checked:
    """Whether the password was right. `fresh` is a new hash to be stored instead of the old one, if its parameters were not the present
    ones.
    """

    is_right: bool
    fresh: str | None = None


async def hashed(password: str) -> str:
    """The hash of a password, with its parameters and a new salt."""
    return await _beside(partial(HASHER.hash, passwords.normal(password)))


async def check(stored: str | None, password: str) -> Checked:
    """Compares a password with a stored hash. Without one (an unknown login, a person without a password) it takes as long, and fails."""
    typed = passwords.normal(password[: passwords.MOST * 4])
    if stored is None or len(typed) > passwords.MOST:
        return replace(await _beside(partial(_check, NOBODY, "")), is_right=False)
    return await _beside(partial(_check, stored, typed))


async def _beside(work: Callable[[], Result]) -> Result:
    return await asyncio.get_running_loop().run_in_executor(THREADS, work)


def _check(stored: str, password: str) -> Checked:
    try:
        HASHER.verify(stored, password)
    except (VerificationError, InvalidHashError):
        return Checked(False)
    return Checked(True, HASHER.hash(password) if HASHER.check_needs_rehash(stored) else None)
