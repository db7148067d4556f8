"""Which periods of an on-call regime a person may open, and which deadlines were set. Pure. Source: ADR 0074."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from services.portal.domain import acting_rights
from services.portal.domain.acting_offers import Chance, Offer
from services.portal.domain.acting_rights import Right
from services.portal.domain.entering import Person
from shared.wire.events import Logged
from shared.words import periods, vietnamese
from shared.words.reference import Reference
from shared.words.refusals import Refusal, refusal
from shared.words.regimes import Regime
from shared.words.report_state import PeriodState


@dataclass(frozen=True, slots=True)
class Opened:
    """A period that was opened, with its present deadline."""

    period: str
    name: str
    deadline: datetime


def openable(reference: Reference, regime: Regime, day: date, reviewer_at: Sequence[str]) -> dict[str, Right]:
    """In whose name a person opens periods of a regime, by the period's code, in the order of time: those that the regime lists, or those
    of last year to next year. Empty if he is a reviewer neither at the recipient nor at the unit that acts for it.
    """
    found = {code: _right(reference, regime, code, day, reviewer_at) for code in sorted(_codes(regime, day), key=periods.order)}
    return {code: right for code, right in found.items() if right is not None}


def offer(reference: Reference, regime: Regime, person: Person | None, day: date) -> list[Offer]:
    """To open a period of an on-call regime, for a person who may; for other reviewers under the same unit at the top, who may instead."""
    if person is None or not regime.is_on_call or regime.derived_from is not None:
        return []
    rights = openable(reference, regime, day, person.reviewer_at)
    right = next(iter(rights.values()), None)
    if right is None and not _is_near(reference, regime, day, person.reviewer_at):
        return []
    why_not = not_recipient(reference, regime, day) if right is None else None
    return [Offer("Mở kỳ báo cáo", f"/che-do/{regime.id}/mo-ky", Chance(right, why_not))]


def not_recipient(reference: Reference, regime: Regime, day: date) -> Refusal:
    """The refusal of who does not act for the recipient."""
    code = regime.on(day).recipient
    unit = reference.registry.at(day).by_code.get(code)
    return refusal("act.not_recipient", recipient=[code if unit is None else f"{unit.name} ({code})"])


def _is_near(reference: Reference, regime: Regime, day: date, reviewer_at: Sequence[str]) -> bool:
    tree = reference.registry.at(day)
    recipient = tree.by_code.get(regime.on(day).recipient)
    return recipient is not None and any(tree.top(unit).id == tree.top(recipient.id).id for unit in reviewer_at if unit in tree.by_id)


def _right(reference: Reference, regime: Regime, code: str, day: date, reviewer_at: Sequence[str]) -> Right | None:
    setting = reference.setting_at_receipt(regime.id, code, day)
    return None if setting is None else acting_rights.receiving(reference, setting, day, reviewer_at)


def _codes(regime: Regime, day: date) -> Iterator[str]:
    if isinstance(regime.periods, list):
        yield from regime.periods
        return
    for year in range(day.year - 1, day.year + 2):
        codes = [f"{year}{part}" for parts in periods.PARTS.values() for part in parts]
        yield from (code for code in codes if regime.period(code) is not None)


def opened(logged: Iterable[Logged]) -> list[Opened]:
    """The periods that were opened, the latest first."""
    states: dict[str, PeriodState] = {}
    for event in logged:
        states.setdefault(event.period, PeriodState()).apply(event)
    found = [Opened(code, vietnamese.period_name(code), state.deadline) for code, state in states.items() if state.deadline is not None]
    return sorted(found, key=lambda one: periods.order(one.period), reverse=True)
