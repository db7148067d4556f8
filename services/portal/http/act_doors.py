"""FastAPI's dependencies of the pages of acts: what a reviewer acts on, and the servers. Who is no reviewer gets 403, before anything is
read.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Final, Literal

from fastapi import Depends, Request

from services.portal.domain import acting_rights, refused
from services.portal.domain.acting_rights import Matter, Right
from services.portal.domain.acts import Act
from services.portal.domain.address import Address
from services.portal.http.acting import Acting, Acts
from services.portal.http.dependencies import Now
from services.portal.http.scoped import Reads, ReportAt, Stored, ViewAt
from services.portal.reading.receipt_store import ReceiptStore
from services.portal.reading.store import PortalStore
from shared.shell.clock import NewId
from shared.wire.receipts import PendingReceipt, Receipt
from shared.words.audit import Action, Detail
from shared.words.refusals import Refusal, refusal
from shared.words.report_state import CONFIRMING
from shared.words.scope import Scope
from shared.words.units import Unit

IMPATIENT_S: Final = 0.05  # for the verdicts on further acts of one form, once one was not there in time


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of an act about a unit, or (None) about a whole period. `away`: it may not have been published."""

    unit: Unit | None
    word: Literal["accepted", "pending", "rejected", "away"]
    event: str
    errors: tuple[Refusal, ...] = ()

    @property
    def is_done(self) -> bool:
        """Whether the act is recorded, or waits to be judged: nothing needs to be sent again."""
        return self.word in ("accepted", "pending")


@dataclass(frozen=True, slots=True)
class Desk:
    """Who acts, when, and the servers."""

    acting: Acting
    receipts: ReceiptStore
    now: datetime
    new_id: NewId

    async def known(self, act: Act, unit: Unit | None) -> Verdict | None:
        """The verdict on an act that was sent before; None if it was not judged."""
        decided = await self.receipts.of_act(act.key)
        if decided is None:
            return None
        return Verdict(unit, "accepted" if decided.is_accepted else "rejected", act.event_id, tuple(decided.errors))

    async def settle(self, act: Act, unit: Unit | None, details: Mapping[str, Detail], within_s: float | None = None) -> Verdict:
        """Sends an act, unless it was judged before, and waits for the verdict."""
        return await self.known(act, unit) or _verdict(unit, act, await self.acting.send(act, details, within_s))


def _verdict(unit: Unit | None, act: Act, answer: Receipt | PendingReceipt | Refusal) -> Verdict:
    if isinstance(answer, Refusal):
        why = refusal("act.broker_away") if answer.code == "form.broker_away" else answer
        return Verdict(unit, "away", act.event_id, (why,))
    if isinstance(answer, PendingReceipt):
        return Verdict(unit, "pending", act.event_id)
    if answer.is_rejected:
        return Verdict(unit, "rejected", act.event_id, tuple(error.as_refusal() for error in answer.errors))
    return Verdict(unit, "accepted", act.event_id)


@dataclass(frozen=True, slots=True)
class Door:
    """The page of an act: its address, what the person acts on, and the desk."""

    at: Address
    matter: Matter
    store: PortalStore
    desk: Desk

    @property
    def now(self) -> datetime:
        return self.desk.now

    @property
    def today(self) -> date:
        return self.matter.day

    @property
    def scope(self) -> Scope:
        return self.store.scope

    def act(self, kind: str, right: Right, form: str, action: Action, data: Mapping[str, object], unit: Unit | None = None) -> Act:
        """An act about this unit, or another one of the period."""
        of = unit or self.matter.unit
        about = {"regime": self.matter.setting.regime.id, "period": self.matter.setting.period.code, "unit": of.code}
        place = "views" if kind in CONFIRMING else "reports"
        target = f"{place}/{about['regime']}/{about['period']}/{of.id}"
        return Act(kind, right.sender, {**about, **data}, form, action, target)


async def desk_of(request: Request, acts: Acts, now: Now) -> Desk:
    state = request.app.state
    return Desk(acts, ReceiptStore(state.database), now, state.new_id)


Desks = Annotated[Desk, Depends(desk_of)]


async def report_door(at: ReportAt, desk: Desks, scope: Reads, store: Stored) -> Door:
    """The report in the address, for a reviewer who reads it. Raises `Refused` with 403 for others."""
    return _door(at, desk, scope, store)


async def view_door(at: ViewAt, desk: Desks, scope: Reads, store: Stored) -> Door:
    """The view in the address, for a reviewer who reads it. Raises `Refused` with 403 for others."""
    return _door(at, desk, scope, store)


def _door(at: Address, desk: Desk, scope: Scope, store: PortalStore) -> Door:
    matter = acting_rights.matter(desk.acting.person, at, scope)
    if matter is None:
        raise refused.out_of_scope()
    return Door(at, matter, store, desk)


ReportDoor = Annotated[Door, Depends(report_door)]
ViewDoor = Annotated[Door, Depends(view_door)]
