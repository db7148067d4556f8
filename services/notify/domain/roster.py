"""The roster: which duties there are, by the units and regimes of one generation.

A duty exists once its period has begun (an on-call period must also be opened); the duty of official figures once the unit has sent
estimates. A derived regime has no duties. Source: design, sections 3 and 5; ADR-0065.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Final, NamedTuple

from services.notify.domain.duties import CONFIRM, OFFICIAL, REPORT, Deadline, Duty, Opening, Task
from services.notify.domain.ledger import Ledger, RegimePeriod, ReportKey
from shared.wire import events
from shared.wire.events import Logged
from shared.words import deadlines, instants, ladder, periods
from shared.words.calendar import WorkingDays
from shared.words.instants import Givens
from shared.words.ladder import Steps
from shared.words.periods import Period
from shared.words.reference import Reference, Setting, Version
from shared.words.regimes import Regime
from shared.words.report_state import PeriodState, ReportState, Revision
from shared.words.units import Unit


class Assigned(NamedTuple):
    """A unit's task to report or to confirm. `group` is the group of a reporter, or the entry of `confirm` (`Confirm.who`); `of` is the
    unit whose report or view it is: another unit if the recipient confirms.
    """

    unit: Unit
    task: Task
    group: str
    of: Unit


NOT_OPENED: Final = PeriodState()


@dataclass(frozen=True, slots=True)
class _Terms:
    """What a regime says about one period: the deadlines by its rules, for confirming and official figures too (None: it takes no
    estimates), and the steps of its ladder.
    """

    setting: Setting
    by_group: Mapping[str, Deadline]
    confirm: Mapping[str, datetime]
    official: datetime | None
    steps: Steps


class Roster:
    """Which units have which tasks, by regime and period, under one generation of units and regimes."""

    def __init__(self, reference: Reference) -> None:
        self._reference = reference
        self._working_days = reference.working_days
        self._tasks = lru_cache(maxsize=None)(_assign)
        self._terms = lru_cache(maxsize=None)(self._terms_of)

    def open_periods(self, ledger: Ledger, at: datetime) -> list[RegimePeriod]:
        """Regime and period of all duties that exist at the instant `at`: the period has begun and, in an on-call regime, is open."""
        today = periods.local_day(at)
        return [pair for regime in self._reference.regimes.values() for pair, begins in self._begins(regime, ledger) if begins <= today]

    def bearer(self, event: Logged) -> str:
        """The id of the unit that an event concerns, as its period has the units: see `Reference.unit_of`."""
        terms = self._terms(event.regime, event.period) if event.unit_id else None
        if terms is None or event.unit_id in terms.setting.tree.by_id:
            return event.unit_id
        code, received = event.data.get("unit"), periods.local_day(events.from_ms(event.received_ms))
        return self._reference.unit_of(terms.setting, event.unit_id, code if isinstance(code, str) else "", received)

    def asked(self, event: Logged) -> list[tuple[str, str]]:
        """The units that a request for reminders names, each with the unit whose report or view it may owe, as the period has them: ids."""
        terms, codes = self._terms(event.regime, event.period), event.data.get("units")
        if terms is None or not isinstance(codes, list):
            return []
        then, now = terms.setting.tree.by_code, self._reference.registry.at(event.received_on).by_code
        named = {unit.id for code in codes if isinstance(code, str) and (unit := then.get(code) or now.get(code)) is not None}
        found = ((entry.unit.id, entry.of.id) for entry in self._tasks(terms.setting.version)[0] if entry.unit.id in named)
        return list(dict.fromkeys(found))

    def duties(self, ledger: Ledger, regime_id: str, period_code: str, of: Iterable[str] | None = None) -> Iterator[Duty]:
        """The duties of one regime and period, sorted by unit: reports, then confirmations, then official figures. Only the duties of the
        unit ids in `of`, if given. A period without a deadline has no duties.
        """
        terms = self._terms(regime_id, period_code)
        if terms is not None:
            assigned, by_unit = self._tasks(terms.setting.version)
            wanted = assigned if of is None else [entry for unit_id in of for entry in by_unit.get(unit_id, ())]
            yield from self._duties(ledger, (regime_id, period_code), terms, wanted)

    def unfinished(self, ledger: Ledger, regime_id: str, period_code: str) -> Iterator[Duty]:
        """The duties of one regime and period without the reports that were sent once: they are done, and most reports are like this."""
        terms = self._terms(regime_id, period_code)
        if terms is not None:
            kept, (assigned, _) = ledger.kept((regime_id, period_code)), self._tasks(terms.setting.version)
            wanted = [entry for entry in assigned if entry.task != REPORT or not isinstance(kept.get(entry.unit.id), Revision)]
            yield from self._duties(ledger, (regime_id, period_code), terms, wanted)

    def of_group(self, ledger: Ledger, regime_id: str, period_code: str, due: datetime) -> tuple[list[Duty], int]:
        """The duties of the group with the deadline `due`, without the reports that were sent once and in time; and the number of these."""
        terms = self._terms(regime_id, period_code)
        if terms is None:
            return [], 0
        pair, due_ms, wanted, in_time = (regime_id, period_code), events.to_ms(due), list[Assigned](), 0
        kept, by_group, assigned = ledger.kept(pair), self._by_group(ledger, pair, terms), self._tasks(terms.setting.version)[0]
        for entry in assigned:
            if (by_group[entry.group][0] if entry.task == REPORT else terms.confirm[entry.group]) != due:
                continue
            sent = kept.get(entry.unit.id) if entry.task == REPORT else None
            if isinstance(sent, Revision) and sent.received_ms < due_ms:
                in_time += 1
            else:
                wanted.append(entry)
        found = list(self._sent_or_confirmed(ledger, pair, terms, wanted))
        return [*found, *(self._official(ledger, pair, terms, assigned) if terms.official == due else ())], in_time

    def deadlines_of(self, ledger: Ledger, regime_id: str, period_code: str) -> list[datetime]:
        """The deadlines of the groups, of the units that confirm and of official figures, before extensions; none before an on-call period
        is opened.
        """
        terms = self._terms(regime_id, period_code)
        if terms is None:
            return []
        by_group = self._by_group(ledger, (regime_id, period_code), terms)
        return [due for due in (*(due for due, _ in by_group.values()), *terms.confirm.values(), terms.official) if due is not None]

    def _duties(self, ledger: Ledger, pair: RegimePeriod, terms: _Terms, assigned: Sequence[Assigned]) -> Iterator[Duty]:
        yield from self._sent_or_confirmed(ledger, pair, terms, assigned)
        yield from self._official(ledger, pair, terms, assigned)

    def _official(self, ledger: Ledger, pair: RegimePeriod, terms: _Terms, assigned: Iterable[Assigned]) -> Iterator[Duty]:
        """The duties of official figures of those of these reporters that have sent estimates."""
        if terms.official is None:
            return
        kept, imported_ms = ledger.kept(pair), ledger.imported_ms.get(pair, 0)
        for unit, task, _, _ in assigned:
            state = kept.get(unit.id) if task == REPORT else None
            if isinstance(state, ReportState) and state.was_estimated:
                yield Duty(*pair, unit, OFFICIAL, terms.official, terms.steps, state, self._working_days, imported_ms=imported_ms)

    def _sent_or_confirmed(self, ledger: Ledger, pair: RegimePeriod, terms: _Terms, assigned: Iterable[Assigned]) -> Iterator[Duty]:
        by_group, imported_ms = self._by_group(ledger, pair, terms), ledger.imported_ms.get(pair, 0)
        for unit, task, group, of in assigned:
            deadline, openings = by_group[group] if task == REPORT else (terms.confirm[group], ())
            if deadline is not None:
                state, view = ledger.of(ReportKey(*pair, of.id)), of if of.id != unit.id else None
                yield Duty(*pair, unit, task, deadline, terms.steps, state, self._working_days, openings, view, imported_ms)

    def _by_group(self, ledger: Ledger, pair: RegimePeriod, terms: _Terms) -> Mapping[str, Deadline]:
        period, regime = terms.setting.period, terms.setting.regime
        if not regime.is_on_call:
            return terms.by_group
        opened = ledger.periods.get(pair, NOT_OPENED)
        return {group: _on_call(regime, group, period, opened.openings, self._working_days) for group in terms.by_group}

    def _begins(self, regime: Regime, ledger: Ledger) -> list[tuple[RegimePeriod, date]]:
        """The periods of a regime and their first days, also in the future; of an on-call regime, the periods that were opened."""
        if regime.obligation is None:
            return []
        opened = [period for of_regime, period in ledger.periods if of_regime == regime.id]
        codes = opened if regime.is_on_call or regime.periods == "any" else regime.periods
        known = ((code, self._terms(regime.id, code)) for code in codes)
        return [((regime.id, code), terms.setting.period.begins) for code, terms in known if terms is not None]

    def _terms_of(self, regime_id: str, period_code: str) -> _Terms | None:
        """The terms of a period; None if the regime does not have it or has no duties. They are cached: every event asks for them."""
        setting, days = self._reference.setting(regime_id, period_code), self._working_days
        if setting is None or setting.regime.obligation is None:
            return None
        period, regime, obligation = setting.period, setting.regime, setting.regime.obligation
        due = {group: deadlines.group_deadline(regime, group, period, None, days) for group in regime.reporters}
        return _Terms(
            setting,
            {group: (at, ()) for group, at in due.items()},
            deadlines.confirm_deadlines(regime, period, days),
            deadlines.official_deadline(regime, period, days),
            ladder.steps_of(obligation.ladder, period.length),
        )


def _assign(version: Version) -> tuple[list[Assigned], dict[str, list[Assigned]]]:
    """All tasks of a regime's version: as a list, and by the id of the unit whose report or view it is."""
    units = version.tree.by_id
    assigned = [Assigned(units[unit_id], REPORT, group, units[unit_id]) for unit_id, group in sorted(version.groups.items())]
    assigned += [Assigned(confirming.by, CONFIRM, confirming.rule.who, confirming.of) for confirming in version.confirmations]
    by_unit: dict[str, list[Assigned]] = {}
    for entry in assigned:
        by_unit.setdefault(entry.of.id, []).append(entry)
    return assigned, by_unit


def _on_call(regime: Regime, group: str, period: Period, opened: Givens, working_days: WorkingDays) -> Deadline:
    """The deadline of a group of a regime on call, and the openings of the period."""
    openings: list[Opening] = []
    for last in sorted(opened.values()):
        given = instants.in_force(opening for opening in opened.values() if opening.key <= last.key)
        at = deadlines.group_deadline(regime, group, period, None if given is None else given.at, working_days)
        openings += [] if at is None else [Opening(last.key, at, last.reason)]
    return (openings[-1].at if openings else None), tuple(openings)
