"""What the commands about people share: who acts, the person of a login, the unit of a code, days, and answers."""

import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, Final

import typer

from services.cli import people_tables, recording, session
from services.cli.people_tables import PersonEntry
from shared.plumbing.people_desk import Actor, PeopleDesk, WithPassword
from shared.plumbing.people_store import PeopleStore
from shared.shell.clock import random_character
from shared.shell.service import Connections
from shared.shell.settings import CliSettings
from shared.words import granting, people, periods
from shared.words.granting import NewGrant
from shared.words.people import Person
from shared.words.principals import ROLES, Role
from shared.words.refusals import Refusal, refusal

DAY: Final = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
ONE_DAY: Final = timedelta(days=1)


def _role(text: str) -> str:
    if text not in ROLES:
        raise session.wrong_use(refusal("role.no_such_role", role=text, known=list(ROLES)), "--role")
    return text


def _day(text: str) -> date:
    try:
        found = date.fromisoformat(text) if DAY.fullmatch(text) else None
    except ValueError:
        found = None
    if found is None or found == date.max:
        raise session.wrong_use(refusal("role.not_a_day", text=text), "--from, --until")
    return found


Login = Annotated[str, typer.Argument(metavar="TÊN", help="Tên đăng nhập.")]
RoleName = Annotated[str, typer.Option("--role", parser=_role, metavar="VAI_TRÒ", help=f"Vai trò: {', '.join(ROLES)}.")]
OnlyRole = Annotated[
    str | None, typer.Option("--role", parser=_role, metavar="VAI_TRÒ", help="Chỉ thu hồi vai trò này; mặc định: cả tài khoản.")
]
UnitCode = Annotated[str | None, typer.Option("--unit", metavar="MÃ", help="Mã đơn vị; vai trò operator không có đơn vị.")]
From = Annotated[date | None, typer.Option("--from", parser=_day, metavar="NGÀY", help="Ngày bắt đầu; mặc định: hôm nay.")]
Approves = Annotated[
    bool,
    typer.Option("--approver", help="Cán bộ duyệt gửi: báo cáo của đơn vị do cán bộ khác soạn phải chờ người này duyệt và gửi."),
]
Until = Annotated[date | None, typer.Option("--until", parser=_day, metavar="NGÀY", help="Ngày cuối cùng còn hiệu lực.")]


@dataclass(frozen=True, slots=True)
class Desk:
    """Open connections, and the operator at the machine."""

    connections: Connections[CliSettings]
    store: PeopleStore
    desk: PeopleDesk
    by: Actor

    async def person(self, login: str) -> Person:
        """The person with a login. Ends the command if there is none."""
        found = await self.store.by_login(people.login(login))
        if found is None:
            session.stop(session.NO, refusal("person.unknown").at(people.login(login)))
        return found

    def asked(self, role: str, unit: str | None, begins: date | None, until: date | None, *, is_approver: bool = False) -> NewGrant:
        """The role that a command line names: its unit by the code of the first day."""
        first = begins or self.by.today
        at = None if unit is None else granting.named(unit, self.by.registry, max(first, self.by.today))
        return NewGrant(known(role), at, first, None if until is None else until + ONE_DAY, is_approver)

    def code(self, unit: str | None) -> str | None:
        """The code of a unit (an id), today or as it was last."""
        row = None if unit is None else self.by.registry.row(unit, self.by.today)
        return unit if row is None else row.code

    def entry(self, person: Person) -> PersonEntry:
        """A person as `--json` prints him."""
        return people_tables.entry(person, self.by.registry, self.by.today)


@asynccontextmanager
async def opened() -> AsyncIterator[Desk]:
    """Opens connections for a command about people."""
    async with session.connected(needs_nats=False) as connections:
        store = PeopleStore(connections.database, connections.clock, connections.new_id)
        registry = (await connections.reference.current()).registry
        by = Actor(recording.operator(), granting.MACHINE, registry, periods.local_day(connections.clock()))
        yield Desk(connections, store, PeopleDesk(store, random_character), by)


def known(role: str) -> Role:
    """The role with a name that the command line accepts."""
    return next(one for one in ROLES if one == role)


def person_of(answer: Person | Sequence[Refusal]) -> Person:
    """The changed person. Ends the command with the reasons if nothing was changed."""
    if not isinstance(answer, Person):
        session.stop(session.NO, *answer)
    return answer


def password_of(answer: WithPassword | Sequence[Refusal]) -> WithPassword:
    """The person with the new password. Ends the command with the reasons if nothing was changed."""
    if not isinstance(answer, WithPassword):
        session.stop(session.NO, *answer)
    return answer
