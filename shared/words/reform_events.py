"""Events that count no more after a reform: what was received before it for a period that spans its first day, and what was received after
it while it was not registered here.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final, Literal, Protocol

from shared.words import periods
from shared.words.reference import Reference
from shared.words.reform import Plan
from shared.words.reform_settings import Concerned
from shared.words.report_state import ReportState, StateEvent

Kind = Literal["unknown_code", "as_successor", "own_after_end"]
"""What was received after the first day while the reform was not registered, and would have been judged otherwise: refused because nobody
had the code, refused because `as_successor` was not needed, accepted as an ended unit's own.
"""
UNKNOWN: Final = frozenset({"report.unknown_unit", "sender.unknown", "sender.not_begun"})
AS_SUCCESSOR: Final = frozenset({"report.not_a_successor"})


class StoredEvent(StateEvent, Protocol):
    """An accepted event, with the regime, period and unit (an id) that it concerns."""

    @property
    def regime(self) -> str: ...
    @property
    def period(self) -> str: ...
    @property
    def unit_id(self) -> str: ...


@dataclass(frozen=True, slots=True)
class RefusedEvent:
    """An event that was not accepted: its sender's id, when it was received, and the codes of its errors."""

    sender: str
    received_ms: int
    codes: frozenset[str]
    regime: str = ""
    period: str = ""


@dataclass(frozen=True, slots=True)
class Uncounted:
    """Reports of one regime and period that count without the reform and do not with it. Units are ids, sorted.

    `early` were received before the first day: they are the early block. `later` were received after it.
    """

    regime: str
    period: str
    early: tuple[str, ...]
    later: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Differing:
    """Events received after the first day that would have been judged otherwise, of one kind, regime and period."""

    kind: Kind
    regime: str
    period: str
    events: int
    senders: tuple[str, ...]


@dataclass(slots=True)
class _Senders:
    events: int = 0
    ids: set[str] = field(default_factory=set)


def uncounted(concerned: Iterable[Concerned], events: Iterable[StoredEvent], after: Reference, first_day: date) -> list[Uncounted]:
    """The reports that count no more, by regime and period. `events` are the accepted events of these periods; others change nothing."""
    settings = {(one.regime, one.code): one for one in concerned if one.code and one.before is not None and one.before.regime.obligation}
    states: dict[tuple[str, str], dict[str, ReportState]] = {}
    for event in events:
        if event.unit_id and (event.regime, event.period) in settings:
            states.setdefault((event.regime, event.period), {}).setdefault(event.unit_id, ReportState()).apply(event)
    found, first_ms = [], periods.start_ms(first_day)
    for pair, of_units in states.items():
        early: list[str] = []
        later: list[str] = []
        for unit_id, state in of_units.items():
            if state.counts and _is_lost(settings[pair], unit_id, state, after):
                (early if state.winner.received_ms < first_ms else later).append(unit_id)
        if early or later:
            found.append(Uncounted(*pair, tuple(sorted(early)), tuple(sorted(later))))
    return sorted(found, key=lambda one: (one.regime, periods.order(one.period)))


def differing(plan: Plan, known: Collection[str], events: Iterable[StoredEvent], refused: Iterable[RefusedEvent]) -> list[Differing]:
    """The events that would have been judged otherwise if the reform had been registered in time. `known` are the ids of the units of
    before; all events that were received on the first day or later are looked at.
    """
    first_ms = periods.start_ms(plan.day)
    begun = {row.id for row in plan.begun} - set(known)
    ended = {edge.old for edge in plan.edges}
    found: dict[tuple[Kind, str, str], _Senders] = {}

    def take(kind: Kind, regime: str, period: str, sender: str) -> None:
        senders = found.setdefault((kind, regime, period), _Senders())
        senders.events += 1
        senders.ids.add(sender)

    for event in events:
        if event.received_ms >= first_ms and event.sender in ended:
            take("own_after_end", event.regime, event.period, event.sender)
    for one in refused:
        if one.received_ms < first_ms:
            continue
        if one.sender in begun or one.codes & UNKNOWN:
            take("unknown_code", one.regime, one.period, one.sender)
        elif one.codes & AS_SUCCESSOR:
            take("as_successor", one.regime, one.period, one.sender)
    return [Differing(*key, of.events, tuple(sorted(of.ids))) for key, of in sorted(found.items())]


def _is_lost(one: Concerned, unit_id: str, state: ReportState, after: Reference) -> bool:
    """Whether a report that counts without the reform does not count with it."""
    if one.before is None or unit_id not in one.before.groups:
        return False
    if one.after is None:
        return True
    code = one.before.tree.by_id[unit_id].code
    received = datetime.fromtimestamp(state.winner.received_ms / 1000, periods.VIETNAM).date()
    return after.unit_of(one.after, unit_id, code, received) not in one.after.groups
