"""Logins with a password and a one-time code. Unknown login, wrong password and wrong code have one answer and cost the same."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import Final

from services.portal.domain import login_delay
from services.portal.domain.login_delay import Counter
from services.portal.sessions.code_store import CodeStore
from services.portal.sessions.delay_store import DelayStore
from services.portal.sessions.devices import Device
from services.portal.sessions.records import NOBODY, Records
from shared.plumbing import password_hashes
from shared.plumbing.people_store import PeopleStore
from shared.words import people
from shared.words.people import Person

MOST_LETTERS: Final = 200  # characters of a login that is looked up
LEAST: Final = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who is at the browser: address, the name of the browser, and whether it is known."""

    address: str
    browser: str
    device: Device


@dataclass(frozen=True, slots=True)
class Waits:
    """The attempt was not examined: the next one is, after this time."""

    time: timedelta

    @property
    def seconds(self) -> int:
        """The time in whole seconds, rounded up."""
        return ceil(self.time.total_seconds())


class Logins:
    """Examines passwords and codes."""

    def __init__(self, store: PeopleStore, codes: CodeStore, delays: DelayStore, records: Records, clock: Callable[[], datetime]) -> None:
        self._people, self._codes, self._delays, self._records, self._clock = store, codes, delays, records, clock

    async def with_password(self, login: str, password: str, visitor: Visitor) -> Person | Waits | None:
        """The person with this login and password; None if there is none."""
        now, name = self._clock(), people.login(login[:MOST_LETTERS])
        person = await self._people.by_login(name)
        is_known = person is not None and person.id in visitor.device.people
        counters = _counters(name, visitor, is_known=is_known)
        if wait := await self._wait(name, visitor, counters, now):
            return Waits(wait)
        is_right = await self._is_right(person, password)
        if person is None or not is_right:
            await self._refused(person, visitor, "first")
            return None
        await self._forgive(counters, now)
        return person

    async def with_code(self, person: Person, code: str, visitor: Visitor) -> bool | Waits:
        """Whether this is a one-time code of a person who has shown the password."""
        now, counter = self._clock(), login_delay.of_code(person.id)
        wait = await self._delays.wait([counter], now)
        if wait or not await self._delays.count([counter], now):
            return Waits(max(wait, LEAST))
        if not await self._codes.take(person.id, code):
            await self._refused(person, visitor, "code")
            return False
        await self._delays.forgive([counter])
        return True

    async def _is_right(self, person: Person | None, password: str) -> bool:
        """Computes one hash in every case: also for an unknown login, a revoked account, and a person without a password."""
        stored = None if person is None or person.revoked_at is not None else person.password
        checked = await password_hashes.check(stored, password)
        if checked.fresh is not None and person is not None and stored is not None:
            await self._people.renew_hash(person.id, stored, checked.fresh)
        return checked.is_right

    async def _wait(self, login: str, visitor: Visitor, counters: Sequence[Counter], now: datetime) -> timedelta:
        """How long the attempt has to wait; zero if it is counted and can be examined. Whoever has to wait for an account has a turn then,
        so that the attempts of others cannot keep him out.
        """
        turn = login_delay.turn(login, visitor.address)
        of_account = [counter for counter in counters if counter.delay is login_delay.ACCOUNT]
        others = [counter for counter in counters if counter.delay is not login_delay.ACCOUNT]
        if wait := await self._delays.wait(others, now):
            return wait
        wait = await self._delays.wait(of_account, now)
        if wait and await self._delays.has_turn(turn, now):
            wait, of_account = timedelta(), []
        if not wait and await self._delays.count([*of_account, *others], now):
            return wait
        return max(await self._delays.give_turn(turn, now + max(wait, LEAST)) - now, LEAST)

    async def _forgive(self, counters: Sequence[Counter], now: datetime) -> None:
        for counter in counters:
            if counter.delay is login_delay.ADDRESS:
                await self._delays.take_back(counter, now)
            else:
                await self._delays.forgive([counter])

    async def _refused(self, person: Person | None, visitor: Visitor, step: str) -> None:
        await self._records.add("login.refused", "" if person is None else person.id, NOBODY, address=visitor.address, step=step)


def _counters(login: str, visitor: Visitor, *, is_known: bool) -> tuple[Counter, ...]:
    """What the attempt is counted under: a browser that the person has used before only under itself."""
    if is_known:
        return (login_delay.of_browser(f"{visitor.device.id}/{login_delay.of_account(login).key}"),)
    return login_delay.of_account(login), login_delay.of_address(visitor.address)
