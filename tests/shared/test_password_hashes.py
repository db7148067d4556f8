"""Hashes of passwords: argon2id with OWASP's parameters, two at once, the same work for unknown logins."""

import asyncio
import threading
import time
import unicodedata
from typing import Any

import pytest
from argon2 import PasswordHasher

from shared.plumbing import password_hashes
from shared.plumbing.password_hashes import Checked

PASSWORD = "mùa xuân đến rất sớm"


async def test_the_right_password_is_right_and_another_one_is_not() -> None:
    stored = await password_hashes.hashed(PASSWORD)

    assert stored.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert await password_hashes.check(stored, PASSWORD) == Checked(True)
    assert await password_hashes.check(stored, PASSWORD + " ") == Checked(False)
    assert await password_hashes.hashed(PASSWORD) != stored


async def test_letters_and_accents_that_are_typed_apart_give_the_same_password() -> None:
    stored = await password_hashes.hashed(unicodedata.normalize("NFC", PASSWORD))

    assert await password_hashes.check(stored, unicodedata.normalize("NFD", PASSWORD)) == Checked(True)


async def test_a_hash_with_older_parameters_is_renewed_when_its_password_was_right() -> None:
    old = PasswordHasher(time_cost=1, memory_cost=8_192, parallelism=1).hash(PASSWORD)

    checked = await password_hashes.check(old, PASSWORD)

    assert checked.is_right
    assert checked.fresh is not None
    assert await password_hashes.check(checked.fresh, PASSWORD) == Checked(True)
    assert await password_hashes.check(old, "another password") == Checked(False)


@pytest.mark.parametrize("stored", ["", "x", "$argon2id$v=19$m=19456,t=2,p=1$a$b", "$2b$12$abcdefghijklmnopqrstuv"])
async def test_a_stored_text_that_is_no_hash_matches_nothing(stored: str) -> None:
    assert await password_hashes.check(stored, PASSWORD) == Checked(False)


async def test_nobody_has_a_password() -> None:
    for password in ("", PASSWORD, "tonghop"):
        assert await password_hashes.check(None, password) == Checked(False)
    assert not password_hashes.HASHER.check_needs_rehash(password_hashes.NOBODY)


async def test_an_endless_password_is_wrong_at_once() -> None:
    stored = await password_hashes.hashed("a" * 128)

    began = time.monotonic()
    assert await password_hashes.check(stored, "a" * 10_000_000) == Checked(False)
    assert time.monotonic() - began < 2


async def test_an_unknown_login_takes_as_long_as_a_wrong_password() -> None:
    stored = await password_hashes.hashed(PASSWORD)
    took: dict[bool, list[float]] = {True: [], False: []}
    for number in range(20):
        is_known = bool(number % 2)
        began = time.perf_counter()
        await password_hashes.check(stored if is_known else None, "a wrong password")
        took[is_known].append(time.perf_counter() - began)
    known, unknown = min(took[True]), min(took[False])

    assert 0.5 < known / unknown < 2


def test_at_most_two_are_computed_at_once_whatever_loop_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    running, most, lock = 0, 0, threading.Lock()

    class Slow:
        def hash(self, password: str) -> str:
            nonlocal running, most
            with lock:
                running += 1
                most = max(most, running)
            time.sleep(0.02)
            with lock:
                running -= 1
            return password

    async def ask() -> list[str]:
        return await asyncio.gather(*(password_hashes.hashed(str(number)) for number in range(8)))

    monkeypatch.setattr(password_hashes, "HASHER", Slow())
    answers: list[Any] = []
    loops = [threading.Thread(target=lambda: answers.append(asyncio.run(ask()))) for _ in range(2)]
    for loop in loops:
        loop.start()
    for loop in loops:
        loop.join()

    assert [len(answer) for answer in answers] == [8, 8]
    assert most == 2
