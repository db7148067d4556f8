"""Which regimes and periods can still cause alerts: only their reports are kept in memory (ADR-0041).

A period is live while one of its owed duties, or one of its groups, has rungs ahead or only just behind: the reminders of a returned report
may be over long before the digests about its group. It is also live if an act about it (a return, an extension, an opening) was received
lately, because the act has a notice of its own. An event about another period makes that period live again.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Final

from services.notify.domain.ledger import RegimePeriod
from shared.wire import events
from shared.words.obligations import AFTER_DAYS
from shared.words.regimes import Regime

SETTLED: Final = timedelta(days=30)  # after the last rung: longer than any holiday and the seven days in which a missed rung is caught up


def owed_since(at: datetime, regimes: Iterable[Regime]) -> datetime:
    """The earliest deadline of which a rung may still matter at the instant `at`."""
    ladders = [regime.obligation.ladder for regime in regimes if regime.obligation is not None]
    after = [day for ladder in ladders for day in (AFTER_DAYS if ladder.after_days is None else ladder.after_days)]
    return at - SETTLED - timedelta(days=max(after, default=0))


def acted_since(acted_ms: Mapping[RegimePeriod, int], at: datetime) -> dict[RegimePeriod, int]:
    """The regimes and periods with an act in the last weeks before `at`, or later."""
    since_ms = events.to_ms(at - SETTLED)
    return {pair: received_ms for pair, received_ms in acted_ms.items() if received_ms >= since_ms}
