"""FastAPI's dependencies of the pages about people and for operators: who acts and what he may grant, and the stores."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated

from fastapi import Depends, Request

from services.portal.domain import refused
from services.portal.http.dependencies import Now, Referred
from services.portal.http.principals import AskingPerson
from services.portal.sessions.accounts import Accounts
from services.portal.sessions.session_store import SessionStore
from shared.plumbing.mongo import Documents
from shared.plumbing.parked_store import ParkedStore
from shared.plumbing.people_desk import Actor, PeopleDesk
from shared.plumbing.people_store import PeopleStore
from shared.words import granting, periods
from shared.words.units import Registry


@dataclass(frozen=True, slots=True)
class Governing:
    """Who acts, and the stores."""

    by: Actor
    desk: PeopleDesk
    people: PeopleStore
    sessions: SessionStore


async def governing(request: Request, person: AskingPerson, reference: Referred, now: Now) -> Governing:
    """Whoever may grant roles. Raises `Refused`: 401 without a session, 403 for a person who may not grant any."""
    registry, today = (await reference.current()).registry, periods.local_day(now)
    granter = granting.granter(person, registry, today)
    if granter.is_nobody:
        raise refused.out_of_scope()
    accounts: Accounts = request.app.state.accounts
    by = Actor(person.actor, granter, registry, today)
    return Governing(by, request.app.state.people_desk, accounts.people, accounts.sessions)


Governs = Annotated[Governing, Depends(governing)]


@dataclass(frozen=True, slots=True)
class Operating:
    """Who operates, and what only operators see."""

    by: Actor
    database: Documents
    people: PeopleStore
    parked: ParkedStore
    now: datetime

    @property
    def registry(self) -> Registry:
        return self.by.registry

    @property
    def today(self) -> date:
        return self.by.today


async def operating(request: Request, governs: Governs, now: Now) -> Operating:
    """An operator. Raises `Refused`: 401 without a session, 403 for everybody else."""
    if not governs.by.granter.is_operator:
        raise refused.out_of_scope()
    database: Documents = request.app.state.database
    return Operating(governs.by, database, governs.people, ParkedStore(database), now)


Operates = Annotated[Operating, Depends(operating)]
