"""What logins and accounts work with, in one object."""

from dataclasses import dataclass

from services.portal.domain.login_steps import Rules
from services.portal.sessions.calendar_store import CalendarStore
from services.portal.sessions.code_store import CodeStore
from services.portal.sessions.delay_store import DelayStore
from services.portal.sessions.logins import Logins
from services.portal.sessions.records import Records
from services.portal.sessions.seals import Seals
from services.portal.sessions.session_store import SessionStore
from shared.plumbing.invitation_store import InvitationStore
from shared.plumbing.mongo import Documents
from shared.plumbing.people_store import PeopleStore
from shared.plumbing.reference_store import ReferenceStore
from shared.shell.clock import Clock, NewId, NewSecret


@dataclass(frozen=True)
class Accounts:
    """The stores, and the rules of the agency."""

    people: PeopleStore
    sessions: SessionStore
    codes: CodeStore
    delays: DelayStore
    logins: Logins
    calendars: CalendarStore
    invitations: InvitationStore
    records: Records
    seals: Seals
    rules: Rules
    reference: ReferenceStore
    clock: Clock
    new_id: NewId
    provider: str
    """The name of the provider of logins; "" if there is none."""
    site: str
    """The portal's public address; "" if it is not set."""

    async def prepare(self) -> None:
        """Creates the indexes."""
        await self.people.prepare()
        await self.sessions.prepare()
        await self.delays.prepare()
        await self.calendars.prepare()
        await self.invitations.prepare()


def create(
    database: Documents,
    reference: ReferenceStore,
    seals: Seals,
    rules: Rules,
    clock: Clock,
    new_id: NewId,
    new_secret: NewSecret,
    provider: str = "",
    site: str = "",
) -> Accounts:
    """The accounts of a database."""
    people, records = PeopleStore(database, clock, new_id), Records(database, clock)
    codes, delays = CodeStore(database, seals, clock, new_secret), DelayStore(database)
    return Accounts(
        people=people,
        sessions=SessionStore(database, new_secret),
        codes=codes,
        delays=delays,
        logins=Logins(people, codes, delays, records, clock),
        calendars=CalendarStore(database, seals, clock),
        invitations=InvitationStore(database, clock),
        records=records,
        seals=seals,
        rules=rules,
        reference=reference,
        clock=clock,
        new_id=new_id,
        provider=provider,
        site=site,
    )
