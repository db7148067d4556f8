"""Acts of people: who acts, and how an act goes into the inbox and gets its verdict. Every act that concerns reports takes this way.

An act is recorded in the audit log before its event is published: what cannot be recorded is not done. So an entry says that a person has
sent, and its event id leads to the receipt, which says what became of it (ADR 0068).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Final

import structlog
from fastapi import Depends, Request
from faststream.exceptions import IncorrectState
from nats.errors import Error as NatsError

from services.portal.domain.acts import Act
from services.portal.http.principals import AskingPerson
from shared.plumbing import audit_store, delivery, dry_runs, inbox
from shared.plumbing.broker import Streams
from shared.plumbing.inbox import InboxFullError
from shared.plumbing.mongo import Documents
from shared.shell.clock import Clock
from shared.wire import events
from shared.wire.dry_runs import DryRun
from shared.wire.receipts import PendingReceipt, Receipt
from shared.words.audit import Detail
from shared.words.principals import PersonPrincipal
from shared.words.refusals import Refusal, refusal

log = structlog.get_logger()

VERDICT_S: Final = 5.0  # how long a person waits for the verdict; then the page of the receipt asks for it


@dataclass(frozen=True, slots=True)
class Acting:
    """A person who acts, and the servers."""

    person: PersonPrincipal
    streams: Streams
    database: Documents
    clock: Clock

    def too_large(self, act: Act) -> Refusal | None:
        """Why ingest would not read the event of an act: it is too large, so that there would never be a receipt. None if it is not."""
        size = len(inbox.outgoing(act.event(self.person.actor, self.clock())).payload)
        return refusal("event.too_large", size=size, most=events.MAX_EVENT_BYTES) if size > events.MAX_EVENT_BYTES else None

    async def send(self, act: Act, details: Mapping[str, Detail], within_s: float | None = None) -> Receipt | PendingReceipt | Refusal:
        """Records the act, publishes its event and waits for the verdict: `VERDICT_S`, unless another time is given. A refusal says that it
        may not have been published: the same act can be sent again, and counts once. Raises one of the database's errors if the act could
        not be recorded.
        """
        now = self.clock()
        named: dict[str, Detail] = {"event": act.event_id, "sender": act.sender, **details}
        if act.entered_by is not None:
            named["entered_by"] = act.entered_by
        await audit_store.append(self.database, actor=self.person.actor, action=act.action, target=act.target, details=named, at=now)
        try:
            return await inbox.send(
                self.streams, inbox.outgoing(act.event(self.person.actor, now)), VERDICT_S if within_s is None else within_s
            )
        except InboxFullError as error:
            return error.refusals[0]
        except (*delivery.PASSING, NatsError, IncorrectState) as error:  # IncorrectState: there was never a connection to the broker
            log.warning("act.not_published", error=type(error).__name__)
            return refusal("form.broker_away")

    async def dry_run(self, act: Act) -> DryRun | None:
        """What the verdict on the act would be; None if nobody answers now. Nothing is stored or published."""
        event = inbox.outgoing(act.event(self.person.actor, self.clock()))
        try:
            return await dry_runs.ask(self.streams.client, act.sender, event.payload, is_people=True)
        except IncorrectState:
            return None


async def acting_of(request: Request, person: AskingPerson) -> Acting:
    """The person who acts. Raises `Refused` with 401."""
    state = request.app.state
    return Acting(person, state.streams, state.database, state.clock)


Acts = Annotated[Acting, Depends(acting_of)]
