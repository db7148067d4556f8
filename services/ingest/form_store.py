"""What forms need from ingest's claims: what was accepted about a unit's report, and what its winning revision says.

Ingest's own claims are asked, so that a form knows what was acknowledged, even if the aggregator is behind.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from services.ingest.domain import earlier
from services.ingest.domain.claims import ACCEPTED
from services.ingest.domain.known import About
from services.ingest.store import ClaimStore
from shared.plumbing import mongo
from shared.plumbing.mongo import Documents
from shared.wire import collection_names, events
from shared.wire.documents.receipts import ReceiptDocument
from shared.words import deadlines, forms
from shared.words.forms import NO_CONTENT, Asked, Content, Form, Held
from shared.words.reference import Reference
from shared.words.report_state import ReportState


class FormStore:
    """Reads forms from `receipts`."""

    def __init__(self, database: Documents, claims: ClaimStore) -> None:
        self._receipts = mongo.collection(database, collection_names.RECEIPTS, ReceiptDocument)
        self._claims = claims

    async def form(self, asked: Asked) -> Form:
        """The form of a unit, as far as its events are screened."""
        regime, before = asked.regime.id, forms.before(asked)
        own: About = (regime, asked.period.code, asked.unit.id)
        opening: About = (regime, asked.period.code, "")
        last: About | None = None if before is None else (regime, before, asked.unit.id)
        wanted = [own, *([] if last is None else [last]), *([opening] if asked.regime.is_on_call else [])]
        known = await self._claims.known(wanted, (), (), asked.reference)
        held = await self._held(asked.reference, own, known.of(own).state)
        previous = Held() if last is None else await self._held(asked.reference, last, known.of(last).state)
        return forms.fill(asked, held, previous, known.of(opening).period.deadline)

    async def _held(self, reference: Reference, about: About, state: ReportState) -> Held:
        if not state.is_submission:
            return Held.known(state, NO_CONTENT)
        ids = [about[2], *earlier.ids(reference, about)]
        if (returned := state.last_return) is not None:
            data = await self._said(about, ids, events.RETURNED, returned.event_id, returned.received_ms)
            said = replace(returned, reason=str(data.get("reason", "")), fix_by=deadlines.of_event(data.get("fix_by")))
            state.returns = {**state.returns, returned.revision: said}
        winner = state.winner
        return Held.known(state, Content.of(await self._said(about, ids, events.SUBMITTED, winner.event_id, winner.received_ms)))

    async def _said(self, about: About, ids: Sequence[str], kind: str, event_id: str, received_ms: int) -> dict[str, Any]:
        """The `data` of one accepted event about a report; empty if it cannot be read."""
        wanted = {"regime": about[0], "period": about[1], "unit_id": {"$in": list(ids)}, "verdict": ACCEPTED}
        one = {"type": kind, "event_id": event_id, "received_ms": received_ms}
        claim = await self._receipts.find_one(wanted | one, {"event": 1})
        return {} if claim is None else events.read_data(claim["event"])
