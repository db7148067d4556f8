"""The acts that *Việc của tôi* offers beside a view that waits, or beside a period in which units owe. Pure.

They follow from what the page has read of all its rows at once; the page of the act reads the rest. Source: ADR 0074, ADR 0075.
"""

from dataclasses import replace
from datetime import datetime

from services.portal.domain import acting_offers
from services.portal.domain.acting_offers import Offer, ViewFacts
from services.portal.domain.acting_rights import Matter
from services.portal.domain.reviewing import Counted
from shared.wire import events
from shared.words.report_state import Confirmation, ReportState

NOW, BEFORE = "now", "before"
"""In place of the hashes of a view's figures, of which only is known whether they have moved."""


def confirming(matter: Matter, counted: Counted | None, path: str, now: datetime) -> Offer | None:
    """The confirmation of a view that is owed, whose page is at `path`; None if the person may not confirm it."""
    if matter.confirming is None:
        return None
    facts = _facts(counted)
    label = "Chốt điều chỉnh" if facts.is_adjusted else "Chốt số liệu"
    return Offer(label, f"{path}/chot", acting_offers.confirming(matter, facts, now))


def asking(matter: Matter, owing: int, asked: int, path: str, now: datetime) -> Offer | None:
    """The request for what is owed (đôn đốc) at and below a unit whose view's page is at `path`: of `owing` duties `asked` were asked for
    today. None if the person may not ask.
    """
    if matter.asking is None:
        return None
    facts = ViewFacts(None, 0, 0, ReportState(), (), is_opened=True, owing=owing, unasked=owing - asked)
    chance = acting_offers.asking(matter, facts, now)
    return Offer("Đôn đốc", f"{path}/don-doc", replace(chance, note=""))  # the row itself says how many


def _facts(counted: Counted | None) -> ViewFacts:
    """What is known of a view that somebody must confirm, so that its period is open."""
    state = ReportState()
    if counted is None:
        return ViewFacts(None, 0, 0, state, (), is_opened=True, owing=0, unasked=0)
    if (official := counted.official) is not None:
        confirmed = BEFORE if official.moved else NOW
        state.confirmations = {confirmed: Confirmation(events.to_ms(datetime.fromisoformat(official.at)), confirmed, confirmed)}
    missing = counted.expected - counted.received
    return ViewFacts(NOW, counted.received, missing, state, (), is_opened=True, owing=0, unasked=0)
